//! What the walk has in hand: files are looked at and handed on several at a time.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use super::Arrival;
use super::addresses::Fetching;
use super::examine::{Candidate, examine_all};

/// Most files handed on at once.
const MOST: usize = 256;
/// How many are handed on first, so that the first photos can be on their way.
const FIRST: usize = 16;
/// How long a found file may wait for others.
const PATIENCE: Duration = Duration::from_millis(50);

/// Goes on, or nobody listens any more.
pub(super) type Flow = ControlFlow<()>;

/// Files found and not yet handed on.
pub(super) struct Hand {
    candidates: Vec<Candidate>,
    /// At how many they are handed on; it grows to [`MOST`].
    full: usize,
    since: Instant,
    fetching: Fetching,
    found: Sender<Arrival>,
}

impl Hand {
    pub(super) fn new(found: Sender<Arrival>, fetching: Fetching) -> Self {
        Self { candidates: Vec::new(), full: FIRST, since: Instant::now(), fetching, found }
    }

    /// Takes a file in hand.
    pub(super) fn take(&mut self, candidate: Candidate) -> Flow {
        // Files that differ only by extension are looked at together: they decide on each other's names.
        if !self.candidates.last().is_some_and(|last| last.is_twin(&candidate)) {
            self.pass_on_if_due()?;
        }
        self.candidates.push(candidate);
        ControlFlow::Continue(())
    }

    /// Hands on what is there if it is enough or has waited for long.
    pub(super) fn pass_on_if_due(&mut self) -> Flow {
        if self.candidates.len() >= self.full || self.since.elapsed() >= PATIENCE {
            self.pass_on()?;
        }
        if self.found.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Looks at what is there and hands it on.
    pub(super) fn pass_on(&mut self) -> Flow {
        if !self.candidates.is_empty() {
            let found = examine_all(&self.candidates, self.fetching);
            self.candidates.clear();
            self.full = (self.full * 2).min(MOST);
            if self.found.blocking_send(Arrival::Found(found)).is_err() {
                return ControlFlow::Break(());
            }
        }
        self.since = Instant::now();
        ControlFlow::Continue(())
    }
}
