//! Flags, environment and config file become one validated value.

mod account;
mod captions;
mod environment;
mod error;
mod file;
mod groups;
pub mod keys;
mod layers;
pub mod names;
mod remembered;
mod show;
mod values;
mod wish;
mod written;

use std::path::PathBuf;

pub use environment::Environment;
pub use error::{NoKey, SettingsError};
pub use groups::face::{FaceWish, Headless};
pub use groups::home::Home;
pub use groups::look::Look;
pub use groups::sandbox::SandboxSettings;
pub use groups::sending::{Sending, Spending};
pub use groups::telling::{NotifyUrl, Telling};
pub use groups::webhook::Webhook;
pub use layers::{Origin, Source};
pub use wish::ModelWish;

use crate::cli::{Flags, Options};
use crate::fal::{ApiKey, Hosts, Keeping};
use crate::job::{Service, Way};
use crate::output::Written;
use crate::storage::Hearing;
use file::ConfigFile;
use groups::{face, home, keeping, sandbox, sending, telling, webhook};
use layers::Layers;

/// Everything that a run goes by, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which photos there are, and which of them are sent.
    pub which: Which,
    /// Where pictures go, if that was said.
    pub output: Option<PathBuf>,
    /// The model, and what it is asked for.
    pub model: ModelWish,
    /// What a run may cost, and how carefully it begins.
    pub spending: Spending,
    /// How photos are sent.
    pub sending: Sending,
    /// What is written with results.
    pub written: Written,
    /// What fal keeps.
    pub keeping: Keeping,
    /// A sandbox inside this process, if one is wished.
    pub sandbox: Option<SandboxSettings>,
    /// How it is shown.
    pub face: FaceWish,
    /// Who is told of the end.
    pub telling: Telling,
    /// Where state, log and settings lie.
    pub home: Home,
    /// Where fal is.
    pub hosts: Hosts,
    /// Who pays; only a run that is not sandboxed needs it.
    pub key: Result<ApiKey, NoKey>,
    /// Where each setting came from.
    pub origins: Vec<Origin>,
}

/// Which photos are sent of those that are there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Which {
    /// Folders and files that photos are taken from.
    pub paths: Vec<PathBuf>,
    /// Globs of which a photo's path must match one, if there are any.
    pub include: Vec<String>,
    /// Globs of which a photo's path may match none.
    pub exclude: Vec<String>,
    /// A file that lists them; `-` for stdin.
    pub from: Option<PathBuf>,
    /// Whether its bad lines are left out.
    pub skip_bad: bool,
    /// How one hears of those that appear, if they are waited for.
    pub watch: Option<Hearing>,
    /// How fal is to get them, if that was said.
    pub send: Option<Way>,
}

impl Settings {
    /// Weighs the flags against everything else. Reads the config file and nothing more.
    ///
    /// # Errors
    /// The first setting that cannot be taken, by its source's name. A missing key is none: see
    /// [`key`](Self::key).
    pub fn resolve(flags: &Flags, environment: &Environment) -> Result<Self, SettingsError> {
        environment.check_names()?;
        let file = environment.config_file.as_deref().map_or_else(|| Ok(ConfigFile::default()), ConfigFile::read)?;
        let mut layers = Layers::new(environment, &file);
        let l = &mut layers;
        let Options { what, how, keep, sandbox, tell, face, place } = &flags.options;

        let output = l.optional(names::OUTPUT, what.output.as_ref(), "PATH-upscaled beside the input", values::path)?;
        let model = wish::model(l, what)?;
        let written = written::written(l, &what.written)?;
        let include = l.many(names::INCLUDE, &what.include, values::glob)?;
        let exclude = l.many(names::EXCLUDE, &what.exclude, values::glob)?;
        let from = l.optional(names::FROM, flags.from.as_ref(), "none", values::path)?;
        let skip_bad = l.switch(names::SKIP_BAD, flags.skip_bad)?;
        let watch = l.with_default(names::WATCH, flags.watch.as_ref(), "false", values::watch)?;
        let send = l.optional(names::SEND, how.tries.send.as_ref(), "upload; url for what has one", values::way)?;

        let (sending, limits) = sending::sending(l, how)?;
        let keeping = keeping::keeping(l, keep)?;
        let sandbox = sandbox::sandbox(l, sandbox)?;
        let face = face::face(l, face)?;
        let mut telling = telling::telling(l, tell)?;
        let home = home::home(l, place)?;

        let hosts = account::hosts(l)?;
        telling.webhook = webhook::webhook(l, &tell.webhook, sandbox.is_some(), &hosts)?;
        let profile = l.with_default(names::PROFILE, place.profile.as_ref(), keys::USUAL, profile)?;
        let key = match account::key(environment, &profile) {
            Ok((key, source)) => {
                l.note("key", &key.to_string(), source);
                Ok(key)
            }
            Err(why) => {
                l.note("key", "none", Source::Default);
                Err(why)
            }
        };
        Ok(Self {
            which: Which { paths: flags.paths.clone(), include, exclude, from, skip_bad, watch, send },
            output,
            model,
            spending: limits,
            sending,
            written,
            keeping,
            sandbox,
            face,
            telling,
            home,
            hosts,
            key,
            origins: layers.origins,
        })
    }

    /// Whom a run sends photos to.
    #[must_use]
    pub fn service(&self) -> Service {
        if self.sandbox.is_some() { Service::Sandbox } else { self.hosts.service() }
    }

    /// Whether the state directory was given on the command line.
    #[must_use]
    pub fn types_state_dir(&self) -> bool {
        let named = |origin: &&Origin| origin.name == names::STATE_DIR.name;
        self.origins.iter().find(named).is_some_and(|origin| origin.source == Source::Flag)
    }

    /// The name of the stored key that is used where none is set.
    #[must_use]
    pub fn profile(&self) -> &str {
        let named = |origin: &&Origin| origin.name == names::PROFILE.name;
        self.origins.iter().find(named).map_or(keys::USUAL, |origin| &origin.value)
    }

    /// Whether a headless run may begin without anybody looking at the plan: it was agreed to, it
    /// has a cap, or it costs nothing.
    #[must_use]
    pub fn may_start_headless(&self) -> bool {
        self.sending.yes || self.spending.budget.is_some() || self.sandbox.is_some()
    }
}

fn profile(text: &std::ffi::OsStr) -> Result<String, String> {
    let text = values::text(text)?;
    if keys::Keys::is_name(&text) { Ok(text) } else { Err("takes letters, digits and `-_.`".to_owned()) }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
