//! The form that asks with which parameters a result is to be made again, its price first.

use serde_json::Value;

use crate::engine::Command;
use crate::engine::snapshot::{ActionPreview, Field};
use crate::job::{JobId, Usd};
use crate::model::ParamKind;
use crate::tui::edit::{Editing, Pressed, Reset};

/// The parameters for making a result again.
#[derive(Debug, Clone)]
pub(crate) struct RedoForm {
    pub(crate) job: JobId,
    pub(crate) path: String,
    sandbox: bool,
    price: Price,
    pub(crate) fields: Vec<Field>,
    /// What keys go to: 0 is the sending, then the fields.
    pub(crate) at: usize,
    /// The field that is being changed.
    pub(crate) edit: Option<Editing>,
}

/// What it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Price {
    /// So much; `None` if that cannot be known.
    Known(Option<Usd>),
    /// The engine was asked by this question.
    Asked(u64),
}

impl PartialEq for RedoForm {
    fn eq(&self, other: &Self) -> bool {
        let of = |form: &Self| (form.job, form.at, form.price, form.edit.is_some());
        of(self) == of(other) && self.fields == other.fields
    }
}

impl RedoForm {
    pub(crate) fn new(job: JobId, path: &str, price: Option<Usd>, sandbox: bool, fields: Vec<Field>) -> Self {
        Self { job, path: path.to_owned(), sandbox, price: Price::Known(price), fields, at: 0, edit: None }
    }

    /// What it costs, in words.
    pub(crate) fn price_words(&self) -> String {
        match self.price {
            _ if self.sandbox => "on the sandbox nothing is charged".to_owned(),
            Price::Known(Some(usd)) => format!("it is paid for again: about {usd}"),
            Price::Known(None) => "it is paid for again; the price is not known".to_owned(),
            Price::Asked(_) => "it is paid for again; the price is reckoned…".to_owned(),
        }
    }

    /// Whether what it costs is still to be said.
    pub(crate) fn is_reckoned(&self) -> bool {
        !matches!(self.price, Price::Asked(_))
    }

    /// Goes to the next row or the one before.
    pub(crate) fn step(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by).min(self.fields.len());
    }

    /// Goes to the next row, and from the last one to the sending.
    pub(crate) fn turn(&mut self) {
        self.at = (self.at + 1) % (self.fields.len() + 1);
    }

    /// The field that keys go to.
    pub(crate) fn field(&self) -> Option<&Field> {
        self.fields.get(self.at.checked_sub(1)?)
    }

    /// Sets the field that keys go to; `None` is what the model takes by itself. True if it is another one now.
    fn set(&mut self, value: Option<Value>) -> bool {
        let Some(field) = self.at.checked_sub(1).and_then(|at| self.fields.get_mut(at)) else { return false };
        let value = value.or_else(|| field.spec.default.clone());
        let before = std::mem::replace(&mut field.value, value);
        before != field.value
    }

    /// Steps the field; true if it is another one now.
    pub(crate) fn step_field(&mut self, up: bool) -> bool {
        let next = self.field().and_then(|field| field.spec.stepped(field.value.as_ref(), up));
        next.is_some_and(|next| self.set(Some(next)))
    }

    /// Takes the field back; true if it is another one now.
    pub(crate) fn reset_field(&mut self) -> bool {
        let reset = self.field().and_then(|field| Reset::of(&field.spec, field.value.as_ref()));
        reset.is_some_and(|reset| self.set(reset.value()))
    }

    /// Begins to change the field; a yes or no is just turned around: true if it is another one now.
    pub(crate) fn edit_field(&mut self) -> bool {
        let Some(field) = self.field() else { return false };
        if field.spec.kind == ParamKind::Boolean {
            return self.step_field(true);
        }
        self.edit = Some(Editing::new(&field.spec, field.value.as_ref()));
        false
    }

    /// What follows from a key in the field that is changed: true if it is another one now.
    pub(crate) fn edited(&mut self, pressed: Pressed) -> bool {
        match pressed {
            Pressed::Not | Pressed::Typed | Pressed::Say(_) => false,
            Pressed::Try(value) => self.set(value),
            Pressed::Take(value) | Pressed::GiveUp(value) => {
                self.edit = None;
                self.set(value)
            }
        }
    }

    fn params(&self) -> Vec<(String, Option<Value>)> {
        self.fields.iter().map(|field| (field.spec.name.clone(), field.value.clone())).collect()
    }

    /// Asks what it would cost as it is set now.
    pub(crate) fn ask_price(&mut self, seq: u64) -> Command {
        self.price = Price::Asked(seq);
        Command::PreviewRedo { seq, job: self.job, params: self.params() }
    }

    /// Takes in what the engine reckoned.
    pub(crate) fn take_price(&mut self, preview: &ActionPreview) {
        if self.price == Price::Asked(preview.seq) {
            self.price = Price::Known(preview.price);
        }
    }

    /// Sends it; else goes to what the model does nothing without.
    pub(crate) fn send(&mut self) -> Result<(Command, String), String> {
        let is_missing = |field: &Field| field.spec.required && field.value.is_none();
        if let Some(at) = self.fields.iter().position(is_missing) {
            self.at = at + 1;
            let name = self.field().map(|field| field.spec.name.clone()).unwrap_or_default();
            return Err(format!("the model needs {name} first"));
        }
        let command = Command::Redo { job: self.job, params: self.params() };
        Ok((command, format!("{} is made again", self.path)))
    }
}
