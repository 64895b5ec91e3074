//! The plan alone: what a run would send, without running anything.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::arrive::is_another;
use super::board::{Plan, SkippedFile};
use super::plan::{Planner, skipped_file};
use crate::intake::Found;
use crate::job::{Job, JobId, JobState, Params, UnitPrice};

/// Counts what a run would send, skip and pay, with what the ledger knows of the batch. Sends and
/// writes nothing.
pub async fn survey(
    params: &Params,
    price: Option<UnitPrice>,
    known: Vec<Job>,
    mut found: mpsc::Receiver<Vec<Found>>,
) -> (Arc<Plan>, Vec<SkippedFile>) {
    let mut known: HashMap<_, _> = known.into_iter().map(|job| (job.photo.path.clone(), job)).collect();
    let mut planner = Planner::new(price.clone());
    let mut skipped = Vec::new();
    let mut count = |job: &Job| {
        let output = job.photo.pixels.map(|pixels| params.output_size(pixels));
        planner.add(&job.photo, &job.state, output, output.and_then(|output| price.as_ref()?.estimate(output)));
        if let JobState::Skipped(reason) = &job.state {
            skipped.push(skipped_file(&job.photo, reason));
        }
    };
    while let Some(chunk) = found.recv().await {
        for found in chunk {
            let (photo, state) = match found {
                Found::Photo(photo) => (photo, JobState::Pending),
                Found::Skipped(photo, reason) => (photo, JobState::Skipped(reason)),
            };
            let found = Job { id: JobId::at(0), photo, state };
            match known.remove(&found.photo.path) {
                Some(known) if !is_another(&known, &found) => count(&known),
                _ => count(&found),
            }
        }
    }
    known
        .into_values()
        .filter(|job| !matches!(job.state, JobState::Pending | JobState::Skipped(_)))
        .for_each(|job| count(&job));
    planner.end();
    (planner.plan(|_| {}), skipped)
}
