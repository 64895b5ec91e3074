//! Calls begin and come to something, and everybody hears of it.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::engine::publish::heartbeat::{SILENCE, Waits};
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::health::{Call, Heard};
use crate::engine::resilience::look_out;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::tasks::{Pool, Step};
use crate::fal::FalError;
use crate::job::{JobId, Timestamp, plural};

/// How often a countdown that is shown is made anew.
const COUNTDOWN: Duration = Duration::from_secs(1);

impl Engine {
    /// Says how many requests the account runs at once, when that becomes known or has changed.
    pub(super) fn tell_at_once(&mut self) {
        if let Some(at_once) = self.scheduler.account.news() {
            let message = format!("your account runs {} at once", plural(usize::from(at_once), "request", "requests"));
            let action = "so many and a few more are kept at fal, so that no slot stays empty".to_owned();
            tracing::info!(message, "the window knows the account");
            self.tell(What::Notice(Notice { kind: NoticeKind::AtOnce, message, action }));
            self.publisher.dirty = true;
        }
    }

    /// Whether a call of this kind may begin, as far as fal and the account are concerned.
    pub(super) fn may_begin(&self, call_kind: CallKind, now: Timestamp) -> bool {
        let scheduler = &self.scheduler;
        let is_idle = || {
            scheduler.to_submit.is_empty()
                && scheduler.tasks.count(Pool::Uploads) + scheduler.tasks.count(Pool::Submits) == 0
        };
        self.resilience.may(call_kind, is_idle, now)
    }

    /// A call for a job begins.
    pub(super) fn begin_call(&mut self, call_kind: CallKind, id: JobId) {
        let now = self.now();
        self.resilience.begin(call_kind, now);
        self.runtime.entry(id).or_default().call_began = Some(now);
    }

    /// When a job's call began that has come to something now.
    fn call_began(&self, id: JobId, now: Timestamp) -> Timestamp {
        self.runtime.get(&id).and_then(|live| live.call_began).unwrap_or(now)
    }

    /// A job's call gave what it was made for.
    pub(super) fn got_through(&mut self, call_kind: CallKind, id: JobId) {
        let now = self.now();
        let heard = self.resilience.pass(call_kind, self.call_began(id, now), now);
        self.hear(heard);
    }

    /// A job's call failed. True if that is nobody's own failure.
    pub(super) fn met(&mut self, call_kind: CallKind, id: JobId, error: &FalError) -> bool {
        let (now, random) = (self.now(), self.rng.f64());
        let call = Call {
            kind: call_kind,
            begun: self.call_began(id, now),
            let_off: self.runtime.get(&id).map_or(0, |live| live.let_off),
            attempt: self.jobs.get(id).map_or(0, |job| job.state.attempt()),
        };
        let (is_shared, heard) = self.resilience.meet(call, error, random, now);
        self.hear(heard);
        if is_shared {
            let live = self.runtime.entry(id).or_default();
            live.let_off = live.let_off.saturating_add(1);
        }
        is_shared
    }

    /// The ledger went away, or is back.
    pub(super) fn ledger_changed(&mut self) {
        let notice = self.resilience.ledger_changed(self.now());
        self.tell(What::Notice(notice));
        self.publisher.dirty = true;
    }

    fn hear(&mut self, Heard { is_news, pause, notice }: Heard) {
        self.publisher.dirty |= is_news;
        if let Some(notice) = notice {
            self.tell(What::Notice(notice));
        }
        if let Some(reason) = pause {
            self.hold(reason);
        }
    }

    /// Looks whether fal can be reached and knows the key again, where that is in question; tells how
    /// the connectivity changes.
    pub(super) fn look_out(&mut self, now: Timestamp) {
        let is_finished = self.is_finished();
        if self.course.started && self.course.leaving.is_none() && !is_finished {
            if self.resilience.connectivity.looks_out(now) {
                self.spawn_stage(Step::Reach(now), look_out::reach(self.stages.clone()));
            }
            if self.resilience.account.asks(now) {
                self.spawn_stage(Step::AskKey(now), look_out::ask_for_key(self.stages.clone()));
            }
        }
        if let Some(notice) = self.resilience.weather(is_finished, now) {
            self.tell(What::Notice(notice));
            self.publisher.dirty = true;
        }
        if self.counts_down() && now.since(self.publisher.published_at) >= COUNTDOWN && self.counts_otherwise(now) {
            self.publisher.dirty = true;
        }
    }

    /// A look at fal came to something.
    pub(super) fn looked_out(&mut self, begun: Timestamp, result: &Result<(), FalError>) {
        let (now, random) = (self.now(), self.rng.f64());
        self.resilience.connectivity.looked_out(begun, result.is_ok(), now, random);
    }

    /// Whether fal knows the key again was asked.
    pub(super) fn key_asked(&mut self, begun: Timestamp, result: &Result<(), FalError>) {
        let (now, random) = (self.now(), self.rng.f64());
        let heard = self.resilience.key_asked(begun, result.is_ok(), random, now);
        self.hear(heard);
    }

    /// When to look again.
    pub(super) fn look_out_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let countdown = self.counts_down().then(|| {
            let due = self.publisher.published_at.plus(COUNTDOWN);
            if due > now { due } else { now.plus(COUNTDOWN) }
        });
        [self.resilience.deadline(now), countdown].into_iter().flatten().min()
    }

    /// Whether somebody is shown how long it is to the next try.
    fn counts_down(&self) -> bool {
        let shown = self.resilience.counts_down() || self.is_idle(self.now());
        shown && self.course.leaving.is_none() && self.publisher.faces.are_watched()
    }

    /// Whether the countdown reads otherwise than on the last snapshot: minutes are not told every second.
    fn counts_otherwise(&self, now: Timestamp) -> bool {
        self.notice(now) != self.notice(self.publisher.published_at)
    }

    /// What needs a person, what everything waits for, or that it no longer does.
    pub(super) fn notice(&self, now: Timestamp) -> Option<Notice> {
        if let Some(observed) = &self.course.observed {
            return observed.notice(self.jobs.totals().left());
        }
        let notice = self.resilience.notice(self.next_try(now), now);
        notice
            .or_else(|| self.scheduler.webhooks.notice(now))
            .or_else(|| self.is_idle(now).then(|| self.waited_for(now)).flatten())
    }

    /// How long it is until the account is tried by itself; `None` if it is not.
    pub(super) fn next_try(&self, now: Timestamp) -> Option<Duration> {
        let goes_on = self.options.manner.stay || self.options.manner.waits_for_account;
        self.resilience.account.due().filter(|_| goes_on).map(|due| due.since(now))
    }

    /// Says it once all that is there has ended, and each time that it has again.
    pub(super) fn tell_watching(&mut self) {
        let rests = self.options.manner.watches && self.course.leaving.is_none() && self.is_done();
        if rests && !self.course.rests {
            let ended = plural(self.jobs.totals().ended(), "photo has", "photos have");
            let message = format!("{ended} ended; those that appear in the folders are sent");
            let action = "Ctrl-C ends it".to_owned();
            self.tell(What::Notice(Notice { kind: NoticeKind::Watching, message, action }));
        }
        self.course.rests = rests;
    }

    /// Says what is waited for, if nothing else was said for a minute.
    pub(super) fn break_silence(&mut self, now: Timestamp) {
        if self.silence_deadline().is_none_or(|due| due > now) {
            return;
        }
        match self.waited_for(now) {
            Some(notice) => self.tell(What::Notice(notice)),
            None => self.publisher.said.at = now,
        }
    }

    /// When the silence has lasted long enough.
    pub(super) fn silence_deadline(&self) -> Option<Timestamp> {
        let speaks = self.is_told() && self.course.started && self.course.leaving.is_none() && !self.is_done();
        speaks.then(|| self.publisher.said.at.plus(SILENCE))
    }

    fn is_idle(&self, now: Timestamp) -> bool {
        self.course.started && self.waits().are_all(now)
    }

    fn waited_for(&self, now: Timestamp) -> Option<Notice> {
        self.waits().notice(self.resilience.held_back(self.next_try(now), now), now)
    }

    fn waits(&self) -> Waits<'_> {
        Waits {
            jobs: &self.jobs,
            scheduler: &self.scheduler,
            search: &self.search,
            awaited: self.dedup.awaited.len(),
            is_walking: self.planning.planner.is_walking(),
        }
    }
}
