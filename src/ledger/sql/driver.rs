//! What a database does in its own way: connections that are lost, and whose the batches are.

use std::fmt;
use std::future::Future;
use std::io;
use std::time::Duration;

use super::database::{Failed, Sql};
use crate::job::{BatchId, Job, JobId};
use crate::ledger::LedgerError;
use crate::ledger::claim::Claiming;
use crate::ledger::crew::purse::Purse;
use crate::ledger::crew::{Course, Handover, Joined, Taken, Wanted};
use crate::ledger::hold::{BatchHold, Held};
use crate::ledger::post::values::{Changes, Mark, Order, Placed, Post};
use crate::ledger::queue::Rows;

/// A database that the ledger's tables may be in.
pub(in crate::ledger) trait Driver: fmt::Debug + Send + Sync + 'static {
    type Connection: Sql + fmt::Debug;

    /// Whether others may take a batch away from who does not answer: all that is recorded asks first whose it is.
    const LEASES: bool;
    /// How long an answer may take; `None` where nothing can be lost on the way.
    const PATIENCE: Option<Duration>;

    /// Whether the connection is of no more use after this.
    fn is_lost(error: &sqlx::Error) -> bool;

    /// In our words.
    fn failed(&self, error: sqlx::Error) -> LedgerError;

    /// Another connection in place of one that was lost.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, LedgerError>> + Send;

    /// Takes a batch for this process, unless another works on it.
    fn take(&self, batch: BatchId) -> impl Future<Output = Result<BatchHold, LedgerError>> + Send;

    /// What is said where many workers were to share the ledger, and it is one machine's.
    fn unshared(&self) -> LedgerError;

    /// Hands a batch that this process has for itself to workers.
    fn hand_over(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
        _handover: &Handover,
    ) -> impl Future<Output = Result<(), Failed>> + Send {
        async { Err(self.unshared().into()) }
    }

    /// What workers of a batch go by, if it is handed to them.
    fn course(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
    ) -> impl Future<Output = Result<Option<Course>, Failed>> + Send {
        async { Err(self.unshared().into()) }
    }

    /// Works on a batch beside others, unless a process has it for itself.
    fn join(&self, _batch: BatchId) -> impl Future<Output = Result<Joined, LedgerError>> + Send {
        async { Err(self.unshared()) }
    }

    /// Ends that; whether nobody else works on it now.
    fn part(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
    ) -> impl Future<Output = Result<bool, Failed>> + Send {
        async { Err(self.unshared().into()) }
    }

    /// Takes so many jobs that have not ended and that nobody works on; asked again in the same round, the same.
    fn take_jobs(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
        _round: u32,
        _most: u16,
    ) -> impl Future<Output = Result<Taken, Failed>> + Send {
        async { Err(self.unshared().into()) }
    }

    /// Takes jobs that a person asks something for and that nobody works on; asked again in the same round, the same.
    fn adopt_jobs(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
        _round: u32,
        _wanted: &Wanted,
    ) -> impl Future<Output = Result<Vec<Job>, Failed>> + Send {
        async { Err(self.unshared().into()) }
    }

    /// Whether any process works on a batch.
    fn is_worked_on(
        &self,
        connection: &mut Self::Connection,
        batch: BatchId,
    ) -> impl Future<Output = Result<bool, Failed>> + Send;

    /// The batches that processes work on.
    fn held(&self, connection: &mut Self::Connection) -> impl Future<Output = Result<Vec<Held>, Failed>> + Send;

    /// First in the transaction that records: takes the money of a batch in hand that this process works on beside others,
    /// until the transaction's end. It is about these jobs.
    fn open_purse(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
        _jobs: impl FnOnce() -> Vec<JobId> + Send,
    ) -> impl Future<Output = Result<Option<Purse>, Failed>> + Send {
        async { Ok(None) }
    }

    /// In the same, once its rows are written: what they did to that money.
    fn settle_purse(
        &self,
        _connection: &mut Self::Connection,
        _purse: &mut Purse,
        _rows: &Rows<'_>,
    ) -> impl Future<Output = Result<(), Failed>> + Send {
        async { Ok(()) }
    }

    /// Last in it: holds what its intents may cost. Fails if the cap would be passed.
    fn close_purse(
        &self,
        _connection: &mut Self::Connection,
        _purse: &Purse,
    ) -> impl Future<Output = Result<(), Failed>> + Send {
        async { Ok(()) }
    }

    /// In the transaction that records: fails if one of these batches is not this process's any more.
    fn fence(
        &self,
        connection: &mut Self::Connection,
        batches: &[BatchId],
    ) -> impl Future<Output = Result<(), Failed>> + Send;

    /// In the same: keeps everyone out who claims what these do, until its end.
    fn bar(
        &self,
        connection: &mut Self::Connection,
        claims: &[Claiming],
    ) -> impl Future<Output = Result<(), Failed>> + Send;

    /// How a batch stands that others work on, and what was written since a look.
    fn changes(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
        _since: Option<Mark>,
    ) -> impl Future<Output = Result<Changes, Failed>> + Send {
        async { Err(self.unshared().into()) }
    }

    /// Says that somebody looks on.
    fn look_on(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
        _again: Option<i64>,
        _may_answer: bool,
    ) -> impl Future<Output = Result<i64, Failed>> + Send {
        async { Err(self.unshared().into()) }
    }

    /// Asks something of all who work on a batch.
    fn order(
        &self,
        _connection: &mut Self::Connection,
        _batch: BatchId,
        _order: &Order,
    ) -> impl Future<Output = Result<Placed, Failed>> + Send {
        async { Err(self.unshared().into()) }
    }

    /// Where who works on a batch hears what is asked; `None` where nobody else can ask.
    fn post(&self, _batch: BatchId) -> impl Future<Output = Result<Option<Post>, LedgerError>> + Send {
        async { Ok(None) }
    }

    /// Hands back what was taken, as well as that can be done.
    fn leave(&self, recorder: &mut Slot<Self::Connection>) -> impl Future<Output = ()> + Send;

    /// Whether all of it is whole.
    fn check(&self, connection: &mut Self::Connection) -> impl Future<Output = Result<(), Failed>> + Send;
}

/// A place for a connection.
#[derive(Debug)]
pub(in crate::ledger) enum Slot<C> {
    Open(C),
    /// The next who needs it makes another.
    Lost,
    Closed,
}

impl<C: Sql> Slot<C> {
    /// The connection; another where it was lost.
    pub(in crate::ledger) async fn connection<D: Driver<Connection = C>>(
        &mut self,
        driver: &D,
    ) -> Result<&mut C, LedgerError> {
        if matches!(self, Self::Lost) {
            *self = Self::Open(driver.connect().await?);
        }
        match self {
            Self::Open(connection) => Ok(connection),
            Self::Lost | Self::Closed => Err(LedgerError::Closed),
        }
    }
}

/// Waits as long as a database may take.
pub(super) async fn within<D: Driver, T>(asked: impl Future<Output = Result<T, Failed>> + Send) -> Result<T, Failed> {
    let Some(patience) = D::PATIENCE else { return asked.await };
    soon(patience, asked).await
}

/// Waits so long, and takes the connection for lost then.
pub(in crate::ledger) async fn soon<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, Failed>> + Send,
) -> Result<T, Failed> {
    let late = |_| Failed::Database(sqlx::Error::Io(io::ErrorKind::TimedOut.into()));
    tokio::time::timeout(patience, asked).await.map_err(late)?
}
