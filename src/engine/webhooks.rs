//! What webhooks say of our requests, and whether they come: while they do, hardly anything is asked for.
//!
//! A webhook is a hint that a request has ended. It only brings forward the call that would be made anyway; what that
//! says decides. Where hints stay away that calls show to be due, calls are made as without webhooks.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::engine::snapshot::{Notice, NoticeKind};
use crate::job::{JobId, RequestId, Timestamp, plural};
use crate::webhook::Counts;

/// While webhooks come, each request is asked about this often, and never less: the hint may be lost.
const SELDOM: Duration = Duration::from_secs(58);
/// Until the first has come each is asked about this often at the most.
const HOPEFUL: Duration = Duration::from_secs(10);
/// After so many requests in a row that had ended without a hint, they are not relied on.
const MISSED: u32 = 3;
/// How soon a request is asked about again that is said to have ended and has not, at first.
const SOON: Duration = Duration::from_millis(250);
/// The longest time to that.
const LONGEST: Duration = Duration::from_secs(30);
/// A silence of so long is looked into, or of so many times what a request runs.
const SILENCE: (Duration, u32) = (Duration::from_secs(5), 8);
/// How late a hint may come before it is told that none does.
const LATE: Duration = Duration::from_secs(10);
/// So often it is told at the most what was refused.
const EVERY: Duration = Duration::from_mins(1);
/// So long the snapshot says what was told.
const NEWS: Duration = Duration::from_secs(10);
/// Ids that are remembered, of hints for what is not known yet, and of what ended without one.
const REMEMBERED: usize = 1024;

/// What webhooks say, and whether they come.
#[derive(Debug, Default)]
pub(super) struct Webhooks {
    /// Whether any are expected.
    is_on: bool,
    /// Whether they are relied on.
    relied_on: bool,
    /// Whether one has come since they were relied on.
    come: bool,
    /// Requests in a row that had ended without a hint.
    missed: u32,
    /// When one came last, or was looked for.
    last: Timestamp,
    /// Requests that were made with our URL; of those that are said to have ended, how often they were asked about
    /// since. What an earlier run sent may tell somebody else.
    expected: HashMap<JobId, Option<u32>>,
    /// Ids that no request of ours had when they were heard of: its own answer may still be on its way.
    early: VecDeque<RequestId>,
    /// Our requests that ended without a hint.
    unheard: VecDeque<RequestId>,
    told: Told,
}

/// What was told.
#[derive(Debug, Default)]
struct Told {
    /// Since when none come that should, until that is told.
    missing_since: Option<Timestamp>,
    refused: u64,
    refused_at: Option<Timestamp>,
    notice: Option<(Timestamp, Notice)>,
}

impl Webhooks {
    pub(super) fn new(is_on: bool) -> Self {
        Self { is_on, relied_on: is_on, ..Self::default() }
    }

    /// A webhook names our request of this job, which has not been seen to have ended. True if it may be asked about
    /// now.
    pub(super) fn hint(&mut self, job: JobId, now: Timestamp) -> bool {
        self.came(now);
        self.expected.insert(job, Some(0)).flatten().is_none()
    }

    /// A webhook names nothing that is at fal for us, as far as is known.
    pub(super) fn hint_of_other(&mut self, ids: Vec<RequestId>, now: Timestamp) {
        if let Some(at) = self.unheard.iter().position(|id| ids.contains(id)) {
            self.unheard.remove(at);
            return self.came(now);
        }
        for id in ids {
            remember(&mut self.early, id);
        }
    }

    fn came(&mut self, now: Timestamp) {
        if !self.come {
            tracing::info!("webhooks come: each request is asked about once a minute");
        }
        (self.relied_on, self.come, self.missed, self.last) = (true, true, 0, now);
        self.told.missing_since = None;
    }

    /// The wait until a request is first asked about, where that is `usual` otherwise.
    pub(super) fn first(&mut self, job: JobId, id: &RequestId, usual: Duration, now: Timestamp) -> Duration {
        if !self.is_on {
            return usual;
        }
        if let Some(at) = self.early.iter().position(|early| early == id) {
            self.early.remove(at);
            self.hint(job, now);
            return Duration::ZERO;
        }
        self.expected.insert(job, None);
        self.pace(usual)
    }

    /// The wait where nothing was said of a request.
    fn pace(&self, usual: Duration) -> Duration {
        match (self.relied_on, self.come) {
            (true, true) => SELDOM,
            (true, false) => usual.max(HOPEFUL),
            (false, _) => usual,
        }
    }

    /// The wait until a request is asked about again that has not ended, where that is `usual` otherwise. `random` is
    /// in 0..1.
    pub(super) fn next(&mut self, job: JobId, is_watched: bool, usual: Duration, random: f64) -> Duration {
        match self.expected.get_mut(&job) {
            Some(Some(asked)) => {
                let wait = SOON.saturating_mul(1 << (*asked).min(8));
                *asked = asked.saturating_add(1);
                wait.min(LONGEST)
            }
            Some(None) if self.relied_on && !is_watched => {
                self.pace(usual).mul_f64(random.clamp(0.0, 1.0).mul_add(0.1, 0.9))
            }
            Some(None) | None => usual,
        }
    }

    /// A call showed that a request has ended. True if webhooks are not relied on from here on.
    pub(super) fn ended(&mut self, job: JobId, id: &RequestId, now: Timestamp) -> bool {
        let expected = self.expected.remove(&job);
        if expected != Some(None) {
            return false;
        }
        remember(&mut self.unheard, id.clone());
        self.missed = self.missed.saturating_add(1);
        // What else is silent is looked at now.
        self.last = Timestamp(0);
        if self.missed == MISSED {
            self.told.missing_since = Some(now);
        }
        self.come &= self.missed < MISSED;
        self.missed >= MISSED && std::mem::take(&mut self.relied_on)
    }

    /// When it is looked into why none come; `typical` is how long a request runs.
    pub(super) fn look_at(&self, typical: Option<Duration>) -> Option<Timestamp> {
        self.relied_on.then(|| self.last.plus(silence(typical)))
    }

    /// Whether that is now; `oldest` is when the request that was longest not heard of was last asked about.
    pub(super) fn looks(&mut self, typical: Option<Duration>, oldest: Timestamp, now: Timestamp) -> bool {
        let is_due = oldest.plus(silence(typical)) <= now;
        self.last = if is_due { now } else { oldest };
        is_due
    }

    /// What is to be told now, if anything is.
    pub(super) fn tells(&mut self, counts: Counts, now: Timestamp) -> Option<Notice> {
        let refused = counts.refused();
        let may = self.told.refused_at.is_none_or(|at| now.since(at) >= EVERY);
        let notice = if refused > self.told.refused && may {
            (self.told.refused, self.told.refused_at) = (refused, Some(now));
            refusal(counts)
        } else if self.told.missing_since.is_some_and(|since| now.since(since) >= LATE) {
            self.told.missing_since = None;
            missing()
        } else {
            return None;
        };
        self.told.notice = Some((now, notice.clone()));
        Some(notice)
    }

    /// When there may be something to tell.
    pub(super) fn tells_at(&self, counts: Counts) -> Option<Timestamp> {
        let missing = self.told.missing_since.map(|since| since.plus(LATE));
        let refused = self.told.refused_at.filter(|_| counts.refused() > self.told.refused).map(|at| at.plus(EVERY));
        [missing, refused].into_iter().flatten().min()
    }

    /// What was told lately.
    pub(super) fn notice(&self, now: Timestamp) -> Option<Notice> {
        self.told.notice.as_ref().filter(|(at, _)| now.since(*at) < NEWS).map(|(_, notice)| notice.clone())
    }
}

fn silence(typical: Option<Duration>) -> Duration {
    typical.unwrap_or(SELDOM).saturating_mul(SILENCE.1).clamp(SILENCE.0, SELDOM)
}

fn remember(ids: &mut VecDeque<RequestId>, id: RequestId) {
    if ids.len() >= REMEMBERED {
        ids.pop_front();
    }
    ids.push_back(id);
}

fn refusal(counts: Counts) -> Notice {
    let so_far = plural(usize::try_from(counts.refused()).unwrap_or(usize::MAX), "webhook was", "webhooks were");
    let action = match counts {
        Counts { late, .. } if late > 0 => {
            "nothing was changed by them; if fal sent the late ones, check this machine's clock"
        }
        Counts { unsure, .. } if unsure > 0 => "nothing was changed by them; fal's keys are asked for again",
        _ => "nothing was changed by them",
    };
    let message = format!("{so_far} refused so far: {}", counts.words());
    Notice { kind: NoticeKind::WebhookRefused, message, action: action.to_owned() }
}

fn missing() -> Notice {
    Notice {
        kind: NoticeKind::WebhooksMissed,
        message: "requests have ended and no webhook told of it: fal is asked as often as without webhooks".to_owned(),
        action: "nothing is lost; see whether --public-url leads to --listen from outside".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Duration = Duration::from_secs(2);

    fn id(n: usize) -> RequestId {
        RequestId::new(&format!("r-{n}")).unwrap()
    }

    fn job(n: usize) -> JobId {
        JobId::at(n)
    }

    fn coming() -> Webhooks {
        let mut webhooks = Webhooks::new(true);
        assert!(webhooks.hint(job(9), Timestamp(0)));
        assert!(!webhooks.ended(job(9), &id(9), Timestamp(0)));
        webhooks
    }

    #[test]
    fn who_does_not_listen_asks_as_ever() {
        let mut webhooks = Webhooks::new(false);
        assert_eq!(webhooks.first(job(1), &id(1), USUAL, Timestamp(0)), USUAL);
        assert_eq!(webhooks.next(job(1), false, USUAL, 0.5), USUAL);
        assert!(!webhooks.ended(job(1), &id(1), Timestamp(0)));
        assert_eq!((webhooks.look_at(Some(USUAL)), webhooks.unheard.len()), (None, 0));
    }

    #[test]
    fn until_the_first_comes_it_is_hoped_for_and_not_for_long() {
        let mut webhooks = Webhooks::new(true);
        for n in 1..=4 {
            assert_eq!(webhooks.first(job(n), &id(n), USUAL, Timestamp(0)), HOPEFUL);
        }
        assert_eq!(webhooks.next(job(1), false, USUAL, 1.0), HOPEFUL);
        let gone: Vec<_> = (1..=3).map(|n| webhooks.ended(job(n), &id(n), Timestamp(0))).collect();
        assert_eq!(gone, [false, false, true]);
        assert_eq!(webhooks.next(job(4), false, USUAL, 0.5), USUAL);
    }

    #[test]
    fn while_they_come_each_request_is_asked_about_once_a_minute_and_never_less() {
        let mut webhooks = coming();
        assert!(webhooks.first(job(1), &id(1), USUAL, Timestamp(0)) >= Duration::from_secs(50));
        for random in [0.0, 0.5, 1.0] {
            let wait = webhooks.next(job(1), false, USUAL, random);
            assert!(wait >= Duration::from_secs(50) && wait < Duration::from_mins(1), "{wait:?}");
        }
        assert_eq!(webhooks.next(job(1), true, USUAL, 0.5), USUAL, "somebody looks at it");
    }

    #[test]
    fn what_an_earlier_run_sent_is_asked_about_as_ever() {
        let mut webhooks = coming();
        assert_eq!(webhooks.next(job(1), false, USUAL, 0.5), USUAL);
        for n in 1..9 {
            assert!(!webhooks.ended(job(n), &id(n), Timestamp(0)), "no hint of it was missed");
        }
    }

    #[test]
    fn what_is_said_to_have_ended_and_has_not_is_asked_about_soon_and_ever_later() {
        let mut webhooks = coming();
        webhooks.hint(job(1), Timestamp(0));
        let waits: Vec<_> = (0..12).map(|_| webhooks.next(job(1), false, USUAL, 0.5).as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn a_hint_that_is_faster_than_the_answer_to_the_paid_call_is_kept_for_it() {
        let mut webhooks = Webhooks::new(true);
        webhooks.hint_of_other(vec![id(1)], Timestamp(0));
        assert_eq!(webhooks.first(job(1), &id(1), USUAL, Timestamp(0)), Duration::ZERO);
        assert!(!webhooks.ended(job(1), &id(1), Timestamp(0)));
        assert_eq!(webhooks.missed, 0);
    }

    #[test]
    fn when_three_are_missed_fal_is_asked_as_ever_until_one_comes() {
        let mut webhooks = coming();
        for n in 1..=4 {
            webhooks.first(job(n), &id(n), USUAL, Timestamp(0));
        }
        let gone: Vec<_> = (1..=3).map(|n| webhooks.ended(job(n), &id(n), Timestamp(0))).collect();
        assert_eq!(gone, [false, false, true]);
        assert_eq!(webhooks.next(job(4), false, USUAL, 0.5), USUAL);
        assert_eq!(webhooks.tells(Counts::default(), Timestamp(9_999)), None);
        let told = webhooks.tells(Counts::default(), Timestamp(10_000)).unwrap();
        assert_eq!(told.kind, NoticeKind::WebhooksMissed);
        assert_eq!(webhooks.tells(Counts::default(), Timestamp(99_000)), None, "it is told once");
        webhooks.hint_of_other(vec![id(2)], Timestamp(0));
        assert!(webhooks.next(job(4), false, USUAL, 0.5) > USUAL, "one came late");
    }

    #[test]
    fn calls_that_are_faster_than_hints_are_no_reason_to_complain() {
        let mut webhooks = Webhooks::new(true);
        for n in 0..3 {
            webhooks.first(job(n), &id(n), USUAL, Timestamp(0));
            webhooks.ended(job(n), &id(n), Timestamp(0));
        }
        webhooks.hint_of_other(vec![id(0)], Timestamp(500));
        assert_eq!(webhooks.tells(Counts::default(), Timestamp(60_000)), None);
    }

    #[test]
    fn ids_of_others_do_not_grow_for_ever() {
        let mut webhooks = coming();
        for n in 0..5000 {
            webhooks.hint_of_other(vec![id(n + 100)], Timestamp(0));
        }
        assert_eq!(webhooks.early.len(), REMEMBERED);
    }

    #[test]
    fn what_is_refused_is_told_at_once_and_then_once_a_minute() {
        let mut webhooks = coming();
        let forged = |forged| Counts { forged, ..Counts::default() };
        assert!(
            webhooks.tells(forged(1), Timestamp(0)).unwrap().message.contains("1 webhook was refused so far: 1 forged")
        );
        assert_eq!(webhooks.tells(forged(500), Timestamp(1000)), None);
        assert_eq!(webhooks.tells_at(forged(500)), Some(Timestamp(60_000)));
        assert!(webhooks.tells(forged(500), Timestamp(60_000)).unwrap().message.contains("500 forged"));
    }

    #[test]
    fn a_silence_is_looked_into_by_one_request_at_a_time() {
        let mut webhooks = coming();
        let typical = Some(Duration::from_secs(2));
        assert_eq!(webhooks.look_at(typical), Some(Timestamp(16_000)));
        assert!(!webhooks.looks(typical, Timestamp(10_000), Timestamp(16_000)), "it was asked about just now");
        assert_eq!(webhooks.look_at(typical), Some(Timestamp(26_000)));
        assert!(webhooks.looks(typical, Timestamp(10_000), Timestamp(26_000)));
        assert_eq!(webhooks.look_at(typical), Some(Timestamp(42_000)));
        assert_eq!(webhooks.look_at(Some(Duration::from_mins(3))), Some(Timestamp(84_000)));
    }
}
