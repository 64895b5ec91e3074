//! What a batch keeps of how it was begun, and what fal keeps of it and has deleted.

use super::batch::Note;
use super::{Ledger, LedgerError};
use crate::job::{BatchId, RequestId};

impl Ledger {
    /// Keeps the model as it was when the batch was begun; what is kept already stays.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn pin_model(&self, batch: BatchId, model: &str) -> Result<(), LedgerError> {
        self.inner.store.note(batch, Note::Model, Some(model)).await
    }

    /// The model as it was when the batch was begun, if that was kept.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn pinned_model(&self, batch: BatchId) -> Result<Option<String>, LedgerError> {
        self.inner.store.noted(batch, Note::Model).await
    }

    /// Keeps which photos of a batch go first, and how far that is; returns when it is on the disk for good.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn note_canary(&self, batch: BatchId, canary: &str) -> Result<(), LedgerError> {
        self.inner.store.note(batch, Note::Canary, Some(canary)).await
    }

    /// What was kept of that, if anything was.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn canary(&self, batch: BatchId) -> Result<Option<String>, LedgerError> {
        self.inner.store.noted(batch, Note::Canary).await
    }

    /// Keeps what becomes of a batch's captions, as it was typed.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn note_captions(&self, batch: BatchId, captions: &str) -> Result<(), LedgerError> {
        self.inner.store.note(batch, Note::Captions, Some(captions)).await
    }

    /// What was kept of that; nothing of batches of earlier versions.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn captions(&self, batch: BatchId) -> Result<Option<String>, LedgerError> {
        self.inner.store.noted(batch, Note::Captions).await
    }

    /// Keeps what fal is to keep of a batch, so that its retries ask for the same; `None` for nothing special.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn note_keeping(&self, batch: BatchId, keeping: Option<&str>) -> Result<(), LedgerError> {
        self.inner.store.note(batch, Note::Keeping, keeping).await
    }

    /// What was kept of that, if anything was.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn keeping(&self, batch: BatchId) -> Result<Option<String>, LedgerError> {
        self.inner.store.noted(batch, Note::Keeping).await
    }

    /// Keeps how a batch's records stand, once all of it is in them. It holds until a job of the batch is changed, by
    /// whichever process: so nobody else may change one meanwhile.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn note_recorded(&self, batch: BatchId, records: &str) -> Result<(), LedgerError> {
        self.inner.store.note(batch, Note::Recorded, Some(records)).await
    }

    /// How a batch's records stood when all was in them; `None` if something has changed since.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn recorded(&self, batch: BatchId) -> Result<Option<String>, LedgerError> {
        self.inner.store.noted(batch, Note::Recorded).await
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
