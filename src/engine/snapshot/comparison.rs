//! What the photos of a plan would cost with other models.

use serde::{Deserialize, Serialize};

use crate::job::Usd;
use crate::model::PriceState;

/// The answer to a [`Command::Compare`](crate::engine::Command::Compare).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Comparison {
    /// Which question this answers.
    pub seq: u64,
    /// Whether another model can be taken: a batch that is retried keeps its own.
    pub may_take: bool,
    /// How many photos there are.
    pub photos: usize,
    /// Their price with each of the models that were asked about, in their order.
    pub prices: Vec<FolderPrice>,
}

/// The price of a plan's photos with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderPrice {
    /// What they all cost; `None` if that cannot be known beforehand.
    pub usd: Option<Usd>,
    /// What can be known of it.
    pub state: PriceState,
    /// Whether results are to be bounded, and the model does not say how large they get.
    pub is_boundless: bool,
}
