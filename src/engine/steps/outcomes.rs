//! What follows from what a stage reports.

use crate::engine::actor::Engine;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::steps::stages::{Outcome, SubmitError, UploadError, Uploaded};
use crate::engine::tasks::Step;
use crate::fal::Accepted;
use crate::job::{Cause, CauseKind, Checkpoint, JobId, JobState, Request, Transition, Upload};

impl Engine {
    /// Takes in a stage's outcome.
    pub(in crate::engine) fn report(&mut self, step: Step, outcome: Outcome) {
        match (step, outcome) {
            (Step::Upload(id), Outcome::Uploaded(result)) => self.uploaded(id, result),
            (Step::Submit(id), Outcome::Submitted(result)) => self.submitted(id, result),
            (Step::Record(id), Outcome::Recorded(result)) => {
                self.recorded(id, result.err().map(|error| told("the ledger cannot be written", &error)));
            }
            (Step::Poll(id), Outcome::Polled(result)) => self.polled(id, result),
            (Step::Answer(id), Outcome::Answered(result)) => self.answered(id, result),
            (Step::Stored(id), Outcome::Stored(result)) => self.stored(id, result),
            (Step::Save(id), Outcome::Saved(result)) => self.saved(id, result),
            (Step::Cancel(id), Outcome::Cancelled(result)) => self.cancelled(id, result),
            (Step::Search, Outcome::Listed(result)) => self.listed(result),
            (Step::Reach(begun), Outcome::Reached(result)) => self.looked_out(begun, &result),
            (Step::AskKey(begun), Outcome::KeyAsked(result)) => self.key_asked(begun, &result),
            (Step::Recall(id), Outcome::Recalled(attempts, trail)) => self.recalled(id, attempts, trail),
            (Step::Sibling, Outcome::Sibling(jobs)) => self.sibling_found(jobs),
            (Step::Hash(id), Outcome::Hashed(photo, content)) => self.hashed(id, &photo, content),
            (Step::Seek(id), Outcome::Sought(found)) => self.sought(id, found),
            (Step::Rivals, Outcome::Rivals(looks, took)) => self.rivals_seen(looks, took),
            (Step::Copy(id), Outcome::Copied(origin, result)) => self.copied(id, origin, result),
            // Each step makes one kind of outcome.
            (step, outcome) => tracing::error!(?step, ?outcome, "not what this step gives"),
        }
    }

    fn uploaded(&mut self, id: JobId, result: Result<Uploaded, UploadError>) {
        let Some(JobState::Uploading(_)) = self.jobs.get(id).map(|job| &job.state) else { return };
        match result {
            Ok(Uploaded { photo, url, content }) => {
                self.got_through(CallKind::Upload, id);
                self.forgive(id);
                self.remeasured(id, photo);
                self.learned(id, content);
                if self.happen(id, Transition::FinishUpload(Upload { url, at: self.now(), content })) {
                    self.scheduler.to_submit.push_back(id);
                }
            }
            Err(UploadError::Fal(error)) => {
                self.failed(CallKind::Upload, id, &error, Checkpoint::Nothing, Checkpoint::Nothing);
            }
            Err(UploadError::Grown(photo)) => {
                self.got_through(CallKind::Upload, id);
                self.grown(id, *photo);
            }
            Err(UploadError::Output(error)) => {
                if error.shortage().is_none() {
                    self.got_through(CallKind::Upload, id);
                }
                self.not_saved(id, "not sent, since its result could not be written", &error, &Checkpoint::Nothing);
            }
        }
    }

    fn submitted(&mut self, id: JobId, result: Result<Accepted, SubmitError>) {
        let Some(JobState::Submitting(_, intent)) = self.jobs.get(id).map(|job| &job.state) else { return };
        let upload = intent.upload.clone();
        match result {
            Ok(Accepted { id: request, url }) => {
                let at = self.now();
                self.got_through(CallKind::Submit, id);
                self.forgive(id);
                self.runtime.entry(id).or_default().not_running_at = Some(at);
                if self.happen(id, Transition::Accept(Request { id: request, url, at, upload })) {
                    // Only when this is safely written is the first call made.
                    self.record(id);
                }
            }
            Err(SubmitError::NotRecorded(error)) => {
                let cause = Cause::new(CauseKind::Disk, "the ledger could not be written, so it was not sent");
                self.back_to(id, cause, Checkpoint::Upload(upload));
                self.hold(PauseReason::Disk(told("the ledger cannot be written", &error)));
            }
            Err(SubmitError::Held(batch)) => self.await_rival(id, Some(batch)),
            Err(SubmitError::Fal(error)) => {
                self.failed(
                    CallKind::Submit,
                    id,
                    &error,
                    Checkpoint::Upload(upload.clone()),
                    Checkpoint::Upload(upload),
                );
            }
        }
    }

    /// A job got a step further: what it was let off before is forgotten.
    pub(in crate::engine) fn forgive(&mut self, id: JobId) {
        let live = self.runtime.entry(id).or_default();
        (live.let_off, live.early) = (0, 0);
    }

    /// Brings a job's state into the ledger and reports when it is safe there.
    pub(in crate::engine) fn record(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get(id).cloned() {
            self.spawn_stage(Step::Record(id), self.stages.clone().record(job));
        }
    }

    /// A state is in the ledger, unless there was trouble.
    pub(in crate::engine) fn recorded(&mut self, id: JobId, trouble: Option<String>) {
        // The batch may be finished by this alone.
        self.publisher.dirty = true;
        if let Some(trouble) = trouble {
            // The row is kept and tried again with whatever is written next.
            self.hold(PauseReason::Disk(trouble));
        }
        let Some(job) = self.jobs.get(id) else { return };
        if matches!(job.state, JobState::InQueue(..)) {
            if self.runtime.get(&id).is_some_and(|live| live.cancelling) {
                self.ask_to_cancel(id);
            }
            self.call_in(id, self.scheduler.poll_interval.first());
        }
    }
}

/// What happened, with its causes behind it. What to do about it is for the notice to say.
pub(in crate::engine) fn told(what: &str, error: &dyn std::error::Error) -> String {
    let mut text = what.to_owned();
    let mut next = Some(error);
    while let Some(cause) = next {
        let said = cause.to_string();
        text = format!("{text}: {}", said.split("\nhint:").next().unwrap_or_default());
        next = cause.source();
    }
    crate::job::clean(&text).into_owned()
}
