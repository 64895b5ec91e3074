//! Workers that share a batch: who joins, which jobs are whose, and what of the window is each one's.
//!
//! Whoever changes whose a job is holds the batch's row until that is written, so that of any number of workers one is
//! first. A job stays its worker's until it has ended or the worker is gone.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::lease::{Lease, Line, fence, hold_row, living, renew, sign};
use super::{Server, hang_up};
use crate::job::{BatchId, CauseKind, Group, Job, Status, Usd};
use crate::ledger::LedgerError;
use crate::ledger::crew::{Course, Joined, Need, Part, Share, Taken, Wanted};
use crate::ledger::error::Holder;
use crate::ledger::hold::BatchHold;
use crate::ledger::keeps::among;
use crate::ledger::sql::database::{Cells, Failed, Sql, values};
use crate::ledger::sql::restore;

/// What statements go to.
type C = PgConnection;

/// How often a worker says a word and hears how many there are.
const BEAT: Duration = Duration::from_secs(1);

/// What workers of a batch go by, if it is handed to them.
pub(super) async fn course(connection: &mut PgConnection, batch: BatchId) -> Result<Option<Course>, Failed> {
    let text = "SELECT concurrency, cap_nanos FROM batches WHERE id = ?";
    let row = connection.row(text, values![batch.0]).await?.ok_or(LedgerError::NoBatch(batch))?;
    let Some(window) = row.int(0)? else { return Ok(None) };
    let window = u16::try_from(window).unwrap_or(u16::MAX);
    Ok(Some(Course { window, cap: row.int(1)?.map(Usd::from_nanos) }))
}

/// Works on a batch beside others, unless a process is heard of that has it for itself.
pub(super) async fn work(server: &Server, batch: BatchId) -> Result<Joined, LedgerError> {
    let mut connection = server.dial().await?;
    let id = match join(&mut connection, batch).await.map_err(|failed| server.told(failed))? {
        Ok(id) => id,
        Err(by) => {
            hang_up(connection).await;
            return Err(LedgerError::Held { batch, by });
        }
    };
    let (shares, share) = watch::channel(Share { workers: 0, window: 0, whole: 0, cap: None });
    let (need, needs) = watch::channel(Need::All);
    let beating = tokio::spawn(beat(server.again(), connection, (batch, id), needs, shares)).abort_handle();
    let hold = BatchHold::by(Lease::signed(server, batch, id, true, beating));
    Ok(Joined { hold, part: Part { share, need } })
}

/// Joins those who work on a batch, or says who has it for itself; gives the number of its row.
async fn join(connection: &mut PgConnection, batch: BatchId) -> Result<Result<i64, Holder>, Failed> {
    let mut transaction = Connection::begin(connection).await?;
    hold_row(&mut transaction, batch).await?;
    let (living, course) = (living(&mut transaction, batch).await?, course(&mut transaction, batch).await?);
    if let Some(alone) = living.into_iter().find(|other| !other.shares) {
        return Ok(Err(alone.by));
    }
    if course.is_none() {
        return Err(LedgerError::NotHandedOver(batch).into());
    }
    let id = sign(&mut transaction, batch, true).await?;
    transaction.commit().await?;
    Ok(Ok(id))
}

fn is_unended(status: Status) -> bool {
    !status.has_ended() && status != Status::Skipped
}

/// Jobs that have not ended.
pub(super) fn unended() -> String {
    among(is_unended)
}

/// Jobs of which a worker may take some: also those of a lost answer, which may turn up yet.
fn open() -> String {
    among(|status| is_unended(status) || status == Status::Unknown)
}

/// Takes so many jobs that have not ended and that nobody works on, in their order. Of a round whose answer was lost they
/// are the same again.
pub(super) async fn take_jobs(
    connection: &mut PgConnection,
    (batch, worker): (BatchId, i64),
    round: u32,
    most: u16,
) -> Result<Taken, Failed> {
    let round = i64::from(round);
    let mut transaction = Connection::begin(connection).await?;
    let mut rows = of_round(&mut transaction, (batch, worker), round).await?;
    if rows.is_empty() {
        let text = turn(&format!("status IN {}", open()), "FOR UPDATE OF jobs SKIP LOCKED");
        rows = transaction.rows(AssertSqlSafe(text), values![batch.0, worker, most, round]).await?;
    }
    // A lost answer is looked for by who has the job, and others need not wait until a person decides.
    let text = format!(
        "SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM jobs WHERE batch = ?1 AND status IN {} AND NOT EXISTS
             (SELECT 1 FROM turns WHERE turns.batch = jobs.batch AND turns.job = jobs.job AND turns.worker = ?2)
             AND (status <> '{}' OR NOT EXISTS ({HAD}))) THEN 1 ELSE 0 END AS BIGINT)",
        open(),
        Status::Unknown.name()
    );
    let others = transaction.row(AssertSqlSafe(text), values![batch.0, worker]).await?;
    let others = others.ok_or(sqlx::Error::RowNotFound)?.number(0)? == 1;
    let jobs = jobs(&mut transaction, batch, &rows).await?;
    transaction.commit().await?;
    Ok(Taken { jobs, others })
}

/// That a job is some worker's who is not gone.
const HAD: &str = "SELECT 1 FROM turns JOIN workers ON workers.id = turns.worker
    WHERE turns.batch = jobs.batch AND turns.job = jobs.job AND NOT workers.gone";

/// Makes jobs of batch `?1` that meet a condition and that nobody works on worker `?2`'s, `?3` at the most, in round `?4`.
fn turn(which: &str, locked: &str) -> String {
    format!(
        "INSERT INTO turns (batch, job, worker, round) SELECT batch, job, ?2, ?4 FROM (
             SELECT batch, job FROM jobs WHERE batch = ?1 AND {which} AND NOT EXISTS ({HAD}) ORDER BY job LIMIT ?3 {locked}) AS free
         ON CONFLICT (batch, job) DO UPDATE SET worker = excluded.worker, round = excluded.round RETURNING job"
    )
}

/// Jobs that are taken at once for a person's word: others have a share of them, too.
const ADOPTED: i64 = 64;

/// Takes jobs that a person asks something for and that nobody works on. Their rounds are counted below zero.
pub(super) async fn adopt_jobs(
    connection: &mut PgConnection,
    (batch, worker): (BatchId, i64),
    round: u32,
    wanted: &Wanted,
) -> Result<Vec<Job>, Failed> {
    let round = -1 - i64::from(round);
    let mut transaction = Connection::begin(connection).await?;
    let mut rows = of_round(&mut transaction, (batch, worker), round).await?;
    if rows.is_empty() {
        rows = match wanted {
            Wanted::These(jobs) => {
                let jobs: Vec<_> = jobs.iter().map(|job| i64::from(job.number())).collect();
                let text = turn("job = ANY (CAST(?5 AS BIGINT[]))", "");
                transaction.rows(AssertSqlSafe(text), values![batch.0, worker, ADOPTED, round, list(&jobs)]).await?
            }
            Wanted::Failed(cause) => {
                let of_group = among(|status| status.group() == Group::Failed);
                let text = turn(&format!("status IN {of_group} AND coalesce(cause_kind = ?5, TRUE)"), "");
                let cause = cause.map(CauseKind::name);
                transaction.rows(AssertSqlSafe(text), values![batch.0, worker, ADOPTED, round, cause]).await?
            }
        };
    }
    let jobs = jobs(&mut transaction, batch, &rows).await?;
    transaction.commit().await?;
    Ok(jobs)
}

/// First in a transaction that takes jobs: those who are gone have none any more. Gives those of a round whose answer was
/// lost.
async fn of_round(
    connection: &mut PgConnection,
    (batch, worker): (BatchId, i64),
    round: i64,
) -> Result<Vec<PgRow>, Failed> {
    hold_row(connection, batch).await?;
    fence(connection, batch, worker).await?;
    dismiss(connection, batch).await?;
    let text = "SELECT job FROM turns WHERE batch = ? AND worker = ? AND round = ?";
    Ok(connection.rows(text, values![batch.0, worker, round]).await?)
}

/// Who is not heard of any more works on nothing.
async fn dismiss(connection: &mut PgConnection, batch: BatchId) -> Result<(), Failed> {
    let living: Vec<_> = living(connection, batch).await?.iter().map(|worker| worker.id).collect();
    let text = "UPDATE workers SET gone = TRUE WHERE batch = ? AND NOT gone AND id <> ALL (CAST(? AS BIGINT[]))";
    Ok(connection.run(text, values![batch.0, list(&living)]).await?)
}

/// The jobs whose numbers rows say.
async fn jobs(connection: &mut PgConnection, batch: BatchId, rows: &[PgRow]) -> Result<Vec<Job>, Failed> {
    let numbers = rows.iter().map(|row| row.number(0)).collect::<Result<Vec<_>, _>>()?;
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT {} FROM jobs WHERE batch = ? AND job = ANY (CAST(? AS BIGINT[])) ORDER BY job",
        restore::list::<C>()
    );
    let rows = connection.rows(AssertSqlSafe(text), values![batch.0, list(&numbers)]).await?;
    rows.iter().map(|row| Ok(restore::job(row)?.1)).collect()
}

/// Numbers as one value.
pub(super) fn list(numbers: &[i64]) -> String {
    let numbers: Vec<_> = numbers.iter().map(i64::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}

/// Says every second what it needs, and hears what of the window is this worker's. Who comes to others, or needs more than
/// it said before, waits until they have heard of it.
async fn beat(
    server: Server,
    connection: PgConnection,
    (batch, worker): (BatchId, i64),
    needs: watch::Receiver<Need>,
    shares: watch::Sender<Share>,
) {
    let mut line = Line { server, connection: Some(connection) };
    let mut ticks = interval(BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = None;
    loop {
        ticks.tick().await;
        let need = *needs.borrow();
        let word = async |connection: &mut PgConnection| {
            let is_ours = renew(connection, worker).await?;
            if said != Some(need) {
                say(connection, worker, need).await?;
            }
            Ok((is_ours, share(connection, batch, worker).await?))
        };
        match line.within(5 * BEAT, word).await {
            // Another has its jobs: what is recorded says so.
            Some((false, _)) => return,
            Some((true, share)) => {
                let needs_more = share.workers > 1 && said < Some(need);
                shares.send_if_modified(|known| {
                    let window = if needs_more { share.window.min(known.window) } else { share.window };
                    std::mem::replace(known, Share { window, ..share }) != *known
                });
                said = Some(need);
            }
            None => {}
        }
    }
}

/// Writes down what a worker needs.
async fn say(connection: &mut PgConnection, worker: i64, need: Need) -> Result<(), Failed> {
    let needs = match need {
        Need::AtMost(most) => Some(i64::from(most)),
        Need::All => None,
    };
    Ok(connection.run("UPDATE workers SET needs = ? WHERE id = ?", values![needs, worker]).await?)
}

async fn share(connection: &mut PgConnection, batch: BatchId, worker: i64) -> Result<Share, Failed> {
    let text = format!(
        "SELECT concurrency, cap_nanos, workers.id, needs FROM batches
         LEFT JOIN workers ON workers.batch = batches.id AND shares AND NOT gone AND until_ms > {}
         WHERE batches.id = ? ORDER BY workers.id",
        C::NOW_MS
    );
    let rows = connection.rows(AssertSqlSafe(text), values![batch.0]).await?;
    let (mut course, mut needs, mut place) = (Course { window: 0, cap: None }, Vec::with_capacity(rows.len()), None);
    for row in &rows {
        let count = |number: i64| u16::try_from(number).unwrap_or(u16::MAX);
        course = Course { window: row.int(0)?.map_or(0, count), cap: row.int(1)?.map(Usd::from_nanos) };
        let Some(id) = row.int(2)? else { continue };
        place = place.or((id == worker).then_some(needs.len()));
        needs.push(row.int(3)?.map(count).map_or(Need::All, Need::AtMost));
    }
    Ok(Share::of(course, &needs, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_what_has_not_ended_is_of_what_is_looked_for() {
        let migration = include_str!("migrations/0002_workers.sql");
        assert!(migration.contains(&format!("WHERE status IN\n    {};", open())), "{}", open());
    }
}
