//! What is known of photos that hold the same picture.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::engine::dedup::awaited::Awaited;
use crate::engine::job_table::JobTable;
use crate::job::{BatchId, JobId, SameAs, Terms};
use crate::output::Memory;
use crate::plan::{Duplicates, Handful, Origin, Remembered};

/// Photos on their way to being sent, and what is known of their likes.
#[derive(Debug)]
pub(in crate::engine) struct Dedup {
    pub(in crate::engine) duplicates: Duplicates,
    /// Those that are being hashed, by the first of those that go together.
    hashing: HashMap<JobId, Vec<JobId>>,
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
            hashing: HashMap::new(),
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

    /// The next that are to be hashed, and the first of them.
    pub(in crate::engine) fn next_few(&mut self, jobs: &JobTable) -> Option<(JobId, Handful)> {
        let few = self.duplicates.next_few(|id| jobs.get(id).map(|job| job.photo.clone()))?;
        let ids = few.ids();
        let first = *ids.first()?;
        self.hashing.insert(first, ids);
        Some((first, few))
    }

    /// Those that went together with this one are hashed no more: which they were.
    pub(in crate::engine) fn end_hashing(&mut self, first: JobId) -> Vec<JobId> {
        self.hashing.remove(&first).unwrap_or_default()
    }

    /// How many are being hashed, but for the first of those that go together.
    fn going_along(&self) -> usize {
        self.hashing.values().map(|ids| ids.len().saturating_sub(1)).sum()
    }

    /// How many are to be hashed, now or later, or go along with one that is.
    pub(in crate::engine) fn unsettled(&self) -> usize {
        self.duplicates.unsettled() + self.going_along()
    }

    /// How many are to be hashed now, or go along with one that is.
    pub(in crate::engine) fn to_hash(&self) -> usize {
        self.duplicates.to_hash() + self.going_along()
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
