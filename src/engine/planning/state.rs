//! The plan of a run, and what goes on from it as a batch of its own.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::engine::canary::state::Start;
use crate::engine::command::Command;
use crate::engine::planning::edit::PlanEdit;
use crate::engine::publish::faces::{FaceId, Faces};
use crate::intake::{Arrival, Found};
use crate::job::{Job, JobId, Saved, Usd};
use crate::model::{Listing, Params, UnitPrice};
use crate::plan::finder::Finder;
use crate::plan::{Choices, Planner, Standing};

/// What goes on as a batch of its own: the same photos with other parameters.
#[derive(Debug)]
pub struct Restart {
    /// The model, if it is another one.
    pub model: Option<Arc<Listing>>,
    /// The parameters.
    pub params: Params,
    /// Every photo that was found.
    pub photos: Vec<Found>,
    /// Where more may come from, if folders are watched.
    pub arrivals: Option<mpsc::Receiver<Arrival>>,
    /// The paths of those that are left out.
    pub left_out: HashSet<Box<Path>>,
    /// Most requests at fal at once.
    pub window: u16,
    /// The cap.
    pub budget: Option<Usd>,
    /// The price that is reckoned with.
    pub price: Option<UnitPrice>,
    /// How it begins: at once, or as a plan again.
    pub start: Start,
    /// The faces, which stay where they are.
    pub link: Link,
}

/// An engine's way to its faces and theirs to it.
#[derive(Debug)]
pub struct Link(pub(in crate::engine) Faces);

/// The plan, and what it is made from.
#[derive(Debug)]
pub(in crate::engine) struct Planning {
    pub(in crate::engine) planner: Planner,
    /// What a person leaves out.
    pub(in crate::engine) selection: Choices,
    pub(in crate::engine) edit: PlanEdit,
    /// Jobs that the ledger knew, by path, until all photos are found; from there on all, where folders are watched.
    pub(in crate::engine) known: Finder,
    /// Photos that changed while their jobs were on their way, as they are now.
    pub(in crate::engine) changed: HashMap<JobId, Box<Job>>,
    /// How those of them stood when this run began, by their number.
    pub(in crate::engine) standings: Vec<Standing>,
    /// What trials left in the output folder, by the photo's path.
    pub(in crate::engine) trials: HashMap<Box<Path>, Saved>,
    /// What faces asked, in its order, while files are looked at that the first of it names.
    pub(in crate::engine) waiting: Vec<(FaceId, Command)>,
    /// What earlier runs used of a cap, or may yet.
    pub(in crate::engine) used_before: Usd,
}
