//! How a batch stands for who looks on: what was written since a look, what it cost, and who works on it.
//!
//! A transaction that begins earlier may end later, so that neither time nor a counter tells what is new. Each row has
//! the transaction that wrote it; all below the oldest that still runs have ended, and there the next look begins.

use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection};

use super::lease::LEASE_MS;
use crate::job::{BatchId, Job, Spent, Usd};
use crate::ledger::post::values::{Changes, Mark, Standing, Worker};
use crate::ledger::sql::columns::money::{OF_ATTEMPTS, spent};
use crate::ledger::sql::database::{Cells, Failed, Sql, values};
use crate::ledger::sql::restore;
use crate::os;

/// What statements go to.
type C = PgConnection;

/// All of one moment.
pub(super) async fn changes(
    connection: &mut PgConnection,
    batch: BatchId,
    since: Option<Mark>,
) -> Result<Changes, Failed> {
    let mut moment = connection.begin_to_read().await?;
    let (mark, end) = horizon(&mut moment).await?;
    let jobs = match since {
        Some(since) => jobs(&mut moment, batch, since, end).await?,
        None => Vec::new(),
    };
    let besides = besides(&mut moment, batch).await?;
    let workers = workers(&mut moment, batch).await?;
    let standing = standing(&mut moment, batch).await?;
    moment.rollback().await?;
    Ok(Changes { mark, jobs, besides, workers, standing })
}

/// The oldest transaction that still runs, and the first that had not begun.
async fn horizon(connection: &mut PgConnection) -> Result<(Mark, i64), Failed> {
    let text = "SELECT CAST(CAST(pg_snapshot_xmin(now) AS TEXT) AS BIGINT),
            CAST(CAST(pg_snapshot_xmax(now) AS TEXT) AS BIGINT) FROM pg_current_snapshot() AS now";
    let row = connection.row(text, PgArguments::default()).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok((Mark(row.number(0)?), row.number(1)?))
}

/// In a database that was brought from another server rows may have numbers that are still to come: they are older.
async fn jobs(connection: &mut PgConnection, batch: BatchId, since: Mark, end: i64) -> Result<Vec<Job>, Failed> {
    let text = format!(
        "SELECT {} FROM jobs WHERE batch = ? AND changed >= CAST(CAST(? AS TEXT) AS xid8)
            AND changed < CAST(CAST(? AS TEXT) AS xid8) ORDER BY job",
        restore::list::<C>()
    );
    let mut jobs = Vec::new();
    let read = |row: &PgRow| {
        jobs.push(restore::job(row)?.1);
        Ok(())
    };
    connection.each(AssertSqlSafe(text), values![batch.0, since.0, end], 0, read).await?;
    Ok(jobs)
}

/// What results cost that others took the place of, and requests that came to nothing.
async fn besides(connection: &mut PgConnection, batch: BatchId) -> Result<Spent, Failed> {
    // In the words of its index.
    let is_kept = "(status NOT IN ('DONE', 'REVIEW') OR unread IS NOT NULL)";
    let of_row = |column: &str| format!("CASE WHEN cost_nanos IS NOT NULL AND {is_kept} THEN {column} ELSE 0 END");
    let text = format!(
        "SELECT CAST(coalesce(sum(paid_before_nanos + {}), 0) AS BIGINT),
            CAST(coalesce(sum(assumed_before_nanos + {}), 0) AS BIGINT),
            CAST(coalesce(sum(most_before_nanos + {}), 0) AS BIGINT)
         FROM jobs WHERE batch = ? AND (paid_before_nanos <> 0 OR most_before_nanos <> 0
            OR (cost_nanos IS NOT NULL AND {is_kept}))",
        of_row("cost_nanos"),
        of_row("CASE WHEN most_nanos IS NULL THEN 0 ELSE cost_nanos END"),
        of_row("coalesce(most_nanos, cost_nanos)")
    );
    let attempts = format!(
        "SELECT {OF_ATTEMPTS} FROM attempts WHERE batch = ? AND cause_kind IS NOT NULL AND cost_nanos IS NOT NULL"
    );
    let mut sum = Spent::NOTHING;
    for text in [text, attempts] {
        if let Some(row) = connection.row(AssertSqlSafe(text), values![batch.0]).await? {
            let [told, assumed, most] = [row.int(0)?, row.int(1)?, row.int(2)?].map(Option::unwrap_or_default);
            sum += spent(told, assumed, most);
        }
    }
    Ok(sum)
}

/// Those that have not left, be they heard of or not.
async fn workers(connection: &mut PgConnection, batch: BatchId) -> Result<Vec<Worker>, Failed> {
    let now = C::NOW_MS;
    let text = format!(
        "SELECT host, pid, {now} - until_ms + {LEASE_MS}, {now} - began_ms, says FROM workers
         WHERE batch = ? AND NOT gone ORDER BY id"
    );
    let rows = connection.rows(AssertSqlSafe(text), values![batch.0]).await?;
    let read = |row: &PgRow| {
        let time = |at| Ok::<_, sqlx::Error>(Duration::from_millis(u64::try_from(row.number(at)?).unwrap_or(0)));
        let silent = time(2)?;
        Ok(Worker {
            host: row.word(0)?.to_owned(),
            pid: u32::try_from(row.number(1)?).unwrap_or_default(),
            silent,
            age: time(3)?,
            is_lost: silent.as_millis() >= u128::from(LEASE_MS.unsigned_abs()),
            says: row.string(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// What binds everybody who works on a batch.
pub(super) async fn standing(connection: &mut PgConnection, batch: BatchId) -> Result<Standing, Failed> {
    let text = "SELECT CAST(CASE WHEN paused THEN 1 ELSE 0 END AS BIGINT),
            CASE WHEN concurrency IS NULL THEN told_cap_nanos ELSE cap_nanos END, concurrency FROM batches WHERE id = ?";
    let Some(row) = connection.row(text, values![batch.0]).await? else { return Ok(Standing::default()) };
    Ok(Standing {
        paused: row.number(0)? == 1,
        cap: row.int(1)?.map(Usd::from_nanos),
        window: row.int(2)?.map(|window| u16::try_from(window).unwrap_or(u16::MAX)),
    })
}

/// How long who looks on is taken to do so without another word, ms.
const LOOK_MS: i64 = 15_000;

/// Says that somebody looks on; who is new is told to those at work at once.
pub(super) async fn look_on(
    connection: &mut PgConnection,
    batch: BatchId,
    again: Option<i64>,
    may_answer: bool,
) -> Result<i64, Failed> {
    let now = C::NOW_MS;
    if let Some(again) = again {
        let text = format!("UPDATE observers SET until_ms = {now} + {LOOK_MS} WHERE id = ? RETURNING id");
        if let Some(row) = connection.row(AssertSqlSafe(text), values![again]).await? {
            return Ok(row.number(0)?);
        }
    }
    let mut transaction = Connection::begin(connection).await?;
    let old = format!("DELETE FROM observers WHERE until_ms < {now} - {LOOK_MS}");
    transaction.run(AssertSqlSafe(old), PgArguments::default()).await?;
    let text = format!(
        "INSERT INTO observers (batch, may_answer, until_ms)
         VALUES (?, CASE WHEN ? = 1 THEN TRUE ELSE FALSE END, {now} + {LOOK_MS}) RETURNING id"
    );
    let made = transaction.row(AssertSqlSafe(text), values![batch.0, may_answer]).await?;
    let id = made.ok_or(sqlx::Error::RowNotFound)?.number(0)?;
    super::post::ring(&mut transaction, batch).await?;
    transaction.commit().await?;
    Ok(id)
}

/// The machine and the process that ask, for people.
pub(super) fn by_whom() -> String {
    format!("{} on {}", std::process::id(), os::machine().0)
}
