//! The plan alone: what a run would send, without running anything.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc;

use super::cost::CostModel;
use super::duplicates::{Duplicates, Hashed, JOURNEYS, Likeness, Remembered, Sought, Wanted, sizes};
use super::figures::{Plan, SkippedFile};
use super::finder::Finder;
use super::known::{Failed, Standing, is_weighed_against_others, without_photo};
use super::losses::Losing;
use super::planner::{About, Cap, Planner, skipped_file};
use crate::intake::{Arrival, Found, Rules};
use crate::job::{
    BatchId, Job, JobId, Met, OwnParams, Photo, Saved, Service, Spent, Terms, Timestamp, Usd, Way, apply, meet,
};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{Model, Params, UnitPrice};
use crate::output::{Memory, Written};

/// What a plan is made from.
#[derive(Debug)]
pub struct Basis<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its parameters.
    pub params: &'a Params,
    /// What a unit of its work costs, if that is known.
    pub price: Option<UnitPrice>,
    /// Whom photos would be sent to.
    pub service: &'a Service,
    /// What the output folder knows of results that the ledger does not.
    pub memory: &'a Arc<Memory>,
    /// What is to be said of the ledger and the folder.
    pub notes: &'a [String],
    /// What trials left in the output folder.
    pub trials: &'a HashMap<Box<Path>, Saved>,
    /// What happened before.
    pub ledger: &'a Ledger,
    /// The batch in it; number 0 if it is not there.
    pub batch: BatchId,
    /// Which of its failed jobs would be sent again.
    pub retry_failed: Option<&'a Failed>,
    /// The cap, if there is one.
    pub budget: Option<Usd>,
    /// What is written with a result.
    pub written: &'a Written,
    /// How fal is to get photos, if that was asked for.
    pub send: Option<Way>,
    /// What rules say of photos.
    pub rules: &'a Arc<Rules>,
    /// Whether folders are walked; else all that the ledger has not begun yet is sent, too.
    pub walks: bool,
}

/// Counts what a run would send, skip and pay, with what the ledger knows of the batch and of the
/// same pictures in others. Sends and writes nothing.
///
/// # Errors
/// If the ledger cannot be read.
pub async fn draw(
    basis: Basis<'_>,
    mut found: mpsc::Receiver<Arrival>,
) -> Result<(Arc<Plan>, Vec<SkippedFile>), LedgerError> {
    let mut draft = Draft::new(&basis).await?;
    while let Some(arrival) = found.recv().await {
        for found in arrival.found() {
            draft.arrive(found);
        }
    }
    draft.all_found();
    draft.settle_duplicates().await?;
    draft.plan().await
}

/// Photos as they are found, on what the ledger knows.
struct Draft<'a> {
    basis: &'a Basis<'a>,
    wanted: Wanted,
    cost: CostModel,
    /// By their numbers: those that the ledger knows, then the others as they are found.
    jobs: Vec<Job>,
    standings: Vec<Standing>,
    /// Those of the ledger that were not found yet.
    known: Finder,
    /// Those that count, as they were found.
    met: Vec<JobId>,
    duplicates: Duplicates,
    /// What of them lies in the output folder.
    remembered: Remembered,
    /// What earlier runs may still be billed for.
    reserved: Usd,
}

impl<'a> Draft<'a> {
    async fn new(basis: &'a Basis<'a>) -> Result<Self, LedgerError> {
        let terms = Terms {
            model: basis.model.endpoint.to_string(),
            params: basis.params.canonical(),
            service: basis.service.clone(),
        };
        let earlier = sizes(basis.ledger, &terms).await?;
        let (terms, sizing, memory) = (Arc::new(terms), basis.params.sizing(), Arc::clone(basis.memory));
        let wanted = Wanted { terms, sizing, memory, batch: basis.batch, shares: false };
        let mut draft = Self {
            basis,
            wanted,
            cost: CostModel::new(basis.price.clone(), basis.params.clone(), basis.model.clone()),
            jobs: Vec::new(),
            standings: Vec::new(),
            known: Finder::default(),
            met: Vec::new(),
            duplicates: Duplicates::new(earlier, basis.memory),
            remembered: Remembered::new(Arc::clone(basis.memory)),
            reserved: Usd::ZERO,
        };
        for job in basis.ledger.jobs_to_keep(basis.batch).await? {
            draft.recall(*job);
        }
        Ok(draft)
    }

    fn recall(&mut self, job: Job) {
        if job.state.is_reserved() || job.state.is_unpriced() {
            self.reserved += self.cost.at_most(&job).unwrap_or_default();
        }
        self.vary(&job);
        if let Some(content) = job.state.content_underway().filter(|_| self.cost.fills() || job.own.is_none()) {
            self.duplicates.learn(job.id, job.photo.bytes, Some(content));
        }
        self.standings.push(Standing::at_start(&job, self.basis.retry_failed));
        let id = job.id;
        self.jobs.push(job);
        let Self { known, jobs, .. } = self;
        if let Some(path) = path_of(jobs, id) {
            known.insert(id, path, |id| path_of(jobs, id));
        }
    }

    fn arrive(&mut self, found: Found) {
        if found.has_own() {
            self.cost.differ();
        }
        let Self { known, jobs, .. } = self;
        let known = known.remove(&*found.photo().path, |id| path_of(jobs, id));
        let id = known.unwrap_or(JobId::at(self.jobs.len()));
        let found = found.into_job(id);
        let standing = Standing::of(&found.state);
        match self.jobs.get_mut(id.index()).zip(self.standings.get_mut(id.index())) {
            None => {
                self.jobs.push(found);
                self.standings.push(standing);
            }
            Some((job, known)) => match meet(job, found) {
                Met::Same => {}
                Met::Renewed(found) => *job = found,
                Met::Another { job: found, .. } => {
                    self.duplicates.forget(id, job.photo.bytes);
                    (*job, *known) = (found, standing);
                }
            },
        }
        if let Some(job) = self.jobs.get(id.index()).cloned() {
            self.vary(&job);
        }
        self.meet(id);
    }

    /// Only the same picture with the same texts is one.
    fn vary(&mut self, job: &Job) {
        self.cost.recall(job);
        if let Some(own) = job.own.clone().filter(|_| self.cost.fills()) {
            self.duplicates.vary(job.id, own);
        }
    }

    /// Every photo has been found.
    fn all_found(&mut self) {
        let mut gone: Vec<_> = std::mem::take(&mut self.known).iter().collect();
        gone.sort_unstable();
        for id in gone {
            if self.basis.walks
                && let Some((job, standing)) = self.jobs.get_mut(id.index()).zip(self.standings.get_mut(id.index()))
                && let Some(transition) = without_photo(&job.state)
                && let Ok(state) = apply(&job.state, transition, Timestamp(0))
            {
                (job.state, *standing) = (state, Standing::Skipped);
            }
            self.meet(id);
        }
    }

    /// A photo counts; if it is to be sent, it may be the same picture as another.
    fn meet(&mut self, id: JobId) {
        self.met.push(id);
        let Some((job, Standing::Send)) = self.job(id) else { return };
        if is_weighed_against_others(job, self.cost.fills()) {
            let bytes = job.photo.bytes;
            self.duplicates.meet(id, bytes);
        }
    }

    /// What a job is made on: its own parameters where texts are filled in for each photo.
    fn wanted_for(&self, id: JobId) -> Wanted {
        let own = self.jobs.get(id.index()).and_then(|job| job.own.as_ref()).filter(|_| self.cost.fills());
        let terms = own.map(|OwnParams(own)| Terms { params: own.to_string(), ..(*self.wanted.terms).clone() });
        Wanted { terms: terms.map_or_else(|| Arc::clone(&self.wanted.terms), Arc::new), ..self.wanted.clone() }
    }

    fn job(&self, id: JobId) -> Option<(&Job, Standing)> {
        Some((self.jobs.get(id.index())?, *self.standings.get(id.index())?))
    }

    /// Hashes the photos that share their length with another or with one that was sent before, and
    /// notes those that would not be sent.
    async fn settle_duplicates(&mut self) -> Result<(), LedgerError> {
        let mut hashing = FuturesUnordered::new();
        loop {
            while hashing.len() < JOURNEYS {
                let Self { duplicates, jobs, .. } = self;
                let Some(few) = duplicates.next_few(|id| Some(jobs.get(id.index())?.photo.clone())) else { break };
                hashing.push(few.hash(self.basis.ledger, self.basis.memory));
            }
            let Some(hashed) = hashing.next().await else { return Ok(()) };
            for Hashed { id, photo, content, is_known } in hashed {
                self.duplicates.learn(id, photo.bytes, content);
                if self.is_duplicate(id, &photo, is_known).await? {
                    self.cost.reusing.insert(id);
                }
            }
        }
    }

    async fn is_duplicate(&mut self, id: JobId, photo: &Photo, is_known: bool) -> Result<bool, LedgerError> {
        let Some((job, _)) = self.job(id) else { return Ok(false) };
        let own = self.duplicates.content(id).filter(|content| self.remembered.may_have(job, *content));
        let likeness = self.duplicates.likeness(id, photo.bytes);
        let follows = matches!(likeness, Likeness::Follows(_));
        let content = match (own, likeness) {
            (Some(content), _) => content,
            (None, Likeness::MayBeKnown(content)) if is_known => content,
            (None, _) => return Ok(follows),
        };
        let Sought { origin, is_changed } =
            self.wanted_for(id).find(self.basis.ledger, photo, content, Some(id)).await?;
        if is_changed {
            self.remembered.lose(id);
        }
        let origin = origin.filter(|origin| origin.same_as.content == content);
        if let Some(record) = origin.as_ref().and_then(|origin| origin.in_place.as_ref()) {
            self.remembered.find(id, record);
        }
        Ok(follows || origin.is_some())
    }

    async fn plan(self) -> Result<(Arc<Plan>, Vec<SkippedFile>), LedgerError> {
        let Basis { model, price, ledger, batch, budget, trials, notes, written, rules, send, .. } = self.basis;
        let losing = Losing::of(model.gives, written);
        let mut planner = Planner::new(price.clone(), notes.to_vec(), losing).ruled(Arc::clone(rules)).sending(*send);
        for id in &self.met {
            let Some((job, standing)) = self.job(*id) else { continue };
            let is_duplicate = self.cost.reusing.contains(id);
            let has_trial = trials.contains_key(&job.photo.path);
            let (found, is_changed) = (self.remembered.found(*id), self.remembered.is_changed(*id));
            let work = self.cost.work(job);
            planner.count(job, standing, About { work, is_duplicate, found, is_changed, has_trial });
        }
        planner.end();
        let spent = if batch.0 == 0 { Spent::NOTHING } else { ledger.batch(*batch).await?.spent };
        let cap = Cap { budget: *budget, used: spent.at_most + self.reserved };
        Ok((planner.plan(cap, |_| {}), self.jobs.iter().filter_map(skipped_file).collect()))
    }
}

/// The path of a job's photo below its folder.
fn path_of(jobs: &[Job], id: JobId) -> Option<&Path> {
    jobs.get(id.index()).map(|job| &*job.photo.path)
}
