//! The ledger on real files.

mod batches;
mod crash;
mod failures;
#[cfg(unix)]
mod format;
mod grouping;
mod history;
mod many_lives;
mod round_trip;
mod samples;

use std::path::Path;

use tempfile::TempDir;

use super::*;

async fn open(folder: &Path) -> Ledger {
    Ledger::open(folder).await.unwrap()
}

/// A new ledger with one batch in it.
async fn one_batch() -> (TempDir, Ledger, Opened) {
    let folder = TempDir::new().unwrap();
    let ledger = open(folder.path()).await;
    let batch = ledger.open_batch(&samples::key("a")).await.unwrap();
    (folder, ledger, batch)
}
