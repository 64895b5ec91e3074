//! Moving about: what keys go to is moved by keys.

use std::sync::Arc;

use super::pictures;
use crate::engine::snapshot::Cursor;
use crate::tui::keys::Context;
use crate::tui::ui::plan::PlanDesk;
use crate::tui::ui::{Layer, Ui, layout};
use crate::tui::view;

/// Said where a held table ends.
pub(super) const HELD: &str = "the table is held still and ends here; f lets it move again";

pub(super) fn page_height(ui: &Ui) -> isize {
    let rows = match ui.context() {
        Context::Jobs | Context::Photos => usize::from(layout::table_rows(layout::table(ui))),
        Context::Detail => view::panes::lower::extent(ui).1,
        // A row more than it has, since a page keeps one in sight.
        Context::Sheet => usize::from(ui.grid().down) + 1,
        Context::Plan | Context::Zoom | Context::Review | Context::Overlay | Context::Causes => {
            usize::from(ui.screen.size.height.saturating_sub(4))
        }
    };
    isize::try_from(rows).unwrap_or(1)
}

/// Moves what keys go to: the cursor, the lower pane, the plan, the help or a question's choice.
pub(super) fn scroll(ui: &mut Ui, lines: isize) {
    match ui.context() {
        Context::Jobs | Context::Photos => {
            if !ui.move_by(lines) {
                ui.say(HELD);
            }
        }
        Context::Sheet => ui.move_rows(lines),
        Context::Detail => ui.scroll_pane(lines, view::panes::lower::extent(ui)),
        Context::Zoom | Context::Review => pictures::pan(ui, 0, lines.signum()),
        Context::Plan => {
            if matches!(lines, -1 | 1) && ui.move_stop(lines) {
                view::plan::keep_in_sight(ui);
            } else {
                let most = view::plan::overflow(ui);
                ui.plan.top = ui.plan.top.min(most).saturating_add_signed(lines).min(most);
            }
        }
        Context::Overlay | Context::Causes => {
            let most = view::front::help::overflow(ui);
            let snapshot = Arc::clone(&ui.snapshot);
            match ui.layers.last_mut() {
                Some(Layer::Causes(causes)) => causes.move_by(lines, &snapshot.causes),
                Some(Layer::Help { top }) => *top = (*top).min(most).saturating_add_signed(lines).min(most),
                Some(Layer::Question(question)) => {
                    let last = question.choices.len().saturating_sub(1);
                    question.at = question.at.saturating_add_signed(lines).min(last);
                }
                Some(Layer::Redo(form)) => form.step(lines),
                Some(Layer::Picker(picker)) => picker.move_by(lines),
                Some(Layer::Entry(_) | Layer::Caption(_)) | None => {}
            }
        }
    }
}

pub(super) fn scroll_to_end(ui: &mut Ui, end: bool) {
    match ui.context() {
        Context::Jobs | Context::Photos | Context::Sheet | Context::Review => {
            let moved = ui.move_to_end(if end { Cursor::Last } else { Cursor::First });
            if !moved {
                ui.say(HELD);
            }
        }
        Context::Detail => ui.scroll_pane_to_end(end, view::panes::lower::extent(ui)),
        Context::Plan if !end => ui.plan = PlanDesk::default(),
        Context::Plan | Context::Zoom | Context::Overlay | Context::Causes => {
            scroll(ui, if end { isize::MAX } else { isize::MIN });
        }
    }
}
