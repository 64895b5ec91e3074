//! Several lines of text, and where in them something is wrong.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::wrong::wrong;
use crate::tui::edit::{Area, Editing, Room, Wrong};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::paint::put;

#[expect(clippy::too_many_arguments, reason = "what is drawn, where, and what a click does there")]
pub(super) fn render(
    ui: &Ui,
    editing: &Editing,
    area: &Area,
    room: Room,
    body: Rect,
    below: Rect,
    buf: &mut Buffer,
    hits: &mut Hits,
) -> Option<Position> {
    let of = |role| ui.screen.styles.of(role);
    let rows = area.rows(room.columns);
    let (row, column) = area.cursor(&rows);
    let top = area.top(row, room.rows);
    let fault = editing.error.as_ref().map(|wrong| (area.place(&rows, wrong.at), wrong));
    let mut cursor = None;
    let mut y = body.y;
    for (at, of_row) in rows.iter().enumerate().skip(top) {
        if y >= body.bottom() {
            break;
        }
        put(buf, body.x, y, body.width, &area.shown(of_row.clone()), of(Role::Overlay));
        hits.add(Rect { y, height: 1, ..body }, Click::Edit { row: at, left: body.x });
        if at == row {
            let x =
                body.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX)).min(body.right().saturating_sub(1));
            cursor = Some(Position { x, y });
        }
        y = y.saturating_add(1);
        // The row below points at what is wrong, unless the cursor's own row needs the room.
        let points = |place: (usize, usize)| place.0 == at && (cursor.is_some() || body.bottom() > y + 1);
        if let Some(((_, of_fault), _)) = fault.filter(|(place, _)| points(*place) && y < body.bottom()) {
            let x = body.x.saturating_add(u16::try_from(of_fault).unwrap_or(u16::MAX));
            put(buf, x.min(body.right().saturating_sub(1)), y, 1, "^", of(Role::Failure));
            y = y.saturating_add(1);
        }
    }
    if let Some((_, Wrong { said, at })) = fault {
        let (line, character) = counted(area.text(), *at);
        let place = if area.text().contains('\n') {
            format!("line {line}, character {character}: ")
        } else {
            format!("character {character}: ")
        };
        let place = if *at == 0 { String::new() } else { place };
        wrong(ui, &format!("{place}{said}"), below, buf);
    }
    cursor
}

/// The line and the character of a place, both from 1, as people count them.
fn counted(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
