//! Batches that earlier versions wrote down under another name for the same output folder.

use super::Failure;
use super::batch::Batch;
use crate::intake::true_path;
use crate::ledger::{BatchKey, BatchRow, Ledger};

/// The batch as the ledger has it: its output folder may be written there with links or `..` in it.
/// The newest that leads to the same folder is it.
///
/// # Errors
/// If the ledger cannot be read.
pub(super) async fn as_written(ledger: &Ledger, mut batch: Batch) -> Result<Batch, Failure> {
    if ledger.batch_of(&batch.key).await?.is_some() {
        return Ok(batch);
    }
    let is_same = |row: &BatchRow| {
        let key = BatchKey { output: batch.key.output.clone(), ..row.key.clone() };
        key == batch.key && true_path(&row.key.output) == batch.key.output
    };
    if let Some(row) = ledger.batches().await?.into_iter().find(is_same) {
        batch.key.output = row.key.output;
    }
    Ok(batch)
}
