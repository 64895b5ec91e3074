//! Questions: asked only where money or work is at stake, or where a key has more than one answer.

use super::super::view::words::text::width;
use crate::engine::{Command, Leave};
use crate::job::Status;

/// A question with its answers, the safe one first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    pub(crate) title: String,
    pub(crate) text: Vec<String>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) at: usize,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub(crate) key: char,
    pub(crate) label: String,
    /// The same in a word or two, for screens that have no room for more.
    short: Option<&'static str>,
    pub(crate) answer: Answer,
}

/// What an answer does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// Nothing: back.
    Back,
    /// Tells the engine.
    Tell(Command, String),
    /// Leaves.
    Leave(Leave),
    /// Puts a text on the clipboard.
    Copy { what: &'static str, text: String },
}

impl Question {
    pub(super) fn new(title: impl Into<String>, text: Vec<String>, choices: Vec<Choice>) -> Self {
        Self { title: title.into(), text, choices, at: 0 }
    }
}

impl Choice {
    pub(super) fn new(key: char, label: impl Into<String>, answer: Answer) -> Self {
        Self { key, label: label.into(), short: None, answer }
    }

    /// The same with a word or two for screens that have no room for the whole label.
    pub(super) fn or_short(self, short: &'static str) -> Self {
        Self { short: Some(short), ..self }
    }

    /// What it does, in so many columns if that can be said.
    pub(crate) fn label_in(&self, room: usize) -> &str {
        self.short.filter(|_| width(&self.label) > room).unwrap_or(&self.label)
    }

    pub(super) fn back() -> Self {
        Self::new('n', "no, back", Answer::Back)
    }
}

/// What a key leads to: a question first, or a command at once with a word on it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Ask(Question),
    Do(Command, String),
    Say(String),
    /// The engine is asked first.
    Weigh(Command),
}

/// A state in our own words.
pub(crate) fn word(status: Status) -> String {
    status.name().to_ascii_lowercase().replace('_', " ")
}
