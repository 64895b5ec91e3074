//! The banner: it stands above the table and never covers it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::hits::{Click, Hits};
use super::paint::{columns_of, put_spans};
use super::words::text::{width, wrap};
use crate::tui::ui::Ui;
use crate::tui::ui::banner::{TIE, columns, content};

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let Some(told) = content(ui).filter(|_| !area.is_empty()) else { return };
    let style = ui.screen.styles.of(told.role);
    // What is empty is filled, but not underlined.
    let rest = style.remove_modifier(Modifier::UNDERLINED);
    let columns = columns(area.width);
    let text = told.text_in(area.width, usize::from(area.height));
    let lines = wrap(&text, columns);
    for (line, y) in lines.iter().map(Some).chain(std::iter::repeat(None)).zip(area.top()..area.bottom()) {
        let row = Rect { y, height: 1, ..area };
        let shown = line.copied().unwrap_or_default();
        let padding = " ".repeat(columns.saturating_sub(width(shown)) + 1);
        let spans =
            [Span::styled(" ", rest), Span::styled(shown.replace(TIE, " "), style), Span::styled(padding, rest)];
        put_spans(buf, row, &spans);
        for key in &told.keys {
            let Some((before, _)) = shown.split_once(&key.phrase) else { continue };
            let x = area.x.saturating_add(1).saturating_add(columns_of(before));
            hits.add(Rect { x, width: columns_of(&key.phrase), ..row }, Click::Do(key.action));
        }
    }
}
