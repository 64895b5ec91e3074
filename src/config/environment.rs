//! What the process was started in, as a value: nothing but [`Environment::of_process`] looks outside.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::error::SettingsError;
use super::keys::Keys;
use super::names;
use crate::storage::WEBDAV_PASSWORD;

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
        // A user of whom the system knows no home, as in a container, may have said all the same where things go.
        let said = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let folder =
            |of: fn(&_) -> PathBuf, name: &str| base.as_ref().map(of).or_else(|| said(name)).and_then(absolute);
        let state = folder(|base| base.state_dir().unwrap_or_else(|| base.data_dir()), "XDG_STATE_HOME");
        let config = folder(BaseStrategy::config_dir, "XDG_CONFIG_HOME");
        let (data, cache) =
            (folder(BaseStrategy::data_dir, "XDG_DATA_HOME"), folder(BaseStrategy::cache_dir, "XDG_CACHE_HOME"));
        Self {
            config_file: config.map(|folder| folder.join("fal-tui").join("config.toml")),
            state_dir: state.map(|folder| folder.join("fal-tui")),
            keys_dir: data.map(|folder| folder.join("fal-tui").join("keys")),
            cache_dir: cache.map(|folder| folder.join("fal-tui")),
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
        let urls =
            [names::NOTIFY_URL, names::WEBHOOK, names::PUBLIC_URL, names::LEDGER].map(|setting| setting.variable);
        let ours = [&[names::FAL_KEY, names::FAL_KEY_ID, names::FAL_KEY_SECRET, WEBDAV_PASSWORD][..], &urls].concat();
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
