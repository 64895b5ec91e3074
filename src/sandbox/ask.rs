//! A call as it is read, once.

use axum::body::Bytes;
use http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::call::Call;
use super::refuse::Refusal;

/// A call with all that came with it, but for an upload's bytes.
#[derive(Debug)]
pub(super) struct Ask {
    /// What it is.
    pub(super) call: Call,
    /// Where to, as asked.
    pub(super) uri: Uri,
    /// Its headers.
    pub(super) headers: HeaderMap,
    /// Its body, where that is not a file.
    pub(super) body: Bytes,
}

impl Ask {
    /// The first value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        self.queries(name).next()
    }

    /// Every value of a query parameter.
    pub(super) fn queries<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        let pairs = url::form_urlencoded::parse(self.uri.query().unwrap_or_default().as_bytes());
        pairs.filter(move |(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; an empty one is `{}`.
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        if self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(&self.body).map_err(|error| Refusal::Bad(format!("body is not JSON: {error}")))
    }
}
