//! Keys in the form of a redo: they do in it what they do on the plan.

use crossterm::event::{KeyCode, KeyEvent};

use super::act::act;
use super::act::outcome::{follow, send, tell};
use super::caption;
use super::effect::Effect;
use super::press::plain;
use crate::engine::Command;
use crate::tui::edit::{Editing, Pressed};
use crate::tui::keys::{Action, Context, Key};
use crate::tui::ui::redo::RedoForm;
use crate::tui::ui::{Layer, Ui};
use crate::tui::view::edit;

impl Ui {
    /// The form, if it is in front.
    pub(super) fn redo(&mut self) -> Option<&mut RedoForm> {
        if let Some(Layer::Redo(form)) = self.layers.last_mut() { Some(form) } else { None }
    }

    /// Asks for the price again, if something was changed.
    fn redo_changed(&mut self, is_changed: bool) -> Vec<Effect> {
        if !is_changed {
            return Vec::new();
        }
        self.asking.questions += 1;
        let seq = self.asking.questions;
        send(self.redo().map(|form| form.ask_price(seq)))
    }

    /// What is being changed: on the plan, in the form of a redo, or a caption.
    pub(super) fn editing_mut(&mut self) -> Option<&mut Editing> {
        if self.is_editing() {
            return self.plan.edit.as_mut();
        }
        match self.layers.last_mut() {
            Some(Layer::Redo(form)) => form.edit.as_mut(),
            Some(Layer::Caption(form)) => Some(&mut form.editing),
            _ => None,
        }
    }

    /// What follows from what a key did in it.
    pub(super) fn edited(&mut self, pressed: Pressed) -> Vec<Effect> {
        if self.is_editing() {
            return send(self.field_edited(pressed));
        }
        if let Some(Layer::Caption(_)) = self.layers.last() {
            return caption::typed(self, pressed).map(|outcome| follow(self, outcome)).unwrap_or_default();
        }
        if let Pressed::Say(text) = pressed {
            self.say(text);
            return Vec::new();
        }
        let is_changed = self.redo().is_some_and(|form| form.edited(pressed));
        self.redo_changed(is_changed)
    }

    /// Prices that a snapshot brings.
    pub(super) fn redo_updated(&mut self) {
        let preview = self.snapshot.action_preview;
        if let (Some(preview), Some(form)) = (preview, self.redo()) {
            form.take_price(&preview);
        }
    }
}

/// A parameter that is changed: what can be taken is taken while it is typed in its line, and the price follows.
pub(super) fn type_into_field(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    let size = ui.screen.size;
    let Some(editing) = ui.editing_mut() else { return Vec::new() };
    let room = edit::room(size, editing);
    let leaves = matches!(event.code, KeyCode::Up | KeyCode::Down | KeyCode::Tab | KeyCode::BackTab);
    if editing.is_line() && leaves {
        let taken = editing.take();
        let is_left = matches!(taken, Pressed::Take(_));
        let mut effects = ui.edited(taken);
        if is_left {
            effects.extend(super::press::press(ui, event));
        }
        return effects;
    }
    match editing.press(event, room) {
        Pressed::Not => plain(ui, event),
        pressed => ui.edited(pressed),
    }
}

/// A key in the form, while no field of it is changed.
pub(super) fn press_in_form(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    let action = ui.screen.keys.action(Context::Plan, Key::from(event));
    let Some(form) = ui.redo() else { return Vec::new() };
    let is_changed = match action {
        Some(Action::Start) if form.at == 0 => return send_form(ui),
        Some(Action::Start | Action::Edit) => form.edit_field(),
        Some(Action::StepUp) => form.step_field(true),
        Some(Action::StepDown) => form.step_field(false),
        Some(Action::Default) => form.reset_field(),
        Some(Action::NextPart) => {
            form.turn();
            false
        }
        Some(Action::PrevPart) => {
            form.step(-1);
            false
        }
        _ => {
            let overlay = ui.screen.keys.action(Context::Overlay, Key::from(event));
            return overlay.map(|action| act(ui, action)).unwrap_or_default();
        }
    };
    ui.redo_changed(is_changed)
}

/// A click on a row of the form: what is chosen already does what Enter does.
pub(super) fn click_in_form(ui: &mut Ui, row: usize) -> Vec<Effect> {
    let Some(form) = ui.redo() else { return Vec::new() };
    if form.at != row {
        form.at = row;
        return Vec::new();
    }
    press_in_form(ui, KeyEvent::from(KeyCode::Enter))
}

fn send_form(ui: &mut Ui) -> Vec<Effect> {
    let Some(form) = ui.redo() else { return Vec::new() };
    if !form.is_reckoned() {
        ui.say("its price is not reckoned yet");
        return Vec::new();
    }
    match form.send() {
        Ok((command @ Command::Redo { .. }, said)) => {
            ui.layers.pop();
            tell(ui, command, said)
        }
        Ok(_) => Vec::new(),
        Err(why) => {
            ui.say(why);
            Vec::new()
        }
    }
}
