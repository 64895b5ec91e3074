//! Results that finished long ago: the queue has forgotten them, but fal stores what it answered for
//! 30 days (fal docs: queue, result; platform, requests by endpoint).

use super::hold::Hold;
use super::pace::Pace;
use super::run::Engine;
use super::weather::Realm;
use crate::fal::{FalError, Past};
use crate::job::{Cause, CauseKind, Class, JobId, JobState, Kept, RequestId, Transition};

impl Engine {
    /// The queue no longer knows a request that it once accepted: fal is asked for what it stored.
    pub(super) fn look_for_stored(&mut self, id: JobId) {
        let Some(request) = self.roster.get(id).and_then(|job| job.state.request_id()).cloned() else { return };
        self.calling += 1;
        self.live.entry(id).or_default().calling = true;
        self.spawn_stage(id, self.stages.clone().stored(request));
    }

    pub(super) fn stored(&mut self, id: JobId, result: Result<Option<Past>, FalError>) {
        self.calling = self.calling.saturating_sub(1);
        self.live.entry(id).or_default().calling = false;
        let Some(job) = self.roster.get(id) else { return };
        let Some(request) = job.state.request().filter(|_| job.state.closed().is_none()).cloned() else { return };
        // A job that had its COMPLETED goes straight on.
        let is_complete = matches!(job.state, JobState::Completed(..));
        let anew = || Kept::Upload(request.upload.clone());
        match result {
            Ok(Some(Past { outcome: Ok(answer), .. })) => {
                self.got_through(Realm::Follow, id);
                let inference = answer.inference_s;
                let completes = is_complete || self.happen(id, Transition::Complete(inference));
                if completes && self.happen(id, Transition::StartSave(answer)) {
                    self.to_save.push_back(id);
                }
            }
            Ok(Some(Past { outcome: Err(error), .. })) if error.cause.kind != CauseKind::NotFound => {
                self.failed(Realm::Follow, id, &error, Kept::Request(Box::new(request.clone())), anew());
            }
            Ok(_) => self.lose(id, &lost("fal no longer knows its request", &request.id, None), anew()),
            // This key may not read the list, or there is none.
            Err(error) if error.class == Class::Permanent => {
                let what = format!("fal's queue no longer knows its request, nor could fal's list be read ({error})");
                self.lose(id, &lost(&what, &request.id, None), anew());
            }
            // Not now: the whole question is asked again later.
            Err(error) => {
                if error.class == Class::Account {
                    self.hold(Hold::Account(error.cause.clone()));
                }
                let after = if let Class::Transient { after } = error.class { after } else { None };
                let random = self.rng.f64();
                let live = self.live.entry(id).or_default();
                live.failures = live.failures.saturating_add(1);
                live.trouble = Some(error.cause.to_string());
                let wait = Pace::after_failures(live.failures, after, random);
                if is_complete {
                    self.retry(id, error.cause, wait, Kept::Request(Box::new(request)), false);
                } else {
                    self.call_in(id, wait);
                }
            }
        }
    }

    /// The picture is gone from fal's storage. It was paid for, so nothing is sent again unasked.
    pub(super) fn file_is_gone(&mut self, id: JobId, cause: &Cause, request: &RequestId, kept: Kept) {
        self.lose(id, &lost("its result is gone from fal's storage", request, cause.http), kept);
    }

    /// Ends a job whose result was most likely billed and cannot be had: that money is spent.
    fn lose(&mut self, id: JobId, cause: &Cause, kept: Kept) {
        if self.give_back(id, cause) {
            return;
        }
        let cost = self.roster.get(id).and_then(|job| self.roster.at_most(&job.photo));
        self.write_attempt(id, cause, kept.stage(), cost);
        self.end_failed(id, cause, kept);
    }
}

/// Says that something paid for is lost, and what can be done.
fn lost(what: &str, request: &RequestId, http: Option<u16>) -> Cause {
    let message = format!("{what}: request {request} may have been paid for; a retry sends the photo, and pays, again");
    Cause { http, ..Cause::new(CauseKind::NotFound, message) }
}
