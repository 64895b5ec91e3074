//! Attempts that ended: the history of a job, only ever added to.

use crate::job::{BatchId, Cause, Cost, JobId, RequestId, Stage, Timestamp};

/// An attempt of a job that ended, with a result or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Whose.
    pub job: JobId,
    /// Which, from 1.
    pub attempt: u16,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The step at which it ended.
    pub stage: Stage,
    /// Why it ended without a result; `None` if it has one.
    pub cause: Option<Cause>,
    /// fal's id of its request, if it got that far.
    pub request: Option<RequestId>,
    /// What it cost, where known.
    pub cost: Option<Cost>,
}

/// What a request cost, with a result or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// For whose batch.
    pub batch: BatchId,
    /// When its attempt ended.
    pub at: Timestamp,
    /// fal's id of the request, if it is known.
    pub request: Option<RequestId>,
    /// What it cost.
    pub cost: Cost,
}
