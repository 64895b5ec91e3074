//! Where a key goes: to Ctrl-C, the filter, a question, or the table of actions.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::backend::crossterm::EventHandler as _;

use super::act::act;
use super::act::outcome::{copy, send, tell};
use super::effect::Effect;
use super::leave::{interrupt, leave};
use super::redo::{press_in_form, type_into_field};
use crate::tui::edit::paste as paste_into;
use crate::tui::keys::{Action, Context, Key};
use crate::tui::picker::PickerKey;

use crate::tui::ui::ask::{Answer, Question};
use crate::tui::ui::layout::is_too_small;
use crate::tui::ui::{Layer, Ui};
use crate::tui::view::{edit, picker};

pub(super) fn press(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    if event.modifiers.contains(KeyModifiers::CONTROL) && event.code == KeyCode::Char('c') {
        return interrupt(ui);
    }
    if is_too_small(ui.screen.size) {
        return press_unseen(ui, event);
    }
    if let Some(Layer::Entry(_)) = ui.layers.last() {
        return type_amount(ui, event);
    }
    if let Some(Layer::Picker(_)) = ui.layers.last() {
        return press_in_picker(ui, event);
    }
    if ui.editing_mut().is_some() {
        return type_into_field(ui, event);
    }
    if let Some(Layer::Redo(_)) = ui.layers.last() {
        return press_in_form(ui, event);
    }
    if ui.jobs.typing {
        return type_into_filter(ui, event);
    }
    if let Some(Layer::Question(question)) = ui.layers.last()
        && let Some(effects) = answer_by_key(ui, question.clone(), event)
    {
        return effects;
    }
    match ui.screen.keys.action(ui.context(), Key::from(event)) {
        Some(action) => act(ui, action),
        None => Vec::new(),
    }
}

/// Where there is no room for a screen: nobody starts, pays or cancels what is not to be seen. A question
/// is shown even there, and can be answered.
fn press_unseen(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    let question = match ui.layers.last() {
        Some(Layer::Question(question)) => Some(question.clone()),
        _ => None,
    };
    let asks = question.is_some();
    if let Some(effects) = question.and_then(|question| answer_by_key(ui, question, event)) {
        return effects;
    }
    match ui.screen.keys.action(Context::Overlay, Key::from(event)) {
        Some(action @ (Action::Quit | Action::Suspend | Action::Redraw)) => act(ui, action),
        Some(action @ (Action::Up | Action::Down)) if asks => act(ui, action),
        Some(Action::Back) if !ui.layers.is_empty() => act(ui, Action::Back),
        _ => Vec::new(),
    }
}

fn type_into_filter(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    match event.code {
        KeyCode::Enter => ui.jobs.typing = false,
        KeyCode::Esc => {
            ui.jobs.typing = false;
            ui.jobs.filter.reset();
        }
        KeyCode::Up | KeyCode::Down => {
            ui.jobs.typing = false;
            return press(ui, event);
        }
        _ => {
            ui.jobs.filter.handle_event(&Event::Key(event));
        }
    }
    Vec::new()
}

/// The picker of models: letters look for others.
fn press_in_picker(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    let page = picker::page(ui.screen.size);
    let Some(picker) = ui.picker() else { return Vec::new() };
    match picker.press(event, page) {
        PickerKey::Not => plain(ui, event),
        PickerKey::Moved => Vec::new(),
        PickerKey::Find(search) => vec![Effect::FindModels(search)],
        PickerKey::Take => send(ui.take_model()),
        PickerKey::Close => {
            ui.layers.pop();
            Vec::new()
        }
    }
}

/// What a key does while a text is typed that is none of the text's.
pub(super) fn plain(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    match ui.screen.keys.action(Context::Overlay, Key::from(event)) {
        Some(action @ (Action::Redraw | Action::Suspend)) => act(ui, action),
        _ => Vec::new(),
    }
}

fn type_amount(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    match event.code {
        KeyCode::Enter => return send(ui.take_amount()),
        KeyCode::Esc => drop(ui.layers.pop()),
        _ => {
            if let Some(Layer::Entry(entry)) = ui.layers.last_mut() {
                entry.draft.press(event);
                entry.check();
            }
        }
    }
    Vec::new()
}

/// Pasted text goes where typed text would.
pub(super) fn paste(ui: &mut Ui, text: &str) -> Vec<Effect> {
    if is_too_small(ui.screen.size) {
        return Vec::new();
    }
    let size = ui.screen.size;
    if let Some(editing) = ui.editing_mut() {
        let room = edit::room(size, editing);
        let pressed = editing.paste(text, room);
        return ui.edited(pressed);
    }
    match ui.layers.last_mut() {
        Some(Layer::Entry(entry)) => {
            entry.draft.paste(text);
            entry.check();
        }
        Some(Layer::Picker(picker)) => {
            paste_into(&mut picker.words, text);
            return vec![Effect::FindModels(picker.search())];
        }
        _ if ui.jobs.typing => paste_into(&mut ui.jobs.filter, text),
        _ => {}
    }
    Vec::new()
}

/// A question's own keys: an answer's letter, or Enter for the one that is chosen.
fn answer_by_key(ui: &mut Ui, question: Question, event: KeyEvent) -> Option<Vec<Effect>> {
    let plain = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let at = match event.code {
        KeyCode::Enter => question.at,
        KeyCode::Char(c) if plain => question.choices.iter().position(|choice| choice.key == c)?,
        _ => return None,
    };
    answer(ui, question, at)
}

/// Gives an answer, counted from 0.
pub(super) fn answer(ui: &mut Ui, question: Question, at: usize) -> Option<Vec<Effect>> {
    let choice = question.choices.into_iter().nth(at)?;
    ui.layers.pop();
    Some(match choice.answer {
        Answer::Back => Vec::new(),
        Answer::Tell(command, said) => tell(ui, command, said),
        Answer::Leave(how) => leave(ui, how, None),
        Answer::Copy { what, text } => copy(ui, what, text),
    })
}
