//! What waits to be written. It holds one entry a job however often the job changes, so it cannot
//! grow past the batch itself.

use std::collections::btree_map;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::LedgerError;
use super::attempt::Attempt;
use super::claim::{Claimed, Claiming};
use super::record::Record;
use crate::job::{BatchId, Job, JobId, JobState, PaidCall, Terms};

/// What one transaction writes, in order.
pub(super) struct Rows<'a> {
    /// Jobs as they stand; of two of the same job the later one wins.
    pub(super) jobs: Vec<(BatchId, &'a Job, &'a JobState)>,
    /// Attempts that ended.
    pub(super) attempts: &'a [(BatchId, Attempt)],
}

/// Whoever waits to hear that what was queued before is synced.
pub(super) type Waiter = oneshot::Sender<Result<(), LedgerError>>;

/// The queue between everyone who records and the one who writes.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pending: Mutex<Pending>,
    wake: Notify,
}

/// What is queued.
#[derive(Debug, Default)]
pub(super) struct Pending {
    jobs: BTreeMap<(BatchId, JobId), Entry>,
    attempts: Vec<(BatchId, Attempt)>,
    pub(super) claims: Vec<Claiming>,
    waiters: Vec<Waiter>,
    closed: bool,
}

/// A job that is to be written.
#[derive(Debug)]
struct Entry {
    job: Job,
    /// States before it that know something which it does not.
    earlier: Vec<JobState>,
}

impl Entry {
    fn new(job: Job) -> Self {
        Self { job, earlier: Vec::new() }
    }

    /// Puts a newer state of the same job in its place.
    fn supersede(&mut self, newer: Job) {
        let older = std::mem::replace(&mut self.job, newer).state;
        if !Record::of(&self.job.state).covers(&Record::of(&older)) {
            self.earlier.push(older);
        }
    }
}

/// How pressing the queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing is queued.
    Nothing,
    /// Something is, and may wait for company.
    Soon,
    /// Somebody waits.
    Now,
    /// Nothing more will come: write what is there and end.
    Close,
}

impl Queue {
    /// Queues jobs that may ride along with others.
    pub(super) fn put(&self, batch: BatchId, jobs: impl IntoIterator<Item = Job>) {
        self.add(|pending| {
            for job in jobs {
                pending.put(batch, job);
            }
        });
    }

    /// Queues an attempt.
    pub(super) fn put_attempt(&self, batch: BatchId, attempt: Attempt) {
        self.add(|pending| pending.attempts.push((batch, attempt)));
    }

    fn add(&self, put: impl FnOnce(&mut Pending)) {
        let mut pending = self.lock();
        let was_empty = pending.is_empty();
        put(&mut pending);
        let closed = pending.closed;
        drop(pending);
        if closed {
            tracing::error!("something was recorded after the ledger was closed, and is lost");
        } else if was_empty {
            self.wake.notify_one();
        }
    }

    /// Queues a job, or nothing, and waits until it and all before it is synced.
    pub(super) async fn settle(&self, job: Option<(BatchId, Job)>) -> Result<(), LedgerError> {
        let (told, synced) = oneshot::channel();
        let first = {
            let mut pending = self.lock();
            if pending.closed {
                return Err(LedgerError::Closed);
            }
            if let Some((batch, job)) = job {
                pending.put(batch, job);
            }
            pending.waiters.push(told);
            pending.waiters.len() == 1
        };
        // The others find the writer awake already.
        if first {
            self.wake.notify_one();
        }
        // The writer is gone only if its runtime is.
        synced.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Queues an intent, and waits until it is synced or turns out not to be the first.
    pub(super) async fn claim(
        &self,
        batch: BatchId,
        job: Job,
        terms: Terms,
        settled: HashSet<PaidCall>,
    ) -> Result<Claimed, LedgerError> {
        let (told, answer) = oneshot::channel();
        {
            let mut pending = self.lock();
            if pending.closed {
                return Err(LedgerError::Closed);
            }
            pending.claims.push(Claiming { batch, job, terms, settled, told });
        }
        self.wake.notify_one();
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Has claims asked again.
    pub(super) fn claim_again(&self, claims: Vec<Claiming>) {
        self.lock().claims.extend(claims);
        self.wake.notify_one();
    }

    /// Nothing more will come.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_one();
    }

    /// Waits until something changes.
    pub(super) async fn changed(&self) {
        self.wake.notified().await;
    }

    /// How pressing it is.
    pub(super) fn need(&self) -> Need {
        let pending = self.lock();
        match &*pending {
            Pending { closed: true, .. } => Need::Close,
            Pending { waiters, claims, .. } if !waiters.is_empty() || !claims.is_empty() => Need::Now,
            pending if pending.is_empty() => Need::Nothing,
            _ => Need::Soon,
        }
    }

    /// Takes all that is queued.
    pub(super) fn take(&self) -> Pending {
        let mut pending = self.lock();
        let closed = pending.closed;
        std::mem::replace(&mut *pending, Pending { closed, ..Pending::default() })
    }

    /// Puts back what could not be written, before what came since.
    pub(super) fn put_back(&self, mut unwritten: Pending) {
        let mut pending = self.lock();
        for (key, entry) in std::mem::take(&mut pending.jobs) {
            match unwritten.jobs.entry(key) {
                btree_map::Entry::Vacant(place) => {
                    place.insert(entry);
                }
                btree_map::Entry::Occupied(mut older) => {
                    for state in entry.earlier {
                        older.get_mut().supersede(Job { state, ..entry.job.clone() });
                    }
                    older.get_mut().supersede(entry.job);
                }
            }
        }
        pending.jobs = unwritten.jobs;
        unwritten.attempts.append(&mut pending.attempts);
        pending.attempts = unwritten.attempts;
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        // Every change to it is whole before anything can panic.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    pub(super) fn put(&mut self, batch: BatchId, job: Job) {
        match self.jobs.entry((batch, job.id)) {
            btree_map::Entry::Vacant(place) => {
                place.insert(Entry::new(job));
            }
            btree_map::Entry::Occupied(mut entry) => entry.get_mut().supersede(job),
        }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.attempts.is_empty() && self.claims.is_empty()
    }

    /// What there is to write.
    pub(super) fn rows(&self) -> Rows<'_> {
        let jobs = self.jobs.iter().flat_map(|((batch, _), entry)| {
            let Entry { job, earlier } = entry;
            earlier.iter().chain([&job.state]).map(move |state| (*batch, job, state))
        });
        Rows { jobs: jobs.collect(), attempts: &self.attempts }
    }

    /// Tells everyone who waited how it went.
    pub(super) fn tell(&mut self, outcome: &Result<(), LedgerError>) {
        for waiter in self.waiters.drain(..) {
            // One who does not wait any more need not be told.
            let _ = waiter.send(outcome.clone());
        }
    }
}
