//! The help, made from the table of actions and the bindings in force.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::paint::put_spans;
use super::question::front;
use crate::tui::keys::{Action, Section};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// A line of the help.
enum Line {
    Heading(&'static str),
    Action(Action),
    Text(String),
    Empty,
}

fn lines(ui: &Ui) -> Vec<Line> {
    let mut lines = Vec::new();
    for section in Section::ALL {
        if !lines.is_empty() {
            lines.push(Line::Empty);
        }
        lines.push(Line::Heading(section.title()));
        lines.extend(
            Action::ALL.iter().filter(|action| action.section() == section).map(|action| Line::Action(*action)),
        );
        if section == Section::Program {
            lines.push(Line::Text("Ctrl-C leaves; a second one does not wait".to_owned()));
        }
    }
    lines.push(Line::Empty);
    lines.push(Line::Heading("Here"));
    let caps = ui.caps;
    let letters = if caps.unicode { "Unicode" } else { "ASCII" };
    let place = if caps.remote { ", over SSH" } else { "" };
    lines.push(Line::Text(format!("theme {}, {}, {letters}{place}", ui.theme.name(), caps.depth.name())));
    lines.push(Line::Text(format!("log {}", ui.board.batch.log_file)));
    lines
}

fn area(screen: Rect) -> Rect {
    let width = screen.width.min(84);
    let height = screen.height.saturating_sub(if screen.height > 20 { 2 } else { 0 });
    screen.centered(ratatui::layout::Constraint::Length(width), ratatui::layout::Constraint::Length(height))
}

/// How far the help can be scrolled.
pub(crate) fn overflow(ui: &Ui) -> usize {
    let screen = Rect::new(0, 0, ui.size.width, ui.size.height);
    lines(ui).len().saturating_sub(usize::from(area(screen).height.saturating_sub(2)))
}

/// Draws the help from line `top` on.
pub(super) fn render(ui: &Ui, top: usize, screen: Rect, buf: &mut Buffer) {
    const KEYS: usize = 14;
    let of = |role| ui.styles.of(role);
    let inner = front(ui, "Keys", area(screen), buf);
    let top = top.min(overflow(ui));
    for (at, line) in lines(ui).into_iter().skip(top).take(usize::from(inner.height)).enumerate() {
        let y = inner.y.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
        let row = Rect { y, height: 1, ..inner };
        let spans = match line {
            Line::Empty => continue,
            Line::Heading(title) => vec![Span::styled(title, of(Role::Title))],
            Line::Text(text) => vec![Span::styled(format!("  {text}"), of(Role::Overlay))],
            Line::Action(action) => {
                let keys: Vec<_> = ui.keys.keys(action).iter().map(ToString::to_string).collect();
                vec![
                    Span::styled(format!("  {:KEYS$}", keys.join("  ")), of(Role::KeyHint)),
                    Span::styled(action.about(), of(Role::Overlay)),
                ]
            }
        };
        put_spans(buf, row, &spans);
    }
}
