//! How calls come out, for everybody: what the connectivity and the account's breaker learn from it, what
//! may begin, and what is told of it.

use std::time::Duration;

use crate::engine::resilience::connectivity::{CallKind, Health, Trouble};
use crate::engine::resilience::pause::{PauseReason, in_words};
use crate::engine::resilience::state::Resilience;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::fal::FalError;
use crate::job::{Class, Shortage, Timestamp};
use crate::os::open_files;

/// How long nothing may be held back before a storm is over.
const CALM: Duration = Duration::from_secs(10);
/// So long the snapshot says that it goes on again: a face that draws seldom does not miss it.
const NEWS: Duration = Duration::from_secs(10);

/// A job's call that has come to something.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Call {
    pub(in crate::engine) kind: CallKind,
    pub(in crate::engine) begun: Timestamp,
    /// How often its job was let off because nobody got through.
    pub(in crate::engine) let_off: u8,
    pub(in crate::engine) attempt: u16,
}

/// What everybody hears of a call.
#[derive(Debug, Default)]
pub(in crate::engine) struct Heard {
    /// Whether what is shown changed.
    pub(in crate::engine) is_news: bool,
    /// Why no new jobs are begun from now on.
    pub(in crate::engine) pause: Option<PauseReason>,
    pub(in crate::engine) notice: Option<Notice>,
}

impl Resilience {
    /// Whether a call of this kind may begin, as far as fal and the account are concerned. `is_idle` says that
    /// nothing lies ready for a submit, and none is on its way.
    pub(in crate::engine) fn may(&self, kind: CallKind, is_idle: impl FnOnce() -> bool, now: Timestamp) -> bool {
        let account = match kind {
            CallKind::Submit => self.account.may(now),
            // Where nothing lies ready for the submit that finds out, one photo is brought up for it.
            CallKind::Upload if self.account.is_tripped() => self.account.may(now) && is_idle(),
            CallKind::Upload | CallKind::Follow | CallKind::Fetch => true,
        };
        account && self.connectivity.may(kind, now)
    }

    /// A call begins.
    pub(in crate::engine) fn begin(&mut self, kind: CallKind, now: Timestamp) {
        self.connectivity.begin(kind, now);
        if kind == CallKind::Submit {
            self.account.begin(now);
        }
    }

    /// A call gave what it was made for.
    pub(in crate::engine) fn pass(&mut self, kind: CallKind, begun: Timestamp, now: Timestamp) -> Heard {
        self.connectivity.pass(kind, begun, now);
        if self.account.pass(kind, begun) { self.account_is_back(now) } else { Heard::default() }
    }

    /// A call failed: whether that is nobody's own failure, and what everybody hears of it.
    pub(in crate::engine) fn meet(
        &mut self,
        call: Call,
        error: &FalError,
        random: f64,
        now: Timestamp,
    ) -> (bool, Heard) {
        let Call { kind, begun, let_off, attempt } = call;
        let is_shared = self.connectivity.is_shared(kind, error, begun, let_off, attempt, now);
        match Trouble::of(error) {
            Some(trouble) => self.connectivity.fail(kind, trouble, begun, now, random),
            None => self.connectivity.pass(kind, begun, now),
        }
        let heard = if error.class == Class::Account {
            self.account.trip(kind, &error.cause, begun, now, random);
            self.pause_if_tripped()
        } else if Trouble::of(error).is_none() && self.account.pass(kind, begun) {
            // An answer of any other kind says that the account is in order.
            self.account_is_back(now)
        } else {
            Heard::default()
        };
        (is_shared, heard)
    }

    fn pause_if_tripped(&mut self) -> Heard {
        let Some(cause) = self.account.tripped().cloned() else { return Heard::default() };
        match &mut self.pause {
            Some(PauseReason::Account(known)) => *known = cause,
            Some(_) => {}
            None => {
                self.told.account = true;
                return Heard { pause: Some(PauseReason::Account(cause)), ..Heard::default() };
            }
        }
        Heard::default()
    }

    fn account_is_back(&mut self, now: Timestamp) -> Heard {
        if matches!(self.pause, Some(PauseReason::Account(_))) {
            self.pause = None;
        }
        // Also where a person had it tried, and the pause was lifted for that.
        let is_told = std::mem::take(&mut self.told.account);
        let notice = is_told.then(|| self.resumed("the account is in order again", now));
        Heard { is_news: true, notice, pause: None }
    }

    fn resumed(&mut self, what: &str, now: Timestamp) -> Notice {
        let message = if self.pause.is_some() { what.to_owned() } else { format!("{what}; it goes on") };
        tracing::info!(message, "resumed");
        let notice = Notice { kind: NoticeKind::Resumed, message, action: String::new() };
        self.told.resumed = Some((now, notice.clone()));
        notice
    }

    /// Whether fal knows the key again was asked.
    pub(in crate::engine) fn key_asked(
        &mut self,
        begun: Timestamp,
        is_known: bool,
        random: f64,
        now: Timestamp,
    ) -> Heard {
        if self.account.knows_key(is_known, begun, now, random) {
            self.account_is_back(now)
        } else {
            // Somebody may have said to go on in the meantime.
            self.pause_if_tripped()
        }
    }

    /// What is to be told of the ledger, which went away or is back.
    pub(in crate::engine) fn ledger_changed(&mut self, now: Timestamp) -> Notice {
        self.ledger.notice().unwrap_or_else(|| self.resumed("the ledger answers again", now))
    }

    /// What is to be told of how the connectivity changed. A storm is one however often it lets something through:
    /// it is over when nothing is held back for a while, or nothing is left to do.
    pub(in crate::engine) fn weather(&mut self, is_finished: bool, now: Timestamp) -> Option<Notice> {
        let (health, next) = self.connectivity.health(now);
        if let Some(notice) = connectivity_notice(health, next.map(|next| next.since(now))) {
            self.told.calm_since = None;
            let before = std::mem::replace(&mut self.told.health, health);
            return (!health.is_like(before)).then(|| {
                tracing::warn!(?health, "calls are held back");
                notice
            });
        }
        if self.told.health == Health::Clear {
            return None;
        }
        if !self.connectivity.is_calm(now) && !is_finished {
            self.told.calm_since = None;
            return None;
        }
        let since = *self.told.calm_since.get_or_insert(now);
        if now.since(since) < CALM && !is_finished {
            return None;
        }
        let was = std::mem::replace(&mut self.told.health, Health::Clear);
        self.told.calm_since = None;
        let what = match was {
            Health::Short(_) => "this machine has again what it lacked",
            _ => "fal answers again",
        };
        Some(self.resumed(what, now))
    }

    /// When there may be something to do or to tell again, but for a countdown.
    pub(in crate::engine) fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let tries = self.account.next().filter(|next| *next > now);
        let calm = self.told.calm_since.map(|since| since.plus(CALM)).filter(|due| *due > now);
        [self.connectivity.deadline(now), tries, calm].into_iter().flatten().min()
    }

    /// Whether somebody is shown how long it is to the next try.
    pub(in crate::engine) fn counts_down(&self) -> bool {
        matches!(self.pause, Some(PauseReason::Account(_))) || self.told.health != Health::Clear
    }

    /// What needs a person or holds everything back, or that it no longer does. `next_try` is how long it is until
    /// the account is tried by itself.
    pub(in crate::engine) fn notice(&self, next_try: Option<Duration>, now: Timestamp) -> Option<Notice> {
        let of_pause = self.pause.as_ref().and_then(|pause| pause.notice(next_try, true));
        let resumed = || self.told.resumed.as_ref().filter(|(at, _)| now.since(*at) < NEWS);
        of_pause
            .or_else(|| self.ledger.notice())
            .or_else(|| self.storm(now))
            .or_else(|| resumed().map(|(_, notice)| notice.clone()))
    }

    /// What holds everything back.
    pub(in crate::engine) fn held_back(&self, next_try: Option<Duration>, now: Timestamp) -> Option<Notice> {
        let of_pause = self.pause.as_ref().and_then(|pause| pause.notice(next_try, false));
        of_pause.or_else(|| self.ledger.notice()).or_else(|| self.storm(now))
    }

    fn storm(&self, now: Timestamp) -> Option<Notice> {
        let (health, next) = self.connectivity.health(now);
        connectivity_notice(health, next.map(|next| next.since(now)))
    }
}

fn connectivity_notice(health: Health, next: Option<Duration>) -> Option<Notice> {
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
