//! A request's result is asked for, once fal says that it has ended, or where its status says nothing.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::effect::{Again, Effect, Effects};
use crate::engine::pace::poll_interval::PollInterval;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::runtime::Runtime;
use crate::engine::steps::stages::{Outcome, Stages};
use crate::fal::{FalError, Scope};
use crate::job::{Answer, Cause, CauseKind, Checkpoint, Class, Job, JobState, Request, Transition};

/// How often, a minute apart in the end, before it is left to a person.
const GIVEN_UP: u32 = 20;

/// Asks for it.
pub(in crate::engine) async fn run(stages: Arc<Stages>, request: Request) -> Outcome {
    Outcome::Answered(stages.fal.result(&stages.endpoint, &request, stages.gives).await)
}

/// The request whose result is asked for: of a job that has ended at fal, or is followed.
pub(in crate::engine) fn request(state: &JobState) -> Option<&Request> {
    let is_followed = matches!(state, JobState::Completed(..)) || state.is_at_fal();
    state.request().filter(|_| is_followed)
}

/// Whether the result of a request that is not known to have ended is not there either: its status was not
/// understood, and nothing is, yet.
pub(in crate::engine) fn is_unclear(state: &JobState, error: &FalError) -> bool {
    !matches!(state, JobState::Completed(..))
        && error.cause.kind != CauseKind::NotFound
        && matches!(error.class, Class::NotReady | Class::Transient { .. })
        && error.scope == Scope::Call
}

/// What follows from the answer.
pub(in crate::engine) fn finish(job: &Job, result: Result<Answer, FalError>) -> Effects {
    let Some(request) = request(&job.state) else { return Vec::new() };
    let mut answer = match result {
        Ok(answer) => answer,
        Err(error) if error.cause.kind == CauseKind::NotFound => return vec![Effect::FindArchived],
        Err(error) => return vec![Effect::failed_at_fal(error, request)],
    };
    if let JobState::Completed(_, _, inference) = &job.state {
        answer.inference_s = inference.or(answer.inference_s);
        return vec![Effect::GotThrough(CallKind::Follow), Effect::Forgive, Effect::save(answer)];
    }
    let complete = Transition::Complete(answer.inference_s);
    let then = vec![Effect::GotThrough(CallKind::Follow), Effect::Forgive, Effect::save(answer)];
    vec![Effect::Change(complete, then)]
}

/// What follows where neither status nor result say anything. `is_shared` says whether that is nobody's own
/// failure; `random` is in 0..1.
pub(in crate::engine) fn still_unclear(
    job: &Job,
    live: &mut Runtime,
    error: &FalError,
    is_shared: bool,
    random: f64,
) -> Effects {
    let Some(request) = request(&job.state) else { return Vec::new() };
    live.unclear = live.unclear.saturating_add(u32::from(!is_shared));
    let met = live.trouble.as_deref().unwrap_or_default();
    let after = if let Class::Transient { after } = error.class { after } else { None };
    let checkpoint = Checkpoint::Request(Box::new(request.clone()));
    let message = format!("{met}; its result was asked for instead: {}", error.cause);
    if live.unclear >= GIVEN_UP {
        let message = format!("{message}; a retry asks for both again, without paying again");
        return vec![Effect::Fail(Cause { message: message.into(), ..error.cause.clone() }, checkpoint)];
    }
    let wait: Duration = PollInterval::after_failures(live.failures, after, random);
    let cause = Cause { message: message.into(), ..error.cause.clone() };
    vec![Effect::Wait(Again { cause, wait, checkpoint, counts: false })]
}
