//! What a runner said: time, level, message; following or scrolled, wrapped or cut.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::paint::{put, put_spans};
use super::text::{fit, wrap};
use crate::engine::board::LogLine;
use crate::job::clean;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::pane::{is_debug, is_error, is_warning};

/// Time and level take so many columns before the message.
const LEAD: u16 = 18;

/// Below this many columns the time is left out.
const LEAST_WITH_TIME: u16 = 50;

fn lead(width: u16) -> u16 {
    if width < LEAST_WITH_TIME { 0 } else { LEAD }
}

fn shown(ui: &Ui) -> impl DoubleEndedIterator<Item = &LogLine> {
    let filter = ui.pane.logs;
    ui.detail().into_iter().flat_map(|detail| &detail.logs).filter(move |line| filter.shows(line))
}

/// How many rows a line takes.
fn rows_of(ui: &Ui, line: &LogLine, width: u16) -> usize {
    let room = usize::from(width.saturating_sub(lead(width)));
    if ui.pane.wrap && line.message.len() > room { wrap(&clean(&line.message), room).len() } else { 1 }
}

/// How many rows all lines take.
pub(super) fn extent(ui: &Ui, width: u16) -> usize {
    if ui.pane.wrap { shown(ui).map(|line| rows_of(ui, line, width)).sum() } else { shown(ui).count() }
}

/// Draws the rows from `top` on.
pub(super) fn render(ui: &Ui, top: usize, area: Rect, buf: &mut Buffer) {
    let mut passed = 0;
    let mut y = area.y;
    for line in shown(ui) {
        let rows = rows_of(ui, line, area.width);
        if passed + rows > top && y < area.bottom() {
            let skip = top.saturating_sub(passed);
            y = render_line(ui, line, skip, Rect { y, height: area.bottom() - y, ..area }, buf);
        }
        passed += rows;
        if y >= area.bottom() {
            break;
        }
    }
}

/// Draws one line without its first `skip` rows; gives the row after it.
fn render_line(ui: &Ui, line: &LogLine, skip: usize, area: Rect, buf: &mut Buffer) -> u16 {
    let of = |role| ui.styles.of(role);
    let lead = lead(area.width);
    let role = level_role(&line.level);
    if skip == 0 && lead > 0 {
        let time = clock_of(&line.timestamp, &ui.zone);
        let spans = [
            Span::styled(format!("{time:8}  "), of(Role::Muted)),
            Span::styled(fit(&line.level, 7).into_owned(), of(role)),
        ];
        put_spans(buf, Rect { width: lead, ..area }, &spans);
    }
    let x = area.x.saturating_add(lead);
    let room = area.width.saturating_sub(lead);
    let style = if is_error(&line.level) { of(role) } else { of(Role::Text) };
    let message = clean(&line.message);
    let mut y = area.y;
    if ui.pane.wrap {
        for part in wrap(&message, usize::from(room)).into_iter().skip(skip).take(usize::from(area.height)) {
            put(buf, x, y, room, part, style);
            y = y.saturating_add(1);
        }
    } else {
        put(buf, x, y, room, &fit(&message, usize::from(room)), style);
        y = y.saturating_add(1);
    }
    y
}

fn level_role(level: &str) -> Role {
    if is_error(level) {
        Role::LogError
    } else if is_warning(level) {
        Role::LogWarn
    } else if is_debug(level) || level.eq_ignore_ascii_case("stderr") || level.eq_ignore_ascii_case("stdout") {
        Role::LogDebug
    } else {
        Role::LogInfo
    }
}

/// The time of day here, of a timestamp that names its zone or is in UTC; else its first letters.
pub(super) fn clock_of(timestamp: &str, zone: &TimeZone) -> String {
    let moment = timestamp.parse::<jiff::Timestamp>().or_else(|_| format!("{timestamp}Z").parse());
    match moment {
        Ok(moment) => moment.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string(),
        Err(_) => fit(timestamp, 8).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runners_time_is_shown_as_the_clock_on_the_wall() {
        let berlin = TimeZone::fixed(jiff::tz::offset(2));
        for (written, shown) in [
            ("2026-05-01T12:41:07.123456Z", "14:41:07"),
            ("2026-05-01T12:41:07+00:00", "14:41:07"),
            ("2026-05-01T12:41:07.123456", "14:41:07"),
            ("yesterday evening", "yesterd…"),
            ("", ""),
        ] {
            assert_eq!(clock_of(written, &berlin), shown, "{written}");
        }
    }
}
