//! The course of the run in charts: beside each other as far as there is room, else a line for each. What a chart shows
//! is said in figures over it, too, for whom colours and dots say nothing.

mod charts;
mod figures;
mod panel;
mod workers;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use self::panel::Panel;
use super::paint::{Piece, put, spread};
use crate::engine::snapshot::Overview;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Columns and rows between charts.
const GAP: u16 = 3;
/// The least that a chart with its title takes.
const LEAST: (u16, u16) = (29, 5);
/// What a title takes where there is a line for each.
const TITLE: u16 = 17;

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer) {
    // Until the engine has answered there is nothing; it takes no longer than a key.
    let Some(overview) = ui.snapshot.overview.as_deref() else { return };
    match [3, 2].into_iter().find(|columns| has_room(area, *columns)) {
        Some(columns) => {
            for (panel, area) in panels(ui).into_iter().zip(grid(area, columns)) {
                chart(ui, panel, overview, area, buf);
            }
        }
        None => {
            for (panel, y) in panels(ui).into_iter().zip(area.top()..area.bottom()) {
                line(ui, panel, overview, Rect { y, height: 1, ..area }, buf);
            }
        }
    }
}

fn panels(ui: &Ui) -> [Panel; 6] {
    if ui.looks_on() { Panel::OF_OTHERS } else { Panel::ALL }
}

fn rows_of(columns: u16) -> u16 {
    6 / columns
}

fn has_room(area: Rect, columns: u16) -> bool {
    let width = area.width.saturating_sub(GAP * (columns - 1)) / columns;
    width >= LEAST.0 && area.height / rows_of(columns) >= LEAST.1
}

/// The places of the charts, row by row.
fn grid(area: Rect, columns: u16) -> impl Iterator<Item = Rect> {
    let rows = rows_of(columns);
    let width = area.width.saturating_sub(GAP * (columns - 1)) / columns;
    let height = area.height / rows;
    (0..rows).flat_map(move |row| {
        (0..columns).map(move |column| Rect {
            x: area.x.saturating_add(column * (width + GAP)),
            y: area.y.saturating_add(row * height),
            width,
            // A row of air below, where there is enough.
            height: height - u16::from(height > 6),
        })
    })
}

/// A chart below its title and its figures.
fn chart(ui: &Ui, panel: Panel, overview: &Overview, area: Rect, buf: &mut Buffer) {
    let title = ui.screen.styles.of(Role::Title).add_modifier(Modifier::BOLD);
    let left = vec![Piece::text(9, panel.title(), title)];
    let nothing = figures::nothing(ui, panel, overview);
    let is_told = nothing.is_none() || panel == Panel::Money;
    let told = if is_told { figures::of(ui, panel, overview) } else { Vec::new() };
    spread(buf, Rect { height: 1, ..area }, 2, left, told);
    let area = Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area };
    match nothing {
        Some(why) => {
            put(buf, area.x, area.y, area.width, why, ui.screen.styles.of(Role::Muted));
        }
        None => match panel {
            Panel::Photos => charts::photos(ui, overview, area, buf),
            Panel::Money => charts::money(ui, overview, area, buf),
            Panel::Seconds => charts::seconds(ui, overview, area, buf),
            Panel::Queue => charts::queue(ui, overview, area, buf),
            Panel::Causes => charts::causes(ui, area, buf),
            Panel::Bytes => charts::bytes(ui, overview, area, buf),
            Panel::Workers => workers::list(ui, area, buf),
        },
    }
}

/// The same on one line: title, figures, and how it went in what room is left.
fn line(ui: &Ui, panel: Panel, overview: &Overview, area: Rect, buf: &mut Buffer) {
    let title = format!("{:<columns$}", panel.title(), columns = usize::from(TITLE - 1));
    let mut left = vec![Piece::text(9, title, ui.screen.styles.of(Role::HeaderRow))];
    match figures::nothing(ui, panel, overview) {
        Some(why) => left.push(Piece::new(8, vec![Span::styled(why, ui.screen.styles.of(Role::Muted))])),
        None => left.extend(figures::of(ui, panel, overview)),
    }
    let free = spread(buf, area, 1, left, Vec::new());
    let free = Rect { x: free.x.saturating_add(2), width: free.width.saturating_sub(2), ..free };
    if free.width >= 8 {
        charts::in_short(ui, panel, overview, free, buf);
    }
}

#[cfg(test)]
mod tests;
