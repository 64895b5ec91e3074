//! A short word on what a key did or what happened elsewhere; it goes by itself.

use std::time::Duration;

use super::Ui;
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
        }
    }
}
