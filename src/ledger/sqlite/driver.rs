//! SQLite as a database of tables: its words for what others say otherwise, and one process a batch by a lock file.

use std::path::PathBuf;
use std::time::Duration;

use futures::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, SqlSafeStr, Sqlite as Engine, Transaction};
use tokio::time::sleep;

use crate::job::BatchId;
use crate::ledger::LedgerError;
use crate::ledger::claim::Claiming;
use crate::ledger::hold::{self, BatchHold, Held, LockFile};
use crate::ledger::sql::database::{Cells, Failed, Sql, driver};
use crate::ledger::sql::{Driver, Slot};

/// How many rows SQLite's thread may be ahead of us.
pub(super) const ROWS_AHEAD: usize = 1024;

/// How long rows may gather, and how few to come are not worth it.
const GATHER: Duration = Duration::from_millis(1);
const FEW: usize = 16;

driver!(SqliteRow, SqliteArguments, |text| text);

/// One SQLite file in a state directory.
#[derive(Debug)]
pub(in crate::ledger) struct File {
    pub(super) path: PathBuf,
    pub(super) state_dir: PathBuf,
}

impl Driver for File {
    type Connection = SqliteConnection;

    const LEASES: bool = false;
    const PATIENCE: Option<Duration> = None;

    fn is_lost(_: &sqlx::Error) -> bool {
        false
    }

    fn failed(&self, error: sqlx::Error) -> LedgerError {
        LedgerError::database(&self.path, error)
    }

    async fn connect(&self) -> Result<SqliteConnection, LedgerError> {
        Err(LedgerError::Closed)
    }

    async fn take(&self, batch: BatchId) -> Result<BatchHold, LedgerError> {
        Ok(BatchHold::by(LockFile::take(&self.state_dir, batch)?))
    }

    fn unshared(&self) -> LedgerError {
        LedgerError::Unshared { path: self.path.clone() }
    }

    async fn is_worked_on(&self, _: &mut SqliteConnection, batch: BatchId) -> Result<bool, Failed> {
        Ok(hold::is_held(&self.state_dir, batch))
    }

    async fn held(&self, _: &mut SqliteConnection) -> Result<Vec<Held>, Failed> {
        Ok(hold::held(&self.state_dir))
    }

    /// A lock file is nobody else's while its process lives.
    async fn fence(&self, _: &mut SqliteConnection, _: &[BatchId]) -> Result<(), Failed> {
        Ok(())
    }

    /// Who writes is alone.
    async fn bar(&self, _: &mut SqliteConnection, _: &[Claiming]) -> Result<(), Failed> {
        Ok(())
    }

    async fn leave(&self, _: &mut Slot<SqliteConnection>) {}

    /// SQLite's own look at every page and index.
    async fn check(&self, connection: &mut SqliteConnection) -> Result<(), Failed> {
        let found = connection.rows("PRAGMA integrity_check(5)", SqliteArguments::default()).await?;
        let found = found.iter().map(|row| row.word(0)).collect::<Result<Vec<_>, _>>()?;
        if found.iter().all(|finding| *finding == "ok") {
            return Ok(());
        }
        Err(LedgerError::Damaged { path: self.path.clone(), detail: found.join("; ") }.into())
    }
}

impl Sql for SqliteConnection {
    type Driver = Engine;
    type Row = SqliteRow;
    type Values = SqliteArguments;

    const NOW_MS: &'static str = "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)";
    const JSON: (&'static str, &'static str) = ("json_array(", ")");
    const REPEATS: bool = true;

    async fn begin_to_write(&mut self) -> Result<Transaction<'_, Engine>, sqlx::Error> {
        self.begin_with("BEGIN IMMEDIATE").await
    }

    async fn begin_to_read(&mut self) -> Result<Transaction<'_, Engine>, sqlx::Error> {
        Connection::begin(self).await
    }

    async fn run(&mut self, text: impl SqlSafeStr + Send, values: SqliteArguments) -> Result<(), sqlx::Error> {
        sqlx::query_with(text, values).execute(self).await.map(drop)
    }

    /// Sent together: one journey to SQLite's thread in place of four.
    async fn both(
        &mut self,
        [first, second]: [&'static str; 2],
        pushed: [impl Fn(&mut SqliteArguments) -> Result<(), sqlx::Error> + Send + Sync; 2],
    ) -> Result<(), sqlx::Error> {
        let mut values = SqliteArguments::default();
        pushed.iter().try_for_each(|push| push(&mut values))?;
        let text = AssertSqlSafe(format!("BEGIN IMMEDIATE; {first}; {second}; COMMIT"));
        let written = sqlx::query_with(text, values).execute(&mut *self).await;
        if written.is_err() {
            // Whether there is something to roll back depends on which of the four failed.
            let _ = sqlx::query("ROLLBACK").execute(self).await;
        }
        written.map(drop)
    }

    async fn rows(
        &mut self,
        text: impl SqlSafeStr + Send,
        values: SqliteArguments,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        sqlx::query_with(text, values).fetch_all(self).await
    }

    async fn each(
        &mut self,
        text: impl SqlSafeStr + Send,
        values: SqliteArguments,
        about: usize,
        mut read: impl FnMut(&SqliteRow) -> Result<(), Failed> + Send,
    ) -> Result<(), Failed> {
        let mut rows = sqlx::query_with(text, values).fetch(self).try_ready_chunks(ROWS_AHEAD);
        let mut seen = 0;
        while let Some(chunk) = rows.try_next().await.map_err(|stopped| stopped.1)? {
            chunk.iter().try_for_each(&mut read)?;
            seen += chunk.len();
            // Rows come from another thread. To be woken for each costs more than to read it, so
            // they may gather while more are to come.
            if chunk.len() < ROWS_AHEAD && about.saturating_sub(seen) > FEW {
                sleep(GATHER).await;
            }
        }
        Ok(())
    }
}
