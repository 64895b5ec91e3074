//! The calls that all requests together may make in vain: however many are at fal, it is not asked more often than this.

use std::time::Duration;

use crate::job::Timestamp;

/// Calls a second that find a request where it was.
const A_SECOND: f64 = 25.0;
/// How many may come together: those of requests that were submitted together.
const AT_ONCE: f64 = 50.0;

/// What is left of it. A call takes one, and gives it back where it finds that a request has ended.
#[derive(Debug)]
pub(in crate::engine) struct Allowance {
    left: f64,
    at: Timestamp,
    /// By how many processes it is shared, each of which has as much.
    among: f64,
}

impl Allowance {
    pub(in crate::engine) fn new() -> Self {
        Self { left: AT_ONCE, at: Timestamp(0), among: 1.0 }
    }

    /// So many processes have it together.
    pub(in crate::engine) fn share(&mut self, among: f64) {
        self.among = among.max(1.0);
        self.left = self.left.min(self.at_once());
    }

    /// Takes one; false if there is none.
    pub(in crate::engine) fn take(&mut self, now: Timestamp) -> bool {
        self.left = self.left_at(now);
        self.at = now;
        let is_there = self.left >= 1.0;
        if is_there {
            self.left -= 1.0;
        }
        is_there
    }

    /// A call was not in vain.
    pub(in crate::engine) fn give_back(&mut self) {
        self.left = (self.left + 1.0).min(self.at_once());
    }

    /// When there is one; `None` if there is now.
    pub(in crate::engine) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let lacks = 1.0 - self.left_at(now);
        (lacks > 0.0)
            .then(|| now.plus(Duration::from_secs_f64(lacks * self.among / A_SECOND) + Duration::from_millis(1)))
    }

    fn left_at(&self, now: Timestamp) -> f64 {
        now.since(self.at).as_secs_f64().mul_add(A_SECOND / self.among, self.left).min(self.at_once())
    }

    fn at_once(&self) -> f64 {
        (AT_ONCE / self.among).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_in_vain_are_so_many_a_second_and_others_cost_nothing() {
        let mut allowance = Allowance::new();
        let mut in_vain = 0;
        for millis in 0..10_000 {
            let now = Timestamp(millis);
            while allowance.take(now) {
                in_vain += 1;
            }
            assert!(allowance.next(now).is_some_and(|next| next > now && next < now.plus(Duration::from_millis(50))));
        }
        assert!((275..=301).contains(&in_vain), "{in_vain}");
        for _ in 0..1000 {
            allowance.give_back();
            assert!(allowance.take(Timestamp(10_000)));
        }
    }
}
