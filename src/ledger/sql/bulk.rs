//! Rows into the database: one statement for jobs, one for attempts, each taking many rows.
//!
//! A statement costs several thread switches or a journey over the network whatever it carries, so rows go in
//! bulk; and so that each text is prepared once and kept, the bulks come in few sizes.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::columns::money;
use super::database::{Sql, Values};
use super::{attempt, row};
use crate::job::{BatchId, Job, JobId, JobState};
use crate::ledger::Attempt;
use crate::ledger::keeps;
use crate::ledger::queue::Rows;

/// Writes all of it or nothing; returns when it is synced.
pub(super) async fn write<C: Sql>(connection: &mut C, rows: &Rows<'_>) -> Result<(), sqlx::Error> {
    let pieces: Vec<_> = pieces::<C>(rows).collect();
    match pieces.as_slice() {
        // A lone statement is a transaction by itself.
        [piece] => connection.run(piece.text(), piece.values::<C>()?).await,
        // A result and the attempt that led to it: one round trip in place of four.
        [first, second] => {
            let pushed = [*first, *second].map(|piece| move |values: &mut C::Values| piece.push(values));
            connection.both([first.text(), second.text()], pushed).await
        }
        pieces => {
            let mut transaction = connection.begin_to_write().await?;
            for piece in pieces {
                transaction.run(piece.text(), piece.values::<C>()?).await?;
            }
            transaction.commit().await
        }
    }
}

/// Writes all of it in a transaction that is open already.
pub(super) async fn write_in<C: Sql>(connection: &mut C, rows: &Rows<'_>) -> Result<(), sqlx::Error> {
    for piece in pieces::<C>(rows) {
        connection.run(piece.text(), piece.values::<C>()?).await?;
    }
    Ok(())
}

/// What is written, in order.
fn pieces<'a, C: Sql>(rows: &'a Rows<'_>) -> impl Iterator<Item = Piece<'a>> + Send {
    let last = chunks::<C, _, _>(&rows.last, of_job).map(Piece::Jobs);
    let giving_way = chunks::<C, _, _>(&rows.giving_way, |row| *row).map(Piece::GivingWay);
    let jobs = chunks::<C, _, _>(&rows.jobs, of_job).map(Piece::Jobs);
    last.chain(giving_way).chain(jobs).chain(chunks::<C, _, _>(rows.attempts, of_attempt).map(Piece::Attempts))
}

/// A job, and what it is written as.
type JobRow<'a> = (BatchId, &'a Job, &'a JobState);

fn of_job((batch, job, _): &JobRow<'_>) -> (BatchId, JobId) {
    (*batch, job.id)
}

/// Attempts are only ever added.
fn of_attempt((batch, attempt): &(BatchId, Attempt)) -> (BatchId, JobId, i64, u16) {
    (*batch, attempt.job, attempt.ended.0, attempt.attempt)
}

/// Rows as one statement may take them. Where it must not write a row twice, the next one begins with the same row
/// again, and has one of the sizes.
fn chunks<C: Sql, T: Sync, K: Eq + std::hash::Hash>(
    mut rows: &[T],
    key: impl Fn(&T) -> K + Send,
) -> impl Iterator<Item = &[T]> + Send {
    std::iter::from_fn(move || {
        let mut seen = HashSet::new();
        let alike = rows.iter().take(MOST).take_while(|row| C::REPEATS || seen.insert(key(row))).count();
        let fits = |size: &&usize| **size <= alike;
        let many = if C::REPEATS { alike } else { SIZES.iter().rev().find(fits).copied().unwrap_or(0) };
        let (chunk, rest) = rows.split_at_checked(many)?;
        rows = rest;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Rows that one statement writes.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Jobs(&'a [JobRow<'a>]),
    GivingWay(&'a [(BatchId, JobId)]),
    Attempts(&'a [(BatchId, Attempt)]),
}

impl Piece<'_> {
    fn text(self) -> &'static str {
        match self {
            Self::Jobs(rows) => JOBS.text(rows.len()),
            Self::GivingWay(rows) => GIVING_WAY.text(rows.len()),
            Self::Attempts(rows) => ATTEMPTS.text(rows.len()),
        }
    }

    fn values<C: Sql>(self) -> Result<C::Values, sqlx::Error> {
        let mut values = C::Values::default();
        self.push(&mut values)?;
        Ok(values)
    }

    fn push(self, values: &mut impl Values) -> Result<(), sqlx::Error> {
        let pushed = match self {
            Self::Jobs(rows) => {
                values.reserve(size_for(rows.len()) * row::COLUMNS.len());
                filled(rows).try_for_each(|(batch, job, state)| row::push(values, *batch, job, state))
            }
            Self::GivingWay(rows) => {
                filled(rows).try_for_each(|(batch, job)| values.add(batch.0).and_then(|()| values.add(job.number())))
            }
            Self::Attempts(rows) => {
                filled(rows).try_for_each(|(batch, attempt)| attempt::push(values, *batch, attempt))
            }
        };
        pushed.map_err(sqlx::Error::Encode)
    }
}

/// How many rows one statement takes. In between, the last row is repeated: writing a row twice
/// changes nothing, and costs less than another statement.
const SIZES: [usize; 7] = [1, 2, 4, 8, 16, 32, MOST];

/// The most rows that one statement takes.
pub(super) const MOST: usize = 64;

pub(super) fn size_for(rows: usize) -> usize {
    SIZES.into_iter().find(|size| *size >= rows).unwrap_or(MOST)
}

/// Each row, and the last as often as the statement's size asks for.
pub(super) fn filled<T>(rows: &[T]) -> impl Iterator<Item = &T> {
    let missing = size_for(rows.len()) - rows.len();
    rows.iter().chain(rows.last().into_iter().cycle().take(missing))
}

/// One statement in every size.
struct Bulk(Vec<(usize, String)>);

impl Bulk {
    fn new(table: &str, columns: &[&str], after: &str) -> Self {
        let into = format!("INSERT INTO {table} ({}) VALUES", columns.join(", "));
        Self::of(columns.len(), |rows| format!("{into} {rows} {after}"))
    }

    /// Of rows with so many values.
    fn of(values: usize, text: impl Fn(&str) -> String) -> Self {
        let row = format!("({})", vec!["?"; values].join(", "));
        Self(SIZES.into_iter().map(|size| (size, text(&vec![row.as_str(); size].join(", ")))).collect())
    }

    fn text(&'static self, rows: usize) -> &'static str {
        let size = size_for(rows);
        self.0.iter().find(|(of, _)| *of == size).map_or("", |(_, text)| text)
    }
}

static JOBS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new("jobs", &row::COLUMNS, &on_known_job()));

/// What becomes of the row of a job that is known already.
fn on_known_job() -> String {
    format!("ON CONFLICT (batch, job) DO UPDATE SET\n    {},\n{}", keeps::assignments(), money::on_known_job())
}

/// A former job has the columns of one, in their order.
static GIVING_WAY: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::of(2, |rows| format!("INSERT INTO former_jobs SELECT * FROM jobs WHERE (batch, job) IN (VALUES {rows})"))
});

static ATTEMPTS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new("attempts", &attempt::COLUMNS, "ON CONFLICT DO NOTHING"));
