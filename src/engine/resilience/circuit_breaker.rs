//! The breaker of the account: a refused key or a locked account stops everything new at once,
//! however many calls are told so, and one of them at a time finds out when it is over.

use std::time::Duration;

use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::connectivity::backoff::{Backoff, Waits};
use crate::job::{Cause, CauseKind, Timestamp};

/// Closed, or open with what fal said.
#[derive(Debug)]
pub(in crate::engine) struct Breaker {
    backoff: Backoff,
    tripped: Option<(Cause, By)>,
}

/// What shows that it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// A submit that is accepted: a locked account's is neither billed nor kept (fal docs: billing).
    Submit,
    /// A call about a request: a key that may not read must not be paid with.
    Follow,
    /// A call that costs nothing: fal does not know the key.
    Key,
}

/// The first try is made soon: there are reports of locks that are none a moment later.
const WAITS: Waits =
    Waits { first: Duration::from_secs(1), second: Duration::from_secs(30), longest: Duration::from_mins(10) };

impl Breaker {
    pub(in crate::engine) fn new() -> Self {
        Self { backoff: Backoff::new(WAITS), tripped: None }
    }

    /// A call that began at `begun` was refused on account of the account.
    pub(in crate::engine) fn trip(
        &mut self,
        call_kind: CallKind,
        cause: &Cause,
        begun: Timestamp,
        now: Timestamp,
        random: f64,
    ) {
        let by = match (cause.kind, call_kind) {
            (CauseKind::KeyRefused, _) => By::Key,
            (_, CallKind::Follow) => By::Follow,
            _ => By::Submit,
        };
        match &mut self.tripped {
            // A key that is refused is no longer tried with a submit.
            Some((known, why)) if *why != By::Key && by == By::Key => (*known, *why) = (cause.clone(), by),
            Some(_) => {}
            None => self.tripped = Some((cause.clone(), by)),
        }
        self.backoff.fail(begun, None, now, random);
    }

    /// A call that began at `begun` was taken. True if that closed the breaker.
    pub(in crate::engine) fn pass(&mut self, call_kind: CallKind, begun: Timestamp) -> bool {
        let shows = match (&self.tripped, call_kind) {
            (Some((_, By::Submit)), CallKind::Submit) => self.backoff.pass(begun),
            (Some((_, By::Follow | By::Key)), CallKind::Follow) => self.backoff.pass(begun) || self.backoff.open(),
            _ => false,
        };
        if shows {
            self.tripped = None;
        }
        shows
    }

    /// Whether fal knows the key again, as a call says that began at `begun`. True if that closed the breaker.
    pub(in crate::engine) fn knows_key(&mut self, known: bool, begun: Timestamp, now: Timestamp, random: f64) -> bool {
        if !known {
            self.backoff.fail(begun, None, now, random);
            return false;
        }
        let shows = matches!(self.tripped, Some((_, By::Key))) && self.backoff.open();
        if shows {
            self.tripped = None;
        }
        shows
    }

    /// Whether a new job may be begun, or a submit made. While it is tripped that is one, as a try.
    pub(in crate::engine) fn may(&self, now: Timestamp) -> bool {
        match self.tripped {
            None => true,
            Some((_, By::Submit)) => self.backoff.may(now),
            Some((_, By::Follow | By::Key)) => false,
        }
    }

    /// A submit begins.
    pub(in crate::engine) fn begin(&mut self, now: Timestamp) {
        self.backoff.begin(now);
    }

    /// Whether to ask now, at no cost, if fal knows the key again.
    pub(in crate::engine) fn asks(&mut self, now: Timestamp) -> bool {
        let asks = matches!(self.tripped, Some((_, By::Key))) && self.backoff.may(now);
        if asks {
            self.backoff.begin(now);
        }
        asks
    }

    /// What fal said, once it is certain.
    pub(in crate::engine) fn tripped(&self) -> Option<&Cause> {
        let (cause, by) = self.tripped.as_ref()?;
        (*by != By::Submit || self.backoff.tries().is_some_and(|tries| tries > 0)).then_some(cause)
    }

    /// Whether anything new is held back.
    pub(in crate::engine) fn is_tripped(&self) -> bool {
        self.tripped.is_some()
    }

    /// A person says that it is over: try at once.
    pub(in crate::engine) fn hurry(&mut self, now: Timestamp) {
        self.backoff.hurry(now);
    }

    /// When the next try is due, to be told.
    pub(in crate::engine) fn due(&self) -> Option<Timestamp> {
        self.backoff.due()
    }

    /// When it is tried next.
    pub(in crate::engine) fn next(&self) -> Option<Timestamp> {
        self.backoff.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    fn locked() -> Cause {
        Cause::new(CauseKind::AccountLocked, "exhausted balance")
    }

    fn refused() -> Cause {
        Cause::new(CauseKind::KeyRefused, "invalid key")
    }

    #[test]
    fn a_lock_is_tried_again_at_once_and_then_ever_less_often_with_one_submit() {
        let mut breaker = Breaker::new();
        for _ in 0..8 {
            breaker.trip(CallKind::Submit, &locked(), at(-1), at(0), 1.0);
        }
        assert!(breaker.is_tripped() && breaker.tripped().is_none(), "it may be none");
        assert!(!breaker.may(at(0)) && breaker.may(at(1)));
        let mut now = at(1);
        for wait in [30, 60, 120, 240, 480, 600, 600] {
            breaker.begin(now);
            assert!(!breaker.may(now), "one at a time");
            breaker.trip(CallKind::Submit, &locked(), now, now, 1.0);
            assert_eq!(breaker.tripped(), Some(&locked()));
            assert_eq!(breaker.next().unwrap().since(now), Duration::from_secs(wait));
            now = now.plus(Duration::from_secs(wait));
            assert!(breaker.may(now));
        }
        breaker.begin(now);
        assert!(!breaker.pass(CallKind::Submit, at(-1)), "one that was on its way before tells nothing");
        assert!(!breaker.pass(CallKind::Follow, now) && !breaker.pass(CallKind::Upload, now));
        assert!(breaker.pass(CallKind::Submit, now) && !breaker.is_tripped() && breaker.may(now));
    }

    #[test]
    fn a_refused_key_is_never_tried_with_a_submit() {
        let mut breaker = Breaker::new();
        breaker.trip(CallKind::Submit, &locked(), at(0), at(0), 1.0);
        breaker.trip(CallKind::Submit, &refused(), at(0), at(0), 1.0);
        assert_eq!(breaker.tripped(), Some(&refused()));
        assert!(!breaker.may(at(10_000)));
        assert!(breaker.asks(at(1)) && !breaker.asks(at(1)));
        assert!(!breaker.knows_key(false, at(1), at(1), 1.0) && !breaker.asks(at(2)));
        assert!(breaker.asks(at(31)) && breaker.knows_key(true, at(31), at(31), 1.0) && breaker.may(at(31)));
    }

    #[test]
    fn a_key_that_may_not_read_is_not_paid_with() {
        let mut breaker = Breaker::new();
        breaker.trip(CallKind::Follow, &locked(), at(0), at(0), 1.0);
        assert!(breaker.tripped().is_some() && !breaker.may(at(10_000)));
        assert!(!breaker.pass(CallKind::Submit, at(1)));
        assert!(breaker.pass(CallKind::Follow, at(1)) && breaker.may(at(1)));
    }
}
