//! The banner: what needs a person, what was done about it, and which key goes on. Also how it
//! ended, once it has. It stands above the table and never covers it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::format::plural;
use super::paint::put;
use super::text::{fit, width, wrap};
use crate::engine::board::NoticeKind;
use crate::job::{Group, clean};
use crate::tui::keys::Action;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// The most rows that it takes from the table.
const MOST_ROWS: usize = 3;

/// How many rows it takes.
pub(crate) fn rows(ui: &Ui, size: Size) -> u16 {
    let Some((what, action, _)) = content(ui) else { return 0 };
    let most = if size.height < 12 { MOST_ROWS - 1 } else { MOST_ROWS };
    let lines = wrap(&format!("{what}  {action}"), columns(size.width)).len();
    u16::try_from(lines.min(most)).unwrap_or(1)
}

/// A column of air at either side.
fn columns(width: u16) -> usize {
    usize::from(width.saturating_sub(2))
}

/// What happened, what to do, and how grave it is.
fn content(ui: &Ui) -> Option<(String, String, Role)> {
    if let Some(notice) = &ui.board.notice {
        let role = if notice.kind == NoticeKind::Resumed { Role::Accent } else { Role::Notice };
        let action = match notice.kind {
            NoticeKind::BudgetReached => format!("{} sets a higher cap.", ui.keys.shown(Action::Cap)),
            _ => clean(&notice.action).into_owned(),
        };
        return Some((format!("! {}", clean(&notice.message)), action, role));
    }
    ui.has_ended().then(|| ended(ui))
}

fn ended(ui: &Ui) -> (String, String, Role) {
    let totals = &ui.board.totals;
    let saved = plural(totals.of(Group::Done), "picture is", "pictures are");
    let mut parts = vec![format!("{saved} in {}", clean(&ui.board.batch.to))];
    let mut add = |number: usize, text: &str| {
        if number > 0 {
            parts.push(format!("{number} {text}"));
        }
    };
    let (failed, review) = (totals.of(Group::Failed), totals.of(Group::Review));
    add(failed, "failed");
    add(review, "to review");
    add(totals.of(Group::Cancelled), "cancelled");
    let what = format!("✓ finished: {}.", parts.join(" · "));
    let action = if failed > 0 { "R sends the failed again, q leaves." } else { "q leaves." };
    (what, action.to_owned(), if failed + review > 0 { Role::Warning } else { Role::Success })
}

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer) {
    let Some((what, action, role)) = content(ui).filter(|_| !area.is_empty()) else { return };
    let style = ui.styles.of(role);
    let columns = columns(area.width);
    let mut text = format!("{what}  {action}");
    let mut lines = wrap(&text, columns);
    if lines.len() > usize::from(area.height) {
        text = shortened(&what, &action, columns, usize::from(area.height));
        lines = wrap(&text, columns);
    }
    for line in 0..area.height {
        let y = area.y.saturating_add(line);
        let shown = lines.get(usize::from(line)).copied().unwrap_or_default();
        let padding = " ".repeat(columns.saturating_sub(width(shown)) + 1);
        put(buf, area.x, y, area.width, &format!(" {shown}{padding}"), style);
    }
}

/// Which key goes on is worth more than the end of the story.
fn shortened(what: &str, action: &str, columns: usize, rows: usize) -> String {
    let most = columns * rows;
    (0..=most)
        .rev()
        .step_by(3)
        .map(|room| format!("{}  {action}", fit(what, room)))
        .find(|text| wrap(text, columns).len() <= rows)
        .unwrap_or_else(|| action.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::tui::fixtures::{self, text_of};

    #[test]
    fn the_key_that_goes_on_is_shown_however_long_the_story() {
        for (width, height) in [(120, 36), (80, 24), (60, 15), (40, 12), (40, 8)] {
            let ui = fixtures::locked(width, height);
            let screen = text_of(&ui).replace('\n', " ");
            let words: Vec<_> = screen.split_whitespace().collect();
            assert!(words.join(" ").contains("p goes on"), "{width}×{height}: {screen}");
        }
    }
}
