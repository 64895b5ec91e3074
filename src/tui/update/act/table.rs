//! What is shown of the table, in which order, and what is marked in it.

use crate::engine::snapshot::{Cursor, Order, Tab};
use crate::tui::ui::Ui;
use crate::tui::update::scroll::{HELD, scroll};
use crate::tui::view::words::format::order;

pub(super) fn turn_tab(ui: &mut Ui, by: isize) {
    let count = Tab::ALL.len();
    let at = Tab::ALL.iter().position(|tab| *tab == ui.jobs.tab).unwrap_or_default();
    let next = (at + count).saturating_add_signed(by) % count;
    show_tab(ui, Tab::ALL.get(next).copied().unwrap_or_default());
}

/// Shows a filter tab: with the chosen photo if it is there, else from its first row on.
pub(in crate::tui::update) fn show_tab(ui: &mut Ui, tab: Tab) {
    let is_there = |group| ui.current_by_now().is_some_and(|row| row.state.status.group() == group);
    let is_chosen = matches!(ui.jobs.cursor, Cursor::Job(_) | Cursor::Place(_));
    if matches!(tab, Tab::Only(group) if is_chosen && !is_there(group)) {
        ui.start_over();
    }
    ui.thaw();
    (ui.jobs.tab, ui.jobs.cause) = (tab, None);
}

/// Puts the table in another order.
pub(in crate::tui::update) fn sort(ui: &mut Ui, by: Order, reverse: bool) {
    let also = if ui.jobs.frozen.take().is_some() { "; the table moves again" } else { "" };
    (ui.jobs.order, ui.jobs.reverse) = (by, reverse);
    ui.say(format!("order: {}{also}", order(by, reverse, ui.is_planning())));
}

pub(super) fn freeze(ui: &mut Ui) {
    if ui.jobs.frozen.is_some() {
        ui.thaw();
        ui.adopt_page();
    } else {
        ui.freeze();
        ui.say("the table is held still; the batch goes on");
    }
}

pub(super) fn mark(ui: &mut Ui) {
    let Some(id) = ui.jobs.selected else { return };
    if !ui.jobs.marks.remove(&id) {
        ui.jobs.marks.insert(id);
    }
    ui.move_by(1);
}

/// The next or the last row that the filter leaves; over the pictures any one.
pub(super) fn match_by(ui: &mut Ui, rows: isize) {
    if ui.zoom.is_some() {
        if !ui.move_by(rows) {
            ui.say(HELD);
        }
    } else if ui.jobs.filter.value().is_empty() && ui.jobs.cause.is_none() {
        ui.say("no filter is set; / sets one");
    } else {
        scroll(ui, rows);
    }
}
