//! What all calls have in common: being told to slow down, a fal that is overloaded, no network.
//! One brake for everybody. It is told how calls came out, and asked whether the next may begin.

pub(in crate::engine) mod backoff;

use std::time::Duration;

use backoff::{Backoff, Waits};

use crate::fal::{FalError, Patience, Scope};
use crate::job::{CauseKind, Class, Shortage, Timestamp};

/// Calls that share a fate: what one is told holds for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum CallKind {
    /// To fal's storage.
    Upload,
    /// The paid call.
    Submit,
    /// About requests.
    Follow,
    /// From fal's storage.
    Fetch,
}

impl CallKind {
    pub(in crate::engine) const ALL: [Self; 4] = [Self::Upload, Self::Submit, Self::Follow, Self::Fetch];

    /// Whether something more is begun by it.
    fn sends(self) -> bool {
        matches!(self, Self::Upload | Self::Submit)
    }
}

/// What a call met that others will meet, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Trouble {
    /// 429, and for how long.
    SlowDown(Option<Duration>),
    /// fal answers, but with errors of its own.
    Overloaded(Option<Duration>),
    /// No connection, or one that broke.
    Unreached,
    /// This machine has no more of something.
    Short(Shortage),
}

/// Why calls of a kind of call are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Slow,
    Overloaded,
    /// Their host cannot be reached, though fal's API may be.
    Unreached,
    /// This machine lacks what they need.
    Short,
}

impl Trouble {
    /// What a failure says of the connectivity; `None` if it got through.
    pub(in crate::engine) fn of(error: &FalError) -> Option<Self> {
        if error.scope == Scope::Request {
            return None;
        }
        if let Some(shortage) = error.shortage() {
            return Some(Self::Short(shortage));
        }
        let asked = if let Class::Transient { after } = error.class { after } else { None };
        match (error.cause.kind, error.cause.http) {
            (CauseKind::RateLimited, _) => Some(Self::SlowDown(asked)),
            (_, Some(500..)) => Some(Self::Overloaded(asked)),
            (CauseKind::Network | CauseKind::Timeout, None) => Some(Self::Unreached),
            _ => None,
        }
    }
}

/// What is to be told of the connectivity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Health {
    /// All is well, or nothing is certain yet.
    Clear,
    /// Asked to slow down.
    Slow,
    /// fal answers with errors.
    Overloaded,
    /// fal's API can be reached; where its files lie cannot.
    NoFiles {
        /// Photos cannot be brought up.
        up: bool,
        /// Pictures cannot be fetched.
        down: bool,
    },
    /// Nothing gets through.
    Offline,
    /// This machine has no more of something.
    Short(Shortage),
}

impl Health {
    /// Whether it is the same to tell.
    pub(in crate::engine) fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// How the calls of each kind of call, and of all, come out.
#[derive(Debug)]
pub(in crate::engine) struct Connectivity {
    places: [Place; CallKind::ALL.len()],
    /// Shut while nothing gets through at all. It is tried with a call that costs nothing.
    network: Backoff,
    passed: Timestamp,
    /// Shut while this machine lacks something: nothing more is sent, but for one try at a time.
    machine: Backoff,
    /// What it lacked last.
    lacked: Shortage,
}

#[derive(Debug)]
struct Place {
    backoff: Backoff,
    /// What shut it last.
    why: Why,
    /// When a call of it last got through.
    passed: Timestamp,
}

const WAITS: Waits =
    Waits { first: Duration::from_secs(1), second: Duration::from_secs(2), longest: Duration::from_mins(1) };
/// A network that let something through so lately is there.
const LATELY: Duration = Duration::from_mins(2);
/// A wait that is worth telling about.
const LONG: Duration = Duration::from_secs(5);
/// A try that is due for so long is one that nobody needs.
const UNWANTED: Duration = Duration::from_secs(15);
/// How often a job is let off though the network is there and nobody else shows that it is the job's own.
const LENIENT: u8 = 3;
/// The same where fal itself says that it is in trouble, or where a host is that only files come from, which
/// may last: about an hour.
const PATIENT: u8 = 60;

impl Connectivity {
    /// Connectivity is fair.
    pub(in crate::engine) fn new(now: Timestamp) -> Self {
        let place = || Place { backoff: Backoff::new(WAITS), why: Why::Overloaded, passed: Timestamp(0) };
        Self {
            places: CallKind::ALL.map(|_| place()),
            network: Backoff::new(WAITS),
            passed: now,
            machine: Backoff::new(WAITS),
            lacked: Shortage::Files,
        }
    }

    fn place(&mut self, call_kind: CallKind) -> &mut Place {
        let [upload, submit, follow, fetch] = &mut self.places;
        match call_kind {
            CallKind::Upload => upload,
            CallKind::Submit => submit,
            CallKind::Follow => follow,
            CallKind::Fetch => fetch,
        }
    }

    fn look(&self, call_kind: CallKind) -> &Place {
        let [upload, submit, follow, fetch] = &self.places;
        match call_kind {
            CallKind::Upload => upload,
            CallKind::Submit => submit,
            CallKind::Follow => follow,
            CallKind::Fetch => fetch,
        }
    }

    /// Whether a call may begin.
    pub(in crate::engine) fn may(&self, call_kind: CallKind, now: Timestamp) -> bool {
        let may_send = !call_kind.sends() || self.machine.may(now);
        self.network.is_open() && self.look(call_kind).backoff.may(now) && may_send
    }

    /// A call that may begin does.
    pub(in crate::engine) fn begin(&mut self, call_kind: CallKind, now: Timestamp) {
        self.place(call_kind).backoff.begin(now);
        if call_kind.sends() {
            self.machine.begin(now);
        }
    }

    /// Whether to look, at no cost, if there is a network again; if so, somebody does now.
    pub(in crate::engine) fn looks_out(&mut self, now: Timestamp) -> bool {
        let looks = !self.network.is_open() && self.network.may(now);
        if looks {
            self.network.begin(now);
        }
        looks
    }

    /// Such a look came to something.
    pub(in crate::engine) fn looked_out(&mut self, begun: Timestamp, reached: bool, now: Timestamp, random: f64) {
        if reached {
            self.is_there(now);
        } else {
            self.network.fail(begun, None, now, random);
        }
    }

    /// Something came through the network. What could not be reached while there was none may be tried at once;
    /// what cannot be reached though there is one waits as it did.
    fn is_there(&mut self, now: Timestamp) {
        self.passed = now;
        if self.network.tries().is_some_and(|tries| tries > 0) {
            let unreached = self.places.iter_mut().filter(|place| place.why == Why::Unreached);
            unreached.for_each(|place| place.backoff.hurry(now));
        }
        self.network.open();
    }

    /// A call that began at `begun` got through to whom it was for.
    pub(in crate::engine) fn pass(&mut self, call_kind: CallKind, begun: Timestamp, now: Timestamp) {
        self.is_there(now);
        let place = self.place(call_kind);
        place.passed = now;
        place.backoff.pass(begun);
        if call_kind.sends() {
            self.machine.pass(begun);
        }
    }

    /// A call that began at `begun` met trouble.
    pub(in crate::engine) fn fail(
        &mut self,
        call_kind: CallKind,
        trouble: Trouble,
        begun: Timestamp,
        now: Timestamp,
        random: f64,
    ) {
        let mut shut = |call_kind: CallKind, asked| {
            let place = self.place(call_kind);
            place.backoff.fail(begun, asked, now, random);
            place.why = Why::Slow;
        };
        match trouble {
            Trouble::SlowDown(asked) => match call_kind {
                // Who is told that it sends too much brings nothing more up, either.
                CallKind::Upload | CallKind::Submit => {
                    shut(CallKind::Upload, asked);
                    shut(CallKind::Submit, asked);
                }
                // Following is what fal sees most of.
                CallKind::Follow => {
                    for call_kind in [CallKind::Upload, CallKind::Submit, CallKind::Follow] {
                        shut(call_kind, asked);
                    }
                }
                CallKind::Fetch => shut(CallKind::Fetch, asked),
            },
            Trouble::Overloaded(asked) => {
                self.is_there(now);
                let place = self.place(call_kind);
                // What others got through meanwhile is this call's own trouble.
                if place.passed < begun {
                    place.backoff.fail(begun, asked, now, random);
                    place.why = Why::Overloaded;
                }
            }
            Trouble::Short(shortage) => {
                // It says nothing of fal. What is paid for is fetched all the same, with what there is.
                self.machine.fail(begun, None, now, random);
                self.lacked = shortage;
                let place = self.place(call_kind);
                place.backoff.fail(begun, None, now, random);
                place.why = Why::Short;
            }
            Trouble::Unreached => {
                // Files lie on hosts of their own: these may be gone while fal's API is there.
                let place = self.place(call_kind);
                if matches!(call_kind, CallKind::Upload | CallKind::Fetch) && place.passed < begun {
                    place.backoff.fail(begun, None, now, random);
                    place.why = Why::Unreached;
                }
                if self.passed < begun {
                    self.network.fail(begun, None, now, random);
                }
            }
        }
    }

    /// Whether a failure is nobody's own: no attempt is spent. `let_off` says how often the job was
    /// let off already since a call of it got through.
    pub(in crate::engine) fn is_shared(
        &self,
        call_kind: CallKind,
        error: &FalError,
        begun: Timestamp,
        let_off: u8,
        attempt: u16,
        now: Timestamp,
    ) -> bool {
        match error.patience {
            Patience::Connectivity => true,
            Patience::Own => false,
            Patience::Shared | Patience::Paid | Patience::Host => {
                let place = self.look(call_kind);
                let others_got_through = place.passed >= begun;
                // More tries failed than this job can have made: those of others, too.
                let own = u32::from(let_off) + u32::from(attempt);
                let others_failed = place.backoff.tries().is_some_and(|tries| tries > own);
                !others_got_through
                    && match Trouble::of(error) {
                        Some(Trouble::Unreached) => {
                            let most = if error.patience == Patience::Host { PATIENT } else { LENIENT };
                            let_off < most || others_failed || now.since(self.passed) >= LATELY
                        }
                        Some(_) => let_off < PATIENT,
                        None => false,
                    }
            }
        }
    }

    /// When the next call of a kind of call may begin, if not now.
    pub(in crate::engine) fn next(&self, call_kind: CallKind, now: Timestamp) -> Option<Timestamp> {
        let machine = self.machine.next().filter(|_| call_kind.sends());
        let next = self.look(call_kind).backoff.next().max(self.network.next()).max(machine);
        next.filter(|next| *next > now)
    }

    /// Whether nothing is held back, but by a try that nobody needs to make.
    pub(in crate::engine) fn is_calm(&self, now: Timestamp) -> bool {
        let is_calm = |backoff: &Backoff| backoff.next().is_none_or(|next| now.since(next) >= UNWANTED);
        self.network.is_open() && is_calm(&self.machine) && self.places.iter().all(|place| is_calm(&place.backoff))
    }

    /// When to look at it again.
    pub(in crate::engine) fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let backoffs = self.places.iter().map(|place| &place.backoff).chain([&self.network, &self.machine]);
        backoffs.filter_map(Backoff::next).filter(|next| *next > now).min()
    }

    /// Whether calls of a kind of call are held back in a way that is worth telling. That is over when a call gets
    /// through, not when the pause ends.
    fn is_told(&self, call_kind: CallKind, now: Timestamp) -> bool {
        let place = self.look(call_kind);
        let (Some(due), Some(next)) = (place.backoff.due(), place.backoff.next()) else { return false };
        let again = place.why == Why::Short || place.backoff.tries().is_some_and(|tries| tries > 1);
        // Both are shut together, and one of them finds out.
        let through = match call_kind {
            CallKind::Upload | CallKind::Submit => {
                self.look(CallKind::Upload).passed.max(self.look(CallKind::Submit).passed)
            }
            CallKind::Follow | CallKind::Fetch => place.passed,
        };
        let slow = place.why == Why::Slow && place.backoff.pause() >= LONG && through < due;
        (again || slow) && now.since(next) < UNWANTED
    }

    /// What to tell of it, and when it is tried next.
    pub(in crate::engine) fn health(&self, now: Timestamp) -> (Health, Option<Timestamp>) {
        if self.network.tries().is_some_and(|tries| tries > 0) {
            return (Health::Offline, self.network.due());
        }
        if self.machine.next().is_some_and(|next| now.since(next) < UNWANTED) {
            return (Health::Short(self.lacked), self.machine.due());
        }
        let told = CallKind::ALL.into_iter().filter(|call_kind| self.is_told(*call_kind, now));
        let told: Vec<_> = told.map(|call_kind| (call_kind, self.look(call_kind))).collect();
        // Those that are worst, and of those the one that waits longest.
        let worst = told.iter().max_by_key(|(_, place)| (place.why, place.backoff.due()));
        let Some((_, worst)) = worst else { return (Health::Clear, None) };
        let is_gone =
            |of: CallKind| told.iter().any(|(call_kind, place)| *call_kind == of && place.why == Why::Unreached);
        let health = match worst.why {
            Why::Slow => Health::Slow,
            Why::Overloaded => Health::Overloaded,
            Why::Short => Health::Short(self.lacked),
            Why::Unreached => Health::NoFiles { up: is_gone(CallKind::Upload), down: is_gone(CallKind::Fetch) },
        };
        (health, worst.backoff.due())
    }
}

#[cfg(test)]
mod tests;
