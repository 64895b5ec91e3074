//! What has come of the jobs of a run so far, in one line.

use std::fmt::Write as _;
use std::time::Duration;

use super::words::{count, took};
use crate::engine::{JobChange, What};
use crate::job::{Spent, Status, Timestamp};

/// The least time between two lines of totals.
const EVERY: Duration = Duration::from_secs(10);

/// What has come of the jobs of this run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    began: Option<Timestamp>,
    last: Option<Timestamp>,
    expected: Option<usize>,
    done: usize,
    failed: usize,
    review: usize,
    cancelled: usize,
    spent: Spent,
}

impl Tally {
    /// Takes in what happened.
    pub(super) fn take(&mut self, at: Timestamp, what: &What) {
        self.began.get_or_insert(at);
        match what {
            What::Planned { plan, .. } => self.expected = Some(plan.photos + plan.earlier.found + plan.earlier.at_fal),
            What::Job(change) => self.count(change),
            What::Opened(_) | What::Log(..) | What::Notice(_) | What::Canary(..) | What::Ended(_) => {}
        }
    }

    fn count(&mut self, change: &JobChange) {
        match change.status {
            Status::Done => self.done += 1,
            Status::Failed => self.failed += 1,
            Status::Review | Status::Unknown => self.review += 1,
            Status::Cancelled => self.cancelled += 1,
            _ => {}
        }
        self.spent += change.cost.filter(|_| change.status.has_ended()).into();
    }

    /// The totals, if it is time for a line of them.
    pub(super) fn due(&mut self, at: Timestamp) -> Option<String> {
        let last = self.last.or(self.began).unwrap_or(at);
        if at.since(last) < EVERY {
            return None;
        }
        self.last = Some(at);
        Some(self.text(at))
    }

    /// How many have ended, and how many there are.
    pub(super) fn share(&self) -> (usize, Option<usize>) {
        (self.done + self.failed + self.review + self.cancelled, self.expected)
    }

    /// The totals.
    pub(super) fn text(&self, at: Timestamp) -> String {
        let (ended, _) = self.share();
        let mut text = match self.expected {
            Some(all) if all > 0 => {
                format!("{} of {} ended ({} %)", count(ended), count(all), ended.saturating_mul(100) / all)
            }
            _ => format!("{} ended", count(ended)),
        };
        for (number, what) in [(self.failed, "failed"), (self.review, "for review"), (self.cancelled, "cancelled")] {
            if number > 0 {
                let _ = write!(text, ", {} {what}", count(number));
            }
        }
        let _ = write!(text, ", {} spent", self.spent);
        if let Some(left) = self.time_left(at, ended) {
            let _ = write!(text, ", about {} left", took(left));
        }
        text
    }

    /// How long the rest takes if it goes on so; nothing before that means something.
    fn time_left(&self, at: Timestamp, ended: usize) -> Option<Duration> {
        let left = self.expected?.checked_sub(ended).filter(|left| *left > 0 && ended >= 5)?;
        let each = at.since(self.began?).checked_div(u32::try_from(ended).ok()?)?;
        Some(each.saturating_mul(u32::try_from(left).ok()?))
    }
}
