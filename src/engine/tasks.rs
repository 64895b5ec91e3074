//! The tasks that are on their way. Whatever becomes of one, by its own doing or by a panic, is heard of
//! here; how many there are of a kind is counted from them.

use std::any::Any;
use std::collections::HashMap;

use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use crate::engine::steps::stages::Outcome;
use crate::job::{JobId, Timestamp, clean};

/// What a task is for, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Brings a photo to fal's storage.
    Upload(JobId),
    /// Makes the paid call.
    Submit(JobId),
    /// Brings a state into the ledger.
    Record(JobId),
    /// Asks where a request stands.
    Poll(JobId),
    /// Asks for its result.
    Answer(JobId),
    /// Asks for what fal stored of it.
    Stored(JobId),
    /// Asks fal to stop it.
    Cancel(JobId),
    /// Brings its picture onto the disk.
    Save(JobId),
    /// Copies the picture of its twin.
    Copy(JobId),
    /// Reads what photos hold, of which this is the first.
    Hash(JobId),
    /// Asks the ledger who holds the same.
    Seek(JobId),
    /// Reads its earlier attempts.
    Recall(JobId),
    /// Looks for lost answers.
    Search,
    /// Looks whether fal can be reached; since when.
    Reach(Timestamp),
    /// Asks whether fal knows the key; since when.
    AskKey(Timestamp),
    /// Asks the ledger how those stand who send the same pictures.
    Rivals,
    /// Reads the batch that changed parameters make.
    Sibling,
    /// Looks at files that a face named.
    Files,
    /// Writes down which photos go first.
    Canary,
    /// Writes what people said into files.
    Say,
    /// Asks something of all who work on the batch.
    Order,
    /// Takes jobs that are nobody's.
    Adopt,
}

/// Tasks that take the same kind of slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pool {
    /// On their way up.
    Uploads,
    /// Paid calls.
    Submits,
    /// States on their way into the ledger.
    Records,
    /// Calls about requests.
    Calls,
    /// On their way to the disk.
    Saves,
    /// Photos that are looked at.
    Checks,
    /// Files that are to say what people think.
    Words,
    /// Everything else.
    Others,
}

const POOLS: usize = 8;

impl Step {
    /// The slot that it takes.
    fn pool(self) -> Pool {
        match self {
            Self::Upload(_) => Pool::Uploads,
            Self::Submit(_) => Pool::Submits,
            Self::Record(_) | Self::Canary | Self::Order | Self::Adopt => Pool::Records,
            Self::Poll(_) | Self::Answer(_) | Self::Stored(_) => Pool::Calls,
            Self::Save(_) | Self::Copy(_) => Pool::Saves,
            Self::Hash(_) | Self::Seek(_) => Pool::Checks,
            Self::Say => Pool::Words,
            Self::Cancel(_)
            | Self::Recall(_)
            | Self::Search
            | Self::Reach(_)
            | Self::AskKey(_)
            | Self::Rivals
            | Self::Sibling
            | Self::Files => Pool::Others,
        }
    }

    /// Whose it is, if it is for one job.
    pub(super) fn job(self) -> Option<JobId> {
        match self {
            Self::Upload(id)
            | Self::Submit(id)
            | Self::Record(id)
            | Self::Poll(id)
            | Self::Answer(id)
            | Self::Stored(id)
            | Self::Cancel(id)
            | Self::Save(id)
            | Self::Copy(id)
            | Self::Hash(id)
            | Self::Seek(id)
            | Self::Recall(id) => Some(id),
            Self::Search
            | Self::Reach(_)
            | Self::AskKey(_)
            | Self::Rivals
            | Self::Sibling
            | Self::Files
            | Self::Canary
            | Self::Say
            | Self::Order
            | Self::Adopt => None,
        }
    }

    /// Its name, for the log and for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Upload(_) => "upload",
            Self::Submit(_) => "submit",
            Self::Record(_) => "record",
            Self::Poll(_) => "poll",
            Self::Answer(_) => "answer",
            Self::Stored(_) => "stored",
            Self::Cancel(_) => "cancel",
            Self::Save(_) => "save",
            Self::Copy(_) => "copy",
            Self::Hash(_) => "hash",
            Self::Seek(_) => "seek",
            Self::Recall(_) => "recall",
            Self::Search => "search",
            Self::Reach(_) => "reach",
            Self::AskKey(_) => "ask for the key",
            Self::Rivals => "rivals",
            Self::Sibling => "sibling",
            Self::Files => "files",
            Self::Canary => "canary",
            Self::Say => "say",
            Self::Order => "order",
            Self::Adopt => "adopt",
        }
    }
}

/// Whose task ended, and what it came to or what its panic said; `None` for one that was given up from here.
pub(super) type Finished = Option<(Step, Result<Outcome, String>)>;

/// The running tasks. Dropped, it ends them all.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    running: JoinSet<Outcome>,
    steps: HashMap<Id, Step>,
    counts: [usize; POOLS],
}

impl Tasks {
    pub(super) fn spawn(&mut self, step: Step, stage: impl Future<Output = Outcome> + Send + 'static) -> AbortHandle {
        let handle = self.running.spawn(stage);
        self.steps.insert(handle.id(), step);
        if let Some(count) = self.counts.get_mut(step.pool() as usize) {
            *count += 1;
        }
        handle
    }

    /// How many of a kind are on their way.
    pub(super) fn count(&self, pool: Pool) -> usize {
        self.counts.get(pool as usize).copied().unwrap_or_default()
    }

    /// The next that ends; waits for ever if there is none. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Finished {
        match self.running.join_next_with_id().await {
            Some(ended) => self.ended(ended),
            None => std::future::pending().await,
        }
    }

    /// The next that has ended already.
    pub(super) fn try_next(&mut self) -> Option<Finished> {
        self.running.try_join_next_with_id().map(|ended| self.ended(ended))
    }

    /// Ends them all, and returns when they have.
    pub(super) async fn end(&mut self) {
        self.running.shutdown().await;
        (self.steps, self.counts) = Default::default();
    }

    fn ended(&mut self, ended: Result<(Id, Outcome), JoinError>) -> Finished {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let step = self.steps.remove(&id)?;
        if let Some(count) = self.counts.get_mut(step.pool() as usize) {
            *count = count.saturating_sub(1);
        }
        match ended {
            Ok((_, outcome)) => Some((step, Ok(outcome))),
            Err(error) => error.try_into_panic().ok().map(|panic| (step, Err(said(&*panic)))),
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    clean(text.unwrap_or("no words")).chars().take(300).collect()
}
