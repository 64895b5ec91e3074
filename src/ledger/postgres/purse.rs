//! One cap for all who work on a batch: what is spent and held of it is a number in the batch's row, changed in the very
//! transactions that record intents and results.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::crew::{list, unended};
use super::lease::hold_row;
use crate::job::{BatchId, JobId, JobState, Usd};
use crate::ledger::LedgerError;
use crate::ledger::crew::Handover;
use crate::ledger::crew::purse::Purse;
use crate::ledger::queue::Rows;
use crate::ledger::sql::database::{Cells, Failed, Sql, values};

/// What statements go to.
type C = PgConnection;

/// Everything that counts against a cap of the jobs of a batch that meet a condition: what they and attempts for nothing
/// cost at most, and what is held for them.
fn used(whose: &str) -> String {
    format!(
        "CAST(coalesce((SELECT sum(coalesce(most_nanos, cost_nanos, 0) + most_before_nanos) FROM jobs WHERE {whose}), 0)
         + coalesce((SELECT sum(coalesce(most_nanos, cost_nanos)) FROM attempts
             WHERE {whose} AND cause_kind IS NOT NULL AND cost_nanos IS NOT NULL), 0)
         + coalesce((SELECT sum(nanos) FROM holds WHERE {whose}), 0) AS BIGINT)"
    )
}

const OF_THESE: &str = "batch = ?1 AND job = ANY (CAST(?2 AS BIGINT[]))";

fn numbers(jobs: &[JobId]) -> String {
    list(&jobs.iter().map(|job| i64::from(job.number())).collect::<Vec<_>>())
}

/// Takes a batch's money in hand: nobody else changes it until the transaction's end. What the jobs of the transaction
/// account for is taken out of it, and put back as it turns out.
pub(super) async fn open(connection: &mut PgConnection, batch: BatchId, jobs: Vec<JobId>) -> Result<Purse, Failed> {
    let text = "SELECT cap_nanos FROM batches WHERE id = ? FOR UPDATE";
    let row = connection.row(text, values![batch.0]).await?.ok_or(LedgerError::NoBatch(batch))?;
    let cap = row.int(0)?.map(Usd::from_nanos);
    let text = format!("UPDATE batches SET used_nanos = used_nanos - {} WHERE id = ?1", used(OF_THESE));
    connection.run(AssertSqlSafe(text), values![batch.0, numbers(&jobs)]).await?;
    Ok(Purse::new((batch, jobs), cap))
}

/// The rows are written: calls that may be billed are held for, those that have ended are not any more.
pub(super) async fn settle(connection: &mut PgConnection, purse: &mut Purse, rows: &Rows<'_>) -> Result<(), Failed> {
    let batch = purse.batch;
    // Of two states of the same job the later one counts.
    let last: BTreeMap<_, _> =
        rows.jobs.iter().filter(|(of, ..)| *of == batch).map(|(_, job, state)| (job.id, *state)).collect();
    let is_settled = |state: &&JobState| !state.is_reserved() && !state.is_unpriced();
    let settled: Vec<_> = last.iter().filter(|(_, state)| is_settled(state)).map(|(job, _)| *job).collect();
    if !settled.is_empty() {
        let text = format!("DELETE FROM holds WHERE {OF_THESE}");
        connection.run(AssertSqlSafe(text), values![batch.0, numbers(&settled)]).await?;
    }
    let text = format!(
        "UPDATE batches SET used_nanos = used_nanos + {} WHERE id = ?1
         RETURNING used_nanos, CAST((SELECT coalesce(sum(nanos), 0) FROM holds JOIN jobs USING (batch, job)
             WHERE batch = ?1 AND status IN {}) AS BIGINT)",
        used(OF_THESE),
        unended()
    );
    let row = connection.row(AssertSqlSafe(text), values![batch.0, numbers(&purse.jobs)]).await?;
    let row = row.ok_or(sqlx::Error::RowNotFound)?;
    purse.count(Usd::from_nanos(row.number(0)?), Usd::from_nanos(row.number(1)?));
    Ok(())
}

/// Holds what the transaction's intents may cost, if the cap bears it.
pub(super) async fn close(connection: &mut PgConnection, purse: &Purse) -> Result<(), Failed> {
    for (job, at_most) in purse.granted() {
        let was = "SELECT coalesce(sum(nanos), 0) FROM holds WHERE batch = ?1 AND job = ?2";
        let text = format!(
            "UPDATE batches SET used_nanos = used_nanos - ({was}) + ?3
             WHERE id = ?1 AND (cap_nanos IS NULL OR used_nanos - ({was}) + ?3 <= cap_nanos) RETURNING id"
        );
        let values = values![purse.batch.0, job.number(), at_most.nanos()];
        if connection.row(AssertSqlSafe(text), values).await?.is_none() {
            return Err(LedgerError::CapPassed(purse.batch).into());
        }
        hold(connection, purse.batch, *job, *at_most).await?;
    }
    Ok(())
}

async fn hold(connection: &mut PgConnection, batch: BatchId, job: JobId, at_most: Usd) -> Result<(), Failed> {
    let text = "INSERT INTO holds (batch, job, nanos) VALUES (?, ?, ?)
        ON CONFLICT (batch, job) DO UPDATE SET nanos = excluded.nanos";
    Ok(connection.run(text, values![batch.0, job.number(), at_most.nanos()]).await?)
}

/// Hands a batch over: what was spent until then and may be billed yet counts against the cap.
pub(super) async fn hand_over(
    connection: &mut PgConnection,
    batch: BatchId,
    handover: &Handover,
) -> Result<(), Failed> {
    let mut transaction = Connection::begin(connection).await?;
    hold_row(&mut transaction, batch).await?;
    transaction.run("DELETE FROM holds WHERE batch = ?", values![batch.0]).await?;
    transaction.run("DELETE FROM turns WHERE batch = ?", values![batch.0]).await?;
    for (job, at_most) in &handover.held {
        hold(&mut transaction, batch, *job, *at_most).await?;
    }
    let text = format!(
        "UPDATE batches SET concurrency = ?2, cap_nanos = ?3, used_nanos = {} WHERE id = ?1",
        used("batch = ?1")
    );
    let values = values![batch.0, handover.window, handover.cap.map(Usd::nanos)];
    transaction.run(AssertSqlSafe(text), values).await?;
    Ok(transaction.commit().await?)
}
