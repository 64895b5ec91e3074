//! A process that works on a batch, as those see it who look on from elsewhere.

use serde::{Deserialize, Serialize};

use super::Notice;
use crate::job::{Timestamp, Usd};

/// A process that works on a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worker {
    /// Its machine, clean.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// When it began, and when it was last heard of, by this machine's clock.
    pub began: Timestamp,
    /// The last sign of life.
    pub heard: Timestamp,
    /// Whether it was not heard of for so long that others may take its place.
    pub is_lost: bool,
    /// How it goes there; `None` until it has said so.
    pub word: Option<Word>,
}

/// How it goes at a worker, in its own words.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Word {
    /// Its requests at fal.
    pub in_flight: usize,
    /// The most that it may have there.
    pub window: u16,
    /// Pictures that it saves a minute, once that means something.
    pub per_minute: Option<f64>,
    /// By whom or what it is paused.
    pub paused: Option<String>,
    /// What it tells.
    pub notice: Option<Notice>,
    /// Its cap.
    pub cap: Option<Usd>,
}
