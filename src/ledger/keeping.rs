//! What fal keeps of a batch, and what it has deleted.

use super::{Ledger, LedgerError};
use crate::job::{BatchId, RequestId};

impl Ledger {
    /// Keeps what fal is to keep of a batch, so that its retries ask for the same; `None` for nothing special.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn note_keeping(&self, batch: BatchId, keeping: Option<&str>) -> Result<(), LedgerError> {
        self.inner.store.note_keeping(batch, keeping).await
    }

    /// What was kept of that, if anything was.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn keeping(&self, batch: BatchId) -> Result<Option<String>, LedgerError> {
        self.inner.store.keeping(batch).await
    }

    /// Requests of a batch whose results are saved, and that fal was not yet made to forget. What another batch has of
    /// the same request is not among them.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn unforgotten(&self, batch: BatchId) -> Result<Vec<RequestId>, LedgerError> {
        let ids = self.inner.store.unforgotten(batch).await?;
        Ok(ids.iter().filter_map(|id| RequestId::new(id).ok()).collect())
    }

    /// fal has deleted the result of a request.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn forgot(&self, request: &RequestId) -> Result<(), LedgerError> {
        self.inner.store.forgot(request).await
    }
}
