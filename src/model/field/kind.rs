//! What a parameter takes.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Bounds, Length, ParamSpec, shown};

/// What a parameter takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ParamKind {
    /// A number in a range.
    Number(Bounds),
    /// A whole number in a range.
    Integer(Bounds),
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text {
        /// How many characters it may have.
        length: Length,
        /// Whether it is one that people write in several lines.
        long: bool,
    },
    /// One of these.
    Choice(Vec<Value>),
    /// The URL of a file.
    File,
    /// Any number of one kind.
    List {
        /// What each is.
        of: Box<ParamKind>,
        /// How many there may be.
        length: Length,
    },
    /// Fields of their own.
    Object(Vec<ParamSpec>),
    /// Any of several kinds.
    OneOf(Vec<ParamKind>),
    /// Whatever JSON can say: the schema does not tell.
    Any,
}

/// So many values of a choice are named in an error.
const NAMED: usize = 24;

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(bounds) => write!(f, "a number{bounds}"),
            Self::Integer(bounds) => write!(f, "a whole number{bounds}"),
            Self::Boolean => f.write_str("true or false"),
            Self::Text { length, .. } => write!(f, "a text{}", length.words("characters")),
            Self::Choice(of) => {
                let named: Vec<_> = of.iter().take(NAMED).map(shown).collect();
                let more = of.len().saturating_sub(NAMED);
                match named.as_slice() {
                    [only] if more == 0 => write!(f, "{only} alone"),
                    named if more == 0 => write!(f, "one of {}", named.join(", ")),
                    named => write!(f, "one of {} and {more} more", named.join(", ")),
                }
            }
            Self::File => f.write_str("a file (`@PATH`) or its URL"),
            Self::List { of, length } => write!(f, "a list{}, each {of}", length.words("entries")),
            Self::Object(fields) => {
                let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
                write!(f, "a JSON object of {}", names.join(", "))
            }
            Self::OneOf(kinds) => {
                let kinds: Vec<_> = kinds.iter().map(ToString::to_string).collect();
                f.write_str(&kinds.join(", or "))
            }
            Self::Any => f.write_str("JSON"),
        }
    }
}

impl ParamKind {
    /// A text of any length.
    #[must_use]
    pub fn text() -> Self {
        Self::Text { length: Length::default(), long: false }
    }

    /// Whether it is given as JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        match self {
            Self::List { .. } | Self::Object(_) | Self::Any => true,
            Self::OneOf(kinds) => kinds.iter().all(Self::is_json),
            _ => false,
        }
    }

    /// Whether a file's URL is in it.
    #[must_use]
    pub fn takes_file(&self) -> bool {
        match self {
            Self::File => true,
            Self::List { of, .. } => of.takes_file(),
            Self::OneOf(kinds) => kinds.iter().any(Self::takes_file),
            _ => false,
        }
    }
}
