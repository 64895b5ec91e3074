//! The lines that the plan's columns are made of.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;

use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::plan::Stop;
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::paint::{put_spans, select};
use crate::tui::view::words::text::{safe, width, wrap};

/// Columns for names before values; longer names push theirs to the right.
const NAME: usize = 13;

/// A line of a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) spans: Vec<(String, Style)>,
    /// What the cursor is on when it is here.
    pub(super) stop: Option<Stop>,
    /// Whether it is the one that is highlighted then, and not one that says more of it.
    pub(super) is_head: bool,
    /// Where in it the terminal's cursor stands.
    pub(super) cursor: Option<u16>,
}

impl Line {
    pub(super) fn new(spans: Vec<(String, Style)>) -> Self {
        Self { spans, ..Self::default() }
    }

    /// A line that the cursor can be on.
    pub(super) fn at(stop: Stop, spans: Vec<(String, Style)>) -> Self {
        Self { stop: Some(stop), is_head: true, ..Self::new(spans) }
    }

    pub(super) fn heading(ui: &Ui, title: &str) -> Self {
        Self::new(vec![(title.to_owned(), ui.screen.styles.of(Role::Title))])
    }

    /// A name and a value that goes on below itself.
    pub(super) fn named(ui: &Ui, columns: u16, name: &str, value: &str, style: Style) -> Vec<Self> {
        let muted = ui.screen.styles.of(Role::Muted);
        let name_columns = NAME.max(width(name));
        let room = usize::from(columns).saturating_sub(name_columns + 2).max(8);
        wrap(&safe(value), room)
            .into_iter()
            .enumerate()
            .map(|(row, part)| {
                let name = if row == 0 { name } else { "" };
                Self::new(vec![(format!("  {name:name_columns$}"), muted), (part.to_owned(), style)])
            })
            .collect()
    }
}

/// Draws lines from `top` on; gives where the terminal's cursor stands, if it is among them.
pub(super) fn draw(
    ui: &Ui,
    lines: &[Line],
    top: usize,
    area: Rect,
    buf: &mut Buffer,
    hits: &mut Hits,
) -> Option<Position> {
    let mut cursor = None;
    let here = ui.stop();
    for (line, y) in lines.iter().skip(top).zip(area.top()..area.bottom()) {
        let row = Rect { y, height: 1, ..area };
        let spans: Vec<_> = line.spans.iter().map(|(text, style)| Span::styled(text.as_str(), *style)).collect();
        put_spans(buf, row, &spans);
        if line.is_head && line.stop == Some(here) && !ui.is_editing() {
            select(ui, row, buf);
        }
        // What is being typed is kept or given up first.
        if let Some(stop) = line.stop.filter(|_| !ui.is_editing()) {
            hits.add(row, Click::Stop(stop));
        }
        if let Some(x) = line.cursor {
            let last = row.right().saturating_sub(1);
            cursor = Some(Position { x: row.x.saturating_add(x).min(last), y });
        }
    }
    cursor
}
