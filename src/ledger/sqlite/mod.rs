//! The ledger in one SQLite file in the state directory: the embedded default.
//!
//! Two connections: one records, the other does all else, so that nobody who reads waits for a sync.

mod attempt;
mod batch;
mod bulk;
mod claim;
pub(super) mod columns;
mod error;
mod further;
mod keeping;
pub(super) mod lookup;
pub(super) mod open;
mod restore;
mod row;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{Mutex, MutexGuard};

use self::claim::Failed;
use self::lookup::Reading;
use self::open::{Files, Tuning};
use super::claim::{Claimed, Claiming};
use super::found::By;
use super::queue::Pending;
use super::store::{Answer, Beginning, Store};
use super::{Attempt, BatchKey, BatchRow, Found, LedgerError, Payment, Trail};
use crate::job::{BatchId, ContentHash, Job, JobId, RequestId, Saved, Service, Timestamp};

/// An open SQLite file.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    /// For the one who records. Single connections and not a pool, whose time limits a paused clock would run
    /// through.
    recorder: Mutex<Option<SqliteConnection>>,
    /// For everything else.
    desk: Mutex<Option<SqliteConnection>>,
}

/// A connection, while one call uses it.
pub(super) struct Desk<'a>(MutexGuard<'a, Option<SqliteConnection>>);

impl Desk<'_> {
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, LedgerError> {
        self.0.as_mut().ok_or(LedgerError::Closed)
    }
}

impl Sqlite {
    /// Opens the ledger in a state directory; also gives that directory, absolute, and what was there.
    pub(super) async fn open(state_dir: &Path, tuning: Tuning) -> Result<(Self, PathBuf, Beginning), LedgerError> {
        let Files { beginning, state_dir, path, writer, desk } = open::open(state_dir, tuning).await?;
        Ok((Self { path, recorder: Mutex::new(Some(writer)), desk: Mutex::new(Some(desk)) }, state_dir, beginning))
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn desk(&self) -> Desk<'_> {
        Desk(self.desk.lock().await)
    }

    fn reading<'a>(&'a self, desk: &'a mut Desk<'_>) -> Result<Reading<'a>, LedgerError> {
        Ok(Reading { connection: desk.connection()?, path: &self.path })
    }

    fn failed(&self, error: sqlx::Error) -> LedgerError {
        LedgerError::database(&self.path, error)
    }

    async fn end(&self, connection: &Mutex<Option<SqliteConnection>>) -> Result<(), LedgerError> {
        match connection.lock().await.take() {
            Some(connection) => connection.close().await.map_err(|error| self.failed(error)),
            None => Ok(()),
        }
    }
}

/// An operation that reads with the connection for everything but recording.
macro_rules! reads {
    ($self:ident, |$reading:ident| $read:expr) => {
        Box::pin(async move {
            let mut desk = $self.desk().await;
            let mut $reading = $self.reading(&mut desk)?;
            $read.await
        })
    };
}

/// One on that connection itself.
macro_rules! asks {
    ($self:ident, |$connection:ident| $ask:expr) => {
        Box::pin(async move {
            let mut desk = $self.desk().await;
            let $connection = desk.connection()?;
            $ask.await.map_err(|error| $self.failed(error))
        })
    };
}

impl Store for Sqlite {
    fn find_or_make<'a>(&'a self, key: &'a BatchKey) -> Answer<'a, (BatchId, bool)> {
        asks!(self, |connection| batch::find_or_make(connection, key))
    }

    fn touch(&self, id: BatchId) -> Answer<'_, ()> {
        asks!(self, |connection| batch::touch(connection, id))
    }

    fn batch_of<'a>(&'a self, key: &'a BatchKey) -> Answer<'a, Option<BatchId>> {
        asks!(self, |connection| batch::find(connection, key))
    }

    fn batches(&self, only: Option<BatchId>) -> Answer<'_, Vec<BatchRow>> {
        asks!(self, |connection| batch::list(connection, only))
    }

    fn pin_model<'a>(&'a self, id: BatchId, model: &'a str) -> Answer<'a, ()> {
        asks!(self, |connection| batch::pin(connection, id, model))
    }

    fn pinned_model(&self, id: BatchId) -> Answer<'_, Option<String>> {
        asks!(self, |connection| batch::pinned(connection, id))
    }

    fn note_canary<'a>(&'a self, id: BatchId, canary: &'a str) -> Answer<'a, ()> {
        asks!(self, |connection| batch::note_canary(connection, id, canary))
    }

    fn canary(&self, id: BatchId) -> Answer<'_, Option<String>> {
        asks!(self, |connection| batch::canary(connection, id))
    }

    fn note_keeping<'a>(&'a self, id: BatchId, kept: Option<&'a str>) -> Answer<'a, ()> {
        asks!(self, |connection| keeping::note(connection, id, kept))
    }

    fn keeping(&self, id: BatchId) -> Answer<'_, Option<String>> {
        asks!(self, |connection| keeping::find(connection, id))
    }

    fn unforgotten(&self, id: BatchId) -> Answer<'_, Vec<String>> {
        asks!(self, |connection| keeping::unforgotten(connection, id))
    }

    fn forgot<'a>(&'a self, request: &'a RequestId) -> Answer<'a, ()> {
        asks!(self, |connection| keeping::forgot(connection, request.as_str()))
    }

    fn note_captions<'a>(&'a self, id: BatchId, captions: &'a str) -> Answer<'a, ()> {
        asks!(self, |connection| batch::note_captions(connection, id, captions))
    }

    fn captions(&self, id: BatchId) -> Answer<'_, Option<String>> {
        asks!(self, |connection| batch::captions(connection, id))
    }

    fn keep_file<'a>(&'a self, content: &'a ContentHash, path: &'a Path) -> Answer<'a, ()> {
        asks!(self, |connection| further::keep(connection, content, path))
    }

    fn file<'a>(&'a self, content: &'a ContentHash) -> Answer<'a, Option<PathBuf>> {
        asks!(self, |connection| further::find(connection, content))
    }

    fn keep_file_url<'a>(&'a self, content: &'a ContentHash, url: &'a str, service: &'a Service) -> Answer<'a, ()> {
        asks!(self, |connection| further::keep_url(connection, content, url, service))
    }

    fn file_of_url<'a>(&'a self, url: &'a str, service: &'a Service) -> Answer<'a, Option<ContentHash>> {
        asks!(self, |connection| further::of_url(connection, url, service))
    }

    fn record<'a>(&'a self, pending: &'a mut Pending, claims: &'a [Claiming]) -> Answer<'a, Vec<Option<Claimed>>> {
        Box::pin(async move {
            let mut recorder = Desk(self.recorder.lock().await);
            let connection = recorder.connection()?;
            if claims.is_empty() {
                bulk::write(connection, &pending.rows()).await.map_err(|error| self.failed(error))?;
                return Ok(Vec::new());
            }
            claim::write(connection, pending, claims).await.map_err(|failed| match failed {
                Failed::Database(error) => self.failed(error),
                Failed::Ledger(error) => error,
            })
        })
    }

    fn load(&self, batch: BatchId) -> Answer<'_, Vec<Job>> {
        reads!(self, |reading| reading.jobs(batch))
    }

    fn load_some(&self, batch: BatchId, after: i64, most: i64) -> Answer<'_, Vec<Job>> {
        reads!(self, |reading| reading.some_jobs(batch, after, most))
    }

    fn replaced(&self, batch: BatchId) -> Answer<'_, Vec<(JobId, Saved)>> {
        reads!(self, |reading| reading.replaced(batch))
    }

    fn attempts(&self, batch: BatchId, job: JobId) -> Answer<'_, Vec<Attempt>> {
        reads!(self, |reading| reading.attempts(batch, job))
    }

    fn payments(&self, since: Option<Timestamp>) -> Answer<'_, Vec<Payment>> {
        reads!(self, |reading| reading.payments(since))
    }

    fn trail(&self, batch: BatchId, job: JobId) -> Answer<'_, Trail> {
        reads!(self, |reading| reading.trail(batch, job))
    }

    fn find<'a>(&'a self, by: By<'a>) -> Answer<'a, Vec<Found>> {
        reads!(self, |reading| reading.find(by))
    }

    fn trials<'a>(&'a self, key: &'a BatchKey) -> Answer<'a, HashMap<Box<Path>, Saved>> {
        reads!(self, |reading| reading.trials(key))
    }

    fn sizes<'a>(&'a self, model: &'a str, params: &'a str, service: &'a Service) -> Answer<'a, HashSet<u64>> {
        reads!(self, |reading| reading.sizes(model, params, service))
    }

    fn caption<'a>(
        &'a self,
        content: &'a ContentHash,
        service: &'a Service,
        but: BatchId,
    ) -> Answer<'a, Option<String>> {
        reads!(self, |reading| reading.caption(content, service, but))
    }

    fn params_used<'a>(&'a self, model: &'a str, service: &'a Service) -> Answer<'a, Vec<String>> {
        reads!(self, |reading| reading.params_used(model, service))
    }

    fn saved_requests<'a>(&'a self, output: &'a Path) -> Answer<'a, HashSet<RequestId>> {
        reads!(self, |reading| reading.saved_requests(output))
    }

    fn last_used(&self) -> Answer<'_, Option<Timestamp>> {
        reads!(self, |reading| reading.last_used())
    }

    fn check(&self) -> Answer<'_, ()> {
        reads!(self, |reading| reading.check())
    }

    fn end_recording(&self) -> Answer<'_, ()> {
        Box::pin(self.end(&self.recorder))
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(self.end(&self.desk))
    }
}
