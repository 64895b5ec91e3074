//! A door that a failure shuts and the first call that gets through opens again. While it is shut
//! one call at a time tries it, ever less often.

use std::time::Duration;

use crate::job::{RetryPolicy, Timestamp};

/// A try that says nothing for so long no longer keeps others from trying.
const LOST: Duration = Duration::from_mins(2);

/// Open, or shut with the time of the next try.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    waits: Waits,
    shut: Option<Shut>,
}

/// How long it stays shut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    /// Before the first try.
    pub(crate) first: Duration,
    /// Before the second; it doubles with each.
    pub(crate) second: Duration,
    /// At the most.
    pub(crate) longest: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Shut {
    /// When the pause was begun that lasts until then.
    since: Timestamp,
    until: Timestamp,
    /// Tries that failed.
    tries: u32,
    /// When the try that is on its way began.
    trying: Option<Timestamp>,
}

impl Backoff {
    pub(crate) fn new(waits: Waits) -> Self {
        Self { waits, shut: None }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.shut.is_none()
    }

    /// Whether a call may begin.
    pub(crate) fn may(&self, now: Timestamp) -> bool {
        self.shut.is_none_or(|shut| now >= shut.next())
    }

    /// A call that may begin does.
    pub(crate) fn begin(&mut self, now: Timestamp) {
        if let Some(shut) = &mut self.shut {
            shut.trying = Some(now);
        }
    }

    /// A call that began at `begun` failed; the server asked for a pause of at least `asked`. `random`
    /// is in 0..1.
    pub(crate) fn fail(&mut self, begun: Timestamp, asked: Option<Duration>, now: Timestamp, random: f64) {
        let asked = asked.unwrap_or_default().min(RetryPolicy::LONGEST_ASKED);
        match &mut self.shut {
            None => {
                let until = now.plus(self.waits.of(0, random).max(asked));
                self.shut = Some(Shut { since: now, until, tries: 0, trying: None });
            }
            Some(shut) if shut.is_try(begun) => {
                shut.tries = shut.tries.saturating_add(1);
                shut.until = now.plus(self.waits.of(shut.tries, random).max(asked));
                (shut.since, shut.trying) = (now, None);
            }
            // It was on its way before: it tells nothing new but for how long to wait.
            Some(shut) => shut.until = shut.until.max(now.plus(asked)),
        }
    }

    /// A call that began at `begun` got through. True if that opened it.
    pub(crate) fn pass(&mut self, begun: Timestamp) -> bool {
        self.shut.take_if(|shut| shut.is_try(begun)).is_some()
    }

    /// Whatever got through opens it. True if it was shut.
    pub(crate) fn open(&mut self) -> bool {
        self.shut.take().is_some()
    }

    /// The next try may be made at once.
    pub(crate) fn hurry(&mut self, now: Timestamp) {
        if let Some(shut) = &mut self.shut {
            shut.until = shut.until.min(now);
            shut.trying = None;
        }
    }

    /// Tries that failed since it was shut; `None` if it is open.
    pub(crate) fn tries(&self) -> Option<u32> {
        self.shut.map(|shut| shut.tries)
    }

    /// When the next try is due, to be told: one that is on its way was due.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.shut.map(|shut| shut.until)
    }

    /// How long the pause before the next try is, however much of it is over.
    pub(crate) fn pause(&self) -> Duration {
        self.shut.map_or(Duration::ZERO, |shut| shut.until.since(shut.since))
    }

    /// When the next try may begin; `None` if it is open.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.shut.map(|shut| shut.next())
    }
}

impl Shut {
    fn is_try(&self, begun: Timestamp) -> bool {
        self.trying.is_some_and(|trying| begun >= trying)
    }

    fn next(&self) -> Timestamp {
        self.trying.map_or(self.until, |trying| trying.plus(LOST))
    }
}

impl Waits {
    fn of(&self, tries: u32, random: f64) -> Duration {
        let Some(doublings) = tries.checked_sub(1) else { return self.first };
        let doubled = self.second.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
        doubled.min(self.longest).mul_f64(random.clamp(0.0, 1.0).mul_add(0.25, 0.75))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WAITS: Waits =
        Waits { first: Duration::from_secs(1), second: Duration::from_secs(30), longest: Duration::from_mins(10) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    fn shut() -> Backoff {
        let mut backoff = Backoff::new(WAITS);
        backoff.fail(at(0), None, at(0), 1.0);
        backoff
    }

    #[test]
    fn it_is_tried_once_at_a_time_and_ever_less_often() {
        let mut backoff = shut();
        for wait in [1, 30, 60, 120, 240, 480, 600, 600] {
            let next = backoff.next().unwrap();
            assert_eq!(backoff.tries().map(|_| next), Some(next));
            assert!(!backoff.may(Timestamp(next.0 - 1)) && backoff.may(next), "{wait}");
            backoff.begin(next);
            assert!(!backoff.may(next.plus(Duration::from_secs(10))), "one at a time");
            let failed = next.plus(Duration::from_secs(1));
            backoff.fail(next, None, failed, 1.0);
            let waits = backoff.next().unwrap().since(failed);
            assert!(waits >= Duration::from_secs(wait), "{waits:?} after {wait}");
        }
        let next = backoff.next().unwrap();
        backoff.begin(next);
        assert!(backoff.pass(next) && backoff.is_open() && backoff.may(at(0)));
    }

    #[test]
    fn what_was_on_its_way_before_neither_opens_it_nor_shuts_it_for_longer() {
        let mut backoff = shut();
        let next = backoff.next();
        for _ in 0..7 {
            backoff.fail(at(-1), None, at(0), 1.0);
        }
        assert_eq!((backoff.next(), backoff.tries()), (next, Some(0)));
        assert!(!backoff.pass(at(-1)) && !backoff.is_open());
        backoff.fail(at(-1), Some(Duration::from_secs(20)), at(0), 1.0);
        assert_eq!(backoff.next(), Some(at(20)), "but what the server asks for holds");
    }

    #[test]
    fn a_try_that_is_never_heard_of_again_does_not_keep_it_shut() {
        let mut backoff = shut();
        backoff.begin(at(1));
        assert!(!backoff.may(at(100)));
        assert!(backoff.may(at(121)));
    }

    #[test]
    fn a_person_can_have_it_tried_at_once() {
        let mut backoff = shut();
        backoff.begin(at(1));
        backoff.fail(at(1), None, at(1), 1.0);
        backoff.hurry(at(2));
        assert!(backoff.may(at(2)) && !backoff.is_open());
    }

    proptest! {
        #[test]
        fn whatever_happens_one_call_tries_at_a_time_and_never_before_it_is_due(
            steps in prop::collection::vec((0_u8..5, 0_u64..90, 0.0_f64..1.0, prop::option::of(0_u64..2000)), 1..200),
        ) {
            let mut backoff = Backoff::new(WAITS);
            let mut now = at(0);
            let mut trying: Option<Timestamp> = None;
            let mut asked_until = at(0);
            for (what, pause, random, asked) in steps {
                now = now.plus(Duration::from_secs(pause));
                let asked = asked.map(Duration::from_secs);
                let floor = now.plus(asked.unwrap_or_default().min(RetryPolicy::LONGEST_ASKED));
                match what {
                    0 | 1 if backoff.may(now) => {
                        if !backoff.is_open() {
                            prop_assert!(now >= asked_until, "not before the server said");
                            prop_assert!(trying.is_none_or(|at| now.since(at) >= LOST), "one at a time");
                            trying = Some(now);
                        }
                        backoff.begin(now);
                    }
                    2 => {
                        backoff.fail(trying.unwrap_or(at(-1)), asked, now, random);
                        trying = None;
                        asked_until = asked_until.max(floor);
                        prop_assert!(!backoff.is_open());
                        let wait = backoff.next().unwrap().since(now);
                        prop_assert!(wait <= Duration::from_mins(10) && !backoff.may(Timestamp(backoff.next().unwrap().0 - 1)));
                    }
                    3 => {
                        if backoff.pass(trying.unwrap_or(at(-1))) {
                            prop_assert!(trying.is_some());
                            asked_until = at(0);
                        }
                        trying = None;
                        if backoff.is_open() { asked_until = at(0) }
                    }
                    _ => {}
                }
            }
            // In the end it opens, once something gets through.
            let due = backoff.next().unwrap_or(now).max(now);
            prop_assert!(backoff.may(due) && due.since(now) <= Duration::from_mins(12));
            backoff.begin(due);
            backoff.pass(due);
            prop_assert!(backoff.is_open());
        }
    }
}
