//! What a runner said: time, level, message; following or scrolled, wrapped or cut.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::engine::snapshot::LogLine;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::pane::{is_debug, is_error, is_warning};
use crate::tui::view::paint::{put, put_spans};
use crate::tui::view::words::text::{fit, safe, wrap};

/// Time and level take so many columns before the message.
const LEAD: u16 = 18;

/// Below this many columns the time is left out, and of the level all but its first letter.
const LEAST_WITH_TIME: u16 = 50;
/// A letter takes so many columns before the message.
const LETTER: u16 = 2;

fn lead(width: u16) -> u16 {
    if width < LEAST_WITH_TIME { LETTER } else { LEAD }
}

fn shown(ui: &Ui) -> impl DoubleEndedIterator<Item = &LogLine> {
    let filter = ui.pane.logs;
    ui.detail().into_iter().flat_map(|detail| &detail.logs).filter(move |line| filter.shows(line))
}

/// How many rows a line takes.
fn rows_of(ui: &Ui, line: &LogLine, width: u16) -> usize {
    let room = usize::from(width.saturating_sub(lead(width)));
    if ui.pane.wrap && line.message.len() > room { wrap(&safe(&line.message), room).len() } else { 1 }
}

/// How many lines there are, and how many of the last ones fill so many rows. Only those are
/// measured: there may be hundreds.
pub(in crate::tui::view) fn extent(ui: &Ui, area: Rect) -> (usize, usize) {
    let height = usize::from(area.height);
    let mut rows = 0;
    let at_end = shown(ui)
        .rev()
        .take_while(|line| {
            rows += rows_of(ui, line, area.width);
            rows <= height
        })
        .count();
    (shown(ui).count(), at_end.max(1))
}

/// Draws lines from the one at `first` on; gives how many were drawn.
pub(in crate::tui::view) fn render(ui: &Ui, first: usize, area: Rect, buf: &mut Buffer) -> usize {
    let mut y = area.y;
    let mut drawn = 0;
    for line in shown(ui).skip(first) {
        if y >= area.bottom() {
            break;
        }
        y = render_line(ui, line, Rect { y, height: area.bottom() - y, ..area }, buf);
        drawn += 1;
    }
    drawn
}

/// Draws one line; gives the row after it.
fn render_line(ui: &Ui, line: &LogLine, area: Rect, buf: &mut Buffer) -> u16 {
    let of = |role| ui.screen.styles.of(role);
    let lead = lead(area.width);
    let role = level_role(&line.level);
    if lead == LEAD {
        let time = clock_of(&line.timestamp, &ui.screen.zone);
        let spans = [
            Span::styled(format!("{time:8}  "), of(Role::Muted)),
            Span::styled(fit(&line.level, 7).into_owned(), of(role)),
        ];
        put_spans(buf, Rect { width: lead, ..area }, &spans);
    } else {
        let letter: String = line.level.chars().take(1).collect();
        put(buf, area.x, area.y, LETTER - 1, &letter, of(role));
    }
    let x = area.x.saturating_add(lead);
    let room = area.width.saturating_sub(lead);
    let style = if is_error(&line.level) { of(role) } else { of(Role::Text) };
    let message = safe(&line.message);
    let mut y = area.y;
    if ui.pane.wrap {
        for part in wrap(&message, usize::from(room)).into_iter().take(usize::from(area.height)) {
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
pub(in crate::tui::view) fn clock_of(timestamp: &str, zone: &TimeZone) -> String {
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
