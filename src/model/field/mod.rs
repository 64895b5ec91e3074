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
        }
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
