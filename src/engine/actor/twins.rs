//! Photos that hold the same picture: what becomes of each is done.

use std::sync::Arc;

use crate::engine::actor::Engine;
use crate::engine::dedup::schedule::Around;
use crate::engine::effect::Effects;
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::{Pool, Step};
use crate::job::{Checkpoint, ContentHash, Job, JobId, JobState};
use crate::ledger::LedgerError;
use crate::plan::{Hashed, JOURNEYS, Sought};

/// The room, and what it looks at besides.
macro_rules! dedup {
    ($engine:ident, |$dedup:ident, $around:ident| $ask:expr) => {{
        let $around =
            Around { jobs: &$engine.jobs, root: $engine.stages.output.root(), is_looking: $engine.search.is_looking() };
        let $dedup = &mut $engine.dedup;
        $ask
    }};
}

impl Engine {
    pub(super) fn perform_all(&mut self, follows: Vec<(JobId, Effects)>) {
        for (id, effects) in follows {
            self.perform(id, effects);
        }
    }

    /// A photo is to be sent: at once, unless it may be the same picture as another.
    pub(super) fn consider(&mut self, id: JobId) {
        if self.dedup.meet(id, &self.jobs) {
            self.send(id);
        }
        self.count_checks();
    }

    /// A job that ended gets another go: meanwhile its picture may have been paid for elsewhere.
    pub(super) fn reconsider(&mut self, id: JobId) {
        let effects = dedup!(self, |dedup, around| dedup.meet_again(id, around));
        self.count_checks();
        self.perform(id, effects);
    }

    /// A job of an earlier run whose photo was uploaded is on its way.
    pub(super) fn consider_underway(&mut self, id: JobId) {
        self.dedup.underway(id, &self.jobs);
        self.count_checks();
    }

    /// What a photo holds is known.
    pub(super) fn learned(&mut self, id: JobId, content: ContentHash) {
        self.dedup.learn(id, content, &self.jobs);
        self.count_checks();
    }

    /// Another file lies where the photo was.
    pub(super) fn forget_twin(&mut self, known: &Job) {
        self.dedup.forget(known);
        self.count_checks();
    }

    pub(super) fn count_checks(&mut self) {
        self.planning.planner.checking(self.dedup.unsettled() + self.scheduler.tasks.count(Pool::Checks));
        self.publisher.dirty = true;
    }

    pub(super) fn begin_next_check(&mut self) -> bool {
        if self.scheduler.tasks.count(Pool::Checks) >= JOURNEYS {
            return false;
        }
        let Some((first, few)) = self.dedup.next_few(&self.jobs) else { return false };
        let (ledger, memory) = (self.ledger.clone(), Arc::clone(&self.dedup.remembered.memory));
        self.spawn_stage(Step::Hash(first), async move { Outcome::Hashed(few.hash(&ledger, &memory).await) });
        true
    }

    /// What photos hold is known, of which this was the first.
    pub(super) fn hashed(&mut self, first: JobId, hashed: Vec<Hashed>) {
        self.dedup.end_hashing(first);
        for hashed in hashed {
            let id = hashed.id;
            let effects = dedup!(self, |dedup, around| dedup.hashed(&hashed, around));
            self.perform(id, effects);
        }
        self.count_checks();
    }

    /// What they hold will never be known.
    pub(super) fn not_hashed(&mut self, first: JobId) {
        let ids = self.dedup.end_hashing(first);
        let unread = |id| Some(Hashed::unread(id, self.jobs.get(id)?.photo.clone()));
        let unread = ids.into_iter().filter_map(unread).collect();
        self.hashed(first, unread);
    }

    /// A photo goes where it can be sent from, and is counted as one that costs what it costs.
    pub(super) fn send(&mut self, id: JobId) {
        self.jobs.reuse(id, false);
        match self.jobs.get(id).map(|job| &job.state) {
            // It may stand there already: whoever is begun once is passed over from then on.
            Some(JobState::Pending) => self.dedup.ready.push_back(id),
            Some(JobState::Waiting { checkpoint, .. }) if matches!(**checkpoint, Checkpoint::Upload(_)) => {
                self.scheduler.to_submit.push_back(id);
            }
            Some(JobState::Waiting { .. }) => {
                self.dedup.insist(id);
                self.scheduler.to_upload.push_back(id);
            }
            _ => {}
        }
    }

    /// The ledger is asked for a photo's picture.
    pub(super) fn ask_ledger(&mut self, id: JobId, content: ContentHash) {
        let Some(photo) = self.jobs.get(id).map(|job| job.photo.clone()) else { return };
        let (ledger, wanted) = (self.ledger.clone(), self.dedup.wanted(id, &self.jobs));
        self.spawn_stage(Step::Seek(id), async move {
            Outcome::Sought(wanted.find(&ledger, &photo, content, Some(id)).await)
        });
        self.count_checks();
    }

    pub(super) fn sought(&mut self, id: JobId, found: Result<Sought, LedgerError>) {
        self.count_checks();
        let effects = dedup!(self, |dedup, around| dedup.sought(id, found, around));
        self.perform(id, effects);
    }

    /// The next photo that may be sent.
    pub(super) fn next_ready(&mut self) -> Option<JobId> {
        let jobs = &self.jobs;
        let is_pending = |id: &JobId| jobs.get(*id).is_some_and(|job| matches!(job.state, JobState::Pending));
        if self.is_unbilled() {
            return self.course.canary.largest_of(&mut self.dedup.ready, &self.jobs);
        }
        std::iter::from_fn(|| self.course.canary.next_of(&mut self.dedup.ready)).find(is_pending)
    }

    /// Whether a photo that is to be uploaded again got another way meanwhile.
    pub(super) fn is_led(&mut self, id: JobId) -> bool {
        match dedup!(self, |dedup, around| dedup.led(id, around)) {
            Some(effects) => {
                self.perform(id, effects);
                true
            }
            None => false,
        }
    }

    /// A job ended: those that are like it go on.
    pub(super) fn twin_ended(&mut self, id: JobId) {
        let follows = dedup!(self, |dedup, around| dedup.ended(id, around));
        self.perform_all(follows);
    }

    /// Answers that were lost for good are not paid for a second time by a photo that is like theirs.
    pub(super) fn settle_lost(&mut self) {
        if self.dedup.lost.is_empty() || self.search.is_looking() {
            return;
        }
        for leader in std::mem::take(&mut self.dedup.lost) {
            let is_lost = self.jobs.get(leader).is_some_and(|job| matches!(job.state, JobState::Unknown(..)));
            if is_lost && self.search.to_send.contains(&leader) {
                self.send_lost(leader);
            } else if is_lost {
                let follows = dedup!(self, |dedup, around| dedup.dismiss(leader, around));
                self.perform_all(follows);
            }
        }
    }

    /// Sends one again whose answer was lost for good, once the run has been agreed to.
    fn send_lost(&mut self, id: JobId) {
        let at_most = self.jobs.get(id).and_then(|job| self.jobs.at_most(job));
        if !self.course.started {
            self.dedup.lost.push(id);
            return;
        }
        self.search.to_send.remove(&id);
        if self.can_pay(at_most) {
            self.reopen(id);
        } else {
            // It stays one that may be paid for, which is not sent again by itself.
            self.hold_at_cap(at_most);
        }
    }
}
