//! What is known of a request that is followed, from call to call.

use super::poll_interval::PollInterval;
use crate::job::Timestamp;

/// What is known of a request that is followed.
#[derive(Debug, Default)]
pub(in crate::engine) struct Following {
    /// How many requests were before it when fal accepted it.
    pub(in crate::engine) position: Option<u32>,
    /// Whether the next call about it is the one that is to find it ended.
    pub(in crate::engine) is_forecast: bool,
    /// The last time that it was known not to run yet.
    pub(in crate::engine) not_running_at: Option<Timestamp>,
    /// When its turn was to come, by its last place in the queue.
    pub(in crate::engine) turn_at: Option<Timestamp>,
    /// Whether the ledger knows that it runs.
    pub(in crate::engine) noted_running: bool,
}

impl Following {
    /// Its turn has come: so many places the queue has moved on at least.
    pub(in crate::engine) fn turn_came(&mut self, interval: &mut PollInterval, now: Timestamp) {
        if let Some((position, then)) = self.position.take().zip(self.not_running_at) {
            interval.passed(position, now.since(then));
        }
    }
}
