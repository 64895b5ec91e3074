//! Files that say what people think of results are written.

use std::sync::Arc;

use crate::engine::steps::stages::{Outcome, Stages};
use crate::job::{Job, Opinion};

/// Writes the files of these jobs, which say what was thought before.
pub(in crate::engine) async fn run(stages: Arc<Stages>, jobs: Vec<(Job, Opinion)>) -> Outcome {
    let written = tokio::task::spawn_blocking(move || {
        let say = |(job, was): (Job, Opinion)| (job.id, stages.output.say_again(&job, &was, &stages.terms.service));
        jobs.into_iter().map(say).collect()
    });
    Outcome::SaidAgain(written.await.unwrap_or_default())
}
