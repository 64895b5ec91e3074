//! The JSON that goes over the wire, as fal's documentation gives it. Nothing here decides anything.
//!
//! Answers are read leniently: whatever is documented as optional may lack or be of another form, and
//! fields that we do not use are ignored.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::json;

/// The answer to a submit (fal docs: queue). Only `request_id` is guaranteed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Submitted {
    /// The request's id, a UUID.
    pub request_id: String,
    /// `IN_QUEUE`.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Requests before it.
    #[serde(default, deserialize_with = "json::maybe_count", skip_serializing_if = "Option::is_none")]
    pub queue_position: Option<u32>,
    /// Where its status is.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub status_url: Option<String>,
    /// Where its result will be.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub response_url: Option<String>,
    /// Where it is cancelled.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub cancel_url: Option<String>,
}

/// The answer to a status call (fal docs: queue). HTTP 202 until COMPLETED, then 200.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StatusAnswer {
    /// `IN_QUEUE`, `IN_PROGRESS` or `COMPLETED`; there is no state for failure.
    #[serde(default, deserialize_with = "json::text")]
    pub status: String,
    /// The request's id.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// IN_QUEUE: requests before it, from 0. May rise after a re-queue.
    #[serde(default, deserialize_with = "json::maybe_count", skip_serializing_if = "Option::is_none")]
    pub queue_position: Option<u32>,
    /// Where its status is.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub status_url: Option<String>,
    /// Where its result is.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub response_url: Option<String>,
    /// Where it is cancelled.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub cancel_url: Option<String>,
    /// All that the runner said so far, where `logs=1` asked for it; may be `null`.
    #[serde(default, deserialize_with = "json::items", skip_serializing_if = "Option::is_none")]
    pub logs: Option<Vec<Log>>,
    /// COMPLETED: how long it ran.
    #[serde(default, deserialize_with = "json::if_it_makes_sense", skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,
    /// COMPLETED and failed, on newer apps: what a person should read.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// COMPLETED and failed, on newer apps: what a program should read.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
}

/// One line of a runner's log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Log {
    /// What it said.
    #[serde(default, deserialize_with = "json::text")]
    pub message: String,
    /// When, ISO 8601.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// `STDERR`, `STDOUT`, `ERROR`, `INFO`, `WARN` or `DEBUG`.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// `USER`.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What fal measured.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Metrics {
    /// Time on the runner, seconds.
    #[serde(default, deserialize_with = "json::if_it_makes_sense")]
    pub inference_time: Option<f64>,
}

/// A file in a model's output. Everything but the URL may lack. Ours are read by their parts.
#[derive(Debug, Clone, Serialize)]
pub struct File {
    /// Where it is.
    pub url: String,
    /// Its media type, as the model claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Its name at fal. Never used as a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Its length, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
    /// Its width, px.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height, px.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// The answer to a cancel (fal docs: queue): `CANCELLATION_REQUESTED` or `OK`,
/// `ALREADY_COMPLETED` (400), `NOT_FOUND` (404).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cancelled {
    /// What became of it.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A body that says what went wrong. fal has several forms of it; every field may lack.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ErrorBody {
    /// A text (platform, account), or a list of [`ErrorDetail`] (model, validation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// The platform's machine-readable kind, such as `runner_disconnected`.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// The queue's own form: `NOT_FOUND`, `ALREADY_COMPLETED`.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The platform API's form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// One thing that a model has against its input (fal docs: errors).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// Where: `["body", "image_url"]`.
    #[serde(default)]
    pub loc: Vec<Value>,
    /// What, for people; its wording may change.
    #[serde(default, deserialize_with = "json::text")]
    pub msg: String,
    /// What, for programs: `image_too_large`.
    #[serde(default, deserialize_with = "json::text", rename = "type")]
    pub kind: String,
    /// Its documentation.
    #[serde(default, deserialize_with = "json::maybe_text", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The limits that were passed.
    #[serde(default, deserialize_with = "json::if_it_makes_sense", skip_serializing_if = "Option::is_none")]
    pub ctx: Option<Map<String, Value>>,
    /// What was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
}

/// A token for the CDN (fal docs: storage).
#[derive(Clone, Serialize, Deserialize)]
pub struct CdnToken {
    /// The secret.
    pub token: String,
    /// `Bearer`.
    pub token_type: String,
    /// The CDN's address, without a trailing slash.
    pub base_url: String,
    /// RFC 3339.
    #[serde(default, deserialize_with = "json::text")]
    pub expires_at: String,
    /// RFC 3339.
    #[serde(default, deserialize_with = "json::text")]
    pub created_at: String,
}

/// A file that was uploaded through the CDN token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CdnUploaded {
    /// Where models read it from.
    pub access_url: String,
    /// `true`.
    #[serde(default)]
    pub uploaded: bool,
}

/// A multipart upload that was begun through the CDN token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CdnMultipart {
    /// Where models will read it from; parts go below it.
    pub access_url: String,
    /// Names the upload.
    #[serde(rename = "uploadId")]
    pub upload_id: String,
}

/// What to initiate an upload with (fal docs: storage).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Initiate {
    /// The media type; the PUT must repeat it.
    pub content_type: String,
    /// The file's name.
    pub file_name: String,
}

/// Where an initiated upload goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Initiated {
    /// The signed URL to PUT to, without any `Authorization`.
    pub upload_url: String,
    /// Where models read it from.
    pub file_url: String,
}

/// One uploaded part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// From 1.
    #[serde(rename = "partNumber")]
    pub part_number: u32,
    /// As the part's answer gave it.
    pub etag: String,
}

/// Ends a multipart upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Complete {
    /// Every part, in order.
    pub parts: Vec<Part>,
}

/// Prices (fal docs: platform `models/pricing`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prices {
    /// One for each endpoint that was asked for and is known.
    pub prices: Vec<Price>,
    /// Where to go on, if there is more.
    #[serde(default, deserialize_with = "json::maybe_text")]
    pub next_cursor: Option<String>,
    /// Whether there is more.
    #[serde(default)]
    pub has_more: bool,
}

/// What was billed (fal docs: platform `models/billing-events`).
#[derive(Debug, Clone, Deserialize)]
pub struct BillingEvents {
    /// The events, in no order that is relied on.
    #[serde(default)]
    pub billing_events: Vec<BillingEvent>,
    /// Where to go on, if there is more.
    #[serde(default, deserialize_with = "json::maybe_text")]
    pub next_cursor: Option<String>,
    /// Whether there is more.
    #[serde(default)]
    pub has_more: bool,
}

/// What one request was billed; amounts are numbers, or texts of them.
#[derive(Debug, Clone, Deserialize)]
pub struct BillingEvent {
    /// Which.
    pub request_id: String,
    /// Of which endpoint.
    #[serde(default)]
    pub endpoint_id: String,
    /// When, RFC 3339.
    #[serde(default, deserialize_with = "json::maybe_text")]
    pub timestamp: Option<String>,
    /// What was billed with all discounts, USD.
    pub cost_total: Option<Value>,
    /// The same before it is settled, billionths of a USD.
    pub cost_estimate_nano_usd: Option<Value>,
}

/// One endpoint's price.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Price {
    /// Which.
    pub endpoint_id: String,
    /// What one unit costs.
    pub unit_price: f64,
    /// What is counted: `megapixels`, `images`, `seconds`, ….
    pub unit: String,
    /// `USD`.
    pub currency: String,
}

/// A page of requests that fal remembers (fal docs: platform `models/requests/by-endpoint`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PastRequests {
    /// The requests, latest first.
    #[serde(default, deserialize_with = "past")]
    pub items: Vec<PastRequest>,
    /// Where to go on, if there is more.
    #[serde(default, deserialize_with = "json::maybe_text")]
    pub next_cursor: Option<String>,
    /// Whether there is more.
    #[serde(default)]
    pub has_more: bool,
}

/// The requests of a page that have an id.
fn past<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PastRequest>, D::Error> {
    json::items(from).map(Option::unwrap_or_default)
}

/// One request that fal remembers. Those still waiting may not be listed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PastRequest {
    /// Its id.
    pub request_id: String,
    /// When it ended, RFC 3339.
    #[serde(default, deserialize_with = "json::maybe_text")]
    pub ended_at: Option<String>,
    /// The status that its result has.
    #[serde(default, deserialize_with = "json::maybe_count")]
    pub status_code: Option<u16>,
    /// The model input that it was made with, where `expand=payloads` asked for it.
    #[serde(default)]
    pub json_input: Option<Value>,
    /// What the model answered, where `expand=payloads` asked for it and it is still stored.
    #[serde(default)]
    pub json_output: Option<Value>,
}

/// What became of a request's files (fal docs: platform, payloads).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Deleted {
    /// Each file.
    #[serde(default)]
    pub cdn_delete_results: Vec<DeletedFile>,
}

/// What became of a file that was to be deleted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeletedFile {
    /// Its URL.
    #[serde(default)]
    pub link: String,
    /// Why it is still there.
    #[serde(default)]
    pub exception: Option<String>,
}

/// The keys that webhooks are signed with (fal docs: webhooks).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Jwks {
    /// Each of them.
    #[serde(default)]
    pub keys: Vec<Jwk>,
}

/// A public key as JSON has it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Jwk {
    /// `OKP`.
    #[serde(default)]
    pub kty: Option<String>,
    /// The key, base64 for URLs.
    #[serde(default)]
    pub x: Option<String>,
}
