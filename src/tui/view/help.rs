//! The help, made from the table of actions and the bindings in force.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::Span;

use super::paint::{put_right, put_spans};
use super::question::front;
use super::text::fit;
use crate::tui::keys::{Action, Context, Section};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// A line of the help.
type Line = Vec<(String, Style)>;

/// From so many columns on, two columns stand beside each other.
const TWO_COLUMNS: u16 = 110;

/// Columns for keys before what they do.
const KEYS: usize = 12;

/// What can be done on this screen, by section.
fn sections(ui: &Ui) -> Vec<Vec<Line>> {
    let of = |role| ui.styles.of(role);
    let text = of(Role::Overlay);
    let here: &[Context] = if ui.is_planning() {
        &[Context::Plan]
    } else {
        &[Context::Jobs, Context::Detail, Context::Zoom, Context::Causes]
    };
    let mut sections = Vec::new();
    for section in Section::ALL {
        let actions = Action::ALL
            .iter()
            .filter(|action| action.section() == section)
            .filter(|action| action.contexts().iter().any(|context| here.contains(context)));
        let mut lines = vec![vec![(section.title().to_owned(), of(Role::Title))]];
        for action in actions {
            let keys: Vec<_> = ui.keys.keys(*action).iter().map(ToString::to_string).collect();
            let keys = format!("  {:KEYS$}", keys.join("  "));
            lines.push(vec![(keys, of(Role::KeyHint)), (action.about().to_owned(), text)]);
        }
        if section == Section::Program {
            lines.push(vec![
                (format!("  {:KEYS$}", "Ctrl-C"), of(Role::KeyHint)),
                ("leave; a second one does not wait".to_owned(), text),
            ]);
        }
        if lines.len() > 1 {
            sections.push(lines);
        }
    }
    let caps = ui.caps;
    let letters = if caps.unicode { "Unicode" } else { "ASCII" };
    let place = if caps.remote { ", over SSH" } else { "" };
    sections.push(vec![
        vec![("Here".to_owned(), of(Role::Title))],
        vec![(format!("  theme {}, {}, {letters}{place}", ui.theme_name(), caps.depth.name()), text)],
        vec![(format!("  {}", caps.images.title(caps.depth, caps.unicode)), text)],
        vec![(format!("  log in {}", ui.board.batch.log_file), text)],
    ]);
    sections
}

/// The sections below each other, or in two columns of about the same height.
fn columns(ui: &Ui, width: u16) -> Vec<Vec<Line>> {
    let sections = sections(ui);
    let all: usize = sections.iter().map(|section| section.len() + 1).sum();
    let wanted = if width >= TWO_COLUMNS { all.div_ceil(2) } else { all };
    let mut columns: Vec<Vec<Line>> = vec![Vec::new()];
    for section in sections {
        let count = columns.len();
        if let Some(last) = columns.last_mut() {
            if last.is_empty() || last.len() + section.len() / 2 < wanted || count == 2 {
                if !last.is_empty() {
                    last.push(Vec::new());
                }
                last.extend(section);
            } else {
                columns.push(section);
            }
        }
    }
    columns
}

fn area(ui: &Ui, screen: Rect) -> Rect {
    let lines = columns(ui, screen.width).iter().map(Vec::len).max().unwrap_or_default();
    let width = if screen.width >= TWO_COLUMNS { 116 } else { 72 };
    let height = u16::try_from(lines + 2).unwrap_or(u16::MAX);
    screen.centered(Constraint::Length(width.min(screen.width)), Constraint::Length(height.min(screen.height)))
}

/// How far the help can be scrolled.
pub(crate) fn overflow(ui: &Ui) -> usize {
    let screen = Rect::new(0, 0, ui.size.width, ui.size.height);
    let lines = columns(ui, screen.width).iter().map(Vec::len).max().unwrap_or_default();
    lines.saturating_sub(usize::from(area(ui, screen).height.saturating_sub(2)))
}

/// Draws the help from line `top` on.
pub(super) fn render(ui: &Ui, top: usize, screen: Rect, buf: &mut Buffer) {
    let area = area(ui, screen);
    let inner = front(ui, "Keys", area, buf);
    let (most, columns) = (overflow(ui), columns(ui, screen.width));
    let top = top.min(most);
    let count = u16::try_from(columns.len()).unwrap_or(1).max(1);
    let width = inner.width / count;
    for (place, lines) in columns.into_iter().enumerate() {
        let x = inner.x.saturating_add(width.saturating_mul(u16::try_from(place).unwrap_or_default()));
        for (line, y) in lines.into_iter().skip(top).zip(inner.top()..inner.bottom()) {
            let mut room = usize::from(width.saturating_sub(1));
            let mut spans = Vec::with_capacity(line.len());
            for (text, style) in line {
                let text = fit(&text, room).into_owned();
                room = room.saturating_sub(super::text::width(&text));
                spans.push(Span::styled(text, style));
            }
            put_spans(buf, Rect { x, y, width, height: 1 }, &spans);
        }
    }
    if top < most {
        let y = area.bottom().saturating_sub(1);
        put_right(buf, area.x, y, area.width.saturating_sub(2), " ↓ more ", ui.styles.of(Role::Muted));
    }
}
