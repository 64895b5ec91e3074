//! The mouse: the wheel moves what it points at, a click does what is written there.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::act::act;
use super::act::outcome::send;
use super::act::table::{show_tab, sort};
use super::effect::Effect;
use super::press::{answer, press};
use super::redo::click_in_form;
use super::scroll::scroll;
use crate::tui::keys::{Action, Context};
use crate::tui::ui::plan::Stop;
use crate::tui::ui::{Focus, Layer, Ui, layout};
use crate::tui::view;
use crate::tui::view::hits::Click;

/// Lines that a step of the wheel moves.
const WHEEL: isize = 3;

pub(super) fn point(ui: &mut Ui, mouse: MouseEvent) -> Vec<Effect> {
    let at = Position { x: mouse.column, y: mouse.row };
    match mouse.kind {
        MouseEventKind::ScrollUp => wheel(ui, at, -WHEEL),
        MouseEventKind::ScrollDown => wheel(ui, at, WHEEL),
        MouseEventKind::Down(MouseButton::Left) => return click(ui, at),
        _ => {}
    }
    Vec::new()
}

fn wheel(ui: &mut Ui, at: Position, lines: isize) {
    if layout::is_too_small(ui.screen.size) {
        return;
    }
    let size = ui.screen.size;
    if let Some(editing) = ui.editing_mut() {
        let room = view::edit::room(size, editing);
        return editing.scroll(room, lines);
    }
    let areas = layout::Areas::of(ui);
    if matches!(ui.context(), Context::Plan | Context::Photos) && layout::PlanAreas::of(ui).list.contains(at) {
        // A cursor that moves is to be seen.
        ui.go_to_list();
        ui.move_by(lines);
    } else if ui.context() == Context::Sheet {
        scroll(ui, lines.signum());
    } else if !matches!(ui.context(), Context::Jobs | Context::Detail) {
        scroll(ui, lines);
    } else if areas.lower.contains(at) {
        ui.scroll_pane(lines, view::panes::lower::extent(ui));
    } else if areas.table.contains(at) {
        ui.move_by(lines);
    }
}

/// A click into what is edited.
fn point_into(ui: &mut Ui, at: Position, row: usize, left: u16) -> Vec<Effect> {
    let size = ui.screen.size;
    let Some(editing) = ui.editing_mut() else { return Vec::new() };
    let room = view::edit::room(size, editing);
    let pressed = editing.point(room, row, usize::from(at.x.saturating_sub(left)));
    ui.edited(pressed)
}

fn click(ui: &mut Ui, at: Position) -> Vec<Effect> {
    let click = view::hits(ui).at(at);
    // Who clicks elsewhere has typed the filter.
    if !matches!(click, Some(Click::Press(_))) {
        ui.jobs.typing = false;
    }
    match click {
        Some(Click::Do(action)) => return act(ui, action),
        Some(Click::Press(code)) => return press(ui, KeyEvent::new(code, KeyModifiers::NONE)),
        Some(Click::Answer(place)) => {
            let Some(Layer::Question(question)) = ui.layers.last() else { return Vec::new() };
            let question = question.clone();
            return answer(ui, question, place).unwrap_or_default();
        }
        Some(Click::Cause(place)) => ui.choose_cause(place),
        Some(Click::Tab(tab)) => show_tab(ui, tab),
        Some(Click::Pane(tab)) => ui.show_tab(tab),
        Some(Click::Order(order)) => sort(ui, order, ui.jobs.order == order && !ui.jobs.reverse),
        Some(Click::Row(row)) => {
            let chosen = ui.current().map(|row| row.id).filter(|_| ui.stop() == Stop::List || ui.is_sheet());
            if ui.is_planning() {
                ui.go_to_list();
            }
            ui.focus = Focus::Jobs;
            ui.move_to_row(row);
            if ui.is_sheet() && chosen.is_some() && ui.current().map(|row| row.id) == chosen {
                return act(ui, Action::Open);
            }
            // On the plan, what is chosen already is left out or taken in.
            if ui.is_planning() && chosen.is_some() && ui.current().map(|row| row.id) == chosen {
                return act(ui, Action::Start);
            }
        }
        None if matches!(ui.context(), Context::Jobs | Context::Detail) && layout::Areas::of(ui).lower.contains(at) => {
            ui.focus = Focus::Detail;
        }
        Some(Click::Stop(stop)) if ui.stop() == stop => return act(ui, Action::Start),
        Some(Click::Stop(stop)) => ui.plan.at = stop,
        Some(Click::Model(at)) => {
            if let Some(picker) = ui.picker()
                && at != picker.at
            {
                picker.at = at;
            } else {
                return send(ui.take_model());
            }
        }
        Some(Click::Redo(row)) => return click_in_form(ui, row),
        Some(Click::Done) => return press(ui, KeyEvent::new(KeyCode::Char('d'), KeyModifiers::CONTROL)),
        Some(Click::Edit { row, left }) => return point_into(ui, at, row, left),
        Some(Click::Nothing) | None => {}
    }
    Vec::new()
}
