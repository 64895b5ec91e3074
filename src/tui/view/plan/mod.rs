//! The plan: what would be sent and paid, before anything is; and what of it can be changed.

mod aside;
mod form;
mod line;
pub(super) mod list;
mod sending;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::line::Line;
use super::attached::attached;
use super::hits::{Click, Hits};
use super::paint::{Piece, select, spread};
use super::table;
use super::words::format::{count, plural};
use super::words::text::safe;
use crate::tui::keys::Action;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::layout::PlanAreas;
use crate::tui::ui::plan::Stop;

/// The columns of lines and where they go.
fn columns(ui: &Ui) -> Vec<(Vec<Line>, Rect)> {
    let PlanAreas { sent, aside, .. } = PlanAreas::of(ui);
    if sent.is_empty() {
        return Vec::new();
    }
    let mut lines = sending::lines(ui, sent.width);
    lines.push(Line::default());
    lines.extend(form::lines(ui, sent.width));
    if !aside.is_empty() {
        return vec![(lines, sent), (aside::lines(ui, aside.width), aside)];
    }
    lines.push(Line::default());
    lines.extend(aside::lines(ui, sent.width));
    vec![(lines, sent)]
}

/// How far the plan can be scrolled.
pub(crate) fn overflow(ui: &Ui) -> usize {
    let over = |(lines, area): &(Vec<Line>, Rect)| lines.len().saturating_sub(usize::from(area.height));
    columns(ui).iter().map(over).max().unwrap_or_default()
}

/// Whether what the cursor is on is a line that is shown.
pub(crate) fn is_in_sight(ui: &Ui) -> bool {
    let stop = ui.stop();
    // Those two are no lines, and the plan is drawn anew for every photo that is found.
    !matches!(stop, Stop::Start | Stop::List)
        && columns(ui).iter().any(|(lines, area)| {
            lines.iter().skip(ui.plan.top).take(usize::from(area.height)).any(|line| line.stop == Some(stop))
        })
}

/// Scrolls as little as shows what the cursor is on.
pub(crate) fn keep_in_sight(ui: &mut Ui) {
    let stop = ui.stop();
    if stop == Stop::Start {
        ui.plan.top = 0;
        return;
    }
    for (lines, area) in columns(ui) {
        let at = |line: &Line| line.stop == Some(stop);
        let (Some(first), Some(last)) = (lines.iter().position(at), lines.iter().rposition(at)) else { continue };
        let height = usize::from(area.height);
        let most = lines.len().saturating_sub(height);
        ui.plan.top = ui.plan.top.min(most).max((last + 1).saturating_sub(height)).min(first);
    }
}

/// Gives where the terminal's cursor stands while a field is edited or a filter is typed.
pub(super) fn render(ui: &Ui, screen: Rect, buf: &mut Buffer, hits: &mut Hits) -> Option<Position> {
    let of = |role| ui.screen.styles.of(role);
    let header = Rect { x: screen.x.saturating_add(1), width: screen.width.saturating_sub(2), height: 1, ..screen };
    let state = if ui.snapshot.plan.walking { "finding photos…" } else { "nothing is sent or paid for yet" };
    let mut right = Vec::new();
    if ui.snapshot.batch.sandbox {
        right.push(Piece::text(8, "SANDBOX: nothing is charged", of(Role::Sandbox)));
    }
    right.extend(attached(ui, header.width >= 100));
    right.push(Piece::text(5, state, of(if ui.snapshot.plan.walking { Role::Running } else { Role::Muted })));
    spread(buf, header, 2, vec![Piece::text(9, "fal-tui: the plan", of(Role::Title))], right);

    let mut cursor = table::render(ui, PlanAreas::of(ui).list, buf, hits);
    for (lines, area) in columns(ui) {
        let top = ui.plan.top.min(lines.len().saturating_sub(usize::from(area.height)));
        cursor = line::draw(ui, &lines, top, area, buf, hits).or(cursor);
    }
    start_line(ui, Rect { y: screen.bottom().saturating_sub(2), height: 1, ..header }, buf, hits);
    cursor
}

/// The start: highlighted where Enter starts; elsewhere it says what would be started.
fn start_line(ui: &Ui, row: Rect, buf: &mut Buffer, hits: &mut Hits) {
    if !ui.is_editing() {
        hits.add(row, Click::Stop(Stop::Start));
    }
    let is_here = ui.stop() == Stop::Start;
    let style = ui.screen.styles.of(if is_here { Role::Accent } else { Role::Muted });
    let more = if ui.plan.top < overflow(ui) { "↓ more" } else { "" };
    let right = vec![Piece::text(1, more, ui.screen.styles.of(Role::Muted))];
    spread(buf, row, 2, vec![Piece::text(9, what_enter_does(ui, row.width), style)], right);
    if is_here && ui.snapshot.plan.photos + ui.snapshot.plan.earlier.at_fal > 0 {
        let width = super::paint::columns_of(&what_enter_does(ui, row.width));
        select(ui, Rect { width: width.min(row.width), ..row }, buf);
    }
}

/// What happens next, in one line. A price is never cut: where the line is too long, it is told in
/// fewer words.
fn what_enter_does(ui: &Ui, columns: u16) -> String {
    let told = if ui.stop() == Stop::Start { in_full(ui) } else { elsewhere(ui) };
    let fits = |text: &String| super::words::text::width(text) <= usize::from(columns);
    let cap = ui.over_cap().map(|(cap, _)| format!("{}, cap {cap}", in_short(ui)));
    [Some(told), cap].into_iter().flatten().find(fits).unwrap_or_else(|| in_short(ui))
}

fn in_short(ui: &Ui) -> String {
    let plan = &ui.snapshot.plan;
    let photos = count(plan.photos);
    let key =
        if ui.stop() == Stop::Start { format!("{}: ", ui.screen.keys.shown(Action::Start)) } else { String::new() };
    match plan.costs.estimate {
        _ if ui.snapshot.batch.sandbox => format!("{key}{photos}, nothing charged"),
        Some(estimate) => format!("{key}{photos} for ≈{estimate}"),
        None => format!("{key}{photos}, price unknown"),
    }
}

/// What the start would do, while the cursor is elsewhere.
fn elsewhere(ui: &Ui) -> String {
    let plan = &ui.snapshot.plan;
    let photos = plural(plan.photos, "photo", "photos");
    let sum = match plan.costs.estimate {
        _ if ui.snapshot.batch.sandbox => format!("{photos}; nothing is charged"),
        Some(estimate) => format!("{photos} for about {estimate}"),
        None => format!("{photos}; the price is not known"),
    };
    let is_filtered = ui.stop() == Stop::List && !ui.jobs.filter.value().is_empty();
    let does = if is_filtered { "clears the filter" } else { "goes to the start" };
    format!("{sum} · {} {does}", ui.screen.keys.shown(Action::Back))
}

fn in_full(ui: &Ui) -> String {
    let (plan, batch) = (&ui.snapshot.plan, &ui.snapshot.batch);
    if plan.photos + plan.earlier.at_fal == 0 {
        return if plan.walking { "finding photos…".to_owned() } else { "There is nothing to send.".to_owned() };
    }
    let key = safe(&ui.screen.keys.shown(Action::Start)).into_owned();
    let photos = plural(plan.photos, "photo", "photos");
    match plan.costs.estimate {
        _ if batch.sandbox => format!("{key} sends {photos} to the sandbox; nothing is charged."),
        Some(estimate) => match ui.over_cap() {
            Some((cap, _)) => format!("{key} sends {photos} for about {estimate}, up to the cap of {cap}."),
            None => format!("{key} sends {photos} for about {estimate}."),
        },
        None => format!("{key} sends {photos}; the price is not known."),
    }
}
