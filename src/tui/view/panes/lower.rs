//! The lower pane: one job's logs, caption, request and history.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use crate::engine::snapshot::Detail;
use crate::job::{Group, Status};
use crate::tui::theme::Role;
use crate::tui::ui::layout::{Areas, has_sides, inside};
use crate::tui::ui::pane::PaneTab;
use crate::tui::ui::{Focus, Ui};
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::overview;
use crate::tui::view::paint::{Piece, frame, put, put_right, put_spans, spread_hits};
use crate::tui::view::panes::logs;
use crate::tui::view::panes::preview;
use crate::tui::view::panes::record::{self, Line, stage_words};
use crate::tui::view::words::text::{fit, fit_path, safe, wrap};

/// Where the text goes: a column of air at either side, below what went wrong.
pub(in crate::tui::view) fn body(ui: &Ui, area: Rect) -> Rect {
    let all = padded(area);
    let trouble = u16::try_from(trouble(ui, all).len()).unwrap_or_default();
    Rect { y: all.y.saturating_add(trouble), height: all.height.saturating_sub(trouble), ..all }
}

fn padded(area: Rect) -> Rect {
    let inner = inside(area);
    Rect { x: inner.x.saturating_add(1), width: inner.width.saturating_sub(2), ..inner }
}

/// What went wrong with the job or is odd about it, whichever tab is shown: the table has no room
/// for all of it.
fn trouble(ui: &Ui, area: Rect) -> Vec<Line> {
    let is_said = area.height >= 3 && !ui.pane_tab().is_of_batch();
    let Some(detail) = ui.detail().filter(|_| is_said) else { return Vec::new() };
    let (text, role) = match (&detail.trouble.cause, &detail.trouble.suspicion) {
        (Some(cause), _) => {
            let at = detail.trouble.stage.map(|stage| format!(" (while {})", stage_words(stage))).unwrap_or_default();
            let waits = ui.current().is_some_and(|row| row.state.status == Status::Waiting);
            (format!("{cause}{at}"), if waits { Role::Retrying } else { Role::Failure })
        }
        (None, Some(suspicion)) => (suspicion.clone(), Role::Review),
        (None, None) => return Vec::new(),
    };
    let style = ui.screen.styles.of(role).remove_modifier(Modifier::BOLD);
    let most = usize::from(area.height / 2).max(1);
    let (text, columns) = (safe(&text), usize::from(area.width));
    let lines = wrap(&text, columns);
    let is_cut = lines.len() > most;
    let shown = lines.into_iter().take(most).enumerate().map(|(at, line)| {
        let goes_on = is_cut && at + 1 == most;
        let line = if goes_on { fit(line, columns.saturating_sub(1)).into_owned() + "…" } else { line.to_owned() };
        vec![(line, style)]
    });
    shown.collect()
}

/// How many lines there are, and how many of the last ones are seen at once.
pub(crate) fn extent(ui: &Ui) -> (usize, usize) {
    let body = body(ui, Areas::of(ui).lower);
    match ui.pane_tab() {
        PaneTab::Logs => logs::extent(ui, body),
        _ => (lines(ui, body.width).len(), usize::from(body.height)),
    }
}

pub(in crate::tui::view) fn render(ui: &Ui, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    if area.is_empty() {
        return;
    }
    let focused = ui.pane.opened || ui.focus == Focus::Detail;
    let border = ui.screen.styles.of(if focused { Role::BorderFocus } else { Role::Border });
    let sides = has_sides(area);
    let title = frame(buf, area, border, sides);
    top_border(ui, title, buf, hits);
    draw_lines(trouble(ui, padded(area)), padded(area), buf);
    let body = body(ui, area);
    match ui.pane_tab() {
        PaneTab::Preview => return preview::render(ui, body, buf),
        PaneTab::Overview => return overview::render(ui, body, buf),
        _ => {}
    }
    let (first, drawn, total) = if ui.pane_tab() == PaneTab::Logs {
        let (total, at_end) = logs::extent(ui, body);
        let first = ui.pane.top.unwrap_or(usize::MAX).min(total.saturating_sub(at_end));
        (first, logs::render(ui, first, body, buf), total)
    } else {
        let lines = lines(ui, body.width);
        let (total, height) = (lines.len(), usize::from(body.height));
        let first = ui.pane.top.unwrap_or_default().min(total.saturating_sub(height));
        draw_lines(lines.into_iter().skip(first), body, buf);
        (first, height.min(total), total)
    };
    if total == 0 {
        put(buf, body.x, body.y, body.width, nothing(ui), ui.screen.styles.of(Role::Muted));
    }
    if sides {
        bottom_border(ui, area, first, drawn, total, buf);
    }
}

fn draw_lines(lines: impl IntoIterator<Item = Line>, area: Rect, buf: &mut Buffer) {
    for (line, y) in lines.into_iter().zip(area.top()..area.bottom()) {
        let spans: Vec<_> = line.into_iter().map(|(text, style)| Span::styled(text, style)).collect();
        put_spans(buf, Rect { y, height: 1, ..area }, &spans);
    }
}

fn top_border(ui: &Ui, title: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let of = |role| ui.screen.styles.of(role);
    let tabs = PaneTab::ALL.into_iter().enumerate().map(|(at, tab)| {
        let chosen = tab == ui.pane_tab();
        let style =
            if chosen { of(Role::Title).add_modifier(Modifier::BOLD | Modifier::UNDERLINED) } else { of(Role::Text) };
        let spans = vec![
            Span::raw(" "),
            Span::styled(format!("{} ", at + 1), of(Role::KeyHint)),
            Span::styled(tab.title(), style),
            Span::raw(" "),
        ];
        Piece::new(if chosen { 9 } else { 7 }, spans).on_click(Click::Pane(tab))
    });
    let mut right = Vec::new();
    if ui.pane_tab().is_of_batch() {
        right.push(Piece::text(2, " this run ", of(Role::Muted)));
    } else if let Some(detail) = ui.detail() {
        let room = usize::from(title.width / 3);
        right.push(Piece::text(8, format!(" {} ", fit_path(&detail.path, room)), of(Role::Text)));
        if let Some(id) = &detail.request.id {
            // Its start tells it from others; all of it is in the tab of the request.
            let room = if title.width < 140 { 14 } else { room };
            right.push(Piece::text(2, format!(" {} ", fit(id, room)), of(Role::Muted)));
        }
    }
    spread_hits(buf, title, 0, tabs.collect(), right, hits);
}

fn bottom_border(ui: &Ui, area: Rect, first: usize, drawn: usize, total: usize, buf: &mut Buffer) {
    let muted = ui.screen.styles.of(Role::Muted);
    let y = area.bottom().saturating_sub(1);
    let width = area.width.saturating_sub(2);
    let mut words = Vec::new();
    if ui.pane_tab() == PaneTab::Logs && total > 0 {
        words.push(if ui.pane.top.is_none() { "following" } else { "held; G follows" });
        if ui.pane.wrap {
            words.push("wrapped");
        }
    }
    if ui.pane_tab() == PaneTab::Logs && ui.pane.logs != crate::tui::ui::pane::LogFilter::All {
        words.push(ui.pane.logs.title());
    }
    if !words.is_empty() {
        put(buf, area.x.saturating_add(1), y, width, &format!(" {} ", words.join(" · ")), muted);
    }
    if total > drawn {
        let last = first + drawn;
        put_right(buf, area.x, y, area.width.saturating_sub(2), &format!(" {}–{last} of {total} ", first + 1), muted);
    }
}

fn nothing(ui: &Ui) -> &'static str {
    let Some(detail) = ui.detail() else { return "" };
    let row = ui.page().rows.iter().find(|row| row.id == detail.id);
    let is_over =
        row.is_some_and(|row| !matches!(row.state.status.group(), Group::Active | Group::Waiting | Group::Pending));
    match ui.pane_tab() {
        PaneTab::Logs if ui.looks_on() => "what its runner says is seen where it is worked on",
        PaneTab::Logs if is_over => "no logs are kept of it",
        PaneTab::Logs => "the runner has said nothing yet",
        PaneTab::Caption if is_over => "it has no caption",
        PaneTab::Caption => "no caption yet: it comes with the result",
        PaneTab::Preview | PaneTab::Request | PaneTab::Overview => "",
        PaneTab::History if is_over => "nothing was sent for it",
        PaneTab::History => "no attempt is over yet",
    }
}

/// The text of the tabs that are not logs.
fn lines(ui: &Ui, width: u16) -> Vec<Line> {
    let Some(detail) = ui.detail() else { return Vec::new() };
    match ui.pane_tab() {
        PaneTab::Logs | PaneTab::Preview | PaneTab::Overview => Vec::new(),
        PaneTab::Caption => caption(ui, detail, width),
        PaneTab::Request => record::request(ui, detail, width),
        PaneTab::History => record::history(ui, detail, width),
    }
}

fn caption(ui: &Ui, detail: &Detail, width: u16) -> Vec<Line> {
    let Some(text) = &detail.result.caption else { return Vec::new() };
    // Lines of some eighty columns are the easiest to read.
    let columns = usize::from(width).min(96);
    let style = ui.screen.styles.of(Role::Caption);
    wrap(&safe(text), columns).into_iter().map(|line| vec![(line.to_owned(), style)]).collect()
}
