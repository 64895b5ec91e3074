//! Counts and sums over all jobs, kept as jobs change and never recounted.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Verdicts, Worker};
use crate::job::{Group, Spent, Timestamp, Usd};

/// Counts and sums over all jobs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Jobs by [`Group`], in the order of [`Group::ALL`].
    pub groups: [usize; Group::ALL.len()],
    /// Jobs whose paid call's answer was lost (counted in [`Group::Review`] too).
    pub unknown: usize,
    /// Requests at fal now: those that take a place in the window.
    pub in_flight: usize,
    /// Jobs that something happens to even while no more are begun: they are at fal, their bytes are on
    /// the move, or they follow a request again at a time of its own.
    pub moving: usize,
    /// What paid requests cost so far, in all runs of this batch.
    pub spent: Spent,
    /// The most that requests which are not settled may still be billed as: what a cap reckons with.
    pub reserved: Usd,
    /// What results that are under way are likely to cost, as far as prices are known.
    pub under_way: Usd,
    /// What all that is not yet sent would cost, as far as prices are known.
    pub planned: Usd,
    /// What people said of results.
    pub verdicts: Verdicts,
}

impl Totals {
    /// What of a cap is used: the most that was, and may yet be, billed. `None` if that cannot be counted.
    #[must_use]
    pub fn used(&self) -> Option<Usd> {
        self.spent.at_most.checked_add(self.reserved)
    }

    /// What of a cap is used beyond what is likely spent.
    #[must_use]
    pub fn held(&self) -> Usd {
        self.spent.at_most - self.spent.likely() + self.reserved
    }

    /// How many jobs are in a group.
    #[must_use]
    pub fn of(&self, group: Group) -> usize {
        self.groups.get(group as usize).copied().unwrap_or_default()
    }

    /// Jobs that have not ended.
    #[must_use]
    pub fn left(&self) -> usize {
        self.of(Group::Pending) + self.of(Group::Active) + self.of(Group::Waiting)
    }

    /// Every job, the skipped ones too.
    #[must_use]
    pub fn all(&self) -> usize {
        self.groups.iter().sum()
    }

    /// Jobs that are to be sent: all but the skipped.
    #[must_use]
    pub fn photos(&self) -> usize {
        self.all() - self.of(Group::Skipped)
    }

    /// Jobs that have ended, for better or worse.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.of(Group::Done) + self.of(Group::Failed) + self.of(Group::Review) + self.of(Group::Cancelled)
    }
}

/// Speeds, and what they lead to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Flow {
    /// When this run's first job began.
    pub began: Option<Timestamp>,
    /// When its last job ended, once all have.
    pub ended: Option<Timestamp>,
    /// Most requests at fal at once.
    pub window: u16,
    /// How many of them the account runs at once, where that is known to be fewer than are sent.
    pub at_once: Option<u16>,
    /// Pictures saved in each of the last minutes or so, oldest first, for a sparkline.
    pub recent: Vec<u16>,
    /// Pictures a minute, once that means something.
    pub per_minute: Option<f64>,
    /// When the last picture is expected, once that means something.
    pub eta: Option<Timestamp>,
    /// Whether photos that are ready wait, since more requests at once could pass the cap.
    pub capped: bool,
    /// Bytes a second to fal's storage.
    pub up: u64,
    /// Bytes a second from fal's storage.
    pub down: u64,
    /// Who works on it, where that is seen from elsewhere.
    pub workers: Arc<Vec<Worker>>,
}
