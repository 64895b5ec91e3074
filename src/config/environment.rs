//! What the process was started in, as a value: nothing but [`Environment::of_process`] looks outside.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::error::SettingsError;
use super::keys::Keys;
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
    /// Where keys are stored; `None` without a home directory that is absolute.
    pub keys_dir: Option<PathBuf>,
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
            keys_dir: base.as_ref().and_then(|base| absolute(base.data_dir().join("fal-tui").join("keys"))),
            cache_dir: base.as_ref().and_then(|base| absolute(base.cache_dir().join("fal-tui"))),
            ..Self::of(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))))
        }
    }

    /// One with these variables and without folders.
    pub fn of(variables: impl IntoIterator<Item = (impl Into<String>, impl Into<OsString>)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, ..Self::default() }
    }

    /// The keys that are stored; `None` without a place for them.
    #[must_use]
    pub fn keys(&self) -> Option<Keys> {
        self.keys_dir.clone().map(Keys::in_folder)
    }

    /// A variable's value; an empty one counts as not set.
    #[must_use]
    pub fn get(&self, variable: &str) -> Option<&OsStr> {
        self.variables.get(variable).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Every variable but those that hold a secret of ours, by name or by what `is_secret` says of their value: what
    /// another program may see.
    pub fn harmless(&self, is_secret: impl Fn(&str) -> bool) -> Vec<(String, OsString)> {
        let ours = [names::FAL_KEY, names::FAL_KEY_ID, names::FAL_KEY_SECRET, names::NOTIFY_URL.variable];
        let all = self.variables.iter().filter(|(name, _)| !ours.contains(&name.as_str()));
        let harmless = all.filter(|(_, value)| !is_secret(&value.to_string_lossy()));
        harmless.map(|(name, value)| (name.clone(), value.clone())).collect()
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
