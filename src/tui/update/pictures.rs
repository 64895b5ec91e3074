//! What keys do to pictures, and which pictures the screen wants.

use crate::tui::keys::Action;
use crate::tui::preview::Ask;
use crate::tui::ui::Ui;
use crate::tui::ui::zoom::Zoom;
use crate::tui::view::panes::preview;
use crate::tui::view::sheet;

/// What is to be made for the screen as it is now.
pub(super) fn want(ui: &mut Ui) -> Option<Vec<Ask>> {
    if ui.is_planning() {
        ui.close_zoom();
    }
    let asks = preview::asks(ui);
    let is_review = ui.review().is_some();
    ui.pictures.gallery.want(asks, ui.now, is_review)
}

/// What is to be made for the contact sheet as it is now.
pub(super) fn want_sheet(ui: &mut Ui) -> Option<Vec<Ask>> {
    if ui.is_planning() {
        ui.close_sheet();
    }
    let asks = sheet::asks(ui);
    ui.pictures.wall.want(asks)
}

/// `z`: over the whole screen; there 1:1, and back to all of it.
pub(super) fn zoom(ui: &mut Ui) {
    match ui.zoom {
        None if ui.jobs.selected.is_none() => ui.say("no photo here"),
        None => {
            ui.pin();
            ui.zoom = Some(Zoom::default());
        }
        Some(zoom) => {
            let most = preview::most(ui, zoom);
            if most == 0 {
                ui.say("it is as large as it gets");
            }
            ui.zoom = Some(zoom.toggle(most));
        }
    }
}

/// The other one of the two, or both.
pub(super) fn turn(ui: &mut Ui, action: Action) {
    ui.zoom = ui.zoom.map(if action == Action::Flip { Zoom::flip } else { Zoom::pair });
}

pub(super) fn closer(ui: &mut Ui, by: i32) {
    if let Some(zoom) = ui.zoom {
        ui.zoom = Some(zoom.closer(by, preview::most(ui, zoom)));
    }
}

/// Moves what is seen: one step for each whose sign is not zero.
pub(super) fn pan(ui: &mut Ui, across: isize, down: isize) {
    let sign = |by: isize| i8::try_from(by.signum()).unwrap_or_default();
    if let Some(zoom) = ui.zoom
        && let Some(part) = preview::seen(ui, zoom)
    {
        ui.zoom = Some(zoom.pan(sign(across), sign(down), part));
    }
}
