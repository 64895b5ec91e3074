//! Nothing is silent for long: where nothing was said for a minute, it is said what is waited for.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::engine::resilience::health::connectivity_notice;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::tasks::Pool;
use crate::job::{Group, Timestamp, plural};

/// The longest silence.
const SILENCE: Duration = Duration::from_mins(1);

/// A wait that is over so soon is not worth telling.
const SOON: Duration = Duration::from_secs(5);

impl Engine {
    /// Says what is waited for, if nothing else was said for a minute.
    pub(in crate::engine) fn break_silence(&mut self, now: Timestamp) {
        if self.silence_deadline().is_none_or(|due| due > now) {
            return;
        }
        match self.waited_for(now) {
            Some(notice) => self.tell(What::Notice(notice)),
            None => self.publisher.said.at = now,
        }
    }

    /// When the silence has lasted long enough.
    pub(in crate::engine) fn silence_deadline(&self) -> Option<Timestamp> {
        let speaks = self.is_told() && self.course.started && self.course.leaving.is_none() && !self.is_finished();
        speaks.then(|| self.publisher.said.at.plus(SILENCE))
    }

    /// Whether nothing is on its way, and something may come of waiting all the same.
    pub(in crate::engine) fn is_idle(&self, now: Timestamp) -> bool {
        let totals = self.jobs.totals();
        self.course.started
            && totals.of(Group::Active) == 0
            && (self.is_looking()
                || self.dedup.awaited.len() > 0
                || self.scheduler.next_wake().is_some_and(|at| at > now.plus(SOON)))
    }

    /// Everything that is waited for, in words; `None` if that is nothing.
    pub(in crate::engine) fn waited_for(&self, now: Timestamp) -> Option<Notice> {
        let hold = self.resilience.pause.as_ref().and_then(|hold| hold.notice(self.next_try(now), false));
        let (health, next) = self.resilience.connectivity.health(now);
        let above = hold.or_else(|| connectivity_notice(health, next.map(|next| next.since(now))));
        let (first, action) = match above {
            Some(notice) => (Some(notice.message), notice.action),
            None => (None, "nothing to do".to_owned()),
        };
        let totals = self.jobs.totals();
        let left = totals.of(Group::Pending) + totals.of(Group::Active) + totals.of(Group::Waiting);
        let own = [
            self.searched(now),
            self.at_fal(now),
            self.asked(),
            self.on_the_move(),
            self.tried_again(now),
            self.awaited(),
            self.looked_at(),
        ];
        let mut parts: Vec<_> = first.into_iter().chain(own.into_iter().flatten()).collect();
        if parts.is_empty() && left > 0 {
            parts.push(format!("{} left", plural(left, "photo is", "photos are")));
        }
        let message = format!("waiting: {}", parts.join("; "));
        (!parts.is_empty()).then_some(Notice { kind: NoticeKind::Waiting, message, action })
    }

    fn searched(&self, now: Timestamp) -> Option<String> {
        let (since, until) = self.is_looking().then(|| self.search.times()).flatten()?;
        let lost = self.jobs.totals().unknown;
        let answers = plural(lost, "paid call whose answer was lost is", "paid calls whose answers were lost are");
        let left = until.map_or(Duration::ZERO, |until| until.since(now));
        Some(format!(
            "{answers} looked for at fal, for {} so far and {} more at the most",
            took(now.since(since)),
            took(left)
        ))
    }

    fn at_fal(&self, now: Timestamp) -> Option<String> {
        let requests = self.jobs.index().members(Group::Active).filter_map(|id| {
            let state = &self.jobs.get(id)?.state;
            state.request().filter(|_| state.is_at_fal()).map(|request| request.at)
        });
        let (mut count, mut oldest) = (0, now);
        for at in requests {
            count += 1;
            oldest = oldest.min(at);
        }
        let has = plural(count, "request", "requests");
        (count > 0).then(|| format!("fal has {has}, the oldest for {}", took(now.since(oldest))))
    }

    fn asked(&self) -> Option<String> {
        let (paid, others) = (self.scheduler.tasks.count(Pool::Submits), self.scheduler.tasks.count(Pool::Calls));
        let parts = [
            (paid > 0).then(|| plural(paid, "paid call waits for fal's answer", "paid calls wait for fal's answer")),
            (others > 0).then(|| format!("fal is asked about {}", plural(others, "request", "requests"))),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn on_the_move(&self) -> Option<String> {
        let (up, down) = (self.scheduler.tasks.count(Pool::Uploads), self.scheduler.tasks.count(Pool::Saves));
        let parts = [
            (up > 0).then(|| format!("{} on the way up", plural(up, "photo", "photos"))),
            (down > 0).then(|| format!("{} on the way down", plural(down, "picture", "pictures"))),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn tried_again(&self, now: Timestamp) -> Option<String> {
        // Those that wait for somebody else's paid call are tried by nobody.
        let waiting = self.jobs.totals().of(Group::Waiting).saturating_sub(self.dedup.awaited.len());
        let next =
            self.scheduler.next_wake().map(|at| format!(", the next in {}", took(at.since(now)))).unwrap_or_default();
        (waiting > 0).then(|| format!("{} tried again later{next}", plural(waiting, "photo is", "photos are")))
    }

    fn awaited(&self) -> Option<String> {
        let waiting = self.dedup.awaited.len();
        (waiting > 0)
            .then(|| format!("{} for what another batch pays for", plural(waiting, "photo waits", "photos wait")))
    }

    fn looked_at(&self) -> Option<String> {
        let found = self.jobs.totals().photos();
        if self.planning.planner.is_walking() {
            return Some(format!("photos are being found, {found} so far"));
        }
        let checked = self.scheduler.tasks.count(Pool::Checks);
        (checked > 0).then(|| {
            format!(
                "{} whether it was paid for before",
                plural(checked, "photo is looked up,", "photos are looked up,")
            )
        })
    }
}

/// `40 s`, `3 min`.
fn took(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds => format!("{} min", (seconds + 30) / 60),
    }
}
