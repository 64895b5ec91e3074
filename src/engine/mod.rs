//! The one owner of live jobs: it schedules them, runs their stages, listens to commands and
//! publishes the board.

mod account;
mod aftermath;
mod arrive;
mod await_rival;
pub mod board;
mod clock;
mod command;
mod consider;
mod decide;
mod died;
mod dispatch;
mod event;
mod flow;
mod follow;
mod form;
mod heartbeat;
mod history;
mod hold;
mod keep;
mod leave;
mod live;
mod log;
mod look_up;
mod lot;
mod measure;
mod outlet;
mod outlook;
mod pace;
mod pools;
mod publish;
mod reports;
mod requests;
mod reuse;
mod review;
mod roster;
mod run;
mod said;
mod setup;
mod shelf;
mod stages;
mod stored;
mod story;
mod table;
mod tasks;
mod weather;
mod weigh;

pub use clock::Clock;
pub use command::{Command, Leave};
pub use event::{Ending, Event, JobChange, Summary, What};
pub use form::{Anew, Link};
pub use pools::Pools;
pub use setup::{End, FaceEnds, Handle, Rooms, Setup};

/// Starts a batch on the current runtime.
#[must_use]
pub fn start(setup: Setup, rooms: Rooms) -> Handle {
    run::Engine::spawn(setup, rooms)
}
