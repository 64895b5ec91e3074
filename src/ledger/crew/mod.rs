//! Many processes at one batch: each takes some of its jobs, and together they keep one cap and one window.
//!
//! A ledger on a server alone can give that: [`LedgerError::Unshared`](super::LedgerError::Unshared) else.

mod ledger;
pub(super) mod purse;
mod share;

pub use share::{Need, Part, Share};

use super::hold::BatchHold;
use crate::job::{CauseKind, Job, JobId, Usd};

/// What a batch is handed to workers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// How many requests all of them together may have at fal.
    pub window: u16,
    /// The cap of the batch, over all that it ever cost; `None` if it has none.
    pub cap: Option<Usd>,
    /// What jobs that may be billed yet are taken to cost at most.
    pub held: Vec<(JobId, Usd)>,
}

/// What all workers of a batch go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// How many requests all of them together may have at fal.
    pub window: u16,
    /// The cap of the batch.
    pub cap: Option<Usd>,
}

/// Jobs that a person asks something for, and that may be nobody's any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// These.
    These(Vec<JobId>),
    /// What failed, for whatever cause or for this one.
    Failed(Option<CauseKind>),
}

/// What a cap that many workers keep stood at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// The cap.
    pub cap: Usd,
    /// What is spent of it, and held for calls that may be billed yet.
    pub used: Usd,
    /// What of that is held: calls may turn out cheaper.
    pub held: Usd,
}

/// A process that works on a batch beside others.
#[derive(Debug)]
pub struct Joined {
    /// It works on the batch for as long as this lives.
    pub hold: BatchHold,
    /// What of the batch is its own.
    pub part: Part,
}

/// Jobs that a worker took.
#[derive(Debug)]
pub struct Taken {
    /// They are its own until they have ended or it is gone.
    pub jobs: Vec<Job>,
    /// Whether others work on jobs that have not ended: those of one who dies are there to be taken.
    pub others: bool,
}
