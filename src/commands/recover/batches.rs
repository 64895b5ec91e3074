//! Recovery without a PATH: of every batch that the ledger knows, by the uploads and requests that it
//! remembers. No photo is looked for; where they lie now is of no matter.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::Path;

use super::further::Further;
use super::likely_cost;
use super::place::{Known, Place};
use super::tell::{Fate, Teller};
use crate::commands::batch::Batch;
use crate::commands::failure::Failure;
use crate::config::Settings;
use crate::fal::{Fal, Past};
use crate::intake;
use crate::job::{Answer, BatchId, ContentHash, OwnParams, Service};
use crate::ledger::{Found, Ledger, LedgerError};
use crate::model::{Model, Params, UnitPrice};

/// The batches of one service.
#[derive(Debug)]
pub(super) struct Batches {
    service: Service,
    known: BTreeMap<BatchId, Batch>,
}

impl Batches {
    /// Every batch that this version can go on with.
    pub(super) async fn of(ledger: &Ledger, service: Service) -> Result<Self, Failure> {
        let mut known = BTreeMap::new();
        for row in ledger.batches().await?.into_iter().filter(|row| row.key.service == service) {
            match Batch::known(ledger, row.id).await {
                Ok(batch) => drop(known.insert(row.id, batch)),
                Err(failure) => tracing::warn!(batch = %row.id, "left out: {}", failure.message),
            }
        }
        Ok(Self { service, known })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Every model that one of them was sent to, once.
    pub(super) fn models(&self) -> Vec<&Model> {
        let by_id: BTreeMap<_, _> =
            self.known.values().map(|batch| (batch.model.endpoint.as_str(), &batch.model)).collect();
        by_id.into_values().collect()
    }
}

/// A recovery into whatever batch a result belongs to. A batch is opened once there is something for it.
pub(super) struct Everywhere<'a> {
    pub(super) settings: &'a Settings,
    pub(super) fal: &'a Fal,
    pub(super) ledger: &'a Ledger,
    pub(super) batches: &'a Batches,
    /// The model whose history is read, and what it costs.
    pub(super) model: &'a Model,
    pub(super) price: Option<UnitPrice>,
    /// What was sent beside the photos.
    pub(super) further: Further<'a>,
    pub(super) dry_run: bool,
    pub(super) teller: Teller,
    /// What is open, or why it cannot be.
    pub(super) open: BTreeMap<BatchId, Result<Place<'a>, String>>,
}

impl<'a> Everywhere<'a> {
    /// Saves a result wherever it is missing, or says why not.
    pub(super) async fn take(&mut self, past: &Past) -> Result<(), Failure> {
        let answer = match &past.outcome {
            Ok(answer) => answer,
            Err(error) => return self.teller.tell(past, Fate::NoPicture, None, None, Some(&error.to_string())),
        };
        let (mut is_anyones, known) = (false, self.find(past).await?);
        // Who got a copy of another's result uploaded nothing.
        let upload = known.iter().find_map(|found| found.upload.clone());
        for mut found in known {
            found.upload = found.upload.or_else(|| upload.clone());
            let Some(batch) = self.batches.known.get(&found.batch).filter(|_| !found.is_former) else { continue };
            is_anyones = true;
            let photo = found.job.photo.source.to_string_lossy().into_owned();
            let (fate, output, why) = match self.fate(past, answer, &found, batch).await {
                Ok(_) if self.dry_run => {
                    let promised = batch.params.work(found.job.photo.pixels);
                    let cost = likely_cost(self.price.as_ref(), answer, promised);
                    let place = batch.key.output.join(&*found.job.photo.path);
                    self.teller.found(past, &photo, place, cost)?;
                    continue;
                }
                Ok(output) => (Fate::Saved, output, None),
                Err((fate, why)) => (fate, None, why),
            };
            let output = output.map(|output| batch.key.output.join(output));
            self.teller.tell(past, fate, Some(&photo), output.as_deref(), why.as_deref())?;
        }
        if is_anyones {
            return Ok(());
        }
        self.teller.tell(past, Fate::Unmatched, None, None, answer.text())
    }

    /// The jobs that a request was made for, as far as the ledger remembers.
    async fn find(&self, past: &Past) -> Result<Vec<Found>, Failure> {
        let by_request = self.ledger.by_request(&past.id, &self.batches.service).await?;
        if !by_request.is_empty() {
            return Ok(by_request);
        }
        let Some(url) = self.model.photo_in(&past.input) else { return Ok(Vec::new()) };
        Ok(self.ledger.by_upload_url(url, &self.batches.service).await?)
    }

    /// Saves one for a job; where it lies then, below its batch's folder.
    async fn fate(
        &mut self,
        past: &Past,
        answer: &Answer,
        found: &Found,
        batch: &'a Batch,
    ) -> Result<Option<Box<Path>>, (Fate, Option<String>)> {
        let failed = |why: String| (Fate::Failed, Some(why));
        let is_made_so = is_made_with(past, batch, found.job.own.as_ref(), &mut self.further).await;
        if !is_made_so.map_err(|error| failed(error.to_string()))? {
            return Err((Fate::OtherParams, None));
        }
        let (photo, id) = (&found.job.photo, &past.id);
        let known = Known::new(vec![found.job.clone()], &batch.key.output);
        if let Some(why) = known.needs_none(photo, id) {
            return Err((Fate::There, Some(why.to_owned())));
        }
        let Some(upload) = found.upload.clone() else {
            return Err((Fate::Unmatched, Some("its upload is not known any more".to_owned())));
        };
        if is_another(&photo.source, upload.content).await {
            return Err((Fate::Unmatched, Some("the photo was changed since".to_owned())));
        }
        if self.dry_run {
            return Ok(None);
        }
        let place = match self.open.entry(found.batch) {
            Entry::Occupied(place) => place.into_mut(),
            Entry::Vacant(place) => {
                let opened = batch.output(self.settings).map_err(Failure::from);
                let opened = match opened {
                    Ok(output) => Place::open(self.fal, self.ledger, batch, output, self.price.clone()).await,
                    Err(failure) => Err(failure),
                };
                place.insert(opened.map_err(|failure| failure.message))
            }
        };
        let place = place.as_mut().map_err(|why| failed(why.clone()))?;
        let job = place.save(id, answer, photo.clone(), upload).await.map_err(failed)?;
        Ok(job.state.saved().map(|saved| saved.output().into()))
    }

    /// Writes the records of every batch that got something, and sums up.
    pub(super) async fn end(self, start: crate::job::Timestamp) -> Result<u8, Failure> {
        for place in self.open.into_values().filter_map(Result::ok) {
            place.end().await?;
        }
        self.teller.end(start)
    }
}

/// Whether a request was made with the parameters of a job. Where fal stores its input no more, what the
/// ledger knows holds.
async fn is_made_with(
    past: &Past,
    batch: &Batch,
    own: Option<&OwnParams>,
    further: &mut Further<'_>,
) -> Result<bool, LedgerError> {
    let own = own.and_then(|own| Params::from_canonical(&batch.model, &own.0).ok());
    let wanted = own.as_ref().unwrap_or(&batch.params);
    if past.input.is_empty() {
        return Ok(true);
    }
    let input = further.input(&batch.model, &past.input, wanted).await?;
    Ok(Params::of_input(&batch.model, &input).map(|params| params.fitted(wanted.fit())).as_ref() == Some(wanted))
}

/// Whether something else lies where a photo was. One that is gone may come back.
async fn is_another(path: &Path, content: ContentHash) -> bool {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || intake::content(&path));
    match read.await.map_err(io::Error::other).flatten() {
        Ok(found) => found != content,
        Err(_) => false,
    }
}
