//! What a face is told of what people made of results.

use serde::{Deserialize, Serialize};

use crate::job::{FilePath, JobId, Pixels, Stars, Verdict};

use super::PictureFile;

/// What a person said of a row's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Judged {
    /// How good it is.
    pub stars: Stars,
    /// Whether it is as it should be.
    pub verdict: Option<Verdict>,
}

/// How many results people said what of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdicts {
    /// Results that were accepted.
    pub accepted: usize,
    /// Those that were not.
    pub rejected: usize,
    /// Those that have stars.
    pub rated: usize,
}

/// What can be taken back, and what was counted for a decision about many.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReviewFacts {
    /// Steps that can be taken back.
    pub steps: usize,
    /// What was taken back last.
    pub undone: Option<Undone>,
    /// The answer to the newest [`Command::CountGroups`](crate::engine::Command::CountGroups).
    pub groups: Option<GroupCounts>,
}

/// A step that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Counts up with each.
    pub number: u64,
    /// The first job that it was about.
    pub first: JobId,
    /// How many those were.
    pub jobs: usize,
}

/// How many results each group has that can be decided of at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCounts {
    /// Which question it answers.
    pub seq: u64,
    /// Of the marked.
    pub marked: usize,
    /// Of those that the tab and filter leave.
    pub shown: usize,
    /// Of those that want a look for the same reason as the one that was asked about.
    pub alike: usize,
    /// Which; cleaned.
    pub reason: Option<String>,
}

/// A group of results that are decided of at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupKind {
    /// The marked.
    Marked,
    /// Those that the tab and filter leave.
    Shown,
    /// Those with the same reason.
    Alike,
}

/// The pictures of a row near the cursor: they are made ahead, so that a key shows them at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Near {
    /// Whose.
    pub id: JobId,
    /// The photo.
    pub before: PictureFile,
    /// Its result, if that is a picture.
    pub after: Option<PictureFile>,
    /// The request that made it: another one's may take the same name.
    pub stamp: String,
    /// What is said of the picture, on one line and as it is written.
    pub said: Option<String>,
}

impl Near {
    /// A file as a face shows it.
    #[must_use]
    pub fn file(path: std::path::PathBuf, pixels: Option<Pixels>) -> PictureFile {
        PictureFile { path: FilePath(path), pixels, sent: None }
    }
}
