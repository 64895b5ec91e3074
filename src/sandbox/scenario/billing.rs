//! What is billed, where a scenario says that it is not as fal documents it, and whether anybody is told.

use serde::Deserialize;

/// How requests are billed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Billing {
    /// Whether a result says what it was billed.
    pub(crate) told: bool,
    /// Whether units that are begun are billed whole.
    whole: bool,
    /// How many units a run is billed that fails.
    failed_units: f64,
}

impl Default for Billing {
    /// As fal documents it.
    fn default() -> Self {
        Self { told: true, whole: false, failed_units: 0.0 }
    }
}

impl Billing {
    /// What is billed for work of so many units; `None` for a run that failed.
    pub(crate) fn units(&self, made: Option<f64>) -> f64 {
        let units = made.unwrap_or(self.failed_units);
        if self.whole { units.ceil() } else { units }
    }
}
