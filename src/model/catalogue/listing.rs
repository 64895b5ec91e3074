//! A model as a person chooses it: what fal's catalogue says of it, what its schema makes of it, what it costs.

use serde::{Deserialize, Serialize};

use super::Standing;
use crate::model::{Model, UnitPrice};

/// A model of the catalogue that takes a photo. Texts are cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// The model.
    pub model: Model,
    /// What people call it.
    pub name: String,
    /// Its category, such as `image-to-image`.
    pub category: String,
    /// What it does.
    pub about: String,
    /// Where it stands with fal.
    pub standing: Standing,
    /// The price to reckon with, if one is known.
    pub price: Option<UnitPrice>,
    /// What is named as the price while that is in doubt.
    pub named_price: Option<UnitPrice>,
    /// Whether the model is as its schema has it, and not only as this version knows it.
    pub has_schema: bool,
}
