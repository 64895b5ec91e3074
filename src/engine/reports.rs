//! What follows from what a stage reports.

use super::hold::Hold;
use super::run::Engine;
use super::stages::{Outcome, SubmitError, UploadError, Uploaded};
use super::weather::Realm;
use crate::fal::Accepted;
use crate::job::{Cause, CauseKind, JobId, JobState, Kept, Request, Transition, Upload};
use crate::ledger::LedgerError;

impl Engine {
    /// Takes in a stage's outcome.
    pub(super) fn report(&mut self, id: JobId, outcome: Outcome) {
        match outcome {
            Outcome::Uploaded(result) => self.uploaded(id, result),
            Outcome::Submitted(result) => self.submitted(id, result),
            Outcome::Recorded(result) => self.recorded(id, result),
            Outcome::Polled(result) => self.polled(id, result),
            Outcome::Answered(result) => self.answered(id, result),
            Outcome::Stored(result) => self.stored(id, result),
            Outcome::Saved(result) => self.saved(id, result),
            Outcome::Cancelled(result) => self.cancelled(id, result),
            Outcome::Listed(result) => self.listed(result),
            Outcome::Reached(begun, result) => self.looked_out(begun, &result),
            Outcome::KeyAsked(begun, result) => self.key_asked(begun, &result),
            Outcome::Recalled(attempts, trail) => self.recalled(id, attempts, trail),
            Outcome::Sibling(jobs) => self.sibling_found(jobs),
            Outcome::Hashed(photo, content) => self.hashed(id, &photo, content),
            Outcome::Sought(found) => self.sought(id, found),
            Outcome::Copied(origin, result) => self.copied(id, origin, result),
        }
    }

    fn uploaded(&mut self, id: JobId, result: Result<Uploaded, UploadError>) {
        self.uploading.remove(&id);
        let Some(JobState::Uploading(_)) = self.roster.get(id).map(|job| &job.state) else { return };
        match result {
            Ok(Uploaded { photo, url, content }) => {
                self.got_through(Realm::Upload, id);
                self.forgive(id);
                self.remeasured(id, photo);
                self.learned(id, content);
                if self.happen(id, Transition::FinishUpload(Upload { url, at: self.now(), content })) {
                    self.to_submit.push_back(id);
                }
            }
            Err(UploadError::Fal(error)) => self.failed(Realm::Upload, id, &error, Kept::Nothing, Kept::Nothing),
            Err(UploadError::Grown(photo)) => {
                self.got_through(Realm::Upload, id);
                self.grown(id, *photo);
            }
            Err(UploadError::Output(error)) => {
                self.got_through(Realm::Upload, id);
                self.not_saved(id, "not sent, since its result could not be written", &error, &Kept::Nothing);
            }
        }
    }

    fn submitted(&mut self, id: JobId, result: Result<Accepted, SubmitError>) {
        self.submitting = self.submitting.saturating_sub(1);
        let Some(JobState::Submitting(_, intent)) = self.roster.get(id).map(|job| &job.state) else { return };
        let upload = intent.upload.clone();
        match result {
            Ok(Accepted { id: request, url }) => {
                let at = self.now();
                self.got_through(Realm::Submit, id);
                self.forgive(id);
                self.live.entry(id).or_default().not_running_at = Some(at);
                if self.happen(id, Transition::Accept(Request { id: request, url, at, upload })) {
                    // Only when this is safely written is the first call made.
                    self.record(id);
                }
            }
            Err(SubmitError::NotRecorded(error)) => {
                let cause = Cause::new(CauseKind::Disk, "the ledger could not be written, so it was not sent");
                self.back_to(id, cause, Kept::Upload(upload));
                self.hold(Hold::Disk(told("the ledger cannot be written", &error)));
            }
            Err(SubmitError::Fal(error)) => {
                self.failed(Realm::Submit, id, &error, Kept::Upload(upload.clone()), Kept::Upload(upload));
            }
        }
    }

    /// A job got a step further: what it was let off before is forgotten.
    pub(super) fn forgive(&mut self, id: JobId) {
        let live = self.live.entry(id).or_default();
        (live.let_off, live.early) = (0, 0);
    }

    /// Brings a job's state into the ledger and reports when it is safe there.
    pub(super) fn record(&mut self, id: JobId) {
        if let Some(job) = self.roster.get(id).cloned() {
            self.recording += 1;
            self.spawn_stage(id, self.stages.clone().record(job));
        }
    }

    fn recorded(&mut self, id: JobId, result: Result<(), LedgerError>) {
        self.recording = self.recording.saturating_sub(1);
        // The batch may be finished by this alone.
        self.dirty = true;
        if let Err(error) = result {
            // The row is kept and tried again with whatever is written next.
            self.hold(Hold::Disk(told("the ledger cannot be written", &error)));
        }
        let Some(job) = self.roster.get(id) else { return };
        if matches!(job.state, JobState::InQueue(..)) {
            if self.live.get(&id).is_some_and(|live| live.cancelling) {
                self.ask_to_cancel(id);
            }
            self.call_in(id, self.pace.first());
        }
    }
}

/// What happened, with its causes behind it. What to do about it is for the notice to say.
pub(super) fn told(what: &str, error: &dyn std::error::Error) -> String {
    let mut text = what.to_owned();
    let mut next = Some(error);
    while let Some(cause) = next {
        let said = cause.to_string();
        text = format!("{text}: {}", said.split("\nhint:").next().unwrap_or_default());
        next = cause.source();
    }
    crate::job::clean(&text).into_owned()
}
