//! What fal billed, request by request (fal docs: platform, billing events). Only a key with ADMIN scope may read it.

use http::Method;
use serde_json::Value;

use super::Fal;
use super::call::Call;
use super::client::{exchange, join};
use super::error::FalError;
use super::wire::{BillingEvent, BillingEvents};
use crate::job::{RequestId, Timestamp, Usd};

/// Pages that are read at the most, 1000 events each.
const PAGES: usize = 1000;

/// What a request was billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billed {
    /// Which.
    pub request: RequestId,
    /// Of which model.
    pub endpoint: String,
    /// When.
    pub at: Option<Timestamp>,
    /// How much, with all discounts.
    pub usd: Usd,
}

impl Fal {
    /// What requests were billed from `start` to `end`, at most 90 days. What was billed just now comes later, and
    /// what is not in it was not free for that.
    ///
    /// # Errors
    /// As every call; with a key that may not read it, of kind `key_refused` or `forbidden`.
    pub async fn billed(&self, start: Timestamp, end: Timestamp) -> Result<Vec<Billed>, FalError> {
        let moment = |at: Timestamp| jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_string();
        let (start, end) = (moment(start), moment(end));
        let (mut billed, mut cursor): (Vec<Billed>, Option<String>) = (Vec::new(), None);
        for _ in 0..PAGES {
            let mut url = join(&self.http.hosts.api, ["v1", "models", "billing-events"])?;
            url.query_pairs_mut()
                .extend_pairs([("start", start.as_str()), ("end", end.as_str()), ("limit", "1000")])
                .extend_pairs(cursor.iter().map(|cursor| ("cursor", cursor.as_str())));
            let reply = exchange(Call::Billing, self.http.with_key(Method::GET, url)).await?;
            let page: BillingEvents = reply.json(Call::Billing)?;
            billed.extend(page.billing_events.into_iter().filter_map(Billed::read));
            cursor = page.next_cursor.filter(|_| page.has_more);
            if cursor.is_none() {
                break;
            }
        }
        Ok(billed)
    }
}

impl Billed {
    fn read(event: BillingEvent) -> Option<Self> {
        let number = |value: Option<&Value>| match value? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let total = number(event.cost_total.as_ref()).and_then(Usd::from_f64);
        // The estimate is there before the sum is.
        let estimate = number(event.cost_estimate_nano_usd.as_ref()).and_then(|nanos| Usd::from_f64(nanos / 1e9));
        let at = event.timestamp.as_deref().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        Some(Self {
            request: RequestId::new(&event.request_id).ok()?,
            endpoint: event.endpoint_id,
            at: at.map(|at| Timestamp(at.as_millisecond())),
            usd: total.or(estimate)?,
        })
    }
}
