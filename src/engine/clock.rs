//! Wall time that follows tokio's clock, so that a paused clock stands still for jobs, too.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::job::Timestamp;

/// Tells the time.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: Instant,
    at: Timestamp,
}

impl Clock {
    /// A clock that shows the system's time now and goes on with tokio's clock.
    #[must_use]
    pub fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { began: Instant::now(), at: Timestamp(0).plus(since_epoch) }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.at.plus(self.began.elapsed())
    }

    /// The instant at which this clock will show `at`.
    #[must_use]
    pub fn instant(&self, at: Timestamp) -> Instant {
        self.began + at.since(self.at)
    }
}
