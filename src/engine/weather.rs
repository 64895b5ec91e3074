//! What all calls have in common: being told to slow down, a fal that is overloaded, no network.
//! One brake for everybody. It is told how calls came out, and asked whether the next may begin.

use std::time::Duration;

use super::gate::{Gate, Waits};
use crate::fal::{FalError, Patience, Scope};
use crate::job::{CauseKind, Class, Timestamp};

/// Calls that share a fate: what one is told holds for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Realm {
    /// To fal's storage.
    Upload,
    /// The paid call.
    Submit,
    /// About requests.
    Follow,
    /// From fal's storage.
    Fetch,
}

impl Realm {
    pub(super) const ALL: [Self; 4] = [Self::Upload, Self::Submit, Self::Follow, Self::Fetch];
}

/// What a call met that others will meet, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// 429, and for how long.
    SlowDown(Option<Duration>),
    /// fal answers, but with errors of its own.
    Overloaded(Option<Duration>),
    /// No connection, or one that broke.
    Unreached,
}

impl Trouble {
    /// What a failure says of the weather; `None` if it got through.
    pub(super) fn of(error: &FalError) -> Option<Self> {
        if error.scope == Scope::Request {
            return None;
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

/// What is to be told of the weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sky {
    /// All is well, or nothing is certain yet.
    Clear,
    /// Asked to slow down.
    Slow,
    /// fal answers with errors.
    Overloaded,
    /// Nothing gets through.
    Offline,
}

/// How the calls of each realm, and of all, come out.
#[derive(Debug)]
pub(super) struct Weather {
    realms: [Place; Realm::ALL.len()],
    /// Shut while nothing gets through at all. It is tried with a call that costs nothing.
    network: Gate,
    passed: Timestamp,
}

#[derive(Debug)]
struct Place {
    gate: Gate,
    slow: bool,
    /// When a call of it last got through.
    passed: Timestamp,
}

const WAITS: Waits =
    Waits { first: Duration::from_secs(1), second: Duration::from_secs(2), longest: Duration::from_mins(1) };
/// A network that let something through so lately is there.
const LATELY: Duration = Duration::from_mins(1);
/// A wait that is worth telling about.
const LONG: Duration = Duration::from_secs(5);
/// A try that is due for so long is one that nobody needs.
const UNWANTED: Duration = Duration::from_secs(15);
/// How often a job is let off though the network is there and nobody else shows that it is the job's own.
const LENIENT: u8 = 3;
/// The same where fal itself says that it is in trouble, which may last: about an hour.
const PATIENT: u8 = 60;

impl Weather {
    /// Fair weather.
    pub(super) fn new(now: Timestamp) -> Self {
        let place = || Place { gate: Gate::new(WAITS), slow: false, passed: Timestamp(0) };
        Self { realms: Realm::ALL.map(|_| place()), network: Gate::new(WAITS), passed: now }
    }

    fn place(&mut self, realm: Realm) -> &mut Place {
        let [upload, submit, follow, fetch] = &mut self.realms;
        match realm {
            Realm::Upload => upload,
            Realm::Submit => submit,
            Realm::Follow => follow,
            Realm::Fetch => fetch,
        }
    }

    fn look(&self, realm: Realm) -> &Place {
        let [upload, submit, follow, fetch] = &self.realms;
        match realm {
            Realm::Upload => upload,
            Realm::Submit => submit,
            Realm::Follow => follow,
            Realm::Fetch => fetch,
        }
    }

    /// Whether a call may begin.
    pub(super) fn may(&self, realm: Realm, now: Timestamp) -> bool {
        self.network.is_open() && self.look(realm).gate.may(now)
    }

    /// A call that may begin does.
    pub(super) fn begin(&mut self, realm: Realm, now: Timestamp) {
        self.place(realm).gate.begin(now);
    }

    /// Whether to look, at no cost, if there is a network again; if so, somebody does now.
    pub(super) fn looks_out(&mut self, now: Timestamp) -> bool {
        let looks = !self.network.is_open() && self.network.may(now);
        if looks {
            self.network.begin(now);
        }
        looks
    }

    /// Such a look came to something.
    pub(super) fn looked_out(&mut self, begun: Timestamp, reached: bool, now: Timestamp, random: f64) {
        if reached {
            self.passed = now;
            self.network.open();
        } else {
            self.network.fail(begun, None, now, random);
        }
    }

    /// A call that began at `begun` got through to whom it was for.
    pub(super) fn pass(&mut self, realm: Realm, begun: Timestamp, now: Timestamp) {
        self.passed = now;
        self.network.open();
        let place = self.place(realm);
        place.passed = now;
        place.gate.pass(begun);
    }

    /// A call that began at `begun` met trouble.
    pub(super) fn fail(&mut self, realm: Realm, trouble: Trouble, begun: Timestamp, now: Timestamp, random: f64) {
        let mut shut = |realm: Realm, asked, slow| {
            let place = self.place(realm);
            place.gate.fail(begun, asked, now, random);
            place.slow = slow;
        };
        match trouble {
            Trouble::SlowDown(asked) => match realm {
                // Who is told that it sends too much brings nothing more up, either.
                Realm::Upload | Realm::Submit => {
                    shut(Realm::Upload, asked, true);
                    shut(Realm::Submit, asked, true);
                }
                // Following is what fal sees most of.
                Realm::Follow => {
                    for realm in [Realm::Upload, Realm::Submit, Realm::Follow] {
                        shut(realm, asked, true);
                    }
                }
                Realm::Fetch => shut(Realm::Fetch, asked, true),
            },
            Trouble::Overloaded(asked) => {
                self.passed = now;
                self.network.open();
                let place = self.place(realm);
                // What others got through meanwhile is this call's own trouble.
                if place.passed < begun {
                    place.gate.fail(begun, asked, now, random);
                    place.slow = false;
                }
            }
            Trouble::Unreached => {
                if self.passed < begun {
                    self.network.fail(begun, None, now, random);
                }
            }
        }
    }

    /// Whether a failure is nobody's own: no attempt is spent. `let_off` says how often the job was
    /// let off already since a call of it got through.
    pub(super) fn is_shared(
        &self,
        realm: Realm,
        error: &FalError,
        begun: Timestamp,
        let_off: u8,
        now: Timestamp,
    ) -> bool {
        match error.patience {
            Patience::Weather => true,
            Patience::Own => false,
            Patience::Shared | Patience::Paid => {
                let others = self.look(realm).passed >= begun;
                !others
                    && match Trouble::of(error) {
                        Some(Trouble::Unreached) => let_off < LENIENT || now.since(self.passed) >= LATELY,
                        Some(_) => let_off < PATIENT,
                        None => false,
                    }
            }
        }
    }

    /// When the next call of a realm may begin, if not now.
    pub(super) fn next(&self, realm: Realm, now: Timestamp) -> Option<Timestamp> {
        let next = self.look(realm).gate.next().max(self.network.next());
        next.filter(|next| *next > now)
    }

    /// When to look at it again.
    pub(super) fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let gates = self.realms.iter().map(|place| &place.gate).chain([&self.network]);
        gates.filter_map(Gate::next).filter(|next| *next > now).min()
    }

    /// Whether calls of a realm are held back in a way that is worth telling. That is over when a call gets
    /// through, not when the pause ends.
    fn is_told(&self, realm: Realm, now: Timestamp) -> bool {
        let place = self.look(realm);
        let (Some(due), Some(next)) = (place.gate.due(), place.gate.next()) else { return false };
        let again = place.gate.tries().is_some_and(|tries| tries > 1);
        // Both are shut together, and one of them finds out.
        let through = match realm {
            Realm::Upload | Realm::Submit => self.look(Realm::Upload).passed.max(self.look(Realm::Submit).passed),
            Realm::Follow | Realm::Fetch => place.passed,
        };
        let slow = place.slow && place.gate.pause() >= LONG && through < due;
        (again || slow) && now.since(next) < UNWANTED
    }

    /// What to tell of it, and when it is tried next.
    pub(super) fn sky(&self, now: Timestamp) -> (Sky, Option<Timestamp>) {
        if self.network.tries().is_some_and(|tries| tries > 0) {
            return (Sky::Offline, self.network.due());
        }
        let told = Realm::ALL.into_iter().filter(|realm| self.is_told(*realm, now)).map(|realm| self.look(realm));
        let worst = told.max_by_key(|place| (!place.slow, place.gate.due()));
        worst.map_or((Sky::Clear, None), |place| {
            (if place.slow { Sky::Slow } else { Sky::Overloaded }, place.gate.due())
        })
    }
}

#[cfg(test)]
#[path = "weather_tests.rs"]
mod tests;
