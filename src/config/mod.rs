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
use std::time::Duration;

pub use environment::Environment;
pub use error::{NoKey, SettingsError};
pub use groups::look::Look;
pub use groups::telling::{NotifyUrl, Telling};
pub use groups::webhook::Webhook;
pub use layers::{Origin, Source};
pub use wish::ModelWish;

use crate::cli::{Flags, Options};
use crate::fal::{ApiKey, Hosts, Keeping};
use crate::job::{MaxFailures, Service, Usd, Way};
use crate::output::Written;
use crate::storage::Hearing;
use file::ConfigFile;
use groups::{keeping, look, telling, webhook};
use layers::Layers;

/// Everything that a run goes by, checked.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent choice of the user")]
pub struct Settings {
    /// Folders and files to take photos from, as given.
    pub paths: Vec<PathBuf>,
    /// Where pictures go; `None` for the default beside the input.
    pub output: Option<PathBuf>,
    /// The model and its parameters, as far as they can be told without its schema.
    pub model: ModelWish,
    /// Most requests at fal at once, 1 to 256.
    pub concurrency: u16,
    /// What it may cost.
    pub spending: Spending,
    /// When to pause because too much fails.
    pub max_failures: MaxFailures,
    /// Retries a job gets for transient causes.
    pub retries: u16,
    /// How long fal may take to start a request, if that is bounded.
    pub start_timeout: Option<Duration>,
    /// Wait while the account is locked, even without a dashboard.
    pub wait_for_account: bool,
    /// What is written with a result, and what is left out.
    pub written: Written,
    /// Which of the photos there are sent.
    pub which: Which,
    /// What fal keeps.
    pub keeping: Keeping,
    /// Start without the plan screen.
    pub yes: bool,
    /// Lines or JSON even on a terminal.
    pub headless: Headless,
    /// JSON events; implies `headless`.
    pub json: bool,
    /// A sandbox inside this process, if one is wished.
    pub sandbox: Option<SandboxSettings>,
    /// Where the ledger and the log live.
    pub state_dir: PathBuf,
    /// Where schemas are kept for a day; `None` without a home directory.
    pub cache_dir: Option<PathBuf>,
    /// Send again what failed in an earlier run.
    pub retry_failed: bool,
    /// Send also what the output folder's records show to be done.
    pub no_adopt: bool,
    /// How the dashboard looks.
    pub look: Look,
    /// Who is told of the end.
    pub telling: Telling,
    /// How much more is logged: 0, 1 or 2.
    pub verbose: u8,
    /// The log file, if not the one in the state directory.
    pub log: Option<PathBuf>,
    /// Where fal is.
    pub hosts: Hosts,
    /// Who pays; only a run that is not sandboxed needs it.
    pub key: Result<ApiKey, NoKey>,
    /// The config file, whether or not it is there.
    pub config_file: Option<PathBuf>,
    /// Where each setting came from.
    pub origins: Vec<Origin>,
}

/// Whether a run has a dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Headless {
    /// On a terminal it has.
    #[default]
    No,
    /// It has none, and is told where it was begun.
    Yes,
    /// It has none, and goes on in the background.
    Background,
}

/// Which photos are sent of those that are there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Which {
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

/// What a run may cost, and how carefully it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spending {
    /// The cap, if there is one.
    pub budget: Option<Usd>,
    /// How many photos go first, before the rest waits for a word.
    pub canary: Option<u16>,
    /// Whether a price in doubt is taken as it is said.
    pub trust_price: bool,
}

/// How a sandbox is to behave; `None` for its own defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SandboxSettings {
    /// How long it works on a request.
    pub latency: Option<Duration>,
    /// How many requests it works on at once.
    pub runners: Option<u16>,
    /// A file of faults for it to play.
    pub scenario: Option<PathBuf>,
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
        let Options { what, how, keep, tell, face, place, .. } = &flags.options;

        let output = l.optional(names::OUTPUT, what.output.as_ref(), "PATH-upscaled beside the input", values::path)?;
        let model = wish::model(l, what)?;
        let written = written::written(l, &what.written)?;
        let include = l.many(names::INCLUDE, &what.include, values::glob)?;
        let exclude = l.many(names::EXCLUDE, &what.exclude, values::glob)?;
        let from = l.optional(names::FROM, flags.from.as_ref(), "none", values::path)?;
        let skip_bad = l.switch(names::SKIP_BAD, flags.skip_bad)?;
        let watch = l.with_default(names::WATCH, flags.watch.as_ref(), "false", values::watch)?;
        let send = l.optional(names::SEND, how.send.as_ref(), "upload; url for what has one", values::way)?;

        let concurrency = l.with_default(names::CONCURRENCY, how.concurrency.as_ref(), "8", values::short(1..=256))?;
        let budget = l.optional(names::BUDGET, how.budget.as_ref(), "none", values::usd)?;
        let canary = l.optional(names::CANARY, how.canary.as_ref(), "none", values::short(1..=10_000))?;
        let default = MaxFailures::default().to_string();
        let max_failures =
            l.with_default(names::MAX_FAILURES, how.max_failures.as_ref(), &default, values::max_failures)?;
        let retries = l.with_default(names::RETRIES, how.retries.as_ref(), "3", values::short(0..=100))?;
        let start_timeout = l.optional(
            names::START_TIMEOUT,
            how.start_timeout.as_ref(),
            "none: a request may wait in fal's queue for as long as it takes",
            values::whole(2..=604_800),
        )?;
        let wait_for_account = l.switch(names::WAIT_FOR_ACCOUNT, how.wait_for_account)?;
        let trust_price = l.switch(names::TRUST_PRICE, how.trust_price)?;
        let retry_failed = l.switch(names::RETRY_FAILED, how.retry_failed)?;
        let no_adopt = l.switch(names::NO_ADOPT, how.no_adopt)?;
        let yes = l.switch(names::YES, how.yes)?;
        let keeping = keeping::keeping(l, keep)?;
        let sandbox = sandbox(l, &flags.options)?;

        let headless = l.switch(names::HEADLESS, face.headless)?;
        let detach = l.switch(names::DETACH, face.detach)?;
        let json = l.switch(names::JSON, face.json)?;
        let look = look::look(l, face)?;
        let mut telling = telling::telling(l, tell)?;

        let state_dir = state_dir(l, place.state_dir.as_ref())?;
        let typed = (place.verbose > 0).then(|| place.verbose.min(2).to_string());
        let verbose = l.with_default(names::VERBOSE, typed, "0", values::short(0..=2))?;
        let log = l.optional(names::LOG, place.log.as_ref(), "fal-tui.log in state-dir", values::path)?;

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
            paths: flags.paths.clone(),
            output,
            model,
            concurrency,
            spending: Spending { budget, canary, trust_price },
            max_failures,
            retries,
            start_timeout: start_timeout.map(|seconds| Duration::from_secs(seconds.into())),
            wait_for_account,
            written,
            which: Which { include, exclude, from, skip_bad, watch, send },
            keeping,
            yes,
            headless: match (detach, headless || json) {
                (true, _) => Headless::Background,
                (false, true) => Headless::Yes,
                (false, false) => Headless::No,
            },
            json,
            sandbox,
            state_dir,
            cache_dir: environment.cache_dir.clone(),
            retry_failed,
            no_adopt,
            look,
            telling,
            verbose: u8::try_from(verbose).unwrap_or(2),
            log,
            hosts,
            key,
            config_file: environment.config_file.clone(),
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

    /// The log file.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.log.clone().unwrap_or_else(|| self.state_dir.join("fal-tui.log"))
    }

    /// The name of the stored key that is used where none is set.
    #[must_use]
    pub fn profile(&self) -> &str {
        let named = |origin: &&Origin| origin.name == names::PROFILE.name;
        self.origins.iter().find(named).map_or(keys::USUAL, |origin| &origin.value)
    }

    /// Where the user's own themes are, whether or not there are any.
    #[must_use]
    pub fn themes_dir(&self) -> Option<PathBuf> {
        Some(self.config_file.as_deref()?.parent()?.join("themes"))
    }

    /// Whether a headless run may begin without anybody looking at the plan: it was agreed to, it
    /// has a cap, or it costs nothing.
    #[must_use]
    pub fn may_start_headless(&self) -> bool {
        self.yes || self.spending.budget.is_some() || self.sandbox.is_some()
    }
}

fn profile(text: &std::ffi::OsStr) -> Result<String, String> {
    let text = values::text(text)?;
    if keys::Keys::is_name(&text) { Ok(text) } else { Err("takes letters, digits and `-_.`".to_owned()) }
}

fn sandbox(l: &mut Layers<'_>, options: &Options) -> Result<Option<SandboxSettings>, SettingsError> {
    let shape = &options.sandbox.shape;
    let wished = l.switch(names::SANDBOX, options.sandbox.sandbox)?;
    let latency =
        l.optional(names::LATENCY, shape.latency.as_ref(), "the sandbox's own", values::whole(0..=3_600_000))?;
    let runners = l.optional(names::RUNNERS, shape.runners.as_ref(), "the sandbox's own", values::short(1..=1000))?;
    let scenario = l.optional(names::SCENARIO, shape.scenario.as_ref(), "none", values::path)?;
    let typed = [
        (names::LATENCY, shape.latency.is_some()),
        (names::RUNNERS, shape.runners.is_some()),
        (names::SCENARIO, shape.scenario.is_some()),
    ];
    match typed.into_iter().find(|(_, typed)| *typed) {
        // In the environment or the config file it waits for a run that is sandboxed.
        Some((setting, _)) if !wished => Err(SettingsError::NoSandbox(setting.name)),
        _ => Ok(wished.then(|| SandboxSettings {
            latency: latency.map(|ms| Duration::from_millis(u64::from(ms))),
            runners,
            scenario,
        })),
    }
}

fn state_dir(l: &mut Layers<'_>, typed: Option<&PathBuf>) -> Result<PathBuf, SettingsError> {
    let given = l.optional(names::STATE_DIR, typed, "none", values::path)?;
    let Some(default) = l.environment.state_dir.clone().filter(|_| given.is_none()) else {
        return given.ok_or(SettingsError::NoStateDir);
    };
    l.instead(names::STATE_DIR.name, &default.to_string_lossy(), Source::Default);
    Ok(default)
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
