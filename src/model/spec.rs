//! A model as data: its endpoint, its parameters and their ranges.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{UnitPrice, profiles};
use crate::job::EndpointId;

/// A model as far as a batch needs to know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Where it is called.
    pub endpoint: EndpointId,
    /// The input field that takes the photo's URL.
    pub image_field: String,
    /// Every other parameter, in the order of the model's page.
    pub params: Vec<ParamSpec>,
    /// The parameter by which each side of the picture grows, if there is one.
    pub factor_param: Option<String>,
    /// The list price that was current when this version was built.
    pub list_price: Option<UnitPrice>,
}

/// One parameter of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParamSpec {
    /// Its name in the request body.
    pub name: String,
    /// What it takes.
    pub kind: ParamKind,
    /// What the model takes when it is not given; `None` where the model picks.
    pub default: Option<Value>,
    /// What it does, in a few words.
    pub about: String,
}

/// What a parameter takes; bounds are inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ParamKind {
    /// A number in a range.
    Number {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// A whole number in a range.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
}

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { min, max } => write!(f, "a number from {min} to {max}"),
            Self::Integer { min: i64::MIN, max: i64::MAX } => f.write_str("a whole number"),
            Self::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Boolean => f.write_str("true or false"),
        }
    }
}

impl Model {
    /// The endpoint that is used when none is named.
    pub const DEFAULT: &str = "fal-ai/flux-vision-upscaler";

    /// The models whose parameters this version knows.
    pub const BUILT_IN: [&str; 1] = [Self::DEFAULT];

    /// A model that this version knows the parameters of (ranges as on its page at fal).
    #[must_use]
    pub fn built_in(endpoint: &EndpointId) -> Option<Self> {
        (endpoint.as_str() == Self::DEFAULT).then(|| profiles::flux_vision_upscaler::model(endpoint.clone()))
    }
}
