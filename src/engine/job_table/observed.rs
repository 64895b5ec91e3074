//! Jobs that change elsewhere: they are taken as they stand.

use super::JobTable;
use crate::job::{Job, Spent};

impl JobTable {
    /// Takes a job in, or as it stands now. What became of results that it had before is told in another way.
    pub(in crate::engine) fn observe(&mut self, job: Job) {
        let id = job.id;
        if self.get(id).is_none() {
            self.push(job);
            return;
        }
        self.count(id, false);
        if let Some(slot) = self.jobs.get_mut(id) {
            self.cost.own.remove(&id);
            self.cost.recall(&job);
            *slot = job;
        }
        self.count(id, true);
    }

    /// What was spent that is no job's is now this, and was that.
    pub(in crate::engine) fn spent_elsewhere(&mut self, was: Spent, now: Spent) {
        self.totals.spent = self.totals.spent - was + now;
    }
}
