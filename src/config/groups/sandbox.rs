//! A sandbox in place of fal.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::SandboxFlags;
use crate::config::error::SettingsError;
use crate::config::layers::Layers;
use crate::config::{names, values};

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

/// Reads it.
pub(in crate::config) fn sandbox(
    l: &mut Layers<'_>,
    flags: &SandboxFlags,
) -> Result<Option<SandboxSettings>, SettingsError> {
    let shape = &flags.shape;
    let wished = l.switch(names::SANDBOX, flags.sandbox)?;
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
