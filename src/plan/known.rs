//! What an earlier run left of a photo, and what a run makes of it.

use crate::job::{CauseKind, Job, JobState};

/// Which jobs that came to nothing. Those whose paid call's answer was lost are among them only if
/// their cause is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failed {
    /// Only those that failed for this cause.
    pub only: Option<CauseKind>,
    /// Only those whose path or message holds this.
    pub text: Option<String>,
}

/// Whether a photo at a known path is another one by now, or is judged otherwise. One that is on its
/// way, or may be, is left to arrive.
pub(crate) fn is_another(known: &Job, found: &Job) -> bool {
    let same_file = known.photo.bytes == found.photo.bytes && known.photo.modified == found.photo.modified;
    let same_verdict = matches!(known.state, JobState::Skipped(_)) == matches!(found.state, JobState::Skipped(_));
    let settled = matches!(known.state, JobState::Pending | JobState::Skipped(_)) || known.state.closed().is_some();
    settled && !(same_file && same_verdict)
}

impl Failed {
    /// Whether a job is among these. One whose paid call's answer was lost may be paid for twice: it
    /// is only if its cause is named.
    pub(crate) fn takes(&self, job: &Job) -> bool {
        let is_named = self.only == Some(CauseKind::UnknownOutcome);
        let is_eligible = match &job.state {
            JobState::Failed { .. } | JobState::Unread(..) => true,
            JobState::Unknown(..) => is_named,
            _ => false,
        };
        let Some(cause) = job.state.why().filter(|_| is_eligible) else { return false };
        let holds = |text: &String| {
            let text = text.to_lowercase();
            job.photo.slash_path().to_lowercase().contains(&text) || cause.message.to_lowercase().contains(&text)
        };
        self.only.is_none_or(|kind| kind == cause.kind) && self.text.as_ref().is_none_or(holds)
    }
}
