//! A model as data: its endpoint, its parameters and their ranges, how large its results are.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ParamSpec, UnitPrice, profiles};
use crate::job::EndpointId;

/// A model as far as a batch needs to know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Where it is called.
    pub endpoint: EndpointId,
    /// The input field that takes the photo's URL.
    pub(super) image_field: String,
    /// Every other parameter, in the order of the model's page.
    pub params: Vec<ParamSpec>,
    /// How large its results are.
    pub(super) size: SizeRule,
    /// The parameters that make another picture of the same size and price, in the order in which a
    /// person is asked for them.
    pub(super) redo: Vec<String>,
    /// The one of them by whose value like results come again.
    pub(super) seed: Option<String>,
    /// The list price that was current when this version was built.
    pub list_price: Option<UnitPrice>,
}

/// How large a result is, by what is known before it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SizeRule {
    /// Each side of the photo times the value of a parameter.
    Times(String),
    /// As large as the photo.
    Kept,
    /// It cannot be known.
    Unknown,
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

    /// The parameter of a name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&ParamSpec> {
        self.params.iter().find(|spec| spec.name == name)
    }

    /// The URL of the photo in what a request was made with.
    #[must_use]
    pub fn photo_in<'i>(&self, input: &'i Map<String, Value>) -> Option<&'i str> {
        input.get(&self.image_field)?.as_str()
    }
}
