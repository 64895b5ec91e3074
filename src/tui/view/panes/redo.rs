//! The form for making a result again.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::Span;

use crate::engine::snapshot::Field;
use crate::model;
use crate::tui::edit::{Draft, Wrong};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::redo::RedoForm;
use crate::tui::view::edit;
use crate::tui::view::front::question::front;
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::paint::{columns_of, put, put_spans, select};
use crate::tui::view::words::text::{fit, fit_end, fit_path, safe, width, wrap};

/// Columns for a value.
const VALUE: usize = 24;
/// Columns for names, at the most.
const NAME: usize = 24;
/// Columns of the box, at the most.
const WIDEST: u16 = 100;
/// Rows for what the field under the cursor takes, at the most.
const ABOUT: usize = 3;
/// Inside a box of so many rows there is room for words.
const ROOMY: u16 = 11;

/// Gives where the terminal's cursor stands, if a field is typed.
pub(in crate::tui::view) fn render(
    ui: &Ui,
    form: &RedoForm,
    screen: Rect,
    buf: &mut Buffer,
    hits: &mut Hits,
) -> Option<Position> {
    let of = |role| ui.screen.styles.of(role);
    let above = Rect { height: screen.height.saturating_sub(1), ..screen };
    let columns = above.width.min(WIDEST);
    let room = usize::from(columns.saturating_sub(4));
    let about = about(form);
    let about: Vec<_> = wrap(&about, room).into_iter().take(ABOUT).collect();
    // As many rows whatever is said of a field: what is pointed at stays where it is.
    let rows = u16::try_from(form.fields.len() + ABOUT + 8).unwrap_or(u16::MAX);
    let area = above.centered(Constraint::Length(columns), Constraint::Length(rows.min(above.height)));
    let inner = front(ui, "Make it again?", area, buf, hits);
    let is_roomy = inner.height >= ROOMY;
    let path = safe(&form.path);
    put(buf, inner.x, inner.y, inner.width, &fit_path(&path, room), of(Role::Title));
    let mut y = inner.y.saturating_add(1);
    if is_roomy {
        let text = "The picture that is there stays until the new one is whole.";
        put(buf, inner.x, y, inner.width, text, of(Role::Overlay));
        y = y.saturating_add(2);
    }
    let row = Rect { y, height: 1, ..inner }.intersection(inner);
    let mark = if form.at == 0 { "▸ " } else { "  " };
    let sum = format!("make it again: {}", form.price_words());
    put_spans(buf, row, &[Span::styled(mark, of(Role::Accent)), Span::styled(sum, of(Role::Overlay))]);
    if form.at == 0 {
        select(ui, row, buf);
    }
    hits.add(row, Click::Redo(0));
    let below = if is_roomy { u16::try_from(ABOUT + 1).unwrap_or_default() } else { 0 };
    let list =
        Rect { y: y.saturating_add(1), height: inner.bottom().saturating_sub(y.saturating_add(1 + below)), ..inner };
    let cursor = fields(ui, form, list, buf, hits);
    for (line, y) in about.iter().zip(list.bottom().saturating_add(1)..inner.bottom()) {
        put(buf, inner.x, y, inner.width, line, of(Role::Muted));
    }
    match &form.edit {
        Some(editing) if !editing.is_line() => {
            hits.cover();
            edit::render(ui, editing, buf, hits)
        }
        Some(_) => {
            hits.cover();
            cursor
        }
        None => None,
    }
}

/// What the field under the cursor is about, takes, and has by itself.
fn about(form: &RedoForm) -> String {
    let Some(Field { spec, .. }) = form.field() else { return String::new() };
    let default = spec
        .default
        .as_ref()
        .map_or_else(|| "the model picks".to_owned(), |of| format!("default {}", model::shown(of)));
    let about = if spec.about.is_empty() { String::new() } else { format!("{}: ", spec.about) };
    let example = spec.told_example().map(|example| format!("; for example {example}")).unwrap_or_default();
    safe(&format!("{about}{}; {default}{example}", spec.kind)).into_owned()
}

fn fields(ui: &Ui, form: &RedoForm, list: Rect, buf: &mut Buffer, hits: &mut Hits) -> Option<Position> {
    let of = |role| ui.screen.styles.of(role);
    let names = form.fields.iter().map(|field| width(&field.spec.name)).max().unwrap_or_default().min(NAME);
    let height = usize::from(list.height);
    let top = form.at.saturating_sub(height.max(1));
    let mut cursor = None;
    for ((at, field), y) in form.fields.iter().enumerate().skip(top).zip(list.top()..list.bottom()) {
        let row = Rect { y, height: 1, ..list };
        let here = form.at == at + 1;
        let name = format!("{:names$}  ", fit(&field.spec.name, names));
        let line = form.edit.as_ref().filter(|_| here).and_then(|edit| Some((edit.line()?, edit.error.as_ref())));
        let start =
            [Span::styled(if here { "▸ " } else { "  " }, of(Role::Accent)), Span::styled(name, of(Role::Overlay))];
        let x = put_spans(buf, row, &start);
        let rest = Rect { x, width: row.right().saturating_sub(x), ..row };
        if let Some((draft, wrong)) = line {
            cursor = Some(typed(ui, draft, wrong, rest, buf));
        } else {
            shown(ui, field, rest, buf);
        }
        if here && form.edit.is_none() {
            select(ui, row, buf);
        }
        hits.add(row, Click::Redo(at + 1));
    }
    cursor
}

fn shown(ui: &Ui, field: &Field, rest: Rect, buf: &mut Buffer) {
    let none = if field.spec.required { "must be given" } else { "fal picks" };
    let value = field.value.as_ref().map_or_else(|| none.to_owned(), |value| safe(&model::shown(value)).into_owned());
    let role = if field.is_default() { Role::Overlay } else { Role::Accent };
    let value = fit(&value, VALUE.min(rest.width.into())).into_owned();
    let gap = " ".repeat((VALUE + 2).saturating_sub(width(&value)));
    let room = usize::from(rest.width).saturating_sub(VALUE + 2);
    let kind = fit(&field.spec.kind.to_string(), room).into_owned();
    let of = |role| ui.screen.styles.of(role);
    put_spans(buf, rest, &[Span::styled(value, of(role)), Span::raw(gap), Span::styled(kind, of(Role::Muted))]);
}

/// A value while it is typed, what is wrong with it beside it.
fn typed(ui: &Ui, draft: &Draft, wrong: Option<&Wrong>, rest: Rect, buf: &mut Buffer) -> Position {
    let (before, after) = draft.parts();
    let room = VALUE.min(usize::from(rest.width)).saturating_sub(1);
    let before = fit_end(&before, room).into_owned();
    let typed = format!("{before}{}", fit(&after, room.saturating_sub(width(&before))));
    let style = ui.screen.styles.of(if wrong.is_some() { Role::Failure } else { Role::FilterMatch });
    let style = if draft.is_fresh() { style.add_modifier(Modifier::REVERSED) } else { style };
    let gap = " ".repeat((VALUE + 2).saturating_sub(width(&typed)));
    let said = wrong.map(|wrong| wrong.said.clone()).unwrap_or_default();
    let spans = [Span::styled(typed, style), Span::raw(gap), Span::styled(said, ui.screen.styles.of(Role::Failure))];
    put_spans(buf, rest, &spans);
    Position { x: rest.x.saturating_add(columns_of(&before)).min(rest.right().saturating_sub(1)), y: rest.y }
}
