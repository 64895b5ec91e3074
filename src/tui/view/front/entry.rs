//! An amount that is asked for, in front of the rest.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Position, Rect};

use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::entry::{Amount, Entry};
use crate::tui::view::front::question::front;
use crate::tui::view::hits::Hits;
use crate::tui::view::paint::{columns_of, put, select};
use crate::tui::view::words::text::{fit_end, wrap};

/// Gives where the terminal's cursor stands.
pub(in crate::tui::view) fn render(
    ui: &Ui,
    entry: &Entry,
    screen: Rect,
    buf: &mut Buffer,
    hits: &mut Hits,
) -> Position {
    let of = |role| ui.screen.styles.of(role);
    let columns = usize::from(screen.width.saturating_sub(4)).clamp(1, 68);
    let about = wrap(entry.amount.about(), columns.saturating_sub(4));
    let so_far = match entry.amount {
        Amount::Cap if !ui.is_planning() => {
            let totals = &ui.snapshot.totals;
            format!("Spent so far: {}; held: up to {}.", totals.spent, totals.held())
        }
        Amount::Cap => ui.snapshot.plan.costs.estimate.map(|usd| format!("The plan costs ≈{usd}.")).unwrap_or_default(),
        Amount::Canary => String::new(),
        Amount::Limit => ui
            .snapshot
            .plan
            .left_out
            .choices
            .first()
            .map(|photo| format!("The dearest: {}.", photo.price))
            .unwrap_or_default(),
    };
    let rows = about.len() + usize::from(!so_far.is_empty()) + 3;
    let height = u16::try_from(rows + 2).unwrap_or(u16::MAX).min(screen.height);
    let width = u16::try_from(columns).unwrap_or(u16::MAX);
    let area = screen.centered(Constraint::Length(width), Constraint::Length(height));
    let inner = front(ui, entry.amount.title(), area, buf, hits);
    let room = usize::from(inner.width.saturating_sub(3));
    let (before, after) = entry.draft.parts();
    let before = fit_end(&before, room).into_owned();
    let mut lines: Vec<(String, Role)> = about.into_iter().map(|line| (line.to_owned(), Role::Overlay)).collect();
    if !so_far.is_empty() {
        lines.push((so_far, Role::Muted));
    }
    // Where there is little room, what is typed is what counts.
    let spare = usize::from(inner.height).saturating_sub(2);
    lines.truncate(spare);
    let sign = entry.amount.sign();
    lines.push((format!("{sign}{before}{after}"), Role::Accent));
    let typed = lines.len() - 1;
    lines.push((entry.error.clone().unwrap_or_default(), Role::Failure));
    for ((line, role), y) in lines.iter().zip(inner.top()..inner.bottom()) {
        put(buf, inner.x, y, inner.width, line, of(*role));
    }
    let x = inner
        .x
        .saturating_add(columns_of(sign))
        .saturating_add(columns_of(&before))
        .min(inner.right().saturating_sub(1));
    let y = inner.y.saturating_add(u16::try_from(typed).unwrap_or_default()).min(inner.bottom().saturating_sub(1));
    if entry.draft.is_fresh() && y < inner.bottom() {
        select(ui, Rect { x: inner.x.saturating_add(columns_of(sign)), y, width: columns_of(&before), height: 1 }, buf);
    }
    Position { x, y }
}
