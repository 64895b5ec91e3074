//! The one owner of live jobs: it schedules them, runs their stages, listens to commands and
//! publishes the snapshot.

mod actor;
mod asking;
mod canary;
mod clock;
mod command;
mod crew;
mod dedup;
mod effect;
mod event;
mod job_table;
mod log;
mod observing;
mod options;
mod pace;
mod planning;
mod pools;
mod publish;
mod recovery;
mod resilience;
mod review;
mod runtime;
mod scheduler;
pub mod snapshot;
mod steps;
mod table;
mod tasks;
mod webhooks;

pub use asking::{first_line, order_of, what_became};
pub use canary::state::{CanaryWish, Start};
pub use clock::Clock;
pub use command::{Access, Command, Leave};
pub use event::{Ending, Event, JobChange, Summary, What};
pub use observing::{Feed, Sighting, Stand, Watching};
pub use options::{Deps, End, Handle, Limits, Manner, Options, World};
pub use planning::state::{Link, Restart};
pub use pools::Pools;
pub use publish::faces::door::{Door, FaceEnds};
pub use publish::series::Series;
pub(crate) use steps::fetch::{SaveError, fetch};

/// Starts a batch on the current runtime.
#[must_use]
pub fn start(options: Options, deps: Deps) -> Handle {
    actor::Engine::spawn(options, deps)
}
