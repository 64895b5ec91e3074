//! What each photo is sent where that differs by photo, because a list or a rule has parameters of its own for it, or a
//! text is filled in: as photos are found, before anything is counted. A list's word holds over a rule's.
//! A photo for which there is nothing to fill in is not sent, and says so.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::commands::batch::Batch;
use crate::commands::{listed, ruled};
use crate::intake::{Arrival, Found, Manifest, Rules};
use crate::job::{BatchId, OwnParams, Photo, Service};
use crate::ledger::Ledger;
use crate::model::{Filling, Model, Params, Slot, Unfilled};
use crate::plan::{BY_RULE, INCOMPLETE, LINE_REFUSED, NO_CAPTION, NO_SIDECAR, RULES_REFUSED, TEXT_REFUSED, content_of};

/// Chunks of photos that may lie waiting for the engine.
const CHUNKS: usize = 16;
/// The longest text beside a photo, bytes.
const LONGEST: u64 = 64 << 10;

/// Who fills them in.
struct Filler {
    model: Model,
    params: Params,
    /// What of a photo a text may need, of any of them.
    slots: BTreeSet<Slot>,
    listed: Option<Arc<Manifest>>,
    rules: Arc<Rules>,
    /// Whether each is asked whether it has all that the model needs.
    has_own: bool,
    ledger: Ledger,
    service: Service,
    /// What this batch itself said does not count.
    batch: BatchId,
}

/// Photos as they are found, each with the texts that it is sent; as they are where these are the same for all.
pub(super) fn filled(
    batch: &Batch,
    id: BatchId,
    ledger: &Ledger,
    mut found: mpsc::Receiver<Arrival>,
) -> mpsc::Receiver<Arrival> {
    let listed = batch.listed.clone().filter(|listed| listed.has_params());
    let slots = batch.params.slots(&batch.model);
    if slots.is_none() && !batch.has_own() {
        return found;
    }
    let filler = Filler {
        model: batch.model.clone(),
        params: batch.params.clone(),
        slots: slots.unwrap_or_default(),
        listed,
        rules: Arc::clone(&batch.rules),
        has_own: batch.has_own(),
        ledger: ledger.clone(),
        service: batch.key.service.clone(),
        batch: id,
    };
    let (chunks, receiver) = mpsc::channel(CHUNKS);
    tokio::spawn(async move {
        while let Some(arrival) = found.recv().await {
            let arrival = match arrival {
                Arrival::Found(chunk) => {
                    let mut whole = Vec::with_capacity(chunk.len());
                    for found in chunk {
                        whole.extend(filler.fill(found).await);
                    }
                    Arrival::Found(whole)
                }
                arrival => arrival,
            };
            if chunks.send(arrival).await.is_err() {
                return;
            }
        }
    });
    receiver
}

impl Filler {
    /// `None` for a text that is beside a photo, and no photo.
    async fn fill(&self, found: Found) -> Option<Found> {
        let photo = match found {
            Found::Skipped(photo, _) if self.slots.contains(&Slot::Sidecar) && is_text(&photo.path) => return None,
            Found::Photo(photo, _) => photo,
            found @ Found::Skipped(..) => return Some(found),
        };
        let own = match self.own(&photo) {
            Ok(own) => own,
            Err(reason) => return Some(Found::Skipped(photo, reason.into())),
        };
        let params = own.as_ref().unwrap_or(&self.params);
        let Some(slots) = params.slots(&self.model) else {
            return Some(Found::Photo(photo, own.map(|own| OwnParams(own.canonical().into()))));
        };
        let filling = self.filling(&photo, &slots).await;
        Some(match params.filled(&self.model, &filling) {
            Ok(own) => Found::Photo(photo, Some(OwnParams(own.canonical().into()))),
            Err(Unfilled::Missing(Slot::Caption)) => Found::Skipped(photo, NO_CAPTION.into()),
            Err(Unfilled::Missing(_)) => Found::Skipped(photo, NO_SIDECAR.into()),
            Err(Unfilled::Refused(_)) => Found::Skipped(photo, TEXT_REFUSED.into()),
        })
    }

    /// The parameters that a photo has of its own by rules and by a list, or why it is not sent.
    fn own(&self, photo: &Photo) -> Result<Option<Params>, &'static str> {
        let line = self.listed.as_ref().and_then(|listed| listed.line(&photo.source));
        let holding = self.rules.of(&photo.source);
        if holding.skipped_by.is_some() {
            return Err(BY_RULE);
        }
        let mut own = self.params.clone();
        // Both were asked at the start: the model, or what stands beside it, was taken since.
        if !holding.values.is_empty() {
            let values = holding.values.iter().map(|(value, _)| *value);
            own = ruled::own(values, &self.model, &own).map_err(|_| RULES_REFUSED)?;
        }
        if let Some(line) = line {
            own = listed::own(line, &self.model, &own).map_err(|_| LINE_REFUSED)?;
        }
        if self.has_own {
            own.complete(&self.model).map_err(|_| INCOMPLETE)?;
        }
        Ok(Some(own).filter(|own| *own != self.params))
    }

    async fn filling(&self, photo: &Photo, slots: &BTreeSet<Slot>) -> Filling {
        let stem = photo.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = photo.path.parent().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
        let source = photo.source.clone();
        let sidecar = if slots.contains(&Slot::Sidecar) {
            tokio::task::spawn_blocking(move || beside(&source)).await.ok().flatten()
        } else {
            None
        };
        let caption = if slots.contains(&Slot::Caption) { self.caption(photo).await } else { None };
        Filling { stem, folder, sidecar, caption }
    }

    async fn caption(&self, photo: &Photo) -> Option<String> {
        let content = content_of(photo).await.ok()?;
        let said = self.ledger.caption(&content, &self.service, self.batch).await;
        said.inspect_err(|error| tracing::warn!(%error, "what was said of a picture cannot be read")).ok().flatten()
    }
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("txt"))
}

/// The text of the file beside a photo, if there is one that says something. It blocks.
fn beside(photo: &Path) -> Option<String> {
    let file = File::open(photo.with_extension("txt")).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    (!text.is_empty()).then(|| text.to_owned())
}
