//! What would be sent and paid, before anything is.

use serde::{Deserialize, Serialize};

use serde_json::Value;

use super::losses::Notes;
use crate::job::{JobId, Loss, Usd};
use crate::model::{ParamSpec, PriceState, UnitPrice};

/// What a person changed of a command before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Parameters of its model.
    Params,
    /// The model.
    Model,
}

/// What would be sent and paid.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// Whether photos are still being found.
    pub walking: bool,
    /// Photos to be sent in this run.
    pub photos: usize,
    /// Photos that are the same picture as another: not sent, the other's result is used again.
    pub duplicates: usize,
    /// What sending them would have cost; `None` if it cannot be known.
    pub duplicates_usd: Option<Usd>,
    /// Photos that may be the same picture as another and are still being looked at.
    pub checking: usize,
    /// Photos of this batch that an earlier run finished.
    pub done_before: usize,
    /// Photos that an earlier run finished whose ledger is gone: their results lie in the output folder with
    /// their records.
    pub found: usize,
    /// Photos whose result in the output folder was changed since, or is gone: they are sent.
    pub changed_results: usize,
    /// What is to be said of the ledger and the output folder, and of what will be lost.
    pub notes: Notes,
    /// Requests of an earlier run that are picked up at fal.
    pub at_fal: usize,
    /// Photos that failed in an earlier run and stay so until retried.
    pub failed_before: usize,
    /// Photos whose paid call's answer was lost in an earlier run: left alone, since they may be paid for.
    pub lost_before: usize,
    /// Photos of which a trial in the same output folder left a picture that gives way.
    pub replaced: usize,
    /// How many files are not sent.
    pub skipped: usize,
    /// Why, most frequent reason first, with counts.
    pub skipped_by_reason: Vec<(String, usize)>,
    /// The first of the skipped files.
    pub skipped_files: Vec<SkippedFile>,
    /// Pixels to be sent.
    pub input_px: u64,
    /// Pixels to come back.
    pub output_px: u64,
    /// The unit price in force; `None` if it is not known.
    pub price: Option<UnitPrice>,
    /// What all photos to be sent will cost; `None` if it cannot be known.
    pub estimate: Option<Usd>,
    /// The cap that certainly suffices for them, whole megapixels reckoned and with what earlier runs used
    /// of it; `None` if it cannot be known.
    pub certain: Option<Usd>,
    /// How many of them the cap may leave; 0 without one.
    pub may_leave: usize,
    /// The ten dearest: path, price.
    pub dearest: Vec<(String, Usd)>,
    /// The model's parameters; empty where they cannot be changed any more.
    pub fields: Vec<Field>,
    /// What was changed of the command, if anything was: the run is then a batch of its own.
    pub changed: Option<Change>,
    /// Requests that an earlier run with the parameters from before left at fal. They stay there until
    /// it is gone on with.
    pub left_at_fal: usize,
    /// Photos that were left out by hand, by folder or by price.
    pub left_out: usize,
    /// What sending those would have cost; `None` if it cannot be known.
    pub left_out_usd: Option<Usd>,
    /// Photos above this are left out.
    pub limit: Option<Usd>,
    /// The folders of photos that could be sent, the dearest first; not all if there are very many.
    pub folders: Vec<FolderChoice>,
    /// How many folders there are.
    pub folders_in_all: usize,
    /// The dearest of the photos that could be sent.
    pub photo_choices: Vec<PhotoChoice>,
    /// What the pictures will take on the disk, bytes, as far as that can be said.
    pub disk_needed: u64,
    /// What is free there, bytes.
    pub disk_free: Option<u64>,
}

impl Plan {
    /// Whether what a photo costs at the most shows on the bill alone.
    #[must_use]
    pub fn is_billed_afterwards(&self) -> bool {
        self.price.is_some() && self.certain.is_none() && self.price_state() != PriceState::Exact
    }

    /// What can be known of its price.
    #[must_use]
    pub fn price_state(&self) -> PriceState {
        match (&self.price, self.estimate) {
            (Some(price), Some(_)) if price.learned().is_some() => PriceState::Learned,
            (Some(_), Some(_)) => PriceState::Exact,
            _ => PriceState::Unknown,
        }
    }
}

/// A parameter of the model and what it is set to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name, range, default and meaning.
    pub spec: ParamSpec,
    /// What is sent; `None` if the model picks.
    pub value: Option<Value>,
}

impl Field {
    /// Whether it is what the model takes when it is not given.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.value == self.spec.default
    }
}

/// A folder of photos that can be left out. Text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderChoice {
    /// Which folder, by a number that holds for this run.
    pub id: u32,
    /// The folder, below the input; empty for the input itself.
    pub path: String,
    /// Photos in it, those in folders below not counted.
    pub photos: usize,
    /// How many of them are left out.
    pub out: usize,
    /// What those that are not left out cost, or all of them if all are; `None` if that cannot be known.
    pub price: Option<Usd>,
}

/// A photo that can be left out. Text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoChoice {
    /// Which job.
    pub id: JobId,
    /// The photo, below its folder.
    pub path: String,
    /// What it costs.
    pub price: Usd,
    /// Whether it is left out.
    pub out: bool,
}

/// A file that is not sent. Text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFile {
    /// The file, below its folder.
    pub path: String,
    /// Why not.
    pub reason: String,
}

/// Some of the photos that could be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// Those of a folder, by its number in the plan.
    Folder(u32),
    /// One.
    Photo(JobId),
    /// Those found so far of which something will be lost.
    Losing(Loss),
    /// Those found so far whose path holds this, whatever the case; empty for all.
    Matching(String),
}
