//! Retrying, as data: how often, and how long to wait before each.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How often a job is tried again for transient causes, and the waits between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Retries after the first attempt.
    pub retries: u16,
    /// The wait before the first retry; it doubles with each.
    pub base: Duration,
    /// The longest wait that doubling leads to.
    pub cap: Duration,
}

impl RetryPolicy {
    /// The longest `Retry-After` that we sit through; a server that asks for more is asked again then.
    pub const LONGEST_ASKED: Duration = Duration::from_mins(10);

    /// The wait before retry `n` (from 1), or `None` when they are used up.
    ///
    /// Half of a wait is fixed and half random, so that jobs which failed together do not come back
    /// together; `random` is in 0..1. What the server asked for (`after`) is a floor.
    #[must_use]
    pub fn delay(&self, n: u16, after: Option<Duration>, random: f64) -> Option<Duration> {
        if n == 0 || n > self.retries {
            return None;
        }
        let doubled = self.base.saturating_mul(1_u32.checked_shl(u32::from(n - 1)).unwrap_or(u32::MAX));
        let wait = doubled.min(self.cap).mul_f64(random.clamp(0.0, 1.0).mul_add(0.5, 0.5));
        Some(wait.max(after.unwrap_or_default().min(Self::LONGEST_ASKED)))
    }

    /// All the waits in turn, with a random number in 0..1 for each.
    pub fn delays(&self, mut random: impl FnMut() -> f64) -> impl Iterator<Item = Duration> {
        (1..=self.retries).map_while(move |n| self.delay(n, None, random()))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 3, base: Duration::from_secs(2), cap: Duration::from_mins(1) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_end() {
        let policy = RetryPolicy { retries: 7, ..RetryPolicy::default() };
        let waits: Vec<_> = policy.delays(|| 1.0).map(|wait| wait.as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(policy.delay(8, None, 0.5), None);
    }

    #[test]
    fn what_the_server_asks_for_is_a_floor_with_a_ceiling() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.delay(1, Some(Duration::from_secs(30)), 0.0), Some(Duration::from_secs(30)));
        assert_eq!(policy.delay(1, Some(Duration::from_hours(24)), 0.0), Some(RetryPolicy::LONGEST_ASKED));
        assert_eq!(policy.delay(1, Some(Duration::ZERO), 1.0), Some(Duration::from_secs(2)));
    }

    proptest! {
        #[test]
        fn a_wait_is_never_over_the_cap_nor_under_half(n in 1_u16..60, random in 0.0_f64..1.0) {
            let policy = RetryPolicy { retries: 60, ..RetryPolicy::default() };
            let wait = policy.delay(n, None, random).unwrap();
            prop_assert!(wait <= policy.cap);
            prop_assert!(wait >= policy.base / 2);
        }
    }
}
