//! A model at fal: its endpoint, its parameters and their ranges.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{PriceSource, Unit, UnitPrice, Usd};

/// A fal endpoint id, such as `fal-ai/flux-vision-upscaler` or `fal-ai/topaz/upscale/image`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndpointId(Box<str>);

/// What was given as an endpoint id is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no fal endpoint id: expected `owner/model` of letters, digits, `-`, `_` and `.`, as on the model's page"
)]
pub struct InvalidEndpoint(String);

impl EndpointId {
    /// Checks an endpoint id.
    ///
    /// # Errors
    /// If it has fewer than two parts, an empty one, `.` or `..`, or a character that has a meaning in a URL.
    pub fn new(id: &str) -> Result<Self, InvalidEndpoint> {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let part = |part: &str| !part.is_empty() && part != "." && part != ".." && part.chars().all(safe);
        if id.contains('/') && id.len() <= 200 && id.split('/').all(part) {
            Ok(Self(id.into()))
        } else {
            Err(InvalidEndpoint(super::clean(id).into_owned()))
        }
    }

    /// The id as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part but for generic tails: what people call the model.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, rest)| rest)
    }
}

impl TryFrom<String> for EndpointId {
    type Error = InvalidEndpoint;
    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::new(&id)
    }
}

impl From<EndpointId> for String {
    fn from(id: EndpointId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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
        (endpoint.as_str() == Self::DEFAULT).then(|| Self::flux_vision_upscaler(endpoint.clone()))
    }

    fn flux_vision_upscaler(endpoint: EndpointId) -> Self {
        let spec = |name: &str, kind, default: Value, about: &str| ParamSpec {
            name: name.to_owned(),
            kind,
            default: Some(default),
            about: about.to_owned(),
        };
        Self {
            endpoint,
            image_field: "image_url".to_owned(),
            params: vec![
                spec("upscale_factor", ParamKind::Number { min: 1.0, max: 4.0 }, json!(2), "how much each side grows"),
                spec(
                    "creativity",
                    ParamKind::Number { min: 0.0, max: 1.0 },
                    json!(0.3),
                    "how far it may leave the photo",
                ),
                spec(
                    "guidance",
                    ParamKind::Number { min: 0.0, max: 20.0 },
                    json!(1),
                    "how closely it keeps to its own caption",
                ),
                spec("steps", ParamKind::Integer { min: 4, max: 50 }, json!(20), "how many passes it makes"),
                ParamSpec {
                    name: "seed".to_owned(),
                    kind: ParamKind::Integer { min: i64::MIN, max: i64::MAX },
                    default: None,
                    about: "the random seed; the same one gives like results".to_owned(),
                },
                spec("enable_safety_checker", ParamKind::Boolean, json!(true), "blacks out what it takes for unsafe"),
            ],
            factor_param: Some("upscale_factor".to_owned()),
            list_price: Some(UnitPrice {
                usd: Usd::from_nanos(100_000_000),
                unit: Unit::Megapixel,
                source: PriceSource::BuiltIn,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_ids_cannot_leave_their_host() {
        for id in ["fal-ai/flux-vision-upscaler", "fal-ai/topaz/upscale/image", "comfy/me/flow", "a/b.c_d"] {
            assert!(EndpointId::new(id).is_ok(), "{id}");
        }
        for id in ["", "esrgan", "/x", "a//b", "a/..", "a/b?c", "a/b#c", "https://evil/x", "a/b\n"] {
            assert!(EndpointId::new(id).is_err(), "{id:?}");
        }
    }
}
