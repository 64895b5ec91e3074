//! What a model gives, by the schema of its answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SchemaError;
use super::resolve::{Document, Flat};

/// What can be expected of a model's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gives {
    /// Pictures.
    pub pictures: bool,
    /// Files that are none: videos, meshes, archives.
    pub files: bool,
    /// Texts.
    pub texts: bool,
}

/// How deep files are looked for.
const DEEPEST: usize = 5;
/// Texts that say how a request went, and nothing of the picture.
const ASIDE: [&str; 5] = ["finish_reason", "request_id", "status", "error", "prompt"];
/// What names of files hold that are no pictures.
const NO_PICTURES: [&str; 9] = ["video", "mesh", "model", "audio", "zip", "archive", "file", "glb", "ply"];

impl Gives {
    /// Anything at all.
    #[must_use]
    pub fn anything(self) -> bool {
        self.pictures || self.files || self.texts
    }

    /// Whether a file of some kind can be expected.
    #[must_use]
    pub fn is_file(self) -> bool {
        self.pictures || self.files
    }

    /// In words: `pictures, texts`.
    #[must_use]
    pub fn words(self) -> String {
        let words = [(self.pictures, "pictures"), (self.texts, "texts"), (self.files, "files")];
        words.into_iter().filter_map(|(given, word)| given.then_some(word)).collect::<Vec<_>>().join(", ")
    }

    /// Reads it from the schema of an answer. What is not clear is hoped for: the answer decides.
    pub(super) fn read(document: &Document<'_>, output: &Flat) -> Result<Self, SchemaError> {
        let mut gives = Self::default();
        let Some(properties) = output.get("properties").and_then(Value::as_object) else {
            return Ok(Self { pictures: true, files: true, texts: true });
        };
        for (name, schema) in properties {
            gives.look(document, name, schema, 0)?;
        }
        Ok(gives)
    }

    fn look(&mut self, document: &Document<'_>, name: &str, schema: &Value, depth: usize) -> Result<(), SchemaError> {
        if depth > DEEPEST {
            return Ok(());
        }
        let flat = match document.flat(schema) {
            Ok(flat) => flat,
            Err(SchemaError::Circular(_) | SchemaError::Dangling(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        for variant in ["anyOf", "oneOf"].iter().filter_map(|key| flat.get(*key)?.as_array()).flatten() {
            self.look(document, name, variant, depth + 1)?;
        }
        if let Some(items) = flat.get("items") {
            self.look(document, name, items, depth + 1)?;
        }
        let properties = flat.get("properties").and_then(Value::as_object);
        match properties {
            Some(properties) if properties.contains_key("url") => {
                let is_other = name.split('_').any(|part| NO_PICTURES.contains(&part.trim_end_matches('s')));
                if is_other && !properties.contains_key("width") { self.files = true } else { self.pictures = true }
            }
            Some(properties) => {
                for (name, schema) in properties {
                    self.look(document, name, schema, depth + 1)?;
                }
            }
            None => {
                let is_of = |kind: &str| flat.get("type").is_some_and(|of| of == kind);
                let is_number = depth == 0 && is_of("number");
                self.texts |= (is_of("string") || is_number) && !ASIDE.contains(&name);
            }
        }
        Ok(())
    }
}
