//! How far the sample is that goes first.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::job::{JobId, Spent, Usd};

/// How many photos go first, and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CanaryWish {
    /// How many.
    pub photos: u16,
    /// Whether the rest goes by itself if none of them failed and the price held.
    pub goes_on: bool,
}

/// How a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Start {
    /// Without waiting for [`Command::Start`](crate::engine::Command::Start).
    pub at_once: bool,
    /// With a sample of the photos, before the rest.
    pub canary: Option<CanaryWish>,
}

/// The sample, and how far it is.
#[derive(Debug)]
pub(in crate::engine) struct Canary {
    pub(super) wish: Option<CanaryWish>,
    pub(super) stage: Stage,
}

/// How far it is.
#[derive(Debug)]
pub(super) enum Stage {
    /// It is not chosen yet, but for what an earlier run chose.
    Before(Option<Sample>),
    /// It is chosen, and being written down.
    Noting(Sample),
    /// It is on its way.
    UnderWay(Sample),
    /// It has come in, or there is none: nothing waits for it.
    Over,
}

/// The photos that go first, as the ledger keeps them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Sample {
    pub(super) jobs: Vec<JobId>,
    /// What the plan said that they cost.
    pub(super) planned: Option<Usd>,
    /// What was spent before the first of them.
    pub(super) before: Spent,
    /// Whether somebody let the rest go.
    pub(super) over: bool,
}

impl Sample {
    /// As the ledger keeps it.
    pub(super) fn written(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

impl Canary {
    /// As it is wished, on what an earlier run wrote down.
    pub(in crate::engine) fn new(wish: Option<CanaryWish>, kept: Option<&str>) -> Self {
        // What another version wrote, and cannot be read, is chosen anew.
        let kept = kept.and_then(|text| serde_json::from_str::<Sample>(text).ok());
        let is_over = kept.as_ref().is_some_and(|kept| kept.over);
        let wish = wish.filter(|wish| wish.photos > 0 && !is_over);
        Self { wish, stage: Stage::Before(kept.filter(|_| !is_over)) }
    }

    /// How many photos go first.
    pub(in crate::engine) fn wished(&self) -> Option<u16> {
        self.wish.map(|wish| wish.photos)
    }

    /// The wish, for a batch that goes on as another.
    pub(in crate::engine) fn wish(&self) -> Option<CanaryWish> {
        self.wish
    }

    /// Whether a photo may be begun or sent.
    pub(in crate::engine) fn takes(&self, id: JobId) -> bool {
        match &self.stage {
            Stage::Before(_) => self.wish.is_none(),
            Stage::Noting(_) => false,
            Stage::UnderWay(sample) => sample.jobs.contains(&id),
            Stage::Over => true,
        }
    }

    /// The next of a queue that may be begun or sent; the others keep their places.
    pub(in crate::engine) fn next_of(&self, queue: &mut VecDeque<JobId>) -> Option<JobId> {
        match &self.stage {
            Stage::Over => queue.pop_front(),
            Stage::Before(_) if self.wish.is_none() => queue.pop_front(),
            _ => queue.remove(queue.iter().position(|id| self.takes(*id))?),
        }
    }
}
