//! The sandbox's own time. It runs with the world's, unless a test makes it stand, race or jump.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// A point in the sandbox's time: how long after its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(Duration);

impl Moment {
    /// So much later.
    pub(super) fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait))
    }

    /// How long ago `earlier` was; zero if it is yet to come.
    pub(super) fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// How fast the sandbox's time runs, as from when.
#[derive(Debug, Clone, Copy)]
struct Pace {
    real: Instant,
    ours: Duration,
    speed: f64,
}

/// Tells the sandbox's time and waits by it.
#[derive(Debug)]
pub(super) struct Clock {
    start: Timestamp,
    pace: watch::Sender<Pace>,
}

impl Clock {
    /// A clock that starts now and runs `speed` times as fast as the world's; 0 stands still.
    pub(super) fn new(speed: f64) -> Self {
        let pace = Pace { real: Instant::now(), ours: Duration::ZERO, speed };
        Self { start: Timestamp::now(), pace: watch::Sender::new(pace) }
    }

    /// What it is now.
    pub(super) fn now(&self) -> Moment {
        let pace = *self.pace.borrow();
        Moment(pace.ours.saturating_add(scale(pace.real.elapsed(), pace.speed)))
    }

    /// The same as a date, UTC.
    pub(super) fn date(&self, moment: Moment) -> Timestamp {
        let passed = SignedDuration::try_from(moment.0).unwrap_or(SignedDuration::MAX);
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    /// Jumps ahead and, if given, runs at another speed from there on.
    pub(super) fn adjust(&self, ahead: Duration, speed: Option<f64>) {
        self.pace.send_modify(|pace| {
            let now = pace.ours.saturating_add(scale(pace.real.elapsed(), pace.speed));
            *pace = Pace { real: Instant::now(), ours: now.saturating_add(ahead), speed: speed.unwrap_or(pace.speed) };
        });
    }

    /// Waits until then by the sandbox's time.
    pub(super) async fn until(&self, then: Moment) {
        let mut pace = self.pace.subscribe();
        loop {
            let speed = pace.borrow_and_update().speed;
            let left = then.since(self.now());
            if left.is_zero() {
                return;
            }
            let changed = pace.changed();
            if speed > 0.0 {
                tokio::select! {
                    () = tokio::time::sleep(scale(left, 1.0 / speed)) => {}
                    _ = changed => {}
                }
            } else if changed.await.is_err() {
                return;
            }
        }
    }

    /// Waits so long by the sandbox's time.
    pub(super) async fn pause(&self, wait: Duration) {
        if !wait.is_zero() {
            self.until(self.now().after(wait)).await;
        }
    }
}

/// A duration times a factor; what does not fit is as long as can be.
fn scale(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_standing_clock_moves_only_when_told() {
        let clock = Clock::new(0.0);
        let start = clock.now();
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(clock.now(), start);
        clock.adjust(Duration::from_hours(2), None);
        assert_eq!(clock.now().since(start), Duration::from_hours(2));
    }

    #[tokio::test]
    async fn a_wait_ends_when_the_clock_jumps() {
        let clock = std::sync::Arc::new(Clock::new(1.0));
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.pause(Duration::from_hours(1)).await }
        });
        tokio::task::yield_now().await;
        clock.adjust(Duration::from_hours(1), None);
        tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
    }
}
