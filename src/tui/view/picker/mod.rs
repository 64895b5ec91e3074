//! The picker of another model: those found with their prices, and all of the one under the cursor.

mod about;
mod list;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Position, Rect, Size};

use super::front::question::front;
use super::hits::Hits;
use super::paint::{Piece, columns_of, put, spread};
use super::words::text::fit_end;
use crate::tui::edit::input_parts;
use crate::tui::models::Finding;
use crate::tui::picker::Picker;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::words::format::plural;

/// Columns of the box, at the most.
const WIDEST: u16 = 132;
/// From so many columns on, the one under the cursor is told of beside the list.
const BESIDE: u16 = 100;

#[derive(Debug, Clone, Copy)]
struct Areas {
    outer: Rect,
    head: Rect,
    list: Rect,
    about: Rect,
}

impl Areas {
    fn of(size: Size) -> Self {
        let screen = Rect::new(0, 0, size.width, size.height.saturating_sub(1));
        let outer = screen.centered(Constraint::Length(screen.width.min(WIDEST)), Constraint::Length(screen.height));
        let inner = Rect {
            x: outer.x.saturating_add(2),
            y: outer.y.saturating_add(1),
            width: outer.width.saturating_sub(4),
            height: outer.height.saturating_sub(2),
        };
        let head = Rect { height: inner.height.min(1), ..inner };
        let roomy = u16::from(inner.height >= 12);
        let top = head.bottom().saturating_add(roomy);
        let body = Rect { y: top, height: inner.bottom().saturating_sub(top), ..inner };
        if inner.width >= BESIDE {
            let list = Rect { width: body.width * 11 / 20, ..body };
            let x = list.right().saturating_add(3);
            return Self { outer, head, list, about: Rect { x, width: body.right().saturating_sub(x), ..body } };
        }
        let list = Rect { height: body.height * 2 / 5, ..body };
        let y = list.bottom().saturating_add(roomy);
        Self { outer, head, list, about: Rect { y, height: body.bottom().saturating_sub(y), ..body } }
    }
}

/// How many models the list shows at once.
pub(in crate::tui) fn page(size: Size) -> isize {
    isize::try_from(Areas::of(size).list.height.max(2) - 1).unwrap_or(1)
}

/// Draws the picker; gives where the terminal's cursor stands.
pub(super) fn render(ui: &Ui, picker: &Picker, buf: &mut Buffer, hits: &mut Hits) -> Position {
    let of = |role| ui.screen.styles.of(role);
    let areas = Areas::of(ui.screen.size);
    front(ui, "Another model", areas.outer, buf, hits);
    let (before, after) = input_parts(&picker.words);
    let room = usize::from(areas.head.width / 2);
    let before = fit_end(&before, room).into_owned();
    let x = put(buf, areas.head.x, areas.head.y, areas.head.width, "/ ", of(Role::KeyHint));
    let cursor = Position { x: x.saturating_add(columns_of(&before)), y: areas.head.y };
    let end = put(
        buf,
        x,
        areas.head.y,
        areas.head.right().saturating_sub(x),
        &format!("{before}{after}"),
        of(Role::FilterMatch),
    );
    let rest = Rect {
        x: end.saturating_add(1),
        width: areas.head.right().saturating_sub(end.saturating_add(1)),
        ..areas.head
    };
    let hint = if picker.words.value().is_empty() { "type to search" } else { "" };
    spread(buf, rest, 1, vec![Piece::text(1, hint, of(Role::Muted))], vec![state(ui, picker)]);
    list::render(ui, picker, areas.list, buf, hits);
    about::render(ui, picker, areas.about, buf);
    cursor
}

/// How far the search is.
fn state<'a>(ui: &Ui, picker: &Picker) -> Piece<'a> {
    let of = |role| ui.screen.styles.of(role);
    match (&picker.finding, picker.found.len()) {
        (Finding::Asking, 0) => Piece::text(9, "asking fal…", of(Role::Running)),
        (Finding::Asking, found) => Piece::text(9, format!("{found} so far…"), of(Role::Running)),
        (Finding::Kept(_), _) => Piece::text(9, "no answer from fal", of(Role::Warning)),
        (Finding::Done, found) => Piece::text(9, plural(found, "model", "models"), of(Role::Muted)),
    }
}
