//! fal is asked to stop a request.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::effect::{Effect, Effects};
use crate::engine::runtime::Runtime;
use crate::engine::steps::stages::{Outcome, Stages};
use crate::fal::{CancelAnswer, FalError};
use crate::job::{Cause, Job, JobState, Request};

/// Asks for it.
pub(in crate::engine) async fn run(stages: Arc<Stages>, request: Request) -> Outcome {
    Outcome::Cancelled(stages.fal.cancel(&stages.endpoint, &request).await)
}

/// What follows from the answer.
pub(in crate::engine) fn finish(job: &Job, live: &mut Runtime, result: Result<CancelAnswer, FalError>) -> Effects {
    match result {
        Ok(CancelAnswer::Removed | CancelAnswer::NotFound) if matches!(job.state, JobState::InQueue(..)) => {
            vec![Effect::EndCancelled]
        }
        // It runs on or has ended: what comes of it is saved, for it is paid for.
        Ok(_) => vec![Effect::CallIn(Duration::ZERO)],
        Err(error) => failed(live, &error.cause),
    }
}

/// It was not stopped, and runs on.
pub(in crate::engine) fn failed(live: &mut Runtime, why: &Cause) -> Effects {
    live.cancelling = false;
    live.trouble = Some(format!("could not be cancelled: {why}"));
    vec![Effect::Show]
}
