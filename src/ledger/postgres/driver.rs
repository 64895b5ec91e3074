//! PostgreSQL as a database of tables: its words for what others say otherwise.

use std::borrow::Cow;
use std::time::Duration;

use futures::TryStreamExt;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Postgres as Engine, SqlSafeStr, Transaction};

use super::lease::{self, Lease, Worker};
use super::{Server, changes, crew, error, post, purse};
use crate::job::{BatchId, Job, JobId};
use crate::ledger::LedgerError;
use crate::ledger::claim::Claiming;
use crate::ledger::crew::purse::Purse;
use crate::ledger::crew::{Course, Handover, Joined, Taken, Wanted};
use crate::ledger::hold::{BatchHold, Held};
use crate::ledger::post::values::{Changes, Mark, Order, Placed, Post};
use crate::ledger::queue::Rows;
use crate::ledger::sql::claim::contents;
use crate::ledger::sql::database::{Failed, Sql, driver, values};
use crate::ledger::sql::{Driver, Slot};

/// What statements go to.
type C = PgConnection;

driver!(PgRow, PgArguments, |text| without_nul(text));

/// PostgreSQL's texts hold every character but this one (its docs: character types).
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// A statement with its places as PostgreSQL names them: `$1` for the first `?`, `$3` for `?3`.
fn numbered(text: impl SqlSafeStr) -> AssertSqlSafe<String> {
    let text = text.into_sql_str();
    let mut parts = text.as_str().split('?');
    let mut numbered = parts.next().unwrap_or_default().to_owned();
    for (part, place) in parts.zip(1..) {
        numbered.push('$');
        if !part.starts_with(|c: char| c.is_ascii_digit()) {
            numbered.push_str(&usize::to_string(&place));
        }
        numbered.push_str(part);
    }
    AssertSqlSafe(numbered)
}

impl Driver for Server {
    type Connection = PgConnection;

    const LEASES: bool = true;
    const PATIENCE: Option<Duration> = Some(Duration::from_mins(1));

    fn is_lost(error: &sqlx::Error) -> bool {
        error::is_lost(error)
    }

    fn failed(&self, error: sqlx::Error) -> LedgerError {
        Self::failed(self, error)
    }

    async fn connect(&self) -> Result<PgConnection, LedgerError> {
        self.dial().await
    }

    async fn take(&self, batch: BatchId) -> Result<BatchHold, LedgerError> {
        Ok(BatchHold::by(Lease::take(self, batch).await?))
    }

    fn unshared(&self) -> LedgerError {
        LedgerError::Unshared { path: self.shown().to_owned() }
    }

    async fn hand_over(&self, connection: &mut C, batch: BatchId, handover: &Handover) -> Result<(), Failed> {
        purse::hand_over(connection, batch, handover).await
    }

    async fn course(&self, connection: &mut C, batch: BatchId) -> Result<Option<Course>, Failed> {
        crew::course(connection, batch).await
    }

    async fn join(&self, batch: BatchId) -> Result<Joined, LedgerError> {
        crew::work(self, batch).await
    }

    async fn part(&self, connection: &mut C, batch: BatchId) -> Result<bool, Failed> {
        if let Some(worker) = self.signed_as(batch) {
            lease::hand_back(connection, worker.id).await?;
        }
        Ok(lease::living(connection, batch).await?.is_empty())
    }

    async fn take_jobs(&self, connection: &mut C, batch: BatchId, round: u32, most: u16) -> Result<Taken, Failed> {
        let worker = self.signed_as(batch).ok_or(LedgerError::Lost(batch))?;
        crew::take_jobs(connection, (batch, worker.id), round, most).await
    }

    async fn adopt_jobs(
        &self,
        connection: &mut C,
        batch: BatchId,
        round: u32,
        of: &Wanted,
    ) -> Result<Vec<Job>, Failed> {
        let worker = self.signed_as(batch).ok_or(LedgerError::Lost(batch))?;
        crew::adopt_jobs(connection, (batch, worker.id), round, of).await
    }

    async fn is_worked_on(&self, connection: &mut PgConnection, batch: BatchId) -> Result<bool, Failed> {
        lease::is_worked_on(connection, batch).await
    }

    async fn held(&self, connection: &mut PgConnection) -> Result<Vec<Held>, Failed> {
        lease::held(connection).await
    }

    async fn open_purse(
        &self,
        connection: &mut C,
        batch: BatchId,
        jobs: impl FnOnce() -> Vec<JobId> + Send,
    ) -> Result<Option<Purse>, Failed> {
        match self.signed_as(batch) {
            Some(Worker { shares: true, .. }) => purse::open(connection, batch, jobs()).await.map(Some),
            _ => Ok(None),
        }
    }

    async fn settle_purse(&self, connection: &mut C, purse: &mut Purse, rows: &Rows<'_>) -> Result<(), Failed> {
        purse::settle(connection, purse, rows).await
    }

    async fn close_purse(&self, connection: &mut C, purse: &Purse) -> Result<(), Failed> {
        purse::close(connection, purse).await
    }

    async fn fence(&self, connection: &mut PgConnection, batches: &[BatchId]) -> Result<(), Failed> {
        for batch in batches {
            if let Some(worker) = self.signed_as(*batch) {
                lease::fence(connection, *batch, worker.id).await?;
            }
        }
        Ok(())
    }

    /// Locks of a transaction, one for each picture, taken in one order by everyone.
    async fn bar(&self, connection: &mut PgConnection, claims: &[Claiming]) -> Result<(), Failed> {
        let mut keys: Vec<_> = contents(claims).filter_map(|content| content.0.first_chunk().copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let key = i64::from_be_bytes(key);
            connection.run("SELECT pg_advisory_xact_lock(?)", values![key]).await?;
        }
        Ok(())
    }

    async fn changes(
        &self,
        connection: &mut PgConnection,
        batch: BatchId,
        since: Option<Mark>,
    ) -> Result<Changes, Failed> {
        changes::changes(connection, batch, since).await
    }

    async fn look_on(
        &self,
        connection: &mut PgConnection,
        batch: BatchId,
        again: Option<i64>,
        may_answer: bool,
    ) -> Result<i64, Failed> {
        changes::look_on(connection, batch, again, may_answer).await
    }

    async fn order(&self, connection: &mut PgConnection, batch: BatchId, order: &Order) -> Result<Placed, Failed> {
        post::order(connection, batch, order).await
    }

    async fn post(&self, batch: BatchId) -> Result<Option<Post>, LedgerError> {
        post::open(self, batch).await.map(Some)
    }

    async fn leave(&self, recorder: &mut Slot<PgConnection>) {
        let rows = self.give_up();
        let Slot::Open(connection) = recorder else { return };
        for worker in rows {
            if let Err(error) = lease::hand_back(connection, worker).await {
                tracing::debug!(?error, "a lease is left to run out");
            }
        }
    }

    /// A server looks after its own pages.
    async fn check(&self, connection: &mut PgConnection) -> Result<(), Failed> {
        connection.run("SELECT count(*) FROM batches", PgArguments::default()).await?;
        Ok(())
    }
}

impl Sql for PgConnection {
    type Driver = Engine;
    type Row = PgRow;
    type Values = PgArguments;

    const NOW_MS: &'static str = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
    const JSON: (&'static str, &'static str) = ("CAST(json_build_array(", ") AS TEXT)");
    /// "ON CONFLICT DO UPDATE command cannot affect row a second time".
    const REPEATS: bool = false;

    async fn begin_to_write(&mut self) -> Result<Transaction<'_, Engine>, sqlx::Error> {
        Connection::begin(self).await
    }

    async fn begin_to_read(&mut self) -> Result<Transaction<'_, Engine>, sqlx::Error> {
        self.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await
    }

    async fn run(&mut self, text: impl SqlSafeStr + Send, values: PgArguments) -> Result<(), sqlx::Error> {
        sqlx::query_with(numbered(text), values).execute(self).await.map(drop)
    }

    async fn both(
        &mut self,
        texts: [&'static str; 2],
        pushed: [impl Fn(&mut PgArguments) -> Result<(), sqlx::Error> + Send + Sync; 2],
    ) -> Result<(), sqlx::Error> {
        let mut transaction = Connection::begin(self).await?;
        for (text, push) in texts.into_iter().zip(pushed) {
            let mut values = PgArguments::default();
            push(&mut values)?;
            transaction.run(text, values).await?;
        }
        transaction.commit().await
    }

    async fn rows(&mut self, text: impl SqlSafeStr + Send, values: PgArguments) -> Result<Vec<PgRow>, sqlx::Error> {
        sqlx::query_with(numbered(text), values).fetch_all(self).await
    }

    async fn each(
        &mut self,
        text: impl SqlSafeStr + Send,
        values: PgArguments,
        _about: usize,
        mut read: impl FnMut(&PgRow) -> Result<(), Failed> + Send,
    ) -> Result<(), Failed> {
        let mut rows = sqlx::query_with(numbered(text), values).fetch(self);
        while let Some(row) = rows.try_next().await? {
            read(&row)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered() {
        let told = |text: &'static str| numbered(text).0;
        assert_eq!(told("a = ? AND b IN (?, ?)"), "a = $1 AND b IN ($2, $3)");
        assert_eq!(told("a = ?2 AND b = ?1"), "a = $2 AND b = $1");
        assert_eq!(told("SELECT 1"), "SELECT 1");
        assert_eq!(without_nul("a\0b"), "a\u{fffd}b");
    }
}
