//! Flag over environment over config file over default, with the winner's name kept.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

use super::environment::Environment;
use super::error::SettingsError;
use super::file::ConfigFile;
use super::names::Setting;
use super::values;

/// Who gave a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// This environment variable.
    Variable(&'static str),
    /// The config file, on this line.
    File {
        /// From 1.
        line: usize,
    },
    /// `fal-tui login`, which stored it.
    Stored,
    /// Nobody.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Variable(name) => f.write_str(name),
            Self::File { line } => write!(f, "config file, line {line}"),
            Self::Stored => f.write_str("stored by `fal-tui login`"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A setting in force, as `fal-tui config` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// What it is called.
    pub name: String,
    /// Its value as text.
    pub value: String,
    /// Who gave it.
    pub source: Source,
}

/// A value as somebody gave it.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) text: OsString,
    pub(super) source: Source,
}

/// The sources that stand below the flags, and a record of what was taken from where.
pub(super) struct Layers<'a> {
    pub(super) environment: &'a Environment,
    file: &'a ConfigFile,
    pub(super) origins: Vec<Origin>,
}

impl<'a> Layers<'a> {
    pub(super) fn new(environment: &'a Environment, file: &'a ConfigFile) -> Self {
        Self { environment, file, origins: Vec::new() }
    }

    /// A setting that has a default.
    pub(super) fn with_default<T>(
        &mut self,
        setting: Setting,
        typed: Option<impl AsRef<OsStr>>,
        default: &str,
        read: impl Fn(&OsStr) -> Result<T, String>,
    ) -> Result<T, SettingsError> {
        let default = || Given { text: default.into(), source: Source::Default };
        let given = self.given(setting, typed).unwrap_or_else(default);
        self.take(setting, &given, read)
    }

    /// A setting that is on or off.
    pub(super) fn switch(&mut self, setting: Setting, typed: bool) -> Result<bool, SettingsError> {
        self.with_default(setting, typed.then_some("true"), "false", values::boolean)
    }

    /// A setting that may be missing and shows of itself no more than its value does.
    pub(super) fn secret<T: fmt::Display>(
        &mut self,
        setting: Setting,
        typed: Option<impl AsRef<OsStr>>,
        unset: &str,
        read: impl Fn(&OsStr) -> Result<T, String>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(given) = self.given_or(setting, typed, unset) else { return Ok(None) };
        let value = read(&given.text).map_err(|problem| {
            let hidden = Given { text: "…".into(), source: given.source };
            self.refuse(setting, &hidden, problem)
        })?;
        self.note(setting.name, &value.to_string(), given.source);
        Ok(Some(value))
    }

    /// A setting that may be missing; `unset` says what that means.
    pub(super) fn optional<T>(
        &mut self,
        setting: Setting,
        typed: Option<impl AsRef<OsStr>>,
        unset: &str,
        read: impl Fn(&OsStr) -> Result<T, String>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(given) = self.given_or(setting, typed, unset) else { return Ok(None) };
        self.take(setting, &given, read).map(Some)
    }

    /// A setting with any number of values, from the first source that gives any.
    pub(super) fn many<T>(
        &mut self,
        setting: Setting,
        typed: &[String],
        read: impl Fn(&OsStr) -> Result<T, String>,
    ) -> Result<Vec<T>, SettingsError> {
        let layers = self.every(setting, typed);
        let highest = layers.last().map(|given| given.source);
        let given: Vec<_> = layers.into_iter().filter(|given| Some(given.source) == highest).collect();
        if given.is_empty() {
            self.note(setting.name, "none", Source::Default);
        }
        given.iter().map(|given| self.take(setting, given, &read)).collect()
    }

    /// Every value that any source gives, the least important source first.
    pub(super) fn every(&self, setting: Setting, typed: &[String]) -> Vec<Given> {
        let from = |source| move |text: OsString| Given { text, source };
        let mut all = Vec::new();
        if let Some(entry) = self.file.get(setting) {
            all.extend(entry.values.iter().cloned().map(from(Source::File { line: entry.line })));
        }
        if let Some(text) = self.environment.get(setting.variable) {
            let text = text.to_string_lossy();
            let parts = text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty());
            all.extend(parts.map(OsString::from).map(from(Source::Variable(setting.variable))));
        }
        all.extend(typed.iter().map(OsString::from).map(from(Source::Flag)));
        all
    }

    /// The most important source's value; without one it is noted what that means.
    fn given_or(&mut self, setting: Setting, typed: Option<impl AsRef<OsStr>>, unset: &str) -> Option<Given> {
        let given = self.given(setting, typed);
        if given.is_none() {
            self.note(setting.name, unset, Source::Default);
        }
        given
    }

    /// The most important source's value.
    fn given(&self, setting: Setting, typed: Option<impl AsRef<OsStr>>) -> Option<Given> {
        let typed = typed.map(|text| Given { text: text.as_ref().into(), source: Source::Flag });
        let variable = || {
            let text = self.environment.get(setting.variable)?.into();
            Some(Given { text, source: Source::Variable(setting.variable) })
        };
        let file = || {
            let entry = self.file.get(setting)?;
            Some(Given { text: entry.values.first()?.clone(), source: Source::File { line: entry.line } })
        };
        typed.or_else(variable).or_else(file)
    }

    fn take<T>(
        &mut self,
        setting: Setting,
        given: &Given,
        read: impl Fn(&OsStr) -> Result<T, String>,
    ) -> Result<T, SettingsError> {
        let value = read(&given.text).map_err(|problem| self.refuse(setting, given, problem))?;
        self.note(setting.name, &given.text.to_string_lossy(), given.source);
        Ok(value)
    }

    /// What the config file says, if it does.
    pub(super) fn of_file(&self, setting: Setting) -> Option<&OsStr> {
        self.file.get(setting)?.values.first().map(OsString::as_os_str)
    }

    /// An error that repeats what was given, in its source's own spelling.
    pub(super) fn refuse(&self, setting: Setting, given: &Given, problem: impl Into<String>) -> SettingsError {
        SettingsError::Value { given: self.told(setting, given), problem: problem.into() }
    }

    /// What was given, in its source's own spelling.
    pub(super) fn told(&self, setting: Setting, given: &Given) -> String {
        let Setting { name, .. } = setting;
        let text = given.text.to_string_lossy();
        let text = crate::job::clean(&text);
        match given.source {
            Source::Flag => format!("`--{name} {text}`"),
            Source::Variable(variable) => format!("`{variable}={text}`"),
            Source::File { line } => format!("`{name} = {text}` in {}, line {line}", self.file.path.display()),
            Source::Stored | Source::Default => format!("`{name}` by default `{text}`"),
        }
    }

    /// Records a setting in force.
    pub(super) fn note(&mut self, name: &str, value: &str, source: Source) {
        self.origins.push(Origin { name: name.to_owned(), value: crate::job::clean(value).into_owned(), source });
    }

    /// The setting that was taken last has another value, by another source.
    pub(super) fn instead(&mut self, name: &str, value: &str, source: Source) {
        self.origins.pop();
        self.note(name, value, source);
    }

    /// Keys of the dashboard, by the actions' names.
    pub(super) fn keys(&self) -> BTreeMap<String, Vec<String>> {
        self.file.keys.clone()
    }

    /// Who gave the setting that was taken last.
    pub(super) fn last_source(&self) -> Source {
        self.origins.last().map_or(Source::Default, |origin| origin.source)
    }
}
