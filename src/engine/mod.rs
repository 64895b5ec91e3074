//! The one owner of live jobs: it schedules them, runs their stages, listens to commands and
//! publishes the board.

mod aftermath;
mod arrive;
pub mod board;
mod choices;
mod clock;
mod command;
mod decide;
mod dispatch;
mod event;
mod flow;
mod follow;
mod form;
mod hold;
mod keep;
mod leave;
mod live;
mod look_up;
mod outlet;
mod pace;
mod plan;
mod publish;
mod reports;
mod requests;
mod roster;
mod run;
mod setup;
mod stages;
mod story;
mod survey;
mod table;

pub use clock::Clock;
pub use command::{Command, Leave};
pub use event::{Ending, Event, JobChange, Summary, What};
pub use form::{Anew, Link};
pub use setup::{End, FaceEnds, Failed, Handle, Rooms, Setup};

pub use survey::survey;

/// Starts a batch on the current runtime.
#[must_use]
pub fn start(setup: Setup, rooms: Rooms) -> Handle {
    run::Engine::spawn(setup, rooms)
}
