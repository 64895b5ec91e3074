//! Where a job stands. Each state holds what is known in it and nothing else.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Answer, Cause, CauseKind, ContentHash, JobId, Opinion, Photo, Request, RequestId, Saved, Status, Stop, Timestamp,
    Upload,
};

/// The parameters of a job that was sent again with others than its batch's, as the model writes
/// them canonically: a ledger keeps them without knowing the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnParams(pub Box<str>);

/// One photo on its way through the batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its number in the batch.
    pub id: JobId,
    /// Its input.
    pub photo: Photo,
    /// Where it stands.
    pub state: JobState,
    /// Its own parameters, where it was sent again with others than its batch's.
    pub own: Option<OwnParams>,
    /// What a person said of its result, if they did.
    pub opinion: Option<Box<Opinion>>,
}

/// What every job that was begun knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When its first step began; a user's retry begins anew.
    pub began: Timestamp,
    /// Which attempt this is, from 1. Every retry counts, whatever step it repeats.
    pub attempt: u16,
}

/// What every job that has ended knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When it ended.
    pub at: Timestamp,
    /// From its first step to its end.
    pub took: Duration,
    /// Attempts made.
    pub attempts: u16,
}

/// The paid call that is about to be made, or was made with its answer lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What it is made for.
    pub upload: Upload,
    /// When it was recorded, just before the call.
    pub at: Timestamp,
}

/// What a job that has to wait or failed keeps, so that nothing paid for is lost and no work is
/// done twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Checkpoint {
    /// Nothing: it goes on at the upload.
    Nothing,
    /// The photo is in fal's storage: it goes on at the submit.
    Upload(Upload),
    /// fal has the request: it goes on following it.
    Request(Box<Request>),
    /// fal has finished: it goes on at the download.
    Answer(Box<Request>, Box<Answer>),
}

/// The step at which a job stopped or will go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Bringing the photo to fal's storage.
    Upload,
    /// The paid call.
    Submit,
    /// Waiting for fal to finish.
    Follow,
    /// Downloading and saving the result.
    Save,
}

impl Checkpoint {
    /// The step that goes on from here.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self {
            Self::Nothing => Stage::Upload,
            Self::Upload(_) => Stage::Submit,
            Self::Request(_) => Stage::Follow,
            Self::Answer(..) => Stage::Save,
        }
    }

    /// The request at fal, if one was accepted and is still of use.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match self {
            Self::Nothing | Self::Upload(_) => None,
            Self::Request(request) | Self::Answer(request, _) => Some(request),
        }
    }
}

/// Why a whole picture wants a person's look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspicion(pub Box<str>);

/// What a paid request gave that we do not understand. It is kept as it came: whoever looks at it may
/// find more in it, and a later reading may as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// What about it is not understood.
    pub why: Suspicion,
    /// The answer as fal gave it, cut as every text from outside.
    pub answer: Box<str>,
}

/// Where a job stands. `InQueue`, `InProgress` and `Completed` are fal's words, and fal's
/// `Completed` is not success: the result decides (fal docs: queue).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum JobState {
    /// Found, not begun.
    Pending,
    /// On its way to fal's storage.
    Uploading(Run),
    /// In fal's storage, waiting for a place in the window.
    Uploaded(Run, Box<Upload>),
    /// The intent is recorded, the paid call is being made.
    Submitting(Run, Box<Intent>),
    /// Accepted by fal; how many requests stand before it, once known.
    InQueue(Run, Box<Request>, Option<u32>),
    /// On a runner since.
    InProgress(Run, Box<Request>, Timestamp),
    /// Ended at fal, its result not read yet; time on the runner in seconds where fal said so.
    Completed(Run, Box<Request>, Option<f64>),
    /// Its picture is being downloaded.
    Saving(Run, Box<Request>, Box<Answer>),
    /// Between two attempts.
    Waiting {
        /// The attempt that comes next is `run.attempt`.
        run: Run,
        /// When it goes on.
        until: Timestamp,
        /// Why it waits.
        cause: Box<Cause>,
        /// The step that did not work; `None` where a person asked for another go.
        stop: Option<Box<Stop>>,
        /// What it goes on with.
        checkpoint: Box<Checkpoint>,
    },
    /// The picture and its caption are on disk.
    Done(Closed, Box<Saved>),
    /// The picture is on disk, but something about it is odd.
    Review(Closed, Box<Saved>, Suspicion),
    /// fal has answered, which may be billed, but with nothing that we understand. A retry reads the
    /// answer of the same request again.
    Unread(Closed, Box<Request>, Box<Unread>),
    /// It will not go on by itself.
    Failed {
        /// When, and after how many attempts.
        closed: Closed,
        /// Why.
        cause: Box<Cause>,
        /// The step that did not work; `None` where an older ledger does not say.
        stop: Option<Box<Stop>>,
        /// What a retry goes on with.
        checkpoint: Box<Checkpoint>,
    },
    /// Stopped by the user.
    Cancelled(Closed),
    /// Never sent, and why.
    Skipped(Box<str>),
    /// The answer to the paid call was lost: it may be running and may be billed.
    Unknown(Run, Box<Intent>),
}

impl JobState {
    /// The state's name, without what it holds.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Pending => Status::Pending,
            Self::Uploading(_) => Status::Uploading,
            Self::Uploaded(..) => Status::Uploaded,
            Self::Submitting(..) => Status::Submitting,
            Self::InQueue(..) => Status::InQueue,
            Self::InProgress(..) => Status::InProgress,
            Self::Completed(..) => Status::Completed,
            Self::Saving(..) => Status::Saving,
            Self::Waiting { .. } => Status::Waiting,
            Self::Done(..) => Status::Done,
            Self::Review(..) | Self::Unread(..) => Status::Review,
            Self::Failed { .. } => Status::Failed,
            Self::Cancelled(_) => Status::Cancelled,
            Self::Skipped(_) => Status::Skipped,
            Self::Unknown(..) => Status::Unknown,
        }
    }

    /// Whether it ended without a result: as it stands, nothing is sent and paid for it.
    #[must_use]
    pub fn came_to_nothing(&self) -> bool {
        matches!(self, Self::Skipped(_) | Self::Failed { .. } | Self::Cancelled(_))
    }

    /// When it began and its attempt, while it is on its way.
    #[must_use]
    pub fn run(&self) -> Option<Run> {
        match self {
            Self::Uploading(run)
            | Self::Uploaded(run, _)
            | Self::Submitting(run, _)
            | Self::InQueue(run, ..)
            | Self::InProgress(run, ..)
            | Self::Completed(run, ..)
            | Self::Saving(run, ..)
            | Self::Waiting { run, .. }
            | Self::Unknown(run, _) => Some(*run),
            Self::Pending
            | Self::Done(..)
            | Self::Review(..)
            | Self::Unread(..)
            | Self::Failed { .. }
            | Self::Cancelled(_)
            | Self::Skipped(_) => None,
        }
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn closed(&self) -> Option<Closed> {
        match self {
            Self::Done(closed, _)
            | Self::Review(closed, ..)
            | Self::Unread(closed, ..)
            | Self::Failed { closed, .. }
            | Self::Cancelled(closed) => Some(*closed),
            _ => None,
        }
    }

    /// The attempt that it is in or ended with, from 1; 0 before the first.
    #[must_use]
    pub fn attempt(&self) -> u16 {
        self.run().map(|run| run.attempt).or_else(|| self.closed().map(|closed| closed.attempts)).unwrap_or(0)
    }

    /// The request at fal that it is following, or whose result it is fetching.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match self {
            Self::InQueue(_, request, _)
            | Self::InProgress(_, request, _)
            | Self::Completed(_, request, _)
            | Self::Saving(_, request, _)
            | Self::Unread(_, request, _) => Some(request),
            Self::Waiting { checkpoint, .. } | Self::Failed { checkpoint, .. } => checkpoint.request(),
            _ => None,
        }
    }

    /// The id of the request that it follows or that made its result.
    #[must_use]
    pub fn request_id(&self) -> Option<&RequestId> {
        match self {
            Self::Done(_, saved) | Self::Review(_, saved, _) => Some(&saved.request),
            _ => self.request().map(|request| &request.id),
        }
    }

    /// Why it waits, failed, or may have been paid for.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Waiting { cause, .. } | Self::Failed { cause, .. } => Some(cause),
            _ => None,
        }
    }

    /// What is odd about it, where that wants a person's look.
    #[must_use]
    pub fn suspicion(&self) -> Option<&Suspicion> {
        match self {
            Self::Review(_, _, why) => Some(why),
            Self::Unread(_, _, unread) => Some(&unread.why),
            _ => None,
        }
    }

    /// Its result on disk.
    #[must_use]
    pub fn saved(&self) -> Option<&Saved> {
        match self {
            Self::Done(_, saved) | Self::Review(_, saved, _) => Some(saved),
            _ => None,
        }
    }

    /// Whether fal holds a request that may still be queued or running for it.
    #[must_use]
    pub fn is_at_fal(&self) -> bool {
        match self {
            Self::Submitting(..) | Self::InQueue(..) | Self::InProgress(..) => true,
            Self::Waiting { checkpoint, .. } => matches!(**checkpoint, Checkpoint::Request(_)),
            _ => false,
        }
    }

    /// Whether something happens to it now or at a time of its own, whatever holds new work back. What
    /// lies uploaded, or waits to be sent, does not go on before that is allowed.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        match self {
            Self::Uploading(_)
            | Self::Submitting(..)
            | Self::InQueue(..)
            | Self::InProgress(..)
            | Self::Completed(..)
            | Self::Saving(..) => true,
            Self::Waiting { checkpoint, .. } => checkpoint.request().is_some(),
            _ => false,
        }
    }

    /// Whether money may flow for it that is not settled yet.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        match self {
            Self::Submitting(..)
            | Self::InQueue(..)
            | Self::InProgress(..)
            | Self::Completed(..)
            | Self::Saving(..)
            | Self::Unread(..)
            | Self::Unknown(..) => true,
            Self::Waiting { checkpoint, .. } | Self::Failed { checkpoint, .. } => checkpoint.request().is_some(),
            _ => false,
        }
    }

    /// What it holds, while it is on its way, or may be, and that was uploaded.
    #[must_use]
    pub fn content_underway(&self) -> Option<ContentHash> {
        match self {
            Self::Uploaded(_, upload) => Some(upload.content),
            Self::Submitting(_, intent) | Self::Unknown(_, intent) => Some(intent.upload.content),
            Self::Waiting { checkpoint, .. } if let Checkpoint::Upload(upload) = &**checkpoint => Some(upload.content),
            state if state.closed().is_none() => state.request().map(|request| request.upload.content),
            _ => None,
        }
    }

    /// Whether it has a result of which nobody knows what it cost: no price was known when it was saved.
    #[must_use]
    pub fn is_unpriced(&self) -> bool {
        self.saved().is_some_and(|saved| saved.cost.is_none())
    }

    /// Whether nothing more happens to it by itself.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.closed().is_some() || matches!(self, Self::Skipped(_) | Self::Unknown(..))
    }
}

impl Cause {
    /// Why a job with a result waits: somebody wants another one.
    #[must_use]
    pub fn redo() -> Self {
        Self::new(CauseKind::Cancelled, "to be made again")
    }

    /// The cause of a job that somebody stopped.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(CauseKind::Cancelled, "cancelled")
    }
}
