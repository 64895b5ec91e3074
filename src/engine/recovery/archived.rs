//! Results that finished long ago: the queue has forgotten them, but fal stores what it answered for
//! 30 days (fal docs: queue, result; platform, requests by endpoint).

use std::sync::Arc;
use std::time::Duration;

use crate::engine::effect::{Again, Effect, Effects};
use crate::engine::pace::poll_interval::PollInterval;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::runtime::Runtime;
use crate::engine::steps::stages::{Outcome, Stages};
use crate::fal::{FalError, Past};
use crate::job::{Cause, CauseKind, Checkpoint, Class, Job, JobState, Request, RequestId, Timestamp, Transition};

/// A request that was accepted so lately may not be known everywhere yet.
const NEW: Duration = Duration::from_mins(2);
/// How often such a one is asked for before it is given up.
const ASKED: u32 = 4;

/// Asks for what fal stored of a request.
pub(in crate::engine) async fn run(stages: Arc<Stages>, id: RequestId) -> Outcome {
    Outcome::Stored(stages.fal.past(&stages.endpoint, stages.gives, &id).await)
}

/// What follows. `random` is in 0..1.
pub(in crate::engine) fn finish(
    job: &Job,
    live: &mut Runtime,
    result: Result<Option<Past>, FalError>,
    random: f64,
    now: Timestamp,
) -> Effects {
    live.calling = false;
    let Some(request) = job.state.request().filter(|_| job.state.closed().is_none()) else { return Vec::new() };
    // A job that had its COMPLETED goes straight on.
    let is_complete = matches!(job.state, JobState::Completed(..));
    let asked = Asked { request, is_complete, random };
    let past = match result {
        Ok(past) => past,
        Err(error) => {
            let follows = match error.class {
                // This key may not read the list, or there is none.
                Class::Permanent => {
                    let what =
                        format!("fal's queue no longer knows its request, nor could fal's list be read ({error})");
                    lost(&what, request, None)
                }
                // Not now: the whole question is asked again later.
                Class::Transient { after } => asked.again(live, error.cause.clone(), after),
                _ => asked.again(live, error.cause.clone(), None),
            };
            return vec![Effect::Met(CallKind::Follow, error), Effect::Show, follows];
        }
    };
    let follows = match past {
        Some(Past { outcome: Ok(answer), .. }) => {
            let complete = Transition::Complete(answer.inference_s);
            let save = Effect::save(answer);
            if is_complete { save } else { Effect::Change(complete, vec![save]) }
        }
        Some(Past { outcome: Err(error), .. }) if error.cause.kind != CauseKind::NotFound => {
            Effect::failed_at_fal(error, request)
        }
        _ if may_be_too_new(live, request, now) => {
            asked.again(live, Cause::new(CauseKind::NotFound, "fal does not know it yet"), None)
        }
        _ => lost("fal no longer knows its request", request, None),
    };
    vec![Effect::GotThrough(CallKind::Follow), Effect::Show, follows]
}

/// Whether fal may not know a request because it has only just accepted it: its parts do not all
/// learn of it at once, and what is paid for is not given up for that.
fn may_be_too_new(live: &Runtime, request: &Request, now: Timestamp) -> bool {
    now.since(request.at) < NEW && live.failures < ASKED
}

/// A request that was asked for.
struct Asked<'a> {
    request: &'a Request,
    is_complete: bool,
    random: f64,
}

impl Asked<'_> {
    /// Asks once more, later.
    fn again(&self, live: &mut Runtime, cause: Cause, after: Option<Duration>) -> Effect {
        live.failures = live.failures.saturating_add(1);
        live.trouble = Some(cause.to_string());
        let wait = PollInterval::after_failures(live.failures, after, self.random);
        if self.is_complete {
            let checkpoint = Checkpoint::Request(Box::new(self.request.clone()));
            Effect::Retry(Again { cause, wait, checkpoint, counts: false })
        } else {
            Effect::CallIn(wait)
        }
    }
}

/// The picture is gone from fal's storage. It was paid for, so nothing is sent again unasked.
pub(in crate::engine) fn file_is_gone(cause: &Cause, request: &Request) -> Effect {
    lost("its result is gone from fal's storage", request, cause.http)
}

/// Something paid for is lost: says so, and what can be done.
fn lost(what: &str, request: &Request, http: Option<u16>) -> Effect {
    let id = &request.id;
    let message = format!("{what}: request {id} may have been paid for; a retry sends the photo, and pays, again");
    let cause = Cause { http, ..Cause::new(CauseKind::NotFound, message) };
    Effect::Lose(cause, Checkpoint::Upload(request.upload.clone()))
}
