//! Orders to those who work on a batch: written down, and told by a notification that may be lost.

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use sqlx::postgres::{PgArguments, PgConnection, PgListener, PgPoolOptions};
use sqlx::{Acquire, AssertSqlSafe, Connection};
use tokio::time::timeout;

use super::changes::{by_whom, standing};
use super::lease::{LEASE_MS, hold_row};
use super::{PATIENCE, Server};
use crate::job::{BatchId, Usd};
use crate::ledger::LedgerError;
use crate::ledger::post::values::{Kind, Letterbox, Order, Placed, Post, Slip};
use crate::ledger::sql::database::{Cells, Failed, Sql, values};

/// What statements go to.
type C = PgConnection;

/// Where it is told that there is something to look at. It is one for a database, and says of which batch.
const CHANNEL: &str = "fal_tui";

/// How long an order is looked for, ms: whoever could not be reached for longer goes by what stands.
const ORDER_MS: i64 = 3_600_000;

/// How long one of many workers may be silent and is taken to hear an order, ms.
const MUTE_MS: i64 = 5_000;

/// The most requests that a batch may have at fal at once.
const WINDOW: i64 = 256;

/// Tells those who work on a batch that there is something to look at, once the transaction ends.
pub(super) async fn ring(connection: &mut PgConnection, batch: BatchId) -> Result<(), Failed> {
    let text = batch.to_string();
    Ok(connection.run("SELECT pg_notify(?, ?)", values![CHANNEL, text.as_str()]).await?)
}

/// Asks something of all who work on a batch.
pub(super) async fn order(connection: &mut PgConnection, batch: BatchId, order: &Order) -> Result<Placed, Failed> {
    let mut transaction = Connection::begin(connection).await?;
    hold_row(&mut transaction, batch).await?;
    let is_worked_on = is_worked_on(&mut transaction, batch).await?;
    let placed = if is_worked_on { Placed::Heard } else { Placed::Kept };
    match order.kind {
        Kind::Paused(paused) => {
            let text = "UPDATE batches SET paused = (? = 1) WHERE id = ?";
            transaction.run(text, values![paused, batch.0]).await?;
        }
        Kind::Cap(cap) => {
            let text = "UPDATE batches SET told_cap_nanos = ? WHERE id = ?";
            transaction.run(text, values![cap.map(Usd::nanos), batch.0]).await?;
            if let Some(used) = set_cap(&mut transaction, batch, cap).await? {
                transaction.commit().await?;
                let over = cap.filter(|cap| *cap < used).map(|cap| used.saturating_sub(cap));
                return Ok(over.map_or(placed, Placed::Below));
            }
        }
        Kind::Window(by) => {
            let text = "UPDATE batches SET concurrency = GREATEST(1, LEAST(?, concurrency + ?))
                WHERE id = ? AND concurrency IS NOT NULL RETURNING id";
            if transaction.row(text, values![WINDOW, i64::from(by), batch.0]).await?.is_some() {
                transaction.commit().await?;
                return Ok(placed);
            }
        }
        Kind::Work => {}
    }
    if matches!(order.kind, Kind::Window(_) | Kind::Work) && !is_worked_on {
        let is_shared = standing(&mut transaction, batch).await?.window.is_some();
        transaction.rollback().await?;
        return Ok(Placed::Nobody { is_shared });
    }
    let now = C::NOW_MS;
    let old = format!("DELETE FROM orders WHERE at_ms < {now} - {ORDER_MS}");
    transaction.run(AssertSqlSafe(old), PgArguments::default()).await?;
    let text = format!("INSERT INTO orders (batch, at_ms, by_whom, command) VALUES (?, {now}, ?, ?)");
    let written = values![batch.0, by_whom().as_str(), order.command.as_str()];
    transaction.run(AssertSqlSafe(text), written).await?;
    ring(&mut transaction, batch).await?;
    transaction.commit().await?;
    Ok(placed)
}

/// Sets the cap that all workers keep, of a batch that is handed to some: what of it is spent and held.
async fn set_cap(connection: &mut PgConnection, batch: BatchId, cap: Option<Usd>) -> Result<Option<Usd>, Failed> {
    let text = "UPDATE batches SET cap_nanos = ? WHERE id = ? AND concurrency IS NOT NULL RETURNING used_nanos";
    let row = connection.row(text, values![cap.map(Usd::nanos), batch.0]).await?;
    Ok(row.map(|row| row.number(0)).transpose()?.map(Usd::from_nanos))
}

/// Whether somebody works on a batch who would hear an order. Of those who share one each says a word every second: one
/// that was killed is not waited for until its lease has run out.
async fn is_worked_on(connection: &mut PgConnection, batch: BatchId) -> Result<bool, Failed> {
    let text = format!(
        "SELECT id FROM workers WHERE batch = ? AND NOT gone
            AND until_ms - CASE WHEN shares THEN {LEASE_MS} - {MUTE_MS} ELSE 0 END > {} LIMIT 1",
        C::NOW_MS
    );
    Ok(connection.row(AssertSqlSafe(text), values![batch.0]).await?.is_some())
}

/// A connection on which notifications arrive, and what was taken from it.
#[derive(Debug)]
struct Orders {
    server: Server,
    batch: BatchId,
    listener: Option<PgListener>,
    had: BTreeSet<i64>,
}

/// Opens a worker's letterbox: what was ordered before is not for it, but what stands.
pub(super) async fn open(server: &Server, batch: BatchId) -> Result<Post, LedgerError> {
    let mut letterbox = Orders { server: server.again(), batch, listener: None, had: BTreeSet::new() };
    let slip = letterbox.glance("").await?;
    Ok(Post { batch, standing: slip.standing, letterbox: Box::new(letterbox) })
}

impl Letterbox for Orders {
    fn look<'a>(&'a mut self, says: &'a str) -> BoxFuture<'a, Result<Slip, LedgerError>> {
        Box::pin(self.glance(says))
    }

    fn rung(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let Some(listener) = &mut self.listener else { return std::future::pending().await };
            // Where the connection was lost, something may have been told meanwhile.
            if listener.try_recv().await.is_err() {
                self.listener = None;
            }
        })
    }
}

impl Orders {
    async fn glance(&mut self, says: &str) -> Result<Slip, LedgerError> {
        let looked = match timeout(PATIENCE, self.take(says)).await {
            Ok(Ok(slip)) => Ok(slip),
            Ok(Err(Failed::Ledger(error))) => Err(error),
            Ok(Err(Failed::Database(error))) => Err(self.server.failed(error)),
            Err(_) => Err(self.server.away(format!("no answer within {} s", PATIENCE.as_secs()))),
        };
        if looked.is_err() {
            self.listener = None;
        }
        looked
    }

    async fn take(&mut self, says: &str) -> Result<Slip, Failed> {
        let worker = self.server.signed_as(self.batch);
        let Self { server, batch, listener, had } = self;
        let listener = match listener {
            Some(listener) => listener,
            empty => empty.insert(listen(server).await?),
        };
        // What was told so far is looked at now.
        while listener.next_buffered().is_some() {}
        let connection = listener.acquire().await?;
        if let Some(worker) = worker.filter(|_| !says.is_empty()) {
            connection.run("UPDATE workers SET says = ? WHERE id = ? AND NOT gone", values![says, worker.id]).await?;
        }
        let orders = orders(connection, *batch, had).await?;
        let (observers, may_answer) = observers(connection, *batch).await?;
        Ok(Slip { orders, observers, may_answer, standing: standing(connection, *batch).await? })
    }
}

/// A connection of its own, on which others' words arrive.
async fn listen(server: &Server) -> Result<PgListener, Failed> {
    let named = server.options.clone().application_name("fal-tui listens");
    let options =
        PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).acquire_timeout(PATIENCE);
    let mut listener = PgListener::connect_with(&options.connect_lazy_with(named)).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// The orders that were not had before. Their numbers do not come in order: who asks first may be written last.
async fn orders(connection: &mut PgConnection, batch: BatchId, had: &mut BTreeSet<i64>) -> Result<Vec<String>, Failed> {
    let text =
        format!("SELECT id, command FROM orders WHERE batch = ? AND at_ms >= {} - {ORDER_MS} ORDER BY id", C::NOW_MS);
    let rows = connection.rows(AssertSqlSafe(text), values![batch.0]).await?;
    let (mut there, mut new) = (BTreeSet::new(), Vec::new());
    for row in &rows {
        let id = row.number(0)?;
        there.insert(id);
        if !had.contains(&id) {
            new.push(row.word(1)?.to_owned());
        }
    }
    *had = there;
    Ok(new)
}

/// How many look on, and whether one of them could answer a question.
async fn observers(connection: &mut PgConnection, batch: BatchId) -> Result<(usize, bool), Failed> {
    let text = format!(
        "SELECT count(*), count(*) FILTER (WHERE may_answer) FROM observers WHERE batch = ? AND until_ms > {}",
        C::NOW_MS
    );
    let row = connection.row(AssertSqlSafe(text), values![batch.0]).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok((usize::try_from(row.number(0)?).unwrap_or(0), row.number(1)? > 0))
}
