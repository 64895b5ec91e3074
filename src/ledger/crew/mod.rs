//! Many processes at one batch: each takes some of its jobs, and together they keep one cap and one window.
//!
//! A ledger on a server alone can give that: [`LedgerError::Unshared`](super::LedgerError::Unshared) else.

mod ledger;
pub(super) mod purse;

use tokio::sync::watch;

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

/// What one worker goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How many work on the batch.
    pub workers: u16,
    /// How many requests this one may have at fal.
    pub window: u16,
    /// The cap that all keep.
    pub cap: Option<Usd>,
}

impl Share {
    /// What of a batch is left for the worker in this place, from 0: as much as for any other, and one more for the first
    /// where it does not come out even.
    pub(super) fn of(course: Course, workers: u16, place: u16) -> Self {
        let (whole, workers) = (course.window, workers.max(1));
        let window = whole / workers + u16::from(place < whole % workers);
        Self { workers, window, cap: course.cap }
    }
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
    /// What of the window is its own, as others come and go.
    pub share: watch::Receiver<Share>,
}

/// Jobs that a worker took.
#[derive(Debug)]
pub struct Taken {
    /// They are its own until they have ended or it is gone.
    pub jobs: Vec<Job>,
    /// Whether others work on jobs that have not ended: those of one who dies are there to be taken.
    pub others: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_make_up_the_window_whoever_works() {
        for whole in 1..50 {
            let course = Course { window: whole, cap: None };
            for workers in 1..20 {
                let shares: Vec<_> = (0..workers).map(|place| Share::of(course, workers, place).window).collect();
                assert_eq!(shares.iter().sum::<u16>(), whole);
                let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
                assert!(most - least <= 1, "{shares:?}");
            }
        }
    }
}
