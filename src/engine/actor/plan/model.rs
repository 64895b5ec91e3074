//! Another model on the plan. The batch that it makes is one of its own, as with other parameters; what was
//! found, what is left out, the cap and the output folder stay.

use std::sync::Arc;

use crate::engine::actor::Engine;
use crate::model::{Listing, Model};

impl Engine {
    /// The model that the plan is made for.
    pub(super) fn planned_model(&self) -> &Model {
        self.planning.edit.model(&self.options.model)
    }

    /// Takes another model. One whose price could not keep the cap is not taken.
    pub(in crate::engine::actor) fn take_model(&mut self, listing: Arc<Listing>) {
        if !self.may_change() || listing.model.endpoint == self.planned_model().endpoint {
            return;
        }
        // Who goes back to the batch's own model has it as the batch does.
        let is_own = listing.model.endpoint == self.options.model.endpoint;
        let wanted = if is_own {
            (self.options.model.clone(), self.options.price.clone(), self.options.facts.named_price.clone())
        } else {
            (listing.model.clone(), listing.price.clone(), listing.named_price.clone())
        };
        let has_cap = self.options.limits.budget.is_some();
        let taken = match self.planning.edit.taking(wanted, &self.options.model, self.jobs.params(), has_cap) {
            Ok(taken) => taken,
            Err(why) => return tracing::warn!(model = %listing.model.endpoint, why, "not taken"),
        };
        let facts = Arc::make_mut(&mut self.facts);
        facts.endpoint = taken.model.endpoint.to_string();
        facts.named_price = taken.named_price;
        facts.schema_changed = self.options.facts.schema_changed.clone().filter(|_| is_own);
        self.planning.planner.set_price(taken.price.clone());
        self.jobs.set_model(&taken.model, taken.params, taken.price, has_cap);
        self.planning.edit.take(Some(listing).filter(|_| !is_own));
        self.params_changed();
    }

    /// What the plan's photos would cost with each of these models.
    pub(in crate::engine::actor) fn compare(&mut self, seq: u64, models: &[Arc<Listing>]) {
        let may_take = self.may_change();
        let comparison = self.planning.compare(seq, models, &self.options.model, &self.jobs, may_take);
        if let Some(sight) = self.publisher.faces.asking() {
            sight.comparison = Some(Arc::new(comparison));
        }
    }
}
