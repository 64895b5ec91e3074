//! Where a job stopped and why: what a person asks first, and fal's support next.

use serde::{Deserialize, Serialize};

use super::{Cause, CauseKind, JobState, RequestId, Stage, Suspicion};

/// Where a job was when a step of it did not work. What it goes on with is another matter: a new
/// request begins at the submit, whatever became of the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The step that did not work.
    pub stage: Stage,
    /// The request that it was about; `None` before fal has one.
    pub request: Option<RequestId>,
}

impl Stage {
    /// Whether fal has a request by then.
    #[must_use]
    pub fn is_at_fal(self) -> bool {
        matches!(self, Self::Follow | Self::Save)
    }
}

impl JobState {
    /// The step that it is at, or would go on with; `None` where there is none to come.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        match self {
            Self::Pending | Self::Uploading(_) => Some(Stage::Upload),
            Self::Uploaded(..) | Self::Submitting(..) | Self::Unknown(..) => Some(Stage::Submit),
            Self::InQueue(..) | Self::InProgress(..) | Self::Completed(..) | Self::Unread(..) => Some(Stage::Follow),
            Self::Saving(..) => Some(Stage::Save),
            Self::Waiting { checkpoint, .. } | Self::Failed { checkpoint, .. } => Some(checkpoint.stage()),
            Self::Done(..) | Self::Review(..) | Self::Cancelled(_) | Self::Skipped(_) => None,
        }
    }

    /// Where it stopped, if it waits after a failure or failed.
    #[must_use]
    pub fn stop(&self) -> Option<&Stop> {
        match self {
            Self::Waiting { stop, .. } | Self::Failed { stop, .. } => stop.as_deref(),
            _ => None,
        }
    }

    /// The id of its request, else of the one that failed: fal's support asks for it.
    #[must_use]
    pub fn last_request_id(&self) -> Option<&RequestId> {
        self.request_id().or_else(|| self.stop()?.request.as_ref())
    }

    /// Why it waits, failed, was stopped or never sent, or wants a person.
    #[must_use]
    pub fn why(&self) -> Option<Cause> {
        match self {
            Self::Review(_, _, Suspicion(odd)) => Some(Cause::new(CauseKind::BadResult, odd.clone())),
            Self::Unread(_, _, unread) => Some(Cause::new(CauseKind::BadResult, unread.why.0.clone())),
            Self::Skipped(reason) => Some(Cause::new(CauseKind::LocalFile, reason.clone())),
            Self::Cancelled(_) => Some(Cause::cancelled()),
            Self::Unknown(..) => Some(Cause::new(CauseKind::UnknownOutcome, "the answer to the paid call was lost")),
            _ => self.cause().cloned(),
        }
    }
}
