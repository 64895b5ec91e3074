//! How often to ask fal where a request stands: as a rule once, when it should have ended, whether it runs one second or
//! two minutes.

use std::time::Duration;

use super::recent::Recent;

/// The shortest time between two calls for one request, where nothing is known of how long they run.
const SHORTEST: Duration = Duration::from_millis(250);
/// The same for a model that answers at once.
const QUICKEST: Duration = Duration::from_millis(10);
/// The longest, so that a table that is looked at stays true.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest for one that has long to wait in the queue.
const FAR_BACK: Duration = Duration::from_mins(2);
/// For the request that somebody looks at.
const WATCHED: Duration = Duration::from_secs(1);
/// The first call about a request, where nothing is known of how long they run.
const UNKNOWN: Duration = Duration::from_millis(500);
/// A request that runs so long is also asked about when it should run, so that the table says so.
const LONG: Duration = Duration::from_secs(6);
/// The longest time that a forecast speaks of.
const DAY: Duration = Duration::from_hours(24);
/// The most that calls which are due together are drawn apart by, where it matters when they are made.
const SPREAD: Duration = Duration::from_millis(250);
/// How much a new measurement counts against what was learned before.
const WEIGHT: f64 = 0.2;
/// The share of calls that are to find their request ended, where all run alike.
const RIGHT: f64 = 0.9;
/// How much what is added to a forecast changes by one that was wrong, as a share of a run.
const STEP: f64 = 1.0 / 32.0;
/// The most that is added to a forecast, as a share of a run: where runs differ, another call is better than a long wait.
const MOST_ADDED: f64 = 1.0 / 8.0;

/// What was learned about this model on this account.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct PollInterval {
    /// How long requests ran lately, s.
    runs: Recent,
    /// How long a request typically runs.
    typical: Option<Duration>,
    /// How much later than forecast requests end, s.
    later: f64,
    /// How many of ours, and of those who work on the same batch, complete in a second.
    rate: Option<f64>,
    /// By how many places in a second the queue was seen to move.
    places: Option<f64>,
    /// The speed that waits in the queue were planned by, places in a second.
    planned_by: Option<f64>,
}

/// What is known of a request when the next call is planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::engine) enum Seen {
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

/// When a request is to be asked about first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::engine) struct First {
    /// The wait from when fal accepted it.
    pub(in crate::engine) wait: Duration,
    /// Whether it should have ended then.
    pub(in crate::engine) is_forecast: bool,
}

impl PollInterval {
    /// Learns from a request that ended after running for so long.
    pub(in crate::engine) fn learn(&mut self, ran: Duration) {
        self.runs.add(ran.as_secs_f64());
        self.typical = self.runs.median().map(Duration::from_secs_f64);
    }

    /// How long a request typically runs, if that is known.
    pub(in crate::engine) fn typical(&self) -> Option<Duration> {
        self.typical
    }

    /// Learns how many requests complete in a second.
    pub(in crate::engine) fn flow(&mut self, per_second: Option<f64>) {
        self.rate = per_second.filter(|rate| *rate > 0.0);
    }

    /// Learns from a request that has moved on by so many places in the queue.
    pub(in crate::engine) fn moved(&mut self, places: u32, took: Duration) {
        let seen = per_second(places, took);
        if places > 0 {
            self.places = Some(self.places.map_or(seen, |known| known * (1.0 - WEIGHT) + seen * WEIGHT));
        }
    }

    /// Learns from a request whose turn came, maybe long ago, so many places on.
    pub(in crate::engine) fn passed(&mut self, places: u32, took: Duration) {
        if self.places.is_none_or(|known| per_second(places, took) > known) {
            self.moved(places, took);
        }
    }

    /// Whether the queue turned out to move much faster than calls about what stands in it were planned by: they come too
    /// late then. That is said once; they are taken to be planned anew.
    pub(in crate::engine) fn quickened(&mut self) -> bool {
        let Some(speed) = self.speed() else { return false };
        let is_quicker = self.planned_by.is_none_or(|planned| speed > 2.0 * planned);
        let planned = self.planned_by.filter(|_| !is_quicker).unwrap_or(speed);
        self.planned_by = Some(planned.min(speed));
        is_quicker
    }

    /// How fast the queue moves, places in a second.
    fn speed(&self) -> Option<f64> {
        self.rate.into_iter().chain(self.places).reduce(f64::max)
    }

    /// Learns whether a request had ended when that was forecast.
    pub(in crate::engine) fn forecast(&mut self, was_right: bool) {
        let Some(run) = self.typical.map(|run| run.as_secs_f64()) else { return };
        let step = (run * STEP).max(0.001);
        let change = if was_right { (RIGHT - 1.0) * step } else { RIGHT * step };
        self.later = (self.later + change).clamp(-run, (run * MOST_ADDED).max(0.02));
    }

    /// When the turn of a request comes that is behind so many. Where others wait, too, the queue moves faster than ours
    /// complete.
    pub(in crate::engine) fn until_turn(&self, position: Option<u32>) -> Option<Duration> {
        Some(Duration::from_secs_f64(f64::from(position?) / self.speed()?).min(DAY))
    }

    /// The wait between the submit and the first call about a request that was behind so many.
    pub(in crate::engine) fn first(&self, position: Option<u32>) -> First {
        let not_yet = |wait: Duration| First { wait: wait.min(FAR_BACK), is_forecast: false };
        let Some(run) = self.typical else { return not_yet(UNKNOWN) };
        let turn = self.until_turn(position).unwrap_or_default();
        if run >= LONG {
            return not_yet(on_the_way(turn, run) + run.mul_f64(0.35).min(Duration::from_secs(3)));
        }
        if is_far(turn, run) {
            return not_yet(turn / 2);
        }
        // What was learned of other requests cannot bring it before its turn.
        let later = self.later.max(-turn.as_secs_f64() / 2.0);
        let wait = (turn + run).as_secs_f64() + later;
        First { wait: Duration::from_secs_f64(wait.max(0.0)), is_forecast: true }
    }

    /// The wait until the next call. `random` is in 0..1: requests that were submitted together are
    /// not asked for together.
    pub(in crate::engine) fn next(&self, seen: Seen, watched: bool, random: f64) -> Duration {
        let longest = match seen {
            _ if watched => WATCHED,
            Seen::Queued(_) => FAR_BACK,
            Seen::Running { .. } => LONGEST,
        };
        let (random, shortest) = (random.clamp(0.0, 1.0), self.shortest());
        let wait = match (seen, self.typical) {
            (Seen::Queued(position), typical) => {
                let run = typical.unwrap_or(Duration::from_secs(2));
                let turn = self.until_turn(position);
                if let Some(turn) = turn.filter(|turn| run < LONG && !is_far(*turn, run)) {
                    return (turn + run + shortest.mul_f64(random)).clamp(shortest, longest);
                }
                // Of many some are asked about soon: what is seen of them tells when the others' turn comes.
                let unknown = || (Duration::from_millis(250) * position.unwrap_or(1)).mul_f64(random.mul_add(0.9, 0.1));
                turn.map_or_else(unknown, |turn| on_the_way(turn, run)) + run.mul_f64(0.4).max(shortest)
            }
            // Not before it should have ended, then often: a slot that is free and not known to be is wasted.
            (Seen::Running { at_least, at_most, supposedly }, Some(typical)) => {
                let ran = supposedly.unwrap_or(at_most).clamp(at_least.min(at_most), at_most);
                let left = typical.saturating_sub(ran);
                if left > Duration::ZERO {
                    // Only ever later: a call that comes a little early is made twice.
                    let spread = (left / 8).min(SPREAD).mul_f64(random);
                    return (left + typical / 32 + spread).clamp(shortest, longest);
                }
                typical / 10 + at_least.saturating_sub(typical) / 3
            }
            (Seen::Running { at_least, .. }, None) => at_least.mul_f64(0.3).max(SHORTEST * 2),
        };
        wait.clamp(shortest, longest).mul_f64(random.mul_add(0.2, 0.9))
    }

    fn shortest(&self) -> Duration {
        self.typical.map_or(SHORTEST, |typical| (typical / 8).clamp(QUICKEST, SHORTEST))
    }

    /// The wait after so many calls in a row did not get through.
    pub(in crate::engine) fn after_failures(failures: u32, asked: Option<Duration>, random: f64) -> Duration {
        let doubled =
            Duration::from_secs(1).saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
        let wait = doubled.min(Duration::from_mins(1)).mul_f64(random.clamp(0.0, 1.0).mul_add(0.5, 0.5));
        wait.max(asked.unwrap_or_default().min(Duration::from_mins(10)))
    }
}

/// How fast a queue is that moved by so many places, places in a second.
fn per_second(places: u32, took: Duration) -> f64 {
    f64::from(places) / took.as_secs_f64().max(0.001)
}

/// Whether a turn is so far off that what is known of it says little of when the run ends.
fn is_far(turn: Duration, run: Duration) -> bool {
    turn > (run * 4).max(Duration::from_secs(2))
}

/// When to ask about one whose turn is so far off: when it has come; far back, half of the way there is soon enough.
fn on_the_way(turn: Duration, run: Duration) -> Duration {
    turn.min(run).max(turn / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many calls a request takes that waits `queued` and then runs `ran`, and how late its end is seen.
    fn calls(pace: &PollInterval, queued: Duration, ran: Duration, position: u32) -> (u32, Duration) {
        let first = pace.first(Some(position)).wait;
        let (mut at, mut count, mut last_queued, mut first_running) = (first, 0, Duration::ZERO, None);
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

    /// How many calls each request takes in the mean, and how late its end is seen as a share of a run, where each runs
    /// about so long, and more or less by such a share, once enough is known.
    fn learned(run: f64, differs: f64) -> (f64, f64) {
        let (mut pace, mut rng) = (PollInterval::default(), fastrand::Rng::with_seed(3));
        let (mut count, mut late) = (0, 0.0);
        for request in 0..1200 {
            let ran = run * (1.0 + differs * (rng.f64() - 0.5)) + 0.004;
            let first = pace.first(Some(0));
            let (mut at, mut calls) = (first.wait.as_secs_f64(), 1);
            if first.is_forecast {
                pace.forecast(at >= ran);
            }
            let seen_first = at;
            while at < ran {
                let at_least = Duration::from_secs_f64(at - seen_first);
                let running = Seen::Running { at_least, at_most: Duration::from_secs_f64(at), supposedly: None };
                at += pace.next(running, false, rng.f64()).as_secs_f64();
                calls += 1;
            }
            pace.learn(Duration::from_secs_f64(ran - 0.004));
            if request >= 200 {
                (count, late) = (count + calls, late + (at - ran) / run);
            }
        }
        (f64::from(count) / 1000.0, late / 1000.0)
    }

    #[test]
    fn a_quick_model_is_asked_when_it_should_have_ended_and_hardly_ever_twice() {
        for run in [0.05, 0.4, 1.0, 2.0, 5.0] {
            let (calls, late) = learned(run, 0.02);
            assert!(calls < 1.25 && late < 0.05, "{calls} calls and {late} of {run} s late");
            let (calls, late) = learned(run, 1.0);
            assert!(calls < 2.6 && late < 0.25 + 0.02 / run, "{calls} calls and {late} of about {run} s late");
        }
        let (calls, _) = learned(0.001, 0.5);
        assert!(calls < 1.5, "{calls} calls where it takes no time");
    }

    #[test]
    fn far_back_in_the_queue_hardly_anything_is_asked() {
        let mut pace = PollInterval::default();
        pace.learn(Duration::from_secs(1));
        pace.flow(Some(0.5));
        assert!(pace.first(Some(1000)).wait >= FAR_BACK);
        assert!(pace.next(Seen::Queued(Some(1000)), false, 0.0) >= FAR_BACK.mul_f64(0.9));
        pace.moved(100, Duration::from_secs(10));
        assert!(
            pace.first(Some(100)).wait <= Duration::from_secs(5),
            "others make the queue move faster than ours end"
        );
    }

    #[test]
    fn once_the_queue_is_known_to_be_quicker_that_is_said_once() {
        let mut pace = PollInterval::default();
        let second = Duration::from_secs(1);
        pace.learn(second * 2);
        assert!(!pace.quickened(), "nothing is known yet");
        let waits = |pace: &PollInterval, random| pace.next(Seen::Queued(Some(40)), false, random);
        assert!(waits(&pace, 0.0) < second * 2 && waits(&pace, 1.0) > second * 10, "some are asked about soon");
        pace.passed(20, second);
        assert!(pace.quickened() && !pace.quickened());
        assert!(waits(&pace, 1.0) < second * 6);
        // One that was asked about late says little of how fast it was.
        pace.passed(20, second * 40);
        assert_eq!(pace.until_turn(Some(40)), Some(second * 2));
        pace.moved(30, second);
        assert!(!pace.quickened(), "not by much");
        pace.flow(Some(100.0));
        assert!(pace.quickened());
        // As it slows down and comes back, too.
        pace.flow(None);
        assert!(!pace.quickened());
        pace.flow(Some(100.0));
        assert!(pace.quickened() && !pace.quickened());
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
