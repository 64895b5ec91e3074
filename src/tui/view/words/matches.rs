//! Where a row shows the text that the filter asks for.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::engine::snapshot::Row;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::columns::{Column, Placed};
use crate::tui::view::paint::columns_of;
use crate::tui::view::plan::list;
use crate::tui::view::table::{cell_area, status_words};
use crate::tui::view::words::text::{fit, fit_path};

/// A status's symbol and a blank come before its word.
const SYMBOL: u16 = 2;

/// Marks it in every cell of a row that is searched.
pub(in crate::tui::view) fn mark(
    ui: &Ui,
    row: &Row,
    area: Rect,
    columns: &[Placed],
    is_selected: bool,
    buf: &mut Buffer,
) {
    let wanted = ui.jobs.filter.value().trim().to_lowercase();
    if wanted.is_empty() {
        return;
    }
    let found = ui.screen.styles.of(Role::FilterMatch);
    // A colour could be that of the selection, or turn into a block.
    let style = if is_selected { Style::new().add_modifier(found.add_modifier | Modifier::UNDERLINED) } else { found };
    for placed in columns {
        let place = cell_area(area, *placed);
        if list::is_idle(ui, row) && placed.column == Column::Photo {
            let rest = list::rest(place, area);
            mark_in(&wanted, &list::idle_path(row, rest), rest, style, buf);
            return;
        }
        let room = usize::from(place.width);
        let (lead, shown) = match placed.column {
            Column::Status => (SYMBOL, Cow::Owned(status_words(ui, row))),
            Column::Photo => (0, fit_path(&row.path, room)),
            Column::Note if row.progress.is_none() => (0, fit(&row.note, room)),
            _ => continue,
        };
        let text = Rect { x: place.x.saturating_add(lead), width: place.width.saturating_sub(lead), ..place };
        mark_in(&wanted, &shown, text, style, buf);
    }
}

fn mark_in(wanted: &str, shown: &str, area: Rect, style: Style, buf: &mut Buffer) {
    let lower = shown.to_lowercase();
    // Where small letters are longer than capitals (İ), places in one text are not places in the other.
    if lower.len() != shown.len() {
        return;
    }
    for (at, found) in lower.match_indices(wanted) {
        let (Some(before), Some(part)) = (shown.get(..at), shown.get(at..at + found.len())) else { continue };
        let x = area.x.saturating_add(columns_of(before));
        let found = Rect { x, width: columns_of(part), ..area };
        buf.set_style(found.intersection(area), style);
    }
}
