//! fal's catalogue: which models there are, and their schemas (fal docs: platform, models).

use bytes::Bytes;
use http::Method;
use serde_json::Value;
use url::Url;

use super::call::Call;
use super::client::{exchange, join};
use super::error::FalError;
use super::{Fal, Hosts};
use crate::job::{CauseKind, EndpointId, clean};
use crate::model::Standing;

/// Where schemas are, too, and no key is needed (fal docs: `OpenAPI`).
const SCHEMAS: &str = "https://fal.ai/api";
/// What may name the model that takes another's place.
const SUCCESSORS: [&str; 4] = ["replaced_by", "successor", "replacement", "deprecated_by"];
/// The most characters of a text about a model.
const LONG: usize = 400;

/// A model as the catalogue has it. Texts are cleaned for a terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Where it is called.
    pub id: EndpointId,
    /// What people call it.
    pub name: String,
    /// Its category, such as `image-to-image`.
    pub category: String,
    /// What it does.
    pub about: String,
    /// Where it stands.
    pub standing: Standing,
    /// Its schema, an `OpenAPI` document, if it was asked for and is there.
    pub schema: Option<Value>,
}

/// A page of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedPage {
    /// The models.
    pub models: Vec<Listed>,
    /// Where to go on, if there is more.
    pub next: Option<String>,
}

impl Fal {
    /// A model with its schema; `None` if fal has none of this id.
    ///
    /// # Errors
    /// As every call.
    pub async fn model(&self, endpoint: &EndpointId) -> Result<Option<Listed>, FalError> {
        let query = [("endpoint_id", endpoint.as_str()), ("expand", "openapi-3.0")];
        let page = match self.models(&query).await {
            Err(error) if error.cause.kind == CauseKind::NotFound => return Ok(None),
            page => page?,
        };
        let Some(mut listed) = page.models.into_iter().find(|model| model.id == *endpoint) else { return Ok(None) };
        if listed.schema.is_none() {
            let document = self.document(endpoint).await?;
            // What is no JSON is kept as it is: who reads it says so.
            let read = |document: Bytes| {
                serde_json::from_slice(&document)
                    .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&document).into_owned()))
            };
            listed.schema = document.map(read);
        }
        Ok(Some(listed))
    }

    /// Models by whatever the platform can be asked for: `q`, `category`, `limit`, `cursor`, `expand`.
    ///
    /// # Errors
    /// As every call.
    pub async fn models(&self, query: &[(&str, &str)]) -> Result<ListedPage, FalError> {
        let mut url = join(&self.http.hosts.api, ["v1", "models"])?;
        url.query_pairs_mut().extend_pairs(query);
        let reply = exchange(Call::Models, self.http.with_key(Method::GET, url)).await?;
        let page: Value = reply.json(Call::Models)?;
        let models = page.get("models").and_then(Value::as_array).into_iter().flatten().filter_map(listed).collect();
        let has_more = page.get("has_more").and_then(Value::as_bool) != Some(false);
        let next = page.get("next_cursor").and_then(Value::as_str).filter(|_| has_more).map(str::to_owned);
        Ok(ListedPage { models, next })
    }

    /// A model's document from where the playground has it; `None` if there is none.
    async fn document(&self, endpoint: &EndpointId) -> Result<Option<Bytes>, FalError> {
        let own = self.http.hosts.api.as_str().trim_end_matches('/') == Hosts::API;
        let base = if own { Url::parse(SCHEMAS).ok() } else { None };
        let mut url = join(base.as_ref().unwrap_or(&self.http.hosts.api), ["openapi", "queue", "openapi.json"])?;
        url.query_pairs_mut().append_pair("endpoint_id", endpoint.as_str());
        // The key is for the API alone.
        let request = self.http.without_key(Call::Models, Method::GET, url.as_str())?;
        match exchange(Call::Models, request).await {
            Ok(reply) => Ok(Some(reply.body)),
            Err(error) if error.cause.kind == CauseKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A model of the list; what has no id that can be called is none.
fn listed(entry: &Value) -> Option<Listed> {
    let id = EndpointId::new(entry.get("endpoint_id")?.as_str()?).ok()?;
    let metadata = entry.get("metadata");
    let text = |name: &str| {
        let text = metadata.and_then(|of| of.get(name)).and_then(Value::as_str).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        clean(&text).chars().take(LONG).collect::<String>()
    };
    // A document that could not be made is an object with an error in it.
    let schema =
        entry.get("openapi").filter(|schema| schema.get("paths").is_some() || schema.get("components").is_some());
    Some(Listed {
        name: Some(text("display_name")).filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string()),
        category: text("category"),
        about: text("description"),
        // Which field names another is not documented.
        standing: Standing::of(&text("status"), SUCCESSORS.iter().find_map(|name| EndpointId::new(&text(name)).ok())),
        schema: schema.cloned(),
        id,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_is_read_whatever_it_lacks() {
        let bare = listed(&json!({ "endpoint_id": "fal-ai/esrgan" })).unwrap();
        assert_eq!(
            (&*bare.name, &*bare.about, bare.standing, bare.schema),
            ("fal-ai/esrgan", "", Standing::Active, None)
        );
        assert_eq!(listed(&json!({ "endpoint_id": "../etc" })), None);
        assert_eq!(listed(&json!({ "metadata": 7 })), None);
        let metadata = json!({ "display_name": "A\u{1b}[2J", "status": "deprecated", "successor": "a/new", "description": "two\n lines" });
        let full =
            listed(&json!({ "endpoint_id": "a/b", "metadata": metadata, "openapi": { "error": "no" } })).unwrap();
        assert_eq!(
            (&*full.about, full.standing.successor().unwrap().as_str(), full.schema),
            ("two lines", "a/new", None)
        );
        assert!(!full.name.contains('\u{1b}'));
    }
}
