//! One line of the table.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::job::{Cost, FilePath, JobId, Losses, Pixels, Status, Timestamp, Usd};

/// A job as one line of the table. All text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which job.
    pub id: JobId,
    /// The photo, below its folder, `/`-separated.
    pub path: String,
    /// Where it stands.
    pub state: RowState,
    /// Since when, or for how long.
    pub elapsed: Elapsed,
    /// The attempt that it is in or ended with; 0 before the first.
    pub attempt: u16,
    /// The photo's size, px.
    pub input: Option<Pixels>,
    /// The result's size, px: as saved, else as planned.
    pub output: Option<Pixels>,
    /// What it cost or will.
    pub cost: Option<Money>,
    /// Its caption, else the cause of its failure or wait, else its runner's last words.
    pub note: String,
    /// How far its runner says that it is, while it runs.
    pub progress: Option<Progress>,
    /// What of its photo will be lost.
    pub losses: Losses,
    /// Before the start: whether it would be sent; `None` where there is nothing to choose.
    pub choice: Option<Choice>,
    /// What shows it, where the query asks for that and it can be known.
    pub picture: Option<Box<RowPicture>>,
    /// What a person said of its result.
    pub judged: Judged,
}

/// The file that shows a row: its result, else its photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowPicture {
    /// Where it is.
    pub file: FilePath,
    /// Its size, px, upright.
    pub pixels: Pixels,
    /// Changes when another picture takes the file's place.
    pub stamp: String,
}

/// How far a runner is by its progress bar. Text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How much is done, in thousandths.
    pub share: u16,
    /// How many of how many, as the runner writes it: `14/20`.
    pub counts: String,
    /// When it will be done, as the runner reckons.
    pub until: Option<Timestamp>,
}

/// What would become of a photo that could be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Choice {
    /// It is sent.
    In,
    /// It is not sent: it is the same picture as another, and gets that one's result.
    Duplicate,
    /// A person left it out: itself, its folder, or for its price.
    Out,
}

/// A row's status and the number that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RowState {
    /// The state's name.
    pub status: Status,
    /// IN_QUEUE: requests before it.
    pub position: Option<u32>,
    /// UPLOADING and SAVING: bytes moved, and of how many if known.
    pub moved: Option<(u64, Option<u64>)>,
    /// WAITING: when it goes on; `None` while no more are begun and it lies there.
    pub until: Option<Timestamp>,
}

impl RowState {
    /// The status in words, as tables show it and filters find it: fal's own in capitals, ours in small
    /// letters. A countdown or a percentage follows it where there is one.
    #[must_use]
    pub fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self.status {
            Status::InQueue => match self.position {
                Some(0) => "IN_QUEUE next",
                Some(position) => return Cow::Owned(format!("IN_QUEUE #{position}")),
                None => "IN_QUEUE",
            },
            Status::InProgress => "IN_PROGRESS",
            Status::Completed => "COMPLETED",
            Status::Pending => "pending",
            Status::Uploading => "uploading",
            Status::Uploaded => "uploaded",
            Status::Submitting => "submitting",
            Status::Saving => "saving",
            Status::Waiting => "retry",
            Status::Done => "done",
            Status::Review => "review",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
            Status::Skipped => "skipped",
            Status::Unknown => "unknown",
        })
    }

    /// Whether what is shown of it, or its name in JSON, holds a text in lower case. What changes by the
    /// second is left aside: with `retry in 8` every row is found that reads `retry in` so much.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        let words = self.words().to_lowercase();
        let goes_on = matches!(self.status, Status::Uploading | Status::Saving | Status::Waiting);
        words.contains(text)
            || self.status.name().to_lowercase().contains(text)
            || (goes_on && text.strip_prefix(&*words).is_some_and(|rest| rest.starts_with(' ')))
    }
}

/// A row's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Elapsed {
    /// Not begun, or nothing happens to it.
    None,
    /// On its way since.
    Since(Timestamp),
    /// It took so long.
    Took(Duration),
}

/// An amount, and whether it is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Money {
    /// Computed from size and price.
    Estimated(Usd),
    /// As billed.
    Billed(Usd),
}

impl From<Cost> for Money {
    fn from(cost: Cost) -> Self {
        match cost {
            Cost::Known(usd) => Self::Billed(usd),
            Cost::Assumed { likely, .. } => Self::Estimated(likely),
        }
    }
}
