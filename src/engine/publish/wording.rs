//! A job's state as a row says it, and its note: what there is to read of a job without the table around it.

use std::borrow::Cow;

use crate::engine::runtime::Runtime;
use crate::engine::snapshot::RowState;
use crate::job::{Job, JobState, clean};

/// Its state and how far it is; `lies` while it has no clock.
pub(in crate::engine) fn row_state(job: &Job, live: Option<&Runtime>, lies: bool) -> RowState {
    let until = if let JobState::Waiting { until, .. } = job.state { Some(until) } else { None };
    let moved = live.and_then(Runtime::moved).map(|(bytes, of)| match job.state {
        // What was made of it may have another length.
        JobState::Uploading(_) => {
            let all = of.unwrap_or(job.photo.bytes);
            (bytes.min(all), Some(all))
        }
        _ => (bytes, of),
    });
    RowState {
        status: job.state.status(),
        position: if let JobState::InQueue(_, _, position) = job.state { position } else { None },
        moved: moved.filter(|_| matches!(job.state, JobState::Uploading(_) | JobState::Saving(..))),
        until: until.filter(|_| !lies),
    }
}

/// The caption, else what went wrong; `None` where the runner may have had a word.
pub(in crate::engine) fn note(job: &Job) -> Option<Cow<'_, str>> {
    Some(match &job.state {
        JobState::Done(_, saved) => match &saved.same_as {
            Some(same) => Cow::Owned(format!("same picture as {}, saved before", clean(same))),
            None => job.caption().map(clean).unwrap_or_default(),
        },
        JobState::Review(_, _, suspicion) => clean(&suspicion.0),
        JobState::Unread(_, _, unread) => clean(&unread.why.0),
        JobState::Waiting { cause, .. } | JobState::Failed { cause, .. } => Cow::Owned(cause.to_string()),
        JobState::Skipped(reason) => clean(reason),
        JobState::Unknown(..) => Cow::Borrowed("the answer to the paid call was lost: it may be running and billed"),
        _ => return None,
    })
}
