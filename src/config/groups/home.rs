//! Where state, log and settings lie.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::cli::PlaceFlags;
use crate::config::error::SettingsError;
use crate::config::layers::{Layers, Source};
use crate::config::{names, values};
use crate::ledger::Address;

/// Where a run keeps what it keeps on this machine, but for its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Where the ledger and the log live.
    pub state_dir: PathBuf,
    /// The server that has the ledger; `None` where it is a file in `state_dir`.
    pub ledger: Option<Address>,
    /// Where schemas are kept for a day; `None` without a home directory.
    pub cache_dir: Option<PathBuf>,
    /// The config file, whether or not it is there.
    pub config_file: Option<PathBuf>,
    /// The log file, if not the one in the state directory.
    pub log: Option<PathBuf>,
    /// How much more is logged: 0, 1 or 2.
    pub verbose: u8,
}

impl Home {
    /// The log file.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.log.clone().unwrap_or_else(|| self.state_dir.join("fal-tui.log"))
    }

    /// Where the user's own themes are, whether or not there are any.
    #[must_use]
    pub fn themes_dir(&self) -> Option<PathBuf> {
        Some(self.config_file.as_deref()?.parent()?.join("themes"))
    }
}

/// Reads it.
pub(in crate::config) fn home(l: &mut Layers<'_>, place: &PlaceFlags) -> Result<Home, SettingsError> {
    let state_dir = state_dir(l, place.state_dir.as_ref())?;
    let ledger = ledger(l, place.ledger.as_ref())?;
    let typed = (place.verbose > 0).then(|| place.verbose.min(2).to_string());
    let verbose = l.with_default(names::VERBOSE, typed, "0", values::short(0..=2))?;
    let log = l.optional(names::LOG, place.log.as_ref(), "fal-tui.log in state-dir", values::path)?;
    Ok(Home {
        state_dir,
        ledger,
        cache_dir: l.environment.cache_dir.clone(),
        config_file: l.environment.config_file.clone(),
        log,
        verbose: u8::try_from(verbose).unwrap_or(2),
    })
}

fn ledger(l: &mut Layers<'_>, typed: Option<&String>) -> Result<Option<Address>, SettingsError> {
    let read = |text: &OsStr| {
        let text = text.to_str().ok_or("is not UTF-8")?;
        text.parse::<Address>().map_err(|error| error.to_string())
    };
    let ledger = l.secret(names::LEDGER, typed, "a file in state-dir", read)?;
    if typed.is_some() && ledger.as_ref().is_some_and(Address::has_password) {
        return Err(SettingsError::TypedPassword);
    }
    Ok(ledger)
}

fn state_dir(l: &mut Layers<'_>, typed: Option<&PathBuf>) -> Result<PathBuf, SettingsError> {
    let given = l.optional(names::STATE_DIR, typed, "none", values::path)?;
    let Some(default) = l.environment.state_dir.clone().filter(|_| given.is_none()) else {
        return given.ok_or(SettingsError::NoStateDir);
    };
    l.instead(names::STATE_DIR.name, &default.to_string_lossy(), Source::Default);
    Ok(default)
}
