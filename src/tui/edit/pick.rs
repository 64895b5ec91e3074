//! A list to pick a value from; what is typed leaves those that hold it.

use crossterm::event::{Event, KeyCode, KeyEvent};
use serde_json::Value;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler as _;

use crate::job::clean;
use crate::model::{ParamKind, ParamSpec, shown};
use crate::tui::view::words::text::width;

/// What can be picked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Picked {
    /// This value; `None` is what the model takes by itself.
    Value(Option<Value>),
    /// One that no name stands for: it is typed.
    Own,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) label: String,
    /// What is to be said of it.
    pub(crate) about: String,
    pub(crate) picked: Picked,
}

/// A list to pick from.
#[derive(Debug, Clone)]
pub(crate) struct Pick {
    entries: Vec<Entry>,
    pub(crate) filter: Input,
    /// The chosen one among those that the filter leaves.
    pub(crate) at: usize,
}

impl Pick {
    /// The values that a parameter takes by name, the one that it has chosen; `None` if it takes none.
    pub(crate) fn of(spec: &ParamSpec, value: Option<&Value>) -> Option<Self> {
        let (choices, others) = named(&spec.kind)?;
        let mut entries = Vec::new();
        let mut add = |label: &str, about: &str, picked| {
            entries.push(Entry { label: label.to_owned(), about: about.to_owned(), picked });
        };
        match &spec.default {
            // It stands among the values.
            Some(default) if choices.contains(default) => {}
            Some(default) => add(&shown(default), "the model's default", Picked::Value(None)),
            None if !spec.required => add("the model picks", "nothing is sent", Picked::Value(None)),
            None => {}
        }
        for choice in choices {
            let is_default = spec.default.as_ref() == Some(choice);
            let meaning = spec.meaning(choice).map(clean).unwrap_or_default();
            let about = match (is_default, meaning.is_empty()) {
                (true, true) => "the model's default".to_owned(),
                (true, false) => format!("{meaning} (the model's default)"),
                (false, _) => meaning.into_owned(),
            };
            add(&shown(choice), &about, Picked::Value(if is_default { None } else { Some(choice.clone()) }));
        }
        if spec.nullable && spec.default.is_some() {
            add("null", "none at all", Picked::Value(Some(Value::Null)));
        }
        if let Some(others) = &others {
            add("its own…", &others.to_string(), Picked::Own);
        }
        let is_set = |entry: &Entry| match (&entry.picked, value) {
            (Picked::Value(None), value) => value.is_none() || value == spec.default.as_ref(),
            (Picked::Value(Some(of)), Some(value)) => of == value,
            (Picked::Own, Some(value)) => !choices.contains(value) && !value.is_null(),
            _ => false,
        };
        let at = entries.iter().position(is_set).unwrap_or_default();
        Some(Self { entries, filter: Input::default(), at })
    }

    /// Those that the filter leaves.
    pub(crate) fn left(&self) -> Vec<&Entry> {
        let words = self.filter.value().to_lowercase();
        let holds = |entry: &&Entry| words.split_whitespace().all(|word| entry.label.to_lowercase().contains(word));
        self.entries.iter().filter(holds).collect()
    }

    /// How many there are in all.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Columns of the widest entry.
    pub(crate) fn widest(&self) -> usize {
        self.entries.iter().map(|entry| width(&entry.label) + width(&entry.about)).max().unwrap_or_default()
    }

    /// What is chosen.
    pub(crate) fn chosen(&self) -> Option<Picked> {
        self.left().get(self.at).map(|entry| entry.picked.clone())
    }

    pub(crate) fn move_by(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by).min(self.left().len().saturating_sub(1));
    }

    /// Takes a key; false if it is none of a list's.
    pub(crate) fn press(&mut self, event: KeyEvent, height: usize) -> bool {
        let page = isize::try_from(height.max(2) - 1).unwrap_or(1);
        match event.code {
            KeyCode::Up | KeyCode::BackTab => self.move_by(-1),
            KeyCode::Down | KeyCode::Tab => self.move_by(1),
            KeyCode::PageUp => self.move_by(-page),
            KeyCode::PageDown => self.move_by(page),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.move_by(isize::MAX),
            _ => {
                let before = self.filter.value().to_owned();
                if self.filter.handle_event(&Event::Key(event)).is_none() {
                    return false;
                }
                if before != self.filter.value() {
                    self.at = 0;
                }
            }
        }
        true
    }
}

/// The values that a kind takes by name, and what else it takes.
fn named(kind: &ParamKind) -> Option<(&[Value], Option<ParamKind>)> {
    match kind {
        ParamKind::Choice(of) => Some((of, None)),
        ParamKind::OneOf(kinds) => {
            let of = kinds.iter().find_map(|kind| if let ParamKind::Choice(of) = kind { Some(of) } else { None })?;
            Some((of, others(kinds)))
        }
        _ => None,
    }
}

/// What several kinds take that is no choice of names.
pub(super) fn others(kinds: &[ParamKind]) -> Option<ParamKind> {
    let mut rest: Vec<_> = kinds.iter().filter(|kind| !matches!(kind, ParamKind::Choice(_))).cloned().collect();
    match rest.len() {
        0 => None,
        1 => rest.pop(),
        _ => Some(ParamKind::OneOf(rest)),
    }
}
