//! Photos become jobs: folders are walked, files looked at, and what is no photo is left out with
//! a reason.
//!
//! Photos are handed on while the walk goes on, in natural order, each file once.

mod addresses;
mod clutter;
mod content;
mod error;
mod examine;
mod found;
mod further;
mod globs;
mod hand;
mod inputs;
mod manifest;
mod order;
mod rules;
mod walk;
mod watch;

pub use addresses::{Fetching, measure_address, remote_content};
pub use content::content;
pub use error::IntakeError;
pub use examine::measure;
pub use found::{Arrival, Found};
pub use further::{FurtherFault, as_photo, further};
pub use inputs::Inputs;
pub use manifest::{BadLine, Cell, Line, Manifest};
pub use rules::{Rule, RuleValue, Rules};
pub use walk::walk;
pub use watch::Watch;

#[cfg(test)]
mod tests;
