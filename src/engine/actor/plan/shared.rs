//! A batch that many work on: jobs come as this process takes them, within its share of the window and under one cap.

use std::sync::Arc;

use crate::engine::actor::Engine;
use crate::engine::resilience::pause::PauseReason;
use crate::job::{Group, Job, JobId, Upload, Usd};
use crate::ledger::Money;
use crate::plan::Standing;

impl Engine {
    /// What of the window is this process's has changed, or how many have the calls together.
    pub(in crate::engine::actor) fn share_changed(&mut self) {
        let Some(crew) = &mut self.course.crew else { return };
        let share = crew.share();
        tracing::info!(?share, "shared among those who work on the batch");
        self.scheduler.window = share.window;
        self.scheduler.allowance.share(share.factor());
        if share.cap != self.facts.budget && share.workers > 0 {
            self.shared_cap_changed(share.cap);
        }
        self.publisher.dirty = true;
    }

    /// Others hear what of its share this process has a use for.
    pub(in crate::engine::actor) fn say_need(&self) {
        if let Some(crew) = &self.course.crew {
            crew.has(self.jobs.totals().left());
        }
    }

    /// Whether there is room for more: of a batch that many work on, no more is taken than is soon sent.
    pub(in crate::engine::actor) fn takes_more(&self) -> bool {
        if self.course.crew.is_none() {
            return true;
        }
        let totals = self.jobs.totals();
        let begun = totals.left().saturating_sub(totals.in_flight + totals.of(Group::Waiting));
        self.is_open() && begun < usize::from(self.scheduler.window)
    }

    /// Takes in jobs that nobody else works on now. What was on its way goes on from what is known of it.
    pub(in crate::engine::actor) fn take_jobs(&mut self, jobs: Vec<Job>) {
        let mut taken = Vec::with_capacity(jobs.len());
        for job in jobs {
            let id = job.id;
            taken.push(id);
            let standing = Standing::at_start(&job, self.options.retry_failed.as_ref());
            let standings = &mut self.planning.standings;
            if standings.len() <= id.index() {
                standings.resize(id.index() + 1, standing);
            }
            if let Some(slot) = standings.get_mut(id.index()) {
                *slot = standing;
            }
            if self.jobs.get(id).is_some() {
                self.jobs.replace(job);
            } else {
                self.jobs.push(job);
            }
        }
        for id in &taken {
            self.consider_underway(*id);
        }
        for id in taken {
            self.pick_up(id);
        }
        self.publisher.dirty = true;
    }

    /// The cap that all keep is another one: the ledger is asked again.
    fn shared_cap_changed(&mut self, cap: Option<Usd>) {
        Arc::make_mut(&mut self.facts).budget = cap;
        self.tell_cap(cap);
        if let Some(crew) = &mut self.course.crew {
            crew.uncap();
        }
        if matches!(self.resilience.pause, Some(PauseReason::SharedCap { .. })) {
            self.resilience.pause = None;
        }
        self.publisher.dirty = true;
    }

    /// The cap that all keep does not bear a job's call now.
    pub(in crate::engine::actor) fn await_money(&mut self, id: JobId, upload: Upload, money: Money) {
        let now = self.now();
        let at_most = self.jobs.get(id).and_then(|job| self.jobs.at_most(job));
        let Some(crew) = &mut self.course.crew else { return };
        let (again, reason) = crew.capped(upload, money, at_most, now);
        self.wait(id, again);
        if let Some(reason) = reason {
            self.hold(reason);
        }
    }
}
