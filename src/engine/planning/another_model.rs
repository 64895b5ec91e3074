//! Another model on the plan: what becomes of the parameters, and what the photos cost with it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::job_table::JobTable;
use crate::engine::planning::edit::PlanEdit;
use crate::engine::planning::state::Planning;
use crate::engine::snapshot::{Comparison, FolderPrice};
use crate::job::{Job, JobState, Pixels, Usd};
use crate::model::{Carried, Listing, Model, Params, PriceState, UnitPrice};

/// A model that may be taken, and what it is asked with.
#[derive(Debug)]
pub(in crate::engine) struct Taken {
    pub(in crate::engine) model: Model,
    pub(in crate::engine) params: Params,
    pub(in crate::engine) price: Option<UnitPrice>,
    /// A price that is named beside the one that counts, while that is in doubt.
    pub(in crate::engine) named_price: Option<UnitPrice>,
}

impl PlanEdit {
    /// The model that the plan is made for: one that was taken, or the batch's own.
    pub(in crate::engine) fn model<'a>(&'a self, own: &'a Model) -> &'a Model {
        self.taken.as_ref().map_or(own, |taken| &taken.model)
    }

    /// What becomes of the parameters as they are now with another model.
    fn carried(&self, own: &Model, params: &Params, to: &Model) -> Params {
        let specs = self.model(own).params.iter();
        let Carried { params: carried, .. } = to.carry(specs.filter_map(|spec| Some((spec, params.get(&spec.name)?))));
        carried.fitted(params.fit())
    }

    /// The same for one that is to be taken.
    ///
    /// # Errors
    /// Why it is not: its price could not keep a cap, or its results cannot be bounded.
    pub(in crate::engine) fn taking(
        &self,
        (model, price, named_price): (Model, Option<UnitPrice>, Option<UnitPrice>),
        own: &Model,
        params: &Params,
        has_cap: bool,
    ) -> Result<Taken, &'static str> {
        let params = self.carried(own, params, &model);
        if is_boundless(&params) {
            return Err("its results cannot be bounded");
        }
        if has_cap && !price.as_ref().is_some_and(|price| params.holds_cap(price)) {
            return Err("the cap could not be kept with its price");
        }
        Ok(Taken { model, params, price, named_price })
    }
}

impl Planning {
    /// What the plan's photos would cost with each of these models.
    pub(in crate::engine) fn compare(
        &self,
        seq: u64,
        models: &[Arc<Listing>],
        own: &Model,
        jobs: &JobTable,
        may_take: bool,
    ) -> Comparison {
        let mut sizes: HashMap<Option<Pixels>, usize> = HashMap::new();
        // With another model all are sent, also those that are done with this one.
        let is_sent = |job: &&Job| {
            self.selection.is_found(job.id)
                && !matches!(job.state, JobState::Skipped(_))
                && !self.selection.leaves_out(job.id, None)
        };
        for job in jobs.iter().filter(is_sent) {
            *sizes.entry(job.photo.pixels).or_default() += 1;
        }
        let price = |listing: &Arc<Listing>| {
            let params = self.edit.carried(own, jobs.params(), &listing.model);
            self.folder_price(listing, &params, &sizes)
        };
        Comparison { seq, may_take, photos: sizes.values().sum(), prices: models.iter().map(price).collect() }
    }

    fn folder_price(&self, listing: &Listing, params: &Params, sizes: &HashMap<Option<Pixels>, usize>) -> FolderPrice {
        let limit = self.selection.price_limit();
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
        FolderPrice { usd, state, is_boundless: is_boundless(params) }
    }
}

/// Whether results are to be bounded whose size is not known beforehand.
fn is_boundless(params: &Params) -> bool {
    params.fit().max_output_mp.is_some() && params.output_size(Some(Pixels::new(1, 1))).is_none()
}
