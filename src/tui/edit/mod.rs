//! Changing a parameter: a fitting editor for each kind of it. The plan and the form of a redo use the same.
//!
//! Numbers, short texts and links are typed in their line; names are picked from a list; longer texts, lists
//! and objects have several lines; an object of a few numbers has a line for each. What is typed is checked by
//! the parameter's own rules, and what it does not take is told in their words.

mod area;
mod draft;
mod parts;
mod pick;
pub(crate) mod program;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::Value;

pub(crate) use area::Area;
pub(crate) use draft::{Draft, parts as input_parts, paste};
pub(crate) use parts::Parts;
pub(crate) use pick::{Pick, Picked};

use crate::model::{ParamKind, ParamSpec, shown};

/// Longer texts are edited in several lines, whatever the schema says of them.
const SHORT: usize = 60;

/// A parameter while it is changed.
#[derive(Debug, Clone)]
pub(crate) struct Editing {
    pub(crate) spec: ParamSpec,
    /// What it was, for who gives up.
    before: Option<Value>,
    pub(crate) editor: Editor,
    /// What is wrong with what is typed.
    pub(crate) error: Option<Wrong>,
    /// Something was typed that giving up would lose: that takes a second key.
    is_warned: bool,
}

/// What a value is changed with.
#[derive(Debug, Clone)]
pub(crate) enum Editor {
    /// A line.
    Line(Draft),
    /// A list of names.
    Pick(Pick),
    /// Several lines; as JSON or as a text.
    Area(Area),
    /// A line for each field.
    Parts(Parts),
}

/// What is wrong with what is typed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) said: String,
    /// The place in the text, in bytes.
    pub(crate) at: usize,
}

/// What a key did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pressed {
    /// It is no key of an editor.
    Not,
    /// It is being typed on.
    Typed,
    /// What is typed so far can be taken, and its price seen.
    Try(Option<Value>),
    /// It is ended, and this is taken.
    Take(Option<Value>),
    /// It is ended, and this is what it was.
    GiveUp(Option<Value>),
    /// This is said.
    Say(&'static str),
}

/// The room of an editor on the screen, for keys that go by what is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl Editing {
    /// Begins to change a parameter that has this value.
    pub(crate) fn new(spec: &ParamSpec, value: Option<&Value>) -> Self {
        let editor = Pick::of(spec, value).map_or_else(|| typed(&spec.kind, value), Editor::Pick);
        Self { spec: spec.clone(), before: value.cloned(), editor, error: None, is_warned: false }
    }

    /// Whether it has its place in a line, and needs no room of its own.
    pub(crate) fn is_line(&self) -> bool {
        matches!(self.editor, Editor::Line(_))
    }

    /// What is typed, if it is typed in its line.
    pub(crate) fn line(&self) -> Option<&Draft> {
        if let Editor::Line(draft) = &self.editor { Some(draft) } else { None }
    }

    /// Takes a key.
    pub(crate) fn press(&mut self, event: KeyEvent, room: Room) -> Pressed {
        let pressed = self.press_in(event, room);
        self.keep_in_sight(room);
        pressed
    }

    fn keep_in_sight(&mut self, room: Room) {
        if let Editor::Area(area) = &mut self.editor {
            area.keep_in_sight(room.columns, room.rows);
        }
    }

    fn press_in(&mut self, event: KeyEvent, room: Room) -> Pressed {
        let is = |code, modifiers| event.code == code && event.modifiers.contains(modifiers);
        if is(KeyCode::Char('l'), KeyModifiers::CONTROL) || is(KeyCode::Char('z'), KeyModifiers::CONTROL) {
            return Pressed::Not;
        }
        if event.code == KeyCode::Esc {
            return self.give_up();
        }
        self.is_warned = false;
        let changed = match &mut self.editor {
            Editor::Line(_) | Editor::Parts(_) if event.code == KeyCode::Enter => return self.take(),
            Editor::Line(draft) => {
                return if draft.press(event) { self.retyped() } else { Pressed::Typed };
            }
            Editor::Pick(pick) if event.code == KeyCode::Enter => {
                return pick.chosen().map_or(Pressed::Typed, |picked| self.picked(picked));
            }
            Editor::Pick(pick) => {
                return if pick.press(event, room.rows) { Pressed::Typed } else { Pressed::Not };
            }
            // What ends an input in a shell; Enter begins a line, and every terminal knows this key.
            Editor::Area(_) if is(KeyCode::Char('d'), KeyModifiers::CONTROL) => return self.take(),
            Editor::Area(area) => area.press(event, room.columns, room.rows),
            Editor::Parts(parts) => parts.press(event),
        };
        match changed {
            None => Pressed::Not,
            Some(false) => Pressed::Typed,
            Some(true) => {
                self.check();
                Pressed::Typed
            }
        }
    }

    /// Takes a text from the clipboard.
    pub(crate) fn paste(&mut self, text: &str, room: Room) -> Pressed {
        let pressed = self.paste_in(text);
        self.keep_in_sight(room);
        pressed
    }

    fn paste_in(&mut self, text: &str) -> Pressed {
        self.is_warned = false;
        match &mut self.editor {
            Editor::Line(draft) => {
                draft.paste(text);
                return self.retyped();
            }
            Editor::Pick(pick) => {
                draft::paste(&mut pick.filter, text);
                pick.at = 0;
            }
            Editor::Area(area) => {
                let is_whole = area.insert(text);
                self.check();
                if !is_whole {
                    return Pressed::Say("the text is too long: its end was left out");
                }
            }
            Editor::Parts(parts) => {
                if let Some((_, draft)) = parts.fields.get_mut(parts.at) {
                    draft.paste(text);
                }
                self.check();
            }
        }
        Pressed::Typed
    }

    /// Moves by so many rows, as the wheel does.
    pub(crate) fn scroll(&mut self, room: Room, by: isize) {
        match &mut self.editor {
            Editor::Line(_) => {}
            Editor::Pick(pick) => pick.move_by(by),
            Editor::Area(area) => area.scroll(room.columns, by),
            Editor::Parts(parts) => parts.move_by(by.signum()),
        }
        self.keep_in_sight(room);
    }

    /// A click on a row of what is shown, counted from 0, in a column of it.
    pub(crate) fn point(&mut self, room: Room, row: usize, column: usize) -> Pressed {
        match &mut self.editor {
            Editor::Line(_) => {}
            Editor::Pick(pick) if pick.at == row => {
                return pick.chosen().map_or(Pressed::Typed, |picked| self.picked(picked));
            }
            Editor::Pick(pick) => pick.at = row.min(pick.left().len().saturating_sub(1)),
            Editor::Area(area) => area.point(room.columns, row, column),
            Editor::Parts(parts) => parts.at = row.min(parts.fields.len().saturating_sub(1)),
        }
        Pressed::Typed
    }

    /// Ends it if what is typed can be taken; else what is wrong is shown, and editing goes on.
    pub(crate) fn take(&mut self) -> Pressed {
        match self.read() {
            Ok(value) => Pressed::Take(value),
            Err(wrong) => {
                match &mut self.editor {
                    Editor::Area(area) => area.go_to(wrong.at),
                    Editor::Parts(parts) => parts.at = wrong.at,
                    Editor::Line(_) | Editor::Pick(_) => {}
                }
                self.error = Some(wrong);
                Pressed::Typed
            }
        }
    }

    fn give_up(&mut self) -> Pressed {
        let is_lost = match &self.editor {
            Editor::Area(area) => area.text() != given(&self.spec.kind, self.before.as_ref()),
            _ => false,
        };
        if is_lost && !std::mem::replace(&mut self.is_warned, true) {
            return Pressed::Say("Esc again drops what was typed; Ctrl-D takes it");
        }
        Pressed::GiveUp(self.before.clone())
    }

    /// The value as typed; `None` where nothing is: then it has its default.
    fn read(&self) -> Result<Option<Value>, Wrong> {
        let text = match &self.editor {
            Editor::Line(draft) => draft.value(),
            Editor::Area(area) => area.text(),
            Editor::Pick(_) => return Ok(self.before.clone()),
            Editor::Parts(parts) => {
                let object = parts.read().map_err(|(at, no)| Wrong { said: format!("takes {}", no.takes), at })?;
                let read = self.spec.try_read(&object.to_string());
                return read.map(Some).map_err(|no| Wrong { said: format!("takes {}", no.takes), at: parts.at });
            }
        };
        if text.trim().is_empty() {
            return Ok(None);
        }
        // A file is looked at by the engine, which says if it is none.
        if self.spec.takes_file() && is_path(text) {
            return Ok(Some(Value::from(text.trim())));
        }
        self.spec.try_read(text).map(Some).map_err(|_| {
            let fault = self.spec.fault(text);
            fault.map_or_else(Wrong::default, |fault| Wrong { said: fault.said, at: fault.at })
        })
    }

    /// Looks at what is typed. What is not there yet is no mistake while it is typed.
    fn check(&mut self) {
        self.error = self.read().err();
    }

    /// What was typed in a line is its value at once, if it can be.
    fn retyped(&mut self) -> Pressed {
        self.check();
        match self.read() {
            // Half a path is no file.
            Ok(Some(Value::String(text))) if self.spec.takes_file() && is_path(&text) => Pressed::Typed,
            Ok(value) => Pressed::Try(value),
            Err(_) => Pressed::Typed,
        }
    }

    fn picked(&mut self, picked: Picked) -> Pressed {
        match picked {
            Picked::Value(value) => Pressed::Take(value),
            Picked::Own => {
                let ParamKind::OneOf(kinds) = &self.spec.kind else { return Pressed::Typed };
                let Some(kind) = pick::others(kinds) else { return Pressed::Typed };
                let fits = |value: &&Value| ParamSpec::new("", kind.clone()).try_read(&shown(value)).is_ok();
                self.editor = typed(&kind, self.before.as_ref().filter(fits));
                Pressed::Typed
            }
        }
    }
}

/// `@mask.png`: a file of this machine.
fn is_path(text: &str) -> bool {
    text.trim().strip_prefix('@').is_some_and(|path| !path.is_empty())
}

impl Default for Wrong {
    fn default() -> Self {
        Self { said: "that is not taken".to_owned(), at: 0 }
    }
}

/// What a parameter goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reset {
    /// What the model takes by itself.
    Default,
    /// None at all.
    Null,
}

impl Reset {
    /// What takes a parameter back: to its default, or from that to null where it may be null. `None` where
    /// there is nothing to go back to.
    pub(crate) fn of(spec: &ParamSpec, value: Option<&Value>) -> Option<Self> {
        if value != spec.default.as_ref() {
            return Some(Self::Default);
        }
        (spec.nullable && spec.default.is_some()).then_some(Self::Null)
    }

    /// The value that is set for it.
    pub(crate) fn value(self) -> Option<Value> {
        (self == Self::Null).then_some(Value::Null)
    }
}

/// What a value of a kind is typed with.
fn typed(kind: &ParamKind, value: Option<&Value>) -> Editor {
    if let (Some(parts), false) = (Parts::of(kind, value), value.is_some_and(|value| !value.is_object())) {
        return Editor::Parts(parts);
    }
    let text = given(kind, value);
    let has_json = match kind {
        ParamKind::OneOf(kinds) => kinds.iter().any(ParamKind::is_json),
        kind => kind.is_json(),
    };
    let is_long = matches!(kind, ParamKind::Text { long: true, .. }) || text.chars().count() > SHORT;
    if has_json || is_long || text.contains('\n') {
        Editor::Area(Area::new(&text))
    } else {
        Editor::Line(Draft::new(text))
    }
}

/// A value as it is typed: lists and objects with a line for each part.
fn given(kind: &ParamKind, value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(value @ (Value::Array(_) | Value::Object(_))) => serde_json::to_string_pretty(value).unwrap_or_default(),
        Some(value) if kind.is_json() && !value.is_string() => value.to_string(),
        Some(value) => shown(value),
    }
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
