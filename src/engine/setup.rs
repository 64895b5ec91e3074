//! What an engine is started with.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::board::{BatchFacts, Board};
use super::clock::Clock;
use super::{Command, Event, Summary};
use crate::fal::Fal;
use crate::intake::Found;
use crate::job::{Job, Model, Params, RetryPolicy, UnitPrice, Usd};
use crate::ledger::{Ledger, Writer};
use crate::output::Output;

/// How a batch is to be run.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What faces show of the batch.
    pub facts: BatchFacts,
    /// The model.
    pub model: Model,
    /// Its parameters.
    pub params: Params,
    /// What a unit of its work costs, if that is known.
    pub price: Option<UnitPrice>,
    /// Most requests at fal at once.
    pub window: u16,
    /// When and how often to try again.
    pub retry: RetryPolicy,
    /// When to stop beginning new jobs because too many fail.
    pub failures: FailureLimit,
    /// The cap: never passed.
    pub budget: Option<Usd>,
    /// Whether to begin without waiting for [`Command::Start`].
    pub start: bool,
    /// Whether to stay when all is done, for a person to look.
    pub stay: bool,
    /// Whether what failed in earlier runs is tried again.
    pub retry_failed: bool,
    /// Tells the time.
    pub clock: Clock,
    /// Seeds the jitter of waits.
    pub seed: u64,
}

/// When so many jobs have failed that no more are begun.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FailureLimit {
    /// So many in a row of one cause.
    InARow(usize),
    /// So many in all of this run.
    Total(usize),
    /// This share of those that ended in this run, from 50 on; 0 to 1.
    Share(f64),
}

/// What an engine works with.
#[derive(Debug)]
pub struct Rooms {
    /// fal.
    pub fal: Fal,
    /// What happened before, and what is to be remembered.
    pub ledger: Ledger,
    /// This batch's way into the ledger.
    pub writer: Writer,
    /// Where pictures go.
    pub output: Output,
    /// The jobs that the ledger knows of this batch.
    pub known: Vec<Job>,
    /// Photos as they are found; it ends when all are.
    pub found: mpsc::Receiver<Vec<Found>>,
    /// For faces that tell what happened.
    pub events: Option<mpsc::Sender<Event>>,
}

/// A running engine.
#[derive(Debug)]
pub struct Handle {
    /// The newest board.
    pub board: watch::Receiver<Arc<Board>>,
    /// Where to send commands.
    pub commands: mpsc::Sender<Command>,
    /// Ends with the summary when the batch or this run of it is over.
    pub ended: JoinHandle<Summary>,
}
