//! How photos are sent, and what that may cost.

use std::time::Duration;

use crate::cli::HowFlags;
use crate::config::error::SettingsError;
use crate::config::layers::Layers;
use crate::config::{names, values};
use crate::job::{MaxFailures, Usd};

/// How photos are sent.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent choice of the user")]
pub struct Sending {
    /// Most requests at fal at once, 1 to 256.
    pub concurrency: u16,
    /// When to pause because too many failed.
    pub max_failures: MaxFailures,
    /// Retries a job gets for causes that pass.
    pub retries: u16,
    /// How long fal may take to start a request.
    pub start_timeout: Option<Duration>,
    /// Whether a run without a dashboard waits while the account is locked.
    pub wait_for_account: bool,
    /// Send again what failed in an earlier run.
    pub retry_failed: bool,
    /// Send also what the output folder's records show to be done.
    pub no_adopt: bool,
    /// Start without the plan screen.
    pub yes: bool,
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

/// Reads it.
pub(in crate::config) fn sending(l: &mut Layers<'_>, how: &HowFlags) -> Result<(Sending, Spending), SettingsError> {
    let concurrency = l.with_default(names::CONCURRENCY, how.concurrency.as_ref(), "8", values::short(1..=256))?;
    let budget = l.optional(names::BUDGET, how.budget.as_ref(), "none", values::usd)?;
    let canary = l.optional(names::CANARY, how.canary.as_ref(), "none", values::short(1..=10_000))?;
    let default = MaxFailures::default().to_string();
    let max_failures =
        l.with_default(names::MAX_FAILURES, how.tries.max_failures.as_ref(), &default, values::max_failures)?;
    let retries = l.with_default(names::RETRIES, how.tries.retries.as_ref(), "3", values::short(0..=100))?;
    let start_timeout = l.optional(
        names::START_TIMEOUT,
        how.start_timeout.as_ref(),
        "none: a request may wait in fal's queue for as long as it takes",
        values::whole(2..=604_800),
    )?;
    let wait_for_account = l.switch(names::WAIT_FOR_ACCOUNT, how.tries.wait_for_account)?;
    let trust_price = l.switch(names::TRUST_PRICE, how.trust_price)?;
    let retry_failed = l.switch(names::RETRY_FAILED, how.retry_failed)?;
    let no_adopt = l.switch(names::NO_ADOPT, how.no_adopt)?;
    let yes = l.switch(names::YES, how.yes)?;
    let start_timeout = start_timeout.map(|seconds| Duration::from_secs(seconds.into()));
    let sending =
        Sending { concurrency, max_failures, retries, start_timeout, wait_for_account, retry_failed, no_adopt, yes };
    Ok((sending, Spending { budget, canary, trust_price }))
}
