//! What a failed step leads to is done: another try, an end, or a stop for all; and how an end is kept.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::effect::{Again, Failure};
use crate::engine::publish::log_cache::LAST_WORDS;
use crate::engine::resilience::retry::{FailureContext, Verdict, decide};
use crate::fal::{Bill, FalError, Scope};
use crate::job::{
    Cause, CauseKind, Checkpoint, Class, Cost, Group, JobId, JobState, Stage, Suspicion, Transition, Unread, Usd,
};
use crate::ledger::Attempt;

impl Engine {
    /// A step failed: the one table says what follows.
    pub(super) fn failed(&mut self, id: JobId, failure: Failure) {
        let Failure { call_kind, error, same, anew } = failure;
        let error = &error;
        let now = self.now();
        tracing::info!(job = %id, cause = %error.cause, class = ?error.class, source = ?error.source, "a step failed");
        let Some(attempt) = self.jobs.get(id).map(|job| job.state.attempt()) else { return };
        let at_least = self
            .met(call_kind, id, error)
            .then(|| self.resilience.connectivity.next(call_kind, now).unwrap_or(now).since(now));
        let live = self.runtime.entry(id).or_default();
        live.early = if error.class == Class::NotReady { live.early.saturating_add(1) } else { 0 };
        let shared = at_least.map(|at_least| (live.let_off.max(1), at_least));
        let context = FailureContext { same, anew, attempt, early: live.early, shared };
        let cost = self.cost_of(id, error);
        if error.class == Class::Reupload
            && let Some(request) = self.jobs.get(id).and_then(|job| job.state.request())
        {
            // Which of its files fal could not fetch is not said.
            self.stages.further.forget_before(request.at);
        }
        if error.scope == Scope::Request {
            self.settle_call(id);
        }
        match decide(error, context, &self.options.retry, self.rng.f64()) {
            Verdict::Retry { wait, checkpoint, counts } => {
                self.write_attempt(id, &error.cause, cost);
                self.wait(id, Again { cause: error.cause.clone(), wait, checkpoint, counts });
            }
            Verdict::Fail(checkpoint) => match &error.unread {
                Some(answer) => self.misread(id, &error.cause, answer),
                None => self.fail_with(id, &recoverable(&error.cause, &checkpoint), checkpoint, cost),
            },
            Verdict::PauseReason(checkpoint) => self.back_to(id, error.cause.clone(), checkpoint),
            Verdict::Cancelled => {
                self.write_attempt(id, &error.cause, cost);
                self.end_cancelled(id);
            }
            Verdict::Lost => {
                self.lose_reply(id, &error.cause);
            }
        }
    }

    /// What a request that failed is taken to have cost: what fal says, else as much as it may.
    pub(super) fn cost_of(&self, id: JobId, error: &FalError) -> Option<Cost> {
        let job = self.jobs.get(id).filter(|_| error.scope == Scope::Request && !self.dedup.is_settled(id))?;
        match error.bill {
            Bill::Nothing => None,
            Bill::Units(units) => self.jobs.price()?.billed(units).map(Cost::Known),
            Bill::Perhaps => self.jobs.at_most(job).map(Cost::feared),
        }
    }

    pub(super) fn retry(&mut self, id: JobId, again: Again) {
        self.write_attempt(id, &again.cause, None);
        self.wait(id, again);
    }

    pub(super) fn wait(&mut self, id: JobId, again: Again) {
        let Again { cause, wait, checkpoint, counts } = again;
        let until = self.now().plus(wait);
        if self.happen(id, Transition::Retry { cause, until, checkpoint, counts }) {
            self.wake_at(id, until);
        }
    }

    /// Puts a job back to where it can go on, at nobody's cost.
    pub(super) fn back_to(&mut self, id: JobId, cause: Cause, checkpoint: Checkpoint) {
        self.retry(id, Again { cause, wait: Duration::ZERO, checkpoint, counts: false });
    }

    pub(super) fn fail(&mut self, id: JobId, cause: &Cause, checkpoint: Checkpoint) {
        self.fail_with(id, cause, checkpoint, None);
    }

    /// fal answered, which may be billed, with something that we do not understand: it is kept as it came,
    /// and a person looks at it. What it may cost stays reserved.
    fn misread(&mut self, id: JobId, cause: &Cause, answer: &str) {
        if self.give_back(id, cause, None) {
            return;
        }
        self.write_attempt(id, cause, None);
        let why =
            format!("{}; what fal answered is kept, and a retry reads it again without paying again", cause.message);
        let unread = Unread { why: Suspicion(why.into()), answer: answer.into() };
        if self.happen(id, Transition::Misread(unread)) {
            self.ended(id);
            if let Some(hold) = self.resilience.failures.failed(cause) {
                self.hold(hold);
            }
        }
    }

    /// A request of another job came to nothing for this one: it is sent for itself. False if the request is its own.
    fn give_back(&mut self, id: JobId, cause: &Cause, cost: Option<Cost>) -> bool {
        if !self.dedup.gives_back(id, cause) {
            return false;
        }
        self.settle_call(id);
        self.jobs.reuse(id, false);
        self.write_attempt(id, cause, cost);
        let again =
            Again { cause: cause.clone(), wait: Duration::ZERO, checkpoint: Checkpoint::Nothing, counts: false };
        self.wait(id, again);
        true
    }

    /// The same, where the request is taken to have cost something.
    pub(super) fn fail_with(&mut self, id: JobId, cause: &Cause, checkpoint: Checkpoint, cost: Option<Cost>) {
        if self.give_back(id, cause, cost) {
            return;
        }
        self.write_attempt(id, cause, cost);
        if self.happen(id, Transition::Fail { cause: cause.clone(), checkpoint }) {
            self.ended(id);
            if let Some(hold) = self.resilience.failures.failed(cause) {
                self.hold(hold);
            }
        }
    }

    /// What was reserved for a job is taken for spent: its request is given up, and may be billed.
    pub(super) fn write_off(&mut self, id: JobId, why: &str) {
        let is_open = |state: &JobState| state.is_reserved() || state.is_unpriced();
        let Some(job) = self.jobs.get(id).filter(|job| is_open(&job.state)) else { return };
        let cost = self.jobs.at_most(job).map(Cost::feared);
        self.write_attempt(id, &Cause::new(CauseKind::UnknownOutcome, why), cost);
    }

    pub(super) fn end_cancelled(&mut self, id: JobId) {
        if self.happen(id, Transition::Cancel) {
            self.runtime.entry(id).or_default().cancelling = false;
            self.ended(id);
        }
    }

    /// Writes down an attempt that ended without a result, at the step that the job is at now. What it
    /// cost counts as spent from now on, in later runs too.
    pub(super) fn write_attempt(&mut self, id: JobId, cause: &Cause, cost: Option<Cost>) {
        let now = self.now();
        let cost = cost.filter(|cost| cost.at_most() > Usd::ZERO);
        self.jobs.spent_besides(cost.into());
        self.attempted(id, |job| {
            let run = job.state.run();
            Some(Attempt {
                job: id,
                attempt: job.state.attempt(),
                began: run.map(|run| run.began).or(cost.map(|_| now))?,
                ended: now,
                stage: job.state.stage().unwrap_or(Stage::Submit),
                cause: Some(cause.clone()),
                request: job.state.request_id().cloned(),
                cost,
            })
        });
        self.publisher.outdate_history(id);
    }

    /// A job has ended: its logs are kept for a while.
    pub(super) fn ended(&mut self, id: JobId) {
        if let Some(live) = self.runtime.get_mut(&id) {
            live.meter = None;
            live.abort = None;
            live.due = None;
            if live.is_empty() {
                self.runtime.remove(&id);
                return;
            }
        }
        let group = self.jobs.get(id).map(|job| job.state.status().group());
        let is_troubled = matches!(group, Some(Group::Failed | Group::Review));
        if let Some(live) = self.runtime.get_mut(&id).filter(|_| is_troubled) {
            live.log.cut(LAST_WORDS);
        }
        if let Some(old) = self.publisher.logs.put(id, is_troubled)
            && self.jobs.get(old).is_some_and(|job| job.state.is_final())
        {
            self.runtime.remove(&old);
        }
    }
}

/// Says what a retry does for something that fal has and that could not be fetched.
fn recoverable(cause: &Cause, checkpoint: &Checkpoint) -> Cause {
    if checkpoint.request().is_none() {
        return cause.clone();
    }
    let message = format!("{}; fal still has it, and a retry asks for it again without paying again", cause.message);
    Cause { message: message.into(), ..cause.clone() }
}
