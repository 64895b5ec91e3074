//! What a ledger that many machines share is asked by those who work on a batch and those who look on.

use super::values::{Changes, Mark, Order, Placed, Post};
use crate::job::BatchId;
use crate::ledger::{Ledger, LedgerError};

impl Ledger {
    /// How a batch stands that others work on, and which jobs were written since a look; of the first look no jobs are
    /// told. It costs the same however many jobs there are. A job may be told twice, and none is left out.
    ///
    /// # Errors
    /// [`LedgerError::Unshared`] for a ledger in a file; [`LedgerError::Away`] as soon as the server does not answer.
    pub async fn changes(&self, batch: BatchId, since: Option<Mark>) -> Result<Changes, LedgerError> {
        self.inner.store.changes(batch, since).await
    }

    /// Says that somebody looks on at a batch, and for a while goes on doing so; gives a number to say it again with.
    ///
    /// # Errors
    /// As [`Self::changes`].
    pub async fn look_on(&self, batch: BatchId, again: Option<i64>, may_answer: bool) -> Result<i64, LedgerError> {
        self.inner.store.look_on(batch, again, may_answer).await
    }

    /// Asks something of all who work on a batch.
    ///
    /// # Errors
    /// As [`Self::changes`]; it was not placed then.
    pub async fn order(&self, batch: BatchId, order: &Order) -> Result<Placed, LedgerError> {
        self.inner.store.order(batch, order).await
    }

    /// Who works on a batch hears by this what is asked of it; `None` where the ledger is a file.
    ///
    /// # Errors
    /// If the server does not answer.
    pub async fn post(&self, batch: BatchId) -> Result<Option<Post>, LedgerError> {
        self.inner.store.post(batch).await
    }
}
