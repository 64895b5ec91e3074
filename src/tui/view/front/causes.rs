//! What failed, by cause: how often, an example, what to do, and what another go would cost.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::Span;

use crate::engine::snapshot::CauseGroup;
use crate::job::Group;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::acts::causes::price_of;
use crate::tui::ui::causes::Causes;
use crate::tui::view::front::question::front;
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::paint::{put_right, put_spans, select};
use crate::tui::view::words::format::{count, plural};
use crate::tui::view::words::text::{fit, fit_path, safe, width, wrap};

/// Cells before a cause's name: the cursor's bar and the count.
const INDENT: usize = 9;
/// Below so many columns there is room for the cause alone.
const NARROW: usize = 48;
/// Lines that the cause under the cursor has for what happened and for what to do, each.
const ABOUT: usize = 2;

/// A line, the cause that it belongs to, and whether it is the head of the chosen one.
struct Line {
    cause: usize,
    /// Cells before the text: they have no style, or themes that underline failures would draw a rule there.
    indent: usize,
    text: String,
    right: String,
    style: Style,
    chosen: bool,
}

pub(in crate::tui::view) fn render(ui: &Ui, causes: Causes, screen: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let groups = &ui.snapshot.causes;
    let at = causes.at(groups);
    let columns = screen.width.saturating_sub(4).clamp(1, 100);
    let room = usize::from(columns.saturating_sub(4));
    let lines: Vec<Line> = groups
        .iter()
        .enumerate()
        .flat_map(|(place, group)| cause(ui, group, (place, at == Some(place)), room))
        .collect();
    let height = u16::try_from(lines.len().max(1) + 2).unwrap_or(u16::MAX).min(screen.height.saturating_sub(2).max(3));
    let area = screen.centered(Constraint::Length(columns), Constraint::Length(height));
    let failed = plural(ui.snapshot.totals.of(Group::Failed), "photo", "photos");
    let title = format!("{failed} failed for {}", plural(groups.len(), "cause", "causes"));
    let inner = front(ui, &title, area, buf, hits);
    if lines.is_empty() {
        put_spans(buf, inner, &[Span::styled("nothing has failed", ui.screen.styles.of(Role::Muted))]);
    }
    // The chosen cause stays in sight with all that is said of it.
    let head = lines.iter().position(|line| line.chosen).unwrap_or_default();
    let end = head + lines.iter().skip(head + 1).take_while(|line| line.indent > 0).count() + 1;
    let top = end.saturating_sub(usize::from(inner.height)).min(head);
    for (line, y) in lines.iter().skip(top).zip(inner.top()..inner.bottom()) {
        let row = Rect { y, height: 1, ..inner };
        let free = usize::from(row.width).saturating_sub(width(&line.right) + usize::from(!line.right.is_empty()));
        let free = free.saturating_sub(line.indent);
        put_spans(buf, row, &[Span::raw(" ".repeat(line.indent)), Span::styled(fit(&line.text, free), line.style)]);
        put_right(buf, row.x, y, row.width, &line.right, line.style);
        if line.chosen {
            select(ui, row, buf);
        }
        hits.add(row, Click::Cause(line.cause));
    }
    if top + usize::from(inner.height) < lines.len() {
        let y = area.bottom().saturating_sub(1);
        put_right(buf, area.x, y, area.width.saturating_sub(2), " ↓ more ", ui.screen.styles.of(Role::Muted));
    }
}

/// A cause in one line; under the cursor, with what happened and what to do.
fn cause(ui: &Ui, group: &CauseGroup, (cause, chosen): (usize, bool), room: usize) -> Vec<Line> {
    let of = |role| ui.screen.styles.of(role);
    let (what, to_do) = group.kind.advice();
    let bar = if chosen { "▸" } else { " " };
    let head = format!("{bar}{:>6}  {}: {what}", count(group.count), group.kind);
    // On narrow screens the question says what it costs.
    let right = if room < NARROW { String::new() } else { price_of(ui, group) };
    let mut lines = vec![Line { cause, indent: 0, text: head, right, style: of(Role::Overlay), chosen }];
    if chosen {
        let mut about = |text: &str, role| {
            let style = of(role).remove_modifier(ratatui::style::Modifier::BOLD);
            let text = safe(text);
            for part in wrap(&text, room.saturating_sub(INDENT)).into_iter().take(ABOUT) {
                lines.push(Line {
                    cause,
                    indent: INDENT,
                    text: part.to_owned(),
                    right: String::new(),
                    style,
                    chosen: false,
                });
            }
        };
        about(&group.message, Role::Failure);
        about(&format!("as {}", fit_path(&group.path, room.saturating_sub(INDENT + 3))), Role::Muted);
        about(to_do, Role::Accent);
    }
    lines
}
