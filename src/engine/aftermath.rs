//! What a failed step leads to: another try, an end, or a stop for all; and how an end is kept.

use std::time::Duration;

use super::decide::{Standing, Verdict, Weather, decide};
use super::hold::Hold;
use super::run::Engine;
use crate::fal::FalError;
use crate::job::{Cause, CauseKind, JobId, Kept, Stage, Transition};
use crate::ledger::Attempt;

/// A failure that comes so soon after others got through is the job's own.
const FAIR: Duration = Duration::from_secs(30);
/// Jobs that ended and whose logs are kept.
const ENDED: usize = 200;

impl Engine {
    /// A step failed: the one table says what follows.
    pub(super) fn failed(&mut self, id: JobId, error: &FalError, same: Kept, anew: Kept) {
        let now = self.now();
        tracing::info!(job = %id, cause = %error.cause, class = ?error.class, source = ?error.source, "a step failed");
        let Some(attempt) = self.roster.get(id).map(|job| job.state.attempt()) else { return };
        let weather = if now.since(self.last_good) < FAIR { Weather::Fair } else { Weather::Foul };
        let standing = Standing { same, anew, attempt };
        match decide(error, standing, &self.setup.retry, weather, self.rng.f64()) {
            Verdict::Retry { wait, kept, counts } => {
                if error.cause.kind == CauseKind::RateLimited {
                    // One brake for all: the others would be told the same.
                    self.brake_until = self.brake_until.max(now.plus(wait));
                }
                self.retry(id, error.cause.clone(), wait, kept, counts);
            }
            Verdict::Fail(kept) => self.fail(id, &error.cause, kept),
            Verdict::Hold(kept) => {
                self.back_to(id, error.cause.clone(), kept);
                self.hold(Hold::Account(error.cause.clone()));
            }
            Verdict::Cancelled => self.end_cancelled(id),
            Verdict::Lost => {
                if self.happen(id, Transition::LoseReply) {
                    self.write_attempt(id, &error.cause, Stage::Submit);
                    self.look_for_lost();
                    self.record(id);
                    self.ended(id);
                }
            }
        }
    }

    pub(super) fn retry(&mut self, id: JobId, cause: Cause, wait: Duration, kept: Kept, counts: bool) {
        self.write_attempt(id, &cause, kept.stage());
        let until = self.now().plus(wait);
        if self.happen(id, Transition::Retry { cause, until, kept, counts }) {
            self.wake_at(id, until);
        }
    }

    /// Puts a job back to where it can go on, at nobody's cost.
    pub(super) fn back_to(&mut self, id: JobId, cause: Cause, kept: Kept) {
        self.retry(id, cause, Duration::ZERO, kept, false);
    }

    pub(super) fn fail(&mut self, id: JobId, cause: &Cause, kept: Kept) {
        if self.give_back(id, cause) {
            return;
        }
        self.write_attempt(id, cause, kept.stage());
        if self.happen(id, Transition::Fail { cause: cause.clone(), kept }) {
            self.ended(id);
            if let Some(hold) = self.failures.failed(cause) {
                self.hold(hold);
            }
        }
    }

    pub(super) fn end_cancelled(&mut self, id: JobId) {
        if self.happen(id, Transition::Cancel) {
            self.live.entry(id).or_default().cancelling = false;
            self.ended(id);
        }
    }

    fn write_attempt(&mut self, id: JobId, cause: &Cause, stage: Stage) {
        let now = self.now();
        self.attempted(id, |job| {
            let run = job.state.run()?;
            Some(Attempt {
                job: id,
                attempt: run.attempt,
                began: run.began,
                ended: now,
                stage,
                cause: Some(cause.clone()),
                request: job.state.request_id().cloned(),
                cost: None,
            })
        });
        if self.history.as_ref().is_some_and(|(of, _)| *of == id) {
            self.history = None;
        }
    }

    /// A job has ended: its logs are kept for a while.
    pub(super) fn ended(&mut self, id: JobId) {
        if let Some(live) = self.live.get_mut(&id) {
            live.meter = None;
            live.abort = None;
            live.due = None;
            if live.is_empty() {
                self.live.remove(&id);
                return;
            }
        }
        self.ended.push_back(id);
        while self.ended.len() > ENDED {
            if let Some(old) = self.ended.pop_front()
                && self.roster.get(old).is_some_and(|job| job.state.is_final())
            {
                self.live.remove(&old);
            }
        }
    }
}
