//! A question in front of the rest, with its answers below each other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::ask::Question;
use crate::tui::ui::layout::is_too_small;
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::paint::{clear, frame, put, put_spans, select};
use crate::tui::view::words::text::{fit, safe, width, wrap};

/// Draws a question in the middle of the screen.
pub(in crate::tui::view) fn render(ui: &Ui, question: &Question, screen: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let of = |role| ui.screen.styles.of(role);
    let tiny = is_too_small(ui.screen.size);
    let most = usize::from(screen.width.saturating_sub(if tiny { 0 } else { 6 })).clamp(1, 76);
    // Where every row counts there is no border, and the title is a text like any other.
    let text: Vec<String> = std::iter::once(&question.title)
        .filter(|_| tiny)
        .chain(&question.text)
        .flat_map(|text| wrap(&safe(text), most).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let widest_choice = question.choices.iter().map(|choice| width(&choice.label) + 5).max().unwrap_or_default();
    let widest = text.iter().map(|line| width(line)).chain([widest_choice, width(&question.title) + 2]).max();
    let columns = widest.unwrap_or_default().min(most);
    // The answers are what is needed; the words before them have what room is left.
    let border = if tiny { 0 } else { 2 };
    let room = usize::from(screen.height.saturating_sub(border)).saturating_sub(question.choices.len());
    let text: Vec<String> = text.into_iter().take(room).collect();
    let gap = usize::from(!text.is_empty() && room > text.len());
    let rows = text.len() + gap + question.choices.len();
    let inner = if tiny {
        clear(buf, screen, of(Role::Overlay));
        screen
    } else {
        front(ui, &question.title, middle(screen, columns, rows), buf, hits)
    };
    let mut y = inner.y;
    for line in &text {
        put(buf, inner.x, y, row_left(inner, y), line, of(Role::Overlay));
        y = y.saturating_add(1);
    }
    y = y.saturating_add(u16::try_from(gap).unwrap_or_default());
    for (at, choice) in question.choices.iter().enumerate() {
        if y >= inner.bottom() {
            break;
        }
        let chosen = at == question.at;
        let row = Rect { y, height: 1, ..inner };
        let room = usize::from(inner.width).saturating_sub(5);
        let spans = [
            Span::styled(if chosen { "▸ " } else { "  " }, of(Role::Accent)),
            Span::styled(choice.key.to_string(), of(Role::KeyHint)),
            Span::styled("  ", of(Role::Overlay)),
            Span::styled(fit(choice.label_in(room), room), of(Role::Overlay)),
        ];
        put_spans(buf, row, &spans);
        if chosen {
            select(ui, row, buf);
        }
        hits.add(row, Click::Answer(at));
        y = y.saturating_add(1);
    }
}

pub(in crate::tui::view) fn row_left(inner: Rect, y: u16) -> u16 {
    if y < inner.bottom() { inner.width } else { 0 }
}

/// Says something in the middle of the screen that asks for no answer.
pub(in crate::tui::view) fn saying(ui: &Ui, title: &str, lines: &[&str], screen: Rect, buf: &mut Buffer) {
    let columns = lines.iter().map(|line| width(line)).chain([width(title) + 2]).max().unwrap_or_default();
    let inner = front(ui, title, middle(screen, columns, lines.len()), buf, &mut Hits::default());
    for (at, line) in lines.iter().enumerate() {
        let y = inner.y.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
        put(buf, inner.x, y, row_left(inner, y), line, ui.screen.styles.of(Role::Overlay));
    }
}

/// An area for so many columns and rows of text in the middle of the screen, border and air around.
pub(in crate::tui::view) fn middle(screen: Rect, columns: usize, rows: usize) -> Rect {
    let width = u16::try_from(columns + 4).unwrap_or(u16::MAX);
    let height = u16::try_from(rows + 2).unwrap_or(u16::MAX);
    screen.centered(
        ratatui::layout::Constraint::Length(width.min(screen.width)),
        ratatui::layout::Constraint::Length(height.min(screen.height)),
    )
}

/// An empty box with a title, in front of the rest; gives its inside.
pub(in crate::tui::view) fn front(ui: &Ui, title: &str, area: Rect, buf: &mut Buffer, hits: &mut Hits) -> Rect {
    hits.add(area, Click::Nothing);
    clear(buf, area, ui.screen.styles.of(Role::Overlay));
    let border = ui.screen.styles.of(Role::BorderFocus);
    let row = frame(buf, area, border, true);
    let title = fit(title, usize::from(row.width).saturating_sub(2));
    put(buf, row.x, row.y, row.width, &format!(" {title} "), ui.screen.styles.of(Role::Title));
    Rect {
        x: area.x.saturating_add(2),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}
