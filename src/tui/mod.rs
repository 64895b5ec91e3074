//! The dashboard: a batch as a person watches it and steers it.
//!
//! [`run()`] owns the terminal while it lasts: it draws the engine's snapshot and turns keys into
//! commands. What a key does is decided by a pure function ([`update`]), and views only read
//! ([`view`]), so that every screen can be shown and tested without a terminal.

pub mod caps;
pub mod keys;
pub mod preview;
pub mod size;
pub mod theme;
pub mod ui;
pub mod update;
pub mod view;

mod attached;
mod edit;
mod models;
mod outbox;
mod outside;
mod picker;
mod placed;
mod replies;
mod run;
mod screen;
mod state;
mod thrift;

#[cfg(test)]
mod fixtures;

pub use attached::Attached;
pub use caps::Caps;
pub(crate) use edit::program::is_away;
pub use models::{Finding, Finds, Models, Search};
pub use run::{Options, TuiError, run};
pub use theme::{Theme, ThemeError};
pub use update::Left;
