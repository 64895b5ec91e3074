//! What a person asks of a batch that many work on: what is all workers' is changed in the ledger, and what is nobody's is
//! taken to be done here.

use crate::engine::actor::Engine;
use crate::engine::asking::{UNCOUNTABLE, first_line, order_of, what_became};
use crate::engine::command::Command;
use crate::engine::crew::Errand;
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::Step;
use crate::job::{Job, JobId};
use crate::ledger::{LedgerError, Placed, Wanted};

impl Engine {
    /// The window and the cap of a batch that many work on are the batch's. True if it is asked of all.
    pub(in crate::engine::actor) fn ask_of_all(&mut self, command: &Command) -> bool {
        if self.course.crew.is_none() {
            return false;
        }
        if command.sets_cap() && !self.jobs.is_countable() {
            self.publisher.refuse(UNCOUNTABLE);
            return true;
        }
        if let Some(order) = order_of(command) {
            let (ledger, batch, command) = (self.ledger.clone(), self.facts.id, command.clone());
            self.spawn_stage(Step::Order, async move {
                let placed = ledger.order(batch, &order).await;
                Outcome::Ordered(command, placed)
            });
        }
        true
    }

    /// What became of that.
    pub(in crate::engine::actor) fn ordered(&mut self, command: &Command, placed: Result<Placed, LedgerError>) {
        if let Some(why) = what_became(command, self.facts.id, placed) {
            self.publisher.refuse(&why);
        }
    }

    /// Does something with jobs; of a batch that many work on, those that are not here may be nobody's.
    pub(in crate::engine::actor) fn do_with(&mut self, ids: Vec<JobId>, errand: fn(Wanted) -> Errand) {
        let (ours, others): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| self.jobs.get(*id).is_some());
        for id in ours {
            self.do_one(id, &errand(Wanted::These(Vec::new())));
        }
        if !others.is_empty() {
            self.adopt(errand(Wanted::These(others)));
        }
    }

    fn do_one(&mut self, id: JobId, errand: &Errand) {
        match errand {
            Errand::Retry(_) => self.reopen(id),
            Errand::Cancel(_) => self.cancel(id),
        }
    }

    /// Asks the ledger for jobs that are nobody's.
    pub(in crate::engine::actor) fn adopt(&mut self, errand: Errand) {
        let Some(crew) = self.course.crew.as_mut().filter(|_| self.course.leaving.is_none()) else { return };
        let (round, ledger, batch) = (crew.next_round(), self.ledger.clone(), self.facts.id);
        self.spawn_stage(Step::Adopt, async move {
            let jobs = ledger.adopt_jobs(batch, round, errand.wanted()).await;
            Outcome::Adopted(errand, jobs)
        });
    }

    /// They are this process's now: what was asked is done with them. There may be more.
    pub(in crate::engine::actor) fn adopted(&mut self, errand: Errand, jobs: Result<Vec<Job>, LedgerError>) {
        match jobs {
            Ok(jobs) if jobs.is_empty() => {}
            Ok(jobs) => {
                let ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
                tracing::info!(jobs = ids.len(), "nobody's jobs are taken, since a person asks for it");
                self.take_jobs(jobs);
                for id in ids {
                    self.do_one(id, &errand);
                }
                self.adopt(errand);
            }
            Err(error) => self.publisher.refuse(&format!("not all of it is done: {}", first_line(&error))),
        }
    }
}
