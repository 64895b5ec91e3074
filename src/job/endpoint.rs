//! The id of an endpoint at fal: safe to stand in a URL path.

use std::fmt;

use serde::{Deserialize, Serialize};

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
