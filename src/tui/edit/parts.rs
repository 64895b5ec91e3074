//! An object of a few simple fields while it is typed, such as a width and a height.

use crossterm::event::{KeyCode, KeyEvent};
use serde_json::{Map, Value};

use super::draft::Draft;
use crate::model::{ParamKind, ParamSpec, Refused, shown};

/// Objects of more fields are typed as JSON.
const MOST: usize = 6;

/// An object's fields while they are typed.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) fields: Vec<(ParamSpec, Draft)>,
    /// The one that keys go to.
    pub(crate) at: usize,
}

impl Parts {
    /// The fields of an object, if they are few and simple, with what they have.
    pub(crate) fn of(kind: &ParamKind, value: Option<&Value>) -> Option<Self> {
        let ParamKind::Object(fields) = kind else { return None };
        let is_simple = |spec: &ParamSpec| {
            use ParamKind::{Boolean, Choice, Integer, Number, Text};
            matches!(spec.kind, Number(_) | Integer(_) | Boolean | Choice(_) | Text { long: false, .. })
        };
        if fields.is_empty() || fields.len() > MOST || !fields.iter().all(is_simple) {
            return None;
        }
        let draft = |spec: &ParamSpec| {
            let set = value.and_then(|value| value.get(&spec.name)).or(spec.default.as_ref());
            (spec.clone(), Draft::new(set.map(shown).unwrap_or_default()))
        };
        Some(Self { fields: fields.iter().map(draft).collect(), at: 0 })
    }

    /// The object as typed; else which field is wrong, and why.
    pub(crate) fn read(&self) -> Result<Value, (usize, Refused)> {
        let mut object = Map::new();
        for (at, (spec, draft)) in self.fields.iter().enumerate() {
            let text = draft.value().trim();
            if text.is_empty() && (!spec.required || spec.default.is_some()) {
                continue;
            }
            object.insert(spec.name.clone(), spec.try_read(text).map_err(|no| (at, no))?);
        }
        Ok(Value::Object(object))
    }

    pub(crate) fn move_by(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by).min(self.fields.len().saturating_sub(1));
    }

    /// Takes a key; `None` if it is none of a field's, else whether a text is another one now.
    pub(crate) fn press(&mut self, event: KeyEvent) -> Option<bool> {
        match event.code {
            KeyCode::Up | KeyCode::BackTab => self.move_by(-1),
            KeyCode::Down => self.move_by(1),
            KeyCode::Tab => self.at = (self.at + 1) % self.fields.len().max(1),
            _ => return self.fields.get_mut(self.at).map(|(_, draft)| draft.press(event)),
        }
        Some(false)
    }
}
