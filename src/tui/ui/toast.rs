//! A short word on what a key did or what happened elsewhere; it goes by itself.

use std::time::Duration;

use super::Ui;
use crate::engine::board::{NoticeKind, Phase};
use crate::job::Timestamp;

/// How long it stays.
const STAYS: Duration = Duration::from_secs(4);

/// A short word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    pub(crate) text: String,
    pub(crate) until: Timestamp,
}

impl Ui {
    /// Says something shortly.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.now.plus(STAYS) });
    }

    /// Sets the clock; what has been said for long enough goes.
    pub(crate) fn set_clock(&mut self, now: Timestamp) {
        self.now = now;
        if self.toast.as_ref().is_some_and(|toast| toast.until <= now) {
            self.toast = None;
            self.tell_try();
        }
    }

    /// Whether the account holds everything: then going on is a try. What comes of it is told.
    pub(crate) fn tries_account(&mut self) -> bool {
        let kind = self.board.notice.as_ref().map(|notice| notice.kind);
        self.trying = kind.filter(|kind| matches!(kind, NoticeKind::AccountLocked | NoticeKind::KeyRefused));
        self.trying.is_some()
    }

    /// Says that the account is still held, if it was tried.
    pub(crate) fn tell_try(&mut self) {
        let is_held = matches!(self.board.phase, Phase::Paused(_));
        let by = self.board.notice.as_ref().map(|notice| notice.kind).filter(|_| is_held);
        match self.trying.take().filter(|kind| Some(*kind) == by) {
            Some(NoticeKind::KeyRefused) => self.say("still refused"),
            Some(_) => self.say("still locked"),
            None => {}
        }
    }
}
