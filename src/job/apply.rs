//! The one function by which a job changes.

use serde::{Deserialize, Serialize};

use super::{
    Answer, Cause, CauseKind, Checkpoint, Closed, Intent, JobState, Request, Run, Saved, Status, Stop, Suspicion,
    Timestamp, Unread, Upload,
};

/// Something that happened to a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Transition {
    /// The upload began.
    StartUpload,
    /// The photo is in fal's storage.
    FinishUpload(Upload),
    /// The paid call is about to be made.
    StartSubmit,
    /// fal accepted it.
    Accept(Request),
    /// The paid call's answer was lost.
    LoseReply,
    /// fal says that it is queued, behind so many requests.
    Queue(Option<u32>),
    /// fal says that it is running.
    Progress,
    /// fal says that it ended; time on the runner in seconds if known.
    Complete(Option<f64>),
    /// The result says where the picture is.
    StartSave(Answer),
    /// The picture is on disk.
    Save(Saved),
    /// The picture is on disk and odd.
    Doubt(Saved, Suspicion),
    /// fal's answer came, and is not understood.
    Misread(Unread),
    /// The same picture was sent before: its result, or a copy of it, is on disk; odd if that is.
    Reuse(Saved, Option<Suspicion>),
    /// The same picture was sent before, and fal has the request: it is followed, not made again.
    Adopt(Request),
    /// The same picture was sent before, and the answer to that paid call was lost.
    Inherit(Intent),
    /// The step did not work and is to be tried again then.
    Retry {
        /// Why.
        cause: Cause,
        /// When it goes on.
        until: Timestamp,
        /// What it goes on with.
        checkpoint: Checkpoint,
        /// Whether it is the job's own failure and counts as one of its attempts; bad connectivity for all
        /// does not.
        counts: bool,
    },
    /// The step did not work and is not tried again by itself.
    Fail {
        /// Why.
        cause: Cause,
        /// What a later retry would go on with.
        checkpoint: Checkpoint,
    },
    /// It was stopped.
    Cancel,
    /// A person asked for another go: attempts are counted anew.
    Reopen(Checkpoint),
    /// A person is content with a result that wanted a look.
    Approve,
    /// A person is not content with a result.
    Reject(Suspicion),
    /// More is said in its files than before, and they are as long as this says.
    Rewrite(Saved),
    /// A person wants another result with other parameters.
    Redo,
    /// Its photo is not to be sent, and why.
    Skip(Box<str>),
    /// A person's wish for another go is taken back before anything came of it: the job is what it was.
    TakeBack(Box<JobState>),
}

impl Transition {
    /// Whether it leads to something that a later run could not find out by itself: an upload that
    /// broke off begins anew, and where a request stands only fal can say. Writing that down each
    /// time would be half of all that is written. That a photo is about to be sent is written with its
    /// claim and not before: whoever came upon it alone would look for a call that nobody was granted.
    #[must_use]
    pub fn is_news_to_a_later_run(&self) -> bool {
        !matches!(self, Self::StartUpload | Self::StartSubmit | Self::Queue(_) | Self::Progress | Self::Complete(_))
    }
}

/// A transition that the state does not allow. It is logged and dropped: a late answer is no
/// reason to fall over.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{transition:?} cannot happen to a job that is {from}")]
pub struct Impossible {
    /// The state's name.
    pub from: Status,
    /// What was to happen.
    pub transition: Box<Transition>,
}

/// Gives the state that follows. `at` is when it happened.
///
/// # Errors
/// [`Impossible`] if it cannot follow; the state stays what it was.
pub fn apply(state: &JobState, transition: Transition, at: Timestamp) -> Result<JobState, Impossible> {
    use Checkpoint as C;
    use JobState as S;
    use Transition as T;

    let first = || Run { began: at, attempt: 1 };
    let next = match (state, transition) {
        (S::Pending, T::StartUpload) => S::Uploading(first()),
        (S::Waiting { run, checkpoint, .. }, T::StartUpload) if matches!(**checkpoint, C::Nothing) => {
            S::Uploading(*run)
        }
        (S::Uploading(run), T::FinishUpload(upload)) => S::Uploaded(*run, Box::new(upload)),

        (S::Uploaded(run, upload), T::StartSubmit) => {
            S::Submitting(*run, Box::new(Intent { upload: (**upload).clone(), at }))
        }
        (S::Waiting { run, checkpoint, .. }, T::StartSubmit) if matches!(**checkpoint, C::Upload(_)) => {
            match &**checkpoint {
                C::Upload(upload) => S::Submitting(*run, Box::new(Intent { upload: upload.clone(), at })),
                _ => return Err(impossible(state, T::StartSubmit)),
            }
        }
        (S::Submitting(run, _) | S::Unknown(run, _), T::Accept(request)) => S::InQueue(*run, Box::new(request), None),
        (S::Submitting(run, intent), T::LoseReply) => S::Unknown(*run, intent.clone()),

        // A re-queue at fal takes a running request back into the queue (fal docs: queue).
        (S::InQueue(run, request, _) | S::InProgress(run, request, _), T::Queue(position)) => {
            S::InQueue(*run, request.clone(), position)
        }
        (S::InQueue(run, request, _), T::Progress) => S::InProgress(*run, request.clone(), at),
        (S::InQueue(run, request, _) | S::InProgress(run, request, _), T::Complete(inference)) => {
            S::Completed(*run, request.clone(), inference)
        }
        (S::Completed(run, request, _), T::StartSave(answer)) => S::Saving(*run, request.clone(), Box::new(answer)),
        (S::Waiting { run, checkpoint, .. }, followed @ (T::Queue(_) | T::Progress | T::Complete(_))) => {
            match (&**checkpoint, followed) {
                (C::Request(request), T::Queue(position)) => S::InQueue(*run, request.clone(), position),
                (C::Request(request), T::Progress) => S::InProgress(*run, request.clone(), at),
                (C::Request(request), T::Complete(inference)) => S::Completed(*run, request.clone(), inference),
                (_, followed) => return Err(impossible(state, followed)),
            }
        }
        (S::Waiting { run, checkpoint, .. }, T::StartSave(answer)) => match &**checkpoint {
            C::Answer(request, _) => S::Saving(*run, request.clone(), Box::new(answer)),
            _ => return Err(impossible(state, T::StartSave(answer))),
        },
        (from, T::Misread(unread)) if is_underway(from) => match from.request() {
            Some(request) => S::Unread(closed(from, at), Box::new(request.clone()), Box::new(unread)),
            None => return Err(impossible(from, T::Misread(unread))),
        },
        (S::Saving(run, ..), T::Save(saved)) => S::Done(close(*run, at), Box::new(saved)),
        (S::Pending | S::Waiting { .. }, T::Reuse(saved, why)) if state.is_unpaid() => match why {
            None => S::Done(closed(state, at), Box::new(saved)),
            Some(why) => S::Review(closed(state, at), Box::new(saved), why),
        },
        (S::Pending | S::Waiting { .. }, T::Adopt(request)) if state.is_unpaid() => {
            S::InQueue(state.run().unwrap_or_else(first), Box::new(request), None)
        }
        (S::Pending | S::Waiting { .. }, T::Inherit(intent)) if state.is_unpaid() => {
            S::Unknown(state.run().unwrap_or_else(first), Box::new(intent))
        }
        (S::Saving(run, ..), T::Doubt(saved, why)) => S::Review(close(*run, at), Box::new(saved), why),

        (from, T::Retry { cause, until, checkpoint, counts }) if is_underway(from) && keeps_all(from, &checkpoint) => {
            S::Waiting {
                run: from.run().map_or_else(first, |run| again(run, counts)),
                until,
                cause: Box::new(cause),
                stop: stop(from, &checkpoint),
                checkpoint: Box::new(checkpoint),
            }
        }
        // Somebody else sends the same picture: what comes of that is waited for.
        (S::Pending, T::Retry { cause, until, checkpoint: C::Nothing, counts: false }) => waits(first(), until, cause),
        (from, T::Fail { cause, checkpoint }) if is_underway(from) && keeps_all(from, &checkpoint) => {
            fails(from, at, cause, checkpoint)
        }
        (S::Pending, T::Fail { cause, checkpoint: C::Nothing }) => fails(state, at, cause, C::Nothing),
        (from, T::Cancel) if from.is_final() || matches!(from, S::Saving(..)) => {
            return Err(impossible(from, T::Cancel));
        }
        (from, T::Cancel) => S::Cancelled(closed(from, at)),
        (S::Failed { checkpoint: had, cause, stop, .. }, T::Reopen(checkpoint)) if !loses_request(had, &checkpoint) => {
            reopened(at, (**cause).clone(), about(stop.as_deref(), &checkpoint), checkpoint)
        }
        (S::Unread(_, request, unread), T::Reopen(C::Request(again))) if request.id == again.id => {
            let cause = Cause::new(CauseKind::BadResult, unread.why.0.clone());
            reopened(at, cause, stop(state, &C::Request(again.clone())), C::Request(again))
        }
        // Given up by a person: only now may another request be paid for.
        (S::Unread(closed, request, unread), T::Reject(why)) => given_up(state, *closed, request, &why, unread),
        (S::Review(closed, saved, _), T::Approve) => S::Done(*closed, saved.clone()),
        (S::Done(closed, saved) | S::Review(closed, saved, _), T::Reject(why)) => {
            S::Review(*closed, saved.clone(), why)
        }
        (from, T::Rewrite(saved)) if from.saved().is_some_and(|was| was.request == saved.request) => {
            rewritten(from, saved)
        }
        (S::Done(..) | S::Review(..), T::Redo) => reopened(at, Cause::redo(), None, C::Nothing),
        (S::Review(..) | S::Cancelled(_), T::Reopen(checkpoint @ C::Nothing))
        | (S::Unknown(..), T::Reopen(checkpoint @ (C::Nothing | C::Upload(_)))) => {
            reopened(at, Cause::cancelled(), None, checkpoint)
        }
        (from, T::Skip(reason)) if from.is_unsent() => S::Skipped(reason),
        (S::Waiting { .. }, T::TakeBack(was)) if state.is_unsent() && may_be_taken_back_to(&was) => *was,
        (from, transition) => return Err(impossible(from, transition)),
    };
    Ok(next)
}

/// A result whose files say more.
fn rewritten(state: &JobState, saved: Saved) -> JobState {
    match state {
        JobState::Done(closed, _) => JobState::Done(*closed, Box::new(saved)),
        JobState::Review(closed, _, why) => JobState::Review(*closed, Box::new(saved), why.clone()),
        state => state.clone(),
    }
}

/// The run of a job that tries again: one more attempt where the failure was its own.
fn again(run: Run, counts: bool) -> Run {
    Run { attempt: run.attempt.saturating_add(counts.into()), ..run }
}

fn impossible(from: &JobState, transition: Transition) -> Impossible {
    Impossible { from: from.status(), transition: Box::new(transition) }
}

fn close(run: Run, at: Timestamp) -> Closed {
    Closed { at, took: at.since(run.began), attempts: run.attempt }
}

fn closed(state: &JobState, at: Timestamp) -> Closed {
    state.run().map_or(Closed { at, took: std::time::Duration::ZERO, attempts: 0 }, |run| close(run, at))
}

/// A job with nothing behind it that waits.
fn waits(run: Run, until: Timestamp, cause: Cause) -> JobState {
    JobState::Waiting { run, until, cause: Box::new(cause), stop: None, checkpoint: Box::new(Checkpoint::Nothing) }
}

/// A job that fails, with what it keeps.
fn fails(from: &JobState, at: Timestamp, cause: Cause, checkpoint: Checkpoint) -> JobState {
    let stop = stop(from, &checkpoint);
    JobState::Failed { closed: closed(from, at), cause: Box::new(cause), stop, checkpoint: Box::new(checkpoint) }
}

/// A job whose answer nobody understands and a person gave up: its upload is good for another request.
fn given_up(from: &JobState, closed: Closed, request: &Request, why: &Suspicion, unread: &Unread) -> JobState {
    let cause = Cause::new(CauseKind::BadResult, format!("{}; {}", why.0, unread.why.0));
    let (stop, upload) = (stop(from, &Checkpoint::Request(request.clone().into())), request.upload.clone());
    JobState::Failed { closed, cause: Box::new(cause), stop, checkpoint: Box::new(Checkpoint::Upload(upload)) }
}

fn reopened(at: Timestamp, cause: Cause, stop: Option<Box<Stop>>, checkpoint: Checkpoint) -> JobState {
    let run = Run { began: at, attempt: 1 };
    JobState::Waiting { run, until: at, cause: Box::new(cause), stop, checkpoint: Box::new(checkpoint) }
}

/// Where a job was when it did not get on. A request that it goes on with is the one that it was about.
fn stop(from: &JobState, checkpoint: &Checkpoint) -> Option<Box<Stop>> {
    let stage = from.stage()?;
    let request =
        checkpoint.request().or(from.request()).filter(|_| stage.is_at_fal()).map(|request| request.id.clone());
    Some(Box::new(Stop { stage, request }))
}

/// Where it stopped, told of the request that it goes on with, if it does with one.
fn about(stop: Option<&Stop>, checkpoint: &Checkpoint) -> Option<Box<Stop>> {
    let mut stop = stop.cloned()?;
    if let Some(request) = checkpoint.request().filter(|_| stop.stage.is_at_fal()) {
        stop.request = Some(request.id.clone());
    }
    Some(Box::new(stop))
}

/// What a person may ask another go for.
fn may_be_taken_back_to(state: &JobState) -> bool {
    matches!(state, JobState::Failed { .. } | JobState::Unread(..))
}

fn is_underway(state: &JobState) -> bool {
    state.run().is_some() && !matches!(state, JobState::Unknown(..))
}

/// A job that fal has finished must not forget the answer and go back to following.
fn keeps_all(from: &JobState, checkpoint: &Checkpoint) -> bool {
    match from {
        // Before anything was accepted there is no request to keep.
        JobState::Uploading(_) => matches!(checkpoint, Checkpoint::Nothing),
        JobState::Uploaded(..) | JobState::Submitting(..) => {
            matches!(checkpoint, Checkpoint::Nothing | Checkpoint::Upload(_))
        }
        _ => true,
    }
}

/// A retry must not throw away a request that may have been paid for, unless its outcome is known.
fn loses_request(had: &Checkpoint, checkpoint: &Checkpoint) -> bool {
    match (had.request(), checkpoint.request()) {
        (Some(had), Some(checkpoint)) => had.id != checkpoint.id,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
