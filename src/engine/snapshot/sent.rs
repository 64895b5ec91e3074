//! The parameters as they are sent, and the files of this machine that they name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::job::{FurtherFile, Pixels, clean};
use crate::model::{file_mark, shown};

/// Every parameter as sent, name and value, in the model's order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SentParams {
    /// Name and value of each.
    pub values: Vec<(String, Value)>,
    /// The files that values may name.
    known: Vec<FileFacts>,
}

/// A file that goes along with every photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// What stands for it in a value.
    pub mark: String,
    /// Where it lies, cleaned for a terminal.
    pub path: String,
    /// Its name, cleaned for a terminal.
    pub name: String,
    /// Its length, bytes.
    pub bytes: u64,
    /// Its size as people see it, px.
    pub pixels: Pixels,
}

impl From<Vec<(String, Value)>> for SentParams {
    fn from(values: Vec<(String, Value)>) -> Self {
        Self { values, known: Vec::new() }
    }
}

impl SentParams {
    /// Parameters, and the files that they may name.
    #[must_use]
    pub fn new(values: Vec<(String, Value)>, files: &[FurtherFile]) -> Self {
        let mut sent = Self::from(values);
        for file in files {
            sent.learn(file);
        }
        sent
    }

    /// Another file that a value may name.
    pub fn learn(&mut self, file: &FurtherFile) {
        let facts = FileFacts {
            mark: file_mark(&file.content),
            path: clean(&file.path.to_string_lossy()).into_owned(),
            name: file.name(),
            bytes: file.bytes,
            pixels: file.pixels,
        };
        self.known.retain(|known| known.mark != facts.mark);
        self.known.push(facts);
    }

    /// The files that go along, each with its parameter.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FileFacts)> {
        self.values.iter().flat_map(move |(name, value)| {
            let is_it = move |file: &&FileFacts| {
                let holds = |value: &Value| value.as_str() == Some(file.mark.as_str());
                holds(value) || value.as_array().is_some_and(|list| list.iter().any(holds))
            };
            self.known.iter().filter(is_it).map(move |file| (name.as_str(), file))
        })
    }

    /// A value as people read it: a file by its name.
    #[must_use]
    pub fn told(&self, value: &Value) -> String {
        self.known.iter().fold(shown(value), |text, file| {
            if text.contains(&file.mark) { text.replace(&file.mark, &format!("@{}", file.name)) } else { text }
        })
    }

    /// A value as it would be typed: a file by its path.
    #[must_use]
    pub fn typed(&self, value: &Value) -> Value {
        let text = value.as_str().or_else(|| match value.as_array()?.as_slice() {
            [only] => only.as_str(),
            _ => None,
        });
        let file = text.and_then(|text| self.known.iter().find(|file| file.mark == text));
        file.map_or_else(|| value.clone(), |file| Value::from(format!("@{}", file.path)))
    }
}
