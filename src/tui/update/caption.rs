//! A caption is changed: in a person's own program, or here.

use super::effect::Effect;
use crate::engine::Command;
use crate::job::{LONGEST_CAPTION, one_line};
use crate::tui::edit::Pressed;
use crate::tui::ui::ask::Outcome;
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
    let near = ui.snapshot.page.near.iter().find(|near| near.id == id).map(|near| &near.said);
    let said = ui.detail().filter(|detail| detail.id == id).map(|detail| &detail.result.said).or(near);
    let Some(text) = said.map(|said| said.clone().unwrap_or_default()) else {
        ui.say("its caption is not known yet; try again");
        return Vec::new();
    };
    ui.pin();
    vec![Effect::Edit(Edit { job: id, path, text })]
}

/// What came of it.
pub(super) fn edited(ui: &mut Ui, edited: Edited) -> Option<Outcome> {
    match edited {
        Edited::Here(edit) => {
            ui.layers.push(Layer::Caption(Box::new(CaptionForm::new(edit))));
            None
        }
        Edited::Failed(edit, why) => Some(Outcome::Say(format!("the caption of {} stays as it was: {why}", edit.path))),
        Edited::Text(edit, text) => Some(taken(&edit, &text)),
    }
}

/// What a key did in the form.
pub(super) fn typed(ui: &mut Ui, pressed: Pressed) -> Option<Outcome> {
    if let Pressed::Say(text) = pressed {
        return Some(Outcome::Say(text.to_owned()));
    }
    let Some(Layer::Caption(form)) = ui.layers.last() else { return None };
    let edit = form.edit.clone();
    let ended = CaptionForm::ended(pressed);
    if ended != Ended::Not {
        ui.layers.pop();
    }
    match ended {
        Ended::As(text) => Some(taken(&edit, &text)),
        Ended::AsItWas | Ended::Not => None,
    }
}

fn taken(edit: &Edit, text: &str) -> Outcome {
    // What turns the direction of a text, or moves a cursor, is no part of a caption.
    let text = one_line(text);
    if text == one_line(&edit.text) {
        return Outcome::Say("the caption stays as it was".to_owned());
    }
    if text.len() > LONGEST_CAPTION {
        let kib = text.len().div_ceil(1024);
        let path = &edit.path;
        return Outcome::Say(format!(
            "the caption of {path} stays as it was: it would have {kib} KiB, and 64 are the most"
        ));
    }
    let said = if text.is_empty() { "is what the model said" } else { "is changed" };
    let said = format!("the caption of {} {said}", edit.path);
    Outcome::Do(Command::Caption { job: edit.job, text }, said)
}
