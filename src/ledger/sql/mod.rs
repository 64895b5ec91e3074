//! The ledger in the tables of a database, whichever that is: what is written and read is the same for all of them.
//!
//! Two connections: one records, the other does all else, so that nobody who reads waits for a sync.

mod attempt;
mod batch;
mod bulk;
pub(super) mod claim;
pub(super) mod columns;
pub(super) mod database;
mod driver;
mod further;
mod keeping;
mod lookup;
pub(super) mod restore;
mod row;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::Connection;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use self::database::{Failed, Sql};
use self::driver::within;
pub(super) use self::driver::{Driver, Slot, soon};
use super::batch::Note;
use super::claim::{Claimed, Claiming, grant};
use super::crew::{Course, Handover, Joined, Taken, Wanted};
use super::found::By;
use super::hold::{BatchHold, Held};
use super::post::values::{Changes, Mark, Order, Placed, Post};
use super::queue::Pending;
use super::store::{Answer, Store};
use super::{Attempt, BatchKey, BatchRow, Found, LedgerError, Payment, Trail};
use crate::job::{BatchId, ContentHash, Job, JobId, RequestId, Saved, Service, Timestamp};

/// An open database.
#[derive(Debug)]
pub(super) struct Tables<D: Driver> {
    driver: D,
    /// For the one who records. Single connections and not a pool, whose time limits a paused clock would run
    /// through.
    recorder: Mutex<Slot<D::Connection>>,
    /// For everything else.
    desk: Mutex<Slot<D::Connection>>,
    /// Batches in this process's hands of which it has changed jobs: their records are no longer known to be whole.
    begun: std::sync::Mutex<HashSet<BatchId>>,
}

impl<D: Driver> Tables<D> {
    pub(super) fn new(driver: D, recorder: D::Connection, desk: D::Connection) -> Self {
        Self {
            driver,
            recorder: Mutex::new(Slot::Open(recorder)),
            desk: Mutex::new(Slot::Open(desk)),
            begun: std::sync::Mutex::default(),
        }
    }

    /// The connection for everything but recording, for tests that ask in their own words.
    #[cfg(test)]
    pub(super) async fn desk(&self) -> tokio::sync::MappedMutexGuard<'_, D::Connection> {
        let desk = self.desk.lock().await;
        tokio::sync::MutexGuard::map(desk, |slot| match slot {
            Slot::Open(connection) => connection,
            Slot::Lost | Slot::Closed => panic!("the desk is closed"),
        })
    }

    /// How it went, and whether the connection was lost with it.
    fn settled<T>(&self, slot: &mut Slot<D::Connection>, asked: Result<T, Failed>) -> Result<T, LedgerError> {
        asked.map_err(|failed| {
            // A transaction that was left is taken back with the next word on its connection, and keeps what it locked from
            // everybody until then: on a server that has others, it ends with the connection.
            if D::LEASES || matches!(&failed, Failed::Database(error) if D::is_lost(error)) {
                *slot = Slot::Lost;
            }
            match failed {
                Failed::Ledger(error) => error,
                Failed::Database(error) => self.driver.failed(error),
            }
        })
    }

    fn began(&self) -> std::sync::MutexGuard<'_, HashSet<BatchId>> {
        // Every change to it is whole before anything can panic.
        self.begun.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Before a job of a batch changes for the first time: what was noted of its records holds no longer.
    async fn begin(&self, connection: &mut D::Connection, batches: &[BatchId]) -> Result<(), Failed> {
        let new: Vec<_> = batches.iter().filter(|batch| !self.began().contains(batch)).copied().collect();
        for id in new {
            batch::note(connection, id, Note::Recorded, None).await?;
            self.began().insert(id);
        }
        Ok(())
    }

    /// All of it, or nothing.
    async fn write(
        &self,
        connection: &mut D::Connection,
        pending: &mut Pending,
        claims: &[Claiming],
    ) -> Result<Vec<Option<Claimed>>, Failed> {
        let batches = pending.batches(claims);
        self.begin(connection, &batches).await?;
        if claims.is_empty() && !D::LEASES {
            bulk::write(connection, &pending.rows()).await?;
            return Ok(Vec::new());
        }
        let mut transaction = connection.begin_to_write().await?;
        let mut purses = Vec::new();
        for batch in &batches {
            let jobs = || pending.jobs_of(*batch, claims);
            purses.extend(self.driver.open_purse(&mut transaction, *batch, jobs).await?);
        }
        self.driver.fence(&mut transaction, &batches).await?;
        self.driver.bar(&mut transaction, claims).await?;
        let shares = !purses.is_empty();
        if shares {
            // What calls came to makes room for others.
            let rows = pending.rows();
            bulk::write_in(&mut *transaction, &rows).await?;
            for purse in &mut purses {
                self.driver.settle_purse(&mut transaction, purse, &rows).await?;
            }
        }
        let others = claim::others(&mut *transaction, claims).await?;
        let answers = grant(pending, claims, &others, &mut purses);
        let rows = if shares { pending.granted() } else { pending.rows() };
        bulk::write_in(&mut *transaction, &rows).await?;
        for purse in &purses {
            self.driver.close_purse(&mut transaction, purse).await?;
        }
        transaction.commit().await?;
        Ok(answers)
    }

    async fn end(&self, slot: &Mutex<Slot<D::Connection>>) -> Result<(), LedgerError> {
        match std::mem::replace(&mut *slot.lock().await, Slot::Closed) {
            Slot::Open(connection) => connection.close().await.map_err(|error| self.driver.failed(error)),
            Slot::Lost | Slot::Closed => Ok(()),
        }
    }
}

/// How long a server that went away is waited for with a question, and how long between two tries.
const AWAY: Duration = Duration::from_mins(10);
const AGAIN: Duration = Duration::from_secs(1);

/// An operation on the connection for everything but recording. Where that is lost it is asked again, on another one, for
/// as long as a server may be away: all of these may be asked twice.
macro_rules! asks {
    ($self:ident, |$connection:ident| $ask:expr) => {
        Box::pin(async move {
            let begun = Instant::now();
            loop {
                // Between two tries others ask, who want to hear at once that the server is away.
                let mut slot = $self.desk.lock().await;
                let answer = match slot.connection(&$self.driver).await {
                    Ok($connection) => {
                        let asked = within::<D, _>(async { $ask.await.map_err(Failed::from) }).await;
                        $self.settled(&mut slot, asked)
                    }
                    Err(error) => Err(error),
                };
                drop(slot);
                match answer {
                    Err(LedgerError::Away { .. }) if begun.elapsed() < AWAY => sleep(AGAIN).await,
                    answer => return answer,
                }
            }
        })
    };
}

/// How long an answer may take for who looks on: that it does not come is to be said, not waited for.
const GLANCE: Duration = Duration::from_secs(5);

/// An operation for who looks on, who is told at once that a server is away.
macro_rules! glances {
    ($self:ident, |$connection:ident| $ask:expr) => {
        Box::pin(async move {
            let mut slot = $self.desk.lock().await;
            let $connection = slot.connection(&$self.driver).await?;
            let asked = soon(GLANCE, $ask).await;
            $self.settled(&mut slot, asked)
        })
    };
}

impl<D: Driver> Store for Tables<D> {
    #[cfg(test)]
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn take(&self, id: BatchId) -> Answer<'_, BatchHold> {
        // Who had it meanwhile may have written its records.
        self.began().remove(&id);
        Box::pin(self.driver.take(id))
    }

    fn is_shared(&self) -> bool {
        D::LEASES
    }

    fn hand_over<'a>(&'a self, id: BatchId, handover: &'a Handover) -> Answer<'a, ()> {
        asks!(self, |connection| self.driver.hand_over(connection, id, handover))
    }

    fn course(&self, id: BatchId) -> Answer<'_, Option<Course>> {
        asks!(self, |connection| self.driver.course(connection, id))
    }

    fn join(&self, id: BatchId) -> Answer<'_, Joined> {
        self.began().remove(&id);
        Box::pin(self.driver.join(id))
    }

    fn part(&self, id: BatchId) -> Answer<'_, bool> {
        asks!(self, |connection| self.driver.part(connection, id))
    }

    fn take_jobs(&self, id: BatchId, round: u32, most: u16) -> Answer<'_, Taken> {
        asks!(self, |connection| self.driver.take_jobs(connection, id, round, most))
    }

    fn adopt_jobs<'a>(&'a self, id: BatchId, round: u32, wanted: &'a Wanted) -> Answer<'a, Vec<Job>> {
        asks!(self, |connection| self.driver.adopt_jobs(connection, id, round, wanted))
    }

    fn is_worked_on(&self, id: BatchId) -> Answer<'_, bool> {
        asks!(self, |connection| self.driver.is_worked_on(connection, id))
    }

    fn held(&self) -> Answer<'_, Vec<Held>> {
        asks!(self, |connection| self.driver.held(connection))
    }

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

    fn note<'a>(&'a self, id: BatchId, note: Note, said: Option<&'a str>) -> Answer<'a, ()> {
        if note == Note::Recorded {
            self.began().remove(&id);
        }
        asks!(self, |connection| batch::note(connection, id, note, said))
    }

    fn noted(&self, id: BatchId, note: Note) -> Answer<'_, Option<String>> {
        asks!(self, |connection| batch::noted(connection, id, note))
    }

    fn unforgotten(&self, id: BatchId) -> Answer<'_, Vec<String>> {
        asks!(self, |connection| keeping::unforgotten(connection, id))
    }

    fn forgot<'a>(&'a self, request: &'a RequestId) -> Answer<'a, ()> {
        asks!(self, |connection| keeping::forgot(connection, request.as_str()))
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
            let mut slot = self.recorder.lock().await;
            let connection = slot.connection(&self.driver).await?;
            let written = within::<D, _>(self.write(connection, pending, claims)).await;
            self.settled(&mut slot, written)
        })
    }

    fn load(&self, batch: BatchId) -> Answer<'_, Vec<Box<Job>>> {
        asks!(self, |connection| lookup::jobs(connection, batch))
    }

    fn load_some(&self, batch: BatchId, after: i64, most: i64) -> Answer<'_, Vec<Job>> {
        asks!(self, |connection| lookup::some_jobs(connection, batch, after, most))
    }

    fn replaced(&self, batch: BatchId) -> Answer<'_, Vec<(JobId, Saved)>> {
        asks!(self, |connection| lookup::replaced(connection, batch))
    }

    fn attempts(&self, batch: BatchId, job: JobId) -> Answer<'_, Vec<Attempt>> {
        asks!(self, |connection| lookup::attempts(connection, batch, job))
    }

    fn payments(&self, since: Option<Timestamp>) -> Answer<'_, Vec<Payment>> {
        asks!(self, |connection| lookup::payments(connection, since))
    }

    fn trail(&self, batch: BatchId, job: JobId) -> Answer<'_, Trail> {
        asks!(self, |connection| lookup::trail(connection, batch, job))
    }

    fn find<'a>(&'a self, by: By<'a>) -> Answer<'a, Vec<Found>> {
        asks!(self, |connection| lookup::find(connection, by))
    }

    fn sent_of<'a>(&'a self, contents: &'a [ContentHash]) -> Answer<'a, HashSet<ContentHash>> {
        asks!(self, |connection| lookup::sent_of(connection, contents))
    }

    fn trials<'a>(&'a self, key: &'a BatchKey) -> Answer<'a, HashMap<Box<Path>, Saved>> {
        asks!(self, |connection| lookup::trials(connection, key))
    }

    fn sizes<'a>(&'a self, model: &'a str, params: &'a str, service: &'a Service) -> Answer<'a, HashSet<u64>> {
        asks!(self, |connection| lookup::sizes(connection, model, params, service))
    }

    fn caption<'a>(
        &'a self,
        content: &'a ContentHash,
        service: &'a Service,
        but: BatchId,
    ) -> Answer<'a, Option<String>> {
        asks!(self, |connection| lookup::caption(connection, content, service, but))
    }

    fn params_used<'a>(&'a self, model: &'a str, service: &'a Service) -> Answer<'a, Vec<String>> {
        asks!(self, |connection| lookup::params_used(connection, model, service))
    }

    fn saved_requests<'a>(&'a self, output: &'a Path) -> Answer<'a, HashSet<RequestId>> {
        asks!(self, |connection| lookup::saved_requests(connection, output))
    }

    fn last_used(&self) -> Answer<'_, Option<Timestamp>> {
        asks!(self, |connection| lookup::last_used(connection))
    }

    fn changes(&self, batch: BatchId, since: Option<Mark>) -> Answer<'_, Changes> {
        glances!(self, |connection| self.driver.changes(connection, batch, since))
    }

    fn look_on(&self, batch: BatchId, again: Option<i64>, may_answer: bool) -> Answer<'_, i64> {
        glances!(self, |connection| self.driver.look_on(connection, batch, again, may_answer))
    }

    fn order<'a>(&'a self, batch: BatchId, order: &'a Order) -> Answer<'a, Placed> {
        glances!(self, |connection| self.driver.order(connection, batch, order))
    }

    fn post(&self, batch: BatchId) -> Answer<'_, Option<Post>> {
        Box::pin(self.driver.post(batch))
    }

    fn check(&self) -> Answer<'_, ()> {
        asks!(self, |connection| self.driver.check(connection))
    }

    fn end_recording(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.driver.leave(&mut *self.recorder.lock().await).await;
            self.end(&self.recorder).await
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(self.end(&self.desk))
    }
}
