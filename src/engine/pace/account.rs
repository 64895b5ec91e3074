//! How many requests the account runs at once, learned from where ours stand, and how many are kept at fal by that:
//! enough that no slot stays empty, and no more, since what waits there can neither be changed nor stopped for sure.

use std::collections::VecDeque;

use crate::job::Timestamp;

/// The least that must have been seen to say anything: requests, and times that one runs.
const ENOUGH: (usize, u32) = (8, 4);
/// Requests that are remembered: a few times as many as may be at fal.
const REMEMBERED: usize = 1024;
/// The share of what runs at once that a change must have to be one.
const CHANGED: f64 = 0.1;
/// A request waits this much of its run less than was measured, since a runner takes a moment from one to the next.
const BETWEEN_RUNS: f64 = 0.3;

/// What was learned of the account that all requests of the batch run on.
#[derive(Debug, Default)]
pub(in crate::engine) struct Account {
    /// Since when some of ours have waited in fal's queue without a pause: so long every slot was taken.
    queue_since: Option<Timestamp>,
    /// When a call found that a request had ended, and how long that ran, s; those since then, oldest first.
    ended: VecDeque<(Timestamp, f64)>,
    at_once: Option<u16>,
    /// How many run at once was not told yet, or has changed since.
    is_news: bool,
    /// How many may be at fal, where that is less than a person allows.
    open: Option<u16>,
    round: Round,
}

/// What was seen since the number of requests at fal was last weighed.
#[derive(Debug, Default)]
struct Round {
    submits: usize,
    /// The fewest that waited at fal when one came to them.
    fewest: Option<u32>,
}

impl Account {
    /// fal accepted a request behind so many, with so many of ours there and at the most so many allowed.
    pub(in crate::engine) fn accepted(&mut self, position: Option<u32>, ours: usize, most: u16, now: Timestamp) {
        let Some(position) = position else { return };
        if position == 0 {
            // Nobody waited: a slot may have been empty.
            self.forget_queue();
            self.open = self.open.map(|open| open.saturating_add(1 + open / 4)).filter(|open| *open < most);
            return;
        }
        if self.is_of_others(position, ours) {
            // Then more of ours that wait means more of ours that run.
            self.forget_queue();
            self.open = None;
            return;
        }
        self.queue_since.get_or_insert(now);
        self.round.submits += 1;
        self.round.fewest = Some(self.round.fewest.map_or(position, |fewest| fewest.min(position)));
        self.weigh(most);
    }

    fn forget_queue(&mut self) {
        (self.queue_since, self.round) = (None, Round::default());
        self.ended.clear();
    }

    /// Whether so many can wait before one of ours only if some are not ours.
    fn is_of_others(&self, position: u32, ours: usize) -> bool {
        let at_once = usize::from(self.at_once.unwrap_or(1));
        position as usize + at_once > ours + (at_once / 4).max(4)
    }

    /// A call found that a request has ended, which ran for so long, s.
    pub(in crate::engine) fn ended(&mut self, ran: f64, now: Timestamp) {
        let Some(since) = self.queue_since else { return };
        if self.ended.len() == REMEMBERED {
            self.ended.pop_front();
        }
        self.ended.push_back((now, ran));
        let Some(at_once) = self.counted(since, now) else { return };
        let is_other = |known: u16| (f64::from(at_once) - f64::from(known)).abs() > f64::from(known) * CHANGED;
        if self.at_once.is_none_or(is_other) {
            (self.at_once, self.is_news) = (Some(at_once), true);
        }
    }

    /// How many run at once, if that is known.
    pub(in crate::engine) fn at_once(&self) -> Option<u16> {
        self.at_once
    }

    /// How many run at once, if that is to be told.
    pub(in crate::engine) fn news(&mut self) -> Option<u16> {
        self.at_once.filter(|_| std::mem::take(&mut self.is_news))
    }

    /// How many may be at fal, of those that a person allows.
    pub(in crate::engine) fn open(&self, most: u16) -> u16 {
        self.open.map_or(most, |open| open.min(most))
    }

    /// While a queue stands, each slot is taken: the time that all ran together is that of all slots.
    fn counted(&self, since: Timestamp, now: Timestamp) -> Option<u16> {
        let count = self.ended.len();
        if count < ENOUGH.0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
        let mean = self.ended.iter().map(|(_, ran)| ran).sum::<f64>() / count as f64;
        let since = if count == REMEMBERED { self.ended.front().map_or(since, |(at, _)| *at) } else { since };
        // What began before is not counted, and runs that end together count as often as they did so.
        let rounds = (now.since(since).as_secs_f64() / mean).floor() - 1.0;
        if mean <= 0.0 || rounds < f64::from(ENOUGH.1) {
            return None;
        }
        let span = rounds * mean;
        let counts = |at: Timestamp| now.since(at).as_secs_f64() < span;
        let ran: f64 = self.ended.iter().rev().take_while(|(at, _)| counts(*at)).map(|(_, ran)| ran).sum();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 1000")]
        let at_once = (ran / span - BETWEEN_RUNS).ceil().clamp(1.0, 1000.0) as u16;
        Some(at_once)
    }

    /// Keeps fewer at fal once so many came to a queue that was longer than need be.
    fn weigh(&mut self, most: u16) {
        let Some(at_once) = self.at_once else { return };
        if self.round.submits < usize::from(at_once).max(ENOUGH.0) {
            return;
        }
        let round = std::mem::take(&mut self.round);
        // A slot that becomes free is filled from these, until that is heard of and the next one comes.
        let spare = (at_once / 8).max(2);
        let surplus = round.fewest.and_then(|fewest| u16::try_from(fewest).ok()).unwrap_or(0).saturating_sub(spare);
        if surplus > 0 {
            let open = self.open(most);
            self.open = Some(open.saturating_sub(surplus.div_ceil(2)).max(at_once + spare)).filter(|open| *open < most);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;
    use std::time::Duration;

    use super::*;

    /// An account that runs so many at once, for so long each, and we keep as many there as is open: how many that is
    /// in the end, and the share of slots that were taken since the first half.
    fn course(slots: usize, run: i64, most: u16, others: usize) -> (Account, u16, f64) {
        let (mut account, mut rng) = (Account::default(), fastrand::Rng::with_seed(7));
        let (mut ours, mut queue) = (0_usize, VecDeque::new());
        let mut running: BinaryHeap<Reverse<(i64, i64, bool)>> = BinaryHeap::new();
        let mut heard: BinaryHeap<Reverse<(i64, i64)>> = BinaryHeap::new();
        queue.extend(vec![false; others]);
        let (mut busy, mut looked) = (0, 0);
        for millis in 0..run * 60 {
            let now = Timestamp(millis);
            while running.peek().is_some_and(|Reverse((end, ..))| *end <= millis) {
                let Some(Reverse((end, ran, is_ours))) = running.pop() else { break };
                if is_ours {
                    heard.push(Reverse((end + rng.i64(0..run / 8), ran)));
                } else {
                    queue.push_back(false);
                }
            }
            fill(&mut running, &mut queue, slots, (millis, run), &mut rng);
            while heard.peek().is_some_and(|Reverse((at, _))| *at <= millis) {
                let Some(Reverse((_, ran))) = heard.pop() else { break };
                ours -= 1;
                account.ended(Duration::from_millis(ran.unsigned_abs()).as_secs_f64(), now);
            }
            while ours < usize::from(account.open(most)) {
                ours += 1;
                let waiting = if running.len() < slots { 0 } else { queue.len() };
                queue.push_back(true);
                account.accepted(u32::try_from(waiting).ok(), ours, most, now);
                fill(&mut running, &mut queue, slots, (millis, run), &mut rng);
            }
            fill(&mut running, &mut queue, slots, (millis, run), &mut rng);
            if millis > run * 30 {
                (busy, looked) = (busy + running.len(), looked + slots);
            }
        }
        let open = account.open(most);
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let share = busy as f64 / looked as f64;
        (account, open, share)
    }

    fn fill(
        running: &mut BinaryHeap<Reverse<(i64, i64, bool)>>,
        queue: &mut VecDeque<bool>,
        slots: usize,
        (millis, run): (i64, i64),
        rng: &mut fastrand::Rng,
    ) {
        while running.len() < slots {
            let Some(is_ours) = queue.pop_front() else { break };
            let ran = run + rng.i64(-run / 10..=run / 10);
            running.push(Reverse((millis + ran, ran, is_ours)));
        }
    }

    #[test]
    fn it_learns_how_many_run_at_once_and_keeps_no_slot_empty_with_few_more() {
        for (slots, run) in [(2, 3000), (10, 2000), (10, 400), (40, 1000)] {
            let (mut account, open, share) = course(slots, run, u16::try_from(6 * slots).unwrap(), 0);
            let known = usize::from(account.at_once().unwrap());
            assert!(known.abs_diff(slots) * 10 <= slots, "{known} for {slots}");
            assert!(account.news().is_some() && account.news().is_none(), "it is told once");
            assert!(usize::from(open) <= 2 * slots + 6, "{open} for {slots}");
            assert!(share > 0.98, "{share} of {slots} were taken");
        }
    }

    #[test]
    fn where_nobody_has_to_wait_nothing_is_learned_and_all_are_sent() {
        let (account, open, _) = course(40, 1000, 16, 0);
        assert_eq!((account.at_once(), open), (None, 16));
    }

    #[test]
    fn where_others_wait_too_as_many_are_kept_there_as_may_be() {
        let (account, open, _) = course(10, 1000, 64, 100);
        assert_eq!((account.at_once(), open), (None, 64));
    }
}
