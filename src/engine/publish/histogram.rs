//! How long results took, in bins whose widths grow with what they count: a few hundred counters however many results
//! there are, and none is more than some four percent wide.

use std::collections::BTreeMap;

use crate::engine::snapshot::{Bin, Seconds};

/// Bins for each doubling.
const BINS: f64 = 16.0;
/// What takes less counts as much, s; what takes more as that.
const RANGE: (f64, f64) = (0.001, 1e6);

/// How long results took.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// By the logarithm of their beginning.
    bins: BTreeMap<i16, u64>,
    count: u64,
    slowest: f64,
    slowest_path: String,
}

impl Histogram {
    pub(super) fn add(&mut self, seconds: f64, path: &str) {
        if !seconds.is_finite() || seconds < 0.0 {
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "within the range it is a few hundred")]
        let bin = (seconds.clamp(RANGE.0, RANGE.1).log2() * BINS).floor() as i16;
        *self.bins.entry(bin).or_default() += 1;
        self.count += 1;
        if seconds > self.slowest || self.slowest_path.is_empty() {
            (self.slowest, self.slowest_path) = (seconds, path.to_owned());
        }
    }

    /// As plain values; `None` if nothing was told.
    pub(super) fn seconds(&self) -> Option<Seconds> {
        let edge = |bin: i16| (f64::from(bin) / BINS).exp2();
        let bins: Vec<_> =
            self.bins.iter().map(|(bin, count)| Bin { from: edge(*bin), to: edge(bin + 1), count: *count }).collect();
        let mut before = 0;
        let middle = bins.iter().find(|bin| {
            before += bin.count;
            before * 2 >= self.count
        })?;
        let median = (middle.from * middle.to).sqrt().min(self.slowest);
        let slowest_path = self.slowest_path.clone();
        Some(Seconds { count: self.count, median, slowest: self.slowest, slowest_path, bins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_nearly_exact_and_memory_is_bounded() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.seconds(), None);
        for n in 0..100_000_u32 {
            histogram.add(f64::from(n % 1000) / 10.0 + 5.0, &format!("{n}.jpg"));
        }
        for odd in [f64::NAN, f64::INFINITY, -1.0] {
            histogram.add(odd, "odd.jpg");
        }
        histogram.add(1e9, "slow.jpg");
        histogram.add(0.0, "quick.jpg");
        assert!(histogram.bins.len() < 480, "{}", histogram.bins.len());
        let seconds = histogram.seconds().unwrap();
        assert!((53.0..57.0).contains(&seconds.median), "{}", seconds.median);
        assert_eq!((seconds.count, &*seconds.slowest_path), (100_002, "slow.jpg"));
        let even = seconds.evenly(12);
        assert_eq!((even.len(), even.iter().map(|bin| bin.count).sum::<u64>()), (12, 100_002));
    }

    #[test]
    fn one_result_is_its_own_median() {
        let mut histogram = Histogram::default();
        histogram.add(2.5, "a.jpg");
        let seconds = histogram.seconds().unwrap();
        assert!((seconds.median - 2.5).abs() < 0.1 && (seconds.slowest - 2.5).abs() < 1e-9);
        assert_eq!(seconds.evenly(6).iter().map(|bin| bin.count).sum::<u64>(), 1);
    }
}
