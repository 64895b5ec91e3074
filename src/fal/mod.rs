//! fal's HTTP API and nothing else.

mod hosts;
mod key;
pub mod wire;

pub use hosts::{Hosts, InvalidHost, base_url, https_host, is_loopback};
pub use key::{ApiKey, InvalidKey};
