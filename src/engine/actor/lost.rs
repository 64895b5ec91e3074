//! Paid calls whose answer was lost are looked for, and what is found is followed.

use crate::engine::actor::Engine;
use crate::engine::recovery::search::{Lost, look_up};
use crate::engine::tasks::Step;
use crate::fal::FalError;
use crate::job::{RequestId, Timestamp, Transition};
use crate::plan::Standing;

impl Engine {
    /// A paid call's answer was lost: look for its request, all lost ones in one go.
    pub(super) fn look_for_lost(&mut self) {
        let now = self.now();
        self.search.begin(now);
    }

    /// Looks, if it is time.
    pub(super) fn look_if_due(&mut self, now: Timestamp) {
        let Some((since, jobs)) = self.search.look(&self.jobs, now) else { return };
        let lost = Lost { ledger: self.ledger.clone(), batch: self.facts.id, jobs };
        self.spawn_stage(Step::Search, look_up(self.stages.clone(), self.options.model.clone(), since, lost));
    }

    /// What fal remembers has come: requests that were lost are adopted.
    pub(super) fn listed(&mut self, result: Result<Vec<(String, RequestId)>, FalError>) {
        let now = self.now();
        for (id, request) in self.search.found(result, &self.jobs, now) {
            if let Some(standing) = self.planning.standings.get_mut(id.index()) {
                *standing = Standing::AtFal;
                self.planning.edit.stale |= !self.course.started;
            }
            if self.happen(id, Transition::Accept(request)) {
                self.record(id);
            }
        }
        self.search.go_on(&self.jobs, now);
        // With the last of them given up the batch may be finished.
        self.publisher.dirty = true;
    }
}
