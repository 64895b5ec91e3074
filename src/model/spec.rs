//! A model as data: its endpoint, its parameters and their ranges, how large its results are.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Gives, ParamSpec, UnitPrice, profiles};
use crate::job::EndpointId;

/// A model as far as a batch needs to know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Where it is called.
    pub endpoint: EndpointId,
    /// The input field that takes the photo's URL.
    pub(super) image: ImageField,
    /// Every other parameter, in the order of the model's page.
    pub params: Vec<ParamSpec>,
    /// How large its results are.
    pub(super) size: SizeRule,
    /// The parameters that say how many pictures a request makes; their product counts.
    pub(super) counts: Vec<String>,
    /// The parameter that says how many seconds what it gives lasts.
    #[serde(default)]
    pub(super) lasts: Option<String>,
    /// What it gives.
    pub gives: Gives,
    /// Fields that are sent with one value for a reason, see [`WHY_PINNED`](Self::WHY_PINNED).
    pub(super) pinned: Map<String, Value>,
    /// Whether the parameters' identity goes by their names' order. The built-in profile's goes by its own
    /// order, which ledgers of earlier versions have.
    pub(super) by_name: bool,
    /// The parameters that make another picture of the same size and price, in the order in which a
    /// person is asked for them.
    pub(super) redo: Vec<String>,
    /// The one of them by whose value like results come again.
    pub(super) seed: Option<String>,
    /// The list price that was current when this version was built.
    pub list_price: Option<UnitPrice>,
}

/// The input field that takes the photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageField {
    /// Its name.
    pub field: String,
    /// Whether it takes a list of URLs: it gets one of one.
    pub is_list: bool,
}

impl ImageField {
    /// The field's value for one photo.
    pub(super) fn value(&self, url: &str) -> Value {
        if self.is_list { Value::from(vec![url]) } else { Value::from(url) }
    }
}

/// How large a result is, by what is known before it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SizeRule {
    /// Each side of the photo times the value of a parameter.
    Times {
        /// The parameter.
        by: String,
        /// Only if this parameter has this value; else it cannot be known.
        only_if: Option<(String, String)>,
    },
    /// As large as the photo.
    Checkpoint,
    /// It cannot be known.
    Unknown,
}

impl Model {
    /// The endpoint that is used when none is named.
    pub const DEFAULT: &str = "fal-ai/flux-vision-upscaler";

    /// Why some fields have one value.
    pub const WHY_PINNED: &str = "with it a result comes inside the answer, fal keeps no record of it, and one that is lost could not be found again";

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

    /// The field that takes the photo.
    #[must_use]
    pub fn photo_field(&self) -> &str {
        &self.image.field
    }

    /// Whether the size of its results can be known beforehand, as far as its parameters say.
    #[must_use]
    pub fn knows_size(&self) -> bool {
        self.size != SizeRule::Unknown
    }

    /// Whether how long its results last can be known beforehand, as far as its parameters say.
    #[must_use]
    pub fn knows_length(&self) -> bool {
        self.lasts.is_some()
    }

    /// Whether another takes and sends the same, whatever is said about it.
    #[must_use]
    pub fn is_as(&self, other: &Self) -> bool {
        let plain =
            |spec: &ParamSpec| ParamSpec { about: String::new(), example: None, meanings: Vec::new(), ..spec.clone() };
        let takes = |model: &Self| model.params.iter().map(plain).collect::<Vec<_>>();
        (&self.image, &self.pinned, takes(self)) == (&other.image, &other.pinned, takes(other))
    }

    /// The URL of the photo in what a request was made with.
    #[must_use]
    pub fn photo_in<'i>(&self, input: &'i Map<String, Value>) -> Option<&'i str> {
        let value = input.get(&self.image.field)?;
        value.as_str().or_else(|| value.as_array()?.first()?.as_str())
    }
}
