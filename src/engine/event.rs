//! What happened, in order and without gaps, for faces that tell a story instead of showing a
//! snapshot. Paths and texts are as they are; a face cleans what it prints to a terminal.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::snapshot::{BatchFacts, CanaryFigures, CauseGroup, LogLine, Notice, Plan, SkippedFile};
use crate::job::{Cause, Cost, JobId, NamedText, Pixels, RequestId, SavedFile, Spent, Status, Timestamp, Usd};
use crate::webhook::Counts;

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// The batch is open in the ledger; first of all, as jobs may be on their way before every
    /// photo has been found.
    Opened(Arc<BatchFacts>),
    /// Every photo has been found.
    Planned {
        /// The batch.
        facts: Arc<BatchFacts>,
        /// What is to be sent.
        plan: Arc<Plan>,
        /// Every file that is not.
        skipped: Vec<SkippedFile>,
    },
    /// A job came into another state.
    Job(Box<JobChange>),
    /// A runner said something.
    Log(JobId, LogLine),
    /// Something needs a person.
    Notice(Notice),
    /// The photos that went first have come in; what is said of it.
    Canary(CanaryFigures, Notice),
    /// The run is over; nothing follows.
    Ended(Summary),
}

/// A job's new state, as far as it is of use to other programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobChange {
    /// Which job.
    pub id: JobId,
    /// The photo, below its folder, `/`-separated.
    pub path: String,
    /// The new state.
    pub status: Status,
    /// The attempt, from 1.
    pub attempt: u16,
    /// fal's id of its request, else of the last one that failed.
    pub request_id: Option<RequestId>,
    /// IN_QUEUE: requests before it.
    pub queue_position: Option<u32>,
    /// Why it waits, failed or was skipped; what is odd about it.
    pub cause: Option<Cause>,
    /// WAITING: how long.
    pub retry_in: Option<Duration>,
    /// Its result's files, once saved; the first stands for all.
    pub files: Box<[SavedFile]>,
    /// What the model said, once known; the first is the caption.
    pub texts: Box<[NamedText]>,
    /// The seed that was used.
    pub seed: Option<i64>,
    /// Time on the runner, seconds.
    pub inference_s: Option<f64>,
    /// What it cost.
    pub cost: Option<Cost>,
    /// The photo whose result was used again, because it is the same picture.
    pub same_as: Option<Box<str>>,
}

impl JobChange {
    /// The caption, once known.
    #[must_use]
    pub fn caption(&self) -> Option<&str> {
        self.texts.first().map(|said| &*said.text)
    }

    /// The size of its picture, px, once saved.
    #[must_use]
    pub fn pixels(&self) -> Option<Pixels> {
        self.files.first().and_then(SavedFile::pixels)
    }

    /// Whether people want to know that a job came into this state: that it is sent, what holds it up, and its end;
    /// not each step, and no poll.
    #[must_use]
    pub fn is_news(status: Status) -> bool {
        match status {
            Status::InQueue
            | Status::Waiting
            | Status::Done
            | Status::Review
            | Status::Failed
            | Status::Cancelled
            | Status::Skipped
            | Status::Unknown => true,
            Status::Pending
            | Status::Uploading
            | Status::Uploaded
            | Status::Submitting
            | Status::InProgress
            | Status::Completed
            | Status::Saving => false,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The batch.
    pub facts: Arc<BatchFacts>,
    /// Why it ended.
    pub ending: Ending,
    /// Pictures on disk, those of earlier runs too.
    pub done: usize,
    /// Failed.
    pub failed: usize,
    /// On disk and odd.
    pub review: usize,
    /// Never sent.
    pub skipped: usize,
    /// Stopped by the user.
    pub cancelled: usize,
    /// Paid calls whose answer was lost.
    pub unknown: usize,
    /// Still to do.
    pub left: usize,
    /// Of those still to do, how many are at fal.
    pub at_fal: usize,
    /// What paid requests cost so far.
    pub spent: Spent,
    /// What requests that are not settled may still cost.
    pub reserved: Usd,
    /// How long this run took.
    pub elapsed: Duration,
    /// Why jobs failed, the most frequent cause first.
    pub causes: Vec<CauseGroup>,
    /// How many webhooks came to what, if they were listened to.
    pub webhooks: Option<Counts>,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// Every job has ended, or there was nothing to do.
    Finished,
    /// The plan was not confirmed: nothing was sent.
    NotStarted,
    /// The key was refused or the account is locked.
    Account,
    /// The user's own limit: budget, failures, disk.
    OwnLimit,
    /// The photos that went first have come in, and nobody is there to let the rest go.
    Canary,
    /// fal could not be reached at all.
    Unreachable,
    /// The user left, or a signal came: hang-up, interrupt or terminate by its number (1, 2, 15).
    Left(Option<i32>),
}

impl Summary {
    /// The process's exit status, as documented.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self.ending {
            Ending::Finished if self.failed + self.review + self.unknown + self.cancelled > 0 => 1,
            Ending::Finished | Ending::NotStarted => 0,
            Ending::Account => 3,
            Ending::OwnLimit | Ending::Canary => 4,
            Ending::Unreachable => 5,
            Ending::Left(signal) => 128 + signal.and_then(|signal| u8::try_from(signal).ok()).unwrap_or(2),
        }
    }
}
