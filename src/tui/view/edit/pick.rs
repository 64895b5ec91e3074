//! A list to pick from: what is typed stands above those that hold it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use crate::tui::edit::{Pick, Picked, input_parts};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::paint::{columns_of, put, put_spans, select};
use crate::tui::view::words::text::{fit, fit_end, width};

pub(super) fn render(ui: &Ui, pick: &Pick, body: Rect, buf: &mut Buffer, hits: &mut Hits) -> Option<Position> {
    let of = |role| ui.screen.styles.of(role);
    if body.is_empty() {
        return None;
    }
    let (before, after) = input_parts(&pick.filter);
    let x = put(buf, body.x, body.y, body.width, "/ ", of(Role::KeyHint));
    let before = fit_end(&before, usize::from(body.right().saturating_sub(x + 1))).into_owned();
    let end = put(buf, x, body.y, body.right().saturating_sub(x), &format!("{before}{after}"), of(Role::FilterMatch));
    let cursor = Position { x: x.saturating_add(columns_of(&before)).min(body.right().saturating_sub(1)), y: body.y };
    let left = pick.left();
    let told = match left.len() {
        _ if pick.filter.value().is_empty() => "type to find",
        0 => "none is like that",
        _ => "",
    };
    put(buf, end.saturating_add(1), body.y, body.right().saturating_sub(end.saturating_add(1)), told, of(Role::Muted));
    let rows = usize::from(body.height.saturating_sub(1));
    let top = (pick.at + 1).saturating_sub(rows);
    for ((at, entry), y) in left.into_iter().enumerate().skip(top).zip(body.top().saturating_add(1)..body.bottom()) {
        let row = Rect { y, height: 1, ..body };
        let chosen = at == pick.at;
        let room = usize::from(row.width).saturating_sub(2);
        let label = fit(&entry.label, room).into_owned();
        let about = fit(&entry.about, room.saturating_sub(width(&label) + 2)).into_owned();
        let is_value = matches!(entry.picked, Picked::Value(Some(_)));
        let spans = [
            Span::styled(if chosen { "▸ " } else { "  " }, of(Role::Accent)),
            Span::styled(label, of(if is_value || chosen { Role::Overlay } else { Role::Accent })),
            Span::styled(format!("  {about}"), of(Role::Muted)),
        ];
        put_spans(buf, row, &spans);
        if chosen {
            select(ui, row, buf);
        }
        hits.add(row, Click::Edit { row: at, left: row.x });
    }
    Some(cursor)
}
