//! How calls come out, for everybody: what the connectivity and the account's breaker learn from it, what
//! may begin, and what is told of it.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::engine::pools::open_files;
use crate::engine::resilience::connectivity::{CallKind, Health, Trouble};
use crate::engine::resilience::look_out;
use crate::engine::resilience::pause::{PauseReason, in_words};
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::tasks::{Pool, Step};
use crate::fal::FalError;
use crate::job::{Class, JobId, Shortage, Timestamp};

/// How long nothing may be held back before a storm is over.
const CALM: Duration = Duration::from_secs(10);
/// How often a countdown that is shown is made anew.
const COUNTDOWN: Duration = Duration::from_secs(1);
/// So long the snapshot says that it goes on again: a face that draws seldom does not miss it.
const NEWS: Duration = Duration::from_secs(10);

impl Engine {
    /// Whether a call of this kind of call may begin, as far as fal and the account are concerned.
    pub(in crate::engine) fn may_begin(&self, call_kind: CallKind, now: Timestamp) -> bool {
        let account = match call_kind {
            CallKind::Submit => self.resilience.account.may(now),
            // Where nothing lies ready for the submit that finds out, one photo is brought up for it.
            CallKind::Upload if self.resilience.account.is_tripped() => {
                self.resilience.account.may(now)
                    && self.scheduler.to_submit.is_empty()
                    && self.scheduler.tasks.count(Pool::Uploads) + self.scheduler.tasks.count(Pool::Submits) == 0
            }
            CallKind::Upload | CallKind::Follow | CallKind::Fetch => true,
        };
        account && self.resilience.connectivity.may(call_kind, now)
    }

    /// A call for a job begins.
    pub(in crate::engine) fn begin_call(&mut self, call_kind: CallKind, id: JobId) {
        let now = self.now();
        self.resilience.connectivity.begin(call_kind, now);
        if call_kind == CallKind::Submit {
            self.resilience.account.begin(now);
        }
        self.runtime.entry(id).or_default().call_began = Some(now);
    }

    /// When a job's call began that has come to something now.
    fn call_began(&self, id: JobId, now: Timestamp) -> Timestamp {
        self.runtime.get(&id).and_then(|live| live.call_began).unwrap_or(now)
    }

    /// A job's call gave what it was made for.
    pub(in crate::engine) fn got_through(&mut self, call_kind: CallKind, id: JobId) {
        let now = self.now();
        let begun = self.call_began(id, now);
        self.resilience.connectivity.pass(call_kind, begun, now);
        if self.resilience.account.pass(call_kind, begun) {
            self.account_is_back();
        }
    }

    /// A job's call failed. True if that is nobody's own failure.
    pub(in crate::engine) fn met(&mut self, call_kind: CallKind, id: JobId, error: &FalError) -> bool {
        let (now, random) = (self.now(), self.rng.f64());
        let begun = self.call_began(id, now);
        let let_off = self.runtime.get(&id).map_or(0, |live| live.let_off);
        let attempt = self.jobs.get(id).map_or(0, |job| job.state.attempt());
        let shared = self.resilience.connectivity.is_shared(call_kind, error, begun, let_off, attempt, now);
        match Trouble::of(error) {
            Some(trouble) => self.resilience.connectivity.fail(call_kind, trouble, begun, now, random),
            None => self.resilience.connectivity.pass(call_kind, begun, now),
        }
        if error.class == Class::Account {
            self.resilience.account.trip(call_kind, &error.cause, begun, now, random);
            self.hold_if_tripped();
        } else if Trouble::of(error).is_none() && self.resilience.account.pass(call_kind, begun) {
            // An answer of any other kind says that the account is in order.
            self.account_is_back();
        }
        if shared {
            let live = self.runtime.entry(id).or_default();
            live.let_off = live.let_off.saturating_add(1);
        }
        shared
    }

    fn hold_if_tripped(&mut self) {
        if let Some(cause) = self.resilience.account.tripped().cloned() {
            match &mut self.resilience.pause {
                Some(PauseReason::Account(known)) => *known = cause,
                Some(_) => {}
                None => {
                    self.publisher.said.account = true;
                    self.hold(PauseReason::Account(cause));
                }
            }
        }
    }

    pub(in crate::engine) fn account_is_back(&mut self) {
        if matches!(self.resilience.pause, Some(PauseReason::Account(_))) {
            self.resilience.pause = None;
        }
        // Also where a person had it tried, and the hold was lifted for that.
        if std::mem::take(&mut self.publisher.said.account) {
            self.tell_resumed("the account is in order again");
        }
        self.publisher.dirty = true;
    }

    fn tell_resumed(&mut self, what: &str) {
        let message = if self.resilience.pause.is_some() { what.to_owned() } else { format!("{what}; it goes on") };
        tracing::info!(message, "resumed");
        let notice = Notice { kind: NoticeKind::Resumed, message, action: String::new() };
        self.publisher.said.resumed = Some((self.now(), notice.clone()));
        self.tell(What::Notice(notice));
    }

    /// Looks whether fal can be reached and knows the key again, where that is in question; tells how
    /// the connectivity changes.
    pub(in crate::engine) fn look_out(&mut self, now: Timestamp) {
        if self.course.started && self.course.leaving.is_none() && !self.is_finished() {
            if self.resilience.connectivity.looks_out(now) {
                self.spawn_stage(Step::Reach(now), look_out::reach(self.stages.clone()));
            }
            if self.resilience.account.asks(now) {
                self.spawn_stage(Step::AskKey(now), look_out::ask_for_key(self.stages.clone()));
            }
        }
        self.tell_connectivity(now);
        if self.counts_down() && now.since(self.publisher.published_at) >= COUNTDOWN && self.counts_otherwise(now) {
            self.publisher.dirty = true;
        }
    }

    /// Tells how the connectivity changed. A storm is one however often it lets something through: it is over when
    /// nothing is held back for a while, or nothing is left to do.
    fn tell_connectivity(&mut self, now: Timestamp) {
        let (health, next) = self.resilience.connectivity.health(now);
        if let Some(notice) = connectivity_notice(health, next.map(|next| next.since(now))) {
            self.publisher.said.calm_since = None;
            if !health.is_like(self.publisher.said.health) {
                tracing::warn!(?health, "calls are held back");
                self.tell(What::Notice(notice));
                self.publisher.dirty = true;
            }
            self.publisher.said.health = health;
        } else if self.publisher.said.health != Health::Clear {
            if !self.resilience.connectivity.is_calm(now) && !self.is_finished() {
                self.publisher.said.calm_since = None;
                return;
            }
            let since = *self.publisher.said.calm_since.get_or_insert(now);
            if now.since(since) >= CALM || self.is_finished() {
                let was = std::mem::replace(&mut self.publisher.said.health, Health::Clear);
                self.publisher.said.calm_since = None;
                self.tell_resumed(if matches!(was, Health::Short(_)) {
                    "this machine has again what it lacked"
                } else {
                    "fal answers again"
                });
                self.publisher.dirty = true;
            }
        }
    }

    /// A look at fal came to something.
    pub(in crate::engine) fn looked_out(&mut self, begun: Timestamp, result: &Result<(), FalError>) {
        let (now, random) = (self.now(), self.rng.f64());
        self.resilience.connectivity.looked_out(begun, result.is_ok(), now, random);
    }

    /// Whether fal knows the key again was asked.
    pub(in crate::engine) fn key_asked(&mut self, begun: Timestamp, result: &Result<(), FalError>) {
        let (now, random) = (self.now(), self.rng.f64());
        if self.resilience.account.knows_key(result.is_ok(), begun, now, random) {
            self.account_is_back();
        } else {
            // Somebody may have said to go on in the meantime.
            self.hold_if_tripped();
        }
    }

    /// When to look again.
    pub(in crate::engine) fn look_out_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let tries = self.resilience.account.next().filter(|next| *next > now);
        let countdown = self.counts_down().then(|| {
            let due = self.publisher.published_at.plus(COUNTDOWN);
            if due > now { due } else { now.plus(COUNTDOWN) }
        });
        let calm = self.publisher.said.calm_since.map(|since| since.plus(CALM)).filter(|due| *due > now);
        [self.resilience.connectivity.deadline(now), tries, countdown, calm].into_iter().flatten().min()
    }

    /// Whether somebody is shown how long it is to the next try.
    fn counts_down(&self) -> bool {
        let account = matches!(self.resilience.pause, Some(PauseReason::Account(_)));
        let shown = account || self.publisher.said.health != Health::Clear || self.is_idle(self.now());
        shown && self.course.leaving.is_none() && !self.publisher.snapshot.is_closed()
    }

    /// Whether the countdown reads otherwise than on the last snapshot: minutes are not told every second.
    fn counts_otherwise(&self, now: Timestamp) -> bool {
        self.notice(now) != self.notice(self.publisher.published_at)
    }

    /// What needs a person, what everything waits for, or that it no longer does.
    pub(in crate::engine) fn notice(&self, now: Timestamp) -> Option<Notice> {
        let of_hold = self.resilience.pause.as_ref().and_then(|hold| hold.notice(self.next_try(now), true));
        let of_connectivity = || {
            let (health, next) = self.resilience.connectivity.health(now);
            connectivity_notice(health, next.map(|next| next.since(now)))
        };
        let idle = || if self.is_idle(now) { self.waited_for(now) } else { None };
        let news = || {
            self.publisher
                .said
                .resumed
                .as_ref()
                .filter(|(at, _)| now.since(*at) < NEWS)
                .map(|(_, notice)| notice.clone())
        };
        of_hold.or_else(of_connectivity).or_else(news).or_else(idle)
    }

    /// How long it is until the account is tried by itself; `None` if it is not.
    pub(in crate::engine) fn next_try(&self, now: Timestamp) -> Option<Duration> {
        let goes_on = self.options.manner.stay || self.options.manner.waits_for_account;
        self.resilience.account.due().filter(|_| goes_on).map(|due| due.since(now))
    }
}

pub(in crate::engine) fn connectivity_notice(health: Health, next: Option<Duration>) -> Option<Notice> {
    let (kind, message, action) = match health {
        Health::Clear => return None,
        Health::Slow => (
            NoticeKind::RateLimited,
            "fal asks for fewer calls (429): nothing new is sent for a while, and no attempt is spent",
            "nothing to do",
        ),
        Health::Overloaded => (
            NoticeKind::Offline,
            "fal answers with errors of its own (5xx): everything waits, and no attempt is spent",
            "nothing to do; see status.fal.ai if it lasts",
        ),
        Health::Short(shortage) => return Some(of_machine(shortage, next)),
        Health::NoFiles { up, down } => (NoticeKind::Offline, no_files(up, down), "see status.fal.ai if it lasts"),
        Health::Offline => (
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
