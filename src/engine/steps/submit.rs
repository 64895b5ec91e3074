//! The paid call: its intent is recorded and synced before it is made, the request's id after.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::engine::effect::{Effect, Effects, told};
use crate::engine::pace::following::Following;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::runtime::Runtime;
use crate::engine::steps::further::{self, Files};
use crate::engine::steps::stages::{Outcome, Stages, SubmitError};
use crate::fal::Accepted;
use crate::job::{Cause, CauseKind, Checkpoint, Job, JobState, Request, Timestamp, Transition};
use crate::ledger::{Claimed, Stakes};
use crate::model::{Sizing, put_urls};

/// Intent recorded and synced, then the paid call.
pub(in crate::engine) async fn run(
    stages: Arc<Stages>,
    job: Job,
    (mut body, files, sizing): (Value, Files, Sizing),
    at_stake: Option<Stakes>,
) -> Outcome {
    // As a rule they are there since its own upload.
    match stages.urls(&files).await {
        Ok(urls) => put_urls(&mut body, &files, &urls),
        Err(error) => return Outcome::Submitted(Err(SubmitError::Further(error))),
    }
    if let JobState::Submitting(_, intent) = &job.state
        && let Err(error) = stages.put_photo((&mut body, &intent.upload.url), &job.photo, sizing).await
    {
        return Outcome::Submitted(Err(SubmitError::Photo(error)));
    }
    let recorded = match at_stake {
        Some(at_stake) => stages.writer.claim(&job, at_stake).await,
        None => stages.writer.commit(&job).await.map(|()| Claimed::Ours),
    };
    match recorded {
        Ok(Claimed::Ours) => {}
        Ok(Claimed::Held(batch)) => return Outcome::Submitted(Err(SubmitError::Held(batch))),
        Ok(Claimed::OverCap(money)) => return Outcome::Submitted(Err(SubmitError::OverCap(money))),
        Err(error) => return Outcome::Submitted(Err(SubmitError::NotRecorded(error))),
    }
    let submitted = stages.fal.submit(&stages.endpoint, &body, stages.start_timeout).await;
    Outcome::Submitted(submitted.map_err(SubmitError::Fal))
}

/// What follows from the call, or from its not being made.
pub(in crate::engine) fn finish(
    job: &Job,
    live: &mut Runtime,
    result: Result<Accepted, SubmitError>,
    now: Timestamp,
) -> Effects {
    let JobState::Submitting(_, intent) = &job.state else { return Vec::new() };
    let upload = intent.upload.clone();
    match result {
        Ok(Accepted { id, url, position }) => {
            live.following = Following { position, not_running_at: Some(now), ..Following::default() };
            let request = Request { id, url, at: now, upload };
            // Only when this is safely written is the first call made.
            let accepted = Effect::Change(Transition::Accept(request), vec![Effect::Record]);
            vec![Effect::GotThrough(CallKind::Submit), Effect::Forgive, accepted]
        }
        Err(SubmitError::NotRecorded(error)) => {
            let cause = Cause::new(CauseKind::Disk, "the ledger could not be written, so it was not sent");
            vec![
                Effect::back_to(cause, Checkpoint::Upload(upload)),
                Effect::Pause(PauseReason::Disk(told("the ledger cannot be written", &error))),
            ]
        }
        Err(SubmitError::Held(batch)) => vec![Effect::AwaitRival(Some(batch))],
        Err(SubmitError::OverCap(money)) => vec![Effect::AwaitMoney(upload, money)],
        Err(SubmitError::Further(error)) => further::failed(error, Checkpoint::Upload(upload)),
        Err(SubmitError::Photo(error)) => vec![Effect::failed(CallKind::Upload, error, Checkpoint::Nothing)],
        Err(SubmitError::Fal(error)) => {
            vec![Effect::failed(CallKind::Submit, error, Checkpoint::Upload(upload))]
        }
    }
}

/// Brings a state into the ledger.
pub(in crate::engine) async fn record(stages: Arc<Stages>, job: Job) -> Outcome {
    Outcome::Recorded(stages.writer.commit(&job).await)
}

/// A state is in the ledger, unless there was trouble: then the row is kept and tried again with
/// whatever is written next. `first` is the wait until the first call about a request.
pub(in crate::engine) fn recorded(job: &Job, live: &Runtime, trouble: Option<String>, first: Duration) -> Effects {
    // The batch may be finished by this alone.
    let mut effects = vec![Effect::Show];
    effects.extend(trouble.map(|trouble| Effect::Pause(PauseReason::Disk(trouble))));
    if matches!(job.state, JobState::InQueue(..)) {
        if live.cancelling {
            effects.push(Effect::AskToCancel);
        }
        effects.push(Effect::CallIn(first));
    }
    effects
}
