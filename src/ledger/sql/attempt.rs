//! Attempts in their rows.

use serde::Deserialize;
use sqlx::error::BoxDynError;

use super::columns::money::{cost, nanos};
use super::database::{Cells, Values};
use super::restore::{Odd, job_id};
use super::row::{push_cause, stage_name};
use crate::job::{BatchId, Cause, RequestId, Timestamp};
use crate::ledger::{Attempt, Payment};

/// The columns of an attempt's row, in the order in which they are written and read.
pub(super) const COLUMNS: [&str; 12] = [
    "batch",
    "job",
    "attempt",
    "began_ms",
    "ended_ms",
    "stage",
    "cause_kind",
    "cause_http",
    "cause_message",
    "request_id",
    "cost_nanos",
    "most_nanos",
];

/// Adds an attempt's row to a statement's values.
pub(super) fn push(values: &mut impl Values, batch: BatchId, attempt: &Attempt) -> Result<(), BoxDynError> {
    values.add(batch.0)?;
    values.add(attempt.job.number())?;
    values.add(attempt.attempt)?;
    values.add(attempt.began.0)?;
    values.add(attempt.ended.0)?;
    values.add(stage_name(attempt.stage))?;
    push_cause(values, attempt.cause.as_ref())?;
    values.add(attempt.request.as_ref().map(RequestId::as_str))?;
    let (cost, most) = nanos(attempt.cost);
    values.add(cost)?;
    values.add(most)
}

/// Reads a row that lists [`COLUMNS`].
pub(super) fn read(row: &impl Cells) -> Result<Attempt, Odd> {
    let cause = match row.text(6)? {
        None => None,
        Some(kind) => {
            let message = row.word(8)?;
            Some(Cause {
                kind: word(kind)?,
                http: row.int(7)?.map(u16::try_from).transpose()?,
                message: message.into(),
            })
        }
    };
    Ok(Attempt {
        job: job_id(u32::try_from(row.number(1)?)?),
        attempt: u16::try_from(row.number(2)?)?,
        began: Timestamp(row.number(3)?),
        ended: Timestamp(row.number(4)?),
        stage: word(row.word(5)?)?,
        cause,
        request: row.text(9)?.map(RequestId::new).transpose()?,
        cost: cost(row.int(10)?, row.int(11)?),
    })
}

/// Reads what an attempt cost: `batch, job, ended_ms, request_id, cost_nanos, most_nanos`.
pub(super) fn payment(row: &impl Cells) -> Result<Option<Payment>, Odd> {
    let Some(cost) = cost(row.int(4)?, row.int(5)?) else { return Ok(None) };
    Ok(Some(Payment {
        batch: BatchId(row.number(0)?),
        at: Timestamp(row.number(2)?),
        request: row.text(3)?.map(RequestId::new).transpose()?,
        cost,
    }))
}

/// A value by its name, as [`Told`](super::restore) reads it from JSON.
fn word<'w, T: Deserialize<'w>>(name: &'w str) -> Result<T, Odd> {
    Ok(T::deserialize(serde::de::value::BorrowedStrDeserializer::<serde::de::value::Error>::new(name))?)
}
