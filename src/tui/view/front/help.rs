//! The help, made from the table of actions and the bindings in force.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::Span;

use crate::tui::keys::{Action, Context, Section};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::front::question::front;
use crate::tui::view::hits::Hits;
use crate::tui::view::paint::{put_right, put_spans};
use crate::tui::view::words::text::{safe, width, wrap};

/// A line of the help.
type Line = Vec<(String, Style)>;

/// From so many columns on, two columns stand beside each other.
const TWO_COLUMNS: u16 = 110;

/// What stands under one heading: keys and what they do, or a text alone.
struct Part {
    title: &'static str,
    entries: Vec<(String, String)>,
}

/// What can be done on this screen, by section, and what is known of this terminal.
fn parts(ui: &Ui) -> Vec<Part> {
    let here: &[Context] = if ui.is_planning() {
        &[Context::Plan, Context::Photos]
    } else {
        &[Context::Jobs, Context::Detail, Context::Sheet, Context::Zoom, Context::Review, Context::Causes]
    };
    let mut parts = Vec::new();
    for section in Section::ALL {
        let actions = Action::ALL
            .iter()
            .filter(|action| action.section() == section)
            .filter(|action| action.contexts().iter().any(|context| here.contains(context)));
        let entry = |action: &Action| {
            let keys: Vec<_> = ui.screen.keys.keys(*action).iter().map(ToString::to_string).collect();
            (keys.join("  "), action.about().to_owned())
        };
        let mut entries: Vec<_> = actions.map(entry).collect();
        if section == Section::Program {
            entries.push(("Ctrl-C".to_owned(), "leave; a second one does not wait".to_owned()));
        }
        if !entries.is_empty() {
            parts.push(Part { title: section.title(), entries });
        }
    }
    let caps = ui.screen.caps;
    let letters = if caps.unicode { "Unicode" } else { "ASCII" };
    let place = if caps.remote { ", over SSH" } else { "" };
    let mut here = vec![format!("theme {}, {}, {letters}{place}", ui.theme_name(), caps.depth.name())];
    here.extend(ui.theme_warnings().iter().map(|warning| safe(warning).into_owned()));
    here.push(caps.images.title(caps.depth, caps.unicode).to_owned());
    here.push(format!("log in {}", safe(&ui.snapshot.batch.log_file)));
    parts.push(Part { title: "Here", entries: here.into_iter().map(|text| (String::new(), text)).collect() });
    parts
}

impl Part {
    /// Its lines in so many columns: what does not fit into one is wrapped, never cut.
    fn lines(&self, ui: &Ui, columns: usize) -> Vec<Line> {
        let of = |role| ui.screen.styles.of(role);
        let titles = wrap(self.title, columns).into_iter();
        let mut lines: Vec<Line> = titles.map(|title| vec![(title.to_owned(), of(Role::Title))]).collect();
        let longest = self.entries.iter().map(|(keys, _)| width(keys)).max().unwrap_or_default();
        let indent = if longest == 0 { 2 } else { longest + 4 };
        for (keys, about) in &self.entries {
            for (at, text) in wrap(about, columns.saturating_sub(indent)).into_iter().enumerate() {
                let keys = if at == 0 { keys.as_str() } else { "" };
                let padding = " ".repeat(indent.saturating_sub(width(keys) + 2));
                let keys = format!("  {keys}{padding}");
                lines.push(vec![(keys, of(Role::KeyHint)), (text.to_owned(), of(Role::Overlay))]);
            }
        }
        lines
    }
}

/// The columns that one line of text has, of this many on the screen.
fn line_columns(screen: u16) -> usize {
    let inside = box_width(screen).saturating_sub(4);
    usize::from(if screen >= TWO_COLUMNS { (inside / 2).saturating_sub(2) } else { inside })
}

fn box_width(screen: u16) -> u16 {
    (if screen >= TWO_COLUMNS { 116 } else { 72 }).min(screen)
}

/// The sections below each other, or in two columns of about the same height.
fn columns(ui: &Ui, width: u16) -> Vec<Vec<Line>> {
    let sections: Vec<_> = parts(ui).iter().map(|part| part.lines(ui, line_columns(width))).collect();
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
    let height = u16::try_from(lines + 2).unwrap_or(u16::MAX);
    screen.centered(Constraint::Length(box_width(screen.width)), Constraint::Length(height.min(screen.height)))
}

/// How far the help can be scrolled.
pub(crate) fn overflow(ui: &Ui) -> usize {
    let screen = Rect::new(0, 0, ui.screen.size.width, ui.screen.size.height);
    let lines = columns(ui, screen.width).iter().map(Vec::len).max().unwrap_or_default();
    lines.saturating_sub(usize::from(area(ui, screen).height.saturating_sub(2)))
}

/// Draws the help from line `top` on.
pub(in crate::tui::view) fn render(ui: &Ui, top: usize, screen: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let area = area(ui, screen);
    let inner = front(ui, "Keys", area, buf, hits);
    let (most, columns) = (overflow(ui), columns(ui, screen.width));
    let top = top.min(most);
    let count = u16::try_from(columns.len()).unwrap_or(1).max(1);
    let width = inner.width / count;
    for (place, lines) in columns.into_iter().enumerate() {
        let x = inner.x.saturating_add(width.saturating_mul(u16::try_from(place).unwrap_or_default()));
        for (line, y) in lines.into_iter().skip(top).zip(inner.top()..inner.bottom()) {
            let spans: Vec<_> = line.into_iter().map(|(text, style)| Span::styled(text, style)).collect();
            put_spans(buf, Rect { x, y, width, height: 1 }, &spans);
        }
    }
    if top < most {
        let y = area.bottom().saturating_sub(1);
        put_right(buf, area.x, y, area.width.saturating_sub(2), " ↓ more ", ui.screen.styles.of(Role::Muted));
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::fixtures;
    use crate::tui::keys::{Action, Context};

    #[test]
    fn every_word_of_the_help_can_be_read_on_every_screen() {
        for (width, height) in [(160, 50), (120, 36), (80, 24), (40, 12)] {
            let mut desk = fixtures::running(width, height);
            desk.press("?");
            let columns = super::columns(&desk.ui, width);
            let lines = columns.iter().flatten().map(|line| line.iter().map(|(text, _)| text.as_str()).collect());
            let lines: Vec<String> = lines.collect();
            let room = super::line_columns(width);
            assert!(lines.iter().all(|line| super::width(line) <= room && !line.contains('…')), "{lines:#?}");
            let about = |lines: &[String]| lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
            for action in Action::ALL.iter().filter(|action| action.is_in(Context::Jobs)) {
                assert!(about(&lines).contains(action.about()), "{} at {width}", action.about());
            }
        }
    }
}
