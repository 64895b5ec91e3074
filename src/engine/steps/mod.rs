//! What is done for a job, step by step: each runs as a task and comes back with an outcome.

pub(super) mod died;
pub(super) mod fetch;
pub(super) mod measure;
pub(super) mod outcomes;
pub(super) mod poll;
pub(super) mod prepare;
pub(super) mod save;
pub(super) mod stages;
