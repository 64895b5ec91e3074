//! What each job will cost and how large its result will be, before it is there.

use std::collections::{HashMap, HashSet};

use crate::job::{Cost, Job, JobId, OwnParams, Pixels, Usd};
use crate::model::{Bound, Model, Params, UnitPrice, Work};

/// What jobs of a batch cost.
#[derive(Debug)]
pub(crate) struct CostModel {
    pub(crate) price: Option<UnitPrice>,
    /// The batch's parameters.
    pub(crate) params: Params,
    model: Model,
    /// The batch's parameters, where texts in them are filled in for each photo, or a list has others for some: then
    /// what a job has of its own is what the plan has for it.
    prompts: Option<Params>,
    /// Whether another model is reckoned with.
    other: bool,
    /// The parameters of jobs that have their own.
    pub(crate) own: HashMap<JobId, Params>,
    /// What is held of a cap for each where nobody can count what it costs.
    pub(crate) bound: Option<Bound>,
    /// Jobs that will get another one's result: they cost nothing.
    pub(crate) reusing: HashSet<JobId>,
}

impl CostModel {
    pub(crate) fn new(price: Option<UnitPrice>, params: Params, model: Model) -> Self {
        let prompts = params.slots(&model).map(|_| params.clone());
        Self { price, params, model, prompts, other: false, own: HashMap::new(), bound: None, reusing: HashSet::new() }
    }

    /// Another model in its place, or the batch's own again: true if it is that. The parameters that jobs have of
    /// their own are those of the batch's model.
    pub(crate) fn set_model(&mut self, model: &Model, params: Params, price: Option<UnitPrice>) -> bool {
        (self.other, self.params, self.price) = (model.endpoint != self.model.endpoint, params, price);
        !self.other
    }

    /// Takes in the own parameters of a job that the ledger knew.
    pub(crate) fn recall(&mut self, job: &Job) {
        let Some(OwnParams(text)) = &job.own else { return };
        match Params::from_canonical(&self.model, text) {
            Ok(params) => drop(self.own.insert(job.id, params)),
            // Another version wrote them.
            Err(error) => tracing::error!(job = %job.id, %error, "its own parameters cannot be read"),
        }
    }

    /// A photo was found with parameters of its own: the plan has them for it.
    pub(crate) fn differ(&mut self) {
        if self.prompts.is_none() {
            self.prompts = Some(self.params.clone());
        }
    }

    /// Whether the plan has parameters of its own for each photo.
    pub(crate) fn fills(&self) -> bool {
        self.prompts.is_some()
    }

    /// Takes other parameters for all: what was filled in by those from before holds with them alone.
    pub(crate) fn set_params<'a>(&mut self, params: Params, jobs: impl IntoIterator<Item = &'a Job>) {
        self.params = params;
        if self.fills() {
            self.own.clear();
            if self.prompts.as_ref() == Some(&self.params) {
                jobs.into_iter().for_each(|job| self.recall(job));
            }
        }
    }

    /// What is said for a job in texts that are filled in for each photo, else what else is its own.
    pub(crate) fn said(&self, job: &Job) -> Option<String> {
        let (batch, own) = (self.prompts.as_ref()?, self.own_params(job)?);
        let texts = batch.said(&self.model, own);
        let told = if texts.is_empty() { self.model.differences(own, batch, None).join(", ") } else { texts };
        Some(told).filter(|told| !told.is_empty())
    }

    /// The parameters that a job is sent with.
    pub(crate) fn params_of(&self, job: &Job) -> &Params {
        self.own_params(job).unwrap_or(&self.params)
    }

    /// A job's own parameters, if it has any.
    pub(crate) fn own_params(&self, job: &Job) -> Option<&Params> {
        job.own.as_ref().filter(|_| !self.other).and_then(|_| self.own.get(&job.id))
    }

    /// What a job's result will cost; `None` if that cannot be known.
    pub(crate) fn estimate(&self, job: &Job) -> Option<Usd> {
        self.price.as_ref()?.estimate(self.work(job))
    }

    /// What a job will cost; nothing if it gets another one's result.
    pub(crate) fn expected(&self, job: &Job) -> Option<Usd> {
        if self.reusing.contains(&job.id) { Some(Usd::ZERO) } else { self.estimate(job) }
    }

    /// The most that a job's result may be billed as; `None` if that cannot be known.
    pub(crate) fn at_most(&self, job: &Job) -> Option<Usd> {
        self.price.as_ref()?.at_most(self.work(job)).or_else(|| self.bound?.most(job.photo.pixels))
    }

    /// Holds a cap: what is billed is learned from here on, and from what jobs were billed already. Where it can
    /// be counted, nothing needs to be learned.
    pub(crate) fn hold_cap<'a>(&mut self, jobs: impl IntoIterator<Item = &'a Job>) {
        let first = self.price.as_ref().and_then(|price| self.params.first_bound(price));
        let learn = |bound: Bound, job: &Job| billed(job).map_or(bound, |usd| bound.learn(usd, job.photo.pixels));
        self.bound = first.map(|first| jobs.into_iter().fold(first, learn));
    }

    /// What is held with what a job was billed; `None` if that changes nothing.
    pub(crate) fn learned(&self, job: &Job) -> Option<Bound> {
        let bound = self.bound?;
        Some(bound.learn(billed(job)?, job.photo.pixels)).filter(|learned| *learned != bound)
    }

    /// What a job's result is taken to have cost, as it came; `None` if that cannot be known.
    pub(crate) fn cost(&self, job: &Job, billed_units: Option<f64>, made: Option<Pixels>) -> Option<Cost> {
        self.price.as_ref()?.cost(billed_units, self.work(job), made)
    }

    /// The most that a job may still be billed as.
    pub(crate) fn reserve(&self, job: &Job) -> Option<Usd> {
        if self.reusing.contains(&job.id) { Some(Usd::ZERO) } else { self.at_most(job) }
    }

    /// What its request makes.
    pub(crate) fn work(&self, job: &Job) -> Work {
        self.params_of(job).work(job.photo.pixels)
    }

    /// The size of its result, px; `None` if that of the photo is not known.
    pub(crate) fn output(&self, job: &Job) -> Option<Pixels> {
        self.params_of(job).output_size(job.photo.pixels)
    }
}

/// What fal said that a job's result was billed.
fn billed(job: &Job) -> Option<Usd> {
    let saved = job.state.saved().filter(|saved| saved.same_as.is_none())?;
    match saved.cost? {
        Cost::Known(usd) if usd > Usd::ZERO => Some(usd),
        Cost::Known(_) | Cost::Assumed { .. } => None,
    }
}
