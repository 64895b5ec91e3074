//! What jobs cost: what is known of the price, and what is held of a cap where nobody can count it beforehand.

use super::JobTable;
use crate::job::{Job, Usd};
use crate::model::{Bound, Model, Params, PriceState, UnitPrice, Work};

impl JobTable {
    /// A photo was found with parameters of its own: the plan has them for it.
    pub(in crate::engine) fn differ(&mut self) {
        self.cost.differ();
    }

    /// Whether its own parameters are what the plan has for a photo: texts are filled in, or a list has them.
    pub(in crate::engine) fn fills(&self) -> bool {
        self.cost.fills()
    }

    /// What is said for a job in such texts.
    pub(in crate::engine) fn said(&self, job: &Job) -> Option<String> {
        self.cost.said(job)
    }

    /// Takes another model with its parameters and its price: everything is counted with what follows; under
    /// a cap that is held.
    pub(in crate::engine) fn set_model(
        &mut self,
        model: &Model,
        params: Params,
        price: Option<UnitPrice>,
        is_capped: bool,
    ) {
        self.reckon_anew(|cost, jobs| {
            let is_own = cost.set_model(model, params, price);
            if is_capped {
                // What requests of one model were billed says nothing of another's.
                cost.hold_cap(jobs.iter().filter(|_| is_own));
            }
        });
    }

    /// What a job's request makes.
    pub(in crate::engine) fn work(&self, job: &Job) -> Work {
        self.cost.work(job)
    }

    /// What a job's result will cost; `None` if that cannot be known.
    pub(in crate::engine) fn estimate(&self, job: &Job) -> Option<Usd> {
        self.cost.estimate(job)
    }

    /// Holds a cap: of what nobody can count, what the dearest so far was billed, and a margin. `known` are jobs
    /// that are still to be taken in.
    pub(in crate::engine) fn hold_cap(&mut self, known: &[Box<Job>]) {
        self.reckon_anew(|cost, jobs| cost.hold_cap(jobs.iter().chain(known.iter().map(|job| &**job))));
    }

    /// What is held of a cap for each; `None` where that can be counted, or nobody asked for it.
    pub(in crate::engine) fn bound(&self) -> Option<Bound> {
        self.cost.bound
    }

    /// Whether what a request costs can be counted beforehand.
    pub(in crate::engine) fn is_countable(&self) -> bool {
        self.price().is_some_and(|price| self.params().is_countable(price))
    }

    /// What can be known of the price.
    pub(in crate::engine) fn price_state(&self) -> PriceState {
        match self.price() {
            Some(price) if price.learned().is_some() => PriceState::Learned,
            Some(_) if self.is_countable() => PriceState::Exact,
            _ => PriceState::Unknown,
        }
    }
}
