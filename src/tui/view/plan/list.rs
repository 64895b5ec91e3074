//! What the table shows otherwise while it lists a plan's photos: what becomes of each, and how many
//! are left out.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::engine::snapshot::{Choice, Row};
use crate::job::Group;
use crate::tui::theme::Role;
use crate::tui::ui::{Ui, ask};
use crate::tui::view::paint::{Piece, columns_of, put, put_spans};
use crate::tui::view::status;
use crate::tui::view::words::format::count;
use crate::tui::view::words::text::{fit, fit_path};

/// How many there are, how many of them are left out, and what that saves.
pub(in crate::tui::view) fn counts<'a>(ui: &Ui, has_keys: bool) -> Vec<Piece<'a>> {
    let of = |role| ui.screen.styles.of(role);
    let plan = &ui.snapshot.plan;
    let mut title = of(if has_keys { Role::Title } else { Role::Text });
    if has_keys {
        title = title.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    }
    let all = format!("Photos {}", count(ui.snapshot.totals.all()));
    let mut pieces = vec![Piece::new(9, vec![Span::raw(" "), Span::styled(all, title), Span::raw(" ")])];
    pieces.push(Piece::text(6, format!("  {} to send ", count(plan.photos)), of(Role::Text)));
    if plan.left_out.photos > 0 {
        pieces.push(Piece::text(8, format!("  {} left out ", count(plan.left_out.photos)), of(Role::Warning)));
        if let Some(saved) = plan.left_out.usd {
            pieces.push(Piece::text(7, format!(" ≈{saved} saved "), of(Role::Success)));
        }
    }
    pieces
}

/// Whether each photo is sent with a text of its own.
pub(in crate::tui::view) fn is_said(ui: &Ui) -> bool {
    let texts = ui.snapshot.batch.params.values.iter().filter_map(|(_, value)| value.as_str());
    texts.into_iter().any(|text| text.contains(['{', '}']))
}

pub(in crate::tui::view) fn empty(ui: &Ui) -> &'static str {
    match (ui.jobs.filter.value().is_empty(), ui.snapshot.plan.walking) {
        (false, _) => "no path matches the filter; Esc clears it",
        (true, true) => "finding photos…",
        (true, false) => "no photos",
    }
}

/// A sign and a word for what becomes of a photo.
fn told(row: &Row) -> (String, String, Role) {
    let (sign, word, role) = match row.choice {
        Some(Choice::In) => ("[x]", "in", Role::Success),
        Some(Choice::Out) => ("[ ]", "left out", Role::Warning),
        Some(Choice::Duplicate) => ("[=]", "duplicate", Role::Muted),
        None => {
            let status = row.state.status;
            let is_at_fal = matches!(status.group(), Group::Active | Group::Waiting);
            let word = if is_at_fal { "at fal".to_owned() } else { ask::word(status) };
            return (format!(" {} ", status::symbol(status)), word, status::role(status));
        }
    };
    (sign.to_owned(), word.to_owned(), role)
}

pub(in crate::tui::view) fn choice(ui: &Ui, row: &Row, area: Rect, buf: &mut Buffer) {
    let (sign, word, role) = told(row);
    let style = ui.screen.styles.of(role);
    put_spans(buf, area, &[Span::styled(sign, style), Span::raw(" "), Span::styled(word, style)]);
}

/// What will be lost of a photo, as far as the plan tells of it; a warning unless all of it is put back.
pub(in crate::tui::view) fn losses(ui: &Ui, row: &Row) -> Option<(String, Role)> {
    let notes = &ui.snapshot.plan.notes.losses;
    let of_row: Vec<_> = notes.iter().filter(|note| row.losses.has(note.loss)).collect();
    let role = if of_row.iter().all(|note| note.kept) { Role::Muted } else { Role::Warning };
    let words: Vec<_> = of_row.iter().map(|note| note.loss.word()).collect();
    (!words.is_empty()).then(|| (words.join(", "), role))
}

/// Whether a plan tells of a photo why it is not sent in any case, in the room that its size and price
/// would take.
pub(in crate::tui::view) fn is_idle(ui: &Ui, row: &Row) -> bool {
    ui.is_planning() && row.choice.is_none() && row.cost.is_none()
}

/// The room from a cell to the end of its row.
pub(in crate::tui::view) fn rest(cell: Rect, row: Rect) -> Rect {
    Rect { width: row.right().saturating_sub(cell.x.saturating_add(1)), ..cell }
}

/// Its path, in as much of the room as the reason leaves.
pub(in crate::tui::view) fn idle_path(row: &Row, area: Rect) -> Cow<'_, str> {
    let room = usize::from(area.width);
    fit_path(&row.path, if row.note.is_empty() { room } else { room / 2 })
}

/// Its path, and the reason.
pub(in crate::tui::view) fn idle(ui: &Ui, row: &Row, area: Rect, style: Style, buf: &mut Buffer) {
    let end = put(buf, area.x, area.y, area.width, &idle_path(row, area), style);
    let left = area.right().saturating_sub(end.saturating_add(2));
    let why = fit(&row.note, usize::from(left));
    put(buf, end.saturating_add(2), area.y, columns_of(&why), &why, ui.screen.styles.of(Role::Muted));
}
