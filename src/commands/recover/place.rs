//! Where recovered results go: under their photos' names, and into the ledger, so that the next run
//! of the same command knows them as done.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use crate::commands::batch::Batch;
use crate::commands::failure::Failure;
use crate::commands::further;
use crate::engine::{Clock, SaveError, fetch};
use crate::fal::{Fal, FalError};
use crate::job::{
    Answer, Class, Closed, Job, JobId, JobState, Photo, Request, RequestId, Run, Saved, Terms, Upload, is_same_upload,
};
use crate::ledger::{Ledger, Opened, Writer};
use crate::model::{Params, UnitPrice};
use crate::output::{Dressing, Expect, Made, Output, OutputError, Placed, as_saved};
use crate::picture::Provenance;

/// How often a download is tried.
const TRIES: u32 = 4;

/// A batch that results are put into.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) fal: &'a Fal,
    pub(super) params: &'a Params,
    pub(super) price: Option<UnitPrice>,
    pub(super) output: Output,
    pub(super) ledger: Ledger,
    pub(super) batch: Opened,
    writer: Writer,
    known: Known,
    /// What trials left in the folder; it gives way.
    trials: HashMap<Box<Path>, Saved>,
    terms: Terms,
    clock: Clock,
}

/// What the ledger knows of a batch.
#[derive(Debug)]
pub(super) struct Known {
    jobs: HashMap<Box<Path>, Job>,
    output: std::path::PathBuf,
    count: usize,
}

impl Known {
    pub(super) fn new(jobs: Vec<Job>, output: &Path) -> Self {
        let count = jobs.len();
        let jobs = jobs.into_iter().map(|job| (job.photo.path.clone(), job)).collect();
        Self { jobs, output: output.to_owned(), count }
    }

    /// Why a photo needs no result of this request, if it does not.
    pub(super) fn needs_none(&self, photo: &Photo, request: &RequestId) -> Option<&'static str> {
        let job = self.jobs.get(&photo.path)?;
        let same_file = job.photo.bytes == photo.bytes && job.photo.modified == photo.modified;
        if let Some(saved) = job.state.saved().filter(|_| same_file) {
            let path = self.output.join(saved.output());
            let is_there = path.symlink_metadata().is_ok_and(|file| file.is_file());
            return is_there.then_some("the photo has its result");
        }
        let other = job.state.request().filter(|_| job.state.closed().is_none() && same_file);
        other.filter(|other| other.id != *request).map(|_| "another request for the photo is on its way")
    }
}

impl<'a> Place<'a> {
    /// Opens a batch for results to be put into, as a run would.
    pub(super) async fn open(
        fal: &'a Fal,
        ledger: &Ledger,
        batch: &'a Batch,
        output: Output,
        price: Option<UnitPrice>,
    ) -> Result<Self, Failure> {
        let opened = ledger.open_batch(&batch.key).await?;
        let known = Known::new(ledger.jobs(opened.id).await?, &batch.key.output);
        let (writer, terms) = (ledger.writer(opened.id), batch.key.terms());
        let trials = as_saved(output.root(), ledger.trials(&batch.key).await?).await;
        let (ledger, params, clock) = (ledger.clone(), &batch.params, Clock::start());
        Ok(Self { fal, params, price, output, ledger, batch: opened, writer, known, trials, terms, clock })
    }

    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// Saves a result as a photo's own and records it; gives the job.
    pub(super) async fn save(
        &mut self,
        request: &RequestId,
        answer: &Answer,
        photo: Photo,
        upload: Upload,
    ) -> Result<Job, String> {
        let before = self.known.jobs.get(&photo.path);
        let id = before.map_or_else(|| JobId::at(self.known.count), |job| job.id);
        let previous = before.and_then(|job| job.state.saved()).or_else(|| self.trials.get(&photo.path)).cloned();
        let run = Run { began: self.clock.now(), attempt: 1 };
        let at = upload.at;
        let paid = Box::new(Request { id: request.clone(), url: None, at, upload });
        // From here on a run would fetch it, too, if this one is cut off.
        let own = before.filter(|job| is_for(&job.state, request, &paid.upload)).and_then(|job| job.own.clone());
        let state = JobState::Saving(run, paid.clone(), Box::new(answer.clone()));
        let opinion = before.and_then(|job| job.said().of_photo());
        let mut job = Job { id, photo, state, own, opinion };
        self.writer.note(&job);
        if id == JobId::at(self.known.count) {
            self.known.count += 1;
        }
        self.known.jobs.insert(job.photo.path.clone(), job.clone());

        let promised = self.params.output_size(job.photo.pixels);
        let params = job.own.as_ref().map_or_else(|| self.terms.params.clone(), |own| own.0.to_string());
        let made = Provenance::new(&self.terms.model, params, answer.seed, request.as_str());
        let named = Made { index: id.number(), seed: answer.seed, request: request.as_str() };
        let (made, previous) = (Some(made), previous.as_ref());
        let fetch = Fetch { photo: &job.photo, answer, made, named, promised, previous };
        let placed = fetch.into(self.fal, &self.output).await?;
        let now = self.clock.now();
        let closed = Closed { at: now, took: now.since(run.began), attempts: run.attempt };
        // fal's history does not say what was billed.
        let work = self.params.work(job.photo.pixels);
        let cost = self.price.as_ref().and_then(|price| price.cost(answer.billed_units, work, placed.first.pixels()));
        let (saved, suspicion) = placed.saved(&paid, answer, cost);
        job.state = match suspicion {
            Some(suspicion) => JobState::Review(closed, Box::new(saved), suspicion),
            None => JobState::Done(closed, Box::new(saved)),
        };
        self.writer.commit(&job).await.map_err(|error| format!("saved, but not recorded: {error}"))?;
        self.output.note(&job, &self.terms);
        self.known.jobs.insert(job.photo.path.clone(), job.clone());
        Ok(job)
    }

    /// Writes the batch's records and lets go of it.
    pub(super) async fn end(self) -> Result<(), Failure> {
        let (jobs, output, terms) = (self.ledger.jobs(self.batch.id).await?, self.output, self.terms);
        let files = further::names_of(&self.ledger, &terms.params, &jobs).await?;
        let written = tokio::task::spawn_blocking(move || output.write_records(&jobs, &terms, files)).await;
        written.map_err(|error| Failure::usage(&error))??;
        drop(self.batch.hold);
        Ok(())
    }
}

/// Whether a job is the one that a request was made for: it knows it, or lost its answer.
fn is_for(state: &JobState, request: &RequestId, upload: &Upload) -> bool {
    match state {
        JobState::Unknown(_, intent) | JobState::Submitting(_, intent) => {
            is_same_upload(&intent.upload.url, &upload.url)
        }
        state => state.last_request_id() == Some(request),
    }
}

/// A result to be downloaded.
#[derive(Debug)]
pub(super) struct Fetch<'a> {
    pub(super) photo: &'a Photo,
    pub(super) answer: &'a Answer,
    /// How it came to be, where its photo is known, whose metadata it gets.
    pub(super) made: Option<Provenance>,
    /// The same, as far as its name may say it.
    pub(super) named: Made<'a>,
    pub(super) promised: Option<crate::job::Pixels>,
    pub(super) previous: Option<&'a Saved>,
}

impl Fetch<'_> {
    /// Downloads it into an output folder, tried again where that may help.
    pub(super) async fn into(self, fal: &Fal, output: &Output) -> Result<Placed, String> {
        let mut tried = 1;
        loop {
            let wait = match self.once(fal, output).await {
                Ok(placed) => return Ok(placed),
                Err(SaveError::Fal(FalError { class: Class::Transient { after }, .. })) if tried < TRIES => {
                    Duration::from_millis(400 << tried).max(after.unwrap_or_default().min(Duration::from_mins(1)))
                }
                Err(SaveError::Output(OutputError::BadResult(_))) if tried < TRIES => {
                    Duration::from_millis(400 << tried)
                }
                Err(SaveError::Fal(error)) => return Err(format!("could not be fetched: {error}")),
                Err(SaveError::Output(error)) => return Err(error.cause().to_string()),
            };
            tokio::time::sleep(wait).await;
            tried += 1;
        }
    }

    async fn once(&self, fal: &Fal, output: &Output) -> Result<Placed, SaveError> {
        let caption = self.answer.text();
        let dressing = match &self.made {
            Some(made) => Dressing::of(self.photo, output.written(), made.clone(), caption),
            None => Dressing::default(),
        };
        let parts = fetch(fal, output, self.photo, self.answer, &dressing, |_| {}).await?;
        let expect = Expect { pixels: self.promised, previous: self.previous, caption, made: self.named };
        Ok(output.place(self.photo, parts, expect).await?)
    }
}
