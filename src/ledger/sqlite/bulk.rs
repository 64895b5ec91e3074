//! Rows into the database: one statement for jobs, one for attempts, each taking many rows.
//!
//! A statement costs several thread switches whatever it carries, so rows go in bulk; and so that
//! each text is prepared once and kept, the bulks come in few sizes.

use std::sync::LazyLock;

use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, Connection};

use super::columns::money;
use super::{attempt, row};
use crate::job::{BatchId, Job, JobId, JobState};
use crate::ledger::Attempt;
use crate::ledger::keeps;
use crate::ledger::queue::Rows;

/// Writes all of it or nothing; returns when it is synced.
pub(super) async fn write(connection: &mut SqliteConnection, rows: &Rows<'_>) -> Result<(), sqlx::Error> {
    let pieces: Vec<_> = pieces(rows).collect();
    match pieces.as_slice() {
        // A lone statement is a transaction by itself.
        [piece] => piece.run(connection).await,
        // A result and the attempt that led to it: one round trip in place of four.
        [first, second] => both(connection, *first, *second).await,
        pieces => {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            for piece in pieces {
                piece.run(&mut transaction).await?;
            }
            transaction.commit().await
        }
    }
}

/// Writes all of it in a transaction that is open already.
pub(super) async fn write_in(connection: &mut SqliteConnection, rows: &Rows<'_>) -> Result<(), sqlx::Error> {
    for piece in pieces(rows) {
        piece.run(connection).await?;
    }
    Ok(())
}

/// What is written, in order.
fn pieces<'a>(rows: &'a Rows<'_>) -> impl Iterator<Item = Piece<'a>> {
    let last = rows.last.chunks(MOST).map(Piece::Jobs);
    let giving_way = rows.giving_way.chunks(MOST).map(Piece::GivingWay);
    let jobs = rows.jobs.chunks(MOST).map(Piece::Jobs);
    last.chain(giving_way).chain(jobs).chain(rows.attempts.chunks(MOST).map(Piece::Attempts))
}

/// Two statements in one transaction, sent together.
async fn both(connection: &mut SqliteConnection, first: Piece<'_>, second: Piece<'_>) -> Result<(), sqlx::Error> {
    let text = format!("BEGIN IMMEDIATE; {}; {}; COMMIT", first.text(), second.text());
    let mut values = SqliteArguments::default();
    first.push(&mut values)?;
    second.push(&mut values)?;
    let written = sqlx::query_with(AssertSqlSafe(text), values).execute(&mut *connection).await;
    if written.is_err() {
        // Whether there is something to roll back depends on which of the four failed.
        let _ = sqlx::query("ROLLBACK").execute(connection).await;
    }
    written.map(drop)
}

/// Rows that one statement writes.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Jobs(&'a [(BatchId, &'a Job, &'a JobState)]),
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

    fn push(self, values: &mut SqliteArguments) -> Result<(), sqlx::Error> {
        let pushed = match self {
            Self::Jobs(rows) => {
                values.reserve(size_for(rows.len()) * row::COLUMNS.len(), 0);
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

    async fn run(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let mut values = SqliteArguments::default();
        self.push(&mut values)?;
        sqlx::query_with(self.text(), values).execute(connection).await.map(drop)
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
