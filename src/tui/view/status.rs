//! A job's status: a symbol and a word beside its colour, for everybody and every terminal.

use crate::engine::board::RowState;
use crate::job::{Status, Timestamp};
use crate::tui::theme::Role;

use super::format::{percent, wait};

/// The columns that no status passes.
pub(super) const COLUMNS: u16 = 17;

/// A status's symbol.
pub(crate) fn symbol(status: Status) -> &'static str {
    match status {
        Status::Pending | Status::Skipped => "·",
        Status::Uploading | Status::Uploaded | Status::Submitting => "↑",
        Status::InQueue => "○",
        Status::InProgress => "◐",
        Status::Completed => "●",
        Status::Saving => "↓",
        Status::Waiting => "↻",
        Status::Done => "✓",
        Status::Review | Status::Unknown => "?",
        Status::Failed => "✗",
        Status::Cancelled => "⊘",
    }
}

/// A status's colour.
pub(crate) fn role(status: Status) -> Role {
    match status {
        Status::Pending => Role::Pending,
        Status::Uploading | Status::Uploaded | Status::Submitting | Status::Saving => Role::Uploading,
        Status::InQueue => Role::Queued,
        Status::InProgress | Status::Completed => Role::Running,
        Status::Waiting => Role::Retrying,
        Status::Done => Role::Success,
        Status::Review | Status::Unknown => Role::Review,
        Status::Failed => Role::Failure,
        Status::Cancelled => Role::Cancelled,
        Status::Skipped => Role::Skipped,
    }
}

/// A status in words, and what of it changes by the second.
pub(crate) fn words(state: &RowState, now: Timestamp) -> String {
    let words = state.words();
    let more = match (state.status, state.moved) {
        (Status::Waiting, _) => match state.until {
            Some(until) if until > now => format!("in {}", wait(until.since(now))),
            Some(_) => "now".to_owned(),
            None => "later".to_owned(),
        },
        (Status::Uploading | Status::Saving, Some((bytes, Some(all)))) => format!("{} %", percent(bytes, all)),
        _ => return words.into_owned(),
    };
    format!("{words} {more}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::view::text::width;

    fn state(status: Status) -> RowState {
        RowState { status, position: None, moved: None, until: None }
    }

    #[test]
    fn every_status_has_a_symbol_and_a_word_that_fit_their_column() {
        let now = Timestamp(0);
        for status in Status::ALL {
            let full = RowState {
                position: Some(12_345),
                moved: Some((99, Some(100))),
                until: Some(Timestamp(3_599_000)),
                ..state(status)
            };
            for state in [state(status), full] {
                let words = words(&state, now);
                assert!(!words.is_empty());
                assert_eq!(width(symbol(status)), 1);
                assert!(width(&words) + 2 <= usize::from(COLUMNS), "{words}");
            }
        }
    }

    #[test]
    fn a_place_in_the_queue_says_how_many_are_before_it() {
        let queued = |position| words(&RowState { position, ..state(Status::InQueue) }, Timestamp(0));
        assert_eq!([queued(None), queued(Some(0)), queued(Some(3))], ["IN_QUEUE", "IN_QUEUE next", "IN_QUEUE #3"]);
    }

    #[test]
    fn a_wait_counts_down_to_now() {
        let waiting = RowState { until: Some(Timestamp(8_000)), ..state(Status::Waiting) };
        assert_eq!(words(&waiting, Timestamp(0)), "retry in 8 s");
        assert_eq!(words(&waiting, Timestamp(9_000)), "retry now");
        assert_eq!(words(&state(Status::Waiting), Timestamp(0)), "retry later", "until more is begun");
    }
}
