//! What is known of photos that hold the same picture.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::engine::dedup::awaited::Awaited;
use crate::job::{BatchId, JobId, SameAs, Terms};
use crate::output::Memory;
use crate::plan::{Duplicates, Origin, Remembered};

/// Photos on their way to being sent, and what is known of their likes.
#[derive(Debug)]
pub(in crate::engine) struct Dedup {
    pub(in crate::engine) duplicates: Duplicates,
    /// Photos that may be sent.
    pub(in crate::engine) ready: VecDeque<JobId>,
    pub(in crate::engine) to_copy: VecDeque<(JobId, Box<Origin>)>,
    /// Jobs that follow another one's request: whose it is, and whether it is paid for already.
    pub(super) borrowed: HashMap<JobId, (SameAs, bool)>,
    /// Jobs that are sent whatever is there.
    pub(in crate::engine) insists: HashSet<JobId>,
    /// Photos that wait for what others pay for.
    pub(in crate::engine) awaited: Awaited,
    /// What lies in the output folder already.
    pub(in crate::engine) remembered: Remembered,
    /// Leaders whose paid call's answer was lost.
    pub(in crate::engine) lost: Vec<JobId>,
    /// What the batch's jobs are made on.
    pub(super) terms: Arc<Terms>,
    pub(super) batch: BatchId,
    /// Whether others work on it, too.
    pub(super) shares: bool,
}

impl Dedup {
    /// Of a batch, and whether others work on it, whose jobs are made on these terms; `earlier` are the lengths of photos that the ledger knows.
    pub(in crate::engine) fn new(
        (batch, shares): (BatchId, bool),
        terms: Arc<Terms>,
        earlier: HashSet<u64>,
        memory: Arc<Memory>,
    ) -> Self {
        Self {
            duplicates: Duplicates::new(earlier, &memory),
            ready: VecDeque::new(),
            to_copy: VecDeque::new(),
            borrowed: HashMap::new(),
            insists: HashSet::new(),
            awaited: Awaited::default(),
            remembered: Remembered::new(memory),
            lost: Vec::new(),
            terms,
            batch,
            shares,
        }
    }

    /// A photo that may be sent was not, yet.
    pub(in crate::engine) fn put_back(&mut self, id: JobId) {
        self.ready.push_front(id);
    }

    /// Somebody wants this one sent, though there is a result.
    pub(in crate::engine) fn insist(&mut self, id: JobId) {
        self.insists.insert(id);
    }

    /// Whether a job follows another one's request that some batch counts already.
    pub(in crate::engine) fn is_settled(&self, id: JobId) -> bool {
        self.borrowed.get(&id).is_some_and(|(_, is_settled)| *is_settled)
    }

    /// Whose result a job got, if it followed another one's request, and whether that was paid for.
    pub(in crate::engine) fn borrowed(&mut self, id: JobId) -> Option<(SameAs, bool)> {
        self.borrowed.remove(&id)
    }
}
