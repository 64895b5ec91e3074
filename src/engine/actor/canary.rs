//! The sample that goes first, among all that a run does.

use crate::engine::actor::Engine;
use crate::engine::canary::tend::{CameIn, Due};
use crate::engine::canary::unbilled::{first_bill, is_unbilled};
use crate::engine::event::What;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::{Pool, Step};
use crate::job::{Group, JobId, Usd};
use crate::model::Bound;

impl Engine {
    /// Before the start: how many photos go first.
    pub(super) fn set_canary(&mut self, photos: Option<u16>) {
        if !self.course.started {
            self.course.canary.set(photos);
        }
    }

    /// Sees to the sample: it is chosen once every photo is known, and looked at once it has come in.
    pub(super) fn tend_canary(&mut self) {
        if !self.course.started || self.course.leaving.is_some() {
            return;
        }
        while let Some(due) = self.canary_due() {
            match due {
                Due::Choose => {
                    let chosen = self.course.canary.choose(self.dedup.ready.iter(), &self.jobs, &mut self.rng);
                    self.note_canary(chosen);
                    // One that an earlier run has sent may be in already.
                    continue;
                }
                Due::End(text) => self.note_canary(Some(text)),
                Due::In(came) => self.canary_is_in(*came),
            }
            break;
        }
    }

    fn canary_due(&mut self) -> Option<Due> {
        let tasks = &self.scheduler.tasks;
        let is_known =
            !self.planning.planner.is_walking() && self.dedup.duplicates.unsettled() + tasks.count(Pool::Checks) == 0;
        // What was lost may turn up yet.
        let is_settled =
            self.resilience.pause.is_none() && !self.search.is_looking() && tasks.count(Pool::Records) == 0;
        self.course.canary.due(is_known, is_settled, &self.jobs)
    }

    fn note_canary(&mut self, text: Option<String>) {
        self.publisher.dirty = true;
        let Some(text) = text else { return };
        let (ledger, batch) = (self.ledger.clone(), self.facts.id);
        self.spawn_stage(Step::Canary, async move { Outcome::CanaryNoted(ledger.note_canary(batch, &text).await) });
    }

    /// It is written down, or cannot be.
    pub(super) fn canary_noted(&mut self, result: Result<(), String>) {
        if let Err(trouble) = result {
            self.hold(PauseReason::Disk(trouble));
        }
        self.course.canary.noted();
        self.publisher.dirty = true;
    }

    fn canary_is_in(&mut self, CameIn { figures, learned, goes_on }: CameIn) {
        if let Some(price) = learned {
            self.jobs.set_price(price);
        }
        // Where no price was known there is none to hold: a cap is what somebody agreed to.
        let is_agreed = figures.is_well()
            || (figures.failed + figures.review == 0
                && figures.planned.is_none()
                && self.options.limits.budget.is_some());
        if figures.left == 0 || (goes_on && is_agreed) {
            self.release_canary();
            let action =
                if figures.left == 0 { String::new() } else { format!("it goes on with {}", figures.left_words("")) };
            self.tell(What::Canary(figures, Notice { kind: NoticeKind::CanaryDone, message: figures.words(), action }));
        } else {
            self.hold(PauseReason::Canary(figures));
        }
    }

    /// Lets the rest go.
    pub(super) fn release_canary(&mut self) {
        let text = self.course.canary.release();
        self.note_canary(text);
    }

    /// Whether a person may go back to the plan: the sample has come in and the rest waits.
    pub(super) fn may_go_back(&self) -> bool {
        matches!(self.resilience.pause, Some(PauseReason::Canary(_))) && self.course.leaving.is_none()
    }

    /// Whether a cap has nothing to go by yet.
    pub(super) fn is_unbilled(&self) -> bool {
        is_unbilled(self.options.limits.budget, &self.jobs)
    }

    /// Whether a paid call may be made as far as that goes: one at a time.
    pub(super) fn may_send_unbilled(&mut self) -> bool {
        if !self.is_unbilled() || self.jobs.totals().reserved == Usd::ZERO {
            return true;
        }
        self.hold_if_unsaid();
        false
    }

    /// The same for an upload: none runs ahead, and the largest is known once all are.
    pub(super) fn may_upload_unbilled(&mut self) -> bool {
        if !self.is_unbilled() {
            return true;
        }
        let totals = self.jobs.totals();
        if totals.reserved > Usd::ZERO {
            self.hold_if_unsaid();
            return false;
        }
        totals.of(Group::Active) == 0 && !self.planning.planner.is_walking()
    }

    /// What was sent is over, and what it cost nobody said: a cap could not be kept with more.
    fn hold_if_unsaid(&mut self) {
        let totals = self.jobs.totals();
        let is_idle = totals.of(Group::Active) == self.lying_uploaded() && totals.moving == 0;
        if is_idle && !self.search.is_looking() && !self.is_paying() {
            let cap = self.options.limits.budget.unwrap_or_default();
            self.hold(PauseReason::Unsaid { cap, spent: totals.spent, reserved: totals.reserved });
        }
    }

    /// Something was billed for the first time: from here on that is what is held.
    pub(super) fn tell_first_bill(&mut self, before: Option<Bound>, id: JobId) {
        let notice = first_bill(before, id, &self.jobs).filter(|_| self.options.limits.budget.is_some());
        if let Some(notice) = notice {
            self.tell(What::Notice(notice));
        }
    }
}
