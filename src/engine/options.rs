//! What an engine is started with.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::engine::canary::state::Start;
use crate::engine::clock::Clock;
use crate::engine::event::Event;
use crate::engine::event::Summary;
use crate::engine::observing::Feed;
use crate::engine::planning::state::{Link, Restart};
use crate::engine::pools::Pools;
use crate::engine::publish::faces::door::FaceEnds;
use crate::engine::snapshot::BatchFacts;
use crate::fal::Fal;
use crate::intake::Rules;
use crate::job::{Job, JobId, MaxFailures, RetryPolicy, Saved, Service, Spent, Usd, Way};
use crate::ledger::{Ledger, Writer};
use crate::model::{Model, Params, UnitPrice};
use crate::output::{Memory, Output};
use crate::plan::Failed;
use crate::webhook::Inbox;

/// How a batch is to be run.
#[derive(Debug, Clone)]
pub struct Options {
    /// What faces show of the batch.
    pub facts: BatchFacts,
    /// The model.
    pub model: Model,
    /// Its parameters.
    pub params: Params,
    /// Whom photos are sent to.
    pub service: Service,
    /// What a unit of its work costs, if that is known.
    pub price: Option<UnitPrice>,
    /// When and how often to try again.
    pub retry: RetryPolicy,
    /// What of earlier runs' failures is tried again.
    pub retry_failed: Option<Failed>,
    /// What rules say of photos.
    pub rules: Arc<Rules>,
    /// Whether all photos of the batch are found anew: then what is not found is gone.
    pub walks: bool,
    /// The paths of photos that are not sent, because a person left them out.
    pub left_out: HashSet<Box<Path>>,
    /// What bounds it.
    pub limits: Limits,
    /// How it begins, goes on and ends.
    pub manner: Manner,
    /// What comes from outside.
    pub world: World,
}

/// What bounds a run.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Most requests at fal at once.
    pub window: u16,
    /// How much may be done at once, by what this machine gives.
    pub pools: Pools,
    /// When to stop beginning new jobs because too many fail.
    pub max_failures: MaxFailures,
    /// The cap: never passed.
    pub budget: Option<Usd>,
    /// How long fal may take to start a request, if that is bounded.
    pub start_timeout: Option<Duration>,
    /// What is free where pictures go, bytes, if that is known.
    pub disk_free: Option<u64>,
}

/// How a run begins, goes on and ends.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Manner {
    /// How fal is to get photos, if that was asked for.
    pub send: Option<Way>,
    /// Whether a locked account is waited for even if nobody looks.
    pub waits_for_account: bool,
    /// How it begins.
    pub start: Start,
    /// Whether to stay when all is done, for a person to look.
    pub stay: bool,
    /// Whether what earlier runs left rests, so that nothing is sent, followed or fetched but what a person asks for.
    pub rests: bool,
    /// Whether what runners say is wanted of every job, not only of the one that is looked at.
    pub logs: bool,
    /// Whether it goes on with photos that appear.
    pub watches: bool,
    /// Whether a person asked, from elsewhere, that nothing is begun before another word.
    pub paused: bool,
    /// Whether it ends once the plan is told.
    pub plans_only: bool,
}

/// What comes from outside, so that tests are exact.
#[derive(Debug, Clone)]
pub struct World {
    /// Tells the time.
    pub clock: Clock,
    /// Is told the name of each step when it begins; a test makes one panic by it.
    pub rehearse: Option<fn(&'static str)>,
    /// Seeds the jitter of waits.
    pub seed: u64,
    /// What fal tells of requests, if it does.
    pub webhooks: Option<Inbox>,
}

/// What an engine works with.
#[derive(Debug)]
pub struct Deps {
    /// fal.
    pub fal: Fal,
    /// What happened before, and what is to be remembered.
    pub ledger: Ledger,
    /// This batch's way into the ledger.
    pub writer: Writer,
    /// Where pictures go.
    pub output: Output,
    /// The jobs that the ledger knows of this batch.
    pub known: Vec<Box<Job>>,
    /// What jobs that are made again left on the disk.
    pub replaced: Vec<(JobId, Saved)>,
    /// What trials on a sandbox or a stand-in left in the output folder, by the photo's path: results
    /// of this batch take their place.
    pub trials: HashMap<Box<Path>, Saved>,
    /// What the batch has cost in all its runs.
    pub spent: Spent,
    /// The lengths of photos that the ledger knows to have been sent so, bytes: only a photo of such a
    /// length can have a result already.
    pub earlier: HashSet<u64>,
    /// What the output folder knows of results that the ledger does not.
    pub memory: Arc<Memory>,
    /// What is to be said on the plan of the ledger and the folder.
    pub notes: Vec<String>,
    /// What an earlier run wrote down of the photos that went first.
    pub canary: Option<String>,
    /// What comes in.
    pub feed: Feed,
    /// For faces that tell what happened.
    pub events: Option<mpsc::Sender<Event>>,
    /// Faces that are there already, from a batch that this one goes on from.
    pub link: Option<Link>,
}

/// A running engine.
#[derive(Debug)]
pub struct Handle {
    /// Ends when the batch or this run of it is over.
    pub ended: JoinHandle<End>,
    /// The own face's ends; `None` if there was a face already.
    pub face: Option<FaceEnds>,
}

/// How an engine ended.
#[derive(Debug)]
pub enum End {
    /// The batch or this run of it is over.
    Over(Summary),
    /// It goes on as a batch of its own. Nothing was sent.
    Restart(Box<Restart>),
}
