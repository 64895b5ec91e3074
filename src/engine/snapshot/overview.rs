//! The course of a batch in numbers, for charts: of a size that does not depend on how long it runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::job::{Timestamp, Usd};

/// How a batch goes over time, and how long its photos take.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Overview {
    /// When the first point begins.
    pub began: Timestamp,
    /// For how long each point stands. Where there would be too many, two become one and this doubles.
    pub step: Duration,
    /// Oldest first, without gaps.
    pub points: Vec<Point>,
    /// How long results took on fal's runners, where fal says so of any.
    pub seconds: Option<Seconds>,
}

/// What happened in one step.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    /// Pictures saved.
    pub photos: u32,
    /// What was likely spent by its end, in all runs of the batch.
    pub spent: Usd,
    /// Requests before those that waited in fal's queue, on average; `None` if none was known to wait.
    pub position: Option<f32>,
    /// Bytes to fal's storage.
    pub up: u64,
    /// Bytes from there.
    pub down: u64,
}

/// How long results took on fal's runners.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Seconds {
    /// Results that fal told it of.
    pub count: u64,
    /// Half took no longer, s.
    pub median: f64,
    /// The longest, s.
    pub slowest: f64,
    /// The photo that took it, below its folder; cleaned for a terminal.
    pub slowest_path: String,
    /// How many took how long, the shortest first.
    pub bins: Vec<Bin>,
}

/// How many results took about so long.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Bin {
    /// At least, s.
    pub from: f64,
    /// Less than, s.
    pub to: f64,
    /// So many.
    pub count: u64,
}

impl Overview {
    /// Photos a minute over each point and those beside it, so that the line is one to read: at least half a minute.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate")]
    pub fn per_minute(&self) -> Vec<f64> {
        let step = self.step.as_secs_f64().max(0.001);
        let wide = ((30.0 / step).ceil() as usize).clamp(1, self.points.len().max(1));
        let rate = |last: usize| {
            let first = (last + 1).saturating_sub(wide);
            let window = self.points.get(first..=last).unwrap_or_default();
            let photos: u64 = window.iter().map(|point| u64::from(point.photos)).sum();
            photos as f64 * 60.0 / (window.len().max(1) as f64 * step)
        };
        (0..self.points.len()).map(rate).collect()
    }
}

impl Seconds {
    /// The same counts in so many bins of one width, for a chart; the last one ends with the slowest.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a chart")]
    pub fn evenly(&self, bins: usize) -> Vec<Bin> {
        let least = self.bins.first().map_or(0.0, |bin| bin.from);
        // What takes from nearly nothing on is shown from nothing on.
        let least = if least < self.slowest / 4.0 { 0.0 } else { least };
        let width = ((self.slowest - least) / bins.max(1) as f64).max(1e-6);
        let from = |place: usize| least + width * place as f64;
        let mut even: Vec<_> = (0..bins).map(|n| Bin { from: from(n), to: from(n + 1), count: 0 }).collect();
        for bin in &self.bins {
            let middle = f64::midpoint(bin.from, bin.to.min(self.slowest));
            let place = ((middle - least) / width).max(0.0) as usize;
            if let Some(slot) = even.get_mut(place.min(bins.saturating_sub(1))) {
                slot.count += bin.count;
            }
        }
        even
    }
}
