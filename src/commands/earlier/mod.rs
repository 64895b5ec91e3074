//! Batches that earlier versions wrote down under another name for the same output folder.

pub(super) mod remember;

use crate::commands::batch::Batch;
use crate::commands::failure::Failure;
use crate::ledger::{BatchKey, BatchRow, Ledger};
use crate::storage::canonical_or_missing;

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
        key == batch.key && canonical_or_missing(&row.key.output) == batch.key.output
    };
    if let Some(row) = ledger.batches().await?.into_iter().find(is_same) {
        batch.key.output = row.key.output;
    }
    Ok(batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{EndpointId, Service};
    use crate::model::{Model, Params};

    #[tokio::test]
    async fn a_batch_that_was_written_down_with_dots_is_found_by_its_true_folder() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("here")).unwrap();
        let ledger = Ledger::open(&root.join("state")).await.unwrap();
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let params = Params::parse(&model, [""; 0]).unwrap();
        let batch = |output: &str| {
            let (roots, service) = (vec!["/photos".into()], Service::Fal);
            let (output, endpoint) = (root.join(output), Model::DEFAULT.to_owned());
            let key = BatchKey { roots, output, model: endpoint, params: params.canonical(), service };
            let (model, params) = (model.clone(), params.clone());
            Batch {
                key,
                model,
                params,
                has_schema: false,
                schema_changed: None,
                files: Vec::new(),
                notes: Vec::new(),
                inputs: None,
                listed: None,
                rules: std::sync::Arc::default(),
                keeping: None,
            }
        };
        let old = batch("here/../out");
        drop(ledger.open_batch(&old.key).await.unwrap());
        assert_eq!(as_written(&ledger, batch("out")).await.unwrap().key, old.key);
        let other = batch("other");
        assert_eq!(as_written(&ledger, other.clone()).await.unwrap().key, other.key);
    }
}
