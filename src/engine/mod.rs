//! The one owner of live jobs: it schedules them, runs their stages, listens to commands and
//! publishes the board.

pub mod board;
mod command;
mod event;

pub use command::{Command, Leave};
pub use event::{Ending, Event, JobChange, Summary, What};
