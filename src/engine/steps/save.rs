//! What was paid for comes onto the disk, or is kept to be tried again.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::steps::fetch::SaveError;
use crate::engine::steps::outcomes::told;
use crate::fal::FalError;
use crate::job::{Cause, CauseKind, Checkpoint, Cost, Job, JobId, JobState, Saved, Stage, Suspicion, Transition};
use crate::ledger::Attempt;
use crate::output::{OutputError, Placed};

/// How long a disk is given before a result is tried again.
const DISK: Duration = Duration::from_secs(30);

impl Engine {
    pub(in crate::engine) fn saved(&mut self, id: JobId, result: Result<Placed, SaveError>) {
        let Some(Job { state: JobState::Saving(_, request, answer), .. }) = self.jobs.get(id) else { return };
        let (request, answer) = (request.clone(), answer.clone());
        let checkpoint = || Checkpoint::Answer(request.clone(), answer.clone());
        match result {
            Ok(placed) => {
                self.got_through(CallKind::Fetch, id);
                let borrowed = self.dedup.borrowed(id);
                let is_settled = borrowed.as_ref().is_some_and(|(_, is_settled)| *is_settled);
                let cost = if is_settled {
                    Some(Cost::NOTHING)
                } else {
                    self.jobs.cost(id, answer.billed_units, placed.first.pixels())
                };
                if let Some(note) = &placed.note {
                    self.remark(id, note);
                }
                let (mut saved, suspicion) = placed.saved(&request, &answer, cost);
                saved.same_as = borrowed.map(|(same_as, _)| same_as.photo);
                self.keep(id, saved, suspicion);
            }
            Err(SaveError::Fal(error)) if is_gone(&error) => {
                self.met(CallKind::Fetch, id, &error);
                let checkpoint = Checkpoint::Upload(request.upload.clone());
                self.file_is_gone(id, &error.cause, &request.id, checkpoint);
            }
            Err(SaveError::Fal(error)) => self.failed(CallKind::Fetch, id, &error, checkpoint(), checkpoint()),
            Err(SaveError::Output(error)) => {
                if error.shortage().is_none() {
                    self.got_through(CallKind::Fetch, id);
                }
                self.not_saved(id, "the result could not be saved", &error, &checkpoint());
            }
        }
    }

    /// What a new result of a job may take the place of: one of an earlier attempt, or of a trial.
    pub(in crate::engine) fn replaceable(&self, id: JobId) -> Option<Box<Saved>> {
        let of_trial = || Some(Box::new(self.planning.trials.get(&self.jobs.get(id)?.photo.path)?.clone()));
        self.previous.get(&id).cloned().or_else(of_trial)
    }

    /// A result is on disk: its folder remembers it from now on, whatever becomes of the ledger.
    pub(in crate::engine) fn note(&self, id: JobId) {
        if let Some(job) = self.jobs.get(id) {
            self.stages.output.note(job, &self.stages.terms);
        }
    }

    /// Says in a job's log what is worth knowing of its result.
    fn remark(&mut self, id: JobId, note: &str) {
        let now = self.now();
        let line = self.runtime.entry(id).or_default().log.remark(note, now);
        self.publisher.dirty = true;
        if self.is_told() {
            self.tell(What::Log(id, line));
        }
    }

    fn keep(&mut self, id: JobId, saved: Saved, suspicion: Option<Suspicion>) {
        let now = self.now();
        self.previous.remove(&id);
        self.publisher.throughput.saved(now);
        self.resilience.failures.succeeded();
        let began = self.jobs.get(id).and_then(|job| job.state.run());
        let transition = match self.to_compare(id, &saved, suspicion) {
            Some(suspicion) => Transition::Doubt(saved, suspicion),
            None => Transition::Save(saved),
        };
        if !self.happen(id, transition) {
            return;
        }
        self.note(id);
        self.attempted(id, |job| {
            let (run, saved) = (began?, job.state.saved()?);
            Some(Attempt {
                job: id,
                attempt: run.attempt,
                began: run.began,
                ended: now,
                stage: Stage::Save,
                cause: None,
                request: Some(saved.request.clone()),
                cost: saved.cost,
            })
        });
        self.outdate_history(id);
        self.ended(id);
    }

    pub(in crate::engine) fn not_saved(&mut self, id: JobId, what: &str, error: &OutputError, checkpoint: &Checkpoint) {
        if let Some(shortage) = error.shortage() {
            let call_kind = if matches!(checkpoint, Checkpoint::Nothing) { CallKind::Upload } else { CallKind::Fetch };
            let error = FalError::of_shortage(shortage, told(what, error));
            return self.failed(call_kind, id, &error, checkpoint.clone(), checkpoint.clone());
        }
        match error {
            OutputError::BadResult(how) => {
                self.failed(
                    CallKind::Fetch,
                    id,
                    &FalError::damaged(how.clone()),
                    checkpoint.clone(),
                    checkpoint.clone(),
                );
            }
            OutputError::Disk { .. } | OutputError::Folder { .. } => {
                let message = told(what, error);
                self.retry(id, Cause::new(error.kind(), message.clone()), DISK, checkpoint.clone(), false);
                self.hold(PauseReason::Disk(message));
            }
            OutputError::LocalFile { .. } => {
                self.fail(id, &Cause::new(CauseKind::LocalFile, told(what, error)), checkpoint.clone());
            }
        }
    }
}

/// Whether there is nothing left to download.
fn is_gone(error: &FalError) -> bool {
    error.cause.kind == CauseKind::Download && matches!(error.cause.http, Some(404 | 410))
}
