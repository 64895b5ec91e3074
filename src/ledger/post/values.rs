//! What is told of a batch through its ledger, as plain values.

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::job::{BatchId, Job, Spent, Usd};
use crate::ledger::error::LedgerError;

/// How far a batch was looked at: all that was written before is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(pub(in crate::ledger) i64);

/// How a batch stands that others work on.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// Where the next look begins.
    pub mark: Mark,
    /// The jobs that were written since the last look, in the order of their numbers; none at the first.
    pub jobs: Vec<Job>,
    /// What its requests cost beside what stands with its jobs' results.
    pub besides: Spent,
    /// Who works on it, the first to begin first.
    pub workers: Vec<Worker>,
    /// What holds for all of them, whenever they begin.
    pub standing: Standing,
}

/// A process that works on a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Its machine.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// How long ago it was last heard of.
    pub silent: Duration,
    /// How long ago it began.
    pub age: Duration,
    /// Whether it was not heard of for so long that others may take its place.
    pub is_lost: bool,
    /// How it goes, in its own words.
    pub says: Option<String>,
}

/// What a person asked for that binds who begins later, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether no more jobs are begun.
    pub paused: bool,
    /// The cap: that of a batch that is handed to workers, else one that was asked for, and a later command may have a lower
    /// one.
    pub cap: Option<Usd>,
    /// How many requests all together may have at fal, of a batch that is handed to workers.
    pub window: Option<u16>,
}

/// What an order is about, as far as a ledger needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No more jobs are begun, by nobody; or they are again.
    Paused(bool),
    /// The cap is this from now on, or there is none.
    Cap(Option<Usd>),
    /// All together have so many more requests at fal, or fewer. Where the batch is one process's it does that itself.
    Window(i32),
    /// Something that somebody at work does, or nobody.
    Work,
}

/// What a person asks of all who work on a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What it is about.
    pub kind: Kind,
    /// The same in words of those who do it.
    pub command: String,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Somebody is at work and hears it.
    Heard,
    /// It holds for all, and so much more than the cap is spent or held already.
    Below(Usd),
    /// Nobody is; it holds for who begins.
    Kept,
    /// Nobody is, and it is nobody's business but theirs: it is forgotten.
    Nobody {
        /// Whether it is a batch for many workers.
        is_shared: bool,
    },
}

/// What a worker finds when it looks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slip {
    /// Orders that it has not had yet, the oldest first.
    pub orders: Vec<String>,
    /// How many look on.
    pub observers: usize,
    /// Whether one of them could answer a question.
    pub may_answer: bool,
    /// What holds for everybody.
    pub standing: Standing,
}

/// A worker's way to those who look on at its batch.
#[derive(Debug)]
pub struct Post {
    /// Which batch.
    pub batch: BatchId,
    /// What held when it was opened: orders of before are not told again.
    pub standing: Standing,
    pub(in crate::ledger) letterbox: Box<dyn Letterbox>,
}

/// Where orders arrive and words are left.
pub(in crate::ledger) trait Letterbox: fmt::Debug + Send {
    /// Leaves how it goes, and takes what came.
    fn look<'a>(&'a mut self, says: &'a str) -> BoxFuture<'a, Result<Slip, LedgerError>>;

    /// Returns once something may have come; it may also come without that.
    fn rung(&mut self) -> BoxFuture<'_, ()>;
}

impl Post {
    /// Leaves how it goes, in words that only those who look on understand, and takes what came.
    ///
    /// # Errors
    /// If the server does not answer; it is asked again with the next look.
    pub async fn look(&mut self, says: &str) -> Result<Slip, LedgerError> {
        self.letterbox.look(says).await
    }

    /// Returns once there may be something to look at. May be dropped at any time.
    pub async fn rung(&mut self) {
        self.letterbox.rung().await;
    }
}
