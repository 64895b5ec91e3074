//! Models that a person may take: the dashboard asks for them by words, and hears what is found as it is found.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use crate::model::Listing;

/// What a person looks for. Of several that are asked only the newest is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Search {
    /// Which search, counting up from 1; 0 is none.
    pub seq: u64,
    /// Words, or an endpoint's id.
    pub words: String,
}

/// What was found so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finds {
    /// Which search this answers.
    pub seq: u64,
    /// The models that take one photo, in fal's order.
    pub listings: Vec<Arc<Listing>>,
    /// How many more were found that take no photo, or need more than one.
    pub others: usize,
    /// Whether that is all.
    pub state: Finding,
}

/// How far a search is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Finding {
    /// More may come.
    #[default]
    Asking,
    /// That is all.
    Done,
    /// fal could not be asked, for this reason: what there is was kept from before.
    Kept(String),
}

/// The way to who finds models, and back.
#[derive(Debug)]
pub struct Models {
    /// Where to ask.
    pub ask: watch::Sender<Search>,
    /// What is found.
    pub found: mpsc::Receiver<Finds>,
}
