//! A task of ours panicked: a fault of this program, which ends its job with a cause and never the run.
//! What was paid for stays to be had.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::steps::fetch::SaveError;
use crate::engine::tasks::Step;
use crate::fal::FalError;
use crate::job::{Cause, CauseKind, Checkpoint, JobId, JobState, Shortage, Transition};

impl Engine {
    /// What follows from a task that panicked and said `said`.
    pub(in crate::engine) fn died(&mut self, step: Step, said: &str) {
        tracing::error!(?step, said, "a task panicked");
        let cause = Cause::new(
            CauseKind::Internal,
            format!("a fault in fal-tui itself, in step `{}`: {said}; please report it", step.name()),
        );
        if let Some(shortage) = Shortage::of_panic(said)
            && self.died_of_shortage(step, shortage, said)
        {
            return;
        }
        match step {
            // It may have been made.
            Step::Submit(id) => self.lose_reply(id, &cause),
            Step::Upload(id) | Step::Answer(id) | Step::Save(id) | Step::Copy(id) => self.fail_of_fault(id, &cause),
            Step::Poll(id) | Step::Stored(id) => {
                self.runtime.entry(id).or_default().calling = false;
                self.fail_of_fault(id, &cause);
            }
            Step::Record(id) => self.recorded(id, Some(cause.to_string())),
            Step::Cancel(id) => self.not_cancelled(id, &cause),
            // As with a photo that cannot be read: nobody's twin, and its upload says more.
            Step::Hash(id) => {
                if let Some(photo) = self.jobs.get(id).map(|job| job.photo.clone()) {
                    self.hashed(id, &photo, None);
                }
            }
            // Without the ledger's word nothing is paid for: the picture may have been.
            Step::Seek(id) => {
                self.count_checks();
                self.fail_of_fault(id, &cause);
            }
            Step::Recall(_) => {}
            Step::Search => self.listed(Err(FalError::of_fault(cause))),
            Step::Reach(begun) => self.looked_out(begun, &Err(FalError::of_fault(cause))),
            Step::AskKey(begun) => self.key_asked(begun, &Err(FalError::of_fault(cause))),
            // It is looked again.
            Step::Rivals => self.rivals_seen(Vec::new(), Duration::ZERO),
            Step::Sibling => self.sibling_unread(),
        }
    }

    /// A task could not have the thread that it needs: no fault, and tried again. False where more than that is
    /// to be done.
    fn died_of_shortage(&mut self, step: Step, shortage: Shortage, said: &str) -> bool {
        let error = || FalError::of_shortage(shortage, format!("step `{}` could not begin: {said}", step.name()));
        match step {
            Step::Upload(id) => self.failed(CallKind::Upload, id, &error(), Checkpoint::Nothing, Checkpoint::Nothing),
            Step::Poll(id) => self.polled(id, Err(error())),
            Step::Answer(id) => self.answered(id, Err(error())),
            Step::Save(id) => self.saved(id, Err(SaveError::Fal(error()))),
            _ => return false,
        }
        true
    }

    /// Ends a job with what it has: what is at fal, or was paid for, is gone on with by a retry.
    fn fail_of_fault(&mut self, id: JobId, cause: &Cause) {
        let Some(job) = self.jobs.get(id).filter(|job| !job.state.is_final()) else { return };
        let checkpoint = match &job.state {
            JobState::Uploaded(_, upload) => Checkpoint::Upload((**upload).clone()),
            JobState::InQueue(_, request, _)
            | JobState::InProgress(_, request, _)
            | JobState::Completed(_, request, _) => Checkpoint::Request(request.clone()),
            JobState::Saving(_, request, answer) => Checkpoint::Answer(request.clone(), answer.clone()),
            JobState::Waiting { checkpoint, .. } => (**checkpoint).clone(),
            _ => Checkpoint::Nothing,
        };
        self.fail(id, cause, checkpoint);
    }

    /// The answer to a paid call was lost: it is looked for, and never made again unasked.
    pub(in crate::engine) fn lose_reply(&mut self, id: JobId, cause: &Cause) {
        if self.happen(id, Transition::LoseReply) {
            self.write_attempt(id, cause, None);
            self.look_for_lost();
            self.record(id);
            self.ended(id);
        }
    }
}
