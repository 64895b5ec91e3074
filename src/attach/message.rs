//! What the two ends say to each other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::snapshot::Snapshot;
use crate::engine::{Access, Command};
use crate::job::BatchId;
use crate::tui::{Finds, Search};

/// This version: only the same one is understood, since snapshots change with the program.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What is spoken after the hello.
const SPEAKS: u32 = 1;

/// The longest hello and the longest answer to one, bytes.
pub(super) const HELLO: u32 = 4096;

/// The first word, from whoever comes. Every version understands that of every other: fields are only added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Hello {
    fal_tui_attach: u32,
    version: String,
    #[serde(default)]
    pub(super) access: Access,
}

impl Hello {
    pub(super) fn new(access: Access) -> Self {
        Self { fal_tui_attach: SPEAKS, version: VERSION.to_owned(), access }
    }

    /// Why whoever says this is not understood, if they are not.
    pub(super) fn foreign(&self) -> Option<String> {
        let is_ours = self.version == VERSION && self.fal_tui_attach == SPEAKS;
        (!is_ours).then(|| format!("the run is of fal-tui {VERSION}, and this is {}", crate::job::clean(&self.version)))
    }
}

/// The answer to a hello. Every version understands that of every other: fields are only added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) version: String,
    /// Why nobody is let in.
    #[serde(default)]
    pub(super) refused: Option<String>,
    #[serde(default)]
    pub(super) welcome: Option<Welcome>,
}

/// What is said of a run to whoever comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Its process.
    pub pid: u32,
    /// How it is shown there, in a word.
    pub face: String,
    /// The batch that it began with.
    pub batch: BatchId,
}

/// How a run ended, for whoever looked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// Its last words.
    pub text: String,
    /// Its exit status.
    pub status: u8,
}

/// From the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum ToGuest {
    /// How it stands.
    Snapshot(Arc<Snapshot>),
    /// Models that were looked for.
    Found(Finds),
    /// Nothing is new, and the run is there.
    There,
    /// It has ended.
    Over(Over),
}

/// To the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum FromGuest {
    /// Something is asked of the engine.
    Ask(Command),
    /// Models are looked for.
    Find(Search),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_of_any_version_is_understood_and_another_one_is_told_so() {
        let ours = serde_json::to_string(&Hello::new(Access::ReadOnly)).unwrap();
        let ours: Hello = serde_json::from_str(&ours).unwrap();
        assert_eq!((ours.foreign(), ours.access), (None, Access::ReadOnly));
        let other: Hello = serde_json::from_str(r#"{"fal_tui_attach":7,"version":"9.1.0","colour":"red"}"#).unwrap();
        assert_eq!(other.foreign().unwrap(), format!("the run is of fal-tui {VERSION}, and this is 9.1.0"));
    }
}
