//! A scenario as it is written in TOML. Unknown keys are errors.

use serde::Deserialize;
use toml::Spanned;

use super::billing::Billing;
use super::effect::Post;
use super::fault::{FaultForm, OneOrMore};
use super::keeps::Keeps;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioForm {
    pub(super) clock_speed: Option<f64>,
    pub(super) results_stay_s: Option<f64>,
    #[serde(default)]
    pub(super) keeps: Keeps,
    #[serde(default)]
    pub(super) billing: Billing,
    #[serde(default)]
    pub(super) fault: Vec<Spanned<FaultForm>>,
    #[serde(default)]
    pub(super) webhook: Vec<Spanned<WebhookForm>>,
}

/// What becomes of webhooks. The requests that it fits are counted in the order in which they end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookForm {
    pub(super) is: Post,
    pub(super) file: Option<OneOrMore>,
    #[serde(default)]
    pub(super) after: u64,
    pub(super) first: Option<u64>,
}
