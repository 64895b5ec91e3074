//! Why no new jobs are begun, and what to tell about it.

use super::board::{Notice, NoticeKind};
use super::event::Ending;
use crate::job::{Cause, CauseKind, MaxFailures, Usd};

/// Why no new jobs are begun. What is at fal is followed and saved all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hold {
    /// A person paused it.
    User,
    /// The key was refused or the account is locked.
    Account(Cause),
    /// The next submit would pass the cap.
    Budget { cap: Usd, spent: Usd, next: Usd },
    /// Too many failed.
    Failures { kind: CauseKind, count: usize, last: Box<str> },
    /// The ledger or the output folder cannot be written.
    Disk(String),
}

impl Hold {
    /// Whether fal knows the key no longer.
    pub(super) fn is_key_refused(&self) -> bool {
        matches!(self, Self::Account(cause) if cause.kind == CauseKind::KeyRefused)
    }

    /// By whom or what it was paused, for the header.
    pub(super) fn by(&self) -> &'static str {
        match self {
            Self::User => "by you",
            Self::Account(_) if self.is_key_refused() => "key refused",
            Self::Account(_) => "account locked",
            Self::Budget { .. } => "cap reached",
            Self::Failures { .. } => "too many failures",
            Self::Disk(_) => "disk",
        }
    }

    /// How a run without a person ends because of it; `None` where a person is needed to end it.
    pub(super) fn ending(&self) -> Option<Ending> {
        match self {
            Self::User => None,
            Self::Account(_) => Some(Ending::Account),
            Self::Budget { .. } | Self::Failures { .. } | Self::Disk(_) => Some(Ending::OwnLimit),
        }
    }

    pub(super) fn notice(&self) -> Option<Notice> {
        let (kind, message, action) = match self {
            Self::User => return None,
            Self::Account(cause) if cause.kind == CauseKind::KeyRefused => (
                NoticeKind::KeyRefused,
                format!("fal refused the key ({}); nothing more is sent", cause.message),
                "check FAL_KEY and run the same command again",
            ),
            Self::Account(cause) => (
                NoticeKind::AccountLocked,
                format!(
                    "the account is locked: {}; nothing more is sent, what is at fal is still fetched",
                    cause.message
                ),
                "top up at fal.ai/dashboard/billing, then go on with p or the same command",
            ),
            Self::Budget { cap, spent, next } => (
                NoticeKind::BudgetReached,
                format!("the next photo (≈{next}) would pass the cap of {cap}; {spent} are spent"),
                "go on with the same command and a higher --budget",
            ),
            Self::Failures { kind, count, last } => (
                NoticeKind::Failures,
                format!("{count} photos failed ({kind}): {last}; no more are begun"),
                "look at one of them; go on with p",
            ),
            Self::Disk(message) => (
                NoticeKind::DiskLow,
                format!("{message}; no more are begun, so that nothing is paid for that cannot be kept"),
                "make room or mend the folder, then go on with p or the same command",
            ),
        };
        Some(Notice { kind, message, action: action.to_owned() })
    }
}

/// Counts failures against the limit.
#[derive(Debug)]
pub(super) struct FailureWatch {
    limit: MaxFailures,
    row: Option<(CauseKind, usize)>,
    failed: usize,
    ended: usize,
}

impl FailureWatch {
    pub(super) fn new(limit: MaxFailures) -> Self {
        Self { limit, row: None, failed: 0, ended: 0 }
    }

    pub(super) fn succeeded(&mut self) {
        self.ended += 1;
        self.row = None;
    }

    /// Counts a failure; gives the hold that it leads to, if any.
    pub(super) fn failed(&mut self, cause: &Cause) -> Option<Hold> {
        self.ended += 1;
        self.failed += 1;
        let in_a_row = match &self.row {
            Some((kind, count)) if *kind == cause.kind => count + 1,
            _ => 1,
        };
        self.row = Some((cause.kind, in_a_row));
        let reached = self.limit.is_reached(self.failed, self.ended, in_a_row);
        let count = if matches!(self.limit, MaxFailures::InARow(_)) { in_a_row } else { self.failed };
        reached.then(|| Hold::Failures { kind: cause.kind, count, last: cause.message.clone() })
    }

    /// A person said to go on: count anew.
    pub(super) fn reset(&mut self) {
        *self = Self::new(self.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(kind: CauseKind) -> Cause {
        Cause::new(kind, "x")
    }

    #[test]
    fn only_one_cause_in_a_row_stops_the_batch_by_default() {
        let mut watch = FailureWatch::new(MaxFailures::InARow(3));
        for kind in [CauseKind::Runner, CauseKind::Runner, CauseKind::ImageLoad, CauseKind::Runner, CauseKind::Runner] {
            assert_eq!(watch.failed(&cause(kind)), None);
        }
        assert!(matches!(
            watch.failed(&cause(CauseKind::Runner)),
            Some(Hold::Failures { kind: CauseKind::Runner, count: 3, .. })
        ));
        watch.reset();
        assert_eq!(watch.failed(&cause(CauseKind::Runner)), None);
        watch.succeeded();
        assert_eq!(watch.failed(&cause(CauseKind::Runner)), None);
    }

    #[test]
    fn a_share_counts_once_enough_have_ended() {
        let mut watch = FailureWatch::new(MaxFailures::Percent(10));
        assert_eq!(watch.failed(&cause(CauseKind::Runner)), None);
        (0..48).for_each(|_| watch.succeeded());
        assert_eq!(watch.failed(&cause(CauseKind::Runner)), None, "2 of 50 is under a tenth");
        (0..3).for_each(|_| drop(watch.failed(&cause(CauseKind::Runner))));
        assert!(watch.failed(&cause(CauseKind::Runner)).is_some());
    }

    #[test]
    fn every_stop_but_the_users_says_what_happened_and_what_to_do() {
        for hold in [
            Hold::Account(cause(CauseKind::KeyRefused)),
            Hold::Account(cause(CauseKind::AccountLocked)),
            Hold::Budget { cap: Usd::ZERO, spent: Usd::ZERO, next: Usd::ZERO },
            Hold::Disk("the disk is full".into()),
        ] {
            let notice = hold.notice().unwrap();
            assert!(!notice.message.is_empty() && !notice.action.is_empty());
            assert!(hold.ending().is_some());
        }
        assert_eq!(Hold::User.notice(), None);
    }
}
