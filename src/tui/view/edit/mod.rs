//! The editors that have a box of their own: a list of names, several lines of text, an object's fields.

mod area;
mod parts;
mod pick;
mod wrong;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Position, Rect, Size};

use crate::tui::edit::{Editing, Editor, Room};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::front::question::front;
use crate::tui::view::hits::Hits;
use crate::tui::view::paint::put;
use crate::tui::view::words::text::{safe, wrap};

/// Rows for what a field is about, at the most.
const ABOUT: usize = 3;
/// Columns of a box, at the most.
const WIDEST: u16 = 96;
/// Rows of a box for a text, at the most.
const TALLEST: u16 = 24;
/// The narrowest list.
const LEAST: usize = 44;

/// Where the parts of an editor's box are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Areas {
    /// The box with its border.
    outer: Rect,
    about: Rect,
    /// What is edited.
    body: Rect,
    /// What is wrong.
    below: Rect,
}

impl Areas {
    fn of(size: Size, editing: &Editing) -> Self {
        // The footer stays in sight: it says which keys end it.
        let screen = Rect::new(0, 0, size.width, size.height.saturating_sub(1));
        let widest = screen.width.min(WIDEST);
        let (columns, rows) = match &editing.editor {
            Editor::Line(_) => return Self::default(),
            Editor::Area(_) => (widest, screen.height.min(TALLEST)),
            Editor::Pick(pick) => {
                let columns = u16::try_from(pick.widest().max(LEAST) + 6).unwrap_or(u16::MAX).min(widest);
                (columns, u16::try_from(pick.len() + 3).unwrap_or(u16::MAX))
            }
            Editor::Parts(parts) => (widest.min(76), u16::try_from(parts.fields.len() + 4).unwrap_or(u16::MAX)),
        };
        let room = usize::from(columns.saturating_sub(4));
        let about = about(editing);
        let lines = wrap(&about, room).len().min(ABOUT);
        // Where rows are few, what is edited is what counts.
        let lines = if screen.height < 14 { 0 } else { u16::try_from(lines).unwrap_or_default() };
        let is_text = matches!(editing.editor, Editor::Area(_));
        let wanted = if is_text { rows } else { rows.saturating_add(lines + 2) };
        let outer = screen.centered(Constraint::Length(columns), Constraint::Length(wanted.min(screen.height)));
        let inner = Rect {
            x: outer.x.saturating_add(2),
            y: outer.y.saturating_add(1),
            width: outer.width.saturating_sub(4),
            height: outer.height.saturating_sub(2),
        };
        let below = match &editing.editor {
            Editor::Pick(_) | Editor::Line(_) => 0,
            Editor::Area(_) | Editor::Parts(_) => 2.min(inner.height / 3),
        };
        let about = Rect { height: lines.min(inner.height), ..inner };
        let top = about.bottom().saturating_add(u16::from(lines > 0)).min(inner.bottom());
        let bottom = inner.bottom().saturating_sub(below);
        let body = Rect { y: top, height: bottom.saturating_sub(top), ..inner };
        Self { outer, about, body, below: Rect { y: bottom, height: below, ..inner } }
    }
}

fn about(editing: &Editing) -> String {
    let spec = &editing.spec;
    let about = safe(&spec.about);
    let takes = safe(&spec.kind.to_string()).into_owned();
    match (&editing.editor, about.is_empty()) {
        // Each of its fields says by itself what it takes.
        (Editor::Pick(_) | Editor::Parts(_), _) => about.into_owned(),
        (_, true) => takes,
        (_, false) => format!("{about}: {takes}"),
    }
}

/// The room that an editor has on a screen of this size.
pub(in crate::tui) fn room(size: Size, editing: &Editing) -> Room {
    let Areas { body, .. } = Areas::of(size, editing);
    let rows = if matches!(editing.editor, Editor::Pick(_)) { body.height.saturating_sub(1) } else { body.height };
    // A column for the cursor behind the last letter.
    Room { columns: usize::from(body.width.saturating_sub(1)).max(1), rows: usize::from(rows).max(1) }
}

/// Draws an editor in front of the rest; gives where the terminal's cursor stands.
pub(super) fn render(ui: &Ui, editing: &Editing, buf: &mut Buffer, hits: &mut Hits) -> Option<Position> {
    let of = |role| ui.screen.styles.of(role);
    let areas = Areas::of(ui.screen.size, editing);
    if areas.outer.is_empty() {
        return None;
    }
    front(ui, &editing.spec.name, areas.outer, buf, hits);
    let text = about(editing);
    for (line, y) in
        wrap(&text, usize::from(areas.about.width)).into_iter().zip(areas.about.top()..areas.about.bottom())
    {
        put(buf, areas.about.x, y, areas.about.width, line, of(Role::Muted));
    }
    let room = room(ui.screen.size, editing);
    match &editing.editor {
        Editor::Line(_) => None,
        Editor::Pick(pick) => pick::render(ui, pick, areas.body, buf, hits),
        Editor::Area(text) => area::render(ui, editing, text, room, areas.body, areas.below, buf, hits),
        Editor::Parts(parts) => parts::render(ui, editing, parts, areas.body, areas.below, buf, hits),
    }
}

#[cfg(test)]
mod scenes;
