//! Nothing is silent for long: what a run waits for, in words.

use std::time::Duration;

use crate::engine::job_table::JobTable;
use crate::engine::recovery::search::Search;
use crate::engine::scheduler::Scheduler;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::tasks::Pool;
use crate::job::{Group, Timestamp, plural};

/// The longest silence.
pub(in crate::engine) const SILENCE: Duration = Duration::from_mins(1);

/// A wait that is over so soon is not worth telling.
const SOON: Duration = Duration::from_secs(5);

/// What a run may wait for.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Waits<'a> {
    pub(in crate::engine) jobs: &'a JobTable,
    pub(in crate::engine) scheduler: &'a Scheduler,
    pub(in crate::engine) search: &'a Search,
    /// How many photos wait for what others pay for.
    pub(in crate::engine) awaited: usize,
    /// Whether photos are still being found.
    pub(in crate::engine) is_walking: bool,
}

impl Waits<'_> {
    /// Whether nothing is on its way, and something may come of waiting all the same.
    pub(in crate::engine) fn are_all(&self, now: Timestamp) -> bool {
        self.jobs.totals().of(Group::Active) == 0
            && (self.search.is_looking()
                || self.awaited > 0
                || self.scheduler.next_wake().is_some_and(|at| at > now.plus(SOON)))
    }

    /// Everything that is waited for, behind what holds everything back; `None` if that is nothing.
    pub(in crate::engine) fn notice(&self, above: Option<Notice>, now: Timestamp) -> Option<Notice> {
        let (first, action) = match above {
            Some(notice) => (Some(notice.message), notice.action),
            None => (None, "nothing to do".to_owned()),
        };
        let left = self.jobs.totals().left();
        let own = [
            self.searched(now),
            self.at_fal(now),
            self.asked(),
            self.on_the_move(),
            self.tried_again(now),
            self.paid_by_others(),
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
        let (since, until) = self.search.is_looking().then(|| self.search.times()).flatten()?;
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
        let waiting = self.jobs.totals().of(Group::Waiting).saturating_sub(self.awaited);
        let next =
            self.scheduler.next_wake().map(|at| format!(", the next in {}", took(at.since(now)))).unwrap_or_default();
        (waiting > 0).then(|| format!("{} tried again later{next}", plural(waiting, "photo is", "photos are")))
    }

    fn paid_by_others(&self) -> Option<String> {
        let waiting = self.awaited;
        (waiting > 0)
            .then(|| format!("{} for what another batch pays for", plural(waiting, "photo waits", "photos wait")))
    }

    fn looked_at(&self) -> Option<String> {
        let found = self.jobs.totals().photos();
        if self.is_walking {
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
