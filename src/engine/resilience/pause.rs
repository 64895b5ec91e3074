//! Why no new jobs are begun, and what to tell about it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::engine::event::Ending;
use crate::engine::snapshot::{CanaryFigures, Notice, NoticeKind};
use crate::fal::AccountStop;
use crate::job::{Cause, CauseKind, MaxFailures, Spent, Usd};

/// Why no new jobs are begun. What is at fal is followed and saved all the same.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) enum PauseReason {
    /// A person paused it.
    User,
    /// The key was refused or the account is locked.
    Account(Cause),
    /// The next submit would pass the cap.
    Budget {
        cap: Usd,
        spent: Spent,
        reserved: Usd,
        next: Usd,
        /// Whether nothing was billed yet that says what photos cost.
        guessed: bool,
    },
    /// The same of a cap that many workers keep, once nothing is under way anywhere that could make room.
    SharedCap { cap: Usd, used: Usd, next: Usd },
    /// What the first cost nobody said, so that a cap could not be kept with more.
    Unsaid { cap: Usd, spent: Spent, reserved: Usd },
    /// The photos that went first have come in.
    Canary(CanaryFigures),
    /// Too many failed.
    Failures {
        /// The cause that most of them share.
        kind: CauseKind,
        /// How many share it.
        count: usize,
        /// How many failed.
        of: usize,
        /// What the last that shares it was told.
        last: Box<str>,
    },
    /// The ledger or the output folder cannot be written.
    Disk(String),
    /// A file that goes along with every photo is not as it was.
    File(String),
}

impl PauseReason {
    /// Whether fal knows the key no longer.
    pub(in crate::engine) fn is_key_refused(&self) -> bool {
        matches!(self, Self::Account(cause) if cause.kind == CauseKind::KeyRefused)
    }

    /// By whom or what it was paused, for the header.
    pub(in crate::engine) fn by(&self) -> &'static str {
        match self {
            Self::User => "by you",
            Self::Account(cause) => match AccountStop::of(cause) {
                AccountStop::Key => "key refused",
                AccountStop::Balance => "account locked",
                AccountStop::Admin => "locked by fal",
                AccountStop::Access => "key may not do this",
                AccountStop::Other => "stopped by fal",
            },
            Self::Budget { .. } | Self::SharedCap { .. } => "cap reached",
            Self::Unsaid { .. } => "price not said",
            Self::Canary(_) => "canary",
            Self::Failures { .. } => "too many failures",
            Self::Disk(_) => "disk",
            Self::File(_) => "file changed",
        }
    }

    /// How a run without a person ends because of it; `None` where a person is needed to end it.
    pub(in crate::engine) fn ending(&self) -> Option<Ending> {
        match self {
            Self::User => None,
            Self::Account(_) => Some(Ending::Account),
            Self::Budget { .. }
            | Self::SharedCap { .. }
            | Self::Unsaid { .. }
            | Self::Failures { .. }
            | Self::Disk(_)
            | Self::File(_) => Some(Ending::OwnLimit),
            Self::Canary(_) => Some(Ending::Canary),
        }
    }

    /// What to tell. `next` says when the account is tried by itself, if it is; `keys` whether the face
    /// has a key that goes on, which it names itself.
    pub(in crate::engine) fn notice(&self, next: Option<Duration>, keys: bool) -> Option<Notice> {
        let with_how = |what: &str, how: &str| if keys { what.to_owned() } else { format!("{what}{how}") };
        let (kind, message, action) = match self {
            Self::User if keys => return None,
            Self::User => (
                NoticeKind::Paused,
                "paused by a person; no more are begun, what is at fal is still fetched".to_owned(),
                "an attached dashboard goes on with it".to_owned(),
            ),
            Self::Account(cause) => of_account(cause, next),
            Self::Budget { cap, spent, reserved, next, guessed } => {
                let why = if *guessed { ", since none was billed yet that would say what one costs" } else { "" };
                (
                    NoticeKind::BudgetReached,
                    format!(
                        "the next photo may cost up to {next}{why}, which would pass the cap of {cap}; {}",
                        counted(*spent, *reserved)
                    ),
                    "go on with the same command and a higher --budget".to_owned(),
                )
            }
            Self::SharedCap { cap, used, next } => (
                NoticeKind::BudgetReached,
                format!(
                    "the next photo may cost up to {next}, which would pass the cap of {cap} that all workers keep; {used} of it are used"
                ),
                "hand the batch over again with a higher --budget, then work goes on".to_owned(),
            ),
            Self::Unsaid { cap, spent, reserved } => (
                NoticeKind::BudgetReached,
                format!(
                    "fal did not say what the first photo was billed, so the cap of {cap} could not be kept with more; {}",
                    counted(*spent, *reserved)
                ),
                with_how("take the cap away", ": go on with the same command, without --budget and with --yes"),
            ),
            Self::Canary(figures) => (
                NoticeKind::CanaryDone,
                figures.words(),
                if keys {
                    figures.left_words(" wait")
                } else {
                    format!(
                        "nothing more is sent: look at them, then run it again without --canary for {}",
                        figures.left_words("")
                    )
                },
            ),
            Self::Failures { kind, count, of, last } => (
                NoticeKind::Failures,
                if count == of {
                    format!("{count} photos failed for one cause ({kind}): {}; no more are begun", unstopped(last))
                } else {
                    format!(
                        "{of} photos failed, {count} of them for one cause ({kind}): {}; no more are begun",
                        unstopped(last)
                    )
                },
                with_how("look at one of them", "; go on with the same command"),
            ),
            Self::File(message) => (
                NoticeKind::FileChanged,
                format!("{}; no more are begun, what is at fal is still fetched", unstopped(message)),
                if keys {
                    "put it back as it was; the same command run anew takes it as it is, as another batch".to_owned()
                } else {
                    "put it back as it was and go on with the same command; with it as it is, that is another batch"
                        .to_owned()
                },
            ),
            Self::Disk(message) => (
                NoticeKind::DiskLow,
                format!("{}; no more are begun, so that nothing is paid for that cannot be kept", unstopped(message)),
                with_how("make room or mend the folder", ", then go on with the same command"),
            ),
        };
        Some(Notice { kind, message, action })
    }
}

/// What is spent, and what of the cap that takes, where that is more.
fn counted(spent: Spent, reserved: Usd) -> String {
    let used = spent.at_most + reserved;
    if used == spent.likely() {
        format!("{spent} are spent")
    } else {
        format!("{spent} are spent, and may turn out to be {used}")
    }
}

/// Why the account stops everything, and what to do: only where fal says why is there advice of ours.
fn of_account(cause: &Cause, next: Option<Duration>) -> (NoticeKind, String, String) {
    let (kind, what, cure) = match AccountStop::of(cause) {
        AccountStop::Key => {
            let message = format!("fal refused the key ({}); nothing more is sent", unstopped(&cause.message));
            let action = format!("check FAL_KEY and run the same command again{}", in_words(next));
            return (NoticeKind::KeyRefused, message, action);
        }
        AccountStop::Balance => (NoticeKind::AccountLocked, "the account is locked", top_up(cause)),
        AccountStop::Admin => {
            (NoticeKind::AccountAdminLocked, "fal has locked the account", "only fal's support can lift it: ask there")
        }
        AccountStop::Access => (
            NoticeKind::KeyForbidden,
            "this key may not do this, or the account not use this model",
            "see the key's permissions at fal.ai/dashboard/keys, and whether the account has access to the model",
        ),
        AccountStop::Other => (NoticeKind::AccountLocked, "fal stops this account", "settle with fal what it says"),
    };
    let said = unstopped(&cause.message);
    let message = format!("{what}: {said}; nothing more is sent, what is at fal is still fetched");
    let action = match next {
        Some(_) => format!("{cure}: it goes on by itself{}", in_words(next)),
        None => format!("{cure}, then run the same command again"),
    };
    (kind, message, action)
}

/// What somebody else said, to be gone on with.
fn unstopped(text: &str) -> &str {
    text.trim_end_matches(['.', ' '])
}

/// What to do about a locked account; where, unless fal said so itself.
fn top_up(cause: &Cause) -> &'static str {
    const BILLING: &str = "fal.ai/dashboard/billing";
    if cause.message.contains(BILLING) { "top up there" } else { "top up at fal.ai/dashboard/billing" }
}

/// `, next try in 28 s`.
pub(in crate::engine) fn in_words(next: Option<Duration>) -> String {
    let Some(next) = next else { return String::new() };
    match next.as_secs() {
        0 => ", it is being tried now".to_owned(),
        seconds @ 1..=99 => format!(", next try in {seconds} s"),
        seconds => format!(", next try in {} min", seconds.div_ceil(60)),
    }
}

/// Counts failures against the limit.
#[derive(Debug)]
pub(in crate::engine) struct FailureWatch {
    limit: MaxFailures,
    row: Option<(CauseKind, usize)>,
    /// How many failed of each cause, and what the last of them was told.
    causes: BTreeMap<CauseKind, (usize, Box<str>)>,
    failed: usize,
    ended: usize,
}

impl FailureWatch {
    pub(in crate::engine) fn new(limit: MaxFailures) -> Self {
        Self { limit, row: None, causes: BTreeMap::new(), failed: 0, ended: 0 }
    }

    pub(in crate::engine) fn succeeded(&mut self) {
        self.ended += 1;
        self.row = None;
    }

    /// Counts a failure; gives the hold that it leads to, if any.
    pub(in crate::engine) fn failed(&mut self, cause: &Cause) -> Option<PauseReason> {
        self.ended += 1;
        self.failed += 1;
        let in_a_row = match &self.row {
            Some((kind, count)) if *kind == cause.kind => count + 1,
            _ => 1,
        };
        self.row = Some((cause.kind, in_a_row));
        let known = self.causes.entry(cause.kind).or_default();
        *known = (known.0 + 1, cause.message.clone());
        if !self.limit.is_reached(self.failed, self.ended, in_a_row) {
            return None;
        }
        if matches!(self.limit, MaxFailures::InARow(_)) {
            return Some(PauseReason::Failures {
                kind: cause.kind,
                count: in_a_row,
                of: in_a_row,
                last: cause.message.clone(),
            });
        }
        let (kind, (count, last)) = self.causes.iter().max_by_key(|(_, (count, _))| *count)?;
        Some(PauseReason::Failures { kind: *kind, count: *count, of: self.failed, last: last.clone() })
    }

    /// A person said to go on: count anew.
    pub(in crate::engine) fn reset(&mut self) {
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
            Some(PauseReason::Failures { kind: CauseKind::Runner, count: 3, .. })
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
    fn the_cause_that_most_failures_share_is_told_with_its_count() {
        let mut watch = FailureWatch::new(MaxFailures::Count(5));
        let kinds = [CauseKind::Runner, CauseKind::Timeout, CauseKind::Timeout, CauseKind::Timeout];
        assert!(kinds.into_iter().all(|kind| watch.failed(&cause(kind)).is_none()));
        let hold = watch.failed(&cause(CauseKind::Runner)).unwrap();
        assert!(matches!(hold, PauseReason::Failures { kind: CauseKind::Timeout, count: 3, of: 5, .. }), "{hold:?}");
        let told = hold.notice(None, true).unwrap().message;
        assert!(told.starts_with("5 photos failed, 3 of them for one cause (timeout)"), "{told}");
    }

    #[test]
    fn a_locked_account_says_when_it_is_tried_next() {
        let action = |next: Option<u64>| {
            let hold = PauseReason::Account(Cause::new(CauseKind::AccountLocked, "Exhausted balance"));
            hold.notice(next.map(Duration::from_secs), true).unwrap().action
        };
        assert!(action(Some(28)).ends_with("it goes on by itself, next try in 28 s"), "{}", action(Some(28)));
        assert!(action(Some(240)).contains("next try in 4 min"));
        assert!(action(None).ends_with("then run the same command again"));
    }

    #[test]
    fn what_fal_said_is_gone_on_with_and_not_said_again() {
        let mut cause = cause(CauseKind::AccountLocked);
        cause.message = "Exhausted balance. Top up at fal.ai/dashboard/billing.".into();
        let notice = PauseReason::Account(cause).notice(None, true).unwrap();
        assert!(notice.message.contains("billing; nothing more is sent"), "{}", notice.message);
        assert_eq!(notice.action, "top up there, then run the same command again");
    }

    #[test]
    fn only_who_has_no_balance_is_told_to_top_up() {
        use NoticeKind as N;
        for (kind, said, notice) in [
            (
                CauseKind::AccountLocked,
                "User is locked. Reason: Exhausted balance. Top up your balance.",
                N::AccountLocked,
            ),
            (CauseKind::AccountLocked, "User is locked. Reason: TOP_UP", N::AccountLocked),
            (CauseKind::AccountLocked, "User is locked. Reason: Admin lock.", N::AccountAdminLocked),
            (CauseKind::Forbidden, "Access denied", N::KeyForbidden),
            (CauseKind::AccountLocked, "Spending limit of the team is reached", N::AccountLocked),
        ] {
            let told = PauseReason::Account(Cause::new(kind, said)).notice(None, true).unwrap();
            assert_eq!(told.kind, notice, "{said}");
            assert!(told.message.contains(said.trim_end_matches('.')), "fal's own words: {}", told.message);
            let is_balance = said.contains("balance") || said.contains("TOP_UP");
            assert_eq!(told.action.contains("top up"), is_balance, "{said}: {}", told.action);
        }
    }

    #[test]
    fn every_stop_but_the_users_says_what_happened_and_what_to_do() {
        for hold in [
            PauseReason::Account(cause(CauseKind::KeyRefused)),
            PauseReason::Account(cause(CauseKind::AccountLocked)),
            PauseReason::Budget {
                cap: Usd::ZERO,
                spent: Spent::NOTHING,
                reserved: Usd::ZERO,
                next: Usd::ZERO,
                guessed: false,
            },
            PauseReason::Unsaid { cap: Usd::ZERO, spent: Spent::NOTHING, reserved: Usd::ZERO },
            PauseReason::Disk("the disk is full".into()),
            PauseReason::File("mask.png has changed".into()),
        ] {
            let notice = hold.notice(None, true).unwrap();
            assert!(!notice.message.is_empty() && !notice.action.is_empty());
            assert!(hold.ending().is_some());
            let unseen = hold.notice(Some(Duration::from_secs(8)), false).unwrap().action;
            assert!(unseen.contains("same command") || unseen.contains("by itself"), "lines have no key: {unseen}");
        }
        assert_eq!(PauseReason::User.notice(None, true), None);
    }
}
