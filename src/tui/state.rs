//! What the batch does, in one glance: the header's field, the terminal's title and its progress say the same.

use crate::engine::snapshot::{NoticeKind, Phase, Snapshot};
use crate::job::Group;
use crate::tui::theme::Role;

/// What the batch does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing is sent yet.
    Planning,
    /// Photos are on their way.
    Running,
    /// The last ones are.
    Finishing,
    /// Everything is held back by the network or by fal, and goes on by itself.
    WaitingForFal,
    /// Nothing goes on by itself.
    NeedsYou(NoticeKind),
    /// A person, or something that is over soon, paused it.
    Paused(String),
    /// State is being saved.
    Leaving,
    /// All that is there has ended, and photos that appear are waited for.
    Watching,
    /// Every job has ended.
    Finished,
}

impl State {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        match &snapshot.phase {
            Phase::Planning => Self::Planning,
            Phase::Running if is_told(snapshot, NoticeKind::LedgerAway) => Self::Paused("ledger away".to_owned()),
            Phase::Running if is_told(snapshot, NoticeKind::ResourcesLow) => {
                Self::Paused("machine is short".to_owned())
            }
            Phase::Running if is_told(snapshot, NoticeKind::Unattended) => Self::Paused("no worker".to_owned()),
            Phase::Running if waits_for_fal(snapshot) => Self::WaitingForFal,
            Phase::Running if is_finishing(snapshot) => Self::Finishing,
            Phase::Running => Self::Running,
            Phase::Paused(why) => match &snapshot.notice {
                Some(notice) if !goes_on(notice.kind) => Self::NeedsYou(notice.kind),
                _ => Self::Paused(super::view::words::text::fit(why, 24).into_owned()),
            },
            Phase::Leaving => Self::Leaving,
            Phase::Watching => Self::Watching,
            Phase::Finished => Self::Finished,
        }
    }

    /// A symbol and words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Planning => "planning".to_owned(),
            Self::Running => "▸ running".to_owned(),
            Self::Finishing => "▸ finishing".to_owned(),
            Self::WaitingForFal => "║ waiting for fal".to_owned(),
            Self::NeedsYou(_) => "! needs you".to_owned(),
            Self::Paused(why) if why.is_empty() => "║ paused".to_owned(),
            Self::Paused(why) => format!("║ paused: {why}"),
            Self::Leaving => "saving state".to_owned(),
            Self::Watching => "✓ watching".to_owned(),
            Self::Finished => "✓ finished".to_owned(),
        }
    }

    /// Why a person is needed, in two words.
    pub(crate) fn cause(&self) -> Option<&'static str> {
        let Self::NeedsYou(kind) = self else { return None };
        Some(match kind {
            NoticeKind::AccountLocked | NoticeKind::AccountAdminLocked => "account locked",
            NoticeKind::KeyForbidden => "key may not",
            NoticeKind::KeyRefused => "key refused",
            NoticeKind::BudgetReached => "cap reached",
            NoticeKind::CanaryDone => "canary done",
            NoticeKind::Failures => "many failed",
            NoticeKind::DiskLow => "disk full",
            NoticeKind::FileChanged => "file changed",
            NoticeKind::Offline
            | NoticeKind::LedgerAway
            | NoticeKind::RateLimited
            | NoticeKind::ResourcesLow
            | NoticeKind::SchemaChanged
            | NoticeKind::Waiting
            | NoticeKind::Unattended
            | NoticeKind::Watching
            | NoticeKind::Paused
            | NoticeKind::Changed
            | NoticeKind::WebhookRefused
            | NoticeKind::WebhooksMissed
            | NoticeKind::AtOnce
            | NoticeKind::Enqueued
            | NoticeKind::Resumed => return None,
        })
    }

    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Planning => Role::Muted,
            Self::Running | Self::Finishing => Role::Running,
            Self::WaitingForFal | Self::Paused(_) | Self::Leaving => Role::Warning,
            Self::NeedsYou(_) => Role::Notice,
            Self::Watching | Self::Finished => Role::Success,
        }
    }
}

fn goes_on(kind: NoticeKind) -> bool {
    kind.passes() || kind.is_said_in_passing()
}

/// Nothing new is begun until this is over.
fn is_told(snapshot: &Snapshot, kind: NoticeKind) -> bool {
    snapshot.notice.as_ref().is_some_and(|notice| notice.kind == kind)
}

/// Some have ended, nothing is left to be begun, and the window is no longer full.
fn is_finishing(snapshot: &Snapshot) -> bool {
    let totals = &snapshot.totals;
    let left = totals.of(Group::Active) + totals.of(Group::Waiting);
    totals.ended() > 0 && totals.of(Group::Pending) == 0 && (1..usize::from(snapshot.flow.window)).contains(&left)
}

/// Everything is held back by the network or by fal, and goes on by itself.
pub(crate) fn waits_for_fal(snapshot: &Snapshot) -> bool {
    snapshot.phase == Phase::Running && snapshot.notice.as_ref().is_some_and(|notice| notice.kind.passes())
}
