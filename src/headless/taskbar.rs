//! The progress that a terminal's tab or the task bar shows (`OSC 9;4`), on stderr where that is a terminal that knows it.

use std::fmt::Write;
use std::time::Duration;

use super::tally::Tally;
use crate::engine::snapshot::NoticeKind;
use crate::engine::{Event, What};
use crate::job::Status;

/// Some terminals take a progress away that is not heard of for a quarter of a minute.
const STANDS: Duration = Duration::from_secs(8);

/// How it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum How {
    #[default]
    Running,
    /// Nothing goes on until a person does something.
    Error,
    /// All waits.
    Paused,
}

/// What the task bar shows.
#[derive(Debug, Default)]
struct Shown {
    tally: Tally,
    how: How,
    /// What was written last.
    written: Option<(How, usize)>,
}

/// The task bar, or none.
#[derive(Debug, Default)]
pub(super) struct Taskbar(Option<Shown>);

impl Taskbar {
    /// One where the terminal has one.
    pub(super) fn new(is_there: bool) -> Self {
        Self(is_there.then(Shown::default))
    }

    /// Takes in what happened.
    pub(super) fn take(&mut self, event: &Event) {
        let Some(shown) = &mut self.0 else { return };
        shown.tally.take(event.at, &event.what);
        match &event.what {
            What::Notice(notice) | What::Canary(_, notice) => match notice.kind {
                kind if kind.needs_a_person() => shown.how = How::Error,
                kind if kind.passes() && kind != NoticeKind::Waiting => shown.how = How::Paused,
                NoticeKind::Resumed => shown.how = How::Running,
                _ => {}
            },
            What::Job(change) if change.status == Status::InQueue => shown.how = How::Running,
            _ => {}
        }
    }

    /// Appends what there is to write; `again` what stands there already, too.
    pub(super) fn write(&mut self, again: bool, out: &mut String) {
        let Some(shown) = &mut self.0 else { return };
        let (ended, Some(all)) = shown.tally.share() else { return };
        let share = ended.saturating_mul(100).checked_div(all).unwrap_or(100).min(100);
        let now = Some((shown.how, share));
        if shown.written == now && !again {
            return;
        }
        shown.written = now;
        let state = match shown.how {
            How::Running => 1,
            How::Error => 2,
            How::Paused => 4,
        };
        // Writing to a String cannot fail.
        let _ = write!(out, "\x1b]9;4;{state};{share}\x1b\\");
    }

    /// How long what is written stands by itself.
    pub(super) fn stands(&self) -> Duration {
        let is_written = self.0.as_ref().is_some_and(|shown| shown.written.is_some());
        if is_written { STANDS } else { Duration::from_hours(1) }
    }

    /// What takes it away; nothing if it is not there.
    pub(super) fn clears(&self) -> &'static str {
        let is_written = self.0.as_ref().is_some_and(|shown| shown.written.is_some());
        if is_written { CLEAR } else { "" }
    }
}

/// Takes the progress away, whoever wrote it.
pub const CLEAR: &str = "\x1b]9;4;0\x1b\\";
