//! An object's fields, each in a line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::wrong::wrong;
use crate::tui::edit::{Editing, Parts};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::paint::{columns_of, put_spans};
use crate::tui::view::words::text::{fit, fit_end, safe, width};

/// Columns for a value.
const VALUE: usize = 12;

pub(super) fn render(
    ui: &Ui,
    editing: &Editing,
    parts: &Parts,
    body: Rect,
    below: Rect,
    buf: &mut Buffer,
    hits: &mut Hits,
) -> Option<Position> {
    let of = |role| ui.screen.styles.of(role);
    let names = parts.fields.iter().map(|(spec, _)| width(&safe(&spec.name))).max().unwrap_or_default().min(24);
    let wrong_at = editing.error.as_ref().map(|wrong| wrong.at);
    let mut cursor = None;
    let top = (parts.at + 1).saturating_sub(usize::from(body.height));
    for ((at, (spec, draft)), y) in parts.fields.iter().enumerate().skip(top).zip(body.top()..body.bottom()) {
        let row = Rect { y, height: 1, ..body };
        let here = at == parts.at;
        let (before, after) = draft.parts();
        let before = fit_end(&before, VALUE - 1).into_owned();
        let typed = format!("{before}{}", fit(&after, VALUE - width(&before)));
        let style = of(if wrong_at == Some(at) { Role::Failure } else { Role::FilterMatch });
        let fresh = if here && draft.is_fresh() { style.add_modifier(Modifier::REVERSED) } else { style };
        let name = format!("{:names$}  ", fit(&spec.name, names));
        let x = row.x.saturating_add(2).saturating_add(columns_of(&name));
        let gap = " ".repeat((VALUE + 2).saturating_sub(width(&typed)));
        let room = usize::from(row.right().saturating_sub(x)).saturating_sub(VALUE + 2);
        let spans = [
            Span::styled(if here { "▸ " } else { "  " }, of(Role::Accent)),
            Span::styled(name, of(Role::Overlay)),
            Span::styled(typed, fresh),
            Span::styled(gap, of(Role::Overlay)),
            Span::styled(fit(&spec.kind.to_string(), room).into_owned(), of(Role::Muted)),
        ];
        put_spans(buf, row, &spans);
        hits.add(row, Click::Edit { row: at, left: row.x });
        if here {
            let x = x.saturating_add(columns_of(&before)).min(row.right().saturating_sub(1));
            cursor = Some(Position { x, y });
        }
    }
    if let Some(error) = &editing.error {
        wrong(ui, &error.said, below, buf);
    }
    cursor
}
