//! A cell of the contact sheet: its picture, and below it the mark with a few words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::engine::snapshot::Row;
use crate::job::Group;
use crate::tui::caps::Images;
use crate::tui::preview::Grid;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::paint::{put, select};
use crate::tui::view::status;
use crate::tui::view::words::text::{fit, fit_path, safe, width};

pub(super) fn render(ui: &Ui, row: &Row, (grid, area): (Grid, Rect), highlighted: bool, buf: &mut Buffer) {
    let inner = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    let labels = Rect { y: area.y.saturating_add(grid.picture.height), height: grid.labels, ..inner };
    picture(ui, row, grid, Rect { height: grid.picture.height, ..inner }, buf);
    label(ui, row, labels, buf);
    if highlighted {
        select(ui, labels, buf);
        for y in area.top()..area.bottom() {
            put(buf, area.x, y, 1, "▌", ui.screen.styles.of(Role::Accent));
        }
    }
    if ui.jobs.marks.contains(&row.id) {
        put(buf, area.x, labels.y, 1, "◆", ui.screen.styles.of(Role::Accent));
    }
}

fn picture(ui: &Ui, row: &Row, grid: Grid, room: Rect, buf: &mut Buffer) {
    if room.is_empty() || ui.screen.caps.images == Images::None {
        return;
    }
    let print = match super::ask(ui, row, grid).map(|ask| ui.pictures.wall.get(&ask)) {
        Some(Some(Ok(print))) => print,
        Some(Some(Err(why))) => return say(ui, room, why, buf),
        Some(None) => return say(ui, room, "…", buf),
        None => return say(ui, room, "no picture", buf),
    };
    // A terminal draws its pixels over whatever stands in front of them.
    if ui.screen.caps.images.is_graphic() && !ui.layers.is_empty() {
        return;
    }
    // Side by side they stand on one line.
    let cells = print.cells();
    let (width, height) = (cells.width.min(room.width), cells.height.min(room.height));
    let x = room.x.saturating_add((room.width - width) / 2);
    let y = room.y.saturating_add(room.height - height);
    print.render(Rect { x, y, width, height }, buf);
}

/// In the middle of where the picture would be.
fn say(ui: &Ui, room: Rect, text: &str, buf: &mut Buffer) {
    let text = fit(text, room.width.into());
    let wide = u16::try_from(width(&text)).unwrap_or(room.width).min(room.width);
    let (x, y) = (room.x.saturating_add((room.width - wide) / 2), room.y.saturating_add(room.height / 2));
    put(buf, x, y, wide, &text, ui.screen.styles.of(Role::Muted));
}

/// The mark, the name and its stars, and below it the first words; where there is one line the words stand in the name's place.
fn label(ui: &Ui, row: &Row, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let status = row.state.status;
    put(buf, area.x, area.y, 1, status::symbol(status), ui.screen.styles.of(status::role(status)));
    let note = safe(&row.note);
    let words = if note.is_empty() { status::words(&row.state, ui.table_now()).into() } else { note };
    let given = "★".repeat(row.judged.stars.get().into());
    let taken = u16::try_from(width(&given)).unwrap_or(0);
    put(buf, area.right().saturating_sub(taken), area.y, taken, &given, ui.screen.styles.of(Role::Accent));
    let (x, room) = (area.x.saturating_add(2), area.width.saturating_sub(if taken > 0 { taken + 3 } else { 2 }));
    let is_two = area.height > 1;
    if is_two || row.note.is_empty() {
        put(buf, x, area.y, room, &fit_path(&row.path, room.into()), ui.screen.styles.of(Role::Text));
    } else {
        put(buf, x, area.y, room, &fit(&words, room.into()), said(ui, row));
    }
    if is_two {
        put(buf, area.x, area.y.saturating_add(1), area.width, &fit(&words, area.width.into()), said(ui, row));
    }
}

/// How a row's words look.
fn said(ui: &Ui, row: &Row) -> Style {
    match row.state.status.group() {
        Group::Done => ui.screen.styles.of(Role::Caption),
        Group::Failed | Group::Review | Group::Waiting => {
            ui.screen.styles.of(status::role(row.state.status)).remove_modifier(Modifier::BOLD)
        }
        _ => ui.screen.styles.of(Role::Muted),
    }
}
