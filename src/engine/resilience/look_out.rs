//! Calls that cost nothing, made where it is in question whether fal answers.

use std::sync::Arc;

use crate::engine::steps::stages::{Outcome, Stages};

/// Whether there is a fal.
pub(in crate::engine) async fn reach(stages: Arc<Stages>) -> Outcome {
    Outcome::Reached(stages.fal.reach(&stages.endpoint).await)
}

/// Whether fal knows the key.
pub(in crate::engine) async fn ask_for_key(stages: Arc<Stages>) -> Outcome {
    Outcome::KeyAsked(stages.fal.price(&stages.endpoint).await.map(drop))
}
