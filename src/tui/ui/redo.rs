//! The form that asks with which parameters a result is to be made again, its price first.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler as _;

use crate::engine::Command;
use crate::engine::snapshot::RedoParam;
use crate::job::{JobId, Usd};
use crate::model::ParamSpec;

/// The parameters for making a result again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RedoForm {
    pub(crate) job: JobId,
    pub(crate) path: String,
    /// What it is about.
    pub(crate) text: Vec<String>,
    pub(crate) fields: Vec<RedoField>,
    pub(crate) at: usize,
}

/// One parameter.
#[derive(Debug, Clone)]
pub(crate) struct RedoField {
    pub(crate) spec: ParamSpec,
    pub(crate) input: Input,
}

impl PartialEq for RedoField {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec && self.input.value() == other.input.value()
    }
}

/// What a key did in the form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pressed {
    /// It changed the form.
    Typed,
    /// Nothing is sent.
    Close,
    /// This is to be told to the engine, and that said.
    Send(Command, String),
}

impl RedoField {
    /// Why its text cannot be sent.
    pub(crate) fn problem(&self) -> Option<String> {
        let text = self.input.value().trim();
        let leaves_it = text.is_empty() && self.spec.default.is_none();
        let refused = self.spec.try_read(text).err().filter(|_| !leaves_it)?;
        Some(format!("takes {}", refused.takes))
    }
}

impl RedoForm {
    pub(crate) fn new(job: JobId, path: &str, price: Option<Usd>, sandbox: bool, params: &[RedoParam]) -> Self {
        let price = match price {
            _ if sandbox => "On the sandbox nothing is charged.".to_owned(),
            Some(usd) => format!("It is paid for again: about {usd}."),
            None => "It is paid for again; the price is not known.".to_owned(),
        };
        let text = vec![price, "The picture that is there stays until the new one is whole.".to_owned()];
        let field = |param: &RedoParam| RedoField {
            spec: param.spec.clone(),
            input: Input::new(param.value.clone().unwrap_or_default()),
        };
        Self { job, path: path.to_owned(), text, fields: params.iter().map(field).collect(), at: 0 }
    }

    /// Goes to the next field or the one before.
    pub(crate) fn step(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by.signum()).min(self.fields.len().saturating_sub(1));
    }

    /// Takes a key; `None` if it is not the form's.
    pub(crate) fn press(&mut self, event: KeyEvent) -> Option<Pressed> {
        match event.code {
            KeyCode::Esc => return Some(Pressed::Close),
            KeyCode::Enter => return Some(self.send()),
            KeyCode::Up | KeyCode::BackTab => self.step(-1),
            KeyCode::Down => self.step(1),
            KeyCode::Tab => self.at = (self.at + 1) % self.fields.len().max(1),
            // Of the keys with Ctrl only the one that clears a text is the field's.
            KeyCode::Char(c)
                if event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
                    && (c, event.modifiers) != ('u', KeyModifiers::CONTROL) =>
            {
                return None;
            }
            KeyCode::Char(_)
            | KeyCode::Backspace
            | KeyCode::Delete
            | KeyCode::Left
            | KeyCode::Right
            | KeyCode::Home
            | KeyCode::End => {
                if let Some(field) = self.fields.get_mut(self.at) {
                    field.input.handle_event(&Event::Key(event));
                }
            }
            _ => return None,
        }
        Some(Pressed::Typed)
    }

    /// Sends it, or goes to what cannot be sent.
    fn send(&mut self) -> Pressed {
        if let Some(wrong) = self.fields.iter().position(|field| field.problem().is_some()) {
            self.at = wrong;
            return Pressed::Typed;
        }
        let set = |field: &RedoField| (field.spec.name.clone(), field.input.value().trim().to_owned());
        let params = self.fields.iter().map(set).collect();
        Pressed::Send(Command::Redo { job: self.job, params }, format!("{} is made again", self.path))
    }
}
