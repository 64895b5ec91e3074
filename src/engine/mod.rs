//! The one owner of live jobs: it schedules them, runs their stages, listens to commands and
//! publishes the board.

mod aftermath;
mod arrive;
pub mod board;
mod clock;
mod command;
mod consider;
mod decide;
mod dispatch;
mod event;
mod flow;
mod follow;
mod hold;
mod index;
mod keep;
mod leave;
mod live;
mod look;
mod look_up;
mod origin;
mod outlet;
mod pace;
mod plan;
mod publish;
mod rank_set;
mod reports;
mod requests;
mod reuse;
mod review;
mod roster;
mod run;
mod setup;
mod stages;
mod story;
mod survey;
mod twins;

pub use clock::Clock;
pub use command::{Command, Leave};
pub use event::{Ending, Event, JobChange, Summary, What};
pub use setup::{Failed, Handle, Rooms, Setup};

pub use survey::{Survey, survey};

/// Starts a batch on the current runtime.
#[must_use]
pub fn start(setup: Setup, rooms: Rooms) -> Handle {
    run::Engine::spawn(setup, rooms)
}
