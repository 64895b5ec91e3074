//! A caption is changed: in a person's own program, or here.

use super::act::tell;
use super::effect::Effect;
use crate::engine::Command;
use crate::job::{LONGEST_CAPTION, one_line};
use crate::tui::edit::Pressed;
use crate::tui::ui::caption::{CaptionForm, Edit, Edited, Ended};
use crate::tui::ui::{Layer, Ui};

/// Begins to change the caption of what is chosen.
pub(super) fn edit_caption(ui: &mut Ui) -> Vec<Effect> {
    let Some((id, path, has_result)) =
        ui.current_by_now().map(|row| (row.id, row.path.clone(), row.state.status.has_result()))
    else {
        ui.say("no photo is chosen");
        return Vec::new();
    };
    if !has_result {
        ui.say(format!("{path} has no result yet, and so no caption"));
        return Vec::new();
    }
    let Some(detail) = ui.detail().filter(|detail| detail.id == id) else {
        ui.say("its caption is not known yet; try again");
        return Vec::new();
    };
    let text = detail.result.said.clone().unwrap_or_default();
    ui.pin();
    vec![Effect::Edit(Edit { job: id, path, text })]
}

/// What came of it.
pub(super) fn edited(ui: &mut Ui, edited: Edited) -> Vec<Effect> {
    match edited {
        Edited::Here(edit) => {
            ui.layers.push(Layer::Caption(Box::new(CaptionForm::new(edit))));
            Vec::new()
        }
        Edited::Failed(edit, why) => {
            ui.say(format!("the caption of {} stays as it was: {why}", edit.path));
            Vec::new()
        }
        Edited::Text(edit, text) => take(ui, &edit, &text),
    }
}

/// What a key did in the form.
pub(super) fn typed(ui: &mut Ui, pressed: Pressed) -> Vec<Effect> {
    if let Pressed::Say(text) = pressed {
        ui.say(text);
        return Vec::new();
    }
    let Some(Layer::Caption(form)) = ui.layers.last() else { return Vec::new() };
    let edit = form.edit.clone();
    let ended = CaptionForm::ended(pressed);
    if ended != Ended::Not {
        ui.layers.pop();
    }
    match ended {
        Ended::As(text) => take(ui, &edit, &text),
        Ended::AsItWas | Ended::Not => Vec::new(),
    }
}

fn take(ui: &mut Ui, edit: &Edit, text: &str) -> Vec<Effect> {
    // What turns the direction of a text, or moves a cursor, is no part of a caption.
    let text = one_line(text);
    if text == one_line(&edit.text) {
        ui.say("the caption stays as it was");
        return Vec::new();
    }
    if text.len() > LONGEST_CAPTION {
        let kib = text.len().div_ceil(1024);
        ui.say(format!("the caption of {} stays as it was: it would have {kib} KiB, and 64 are the most", edit.path));
        return Vec::new();
    }
    let said = if text.is_empty() { "is what the model said" } else { "is changed" };
    let said = format!("the caption of {} {said}", edit.path);
    tell(ui, Command::Caption { job: edit.job, text }, said)
}
