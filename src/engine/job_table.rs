//! Every job, and what is counted of them. A job changes here and nowhere else.

mod money;
mod observed;
mod opinion;

use std::ops::Range;

use crate::engine::snapshot::{Choice, Query, Tab, Totals};
use crate::engine::table::{Causes, Index, Measure, Slots, Spec, Views};
use crate::job::{
    Cost, Group, Impossible, Job, JobId, JobState, Loss, OwnParams, Pixels, Spent, Status, Timestamp, Transition, Usd,
    apply,
};
use crate::model::{Model, Params, UnitPrice};
use crate::plan::CostModel;

/// All jobs of a batch with their totals and index.
#[derive(Debug)]
pub(super) struct JobTable {
    jobs: Slots,
    index: Index,
    totals: Totals,
    cost: CostModel,
    /// On a plan: what would become of each job, as far as that is known.
    choices: Vec<Option<Choice>>,
    causes: Causes,
    /// What faces show, unless the index answers it.
    views: Views,
}

impl JobTable {
    pub(super) fn new(price: Option<UnitPrice>, params: Params, model: Model) -> Self {
        Self {
            jobs: Slots::default(),
            index: Index::default(),
            totals: Totals::default(),
            cost: CostModel::new(price, params, model),
            choices: Vec::new(),
            causes: Causes::default(),
            views: Views::default(),
        }
    }

    pub(super) fn totals(&self) -> &Totals {
        &self.totals
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    pub(super) fn causes(&self) -> &Causes {
        &self.causes
    }

    pub(super) fn get(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter()
    }

    pub(super) fn next_id(&self) -> JobId {
        self.jobs.next_id()
    }

    pub(super) fn price(&self) -> Option<&UnitPrice> {
        self.cost.price.as_ref()
    }

    pub(super) fn params(&self) -> &Params {
        &self.cost.params
    }

    /// Takes other parameters: everything is counted with the prices that follow.
    pub(super) fn set_params(&mut self, params: Params) {
        self.reckon_anew(|cost, jobs| {
            cost.set_params(params, jobs.iter());
            if cost.bound.is_some() {
                cost.hold_cap(jobs.iter());
            }
        });
    }

    /// Takes another price, likewise.
    pub(super) fn set_price(&mut self, price: UnitPrice) {
        self.reckon_anew(|cost, _| cost.price = Some(price));
    }

    fn reckon_anew(&mut self, change: impl FnOnce(&mut CostModel, &Slots)) {
        // Rows in an order that follows are gathered anew, little by little; others stay where they are.
        let mut views = std::mem::take(&mut self.views);
        views.keep(|view| !view.follows_params());
        let ids = (0..self.jobs.len()).map(JobId::at);
        ids.clone().for_each(|id| self.count(id, false));
        change(&mut self.cost, &self.jobs);
        ids.for_each(|id| self.count(id, true));
        self.views = views;
    }

    /// How many jobs have a request at fal that is not settled.
    pub(super) fn reserved(&self) -> usize {
        let groups = [Group::Active, Group::Waiting, Group::Review, Group::Failed];
        let ids = groups.into_iter().flat_map(|group| self.index.members(group));
        ids.filter_map(|id| self.get(id)).filter(|job| job.state.is_reserved()).count()
    }

    /// The parameters that a job is sent with.
    pub(super) fn params_of(&self, job: &Job) -> &Params {
        self.cost.params_of(job)
    }

    /// A job's own parameters, if it has any.
    pub(super) fn own_params(&self, job: &Job) -> Option<&Params> {
        self.cost.own_params(job)
    }

    /// What a job will cost; nothing if it gets another one's result.
    pub(super) fn expected(&self, job: &Job) -> Option<Usd> {
        self.cost.expected(job)
    }

    /// Whether a job gets another one's result.
    pub(super) fn is_reusing(&self, id: JobId) -> bool {
        self.cost.reusing.contains(&id)
    }

    /// Whether a job gets another one's result; false if that was known.
    pub(super) fn reuse(&mut self, id: JobId, reuses: bool) -> bool {
        if self.cost.reusing.contains(&id) == reuses || self.get(id).is_none() {
            return false;
        }
        self.count(id, false);
        if reuses {
            self.cost.reusing.insert(id);
        } else {
            self.cost.reusing.remove(&id);
        }
        self.count(id, true);
        true
    }

    #[cfg(test)]
    pub(super) fn choice(&self, id: JobId) -> Option<Choice> {
        choice_of(&self.choices, id)
    }

    /// What would become of a job if the plan were started: a table in that order is kept up.
    pub(super) fn set_choice(&mut self, id: JobId, choice: Option<Choice>) {
        let Self { jobs, cost, choices, views, .. } = self;
        let before = choice_of(choices, id);
        let Some(job) = jobs.get(id).filter(|_| before != choice) else { return };
        for view in views.iter_mut().filter(|view| view.is_by_choice()) {
            view.count(job, measure(cost, choices, job), false);
        }
        if choices.len() <= id.index() {
            choices.resize(id.index() + 1, None);
        }
        if let Some(slot) = choices.get_mut(id.index()) {
            *slot = choice;
        }
        for view in views.iter_mut().filter(|view| view.is_by_choice()) {
            view.count(job, measure(cost, choices, job), true);
        }
    }

    /// The most that a job's result may be billed as; `None` if that cannot be known.
    pub(super) fn at_most(&self, job: &Job) -> Option<Usd> {
        self.cost.at_most(job)
    }

    /// What a job's result is taken to have cost, as it came; `None` if that cannot be known.
    pub(super) fn cost(&self, id: JobId, billed_units: Option<f64>, made: Option<Pixels>) -> Option<Cost> {
        self.cost.cost(self.get(id)?, billed_units, made)
    }

    /// Takes in a job that is not here yet: the next one, or of a batch that many work on any.
    pub(super) fn push(&mut self, job: impl Into<Box<Job>>) {
        let job = job.into();
        let id = job.id;
        self.cost.recall(&job);
        self.jobs.put(job);
        self.count(id, true);
    }

    /// Puts another photo and state in a job's place: the file was changed since.
    pub(super) fn replace(&mut self, job: Job) {
        let id = job.id;
        self.count(id, false);
        if let Some(slot) = self.jobs.get_mut(id) {
            self.cost.own.remove(&id);
            self.cost.recall(&job);
            let before = std::mem::replace(slot, job).state;
            self.sink(&before, id);
            self.count(id, true);
        }
    }

    /// A job's result was made with parameters of its own, if there are any.
    pub(super) fn make_with(&mut self, id: JobId, own: Option<OwnParams>) {
        if own.is_none() || self.get(id).is_none() {
            return;
        }
        self.count(id, false);
        if let Some(job) = self.jobs.get_mut(id) {
            job.own = own;
            self.cost.recall(job);
        }
        self.count(id, true);
    }

    /// Lets a job with a result begin anew with parameters of its own.
    pub(super) fn redo(&mut self, id: JobId, params: Params, at: Timestamp) -> Result<Option<&Job>, Impossible> {
        let Some(job) = self.jobs.get(id) else { return Ok(None) };
        let state = apply(&job.state, Transition::Redo, at)?;
        let own = Some(OwnParams(params.canonical().into()));
        self.count(id, false);
        self.cost.reusing.remove(&id);
        self.cost.own.insert(id, params);
        if let Some(job) = self.jobs.get_mut(id) {
            job.own = own;
            job.opinion = job.opinion.take().and_then(|opinion| opinion.of_photo());
            let before = std::mem::replace(&mut job.state, state);
            self.sink(&before, id);
            self.count(id, true);
        }
        Ok(self.jobs.get(id))
    }

    /// Lets something happen to a job.
    pub(super) fn apply(
        &mut self,
        id: JobId,
        transition: Transition,
        at: Timestamp,
    ) -> Result<Option<&Job>, Impossible> {
        let Some(job) = self.jobs.get(id) else {
            return Err(Impossible { from: Status::Pending, transition: Box::new(transition) });
        };
        let next = apply(&job.state, transition, at)?;
        self.count(id, false);
        if let Some(job) = self.jobs.get_mut(id) {
            let before = std::mem::replace(&mut job.state, next);
            self.sink(&before, id);
            self.count(id, true);
        }
        if let Some(bound) = self.get(id).and_then(|job| self.cost.learned(job)) {
            self.reckon_anew(|cost, _| cost.bound = Some(bound));
        }
        Ok(self.jobs.get(id))
    }

    /// What a result cost stays spent when another takes its place.
    fn sink(&mut self, before: &JobState, id: JobId) {
        if self.get(id).is_some_and(|after| after.state.saved().is_none()) {
            self.spent_besides(before.saved().and_then(|saved| saved.cost).into());
        }
    }

    /// Counts money that was spent on results that are no longer any job's.
    pub(super) fn spent_besides(&mut self, amount: Spent) {
        self.totals.spent += amount;
    }

    /// Counts a job out before it changes, and in again afterwards.
    fn count(&mut self, id: JobId, joins: bool) {
        let Self { jobs, index, totals, cost, choices, causes, views } = self;
        let Some(job) = jobs.get(id) else { return };
        let group = job.state.status().group();
        let measure = measure(cost, choices, job);
        let estimated = cost.expected(job);
        let estimate = estimated.unwrap_or_default();
        let spent = Spent::from(job.state.saved().and_then(|saved| saved.cost));
        // A result of unknown cost is as little settled as a request that has none yet.
        let is_open = job.state.is_reserved() || job.state.is_unpriced();
        let reserved = if is_open { cost.reserve(job).unwrap_or_default() } else { Usd::ZERO };
        let amount_if = |holds| if holds { estimate } else { Usd::ZERO };
        let is_going_on = matches!(group, Group::Active | Group::Waiting);
        let under_way = amount_if(is_going_on && job.state.is_reserved());
        let planned = amount_if(job.state.is_unsent());

        let tally = |count: &mut usize, yes: bool| match (yes, joins) {
            (true, true) => *count += 1,
            (true, false) => *count = count.saturating_sub(1),
            (false, _) => {}
        };
        if let Some(count) = totals.groups.get_mut(group as usize) {
            tally(count, true);
        }
        tally(&mut totals.unknown, job.state.status() == Status::Unknown);
        tally(&mut totals.in_flight, job.state.is_at_fal());
        tally(&mut totals.moving, job.state.is_moving());
        totals.spent = if joins { totals.spent + spent } else { totals.spent - spent };
        for (sum, amount) in
            [(&mut totals.reserved, reserved), (&mut totals.under_way, under_way), (&mut totals.planned, planned)]
        {
            *sum = if joins { *sum + amount } else { *sum - amount };
        }

        causes.count(job, estimated, joins);
        opinion::count(totals, job, joins);
        if joins {
            index.insert(job.id, group);
        } else {
            index.remove(job.id, group);
        }
        for view in views.iter_mut() {
            view.count(job, measure, joins);
        }
    }

    /// The jobs whose path holds a text, whatever the case.
    pub(super) fn matching(&self, text: &str) -> Vec<JobId> {
        let spec = Spec::of_paths(text);
        self.jobs.iter().filter(|job| spec.takes(job)).map(|job| job.id).collect()
    }

    /// Those found of which something will be lost.
    pub(super) fn losing(&self, loss: Loss) -> Vec<JobId> {
        self.jobs.iter().filter(|job| job.photo.losses.has(loss)).map(|job| job.id).collect()
    }

    /// Shows only what fits, in this order. Gathering it begins at once, and goes on beside what else is shown.
    pub(super) fn show(&mut self, spec: Spec) {
        if self.views.ask(spec) {
            self.gather();
        }
    }

    /// Forgets filters and orders that nobody asks for any more.
    pub(super) fn keep_shown(&mut self, wanted: &[Spec]) {
        self.views.keep(|view| wanted.contains(view.spec()));
    }

    /// Whether more rows may still be found of what is shown.
    pub(super) fn is_gathering(&self) -> bool {
        self.views.asked().is_some_and(|view| view.is_gathering(&self.jobs))
    }

    /// The same of what any face shows.
    pub(super) fn is_any_gathering(&self) -> bool {
        self.views.iter().any(|view| view.is_gathering(&self.jobs))
    }

    /// Looks at some more jobs; false when there is nothing left to look at.
    pub(super) fn gather(&mut self) -> bool {
        let Self { jobs, views, cost, choices, .. } = self;
        let Some(view) = views.iter_mut().find(|view| view.is_gathering(jobs)) else { return false };
        view.gather(jobs, |job| measure(cost, choices, job));
        true
    }

    /// How many rows a query shows.
    pub(super) fn shown(&self, tab: Tab) -> usize {
        self.views.asked().map_or_else(|| self.index.len(tab), |view| view.len(tab))
    }

    /// Every job that a tab shows, in no order.
    pub(super) fn ids(&self, tab: Tab) -> Vec<JobId> {
        self.views.asked().map_or_else(|| self.index.ids(tab), |view| view.ids(tab))
    }

    /// The jobs at some places of the table, from 0.
    pub(super) fn at(&self, query: &Query, places: Range<usize>) -> Vec<&Job> {
        let total = self.shown(query.tab);
        let (first, end) = (places.start.min(total), places.end.min(total));
        let places = if query.reverse { total - end..total - first } else { first..end };
        let mut ids = match self.views.asked() {
            Some(view) => view.at(query.tab, places),
            None => self.index.at(query.tab, query.order, places),
        };
        if query.reverse {
            ids.reverse();
        }
        ids.into_iter().filter_map(|id| self.get(id)).collect()
    }

    /// A job's place in the table, from 0; `None` if it is not shown.
    pub(super) fn place(&self, query: &Query, id: JobId) -> Option<usize> {
        let job = self.get(id)?;
        let place = match self.views.asked() {
            Some(view) => view.place(query.tab, job, measure(&self.cost, &self.choices, job)),
            None => self.index.place(query.tab, query.order, id),
        }?;
        if query.reverse { self.shown(query.tab).checked_sub(place + 1) } else { Some(place) }
    }
}

/// What a job's row shows as its cost, its size and what becomes of it.
fn measure(cost: &CostModel, choices: &[Option<Choice>], job: &Job) -> Measure {
    Measure { choice: choice_of(choices, job.id), ..Measure::of(cost, job) }
}

fn choice_of(choices: &[Option<Choice>], id: JobId) -> Option<Choice> {
    choices.get(id.index()).copied().flatten()
}
