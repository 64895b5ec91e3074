//! What waits to be written. It holds one entry a job however often the job changes, so it cannot
//! grow past the batch itself.

use std::collections::BTreeMap;
use std::collections::btree_map;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot, watch};

use super::LedgerError;
use super::attempt::Attempt;
use super::claim::{Claimed, Claiming, Stakes};
use super::record::Record;
use crate::job::{BatchId, Job, JobId, JobState};

/// What one transaction writes, in order.
pub(super) struct Rows<'a> {
    /// What jobs were that give way, as far as that is not written yet.
    pub(super) last: Vec<(BatchId, &'a Job, &'a JobState)>,
    /// Jobs whose rows are kept as they stand then, before another photo takes their place.
    pub(super) giving_way: Vec<(BatchId, JobId)>,
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
    /// What is queued was taken to be written.
    taken: Notify,
    /// Why nothing can be written now, where that passes by itself.
    health: watch::Sender<Option<LedgerError>>,
}

/// What is queued.
#[derive(Debug, Default)]
pub(super) struct Pending {
    jobs: BTreeMap<(BatchId, JobId), Entry>,
    attempts: Vec<(BatchId, Attempt)>,
    pub(super) claims: Vec<Claiming>,
    /// Intents that are granted in the transaction that is open: they are written with it, or not at all.
    granted: Vec<(BatchId, Job)>,
    waiters: Vec<Waiter>,
    closed: bool,
    /// Whether it holds what could not be written.
    failed: bool,
}

/// A job that is to be written.
#[derive(Debug)]
struct Entry {
    job: Job,
    /// States before it that know something which it does not.
    earlier: Vec<JobState>,
    /// Whether it takes the place of another photo's, whose row is kept.
    gave_way: bool,
    /// What that was, where it is not written yet.
    was: Option<Box<Entry>>,
}

impl Entry {
    fn new(job: Job) -> Self {
        Self { job, earlier: Vec::new(), gave_way: false, was: None }
    }

    /// Puts a newer state of the same job in its place.
    fn supersede(&mut self, newer: Job) {
        let older = std::mem::replace(&mut self.job, newer).state;
        if !Record::of(&self.job.state).covers(&Record::of(&older)) {
            self.earlier.push(older);
        }
    }

    /// Another photo takes its place: what it was is written, and kept, before that. Of several that do in one
    /// transaction the first was the one with a result.
    fn give_way(&mut self, to: Job) {
        if self.gave_way {
            return self.supersede(to);
        }
        let was = std::mem::replace(self, Self::new(to));
        (self.gave_way, self.was) = (true, Some(Box::new(was)));
    }

    /// Puts all that came since behind what could not be written.
    fn follow(&mut self, newer: Self) {
        let Self { job, earlier, mut gave_way, was } = newer;
        if let Some(was) = was {
            self.follow(*was);
        }
        let earlier: Vec<_> = earlier.into_iter().map(|state| Job { state, ..job.clone() }).collect();
        for next in earlier.into_iter().chain([job]) {
            if std::mem::take(&mut gave_way) { self.give_way(next) } else { self.supersede(next) }
        }
    }

    /// The states of it that are to be written.
    fn rows(&self, batch: BatchId) -> impl Iterator<Item = (BatchId, &Job, &JobState)> {
        self.earlier.iter().chain([&self.job.state]).map(move |state| (batch, &self.job, state))
    }
}

/// So many who wait are no crowd to be made larger: a sync among them costs each of them little.
const CROWD: usize = 16;

/// So many jobs that are to be written are enough for one transaction: photos are found faster than they are written,
/// and each takes memory twice until then.
const ROOM: usize = 4096;

/// How pressing the queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing is queued.
    Nothing,
    /// Something is, and may wait for company.
    Soon,
    /// Somebody waits.
    Now,
    /// So many wait that more need not be waited for.
    AtOnce,
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

    /// Queues the photo that takes a job's place, whose row is kept.
    pub(super) fn give_way(&self, batch: BatchId, to: Job) {
        self.add(|pending| pending.give_way(batch, to));
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
        let is_news = {
            let mut pending = self.lock();
            if pending.closed {
                return Err(LedgerError::Closed);
            }
            if let Some((batch, job)) = job {
                pending.put(batch, job);
            }
            pending.waiters.push(told);
            pending.is_news()
        };
        if is_news {
            self.wake.notify_one();
        }
        // The writer is gone only if its runtime is.
        synced.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Queues an intent, and waits until it is synced or turns out not to be the first.
    pub(super) async fn claim(&self, batch: BatchId, job: Job, stakes: Stakes) -> Result<Claimed, LedgerError> {
        let (told, answer) = oneshot::channel();
        let is_news = {
            let mut pending = self.lock();
            if pending.closed {
                return Err(LedgerError::Closed);
            }
            pending.claims.push(Claiming { batch, job, stakes, told });
            pending.is_news()
        };
        if is_news {
            self.wake.notify_one();
        }
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Has claims asked again.
    pub(super) fn claim_again(&self, claims: Vec<Claiming>) {
        self.lock().claims.extend(claims);
        self.wake.notify_one();
    }

    /// Notes that nothing can be written for now, or that it can again.
    pub(super) fn note_health(&self, trouble: Option<&LedgerError>) {
        self.health.send_if_modified(|known| {
            let is_news = known.is_some() != trouble.is_some();
            if is_news {
                *known = trouble.cloned();
            }
            is_news
        });
    }

    /// Tells when that changes.
    pub(super) fn health(&self) -> watch::Receiver<Option<LedgerError>> {
        self.health.subscribe()
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
            pending if pending.crowd() >= CROWD => Need::AtOnce,
            pending if pending.crowd() > 0 => Need::Now,
            pending if pending.is_empty() => Need::Nothing,
            _ => Need::Soon,
        }
    }

    /// Takes all that is queued.
    pub(super) fn take(&self) -> Pending {
        let mut pending = self.lock();
        let closed = pending.closed;
        let taken = std::mem::replace(&mut *pending, Pending { closed, ..Pending::default() });
        drop(pending);
        self.taken.notify_waiters();
        taken
    }

    /// Returns once there is room for more jobs, or nobody knows when there will be: what is found is shown all the same.
    pub(super) async fn room(&self) {
        loop {
            // Before it is looked at: what is taken in between is heard of.
            let taken = self.taken.notified();
            let is_crowded = {
                let pending = self.lock();
                pending.jobs.len() >= ROOM && !pending.closed && !pending.failed
            };
            if !is_crowded {
                return;
            }
            taken.await;
        }
    }

    /// Puts back what could not be written, before what came since; who waits for it goes on waiting.
    pub(super) fn put_back(&self, mut unwritten: Pending) {
        let mut pending = self.lock();
        pending.failed = true;
        unwritten.claims.append(&mut pending.claims);
        unwritten.waiters.append(&mut pending.waiters);
        pending.claims = std::mem::take(&mut unwritten.claims);
        pending.waiters = std::mem::take(&mut unwritten.waiters);
        for (key, entry) in std::mem::take(&mut pending.jobs) {
            match unwritten.jobs.entry(key) {
                btree_map::Entry::Vacant(place) => {
                    place.insert(entry);
                }
                btree_map::Entry::Occupied(mut older) => {
                    older.get_mut().follow(entry);
                }
            }
        }
        pending.jobs = unwritten.jobs;
        unwritten.attempts.append(&mut pending.attempts);
        pending.attempts = unwritten.attempts;
        drop(pending);
        self.taken.notify_waiters();
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

    /// Has an intent written, as the last that is known of its job.
    pub(super) fn grant(&mut self, batch: BatchId, job: Job) {
        self.granted.push((batch, job));
    }

    fn give_way(&mut self, batch: BatchId, to: Job) {
        match self.jobs.entry((batch, to.id)) {
            btree_map::Entry::Vacant(place) => {
                place.insert(Entry { gave_way: true, ..Entry::new(to) });
            }
            btree_map::Entry::Occupied(mut entry) => entry.get_mut().give_way(to),
        }
    }

    /// The batches that it and these claims are of.
    pub(super) fn batches(&self, claims: &[Claiming]) -> Vec<BatchId> {
        let jobs = self.jobs.keys().map(|(batch, _)| *batch);
        let attempts = self.attempts.iter().map(|(batch, _)| *batch);
        let mut batches: Vec<_> = jobs.chain(attempts).chain(claims.iter().map(|claim| claim.batch)).collect();
        batches.sort_unstable();
        batches.dedup();
        batches
    }

    /// How many wait.
    fn crowd(&self) -> usize {
        self.waiters.len() + self.claims.len()
    }

    /// Whether it is more pressing since one more waits: the others find the writer awake already.
    fn is_news(&self) -> bool {
        [1, CROWD].contains(&self.crowd())
    }

    /// The jobs of a batch that it or these claims are about.
    pub(super) fn jobs_of(&self, batch: BatchId, claims: &[Claiming]) -> Vec<JobId> {
        let jobs = self.jobs.keys().copied();
        let attempts = self.attempts.iter().map(|(batch, attempt)| (*batch, attempt.job));
        let claimed = claims.iter().map(|claim| (claim.batch, claim.job.id));
        let all = jobs.chain(attempts).chain(claimed).filter(|(of, _)| *of == batch).map(|(_, job)| job);
        let mut jobs: Vec<_> = all.collect();
        jobs.sort_unstable();
        jobs.dedup();
        jobs
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.attempts.is_empty() && self.claims.is_empty()
    }

    /// What there is to write.
    pub(super) fn rows(&self) -> Rows<'_> {
        let mut rows = Rows { last: Vec::new(), giving_way: Vec::new(), jobs: Vec::new(), attempts: &self.attempts };
        for ((batch, id), entry) in &self.jobs {
            if entry.gave_way {
                rows.giving_way.push((*batch, *id));
            }
            rows.last.extend(entry.was.iter().flat_map(|was| was.rows(*batch)));
            rows.jobs.extend(entry.rows(*batch));
        }
        rows.jobs.extend(self.granted().jobs);
        rows
    }

    /// The intents that are granted.
    pub(super) fn granted(&self) -> Rows<'_> {
        let jobs = self.granted.iter().map(|(batch, job)| (*batch, job, &job.state)).collect();
        Rows { last: Vec::new(), giving_way: Vec::new(), jobs, attempts: &[] }
    }

    /// Tells everyone who waited how it went.
    pub(super) fn tell(&mut self, outcome: &Result<(), LedgerError>) {
        for waiter in self.waiters.drain(..) {
            // One who does not wait any more need not be told.
            let _ = waiter.send(outcome.clone());
        }
    }
}
