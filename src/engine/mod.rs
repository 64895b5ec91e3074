//! The one owner of live jobs: it schedules them, runs their stages, listens to commands and
//! publishes the board.

pub mod board;
mod command;

pub use command::{Command, Leave};
