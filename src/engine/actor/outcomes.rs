//! What a step came to goes to the room that it is about, and what follows is performed.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::effect::{Effect, Effects, told};
use crate::engine::recovery::archived;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::steps::fetch::SaveError;
use crate::engine::steps::stages::{Outcome, UploadError};
use crate::engine::steps::{answer, cancel, fault, poll, save, submit, upload};
use crate::engine::tasks::{Finished, Step};
use crate::fal::FalError;
use crate::job::{Answer, Cause, JobId};

impl Engine {
    /// A task ended, by itself or by a panic.
    pub(super) fn finished(&mut self, finished: Finished) {
        match finished {
            Some((step, Ok(outcome))) => self.report(step, outcome),
            Some((step, Err(said))) => self.died(step, &said),
            None => {}
        }
    }

    fn report(&mut self, step: Step, outcome: Outcome) {
        match (step, outcome) {
            (Step::Search, Outcome::Listed(result)) => self.listed(result),
            (Step::Reach(begun), Outcome::Reached(result)) => self.looked_out(begun, &result),
            (Step::AskKey(begun), Outcome::KeyAsked(result)) => self.key_asked(begun, &result),
            (Step::Recall(id), Outcome::Recalled(attempts, trail)) => self.publisher.recalled(id, attempts, &trail),
            (Step::Sibling, Outcome::Sibling(jobs)) => self.sibling_found(jobs),
            (Step::Files, Outcome::Files(found)) => self.files_found(found),
            (Step::Canary, Outcome::CanaryNoted(result)) => {
                self.canary_noted(result.map_err(|error| told("the ledger cannot be written", &error)));
            }
            (Step::Say, Outcome::SaidAgain(written)) => self.said_again(written),
            (Step::Hash(first), Outcome::Hashed(hashed)) => self.hashed(first, hashed),
            (Step::Seek(id), Outcome::Sought(found)) => self.sought(id, found),
            (Step::Rivals, Outcome::Rivals(looks, took)) => self.rivals_seen(looks, took),
            (Step::Order, Outcome::Ordered(command, placed)) => self.ordered(&command, placed),
            (Step::Adopt, Outcome::Adopted(errand, jobs)) => self.adopted(errand, jobs),
            (Step::Copy(id), Outcome::Copied(origin, result)) => self.copied(id, origin, result),
            (Step::Answer(id), Outcome::Answered(result)) => self.answered(id, result),
            (step, outcome) => {
                let Some(id) = step.job() else { return tracing::error!(?step, ?outcome, "not what this step gives") };
                let effects = self.effects_of(step, id, outcome);
                self.perform(id, effects);
            }
        }
    }

    /// What follows for a job from what its step came to.
    fn effects_of(&mut self, step: Step, id: JobId, outcome: Outcome) -> Effects {
        let (now, random) = (self.now(), self.rng.f64());
        let is_watched = self.publisher.faces.watch(id);
        let Some(job) = self.jobs.get(id) else { return Vec::new() };
        match (step, outcome) {
            (Step::Upload(_), Outcome::Uploaded(result)) => {
                let retries = self.options.limits.budget.map(|_| self.options.retry.retries);
                upload::finish(job, result, &self.jobs, retries, now)
            }
            (Step::Submit(_), Outcome::Submitted(result)) => {
                if let Ok(accepted) = &result {
                    let (ours, most) = (self.jobs.totals().in_flight, self.scheduler.window);
                    self.scheduler.account.accepted(accepted.position, ours, most, now);
                }
                submit::finish(job, self.runtime.entry(id).or_default(), result, now)
            }
            (Step::Record(_), Outcome::Recorded(result)) => {
                let trouble = result.err().map(|error| told("the ledger cannot be written", &error));
                let live = self.runtime.entry(id).or_default();
                let first = self.scheduler.first_call(job, &mut live.following, now);
                submit::recorded(job, live, trouble, first)
            }
            (Step::Poll(_), Outcome::Polled(result)) => {
                let around = poll::Around { scheduler: &mut self.scheduler, is_watched, random, now };
                poll::finish(job, self.runtime.entry(id).or_default(), result, around)
            }
            (Step::Stored(_), Outcome::Stored(result)) => {
                archived::finish(job, self.runtime.entry(id).or_default(), result, random, now)
            }
            (Step::Save(_), Outcome::Saved(result)) => {
                save::finish(job, result, &self.jobs, || self.dedup.borrowed(id))
            }
            (Step::Cancel(_), Outcome::Cancelled(result)) => {
                cancel::finish(job, self.runtime.entry(id).or_default(), result)
            }
            // Each step makes one kind of outcome.
            (step, outcome) => {
                tracing::error!(?step, ?outcome, "not what this step gives");
                Vec::new()
            }
        }
    }

    /// A request's result came, or not. What that says of all alike is known before what follows for the job.
    fn answered(&mut self, id: JobId, result: Result<Answer, FalError>) {
        let unclear = match (&result, self.jobs.get(id)) {
            (Err(error), Some(job)) if answer::is_unclear(&job.state, error) => {
                Some(self.met(CallKind::Follow, id, error))
            }
            _ => None,
        };
        let random = self.rng.f64();
        let Some(job) = self.jobs.get(id) else { return };
        let effects = match (result, unclear) {
            (Err(error), Some(is_shared)) => {
                answer::still_unclear(job, self.runtime.entry(id).or_default(), &error, is_shared, random)
            }
            (result, _) => answer::finish(job, result),
        };
        self.perform(id, effects);
    }

    /// What follows from a task that panicked and said `said`.
    fn died(&mut self, step: Step, said: &str) {
        tracing::error!(?step, said, "a task panicked");
        let cause = fault::cause(step, said);
        if let Some(error) = fault::shortage(step, said)
            && let Some(outcome) = came_to(step, error)
        {
            return self.report(step, outcome);
        }
        match step {
            // It may have been made.
            Step::Submit(id) => self.perform(id, vec![Effect::LoseReply(cause)]),
            Step::Upload(id) | Step::Answer(id) | Step::Save(id) | Step::Copy(id) => self.end_by_fault(id, cause),
            Step::Poll(id) | Step::Stored(id) => {
                self.runtime.entry(id).or_default().calling = false;
                self.end_by_fault(id, cause);
            }
            Step::Record(id) => {
                let now = self.now();
                let Some(job) = self.jobs.get(id) else { return };
                let live = self.runtime.entry(id).or_default();
                let first = self.scheduler.first_call(job, &mut live.following, now);
                let effects = submit::recorded(job, live, Some(cause.to_string()), first);
                self.perform(id, effects);
            }
            Step::Cancel(id) => {
                let effects = cancel::failed(self.runtime.entry(id).or_default(), &cause);
                self.perform(id, effects);
            }
            // As with a photo that cannot be read: nobody's twin, and its upload says more.
            Step::Hash(first) => self.not_hashed(first),
            // Without the ledger's word nothing is paid for: the picture may have been.
            Step::Seek(id) => {
                self.count_checks();
                self.end_by_fault(id, cause);
            }
            // What was said is in the ledger: `report` writes the files.
            Step::Recall(_) | Step::Say => {}
            Step::Search => self.listed(Err(FalError::of_fault(cause))),
            Step::Reach(begun) => self.looked_out(begun, &Err(FalError::of_fault(cause))),
            Step::AskKey(begun) => self.key_asked(begun, &Err(FalError::of_fault(cause))),
            // It is looked again.
            Step::Rivals => self.rivals_seen(Vec::new(), Duration::ZERO),
            Step::Sibling => self.sibling_unread(),
            Step::Files => self.files_found(Vec::new()),
            Step::Canary => self.canary_noted(Err(cause.to_string())),
            Step::Order | Step::Adopt => self.publisher.refuse(&format!("it may not be done: {cause}")),
        }
    }

    fn end_by_fault(&mut self, id: JobId, cause: Cause) {
        let effects = self.jobs.get(id).map(|job| fault::end(job, cause)).unwrap_or_default();
        self.perform(id, effects);
    }
}

/// What a step comes to that could not begin for want of something; `None` where more than that is to be done.
fn came_to(step: Step, error: FalError) -> Option<Outcome> {
    match step {
        Step::Upload(_) => Some(Outcome::Uploaded(Err(UploadError::Fal(error)))),
        Step::Poll(_) => Some(Outcome::Polled(Err(error))),
        Step::Answer(_) => Some(Outcome::Answered(Err(error))),
        Step::Save(_) => Some(Outcome::Saved(Err(SaveError::Fal(error)))),
        _ => None,
    }
}
