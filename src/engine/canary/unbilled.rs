//! A cap where nobody can count beforehand what a photo costs: the largest goes first and alone, and what it was
//! billed says what is held for each of the others.

use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::job::{Group, JobId, JobState, Pixels, Usd};
use crate::model::Bound;

impl Engine {
    /// Whether a cap has nothing to go by yet: what photos cost shows on the bill, and none was billed.
    pub(in crate::engine) fn is_unbilled(&self) -> bool {
        self.options.limits.budget.is_some() && self.jobs.bound().is_some_and(|bound| !bound.is_seen())
    }

    /// Whether a paid call may be made as far as that goes: one at a time.
    pub(in crate::engine) fn may_send_unbilled(&mut self) -> bool {
        if !self.is_unbilled() || self.jobs.totals().reserved == Usd::ZERO {
            return true;
        }
        self.hold_if_unsaid();
        false
    }

    /// The same for an upload: none runs ahead, and the largest is known once all are.
    pub(in crate::engine) fn may_upload_unbilled(&mut self) -> bool {
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
        if is_idle && !self.is_looking() && !self.is_paying() {
            let cap = self.options.limits.budget.unwrap_or_default();
            self.hold(PauseReason::Unsaid { cap, spent: totals.spent, reserved: totals.reserved });
        }
    }

    /// The largest photo that may go.
    pub(in crate::engine) fn next_unbilled(&mut self) -> Option<JobId> {
        let size = |id: &JobId| {
            let job = self.jobs.get(*id).filter(|job| matches!(job.state, JobState::Pending))?;
            self.course.canary.takes(*id).then_some(job.photo.pixels.map_or(0, Pixels::count))
        };
        let sizes = self.dedup.ready.iter().enumerate().filter_map(|(at, id)| Some((size(id)?, at)));
        let (_, at) = sizes.max_by_key(|(size, at)| (*size, std::cmp::Reverse(*at)))?;
        self.dedup.ready.remove(at)
    }

    /// Something was billed for the first time: from here on that is what is held.
    pub(in crate::engine) fn tell_first_bill(&mut self, before: Option<Bound>, id: JobId) {
        let (Some(before), Some(now)) = (before, self.jobs.bound()) else { return };
        if before.is_seen() || !now.is_seen() || self.options.limits.budget.is_none() {
            return;
        }
        let Some(job) = self.jobs.get(id) else { return };
        let (Some(saved), Some(most)) = (job.state.saved(), now.most(job.photo.pixels)) else { return };
        let billed = saved.cost.map_or(Usd::ZERO, crate::job::Cost::likely);
        let message = format!(
            "canary: {} went first and was billed {billed}; up to {most} of the cap are held for each of the others, and more for larger ones",
            job.photo.slash_path()
        );
        self.tell(What::Notice(Notice { kind: NoticeKind::CanaryDone, message, action: String::new() }));
    }
}
