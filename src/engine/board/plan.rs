//! What would be sent and paid, before anything is.

use serde::{Deserialize, Serialize};

use crate::job::{UnitPrice, Usd};

/// What would be sent and paid.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// Whether photos are still being found.
    pub walking: bool,
    /// Photos to be sent in this run.
    pub photos: usize,
    /// Photos that are the same picture as another: not sent, the other's result is used again.
    pub duplicates: usize,
    /// What sending them would have cost; `None` if it cannot be known.
    pub duplicates_usd: Option<Usd>,
    /// Photos that may be the same picture as another and are still being looked at.
    pub checking: usize,
    /// Photos of this batch that an earlier run finished.
    pub done_before: usize,
    /// Requests of an earlier run that are picked up at fal.
    pub at_fal: usize,
    /// Photos that failed in an earlier run and stay so until retried.
    pub failed_before: usize,
    /// How many files are not sent.
    pub skipped: usize,
    /// Why, most frequent reason first, with counts.
    pub skipped_by_reason: Vec<(String, usize)>,
    /// The first of the skipped files.
    pub skipped_files: Vec<SkippedFile>,
    /// Pixels to be sent.
    pub input_px: u64,
    /// Pixels to come back.
    pub output_px: u64,
    /// The unit price in force; `None` if it is not known.
    pub price: Option<UnitPrice>,
    /// What all photos to be sent will cost; `None` if it cannot be known.
    pub estimate: Option<Usd>,
    /// The ten dearest: path, price.
    pub dearest: Vec<(String, Usd)>,
}

/// A file that is not sent. Text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFile {
    /// The file, below its folder.
    pub path: String,
    /// Why not.
    pub reason: String,
}
