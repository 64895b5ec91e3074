//! The table of jobs, with the filter's tabs on its upper border.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::columns::{self, Column, Placed};
use super::hits::{Click, Hits};
use super::paint::{Piece, columns_of, frame, put, put_right, put_spans, select, spread_hits};
use super::plan::list;
use super::words::text::{fit, fit_end, fit_path};
use crate::engine::snapshot::{Choice, Elapsed, Row, RowState, Tab};
use crate::job::{Group, Status};
use crate::tui::edit::input_parts;
use crate::tui::state::waits_for_fal;
use crate::tui::theme::Role;
use crate::tui::ui::acts::ask;
use crate::tui::ui::layout::{has_headings, has_sides, inside};
use crate::tui::ui::plan::Stop;
use crate::tui::ui::{Focus, Ui};
use crate::tui::view::status;
use crate::tui::view::words::format;
use crate::tui::view::words::matches;

/// Cells before the first column: the cursor's bar, the mark, and air.
const GUTTER: u16 = 3;

/// Gives where the terminal's cursor stands while a filter is typed.
pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer, hits: &mut Hits) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let border = ui.screen.styles.of(if has_keys(ui) { Role::BorderFocus } else { Role::Border });
    let sides = has_sides(area);
    let title = frame(buf, area, border, sides);
    let cursor = top_border(ui, title, buf, hits);
    let inner = inside(area);
    let digits = columns_of(&ui.snapshot.totals.all().to_string());
    let set = match ui.is_planning() {
        true if list::is_said(ui) => columns::PLAN_SAID,
        true => columns::PLAN,
        false => columns::RUN,
    };
    let columns = columns::place(set, inner.width.saturating_sub(GUTTER + 1), digits);
    let mut rows = inner;
    if has_headings(inner) {
        headings(ui, inner, &columns, buf, hits);
        rows = Rect { y: inner.y.saturating_add(1), height: inner.height.saturating_sub(1), ..inner };
    }
    let (highlighted, above) = (ui.highlighted(), ui.rows_above());
    for (at, row) in ui.page().rows.iter().enumerate().skip(above).take(usize::from(rows.height)) {
        let y = rows.y.saturating_add(u16::try_from(at - above).unwrap_or(u16::MAX));
        let area = Rect { y, height: 1, ..rows };
        render_row(ui, row, area, &columns, highlighted == Some(at), buf);
        hits.add(area, Click::Row(at - above));
    }
    if ui.page().rows.is_empty() {
        put(
            buf,
            rows.x.saturating_add(GUTTER),
            rows.y,
            rows.width.saturating_sub(GUTTER),
            empty(ui),
            ui.screen.styles.of(Role::Muted),
        );
    }
    if sides {
        bottom_border(ui, area, buf);
    }
    cursor
}

/// Whether keys move its cursor.
fn has_keys(ui: &Ui) -> bool {
    if ui.is_planning() { ui.stop() == Stop::List } else { ui.focus == Focus::Jobs }
}

pub(super) fn empty(ui: &Ui) -> &'static str {
    if ui.snapshot.page.query.seq != ui.jobs.query.seq || ui.page().gathering {
        ""
    } else if ui.jobs.cause.is_some() {
        "nothing failed for this cause; Esc shows all"
    } else if ui.is_planning() {
        list::empty(ui)
    } else if !ui.jobs.filter.value().is_empty() {
        "no job matches the filter; Esc clears it"
    } else if ui.jobs.tab == Tab::All {
        "no jobs yet"
    } else {
        "none"
    }
}

/// The tabs, each with its count.
fn tabs<'a>(ui: &Ui, title: Rect) -> Vec<Piece<'a>> {
    let of = |role| ui.screen.styles.of(role);
    let totals = &ui.snapshot.totals;
    let roomy = title.width >= 100;
    // Under a filter tabs say how many rows each would show, and the first one of how many.
    let found = ui.snapshot.page.found.filter(|_| ui.is_filtered());
    let of_group =
        |group: Group| found.map_or(totals.of(group), |found| found.get(group as usize).copied().unwrap_or(0));
    let tabs = Tab::ALL.into_iter().map(|tab| {
        let (name, number) = match tab {
            Tab::All | Tab::Results => ("All", found.map_or(totals.all(), |found| found.iter().sum())),
            Tab::Only(group) => (tab_name(group), of_group(group)),
        };
        let numbers = match tab {
            Tab::All if found.is_some() => format!("{}/{}", format::count(number), format::count(totals.all())),
            _ => format::count(number),
        };
        let style = if tab == ui.jobs.tab {
            of(Role::Title).add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
        } else if number == 0 {
            of(Role::Muted)
        } else {
            of(Role::Text)
        };
        let keep = match tab {
            chosen if chosen == ui.jobs.tab => 9,
            Tab::All | Tab::Results => 6,
            Tab::Only(Group::Failed) => 8,
            Tab::Only(Group::Active | Group::Done) => 7,
            Tab::Only(_) if number > 0 => 5,
            Tab::Only(_) => 3,
        };
        let air = if roomy { " " } else { "" };
        let spans = vec![
            Span::raw(" "),
            Span::styled(name, style),
            Span::styled(format!(" {numbers}"), style),
            Span::raw(" "),
            Span::raw(air),
        ];
        Piece::new(keep, spans).on_click(Click::Tab(tab))
    });
    tabs.collect()
}

/// The tabs at the left, or what the list of a plan holds; order and filter at the right.
pub(super) fn top_border(ui: &Ui, title: Rect, buf: &mut Buffer, hits: &mut Hits) -> Option<Position> {
    let of = |role| ui.screen.styles.of(role);
    let left = if ui.is_planning() { list::counts(ui, has_keys(ui)) } else { tabs(ui, title) };
    let mut right = Vec::new();
    if ui.page().gathering {
        let doing = if ui.jobs.filter.value().is_empty() { " sorting… " } else { " searching… " };
        right.push(Piece::text(6, doing, of(Role::Running)));
    }
    if !ui.jobs.typing {
        right.push(Piece::text(
            2,
            format!(" {} ", format::order(ui.jobs.order, ui.jobs.reverse, ui.is_planning())),
            of(Role::Muted),
        ));
    }
    if let Some(cause) = ui.jobs.cause {
        right.push(apart(9, cause.to_string(), of(Role::FilterMatch)));
    }
    if let Some(marked) = ask::marked(ui) {
        right.push(Piece::text(6, format!(" {marked} "), of(Role::Accent)));
    }
    let mut cursor = None;
    if ui.jobs.typing || !ui.jobs.filter.value().is_empty() {
        let room = usize::from(title.width / 3).max(8);
        let (shown, at) = filter_text(ui, room);
        let columns = columns_of(&shown);
        if ui.jobs.typing {
            let x = title.right().saturating_sub(columns.saturating_add(1)).saturating_add(at);
            cursor = Some(Position { x: x.min(title.right().saturating_sub(1)), y: title.y });
        }
        right.push(apart(10, format!("/{shown}"), of(Role::FilterMatch)));
    }
    spread_hits(buf, title, 0, left, right, hits);
    cursor
}

/// A text with a blank at either end that is not underlined with it.
fn apart<'a>(keep: u8, text: String, style: Style) -> Piece<'a> {
    Piece::new(keep, vec![Span::raw(" "), Span::styled(text, style), Span::raw(" ")])
}

/// The part of the filter's text that is shown, and where in it the cursor stands.
fn filter_text(ui: &Ui, room: usize) -> (String, u16) {
    let (before, after) = input_parts(&ui.jobs.filter);
    let start = fit_end(&before, room).into_owned();
    let at = columns_of(&start);
    let rest = fit(&after, room.saturating_sub(usize::from(at))).into_owned();
    (start + &rest, at)
}

fn tab_name(group: Group) -> &'static str {
    match group {
        Group::Active => "Active",
        Group::Waiting => "Waiting",
        Group::Failed => "Failed",
        Group::Review => "Review",
        Group::Pending => "Pending",
        Group::Done => "Done",
        Group::Cancelled => "Cancelled",
        Group::Skipped => "Skipped",
    }
}

fn bottom_border(ui: &Ui, area: Rect, buf: &mut Buffer) {
    let page = ui.page();
    if page.total == 0 {
        return;
    }
    let text = format!(" {} of {} ", format::count(ui.current_place() + 1), format::count(page.total));
    let y = area.bottom().saturating_sub(1);
    put_right(buf, area.x, y, area.width.saturating_sub(2), &text, ui.screen.styles.of(Role::Muted));
}

fn headings(ui: &Ui, inner: Rect, columns: &[Placed], buf: &mut Buffer, hits: &mut Hits) {
    let style = ui.screen.styles.of(Role::HeaderRow);
    for Placed { column, x, columns } in columns {
        let x = inner.x.saturating_add(GUTTER).saturating_add(*x);
        let title = if column.order() == Some(ui.jobs.order) {
            Cow::Owned(format!("{} {}", column.title(), format::direction(ui.jobs.order, ui.jobs.reverse)))
        } else {
            Cow::Borrowed(column.title())
        };
        if column.is_right_aligned() {
            put_right(buf, x, inner.y, *columns, &title, style);
        } else {
            put(buf, x, inner.y, *columns, &title, style);
        }
        if let Some(order) = column.order() {
            hits.add(Rect { x, width: *columns, height: 1, ..inner }, Click::Order(order));
        }
    }
}

fn render_row(ui: &Ui, row: &Row, area: Rect, columns: &[Placed], highlighted: bool, buf: &mut Buffer) {
    let is_out = row.choice == Some(Choice::Out);
    let over = is_out || matches!(row.state.status.group(), Group::Cancelled | Group::Skipped);
    let base = ui.screen.styles.of(if over { Role::Muted } else { Role::Text });
    // Of what is not sent in any case a plan tells why, in the room that its size and price would take.
    let is_idle = list::is_idle(ui, row);
    for placed in columns {
        let place = cell_area(area, *placed);
        if is_idle && placed.column == Column::Photo {
            list::idle(ui, row, list::rest(place, area), base, buf);
            break;
        }
        cell(ui, row, placed.column, place, base, buf);
    }
    let marked = ui.jobs.marks.contains(&row.id);
    if marked {
        put(buf, area.x.saturating_add(1), area.y, 1, "◆", ui.screen.styles.of(Role::Accent));
    }
    if highlighted {
        highlight(ui, area, buf);
    }
    // Behind the selection, which would hide it.
    matches::mark(ui, row, area, columns, highlighted && has_keys(ui), buf);
}

/// Where a row's cell is.
pub(super) fn cell_area(row: Rect, placed: Placed) -> Rect {
    Rect { x: row.x.saturating_add(GUTTER).saturating_add(placed.x), width: placed.columns, ..row }
}

/// The row under the cursor; fainter while keys go to the lower pane.
fn highlight(ui: &Ui, area: Rect, buf: &mut Buffer) {
    if has_keys(ui) {
        select(ui, area, buf);
    } else if ui.is_planning() {
        return;
    } else {
        buf.set_style(area, Style::new().add_modifier(Modifier::BOLD));
    }
    put(buf, area.x, area.y, 1, "▌", ui.screen.styles.of(Role::Accent));
}

/// What is due waits on where everything waits for fal.
pub(super) fn status_words(ui: &Ui, row: &Row) -> String {
    let now = ui.table_now();
    let until = row.state.until.filter(|until| *until > now || !waits_for_fal(&ui.snapshot));
    status::words(&RowState { until, ..row.state }, now)
}

fn cell(ui: &Ui, row: &Row, column: Column, area: Rect, base: Style, buf: &mut Buffer) {
    let muted = ui.screen.styles.of(Role::Muted);
    let Rect { x, y, width, .. } = area;
    let room = usize::from(width);
    match column {
        Column::Choice => list::choice(ui, row, area, buf),
        Column::Number => put_right(buf, x, y, width, &row.id.to_string(), muted),
        Column::Status => {
            let style = ui.screen.styles.of(status::role(row.state.status));
            let spans = [
                Span::styled(status::symbol(row.state.status), style),
                Span::raw(" "),
                Span::styled(status_words(ui, row), style),
            ];
            put_spans(buf, area, &spans);
        }
        Column::Time => {
            let time = match row.elapsed {
                Elapsed::None => return,
                Elapsed::Since(began) => ui.table_now().since(began),
                Elapsed::Took(took) => took,
            };
            put_right(buf, x, y, width, &format::short(time), base);
        }
        Column::Try if row.attempt > 0 => {
            let style = if row.attempt > 1 { ui.screen.styles.of(Role::Retrying) } else { muted };
            put_right(buf, x, y, width, &row.attempt.to_string(), style);
        }
        Column::Try => {}
        Column::Photo => {
            let lost = if ui.is_planning() { list::losses(ui, row) } else { None };
            // A path says more than what will be lost: that gets what is left of the room.
            let shown = fit_path(&row.path, room);
            let end = put(buf, x, y, width, &shown, base);
            let left = area.right().saturating_sub(end.saturating_add(2));
            if let Some((text, role)) = lost.filter(|_| left >= LEAST_LOSS) {
                let text = fit(&text, usize::from(left));
                put(buf, end.saturating_add(2), y, left, &text, ui.screen.styles.of(role));
            }
        }
        Column::Megapixels => {
            put(buf, x, y, width, &format::sizes(row.input, row.output), base);
        }
        Column::Cost => put_right(buf, x, y, width, &format::money(row.cost), base),
        Column::Note => note(ui, row, area, buf),
        Column::Said => drop(put(buf, x, y, width, &fit(&row.note, room), ui.screen.styles.of(Role::Caption))),
    }
}

/// Room for a word on what will be lost.
const LEAST_LOSS: u16 = 8;

/// How far its runner is, else its caption or cause, else its runner's last words.
fn note(ui: &Ui, row: &Row, area: Rect, buf: &mut Buffer) {
    if let Some(progress) = &row.progress {
        return status::progress(ui, progress, area, buf);
    }
    let style = match row.state.status {
        Status::Done => ui.screen.styles.of(Role::Caption),
        Status::Failed => ui.screen.styles.of(Role::Failure).remove_modifier(Modifier::BOLD),
        Status::Waiting => ui.screen.styles.of(Role::Retrying),
        Status::Review | Status::Unknown => ui.screen.styles.of(Role::Review).remove_modifier(Modifier::BOLD),
        _ => ui.screen.styles.of(Role::Muted),
    };
    put(buf, area.x, area.y, area.width, &fit(&row.note, usize::from(area.width)), style);
}
