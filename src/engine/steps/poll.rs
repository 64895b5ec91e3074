//! Following a request: what fal says of it, until its result can be fetched.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::effect::{Effect, Effects, Queue};
use crate::engine::pace::poll_interval::{PollInterval, Seen};
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::runtime::Runtime;
use crate::engine::scheduler::Scheduler;
use crate::engine::steps::stages::{Outcome, Stages};
use crate::fal::{FalError, Progress, Status};
use crate::job::{CauseKind, Class, Job, JobState, Request, Timestamp, Transition};

/// A request that runs for so long is noted as running.
const LONG: Duration = Duration::from_secs(5);
/// After so many status calls in a row that say nothing, the result is asked for instead.
const UNCLEAR: u32 = 3;

/// What is around a request that is followed.
#[derive(Debug)]
pub(in crate::engine) struct Around<'a> {
    pub(in crate::engine) scheduler: &'a mut Scheduler,
    /// Whether somebody looks at this job.
    pub(in crate::engine) is_watched: bool,
    /// In 0..1.
    pub(in crate::engine) random: f64,
    pub(in crate::engine) now: Timestamp,
}

/// Asks where a request stands.
pub(in crate::engine) async fn run(stages: Arc<Stages>, request: Request, logs: bool) -> Outcome {
    Outcome::Polled(stages.fal.status(&stages.endpoint, &request, logs).await)
}

/// What follows from the answer.
pub(in crate::engine) fn finish(
    job: &Job,
    live: &mut Runtime,
    result: Result<Status, FalError>,
    around: Around<'_>,
) -> Effects {
    live.calling = false;
    if !job.state.is_at_fal() {
        return Vec::new();
    }
    match result {
        Ok(status) => stands(job, live, &status, around),
        Err(error) => failed(live, error, around.random),
    }
}

/// fal said where a request stands.
fn stands(job: &Job, live: &mut Runtime, status: &Status, around: Around<'_>) -> Effects {
    let Around { scheduler, is_watched, random, now } = around;
    let Scheduler { poll_interval: interval, webhooks, account, allowance, .. } = scheduler;
    if std::mem::take(&mut live.following.is_forecast) {
        interval.forecast(status.progress == Progress::Completed);
    }
    let state = &job.state;
    let mut effects = vec![Effect::GotThrough(CallKind::Follow)];
    (live.failures, live.unclear) = (0, 0);
    live.trouble = None;
    let lines = status.logs.as_deref().map(|logs| live.log.hear(logs, now)).unwrap_or_default();
    effects.extend(lines.into_iter().map(Effect::Said));
    match status.progress {
        Progress::InQueue(position) => {
            if !matches!(state, JobState::InQueue(_, _, known) if *known == position) {
                effects.push(Effect::Change(Transition::Queue(position), Vec::new()));
            }
            let before = live.following.position.zip(live.following.not_running_at);
            if let Some(((was, then), is)) = before.zip(position) {
                interval.moved(was.saturating_sub(is), now.since(then));
            }
            live.following.position = position;
            live.following.not_running_at = Some(now);
            live.following.turn_at = interval.until_turn(position).map(|wait| now.plus(wait));
            let usual = interval.next(Seen::Queued(position), is_watched, random);
            effects.push(Effect::CallIn(webhooks.next(job.id, is_watched, usual, random)));
        }
        Progress::InProgress => {
            live.following.turn_came(interval, now);
            let since = if let JobState::InProgress(_, _, since) = state { Some(*since) } else { None };
            if since.is_none() {
                effects.push(Effect::Change(Transition::Progress, Vec::new()));
            }
            let ran = now.since(since.unwrap_or(now));
            // No later run needs it, but whoever looks into the ledger meanwhile would read that it waits.
            if ran >= LONG && !std::mem::replace(&mut live.following.noted_running, true) {
                effects.push(Effect::Note);
            }
            let running = Seen::Running {
                at_least: ran,
                at_most: now.since(live.following.not_running_at.or(since).unwrap_or(now)),
                supposedly: live.following.turn_at.map(|turn| now.since(turn)),
            };
            let usual = interval.next(running, is_watched, random);
            effects.push(Effect::CallIn(webhooks.next(job.id, is_watched, usual, random)));
        }
        Progress::Completed => {
            live.following.turn_came(interval, now);
            allowance.give_back();
            if let Some(seconds) = status.inference_s.filter(|seconds| (0.0..1e6).contains(seconds)) {
                interval.learn(Duration::from_secs_f64(seconds));
                account.ended(seconds, now);
            }
            let complete = Transition::Complete(status.inference_s);
            effects.push(Effect::Change(complete, vec![Effect::Queue(Queue::Answer)]));
            if state.request().is_some_and(|request| webhooks.ended(job.id, &request.id, now)) {
                effects.push(Effect::TakeOver);
            }
        }
    }
    effects
}

/// A call about a request did not get through. The request runs on; we ask less and less often.
fn failed(live: &mut Runtime, error: FalError, random: f64) -> Effects {
    let follows = match (error.cause.kind == CauseKind::NotFound, live.cancelling) {
        (true, true) => Effect::EndCancelled,
        (true, false) => Effect::FindArchived,
        (false, _) => {
            let after = if let Class::Transient { after } = error.class { after } else { None };
            live.failures = live.failures.saturating_add(1);
            live.trouble = Some(error.cause.to_string());
            if live.failures >= UNCLEAR && is_about_request(&error) {
                Effect::Queue(Queue::Answer)
            } else {
                Effect::CallIn(PollInterval::after_failures(live.failures, after, random))
            }
        }
    };
    vec![Effect::Met(CallKind::Follow, error), Effect::Show, follows]
}

/// Whether a failed status call may be the request's own trouble, not that of all calls.
fn is_about_request(error: &FalError) -> bool {
    error.class != Class::Account && error.cause.kind != CauseKind::RateLimited
}
