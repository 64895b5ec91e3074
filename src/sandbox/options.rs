//! How a sandbox is to behave.

use std::time::Duration;

use super::scenario::Scenario;

/// How a sandbox behaves.
#[derive(Debug)]
pub struct Options {
    /// Where it listens on 127.0.0.1; 0 takes a free port.
    pub port: u16,
    /// How long a tiny picture runs. The time grows by 8 % for each megapixel that comes out.
    pub latency: Duration,
    /// The account's limit: how many requests are IN_PROGRESS at once. At least 1.
    pub runners: usize,
    /// What clients know it by, where something stands in front of it: `https://fal.test`. Else where it listens.
    pub origin: Option<String>,
    /// What goes wrong; nothing, if there is none.
    pub scenario: Option<Scenario>,
}

impl Default for Options {
    /// Pleasant to watch: some seconds a photo, four at a time.
    fn default() -> Self {
        Self { port: 0, latency: Duration::from_millis(2500), runners: 4, origin: None, scenario: None }
    }
}
