//! A batch that goes on sends what its plan showed: the model as it was when the batch was begun.

use crate::commands::batch::Batch;
use crate::commands::failure::Failure;
use crate::config::ModelWish;
use crate::job::clean;
use crate::ledger::{BatchKey, BatchRow, Ledger};
use crate::model::Model;

/// The batch as it was begun, if it was: with the model of that time. The same command finds it though
/// the model's defaults have changed since.
///
/// # Errors
/// If the ledger cannot be read.
pub(crate) async fn pinned(ledger: &Ledger, batch: Batch, wish: &ModelWish) -> Result<Batch, Failure> {
    if let Some(id) = ledger.batch_of(&batch.key).await? {
        let model = ledger.pinned_model(id).await?.as_deref().and_then(read);
        return Ok(model.map_or_else(|| batch.clone(), |model| batch.clone().go_on_with(model)));
    }
    let is_alike = |row: &BatchRow| {
        let mut roots = (row.key.roots.clone(), batch.key.roots.clone());
        roots.0.sort_unstable();
        roots.1.sort_unstable();
        let key = BatchKey { params: batch.key.params.clone(), roots: batch.key.roots.clone(), ..row.key.clone() };
        key == batch.key && roots.0 == roots.1
    };
    for row in ledger.batches().await?.into_iter().filter(is_alike) {
        let Some(model) = ledger.pinned_model(row.id).await?.as_deref().and_then(read) else { continue };
        if let Ok(params) = wish.parse(&model)
            && params.canonical() == row.key.params
        {
            let begun = Batch { key: row.key, params, ..batch };
            return Ok(begun.go_on_with(model));
        }
    }
    Ok(batch)
}

/// A model as it was written down; one of another version's form is not known.
pub(crate) fn read(text: &str) -> Option<Model> {
    serde_json::from_str(text).ok()
}

impl Batch {
    /// The same with the model that it was begun with.
    fn go_on_with(mut self, model: Model) -> Self {
        if !self.model.is_as(&model) {
            let name = clean(model.endpoint.as_str()).into_owned();
            self.schema_changed = Some(format!(
                "fal has changed what {name} takes since this batch was begun: it goes on as its plan showed"
            ));
        }
        self.model = model;
        self
    }
}
