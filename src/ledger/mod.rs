//! What happened, durable: batches, jobs and attempts, in a database behind the trait `Store`.
//!
//! The engine says where each job stands; the ledger remembers it through crashes, power cuts and
//! full disks, and gives it back exactly. Money depends on it: an intent is on the disk before the
//! paid call is made, and the request's id before it is first asked for.
//!
//! One writer groups what many jobs record into few transactions. [`Writer::note`] rides along
//! within 50 ms; [`Writer::commit`] returns once its transaction is synced, together with all that
//! was queued when it came.

mod address;
mod attempt;
mod batch;
mod claim;
mod crew;
mod error;
mod found;
mod further;
mod hold;
mod keeps;
mod notes;
mod post;
mod postgres;
mod queue;
mod record;
mod sql;
mod sqlite;
mod store;
mod writer;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use address::{Address, AddressError};
pub use attempt::{Attempt, Payment};
pub use batch::{BatchKey, BatchRow, Opened};
pub use claim::{Claimed, Stakes};
pub use crew::{Course, Handover, Joined, Money, Need, Part, Share, Taken, Wanted};
pub use error::{Holder, LedgerError};
pub use found::{Found, Trail};
pub use hold::{BatchHold, Held, held};
pub use post::values::{Changes, Kind, Mark, Order, Placed, Post, Slip, Standing, Worker};
pub use store::Beginning;
pub use writer::Writer;

use crate::job::{BatchId, ContentHash, Job, JobId, RequestId, Saved, Service, Timestamp};
use found::By;
use queue::Queue;
use sqlite::open::{self, Tuning};
use store::Store;

/// The ledger of a state directory. Cheap to clone.
///
/// It is closed by [`Ledger::close`]; dropping the last clone and the last [`Writer`] closes it too,
/// without saying how that went.
#[derive(Debug, Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

/// What every handle on a ledger shares.
#[derive(Debug)]
struct Inner {
    beginning: Beginning,
    path: PathBuf,
    queue: Arc<Queue>,
    store: Arc<dyn Store>,
    writing: Mutex<Option<JoinHandle<Result<(), LedgerError>>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Ledger {
    /// Opens the ledger in a state directory, both made if there are none, and brings an older one
    /// to this version's format.
    ///
    /// # Errors
    /// If the directory or the file cannot be made, read or written, is locked by another program
    /// for 10 s, is damaged or no ledger, or was written by a newer version.
    pub async fn open(state_dir: &Path) -> Result<Self, LedgerError> {
        Self::open_tuned(state_dir, Tuning::default()).await
    }

    async fn open_tuned(state_dir: &Path, tuning: Tuning) -> Result<Self, LedgerError> {
        let sqlite::Opened { tables, path, beginning } = sqlite::open(state_dir, tuning).await?;
        Ok(Self::of(Arc::new(tables), path, beginning))
    }

    /// Opens the ledger on a server, and brings an older one to this version's format.
    ///
    /// # Errors
    /// If the server does not answer or let us in, or the ledger was written by a newer version.
    pub async fn open_at(address: &Address) -> Result<Self, LedgerError> {
        let (tables, beginning) = postgres::open(address).await?;
        Ok(Self::of(Arc::new(tables), address.shown().to_owned(), beginning))
    }

    fn of(store: Arc<dyn Store>, path: PathBuf, beginning: Beginning) -> Self {
        let queue = Arc::new(Queue::default());
        let writing = tokio::spawn(writer::run(Arc::clone(&queue), Arc::clone(&store)));
        let inner = Inner { beginning, path, queue, store, writing: Mutex::new(Some(writing)) };
        Self { inner: Arc::new(inner) }
    }

    /// Gives the ledger of a state directory another name, with all that SQLite keeps beside it, so
    /// that a new one can be begun; gives that name. For one that is damaged.
    ///
    /// # Errors
    /// If it cannot be renamed, or another program is opening it.
    pub async fn set_aside(state_dir: &Path) -> Result<PathBuf, LedgerError> {
        open::set_aside(state_dir, Tuning::default()).await
    }

    /// Where the ledger's file is, or the server and the database that it is in.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// What was there when it was opened.
    #[must_use]
    pub fn beginning(&self) -> Beginning {
        self.inner.beginning
    }

    /// When anything was last written into it, as far as that can be told; `None` if it knows no batch.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn last_used(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.inner.store.last_used().await
    }

    /// The requests whose results lie in an output folder, as far as is known.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn saved_requests(&self, output: &Path) -> Result<HashSet<RequestId>, LedgerError> {
        self.inner.store.saved_requests(output).await
    }

    /// Finds the batch that this command began before, or begins it, and takes it for this process.
    ///
    /// # Errors
    /// [`LedgerError::Held`] if another process works on it; otherwise if the ledger cannot be
    /// written.
    pub async fn open_batch(&self, key: &BatchKey) -> Result<Opened, LedgerError> {
        let (id, resumed) = self.inner.store.find_or_make(key).await?;
        let hold = self.inner.store.take(id).await?;
        self.inner.store.touch(id).await?;
        Ok(Opened { id, resumed, hold })
    }

    /// The batch with this key, if there is one; it is neither made nor taken.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn batch_of(&self, key: &BatchKey) -> Result<Option<BatchId>, LedgerError> {
        self.inner.store.batch_of(key).await
    }

    /// The batches that processes work on now, by number.
    ///
    /// # Errors
    /// If that cannot be asked.
    pub async fn held(&self) -> Result<Vec<Held>, LedgerError> {
        self.inner.store.held().await
    }

    /// Whether a process works on a batch.
    ///
    /// # Errors
    /// If that cannot be asked.
    pub async fn is_worked_on(&self, batch: BatchId) -> Result<bool, LedgerError> {
        self.inner.store.is_worked_on(batch).await
    }

    /// A batch's jobs in the order of their numbers, as they were last written.
    ///
    /// # Errors
    /// If the ledger cannot be read, or a row makes no sense.
    pub async fn jobs(&self, batch: BatchId) -> Result<Vec<Job>, LedgerError> {
        Ok(self.jobs_to_keep(batch).await?.into_iter().map(|job| *job).collect())
    }

    /// The next thousand of a batch's jobs behind one, or its first: all of a large batch need not be in memory at once.
    ///
    /// # Errors
    /// As [`Self::jobs`].
    pub async fn jobs_after(&self, batch: BatchId, after: Option<JobId>) -> Result<Vec<Job>, LedgerError> {
        let after = after.map_or(0, |job| i64::from(job.number()));
        self.inner.store.load_some(batch, after, 1000).await
    }

    /// All of a batch's jobs, each where it can stay: a million are not in memory twice while somebody takes them in.
    ///
    /// # Errors
    /// As [`Self::jobs`].
    pub async fn jobs_to_keep(&self, batch: BatchId) -> Result<Vec<Box<Job>>, LedgerError> {
        self.inner.store.load(batch).await
    }

    /// What jobs that are made again left on the disk: it may be replaced by what comes of them.
    ///
    /// # Errors
    /// If the ledger cannot be read, or a row makes no sense.
    pub async fn replaced(&self, batch: BatchId) -> Result<Vec<(JobId, Saved)>, LedgerError> {
        self.inner.store.replaced(batch).await
    }

    /// A job's attempts that ended, oldest first, as far as they are written.
    ///
    /// # Errors
    /// If the ledger cannot be read, or a row makes no sense.
    pub async fn attempts(&self, batch: BatchId, job: JobId) -> Result<Vec<Attempt>, LedgerError> {
        self.inner.store.attempts(batch, job).await
    }

    /// What requests cost that ended at `since` or later, or ever, oldest first; those that cost nothing left out.
    /// Ledgers of the first formats did not keep it.
    ///
    /// # Errors
    /// If the ledger cannot be read, or a row makes no sense.
    pub async fn payments(&self, since: Option<Timestamp>) -> Result<Vec<Payment>, LedgerError> {
        self.inner.store.payments(since).await
    }

    /// The URLs that a job left behind.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn trail(&self, batch: BatchId, job: JobId) -> Result<Trail, LedgerError> {
        self.inner.store.trail(batch, job).await
    }

    /// Every batch, newest first.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn batches(&self) -> Result<Vec<BatchRow>, LedgerError> {
        self.inner.store.batches(None).await
    }

    /// One batch as a whole.
    ///
    /// # Errors
    /// [`LedgerError::NoBatch`] if there is none of this number; otherwise if the ledger cannot be
    /// read.
    pub async fn batch(&self, batch: BatchId) -> Result<BatchRow, LedgerError> {
        let rows = self.inner.store.batches(Some(batch)).await?;
        rows.into_iter().next().ok_or(LedgerError::NoBatch(batch))
    }

    /// Why nothing can be written at the moment, and each change of that: a server that does not answer is waited for,
    /// with all that is to be recorded.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Option<LedgerError>> {
        self.inner.queue.health()
    }

    /// A way to record what happens to a batch's jobs.
    #[must_use]
    pub fn writer(&self, batch: BatchId) -> Writer {
        Writer { ledger: Arc::clone(&self.inner), batch }
    }

    /// Jobs of any batch that sent the same picture to the same model with the same (canonical)
    /// parameters; those with a picture on disk first, newer batches first. Only those that were
    /// sent to this service: nobody else's results are its own.
    ///
    /// # Errors
    /// If the ledger cannot be read, or a row makes no sense.
    pub async fn by_content(
        &self,
        content: &ContentHash,
        model: &str,
        params: &str,
        service: &Service,
    ) -> Result<Vec<Found>, LedgerError> {
        self.find(By::Content { content, model, params, service }).await
    }

    /// Which of these pictures any batch has sent, on whatever terms: the others need not be asked for one by one.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn sent_of(&self, contents: &[ContentHash]) -> Result<HashSet<ContentHash>, LedgerError> {
        self.inner.store.sent_of(contents).await
    }

    /// What trials left in a batch's output folder, by the photo's path: its own results take their
    /// place.
    ///
    /// # Errors
    /// If the ledger cannot be read, or a row makes no sense.
    pub async fn trials(&self, key: &BatchKey) -> Result<HashMap<Box<Path>, Saved>, LedgerError> {
        self.inner.store.trials(key).await
    }

    /// The lengths, in bytes, of all photos that were sent to this model of this service with these
    /// (canonical) parameters: a photo of another length is none of them.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn sizes(&self, model: &str, params: &str, service: &Service) -> Result<HashSet<u64>, LedgerError> {
        self.inner.store.sizes(model, params, service).await
    }

    /// What the newest batch of a service, but this one, said of the same picture.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn caption(
        &self,
        content: &ContentHash,
        service: &Service,
        but: BatchId,
    ) -> Result<Option<String>, LedgerError> {
        self.inner.store.caption(content, service, but).await
    }

    /// Every (canonical) parameters that this model of this service was asked with.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn params_used(&self, model: &str, service: &Service) -> Result<Vec<String>, LedgerError> {
        self.inner.store.params_used(model, service).await
    }

    /// Jobs whose photo was uploaded to this URL: what a request in a service's own history belongs to.
    ///
    /// # Errors
    /// If the ledger cannot be read, or a row makes no sense.
    pub async fn by_upload_url(&self, url: &str, service: &Service) -> Result<Vec<Found>, LedgerError> {
        self.find(By::UploadUrl(url, service)).await
    }

    /// Jobs whose latest request has this id.
    ///
    /// # Errors
    /// If the ledger cannot be read, or a row makes no sense.
    pub async fn by_request(&self, id: &RequestId, service: &Service) -> Result<Vec<Found>, LedgerError> {
        self.find(By::Request(id, service)).await
    }

    async fn find(&self, by: By<'_>) -> Result<Vec<Found>, LedgerError> {
        self.inner.store.find(by).await
    }

    /// Has every page and index looked at; takes a second for some hundred MB.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] with what it found.
    pub async fn check(&self) -> Result<(), LedgerError> {
        self.inner.store.check().await
    }

    /// Writes what is queued, moves everything from the write-ahead log into the ledger, and closes
    /// it. What is recorded afterwards by other clones is refused.
    ///
    /// # Errors
    /// If something could not be written, and is lost now.
    pub async fn close(self) -> Result<(), LedgerError> {
        self.inner.queue.close();
        let writing = self.inner.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        let written = match writing {
            Some(writing) => writing.await.unwrap_or(Err(LedgerError::Closed)),
            None => Ok(()),
        };
        let closed = self.inner.store.close().await;
        written.and(closed)
    }
}

#[cfg(test)]
mod tests;
