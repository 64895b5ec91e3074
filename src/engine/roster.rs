//! Every job, and what is counted of them. A job changes here and nowhere else.

use std::collections::{HashMap, HashSet};

use super::board::Totals;
use super::index::Index;
use crate::job::{
    Group, Impossible, Job, JobId, JobState, Model, OwnParams, Params, Status, Timestamp, Transition, UnitPrice, Usd,
    apply,
};

/// All jobs of a batch with their totals and index.
#[derive(Debug)]
pub(super) struct Roster {
    jobs: Vec<Job>,
    index: Index,
    totals: Totals,
    price: Option<UnitPrice>,
    params: Params,
    model: Model,
    /// The parameters of jobs that have their own.
    own: HashMap<JobId, Params>,
    search: Option<Search>,
    /// Jobs that will get another one's result: they cost nothing.
    reusing: HashSet<JobId>,
}

/// The jobs that hold a text. It is found little by little, so that a search through a million
/// jobs holds nothing up.
#[derive(Debug)]
struct Search {
    text: String,
    index: Index,
    scanned: usize,
}

/// Jobs looked at in one go.
const SCAN: usize = 4096;

impl Roster {
    pub(super) fn new(price: Option<UnitPrice>, params: Params, model: Model) -> Self {
        Self {
            jobs: Vec::new(),
            index: Index::default(),
            totals: Totals::default(),
            price,
            params,
            model,
            own: HashMap::new(),
            search: None,
            reusing: HashSet::new(),
        }
    }

    pub(super) fn totals(&self) -> &Totals {
        &self.totals
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    pub(super) fn get(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(id.index())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter()
    }

    pub(super) fn next_id(&self) -> JobId {
        JobId::at(self.jobs.len())
    }

    pub(super) fn price(&self) -> Option<&UnitPrice> {
        self.price.as_ref()
    }

    pub(super) fn params(&self) -> &Params {
        &self.params
    }

    /// The parameters that a job is sent with.
    pub(super) fn params_of(&self, job: &Job) -> &Params {
        self.own_params(job).unwrap_or(&self.params)
    }

    /// A job's own parameters, if it has any.
    pub(super) fn own_params(&self, job: &Job) -> Option<&Params> {
        job.own.as_ref().and_then(|_| self.own.get(&job.id))
    }

    /// What a job's result will cost; `None` if that cannot be known.
    pub(super) fn estimate(&self, job: &Job) -> Option<Usd> {
        self.price.as_ref()?.estimate(self.params_of(job).output_size(job.photo.pixels?))
    }

    /// What a job will cost; nothing if it gets another one's result.
    pub(super) fn expected(&self, job: &Job) -> Option<Usd> {
        if self.reusing.contains(&job.id) { Some(Usd::ZERO) } else { self.estimate(job) }
    }

    /// Whether a job gets another one's result; false if that was known.
    pub(super) fn reuse(&mut self, id: JobId, reuses: bool) -> bool {
        let Some(job) = self.get(id).filter(|_| self.reusing.contains(&id) != reuses).cloned() else { return false };
        self.count(&job, false);
        if reuses {
            self.reusing.insert(id);
        } else {
            self.reusing.remove(&id);
        }
        self.count(&job, true);
        true
    }

    /// Takes in a job whose id is [`Self::next_id`].
    pub(super) fn push(&mut self, job: Job) {
        if let Some(OwnParams(text)) = &job.own {
            match Params::from_canonical(&self.model, text) {
                Ok(params) => drop(self.own.insert(job.id, params)),
                // Another version wrote them.
                Err(error) => tracing::error!(job = %job.id, %error, "its own parameters cannot be read"),
            }
        }
        self.count(&job, true);
        self.jobs.push(job);
    }

    /// Puts another photo and state in a job's place: the file was changed since.
    pub(super) fn replace(&mut self, job: Job) {
        let place = job.id.index();
        if let Some(old) = self.jobs.get(place).cloned() {
            self.count(&old, false);
            if job.own.is_none() {
                self.own.remove(&job.id);
            }
            self.count(&job, true);
            self.sink(&old.state, &job.state);
            if let Some(slot) = self.jobs.get_mut(place) {
                *slot = job;
            }
        }
    }

    /// Lets something happen to a job.
    pub(super) fn apply(
        &mut self,
        id: JobId,
        transition: Transition,
        at: Timestamp,
    ) -> Result<Option<&Job>, Impossible> {
        let mut jobs = std::mem::take(&mut self.jobs);
        let changed = match jobs.get_mut(id.index()) {
            Some(job) => apply(&job.state, transition, at).map(|state| {
                self.count(job, false);
                let before = std::mem::replace(&mut job.state, state);
                self.count(job, true);
                self.sink(&before, &job.state);
            }),
            None => Err(Impossible { from: Status::Pending, transition: Box::new(transition) }),
        };
        self.jobs = jobs;
        changed.map(|()| self.jobs.get(id.index()))
    }

    /// Lets a job with a result begin anew with parameters of its own.
    pub(super) fn redo(&mut self, id: JobId, params: Params, at: Timestamp) -> Result<&Job, Impossible> {
        let refused = || Impossible { from: Status::Pending, transition: Box::new(Transition::Redo) };
        let old = self.get(id).cloned().ok_or_else(refused)?;
        let state = apply(&old.state, Transition::Redo, at)?;
        self.count(&old, false);
        self.reusing.remove(&id);
        let new = Job { state, own: Some(OwnParams(params.canonical().into())), ..old.clone() };
        self.own.insert(id, params);
        self.count(&new, true);
        self.sink(&old.state, &new.state);
        let slot = self.jobs.get_mut(id.index()).ok_or_else(refused)?;
        *slot = new;
        Ok(slot)
    }

    /// What a result cost stays spent when another takes its place.
    fn sink(&mut self, before: &JobState, after: &JobState) {
        let cost = |state: &JobState| state.saved().and_then(|saved| saved.cost);
        if after.saved().is_none() {
            self.spent_besides(cost(before).unwrap_or_default());
        }
    }

    /// Counts money that was spent on results that are no longer any job's.
    pub(super) fn spent_besides(&mut self, amount: Usd) {
        self.totals.spent += amount;
    }

    fn count(&mut self, job: &Job, joins: bool) {
        let group = job.state.status().group();
        let estimate = self.expected(job).unwrap_or_default();
        let spent = job.state.saved().and_then(|saved| saved.cost).unwrap_or_default();
        let reserved = if job.state.is_reserved() { estimate } else { Usd::ZERO };
        let planned = if is_unsent(&job.state) { estimate } else { Usd::ZERO };

        let totals = &mut self.totals;
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
        for (sum, amount) in
            [(&mut totals.spent, spent), (&mut totals.reserved, reserved), (&mut totals.planned, planned)]
        {
            *sum = if joins { *sum + amount } else { *sum - amount };
        }

        if joins {
            self.index.insert(job.id, group);
        } else {
            self.index.remove(job.id, group);
        }
        if let Some(search) = &mut self.search
            && job.id.index() < search.scanned
        {
            if !joins {
                search.index.remove(job.id, group);
            } else if matches(job, &search.text) {
                search.index.insert(job.id, group);
            }
        }
    }

    /// Shows only the jobs that hold `text`, which is in lower case; all if it is empty.
    pub(super) fn look_for(&mut self, text: &str) {
        if text.is_empty() {
            self.search = None;
        } else if self.search.as_ref().is_none_or(|search| search.text != text) {
            self.search = Some(Search { text: text.to_owned(), index: Index::default(), scanned: 0 });
            self.search_on();
        }
    }

    /// The index of the jobs that are shown, as far as they are found.
    pub(super) fn shown(&self) -> &Index {
        self.search.as_ref().map_or(&self.index, |search| &search.index)
    }

    /// Looks at some more jobs; false when there is nothing left to look at.
    pub(super) fn search_on(&mut self) -> bool {
        let Some(search) = &mut self.search else { return false };
        let before = search.scanned;
        for job in self.jobs.iter().skip(before).take(SCAN) {
            if matches(job, &search.text) {
                search.index.insert(job.id, job.state.status().group());
            }
            search.scanned += 1;
        }
        search.scanned > before
    }
}

/// Whether nothing was paid for it yet and it is still to be sent.
fn is_unsent(state: &JobState) -> bool {
    match state.status().group() {
        Group::Pending => true,
        Group::Active | Group::Waiting => !state.is_reserved(),
        _ => false,
    }
}

/// Whether path, status, cause or caption holds a text, whatever the case.
fn matches(job: &Job, text: &str) -> bool {
    let holds = |part: &str| part.to_lowercase().contains(text);
    holds(&job.photo.path.to_string_lossy())
        || holds(job.state.status().name())
        || job.state.cause().is_some_and(|cause| holds(&cause.message) || holds(cause.kind.name()))
        || job.state.saved().and_then(|saved| saved.caption.as_deref()).is_some_and(holds)
        || matches!(&job.state, JobState::Skipped(reason) if holds(reason))
}
