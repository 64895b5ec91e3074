//! How often to ask fal where a request stands: about ten calls a photo, whether it runs two
//! seconds or two minutes, and still soon after it ends.

use std::time::Duration;

/// The shortest time between two calls for one request.
const SHORTEST: Duration = Duration::from_millis(250);
/// The longest, so that a table that is looked at stays true.
const LONGEST: Duration = Duration::from_secs(30);
/// For the request that somebody looks at.
const WATCHED: Duration = Duration::from_secs(1);
/// The longest time that a forecast speaks of.
const DAY: Duration = Duration::from_hours(24);
/// The most that calls which are due together are drawn apart by, where it matters when they are made.
const SPREAD: Duration = Duration::from_millis(250);
/// How much a new measurement counts against what was learned before.
const WEIGHT: f64 = 0.2;

/// What was learned about this model on this account.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct PollInterval {
    /// How long a request typically runs.
    typical: Option<Duration>,
    /// How many of ours complete in a second.
    rate: Option<f64>,
}

/// What is known of a request when the next call is planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Seen {
    /// In the queue, behind so many.
    Queued(Option<u32>),
    /// Running; it began at least and at most so long ago.
    Running {
        /// Since a call first said so.
        at_least: Duration,
        /// Since the last call that did not.
        at_most: Duration,
        /// Since its turn was to come, by its last place in the queue.
        supposedly: Option<Duration>,
    },
}

impl PollInterval {
    /// Learns from a request that ended after running for so long.
    pub(super) fn learn(&mut self, ran: Duration) {
        self.typical = Some(self.typical.map_or(ran, |typical| typical.mul_f64(1.0 - WEIGHT) + ran.mul_f64(WEIGHT)));
    }

    /// How long a request typically runs, if that is known.
    pub(super) fn typical(&self) -> Option<Duration> {
        self.typical
    }

    /// Learns how many requests complete in a second.
    pub(super) fn flow(&mut self, per_second: Option<f64>) {
        self.rate = per_second.filter(|rate| *rate > 0.0);
    }

    /// When the turn of a request comes that is behind so many.
    pub(super) fn until_turn(&self, position: Option<u32>) -> Option<Duration> {
        Some(Duration::from_secs_f64(f64::from(position?) / self.rate?).min(DAY))
    }

    /// The wait between the submit and the first call.
    pub(super) fn first(&self) -> Duration {
        self.typical
            .map_or(Duration::from_millis(500), |typical| typical.mul_f64(0.35))
            .clamp(SHORTEST * 2, Duration::from_secs(3))
    }

    /// The wait until the next call. `random` is in 0..1: requests that were submitted together are
    /// not asked for together.
    pub(super) fn next(&self, seen: Seen, watched: bool, random: f64) -> Duration {
        let longest = if watched { WATCHED } else { LONGEST };
        let random = random.clamp(0.0, 1.0);
        let wait = match (seen, self.typical) {
            // When its turn has come; far back, half of the way there is soon enough.
            (Seen::Queued(position), typical) => {
                let run = typical.unwrap_or(Duration::from_secs(2));
                let wait = self.until_turn(position).map_or_else(
                    || Duration::from_secs(1).mul_f64(0.25 * f64::from(position.unwrap_or(1))),
                    |turn| turn.min(run).max(turn / 2),
                );
                wait.min(Duration::from_mins(1)) + run.mul_f64(0.4).max(SHORTEST)
            }
            // Not before it should have ended, then often: a slot that is free and not known to be is wasted.
            (Seen::Running { at_least, at_most, supposedly }, Some(typical)) => {
                let ran = supposedly.unwrap_or(at_most).clamp(at_least.min(at_most), at_most);
                let left = typical.saturating_sub(ran);
                if left > Duration::ZERO {
                    // Only ever later: a call that comes a little early is made twice.
                    let spread = (left / 8).min(SPREAD).mul_f64(random);
                    return (left + typical / 32 + spread).clamp(SHORTEST, longest);
                }
                typical / 10 + at_least.saturating_sub(typical) / 3
            }
            (Seen::Running { at_least, .. }, None) => at_least.mul_f64(0.3).max(SHORTEST * 2),
        };
        wait.clamp(SHORTEST, longest).mul_f64(random.mul_add(0.2, 0.9))
    }

    /// The wait after so many calls in a row did not get through.
    pub(super) fn after_failures(failures: u32, asked: Option<Duration>, random: f64) -> Duration {
        let doubled =
            Duration::from_secs(1).saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
        let wait = doubled.min(Duration::from_mins(1)).mul_f64(random.clamp(0.0, 1.0).mul_add(0.5, 0.5));
        wait.max(asked.unwrap_or_default().min(Duration::from_mins(10)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many calls a request takes that waits `queued` and then runs `ran`, and how late its end is seen.
    fn calls(pace: &PollInterval, queued: Duration, ran: Duration, position: u32) -> (u32, Duration) {
        let (mut at, mut count, mut last_queued, mut first_running) = (pace.first(), 0, Duration::ZERO, None);
        let mut turn = None;
        loop {
            count += 1;
            if at >= queued + ran {
                return (count, at.saturating_sub(queued + ran));
            }
            let seen = if at < queued {
                last_queued = at;
                let left = 1.0 - at.as_secs_f64() / queued.as_secs_f64();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small position")]
                let position = Some((f64::from(position) * left) as u32);
                turn = pace.until_turn(position).map(|wait| at + wait);
                Seen::Queued(position)
            } else {
                let since = *first_running.get_or_insert(at);
                Seen::Running {
                    at_least: at.checked_sub(since).unwrap(),
                    at_most: at.checked_sub(last_queued).unwrap(),
                    supposedly: turn.map(|turn| at.saturating_sub(turn)),
                }
            };
            at += pace.next(seen, false, 0.5);
        }
    }

    #[test]
    fn a_photo_takes_about_ten_calls_in_all_however_long_it_runs() {
        for (ran, queued, position, rate) in
            [(2, 1, 20, 20.0), (12, 0, 0, 0.3), (53, 60, 8, 0.15), (53, 0, 0, 0.15), (180, 600, 30, 0.05)]
        {
            let mut pace = PollInterval::default();
            pace.learn(Duration::from_secs(ran));
            pace.flow(Some(rate));
            let (count, late) = calls(&pace, Duration::from_secs(queued), Duration::from_secs(ran), position);
            // Upload, submit, result and download are four more; every minute of queue adds three.
            assert!(count <= 8 + u32::try_from(queued / 20).unwrap(), "{count} calls for {ran} s after {queued} s");
            assert!(late <= Duration::from_secs(ran).mul_f64(0.25), "seen {late:?} late after {ran} s");
        }
    }

    #[test]
    fn what_somebody_looks_at_is_asked_for_every_second() {
        let mut pace = PollInterval::default();
        pace.learn(Duration::from_mins(3));
        let (at_least, at_most) = (Duration::from_secs(10), Duration::from_secs(11));
        let running = Seen::Running { at_least, at_most, supposedly: None };
        assert!(pace.next(running, true, 1.0) <= Duration::from_millis(1100));
        assert!(pace.next(running, false, 0.0) >= Duration::from_secs(15));
    }

    #[test]
    fn an_unreachable_fal_is_asked_less_and_less() {
        assert_eq!(PollInterval::after_failures(1, None, 1.0), Duration::from_secs(1));
        assert_eq!(PollInterval::after_failures(40, None, 1.0), Duration::from_mins(1));
        assert_eq!(PollInterval::after_failures(1, Some(Duration::from_secs(30)), 0.0), Duration::from_secs(30));
    }
}
