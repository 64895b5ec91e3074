//! A moment, as a value: the clock that reads it lives outside.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time from `earlier` to here; zero if the clock went backwards.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This moment and a while.
    #[must_use]
    pub fn plus(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment, or the next that is a multiple of `step`.
    #[must_use]
    pub fn rounded_up(self, step: Duration) -> Self {
        let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX).max(1);
        let over = self.0.rem_euclid(step);
        if over == 0 { self } else { Self(self.0.saturating_add(step - over)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rounded_to_the_next_step() {
        let step = Duration::from_millis(25);
        let rounded = |at| Timestamp(at).rounded_up(step).0;
        assert_eq!([0, 1, 25, 26, -1].map(rounded), [0, 25, 25, 50, 0]);
        assert_eq!(Timestamp(i64::MAX).rounded_up(step), Timestamp(i64::MAX));
        assert_eq!(Timestamp(7).rounded_up(Duration::ZERO), Timestamp(7));
    }

    #[test]
    fn a_clock_that_goes_back_gives_zero() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Duration::ZERO);
        assert_eq!(Timestamp(9).since(Timestamp(5)), Duration::from_millis(4));
        assert_eq!(Timestamp(i64::MAX).plus(Duration::from_secs(1)), Timestamp(i64::MAX));
    }
}
