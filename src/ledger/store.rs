//! What a ledger needs of the database behind it: few operations on plain values. The rules of jobs and money
//! are not its business.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

use futures::future::BoxFuture;

use super::batch::Note;
use super::claim::{Claimed, Claiming};
use super::crew::{Course, Handover, Joined, Taken, Wanted};
use super::found::By;
use super::hold::{BatchHold, Held};
use super::post::values::{Changes, Mark, Order, Placed, Post};
use super::queue::Pending;
use super::{Attempt, BatchKey, BatchRow, Found, LedgerError, Payment, Trail};
use crate::job::{BatchId, ContentHash, Job, JobId, RequestId, Saved, Service, Timestamp};

/// What was there when the ledger was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// A ledger.
    Known,
    /// Nothing.
    New,
    /// A file of no bytes: no program leaves a ledger so.
    Emptied,
    /// No ledger, but what is kept beside one.
    Gone,
}

/// What a store answers, once it does.
pub(super) type Answer<'a, T> = BoxFuture<'a, Result<T, LedgerError>>;

/// A database that keeps batches, jobs and attempts.
pub(super) trait Store: fmt::Debug + Send + Sync {
    /// The very store, for tests that ask in its own words.
    #[cfg(test)]
    fn as_any(&self) -> &dyn std::any::Any;

    /// Finds the batch with this key, or makes it; and whether it was there before.
    fn find_or_make<'a>(&'a self, key: &'a BatchKey) -> Answer<'a, (BatchId, bool)>;
    /// Takes a batch for this process, unless another works on it.
    fn take(&self, batch: BatchId) -> Answer<'_, BatchHold>;
    /// Whether many machines can share it.
    fn is_shared(&self) -> bool;
    /// Hands a batch to workers.
    fn hand_over<'a>(&'a self, batch: BatchId, handover: &'a Handover) -> Answer<'a, ()>;
    /// What workers of a batch go by, if it is handed to them.
    fn course(&self, batch: BatchId) -> Answer<'_, Option<Course>>;
    /// Works on a batch beside others, unless a process has it for itself.
    fn join(&self, batch: BatchId) -> Answer<'_, Joined>;
    /// Ends that; whether nobody else works on it now.
    fn part(&self, batch: BatchId) -> Answer<'_, bool>;
    /// Takes so many of a batch's jobs that have not ended and that nobody works on.
    fn take_jobs(&self, batch: BatchId, round: u32, most: u16) -> Answer<'_, Taken>;
    /// Takes some of a batch's jobs that nobody works on, ended or not.
    fn adopt_jobs<'a>(&'a self, batch: BatchId, round: u32, wanted: &'a Wanted) -> Answer<'a, Vec<Job>>;
    /// Whether any process works on a batch.
    fn is_worked_on(&self, batch: BatchId) -> Answer<'_, bool>;
    /// The batches that processes work on now.
    fn held(&self) -> Answer<'_, Vec<Held>>;
    /// Notes that a batch is worked on now.
    fn touch(&self, batch: BatchId) -> Answer<'_, ()>;
    /// Finds the batch with this key.
    fn batch_of<'a>(&'a self, key: &'a BatchKey) -> Answer<'a, Option<BatchId>>;
    /// Every batch or one of them, newest first.
    fn batches(&self, only: Option<BatchId>) -> Answer<'_, Vec<BatchRow>>;

    /// Keeps something with a batch, or that there is nothing to keep.
    fn note<'a>(&'a self, batch: BatchId, note: Note, said: Option<&'a str>) -> Answer<'a, ()>;
    /// What was kept.
    fn noted(&self, batch: BatchId, note: Note) -> Answer<'_, Option<String>>;
    /// Requests of a batch alone whose results are saved and not deleted at the service.
    fn unforgotten(&self, batch: BatchId) -> Answer<'_, Vec<String>>;
    /// The result of a request was deleted at the service.
    fn forgot<'a>(&'a self, request: &'a RequestId) -> Answer<'a, ()>;

    /// Keeps where a file lies that goes along with photos; the last place holds.
    fn keep_file<'a>(&'a self, content: &'a ContentHash, path: &'a Path) -> Answer<'a, ()>;
    /// Where such a file lay last.
    fn file<'a>(&'a self, content: &'a ContentHash) -> Answer<'a, Option<PathBuf>>;
    /// Keeps where such a file was uploaded.
    fn keep_file_url<'a>(&'a self, content: &'a ContentHash, url: &'a str, service: &'a Service) -> Answer<'a, ()>;
    /// What was uploaded to a URL of a service.
    fn file_of_url<'a>(&'a self, url: &'a str, service: &'a Service) -> Answer<'a, Option<ContentHash>>;

    /// Writes all that is pending, and of these claims those that nobody is in the way of
    /// ([`grant`](super::claim::grant)), or nothing; returns when it is on the disk for good. No other process
    /// writes between the look for rivals and the end of it.
    fn record<'a>(&'a self, pending: &'a mut Pending, claims: &'a [Claiming]) -> Answer<'a, Vec<Option<Claimed>>>;

    /// A batch's jobs in the order of their numbers.
    fn load(&self, batch: BatchId) -> Answer<'_, Vec<Box<Job>>>;
    /// So many of a batch's jobs behind a number, in the order of their numbers.
    fn load_some(&self, batch: BatchId, after: i64, most: i64) -> Answer<'_, Vec<Job>>;
    /// What jobs without a result left on the disk when they had one.
    fn replaced(&self, batch: BatchId) -> Answer<'_, Vec<(JobId, Saved)>>;
    /// A job's attempts, oldest first.
    fn attempts(&self, batch: BatchId, job: JobId) -> Answer<'_, Vec<Attempt>>;
    /// What requests cost that ended at `since` or later, or ever, oldest first.
    fn payments(&self, since: Option<Timestamp>) -> Answer<'_, Vec<Payment>>;
    /// The URLs that a job left behind.
    fn trail(&self, batch: BatchId, job: JobId) -> Answer<'_, Trail>;
    /// Jobs of every batch, those with a result on the disk first and newer batches first.
    fn find<'a>(&'a self, by: By<'a>) -> Answer<'a, Vec<Found>>;
    /// Which of these pictures any batch has sent, on whatever terms.
    fn sent_of<'a>(&'a self, contents: &'a [ContentHash]) -> Answer<'a, HashSet<ContentHash>>;
    /// What batches of services that give way to this one's left in its output folder, by the photo's path.
    fn trials<'a>(&'a self, key: &'a BatchKey) -> Answer<'a, HashMap<Box<Path>, Saved>>;
    /// The lengths of the photos that were sent to a model of a service with these parameters, bytes.
    fn sizes<'a>(&'a self, model: &'a str, params: &'a str, service: &'a Service) -> Answer<'a, HashSet<u64>>;
    /// What the newest other batch of a service said of the same picture.
    fn caption<'a>(
        &'a self,
        content: &'a ContentHash,
        service: &'a Service,
        but: BatchId,
    ) -> Answer<'a, Option<String>>;
    /// Every parameters that a model of a service was asked with.
    fn params_used<'a>(&'a self, model: &'a str, service: &'a Service) -> Answer<'a, Vec<String>>;
    /// The requests whose results were saved in a folder.
    fn saved_requests<'a>(&'a self, output: &'a Path) -> Answer<'a, HashSet<RequestId>>;
    /// When anything was last written; `None` if there is no batch.
    fn last_used(&self) -> Answer<'_, Option<Timestamp>>;

    /// How a batch stands that others work on, and what was written since a look.
    fn changes(&self, batch: BatchId, since: Option<Mark>) -> Answer<'_, Changes>;
    /// Says that somebody looks on, under a number that it had before or a new one.
    fn look_on(&self, batch: BatchId, again: Option<i64>, may_answer: bool) -> Answer<'_, i64>;
    /// Asks something of all who work on a batch.
    fn order<'a>(&'a self, batch: BatchId, order: &'a Order) -> Answer<'a, Placed>;
    /// Where who works on a batch hears what is asked; `None` where nobody else can ask.
    fn post(&self, batch: BatchId) -> Answer<'_, Option<Post>>;

    /// Looks whether all of it is whole.
    fn check(&self) -> Answer<'_, ()>;
    /// Nothing more is recorded: what is written is brought to where it stays.
    fn end_recording(&self) -> Answer<'_, ()>;
    /// Nothing more is read.
    fn close(&self) -> Answer<'_, ()>;
}
