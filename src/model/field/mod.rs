//! One parameter of a model: what it takes, and what may be typed for it.

mod bounds;
mod check;
mod fault;
mod kind;
mod step;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use bounds::{Bounds, Length};
pub use check::Refused;
pub use fault::Fault;
pub use kind::ParamKind;

/// Characters of an example that are told.
const EXAMPLE: usize = 120;

/// One parameter of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParamSpec {
    /// Its name in the request body.
    pub name: String,
    /// What it takes.
    pub kind: ParamKind,
    /// Whether the model does nothing without it.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// What the model takes when it is not given; `None` where the model picks.
    pub default: Option<Value>,
    /// A value that its page shows.
    pub example: Option<Value>,
    /// What it does, in a few words.
    pub about: String,
    /// What some of its values mean, where the schema says.
    #[serde(default)]
    pub meanings: Vec<(Value, String)>,
}

impl ParamSpec {
    /// A parameter that need not be given.
    #[must_use]
    pub fn new(name: &str, kind: ParamKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            required: false,
            nullable: false,
            default: None,
            example: None,
            about: String::new(),
            meanings: Vec::new(),
        }
    }

    /// What a value means, where the schema says.
    #[must_use]
    pub fn meaning(&self, value: &Value) -> Option<&str> {
        self.meanings.iter().find(|(of, _)| of == value).map(|(_, about)| about.as_str())
    }

    /// The value that its page shows, as people read it, unless that is what it has anyway.
    #[must_use]
    pub fn told_example(&self) -> Option<String> {
        let example = self.example.as_ref().filter(|example| self.default.as_ref() != Some(*example))?;
        let text = shown(example);
        let mut short: String = text.chars().take(EXAMPLE).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        Some(short)
    }
}

/// A parameter's value as it is typed and read.
#[must_use]
pub fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
