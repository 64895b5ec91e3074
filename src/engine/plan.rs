//! The plan, as photos arrive.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use super::board::{Plan, SkippedFile};
use crate::job::{Group, Job, JobState, Pixels, UnitPrice, Usd, clean};

/// The dearest photos that are kept.
const DEAREST: usize = 10;
/// The skipped files that a face shows.
const SKIPPED_SHOWN: usize = 100;

/// Adds up what would be sent.
#[derive(Debug, Default)]
pub(super) struct Planner {
    plan: Plan,
    reasons: BTreeMap<Box<str>, usize>,
    dearest: BinaryHeap<Reverse<(Usd, String)>>,
    shared: Option<Arc<Plan>>,
}

impl Planner {
    pub(super) fn new(price: Option<UnitPrice>) -> Self {
        let estimate = price.as_ref().map(|_| Usd::ZERO);
        let plan = Plan { walking: true, price, estimate, duplicates_usd: estimate, ..Plan::default() };
        Self { plan, ..Self::default() }
    }

    /// Counts a job as it is when the run begins.
    pub(super) fn add(&mut self, job: &Job, output: Option<Pixels>, estimate: Option<Usd>) {
        self.shared = None;
        match (&job.state, job.state.status().group()) {
            (JobState::Skipped(reason), _) => self.skip(job, reason),
            (_, Group::Done | Group::Review) => self.plan.done_before += 1,
            (_, Group::Failed | Group::Cancelled) => self.plan.failed_before += 1,
            (state, _) if state.is_reserved() => self.plan.at_fal += 1,
            _ => self.send(job, output, estimate),
        }
    }

    fn skip(&mut self, job: &Job, reason: &str) {
        self.plan.skipped += 1;
        *self.reasons.entry(reason.into()).or_default() += 1;
        if self.plan.skipped_files.len() < SKIPPED_SHOWN {
            self.plan.skipped_files.push(skipped_file(job, reason));
        }
    }

    fn send(&mut self, job: &Job, output: Option<Pixels>, estimate: Option<Usd>) {
        self.plan.photos += 1;
        self.plan.input_px += job.photo.pixels.map_or(0, Pixels::count);
        self.plan.output_px += output.map_or(0, Pixels::count);
        // One photo whose price cannot be known makes the sum unknown, never smaller.
        self.plan.estimate = self.plan.estimate.zip(estimate).map(|(sum, one)| sum + one);
        if let Some(estimate) = estimate {
            self.dearest.push(Reverse((estimate, clean(&job.photo.slash_path()).into_owned())));
            if self.dearest.len() > DEAREST {
                self.dearest.pop();
            }
        }
    }

    /// A photo that was counted as to be sent is not: it is the same picture as another.
    pub(super) fn reuse(&mut self, job: &Job, output: Option<Pixels>, estimate: Option<Usd>) {
        self.shared = None;
        self.plan.photos = self.plan.photos.saturating_sub(1);
        self.plan.input_px = self.plan.input_px.saturating_sub(job.photo.pixels.map_or(0, Pixels::count));
        self.plan.output_px = self.plan.output_px.saturating_sub(output.map_or(0, Pixels::count));
        self.plan.estimate = self.plan.estimate.zip(estimate).map(|(sum, one)| sum - one);
        self.plan.duplicates += 1;
        self.plan.duplicates_usd = self.plan.duplicates_usd.zip(estimate).map(|(sum, one)| sum + one);
        let path = clean(&job.photo.slash_path()).into_owned();
        self.dearest.retain(|Reverse((_, dear))| *dear != path);
    }

    /// So many photos may still turn out to be the same picture as another.
    pub(super) fn checking(&mut self, photos: usize) {
        if self.plan.checking != photos {
            self.shared = None;
            self.plan.checking = photos;
        }
    }

    /// Every photo has been found.
    pub(super) fn end(&mut self) {
        self.plan.walking = false;
        self.shared = None;
    }

    pub(super) fn is_walking(&self) -> bool {
        self.plan.walking
    }

    pub(super) fn plan(&mut self) -> Arc<Plan> {
        Arc::clone(self.shared.get_or_insert_with(|| {
            let mut by_reason: Vec<_> =
                self.reasons.iter().map(|(reason, count)| (clean(reason).into_owned(), *count)).collect();
            by_reason.sort_by_key(|(_, count)| Reverse(*count));
            let mut dearest: Vec<_> = self.dearest.iter().map(|Reverse((usd, path))| (path.clone(), *usd)).collect();
            dearest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            Arc::new(Plan { skipped_by_reason: by_reason, dearest, ..self.plan.clone() })
        }))
    }
}

/// A skipped job as faces show it.
pub(super) fn skipped_file(job: &Job, reason: &str) -> SkippedFile {
    SkippedFile { path: clean(&job.photo.slash_path()).into_owned(), reason: clean(reason).into_owned() }
}
