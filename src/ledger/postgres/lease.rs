//! A batch is a process's for as long as it is heard of.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{Server, Taken, hang_up};
use crate::job::BatchId;
use crate::ledger::LedgerError;
use crate::ledger::error::Holder;
use crate::ledger::hold::{Held, Right};
use crate::ledger::sql::database::{Cells, Failed, Sql, values};
use crate::os;

/// How long a process keeps its batch without a word, ms.
pub(super) const LEASE_MS: i64 = 30_000;

/// How often it says a word.
const BEAT: Duration = Duration::from_secs(5);

/// A process at work on a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Worker {
    /// The number of its row; each life has its own.
    pub(super) id: i64,
    /// Whether it works on its batch beside others.
    pub(super) shares: bool,
    /// Whether its lease is still held here.
    is_held: bool,
}

/// A batch that is this process's, for as long as it is heard of.
#[derive(Debug)]
pub(in crate::ledger) struct Lease {
    batch: BatchId,
    taken: Taken,
    beating: AbortHandle,
}

impl Right for Lease {}

impl Drop for Lease {
    /// Its row is handed back when the ledger is closed; this process may take it again before.
    fn drop(&mut self) {
        self.beating.abort();
        if let Some(worker) = lock(&self.taken).get_mut(&self.batch) {
            worker.is_held = false;
        }
    }
}

fn lock(taken: &Taken) -> MutexGuard<'_, BTreeMap<BatchId, Worker>> {
    // Every change to it is whole before anything can panic.
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What statements go to.
type C = PgConnection;

impl Lease {
    /// Takes a batch, unless another process is heard of; it is renewed from then on.
    pub(super) async fn take(server: &Server, batch: BatchId) -> Result<Self, LedgerError> {
        let mut connection = server.dial().await?;
        let dropped = server.taken().get(&batch).filter(|worker| !worker.is_held).map(|worker| worker.id);
        let taken = take(&mut connection, batch, dropped).await.map_err(|failed| server.told(failed))?;
        let id = match taken {
            Ok(id) => id,
            Err(by) => {
                hang_up(connection).await;
                return Err(LedgerError::Held { batch, by });
            }
        };
        let beating = tokio::spawn(beat(server.again(), connection, id)).abort_handle();
        Ok(Self::signed(server, batch, id, false, beating))
    }

    /// The lease of a process that has signed for a batch, beside others or not; it is renewed by who is told.
    pub(super) fn signed(server: &Server, batch: BatchId, id: i64, shares: bool, beating: AbortHandle) -> Self {
        server.taken().insert(batch, Worker { id, shares, is_held: true });
        Self { batch, taken: server.taken.clone(), beating }
    }
}

impl Server {
    /// The batches that are taken, and as whom.
    fn taken(&self) -> MutexGuard<'_, BTreeMap<BatchId, Worker>> {
        lock(&self.taken)
    }

    /// As whom this process works on a batch, or did: what is still to be written is written as that one, also once the
    /// lease was dropped.
    pub(super) fn signed_as(&self, batch: BatchId) -> Option<Worker> {
        self.taken().get(&batch).copied()
    }

    /// Every row of this process, which is done with all of them.
    pub(super) fn give_up(&self) -> Vec<i64> {
        std::mem::take(&mut *self.taken()).into_values().map(|worker| worker.id).collect()
    }

    pub(super) fn told(&self, failed: Failed) -> LedgerError {
        match failed {
            Failed::Ledger(error) => error,
            Failed::Database(error) => self.failed(error),
        }
    }

    /// The same server for who beats, and who listens.
    pub(super) fn again(&self) -> Self {
        Self { options: self.options.clone(), shown: self.shown.clone(), taken: self.taken.clone() }
    }
}

/// Takes a batch in one transaction, or says who has it. Who is known to have died need not be waited for, and neither
/// this process where it dropped what it held.
async fn take(
    connection: &mut PgConnection,
    batch: BatchId,
    dropped: Option<i64>,
) -> Result<Result<i64, Holder>, Failed> {
    let mut transaction = Connection::begin(connection).await?;
    hold_row(&mut transaction, batch).await?;
    let living = living(&mut transaction, batch).await?;
    if let Some(other) = living.into_iter().find(|other| Some(other.id) != dropped) {
        return Ok(Err(other.by));
    }
    transaction.run("UPDATE workers SET gone = TRUE WHERE batch = ? AND NOT gone", values![batch.0]).await?;
    // What it does now no worker's cap knows of.
    transaction.run("UPDATE batches SET concurrency = NULL WHERE id = ?", values![batch.0]).await?;
    let id = sign(&mut transaction, batch, false).await?;
    transaction.commit().await?;
    Ok(Ok(id))
}

/// Holds the batch's row until the transaction's end.
pub(super) async fn hold_row(connection: &mut PgConnection, batch: BatchId) -> Result<(), Failed> {
    Ok(connection.run("SELECT 1 FROM batches WHERE id = ? FOR UPDATE", values![batch.0]).await?)
}

/// Another process that is heard of.
pub(super) struct Living {
    pub(super) id: i64,
    pub(super) by: Holder,
    /// Whether it works on its batch beside others.
    pub(super) shares: bool,
}

/// Who is heard of and works on a batch.
pub(super) async fn living(connection: &mut PgConnection, batch: BatchId) -> Result<Vec<Living>, Failed> {
    let (_, ours) = os::machine();
    let text = format!(
        "SELECT host, machine, pid, id, CAST(CASE WHEN shares THEN 1 ELSE 0 END AS BIGINT) FROM workers
         WHERE batch = ? AND NOT gone AND until_ms > {} ORDER BY id",
        C::NOW_MS
    );
    let mut living = Vec::new();
    for row in connection.rows(AssertSqlSafe(text), values![batch.0]).await? {
        let (host, machine, pid) = holder(&row)?;
        if machine == ours && !os::is_alive(pid) {
            continue;
        }
        let by = Holder { pid: Some(pid), host: (machine != ours).then_some(host) };
        living.push(Living { id: row.number(3)?, by, shares: row.number(4)? == 1 });
    }
    Ok(living)
}

/// Begins a life at a batch; gives the number of its row.
pub(super) async fn sign(connection: &mut PgConnection, batch: BatchId, shares: bool) -> Result<i64, Failed> {
    let ((host, machine), now) = (os::machine(), C::NOW_MS);
    let text = format!(
        "INSERT INTO workers (batch, host, machine, pid, shares, began_ms, until_ms)
         VALUES (?, ?, ?, ?, ? = 1, {now}, {now} + {LEASE_MS}) RETURNING id"
    );
    let values = values![batch.0, host.as_str(), machine.as_str(), std::process::id(), shares];
    let made = connection.row(AssertSqlSafe(text), values).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(made.number(0)?)
}

fn holder(row: &PgRow) -> Result<(String, String, u32), sqlx::Error> {
    let pid = u32::try_from(row.number(2)?).unwrap_or_default();
    Ok((row.word(0)?.to_owned(), row.word(1)?.to_owned(), pid))
}

/// Whether any process that is heard of works on a batch.
pub(super) async fn is_worked_on(connection: &mut PgConnection, batch: BatchId) -> Result<bool, Failed> {
    let now = C::NOW_MS;
    let text = format!("SELECT id FROM workers WHERE batch = ? AND NOT gone AND until_ms > {now} LIMIT 1");
    Ok(connection.row(AssertSqlSafe(text), values![batch.0]).await?.is_some())
}

/// The batches that processes work on that are heard of.
pub(super) async fn held(connection: &mut PgConnection) -> Result<Vec<Held>, Failed> {
    let (now, (_, ours)) = (C::NOW_MS, os::machine());
    let text =
        format!("SELECT host, machine, pid, batch FROM workers WHERE NOT gone AND until_ms > {now} ORDER BY batch, id");
    let rows = connection.rows(AssertSqlSafe(text), PgArguments::default()).await?;
    let read = |row: &PgRow| {
        let (host, machine, pid) = holder(row)?;
        let by = Holder { pid: Some(pid), host: (machine != ours).then_some(host) };
        Ok(Held { batch: BatchId(row.number(3)?), by })
    };
    rows.iter().map(read).collect()
}

/// Fails if a batch is not this process's any more; until the transaction's end nobody takes it over.
pub(super) async fn fence(connection: &mut PgConnection, batch: BatchId, worker: i64) -> Result<(), Failed> {
    let text = "SELECT id FROM workers WHERE id = ? AND NOT gone FOR SHARE";
    match connection.row(text, values![worker]).await? {
        Some(_) => Ok(()),
        None => Err(LedgerError::Lost(batch).into()),
    }
}

/// Hands a batch back at once.
pub(super) async fn hand_back(connection: &mut PgConnection, worker: i64) -> Result<(), Failed> {
    Ok(connection.run("UPDATE workers SET gone = TRUE WHERE id = ?", values![worker]).await?)
}

/// Says a word every few seconds, for as long as the lease is held.
async fn beat(server: Server, connection: PgConnection, worker: i64) {
    let mut line = Line { server, connection: Some(connection) };
    let mut ticks = interval(BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // Where another has the batch, what is recorded says so.
        if line.within(BEAT, async |connection| renew(connection, worker).await).await == Some(false) {
            return;
        }
    }
}

/// A connection to say a word on; where it was lost, the next word is said on another.
pub(super) struct Line {
    pub(super) server: Server,
    pub(super) connection: Option<PgConnection>,
}

impl Line {
    /// Asks something within a while; `None` if there was no answer.
    pub(super) async fn within<T>(
        &mut self,
        patience: Duration,
        ask: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Failed>,
    ) -> Option<T> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => match self.server.dial().await {
                Ok(connection) => connection,
                Err(error) => {
                    tracing::warn!(%error, "the lease of a batch is not renewed");
                    return None;
                }
            },
        };
        match timeout(patience, ask(&mut connection)).await {
            Ok(Ok(answer)) => {
                self.connection = Some(connection);
                Some(answer)
            }
            Ok(Err(failed)) => {
                tracing::warn!(?failed, "the lease of a batch is not renewed");
                None
            }
            Err(late) => {
                tracing::warn!(%late, "the lease of a batch is not renewed");
                None
            }
        }
    }
}

/// Says a word; whether the row still is this process's.
pub(super) async fn renew(connection: &mut PgConnection, worker: i64) -> Result<bool, Failed> {
    let text =
        format!("UPDATE workers SET until_ms = {} + {LEASE_MS} WHERE id = ? AND NOT gone RETURNING id", C::NOW_MS);
    Ok(connection.row(AssertSqlSafe(text), values![worker]).await?.is_some())
}
