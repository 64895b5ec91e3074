//! A task of ours panicked: a fault of this program, which ends its job with a cause and never the run.
//! What was paid for stays to be had.

use crate::engine::effect::{Effect, Effects};
use crate::engine::tasks::Step;
use crate::fal::FalError;
use crate::job::{Cause, CauseKind, Checkpoint, Job, JobState, Shortage};

/// Why a job ends whose task panicked and said `said`.
pub(in crate::engine) fn cause(step: Step, said: &str) -> Cause {
    let text = format!("a fault in fal-tui itself, in step `{}`: {said}; please report it", step.name());
    Cause::new(CauseKind::Internal, text)
}

/// What a task met that could not have the thread that it needs: no fault, and tried again.
pub(in crate::engine) fn shortage(step: Step, said: &str) -> Option<FalError> {
    let could_not = || format!("step `{}` could not begin: {said}", step.name());
    Shortage::of_panic(said).map(|shortage| FalError::of_shortage(shortage, could_not()))
}

/// Ends a job with what it has: what is at fal, or was paid for, is gone on with by a retry.
pub(in crate::engine) fn end(job: &Job, cause: Cause) -> Effects {
    if job.state.is_final() {
        return Vec::new();
    }
    let checkpoint = match &job.state {
        JobState::Uploaded(_, upload) => Checkpoint::Upload((**upload).clone()),
        JobState::InQueue(_, request, _) | JobState::InProgress(_, request, _) | JobState::Completed(_, request, _) => {
            Checkpoint::Request(request.clone())
        }
        JobState::Saving(_, request, answer) => Checkpoint::Answer(request.clone(), answer.clone()),
        JobState::Waiting { checkpoint, .. } => (**checkpoint).clone(),
        _ => Checkpoint::Nothing,
    };
    vec![Effect::Fail(cause, checkpoint)]
}
