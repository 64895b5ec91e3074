//! Moving about: what keys go to is moved by keys, what is pointed at by the mouse.

use std::sync::Arc;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::pictures;
use crate::engine::board::Cursor;
use crate::tui::keys::Context;
use crate::tui::ui::plan::PlanDesk;
use crate::tui::ui::{Focus, Layer, Ui, layout};
use crate::tui::view;

/// Lines that a step of the wheel moves.
const WHEEL: isize = 3;
/// Said where a held table ends.
pub(super) const HELD: &str = "the table is held still and ends here; f lets it move again";

pub(super) fn page_height(ui: &Ui) -> isize {
    let rows = match ui.context() {
        Context::Jobs | Context::Photos => usize::from(layout::table_rows(layout::table(ui))),
        Context::Detail => view::lower::extent(ui).1,
        Context::Plan | Context::Zoom | Context::Overlay | Context::Causes => {
            usize::from(ui.size.height.saturating_sub(4))
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
        Context::Detail => ui.scroll_pane(lines),
        Context::Zoom => pictures::pan(ui, 0, lines.signum()),
        Context::Plan => {
            if matches!(lines, -1 | 1) && ui.move_stop(lines) {
                view::plan::keep_in_sight(ui);
            } else {
                let most = view::plan::overflow(ui);
                ui.plan.top = ui.plan.top.min(most).saturating_add_signed(lines).min(most);
            }
        }
        Context::Overlay | Context::Causes => {
            let most = view::help::overflow(ui);
            let board = Arc::clone(&ui.board);
            match ui.layers.last_mut() {
                Some(Layer::Causes(causes)) => causes.move_by(lines, &board.causes),
                Some(Layer::Help { top }) => *top = (*top).min(most).saturating_add_signed(lines).min(most),
                Some(Layer::Question(question)) => {
                    let last = question.choices.len().saturating_sub(1);
                    question.at = question.at.saturating_add_signed(lines).min(last);
                }
                Some(Layer::Redo(form)) => form.step(lines),
                Some(Layer::Entry(_)) | None => {}
            }
        }
    }
}

pub(super) fn scroll_to_end(ui: &mut Ui, end: bool) {
    match ui.context() {
        Context::Jobs | Context::Photos => {
            let moved = ui.move_to_end(if end { Cursor::Last } else { Cursor::First });
            if !moved {
                ui.say(HELD);
            }
        }
        Context::Detail => ui.scroll_pane_to_end(end),
        Context::Plan if !end => ui.plan = PlanDesk::default(),
        Context::Plan | Context::Zoom | Context::Overlay | Context::Causes => {
            scroll(ui, if end { isize::MAX } else { isize::MIN });
        }
    }
}

/// The wheel moves what the mouse points at; a click chooses a row or a pane.
pub(super) fn point(ui: &mut Ui, mouse: MouseEvent) {
    let lines = match mouse.kind {
        MouseEventKind::ScrollUp => -WHEEL,
        MouseEventKind::ScrollDown => WHEEL,
        MouseEventKind::Down(MouseButton::Left) => 0,
        _ => return,
    };
    if layout::is_too_small(ui.size) {
        return;
    }
    let at = Position { x: mouse.column, y: mouse.row };
    let areas = layout::Areas::of(ui);
    if matches!(ui.context(), Context::Plan | Context::Photos) {
        let list = layout::PlanAreas::of(ui).list;
        match layout::row_at(list, at) {
            Some(row) if lines == 0 => {
                ui.go_to_list();
                ui.move_to_row(row);
            }
            // A cursor that moves is to be seen.
            _ if list.contains(at) => {
                ui.go_to_list();
                ui.move_by(lines);
            }
            _ => scroll(ui, lines),
        }
    } else if matches!(ui.context(), Context::Zoom | Context::Overlay | Context::Causes) {
        scroll(ui, lines);
    } else if areas.lower.contains(at) {
        if lines == 0 {
            ui.focus = Focus::Detail;
        }
        ui.scroll_pane(lines);
    } else if areas.table.contains(at) {
        if lines != 0 {
            ui.move_by(lines);
        } else if let Some(row) = layout::row_at(areas.table, at) {
            ui.focus = Focus::Jobs;
            ui.move_to_row(row);
        }
    }
}
