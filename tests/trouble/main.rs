//! What goes wrong, and what is left of a batch then.

#[path = "../common/mod.rs"]
mod common;

mod bare_surroundings;
mod disk;
mod failures;
mod faults;
mod few_handles;
mod leaving;
mod lost_ledger;
mod model_refused;
mod output_gone;
mod panics;
mod recover;
mod stalled;
