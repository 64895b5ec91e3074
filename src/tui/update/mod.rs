//! What happens to the dashboard, as one pure function: a message in, effects out.

mod act;
mod caption;
mod effect;
mod leave;
mod news;
mod picking;
mod pictures;
mod point;
mod press;
mod redo;
mod review;
mod scroll;
mod steer;

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Size;

use super::attached::Attached;
use super::models::Finds;
use super::preview::{Ask, Found};
use super::ui::Ui;
use super::ui::caption::Edited;
use super::ui::plan::Stop;
use super::view;
use crate::engine::Command;
use crate::engine::snapshot::{Phase, Snapshot};
use crate::job::Timestamp;

use act::outcome::{follow, send};

pub use effect::{Effect, Left};

/// What can happen to the dashboard.
#[derive(Debug, Clone)]
pub enum Msg {
    /// The engine published a snapshot.
    Snapshot(Arc<Snapshot>),
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used, if it is taken from the terminal.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(Size),
    /// It is now so late.
    Clock(Timestamp),
    /// A caption was changed, or not.
    Edited(Edited),
    /// Models were found.
    Models(Finds),
    /// A picture was made, or cannot be.
    Picture(Box<Ask>, Found),
    /// The same for the contact sheet.
    Printed(Box<Ask>, Found),
}

/// Takes in what happened.
pub fn update(ui: &mut Ui, msg: Msg) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::Snapshot(snapshot) => {
            let is_seen = ui.is_planning() && view::plan::is_in_sight(ui);
            adopt(ui, snapshot);
            // What is found or chosen moves lines: what keys act on is not moved out of sight.
            if is_seen && ui.is_planning() {
                view::plan::keep_in_sight(ui);
            }
            ui.redo_updated();
            let mut effects = send(ui.picker_updated());
            let asked = [ui.action_preview(), ui.group_question()];
            for outcome in asked.into_iter().flatten() {
                effects.extend(follow(ui, outcome));
            }
            effects
        }
        Msg::Key(key) => press::press(ui, key),
        Msg::Mouse(mouse) => point::point(ui, mouse),
        Msg::Paste(text) => press::paste(ui, &text),
        Msg::Resize(size) => {
            ui.screen.size = size;
            if ui.is_planning() && ui.stop() != Stop::Start {
                view::plan::keep_in_sight(ui);
            }
            Vec::new()
        }
        Msg::Clock(now) => {
            ui.set_clock(now);
            Vec::new()
        }
        Msg::Edited(edited) => caption::edited(ui, edited).map(|outcome| follow(ui, outcome)).unwrap_or_default(),
        Msg::Models(finds) => send(ui.models_found(finds)),
        Msg::Picture(ask, found) => {
            ui.pictures.gallery.take(*ask, found);
            Vec::new()
        }
        Msg::Printed(ask, found) => {
            ui.pictures.wall.take(*ask, found);
            Vec::new()
        }
    };
    if ui.is_read_only() {
        refuse_changes(ui, &mut effects);
    }
    effects.extend(pictures::want(ui).map(Effect::Decode));
    effects.extend(pictures::want_sheet(ui).map(Effect::Print));
    effects.extend(ui.look().map(|query| Effect::Send(Command::Look(query))));
    effects
}

/// Whatever led to them: nothing is changed from here.
fn refuse_changes(ui: &mut Ui, effects: &mut Vec<Effect>) {
    let before = effects.len();
    effects.retain(|effect| !matches!(effect, Effect::Send(command) if command.changes()));
    if effects.len() < before {
        ui.say(Attached::READ_ONLY);
    }
}

fn adopt(ui: &mut Ui, snapshot: Arc<Snapshot>) {
    let before = std::mem::replace(&mut ui.snapshot, snapshot);
    ui.adopt_page();
    // It goes to another row than the page that came with it.
    ui.tell_undone(before.review.undone.as_ref().map_or(0, |undone| undone.number));
    ui.adopt_detail();
    ui.settle_field();
    ui.renew_question();
    if let Some(refused) = ui.snapshot.refused.clone().filter(|refused| before.refused.as_ref() != Some(refused)) {
        ui.say(refused.1);
    }
    if before.phase == Phase::Planning {
        if ui.snapshot.phase != Phase::Planning {
            ui.leave_plan();
        }
        return;
    }
    if ui.snapshot.phase == Phase::Planning {
        // Back to the plan: it begins as it always does.
        return ui.leave_plan();
    }
    if before.phase == Phase::Running && matches!(ui.snapshot.phase, Phase::Paused(_)) {
        ui.tell_try();
    }
    news::tell(ui, &before);
}

#[cfg(test)]
mod tests;
