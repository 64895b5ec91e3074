//! How calls come out, for everybody: what the weather and the account's breaker learn from it, what
//! may begin, and what is told of it.

use std::time::Duration;

use super::board::{Notice, NoticeKind};
use super::event::What;
use super::hold::Hold;
use super::pools::open_files;
use super::run::Engine;
use super::tasks::{Pool, Step};
use super::weather::{Realm, Sky, Trouble};
use crate::fal::FalError;
use crate::job::{Class, JobId, Shortage, Timestamp};

/// How long nothing may be held back before a storm is over.
const CALM: Duration = Duration::from_secs(10);
/// How often a countdown that is shown is made anew.
const COUNTDOWN: Duration = Duration::from_secs(1);
/// So long the board says that it goes on again: a face that draws seldom does not miss it.
const NEWS: Duration = Duration::from_secs(10);

impl Engine {
    /// Whether a call of this realm may begin, as far as fal and the account are concerned.
    pub(super) fn may_begin(&self, realm: Realm, now: Timestamp) -> bool {
        let account = match realm {
            Realm::Submit => self.breaker.may(now),
            // Where nothing lies ready for the submit that finds out, one photo is brought up for it.
            Realm::Upload if self.breaker.is_tripped() => {
                self.breaker.may(now)
                    && self.to_submit.is_empty()
                    && self.tasks.count(Pool::Uploads) + self.tasks.count(Pool::Submits) == 0
            }
            Realm::Upload | Realm::Follow | Realm::Fetch => true,
        };
        account && self.weather.may(realm, now)
    }

    /// A call for a job begins.
    pub(super) fn begin_call(&mut self, realm: Realm, id: JobId) {
        let now = self.now();
        self.weather.begin(realm, now);
        if realm == Realm::Submit {
            self.breaker.begin(now);
        }
        self.live.entry(id).or_default().call_began = Some(now);
    }

    /// When a job's call began that has come to something now.
    fn call_began(&self, id: JobId, now: Timestamp) -> Timestamp {
        self.live.get(&id).and_then(|live| live.call_began).unwrap_or(now)
    }

    /// A job's call gave what it was made for.
    pub(super) fn got_through(&mut self, realm: Realm, id: JobId) {
        let now = self.now();
        let begun = self.call_began(id, now);
        self.weather.pass(realm, begun, now);
        if self.breaker.pass(realm, begun) {
            self.account_is_back();
        }
    }

    /// A job's call failed. True if that is nobody's own failure.
    pub(super) fn met(&mut self, realm: Realm, id: JobId, error: &FalError) -> bool {
        let (now, random) = (self.now(), self.rng.f64());
        let begun = self.call_began(id, now);
        let let_off = self.live.get(&id).map_or(0, |live| live.let_off);
        let attempt = self.roster.get(id).map_or(0, |job| job.state.attempt());
        let shared = self.weather.is_shared(realm, error, begun, let_off, attempt, now);
        match Trouble::of(error) {
            Some(trouble) => self.weather.fail(realm, trouble, begun, now, random),
            None => self.weather.pass(realm, begun, now),
        }
        if error.class == Class::Account {
            self.breaker.trip(realm, &error.cause, begun, now, random);
            self.hold_if_tripped();
        } else if Trouble::of(error).is_none() && self.breaker.pass(realm, begun) {
            // An answer of any other kind says that the account is in order.
            self.account_is_back();
        }
        if shared {
            let live = self.live.entry(id).or_default();
            live.let_off = live.let_off.saturating_add(1);
        }
        shared
    }

    fn hold_if_tripped(&mut self) {
        if let Some(cause) = self.breaker.tripped().cloned() {
            match &mut self.hold {
                Some(Hold::Account(known)) => *known = cause,
                Some(_) => {}
                None => {
                    self.said.account = true;
                    self.hold(Hold::Account(cause));
                }
            }
        }
    }

    pub(super) fn account_is_back(&mut self) {
        if matches!(self.hold, Some(Hold::Account(_))) {
            self.hold = None;
        }
        // Also where a person had it tried, and the hold was lifted for that.
        if std::mem::take(&mut self.said.account) {
            self.tell_resumed("the account is in order again");
        }
        self.dirty = true;
    }

    fn tell_resumed(&mut self, what: &str) {
        let message = if self.hold.is_some() { what.to_owned() } else { format!("{what}; it goes on") };
        tracing::info!(message, "resumed");
        let notice = Notice { kind: NoticeKind::Resumed, message, action: String::new() };
        self.said.resumed = Some((self.now(), notice.clone()));
        self.tell(What::Notice(notice));
    }

    /// Looks whether fal can be reached and knows the key again, where that is in question; tells how
    /// the weather changes.
    pub(super) fn look_out(&mut self, now: Timestamp) {
        if self.started && self.leaving.is_none() && !self.is_finished() {
            if self.weather.looks_out(now) {
                self.spawn_stage(Step::Reach(now), self.stages.clone().reach());
            }
            if self.breaker.asks(now) {
                self.spawn_stage(Step::AskKey(now), self.stages.clone().ask_for_key());
            }
        }
        self.tell_weather(now);
        if self.counts_down() && now.since(self.published_at) >= COUNTDOWN && self.counts_otherwise(now) {
            self.dirty = true;
        }
    }

    /// Tells how the weather changed. A storm is one however often it lets something through: it is over when
    /// nothing is held back for a while, or nothing is left to do.
    fn tell_weather(&mut self, now: Timestamp) {
        let (sky, next) = self.weather.sky(now);
        if let Some(notice) = weather_notice(sky, next.map(|next| next.since(now))) {
            self.said.calm_since = None;
            if !sky.is_like(self.said.sky) {
                tracing::warn!(?sky, "calls are held back");
                self.tell(What::Notice(notice));
                self.dirty = true;
            }
            self.said.sky = sky;
        } else if self.said.sky != Sky::Clear {
            if !self.weather.is_calm(now) && !self.is_finished() {
                self.said.calm_since = None;
                return;
            }
            let since = *self.said.calm_since.get_or_insert(now);
            if now.since(since) >= CALM || self.is_finished() {
                let was = std::mem::replace(&mut self.said.sky, Sky::Clear);
                self.said.calm_since = None;
                self.tell_resumed(if matches!(was, Sky::Short(_)) {
                    "this machine has again what it lacked"
                } else {
                    "fal answers again"
                });
                self.dirty = true;
            }
        }
    }

    /// A look at fal came to something.
    pub(super) fn looked_out(&mut self, begun: Timestamp, result: &Result<(), FalError>) {
        let (now, random) = (self.now(), self.rng.f64());
        self.weather.looked_out(begun, result.is_ok(), now, random);
    }

    /// Whether fal knows the key again was asked.
    pub(super) fn key_asked(&mut self, begun: Timestamp, result: &Result<(), FalError>) {
        let (now, random) = (self.now(), self.rng.f64());
        if self.breaker.knows_key(result.is_ok(), begun, now, random) {
            self.account_is_back();
        } else {
            // Somebody may have said to go on in the meantime.
            self.hold_if_tripped();
        }
    }

    /// When to look again.
    pub(super) fn outlook_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let tries = self.breaker.next().filter(|next| *next > now);
        let countdown = self.counts_down().then(|| {
            let due = self.published_at.plus(COUNTDOWN);
            if due > now { due } else { now.plus(COUNTDOWN) }
        });
        let calm = self.said.calm_since.map(|since| since.plus(CALM)).filter(|due| *due > now);
        [self.weather.deadline(now), tries, countdown, calm].into_iter().flatten().min()
    }

    /// Whether somebody is shown how long it is to the next try.
    fn counts_down(&self) -> bool {
        let account = matches!(self.hold, Some(Hold::Account(_)));
        let shown = account || self.said.sky != Sky::Clear || self.is_idle(self.now());
        shown && self.leaving.is_none() && !self.board.is_closed()
    }

    /// Whether the countdown reads otherwise than on the last board: minutes are not told every second.
    fn counts_otherwise(&self, now: Timestamp) -> bool {
        self.notice(now) != self.notice(self.published_at)
    }

    /// What needs a person, what everything waits for, or that it no longer does.
    pub(super) fn notice(&self, now: Timestamp) -> Option<Notice> {
        let of_hold = self.hold.as_ref().and_then(|hold| hold.notice(self.next_try(now), true));
        let of_weather = || {
            let (sky, next) = self.weather.sky(now);
            weather_notice(sky, next.map(|next| next.since(now)))
        };
        let idle = || if self.is_idle(now) { self.waited_for(now) } else { None };
        let news =
            || self.said.resumed.as_ref().filter(|(at, _)| now.since(*at) < NEWS).map(|(_, notice)| notice.clone());
        of_hold.or_else(of_weather).or_else(news).or_else(idle)
    }

    /// How long it is until the account is tried by itself; `None` if it is not.
    pub(super) fn next_try(&self, now: Timestamp) -> Option<Duration> {
        let goes_on = self.setup.stay || self.setup.waits_for_account;
        self.breaker.due().filter(|_| goes_on).map(|due| due.since(now))
    }
}

pub(super) fn weather_notice(sky: Sky, next: Option<Duration>) -> Option<Notice> {
    let (kind, message, action) = match sky {
        Sky::Clear => return None,
        Sky::Slow => (
            NoticeKind::RateLimited,
            "fal asks for fewer calls (429): nothing new is sent for a while, and no attempt is spent",
            "nothing to do",
        ),
        Sky::Overloaded => (
            NoticeKind::Offline,
            "fal answers with errors of its own (5xx): everything waits, and no attempt is spent",
            "nothing to do; see status.fal.ai if it lasts",
        ),
        Sky::Short(shortage) => return Some(of_machine(shortage, next)),
        Sky::NoFiles { up, down } => (NoticeKind::Offline, no_files(up, down), "see status.fal.ai if it lasts"),
        Sky::Offline => (
            NoticeKind::Offline,
            "fal cannot be reached: everything waits, and no attempt is spent; requests at fal run on",
            "check the network and HTTPS_PROXY",
        ),
    };
    let action = format!("{action}; it goes on by itself{}", in_words(next));
    Some(Notice { kind, message: message.to_owned(), action })
}

/// What this machine lacks, and what that holds back.
fn of_machine(shortage: Shortage, next: Option<Duration>) -> Notice {
    let (what, cure) = shortage.words(open_files());
    let message = format!(
        "this machine has no more to give of {what}; nothing more is sent, what is paid for is fetched with what there \
         is, and no attempt is spent"
    );
    let action = format!("{cure}; it goes on by itself{}", in_words(next));
    Notice { kind: NoticeKind::ResourcesLow, message, action }
}

/// What cannot be reached though fal's API can, and what that holds back.
fn no_files(up: bool, down: bool) -> &'static str {
    match (up, down) {
        (true, false) => {
            "fal's storage cannot be reached; fal's API can: no photos go up, no attempt is spent, and requests at fal \
             run on"
        }
        (false, true) => {
            "the pictures' host cannot be reached; fal's API can: what is paid for is kept and fetched when it is \
             back, and no attempt is spent"
        }
        _ => {
            "fal's storage and the pictures' host cannot be reached; fal's API can: no photos go up, what is paid for \
             is kept and fetched when it is back, and no attempt is spent"
        }
    }
}

/// `, next try in 28 s`.
pub(super) fn in_words(next: Option<Duration>) -> String {
    let Some(next) = next else { return String::new() };
    match next.as_secs() {
        0 => ", it is being tried now".to_owned(),
        seconds @ 1..=99 => format!(", next try in {seconds} s"),
        seconds => format!(", next try in {} min", seconds.div_ceil(60)),
    }
}
