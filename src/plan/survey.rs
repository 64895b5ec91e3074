//! The plan alone: what a run would send, without running anything.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use super::duplicates::Wanted;
use super::figures::{Plan, SkippedFile};
use super::known::{Failed, is_another};
use super::planner::{Cap, Planner, skipped_file};
use crate::intake::{self, Found};
use crate::job::{BatchId, ContentHash, Job, JobId, JobState, Saved, Service, Timestamp, Transition, Usd, apply};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{Model, Params, UnitPrice};

/// Photos that are hashed at once.
const CHECKS: usize = 3;

/// What a plan is made from.
#[derive(Debug)]
pub struct Survey<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its parameters.
    pub params: &'a Params,
    /// What a unit of its work costs, if that is known.
    pub price: Option<UnitPrice>,
    /// Whom photos would be sent to.
    pub service: &'a Service,
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
    /// Whether folders are walked; else all that the ledger has not begun yet is sent, too.
    pub walks: bool,
}

/// Counts what a run would send, skip and pay, with what the ledger knows of the batch and of the
/// same pictures in others. Sends and writes nothing.
///
/// # Errors
/// If the ledger cannot be read.
pub async fn survey(
    survey: Survey<'_>,
    mut found: mpsc::Receiver<Vec<Found>>,
) -> Result<(Arc<Plan>, Vec<SkippedFile>), LedgerError> {
    let known = survey.ledger.jobs(survey.batch).await?;
    let mut known: HashMap<_, _> = known.into_iter().map(|job| (job.photo.path.clone(), job)).collect();
    let mut count = Count::new(&survey);
    while let Some(chunk) = found.recv().await {
        for found in chunk {
            let (photo, state) = match found {
                Found::Photo(photo) => (photo, JobState::Pending),
                Found::Skipped(photo, reason) => (photo, JobState::Skipped(reason)),
            };
            let found = Job { id: JobId::at(0), photo, state, own: None };
            match known.remove(&found.photo.path) {
                Some(known) if !is_another(&known, &found) => count.add(known),
                _ => count.add(found),
            }
        }
    }
    known
        .into_values()
        .filter(|job| match job.state {
            JobState::Pending => !survey.walks,
            JobState::Skipped(_) => false,
            _ => true,
        })
        .for_each(|job| count.add(job));
    count.find_duplicates().await?;
    count.planner.end();
    let spent = if survey.batch.0 == 0 { Usd::ZERO } else { survey.ledger.batch(survey.batch).await?.spent };
    let cap = Cap { budget: survey.budget, used: spent + count.reserved };
    Ok((count.planner.plan(cap, |_| {}), count.skipped))
}

/// What was counted so far.
struct Count<'a> {
    survey: &'a Survey<'a>,
    planner: Planner,
    skipped: Vec<SkippedFile>,
    /// What would be sent, by its length.
    to_send: HashMap<u64, Vec<Job>>,
    /// What requests at fal may still be billed as.
    reserved: Usd,
}

impl<'a> Count<'a> {
    fn new(survey: &'a Survey<'a>) -> Self {
        let planner = Planner::new(survey.price.clone());
        Self { survey, planner, skipped: Vec::new(), to_send: HashMap::new(), reserved: Usd::ZERO }
    }

    fn add(&mut self, mut job: Job) {
        if self.survey.retry_failed.is_some_and(|wanted| wanted.takes(&job))
            && let Some(reopened) = reopened(&job.state)
        {
            job.state = reopened;
        }
        let output = self.survey.params.output_size(job.photo.pixels);
        self.planner.add(&job.photo, &job.state, output);
        if job.state.is_reserved() {
            let most = self.survey.price.as_ref().and_then(|price| price.at_most(output));
            self.reserved += most.unwrap_or_default();
        }
        if self.survey.trials.contains_key(&job.photo.path) {
            self.planner.replaces(&job.state);
        }
        match &job.state {
            JobState::Skipped(reason) => self.skipped.push(skipped_file(&job.photo, reason)),
            JobState::Pending => self.to_send.entry(job.photo.bytes).or_default().push(job),
            _ => {}
        }
    }

    /// Hashes the photos that share their length with another or with one that was sent before, and
    /// counts those that would not be sent.
    async fn find_duplicates(&mut self) -> Result<(), LedgerError> {
        let Survey { model, params, service, ledger, batch, .. } = *self.survey;
        let (endpoint, service) = (model.endpoint.to_string(), service.clone());
        let wanted = Wanted { model: endpoint, params: params.canonical(), service, batch };
        let earlier = ledger.sizes(&wanted.model, &wanted.params, &wanted.service).await?;
        let classes = std::mem::take(&mut self.to_send).into_iter();
        let suspects = classes.filter(|(bytes, jobs)| jobs.len() > 1 || earlier.contains(bytes));
        let mut hashed = stream::iter(suspects.flat_map(|(_, jobs)| jobs)).map(hashed).buffered(CHECKS);
        let mut met: HashSet<ContentHash> = HashSet::new();
        while let Some((job, content)) = hashed.next().await {
            let Some(content) = content else { continue };
            let is_first = met.insert(content);
            let is_known = earlier.contains(&job.photo.bytes) && wanted.find(ledger, content, None).await?.is_some();
            if !is_first || is_known {
                let output = params.output_size(job.photo.pixels);
                self.planner.reuse(&job, output);
            }
        }
        Ok(())
    }
}

/// A job that is sent again as it would go on: from what is at fal already, or else from its beginning.
fn reopened(state: &JobState) -> Option<JobState> {
    let kept = match state {
        JobState::Failed { kept, .. } => kept,
        JobState::Unknown(..) => return Some(JobState::Pending),
        _ => return None,
    };
    if kept.request().is_none() {
        return Some(JobState::Pending);
    }
    apply(state, Transition::Reopen((**kept).clone()), Timestamp(0)).ok()
}

async fn hashed(job: Job) -> (Job, Option<ContentHash>) {
    let path = job.photo.source.clone();
    let content = tokio::task::spawn_blocking(move || intake::content(&path)).await;
    (job, content.ok().and_then(Result::ok))
}
