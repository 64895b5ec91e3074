//! A job's status: a symbol and a word beside its colour, for everybody and every terminal; and how far its
//! runner is.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint::put;
use super::words::format::{percent, wait};
use super::words::text::{fit, width};
use crate::engine::snapshot::{Progress, RowState};
use crate::job::{Status, Timestamp};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

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

/// Cells of the bar.
const CELLS: u16 = 10;
/// The same where there is little room.
const FEW: u16 = 6;
/// Enough room for all of it, as long as it gets.
const ROOMY: u16 = 36;

/// Draws how far a runner is: a small bar, how many of how many, and how long the rest takes. What has no room is left out: first how long the rest takes, then the bar.
pub(super) fn progress(ui: &Ui, told: &Progress, area: Rect, buf: &mut Buffer) {
    let of = |role| ui.screen.styles.of(role);
    let counts = fit(&told.counts, usize::from(area.width));
    let left = left(told, ui.table_now());
    let needs = |parts: &[&str]| parts.iter().map(|part| width(part) + 1).sum::<usize>();
    let room = usize::from(area.width);
    // By the room alone: bars below each other are of one length.
    let cells = if area.width < ROOMY { FEW } else { CELLS };
    let (bar, shows_left) = match usize::from(cells) {
        wide if needs(&[&counts, &left]) + wide <= room => (cells, true),
        wide if needs(&[&counts]) + wide <= room => (cells, false),
        _ => (0, needs(&[&counts, &left]) <= room),
    };
    let mut x = area.x;
    if bar > 0 {
        let halves = u32::from(told.share) * u32::from(bar) * 2 / 1000;
        let full = "━".repeat((halves / 2) as usize);
        let half = if halves % 2 == 1 { "╸" } else { "" };
        let end = x.saturating_add(bar);
        x = put(buf, x, area.y, bar, &format!("{full}{half}"), of(Role::ProgressFilled));
        let rest = "─".repeat(usize::from(end.saturating_sub(x)));
        x = put(buf, x, area.y, end.saturating_sub(x), &rest, of(Role::ProgressEmpty)).saturating_add(1);
    }
    x = put(buf, x, area.y, area.right().saturating_sub(x), &counts, of(Role::Text)).saturating_add(1);
    if shows_left {
        put(buf, x, area.y, area.right().saturating_sub(x), &left, of(Role::Muted));
    }
}

/// `8 s left`: nothing once that is over, or where the runner does not reckon.
fn left(progress: &Progress, now: Timestamp) -> String {
    let left = progress.until.map(|until| until.since(now)).unwrap_or_default();
    if left.is_zero() { String::new() } else { format!("≈{} left", wait(coarse(left))) }
}

/// No more exact than a runner reckons: from ten seconds on in fives.
fn coarse(left: Duration) -> Duration {
    let s = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    Duration::from_secs(if s <= 10 { s } else { s.next_multiple_of(5) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixtures::{Desk, NOW, row};

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

    /// What a row's last column shows of a runner that says so.
    fn shown(width: u16, share: u16, counts: &str, left_s: i64) -> String {
        let mut row = row(1, "a.jpg", Status::InProgress);
        let until = (left_s > 0).then_some(Timestamp(NOW.0 + left_s * 1000));
        row.progress = Some(Progress { share, counts: counts.to_owned(), until });
        row.note = "70%|#######   | 14/20".to_owned();
        let screen = Desk::new(width, 24, vec![row]).screen();
        screen.lines().find(|line| line.contains("IN_PROGRESS")).unwrap().to_owned()
    }

    #[test]
    fn a_row_tells_how_far_its_runner_is_and_how_long_it_takes() {
        assert!(shown(120, 700, "14/20", 8).contains("━━━━── 14/20 ≈8 s left"), "{}", shown(120, 700, "14/20", 8));
        assert!(shown(180, 700, "14/20", 8).contains("━━━━━━━─── 14/20 ≈8 s left"));
        assert!(shown(120, 1000, "20/20", 0).contains("━━━━━━ 20/20 "));
        assert!(shown(120, 750, "15/20", 33).contains("━━━━╸─ 15/20 ≈35 s left"));
        assert!(shown(120, 0, "0/20", 0).contains("────── 0/20 "));
        assert!(!shown(120, 0, "0/20", 0).contains("left"));
        assert!(shown(180, 999, "1.20M/3.33M", 125).contains("≈3 min left"));
        assert!(shown(80, 700, "14/20", 8).contains("━━━━── 14/20"), "{}", shown(80, 700, "14/20", 8));
        let end = |left| shown(120, 999, "19/20", left).find(" 19/20").unwrap();
        assert_eq!(end(0), end(80), "bars are of one length");
    }
}
