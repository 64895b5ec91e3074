//! What a ledger does for workers.

use super::{Course, Handover, Joined, Taken, Wanted};
use crate::job::{BatchId, Job};
use crate::ledger::{Ledger, LedgerError};

impl Ledger {
    /// Whether many machines can share it: one on a server.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.inner.store.is_shared()
    }

    /// Hands a batch to workers, from a process that has it for itself and has recorded all that it knows.
    ///
    /// # Errors
    /// [`LedgerError::Unshared`] if the ledger is one machine's; otherwise if it cannot be written.
    pub async fn hand_over(&self, batch: BatchId, handover: &Handover) -> Result<(), LedgerError> {
        self.inner.store.hand_over(batch, handover).await
    }

    /// What workers of a batch go by; `None` if it is not handed to any.
    ///
    /// # Errors
    /// As [`Self::hand_over`].
    pub async fn course(&self, batch: BatchId) -> Result<Option<Course>, LedgerError> {
        self.inner.store.course(batch).await
    }

    /// Begins to work on a batch beside others.
    ///
    /// # Errors
    /// [`LedgerError::Held`] if a process has it for itself; otherwise as [`Self::hand_over`].
    pub async fn join(&self, batch: BatchId) -> Result<Joined, LedgerError> {
        self.inner.store.join(batch).await
    }

    /// Ends the work on a batch beside others: nothing more is recorded. Whether nobody else works on it now.
    ///
    /// # Errors
    /// As [`Self::hand_over`].
    pub async fn part(&self, batch: BatchId) -> Result<bool, LedgerError> {
        self.inner.store.part(batch).await
    }

    /// Takes so many jobs that are not done and that nobody works on, in their order. Each question is a `round` of its
    /// own: one whose answer was lost on the way is asked again, and gives the same jobs.
    ///
    /// # Errors
    /// [`LedgerError::Lost`] if this process was not heard of for too long; otherwise as [`Self::hand_over`].
    pub async fn take_jobs(&self, batch: BatchId, round: u32, most: u16) -> Result<Taken, LedgerError> {
        self.inner.store.take_jobs(batch, round, most).await
    }

    /// Takes jobs that a person asks something for and that are nobody's: their worker is gone, or they were never taken.
    /// Of many who ask, each job is given to one. A `round` asked again gives the same jobs; it has nothing to do with those
    /// of [`Self::take_jobs`].
    ///
    /// # Errors
    /// As [`Self::take_jobs`].
    pub async fn adopt_jobs(&self, batch: BatchId, round: u32, wanted: &Wanted) -> Result<Vec<Job>, LedgerError> {
        self.inner.store.adopt_jobs(batch, round, wanted).await
    }
}
