//! What the process was started in, as a value: nothing but [`Environment::of_process`] looks outside.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::error::SettingsError;
use super::names;

/// Variables and the user's folders.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    pub(super) variables: BTreeMap<String, OsString>,
    /// The config file, whether or not it is there; `None` without a home directory that is absolute.
    pub config_file: Option<PathBuf>,
    /// Where the ledger and the log live by default; `None` without a home directory that is absolute.
    pub state_dir: Option<PathBuf>,
    /// Where models' schemas are kept for a day; `None` without a home directory that is absolute.
    pub cache_dir: Option<PathBuf>,
}

impl Environment {
    /// The one that this process runs in; folders as XDG says.
    #[must_use]
    pub fn of_process() -> Self {
        let base = etcetera::choose_base_strategy().ok();
        // One that depends on where one stands would be another ledger in each folder (XDG: relative paths
        // are to be ignored).
        let absolute = |folder: PathBuf| Some(folder).filter(|folder| folder.is_absolute());
        let state = |base: &_| BaseStrategy::state_dir(base).unwrap_or_else(|| BaseStrategy::data_dir(base));
        Self {
            config_file: base.as_ref().and_then(|base| absolute(base.config_dir().join("fal-tui").join("config.toml"))),
            state_dir: base.as_ref().and_then(|base| absolute(state(base).join("fal-tui"))),
            cache_dir: base.as_ref().and_then(|base| absolute(base.cache_dir().join("fal-tui"))),
            ..Self::of(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))))
        }
    }

    /// One with these variables and without folders.
    pub fn of(variables: impl IntoIterator<Item = (impl Into<String>, impl Into<OsString>)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, ..Self::default() }
    }

    /// A variable's value; an empty one counts as not set.
    #[must_use]
    pub fn get(&self, variable: &str) -> Option<&OsStr> {
        self.variables.get(variable).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Refuses variables that begin like ours and are none: one that is meant to cap spending and
    /// is not read would cost money.
    pub(super) fn check_names(&self) -> Result<(), SettingsError> {
        let unknown = self
            .variables
            .keys()
            .find(|name| name.starts_with("FAL_TUI_") && !names::variables().any(|ours| ours == *name));
        unknown.map_or(Ok(()), |name| {
            let close = names::closest(name, names::variables());
            Err(SettingsError::UnknownVariable { variable: crate::job::clean(name).into_owned(), close })
        })
    }
}
