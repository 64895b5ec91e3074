//! What is wrong with a setting, and who gave it.

use std::io;
use std::path::PathBuf;

use crate::fal::InvalidKey;

/// A setting that cannot be taken. Nothing was sent: exit status 2.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A value that the setting does not take.
    #[error("{given}: {problem}")]
    Value {
        /// The value and its source, as the user wrote them.
        given: String,
        /// What it takes, or what is wrong.
        problem: String,
    },
    /// A variable that begins like ours and is none.
    #[error("`{variable}` is no setting{}\nhint: unset it; a setting that is not read could cost money", did_you_mean(*.close))]
    UnknownVariable {
        /// Its name.
        variable: String,
        /// The one that looks most like it.
        close: Option<&'static str>,
    },
    /// The config file does not read as TOML, or not as settings.
    #[error("{}, line {line}: {problem}", .path.display())]
    File {
        /// The config file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The config file is there and cannot be read.
    #[error("config file {} cannot be read", .path.display())]
    Unreadable {
        /// The config file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No place for the ledger.
    #[error(
        "there is no home directory to keep the ledger in: HOME is no absolute path\nhint: set HOME or XDG_STATE_HOME, or name a folder with `--state-dir`"
    )]
    NoStateDir,
    /// A password on the command line.
    #[error(
        "`--ledger` has a password in it, which every user of this machine sees in the list of processes\nhint: give the address in FAL_TUI_LEDGER, or leave the password out: it is read from PGPASSWORD or ~/.pgpass, too"
    )]
    TypedPassword,
    /// The sandbox's flags without the sandbox.
    #[error("`--{0}` shapes the sandbox, and nothing says `--sandbox`")]
    NoSandbox(&'static str),
}

/// There is no key to pay with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// None was given.
    #[error(
        "no key: `FAL_KEY` is not set, and none is stored\nhint: make one at https://fal.ai/dashboard/keys, and `fal-tui login` stores it"
    )]
    Missing,
    /// One of the two halves is there.
    #[error("half a key: `{given}` is set and `{missing}` is not\nhint: set both, or `FAL_KEY` alone")]
    Half {
        /// The variable of the half that was given.
        given: &'static str,
        /// The variable of the other.
        missing: &'static str,
    },
    /// None is stored under the name that was asked for.
    #[error("no key is stored as `{profile}`\nhint: `fal-tui login --profile {profile}` stores one")]
    NoProfile {
        /// The name.
        profile: String,
    },
    /// The one that is stored cannot be used.
    #[error("the stored key cannot be used: {why}")]
    Unreadable {
        /// Why.
        why: String,
    },
    /// What was given cannot be one.
    #[error("`{variable}`: {why}{}", where_from(*.why))]
    Invalid {
        /// The variable that it came from.
        variable: &'static str,
        /// What is wrong with it.
        why: InvalidKey,
    },
}

impl NoKey {
    /// Whether there is no key at all, rather than one that looks wrong.
    #[must_use]
    pub fn is_wanting(&self) -> bool {
        !matches!(self, Self::Invalid { why: InvalidKey::Unsafe, .. } | Self::Unreadable { .. })
    }
}

/// An empty key is as good as none.
fn where_from(why: InvalidKey) -> &'static str {
    match why {
        InvalidKey::Empty => "\nhint: make one at https://fal.ai/dashboard/keys",
        InvalidKey::Unsafe => "",
    }
}

pub(super) fn did_you_mean(close: Option<&str>) -> String {
    close.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
