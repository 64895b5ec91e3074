//! What an earlier run left of a photo, and what a run makes of it.

use std::sync::Arc;

use crate::intake::Manifest;
use crate::job::{CauseKind, Group, Job, JobState, Transition};

/// Which jobs that came to nothing. Those whose paid call's answer was lost are among them only if
/// their cause is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failed {
    /// Only those that failed for this cause.
    pub only: Option<CauseKind>,
    /// Only those whose path or message holds this.
    pub text: Option<String>,
    /// Only those of these photos.
    pub listed: Option<Arc<Manifest>>,
}

/// Why a photo is not sent that a rule leaves out.
pub(crate) const BY_RULE: &str = "left out by a rule of fal-tui.toml";

/// Why a photo is not sent whose texts cannot be filled in.
pub(crate) const NO_SIDECAR: &str = "no text file beside it, for {sidecar}";
pub(crate) const NO_CAPTION: &str = "no earlier batch said anything of it, for {caption}";
pub(crate) const TEXT_REFUSED: &str = "the model does not take a text that long";
/// Why one is not sent whose own parameters, by a list or by rules, do not fit.
pub(crate) const LINE_REFUSED: &str = "the model does not take what the list says of it";
pub(crate) const RULES_REFUSED: &str = "the model does not take what the rules say of it";
/// Why one is not sent for which the model needs more.
pub(crate) const INCOMPLETE: &str = "the model needs a parameter that neither the command nor a rule gives for it";

/// Whether a photo is skipped for that: with other parameters it is one to be sent.
pub(crate) fn is_unfilled(reason: &str) -> bool {
    [NO_SIDECAR, NO_CAPTION, TEXT_REFUSED, LINE_REFUSED, RULES_REFUSED, INCOMPLETE].contains(&reason)
}

/// What a run makes of a photo, as the plan counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is sent.
    Send,
    /// Its request is picked up at fal.
    AtFal,
    /// An earlier run finished it.
    Done,
    /// It came to nothing in an earlier run and is left so.
    Failed,
    /// Its paid call's answer was lost: it is left alone, since it may be paid for.
    Lost,
    /// It is not sent.
    Skipped,
}

impl Standing {
    /// Of a job as it is.
    pub(crate) fn of(state: &JobState) -> Self {
        match state.status().group() {
            _ if matches!(state, JobState::Unknown(..)) => Self::Lost,
            Group::Skipped => Self::Skipped,
            Group::Done | Group::Review => Self::Done,
            Group::Failed | Group::Cancelled => Self::Failed,
            Group::Pending | Group::Active | Group::Waiting if state.is_reserved() => Self::AtFal,
            Group::Pending | Group::Active | Group::Waiting => Self::Send,
        }
    }

    /// Of a job of an earlier run as the next one begins, which tries these again.
    pub(crate) fn at_start(job: &Job, again: Option<&Failed>) -> Self {
        match again {
            Some(failed) if failed.takes(job) && job.state.request().is_some() => Self::AtFal,
            Some(failed) if failed.takes(job) => Self::Send,
            _ => Self::of(&job.state),
        }
    }

    /// Whether a result is to come of it in this run.
    pub(crate) fn goes_on(self) -> bool {
        matches!(self, Self::Send | Self::AtFal)
    }
}

/// Whether a job that is to be sent is looked at for being the same picture as another first. One that is on
/// its way up already is not, nor one with parameters of its own, whose result is like nobody else's, but where each
/// photo `fills` in a text.
pub(crate) fn is_weighed_against_others(job: &Job, fills: bool) -> bool {
    let begins = matches!(job.state, JobState::Pending | JobState::Failed { .. } | JobState::Unknown(..));
    begins && (fills || job.own.is_none())
}

/// What becomes of a job of an earlier run whose photo is not there, where all photos were looked for.
pub(crate) fn without_photo(state: &JobState) -> Option<Transition> {
    matches!(state, JobState::Pending).then(|| Transition::Skip("no longer in the folder".into()))
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
        self.only.is_none_or(|kind| kind == cause.kind)
            && self.text.as_ref().is_none_or(holds)
            && self.listed.as_ref().is_none_or(|listed| listed.lists(&job.photo.source))
    }
}
