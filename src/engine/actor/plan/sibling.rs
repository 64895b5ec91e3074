//! The batch that changed parameters or another model make, as far as the ledger knows it: what is done in it is
//! not sent again.

use crate::engine::actor::Engine;
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::Step;
use crate::job::Job;
use crate::ledger::{BatchKey, LedgerError};

impl Engine {
    /// Asks the ledger for a batch with these parameters: what is done in it is not sent again.
    pub(in crate::engine::actor) fn look_up_sibling(&mut self) {
        let (model, params) = self.planned_terms();
        if !self.is_changed() || !self.planning.edit.look_up(&model, &params) {
            return;
        }
        let (ledger, id) = (self.ledger.clone(), self.facts.id);
        self.spawn_stage(Step::Sibling, async move {
            let look = async {
                let key = BatchKey { model, params, ..ledger.batch(id).await?.key };
                match ledger.batch_of(&key).await? {
                    Some(batch) => ledger.jobs(batch).await,
                    None => Ok(Vec::new()),
                }
            };
            Outcome::Sibling(look.await)
        });
    }

    /// The model and the parameters that the plan is made for, as the ledger has them.
    fn planned_terms(&self) -> (String, String) {
        (self.planned_model().endpoint.to_string(), self.jobs.params().canonical())
    }

    /// What the ledger knows of a batch with the changed parameters.
    pub(in crate::engine::actor) fn sibling_found(&mut self, jobs: Result<Vec<Job>, LedgerError>) {
        let looked_for = self.planning.edit.looked_up();
        if looked_for.is_none_or(|looked_for| looked_for != self.planned_terms()) {
            return self.look_up_sibling();
        }
        match jobs {
            Ok(jobs) => {
                self.planning.edit.know_sibling(jobs);
                self.publisher.dirty = true;
            }
            Err(error) => {
                tracing::error!(%error, "the ledger cannot be read");
                self.planning.edit.turned();
            }
        }
    }

    /// It could not be read, so that it is not begun.
    pub(in crate::engine::actor) fn sibling_unread(&mut self) {
        self.planning.edit.looked_up();
        self.planning.edit.turned();
        self.publisher.dirty = true;
    }
}
