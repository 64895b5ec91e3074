//! Another model on the plan. The batch that it makes is one of its own, as with other parameters; what was
//! found, what is left out, the cap and the output folder stay.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::actor::Engine;
use crate::engine::snapshot::{Comparison, FolderPrice};
use crate::job::{JobState, Pixels, Usd};
use crate::model::{Carried, Listing, Model, Params, PriceState};

impl Engine {
    /// The model that the plan is made for.
    pub(in crate::engine) fn planned_model(&self) -> &Model {
        self.planning.edit.taken.as_ref().map_or(&self.options.model, |taken| &taken.model)
    }

    /// What becomes of the parameters as they are now with another model.
    fn carried(&self, to: &Model) -> Carried {
        let params = self.jobs.params();
        let carried =
            to.carry(self.planned_model().params.iter().filter_map(|spec| Some((spec, params.get(&spec.name)?))));
        Carried { params: carried.params.fitted(params.fit()), ..carried }
    }

    /// Takes another model. One whose price could not keep the cap is not taken.
    pub(in crate::engine) fn take_model(&mut self, listing: Arc<Listing>) {
        if !self.may_change() || listing.model.endpoint == self.planned_model().endpoint {
            return;
        }
        // Who goes back to the batch's own model has it as the batch does.
        let is_own = listing.model.endpoint == self.options.model.endpoint;
        let (model, price, named) = if is_own {
            (self.options.model.clone(), self.options.price.clone(), self.options.facts.named_price.clone())
        } else {
            (listing.model.clone(), listing.price.clone(), listing.named_price.clone())
        };
        let Carried { params, .. } = self.carried(&model);
        if is_boundless(&params) {
            return tracing::warn!(model = %model.endpoint, "not taken: its results cannot be bounded");
        }
        if self.options.limits.budget.is_some() && !price.as_ref().is_some_and(|price| params.holds_cap(price)) {
            return tracing::warn!(model = %model.endpoint, "not taken: the cap could not be kept with its price");
        }
        let facts = Arc::make_mut(&mut self.facts);
        facts.endpoint = model.endpoint.to_string();
        (facts.named_price, facts.schema_changed) =
            (named, self.options.facts.schema_changed.clone().filter(|_| is_own));
        self.planning.planner.set_price(price.clone());
        self.jobs.set_model(&model, params, price, self.options.limits.budget.is_some());
        self.planning.edit.taken = Some(listing).filter(|_| !is_own);
        self.params_changed();
    }

    /// What the plan's photos would cost with each of these models.
    pub(in crate::engine) fn compare(&mut self, seq: u64, models: &[Arc<Listing>]) {
        let mut sizes: HashMap<Option<Pixels>, usize> = HashMap::new();
        let selection = &self.planning.selection;
        // With another model all are sent, also those that are done with this one.
        let is_sent = |job: &&crate::job::Job| {
            selection.is_found(job.id)
                && !matches!(job.state, JobState::Skipped(_))
                && !selection.leaves_out(job.id, None)
        };
        for job in self.jobs.iter().filter(is_sent) {
            *sizes.entry(job.photo.pixels).or_default() += 1;
        }
        let prices = models.iter().map(|listing| self.folder_price(listing, &sizes)).collect();
        let photos = sizes.values().sum();
        let comparison = Comparison { seq, may_take: self.may_change(), photos, prices };
        self.publisher.comparison = Some(Arc::new(comparison));
    }

    fn folder_price(&self, listing: &Listing, sizes: &HashMap<Option<Pixels>, usize>) -> FolderPrice {
        let params = self.carried(&listing.model).params;
        let limit = self.planning.selection.price_limit();
        let of_size = |(size, count): (&Option<Pixels>, &usize)| {
            let one = listing.price.as_ref()?.estimate(params.work(*size))?;
            let is_out = limit.is_some_and(|limit| one > limit);
            if is_out { Some(Usd::ZERO) } else { one.checked_times(*count) }
        };
        let add = |sum: Option<Usd>, one: Option<Usd>| sum.zip(one).and_then(|(sum, one)| sum.checked_add(one));
        let usd = sizes.iter().map(of_size).fold(listing.price.as_ref().map(|_| Usd::ZERO), add);
        let state = match (&listing.price, usd) {
            (Some(price), Some(_)) if price.learned().is_some() => PriceState::Learned,
            (Some(_), Some(_)) => PriceState::Exact,
            _ => PriceState::Unknown,
        };
        FolderPrice { usd, state, is_boundless: is_boundless(&params) }
    }
}

/// Whether results are to be bounded whose size is not known beforehand.
fn is_boundless(params: &Params) -> bool {
    params.fit().max_output_mp.is_some() && params.output_size(Some(Pixels::new(1, 1))).is_none()
}
