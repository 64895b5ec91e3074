//! What a model gave: pictures, other files and texts, each by what the model calls it.

use serde::{Deserialize, Serialize};

use crate::job::Pixels;

/// One thing of an answer, before anything of it is downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// What the model calls it: the field of its answer.
    pub role: Box<str>,
    /// What it is.
    pub what: Given,
}

/// What a model can give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Given {
    /// A picture.
    Picture {
        /// Where it is.
        url: Box<str>,
        /// Its size as the model gave it, px.
        pixels: Option<Pixels>,
    },
    /// Any other file.
    File {
        /// Where it is.
        url: Box<str>,
    },
    /// A text, as it came.
    Text(Box<str>),
    /// No thing: a word that it takes one of the pictures for unsafe.
    Unsafe,
}

impl Artifact {
    /// A picture.
    #[must_use]
    pub fn picture(role: &str, url: &str, pixels: Option<Pixels>) -> Self {
        Self { role: role.into(), what: Given::Picture { url: url.into(), pixels } }
    }

    /// A file that is no picture.
    #[must_use]
    pub fn file(role: &str, url: &str) -> Self {
        Self { role: role.into(), what: Given::File { url: url.into() } }
    }

    /// A text.
    #[must_use]
    pub fn text(role: &str, text: &str) -> Self {
        Self { role: role.into(), what: Given::Text(text.into()) }
    }

    /// That a picture is taken for unsafe.
    #[must_use]
    pub fn unsafe_one(role: &str) -> Self {
        Self { role: role.into(), what: Given::Unsafe }
    }

    /// Its text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Given::Text(text) = &self.what { Some(text) } else { None }
    }
}
