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
    /// Pixels to be sent.
    pub input_px: u64,
    /// Pixels to come back.
    pub output_px: u64,
    /// What it costs.
    pub costs: Costs,
    /// Photos that are the same picture as another.
    pub same: Same,
    /// What earlier runs left.
    pub earlier: Earlier,
    /// What is to be said of the ledger and the output folder, and of what will be lost.
    pub notes: Notes,
    /// Files that are not sent.
    pub skips: Skips,
    /// The model's parameters; empty where they cannot be changed any more.
    pub fields: Vec<Field>,
    /// What was changed of the command, if anything was: the run is then a batch of its own.
    pub changed: Option<Change>,
    /// What was left out by hand, by folder or by price, and what could be.
    pub left_out: LeftOut,
    /// The room that it takes.
    pub disk: Disk,
}

/// What photos to be sent cost.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Costs {
    /// The unit price in force; `None` if it is not known.
    pub price: Option<UnitPrice>,
    /// What all of them will cost; `None` if it cannot be known.
    pub estimate: Option<Usd>,
    /// The cap that certainly suffices for them, whole megapixels reckoned and with what earlier runs used
    /// of it; `None` if it cannot be known.
    pub certain: Option<Usd>,
    /// How many of them the cap may leave; 0 without one.
    pub may_leave: usize,
    /// The ten dearest: path, price.
    pub dearest: Vec<(String, Usd)>,
}

/// Photos that are the same picture as another: not sent, the other's result is used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Same {
    /// How many there are.
    pub photos: usize,
    /// What sending them would have cost; `None` if it cannot be known.
    pub usd: Option<Usd>,
    /// Photos that may be such and are still being looked at.
    pub checking: usize,
}

/// What earlier runs left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Earlier {
    /// Photos of this batch that one finished.
    pub done: usize,
    /// Photos that one finished whose ledger is gone: their results lie in the output folder with their records.
    pub found: usize,
    /// Photos whose result in the output folder was changed since, or is gone: they are sent.
    pub changed: usize,
    /// Requests that are picked up at fal.
    pub at_fal: usize,
    /// Photos that failed and stay so until retried.
    pub failed: usize,
    /// Photos whose paid call's answer was lost: left alone, since they may be paid for.
    pub lost: usize,
    /// Photos of which a trial in the same output folder left a picture that gives way.
    pub replaced: usize,
    /// Requests that a run with the parameters from before left at fal. They stay there until it is gone on with.
    pub left_at_fal: usize,
}

/// Files that are not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Skips {
    /// How many there are.
    pub count: usize,
    /// Why, most frequent reason first, with counts.
    pub by_reason: Vec<(String, usize)>,
    /// The first of them.
    pub files: Vec<SkippedFile>,
}

/// What was left out by hand, and what could be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// How many photos were, by hand, by folder or by price.
    pub photos: usize,
    /// What sending those would have cost; `None` if it cannot be known.
    pub usd: Option<Usd>,
    /// Photos above this are left out.
    pub limit: Option<Usd>,
    /// The folders of photos that could be sent, the dearest first; not all if there are very many.
    pub folders: Vec<FolderChoice>,
    /// How many folders there are.
    pub folders_in_all: usize,
    /// The dearest of the photos that could be sent.
    pub choices: Vec<PhotoChoice>,
}

/// The room that results take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Disk {
    /// What the pictures will take, bytes, as far as that can be said.
    pub needed: u64,
    /// What is free there, bytes.
    pub free: Option<u64>,
}

impl Plan {
    /// Whether what a photo costs at the most shows on the bill alone.
    #[must_use]
    pub fn is_billed_afterwards(&self) -> bool {
        self.costs.price.is_some() && self.costs.certain.is_none() && self.price_state() != PriceState::Exact
    }

    /// The first parameter that is to be given before the start, by its place: the model needs it, and no rule sets it.
    #[must_use]
    pub fn missing(&self) -> Option<usize> {
        let is_ruled = |name: &String| self.notes.rules.iter().any(|rule| rule.sets.iter().any(|(set, _)| set == name));
        let is_missing = |field: &Field| field.spec.required && field.value.is_none() && !is_ruled(&field.spec.name);
        self.fields.iter().position(is_missing)
    }

    /// What can be known of its price.
    #[must_use]
    pub fn price_state(&self) -> PriceState {
        match (&self.costs.price, self.costs.estimate) {
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
