//! Results that finished long ago: the queue has forgotten them, but fal stores what it answered for
//! 30 days (fal docs: queue, result; platform, requests by endpoint).

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::poll_interval::PollInterval;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::tasks::Step;
use crate::fal::{FalError, Past};
use crate::job::{Cause, CauseKind, Checkpoint, Class, Cost, JobId, JobState, RequestId, Timestamp, Transition};

/// A request that was accepted so lately may not be known everywhere yet.
const NEW: Duration = Duration::from_mins(2);
/// How often such a one is asked for before it is given up.
const ASKED: u32 = 4;

impl Engine {
    /// The queue no longer knows a request that it once accepted: fal is asked for what it stored.
    pub(in crate::engine) fn look_for_stored(&mut self, id: JobId) {
        let Some(request) = self.jobs.get(id).and_then(|job| job.state.request_id()).cloned() else { return };
        self.runtime.entry(id).or_default().calling = true;
        self.spawn_stage(Step::Stored(id), self.stages.clone().stored(request));
        self.begin_call(CallKind::Follow, id);
    }

    pub(in crate::engine) fn stored(&mut self, id: JobId, result: Result<Option<Past>, FalError>) {
        self.runtime.entry(id).or_default().calling = false;
        let Some(job) = self.jobs.get(id) else { return };
        let Some(request) = job.state.request().filter(|_| job.state.closed().is_none()).cloned() else { return };
        // A job that had its COMPLETED goes straight on.
        let is_complete = matches!(job.state, JobState::Completed(..));
        let anew = || Checkpoint::Upload(request.upload.clone());
        match &result {
            Ok(_) => self.got_through(CallKind::Follow, id),
            Err(error) => drop(self.met(CallKind::Follow, id, error)),
        }
        match result {
            Ok(Some(Past { outcome: Ok(answer), .. })) => {
                let inference = answer.inference_s;
                let completes = is_complete || self.happen(id, Transition::Complete(inference));
                if completes && self.happen(id, Transition::StartSave(answer)) {
                    self.scheduler.to_save.push_back(id);
                }
            }
            Ok(Some(Past { outcome: Err(error), .. })) if error.cause.kind != CauseKind::NotFound => {
                self.failed(CallKind::Follow, id, &error, Checkpoint::Request(Box::new(request.clone())), anew());
            }
            Ok(_) if self.may_be_too_new(id, request.at) => {
                self.ask_again(id, is_complete, Cause::new(CauseKind::NotFound, "fal does not know it yet"), None);
            }
            Ok(_) => self.lose(id, &lost("fal no longer knows its request", &request.id, None), anew()),
            // This key may not read the list, or there is none.
            Err(error) if error.class == Class::Permanent => {
                let what = format!("fal's queue no longer knows its request, nor could fal's list be read ({error})");
                self.lose(id, &lost(&what, &request.id, None), anew());
            }
            // Not now: the whole question is asked again later.
            Err(error) => {
                let after = if let Class::Transient { after } = error.class { after } else { None };
                self.ask_again(id, is_complete, error.cause, after);
            }
        }
    }

    /// Whether fal may not know a request because it has only just accepted it: its parts do not all
    /// learn of it at once, and what is paid for is not given up for that.
    fn may_be_too_new(&self, id: JobId, accepted: Timestamp) -> bool {
        let asked = self.runtime.get(&id).map_or(0, |live| live.failures);
        self.now().since(accepted) < NEW && asked < ASKED
    }

    fn ask_again(&mut self, id: JobId, is_complete: bool, cause: Cause, after: Option<Duration>) {
        let Some(request) = self.jobs.get(id).and_then(|job| job.state.request()).cloned() else { return };
        let random = self.rng.f64();
        let live = self.runtime.entry(id).or_default();
        live.failures = live.failures.saturating_add(1);
        live.trouble = Some(cause.to_string());
        let wait = PollInterval::after_failures(live.failures, after, random);
        if is_complete {
            self.retry(id, cause, wait, Checkpoint::Request(Box::new(request)), false);
        } else {
            self.publisher.dirty = true;
            self.call_in(id, wait);
        }
    }

    /// The picture is gone from fal's storage. It was paid for, so nothing is sent again unasked.
    pub(in crate::engine) fn file_is_gone(
        &mut self,
        id: JobId,
        cause: &Cause,
        request: &RequestId,
        checkpoint: Checkpoint,
    ) {
        self.lose(id, &lost("its result is gone from fal's storage", request, cause.http), checkpoint);
    }

    /// Ends a job whose result was most likely billed and cannot be had: that money is spent.
    fn lose(&mut self, id: JobId, cause: &Cause, checkpoint: Checkpoint) {
        let Some(job) = self.jobs.get(id) else { return };
        // What others paid for is theirs to count.
        let cost = if self.dedup.is_settled(id) { None } else { self.jobs.at_most(job).map(Cost::feared) };
        self.fail_with(id, cause, checkpoint, cost);
    }
}

/// Says that something paid for is lost, and what can be done.
fn lost(what: &str, request: &RequestId, http: Option<u16>) -> Cause {
    let message = format!("{what}: request {request} may have been paid for; a retry sends the photo, and pays, again");
    Cause { http, ..Cause::new(CauseKind::NotFound, message) }
}
