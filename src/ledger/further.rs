//! Files that go along with every photo of a batch: where they lie, and where they were uploaded.

use std::path::{Path, PathBuf};

use super::{Ledger, LedgerError};
use crate::job::{ContentHash, Service};

impl Ledger {
    /// Keeps where a file lies that goes along with the photos of a batch; the last place holds.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn keep_file(&self, content: &ContentHash, path: &Path) -> Result<(), LedgerError> {
        self.inner.store.keep_file(content, path).await
    }

    /// Where a file lay last that went along with photos, if one of this content ever did.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn file(&self, content: &ContentHash) -> Result<Option<PathBuf>, LedgerError> {
        self.inner.store.file(content).await
    }

    /// Keeps where such a file was uploaded: a service's history names it by that.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub async fn keep_file_url(&self, content: &ContentHash, url: &str, service: &Service) -> Result<(), LedgerError> {
        self.inner.store.keep_file_url(content, url, service).await
    }

    /// What file was uploaded to a URL of a service, if one was.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn file_of_url(&self, url: &str, service: &Service) -> Result<Option<ContentHash>, LedgerError> {
        self.inner.store.file_of_url(url, service).await
    }
}
