//! What a job collects on its way: an upload, a request at fal, an answer, a saved picture.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::job::{Artifact, Given, NamedText, Pixels, Timestamp};

/// The BLAKE3 hash of a photo's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContentHash(pub [u8; 32]);

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A photo in fal's storage. Its URL is unique, which makes it the natural key for looking a
/// request up by its input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The URL that the model reads it from.
    pub url: Box<str>,
    /// When it was uploaded; storage may expire.
    pub at: Timestamp,
    /// What was uploaded.
    pub content: ContentHash,
}

/// The id of a request in fal's queue: safe to stand in a URL path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(Box<str>);

/// fal's answer named a request by something that cannot stand in a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("request id is not 1 to 128 letters, digits, `-` or `_`")]
pub struct InvalidRequestId;

impl RequestId {
    /// Checks an id from the network.
    ///
    /// # Errors
    /// If it is empty, over 128 bytes, or has anything but ASCII letters, digits, `-` and `_`.
    pub fn new(id: &str) -> Result<Self, InvalidRequestId> {
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=128).contains(&id.len()) && id.bytes().all(safe) { Ok(Self(id.into())) } else { Err(InvalidRequestId) }
    }

    /// The id as fal wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RequestId {
    type Error = InvalidRequestId;
    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::new(&id)
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A request that fal accepted and will bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// fal's id for it.
    pub id: RequestId,
    /// The base of its status, result and cancel URLs, as the submit answer gave it and we checked
    /// it; `None` to build it from the endpoint (fal docs: queue).
    pub url: Option<Box<str>>,
    /// When fal accepted it.
    pub at: Timestamp,
    /// The upload that it works on.
    pub upload: Upload,
}

/// A finished request's output, before anything of it is downloaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What the model gave, in its order.
    pub artifacts: Box<[Artifact]>,
    /// The seed that was used.
    pub seed: Option<i64>,
    /// Time on the runner, seconds.
    pub inference_s: Option<f64>,
    /// `X-Fal-Billable-Units` of the result (fal docs: pricing).
    pub billed_units: Option<f64>,
    /// All of it as JSON, but for what files are inside; `None` once that is in the ledger.
    #[serde(default)]
    pub whole: Option<Box<str>>,
}

impl Answer {
    /// The first picture: where it is, and its size as the model gave it, px.
    #[must_use]
    pub fn picture(&self) -> Option<(&str, Option<Pixels>)> {
        self.artifacts.iter().find_map(|artifact| match &artifact.what {
            Given::Picture { url, pixels } => Some((&**url, *pixels)),
            Given::File { .. } | Given::Text(_) | Given::Unsafe => None,
        })
    }

    /// What the model said, each by the field that it stands in.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.artifacts.iter().filter_map(|artifact| Some((&*artifact.role, artifact.as_text()?)))
    }

    /// The same, to be kept.
    #[must_use]
    pub fn named_texts(&self) -> Box<[NamedText]> {
        self.texts().map(|(role, text)| NamedText { role: role.into(), text: text.into() }).collect()
    }

    /// Whether the model takes one of its pictures for unsafe.
    #[must_use]
    pub fn is_unsafe(&self) -> bool {
        self.artifacts.iter().any(|artifact| artifact.what == Given::Unsafe)
    }

    /// The first text: what the model says of the picture.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.artifacts.iter().find_map(Artifact::as_text)
    }
}

/// The photo whose result was used again, because it is the same picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameAs {
    /// That photo below its folder, with its batch if it is of another.
    pub photo: Box<str>,
    /// What both files hold.
    pub content: ContentHash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_could_leave_their_path_are_refused() {
        assert!(RequestId::new("764cabcf-b745-4b3e-ae38-1200304cf45b").is_ok());
        for id in ["", "../x", "a/b", "a?b", "a b", "ä", "a\n", &"x".repeat(129)] {
            assert_eq!(RequestId::new(id), Err(InvalidRequestId), "{id:?}");
        }
    }
}
