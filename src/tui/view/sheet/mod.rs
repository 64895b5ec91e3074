//! The batch as a contact sheet: a grid of pictures that fills the screen, each with its mark and its first words. The
//! tabs stand over it as over the table, and below it what is known of the one under the cursor.

mod cell;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::hits::{Click, Hits};
use super::paint::{Piece, frame, put, spread};
use super::table;
use super::words::format::{count, money, sizes};
use super::words::text::{fit, fit_path, safe, width};
use crate::engine::snapshot::Row;
use crate::job::Group;
use crate::picture::Part;
use crate::tui::caps::Images;
use crate::tui::preview::{Ask, Grid};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::layout::{is_too_small, sheet_room};

/// The pictures that are wanted: those in sight first, then the page that follows, then the one before.
pub(crate) fn asks(ui: &Ui) -> Vec<Ask> {
    if !ui.is_sheet() || ui.screen.caps.images == Images::None || is_too_small(ui.screen.size) {
        return Vec::new();
    }
    let grid = ui.grid();
    let (rows, above, cells) = (&ui.page().rows, ui.rows_above(), usize::from(grid.cells()));
    let in_sight = above..above.saturating_add(cells).min(rows.len());
    let after = in_sight.end..in_sight.end.saturating_add(cells).min(rows.len());
    let before = above.saturating_sub(cells)..above;
    let asked = [in_sight, after, before].into_iter().filter_map(|places| rows.get(places)).flatten();
    asked.filter_map(|row| ask(ui, row, grid)).collect()
}

/// The picture that shows a row.
fn ask(ui: &Ui, row: &Row, grid: Grid) -> Option<Ask> {
    let picture = row.picture.as_deref().filter(|picture| picture.pixels.count() > 0)?;
    let cells = ui.paper().fit(picture.pixels, grid.picture);
    Some(Ask {
        file: picture.file.0.clone(),
        stamp: picture.stamp.clone(),
        part: Part::whole(picture.pixels),
        cells,
        paper: ui.paper(),
    })
    .filter(|_| grid.picture.width > 0 && grid.picture.height > 0)
}

/// Gives where the terminal's cursor stands while a filter is typed.
pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer, hits: &mut Hits) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let title = frame(buf, area, ui.screen.styles.of(Role::BorderFocus), false);
    let cursor = table::top_border(ui, title, buf, hits);
    let room = sheet_room(area);
    let grid = ui.grid();
    let (highlighted, above) = (ui.highlighted(), ui.rows_above());
    let rows = ui.page().rows.iter().enumerate().skip(above);
    for ((at, row), place) in rows.zip(grid.places(room)) {
        cell::render(ui, row, (grid, place), highlighted == Some(at), buf);
        hits.add(place, Click::Row(at - above));
    }
    if ui.page().rows.is_empty() {
        put(buf, room.x.saturating_add(1), room.y, room.width, table::empty(ui), ui.screen.styles.of(Role::Muted));
    }
    if room.bottom() < area.bottom() {
        below(ui, Rect { y: area.bottom().saturating_sub(1), height: 1, ..area }, buf);
    }
    cursor
}

/// What is known of the photo under the cursor, and where it stands.
fn below(ui: &Ui, row: Rect, buf: &mut Buffer) {
    let of = |role| ui.screen.styles.of(role);
    let row = Rect { x: row.x.saturating_add(1), width: row.width.saturating_sub(2), ..row };
    let mut left = Vec::new();
    let mut right = Vec::new();
    if let Some(current) = ui.current() {
        let room = usize::from(row.width / 3).max(12);
        left.push(Piece::text(9, fit_path(&current.path, room).into_owned(), of(Role::Title)));
        let role = match current.state.status.group() {
            Group::Failed => Role::Failure,
            Group::Review => Role::Review,
            _ => Role::Caption,
        };
        let taken = width(&fit_path(&current.path, room)) + 40;
        let room = usize::from(row.width).saturating_sub(taken);
        let note = safe(&current.note);
        if room >= 12 && !note.is_empty() {
            left.push(Piece::text(6, fit(&note, room).into_owned(), of(role)));
        }
        right.push(Piece::text(3, sizes(current.input, current.output).trim().to_owned(), of(Role::Muted)));
        right.push(Piece::text(4, money(current.cost), of(Role::Muted)));
    }
    let total = ui.page().total;
    if total > 0 {
        let place = format!("{} of {}", count(ui.current_place() + 1), count(total));
        right.push(Piece::text(8, place, of(Role::Muted)));
    }
    right.retain(|piece| !piece.is_empty());
    spread(buf, row, 2, left, right);
}

#[cfg(test)]
mod tests;
