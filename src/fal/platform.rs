//! fal's platform API: prices, and the requests that fal remembers (fal docs: platform).

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};

use super::Fal;
use super::call::Call;
use super::client::{exchange, join};
use super::error::FalError;
use super::wire::{Deleted, PastRequest, PastRequests, Price, Prices};
use crate::job::{Answer, Cause, CauseKind, EndpointId, RequestId, Timestamp, Usd, clean};
use crate::model::{Gives, Quote, Unit, read_answer};

/// How long fal stores what was asked and answered (fal docs: platform, payloads).
pub const STORED: Duration = Duration::from_hours(30 * 24);
/// Requests on a page where whole pictures stand in them.
const FEW: &str = "3";
/// Pages of past requests that are read in one look-up, 100 requests each.
const PAGES: usize = 50;

impl Fal {
    /// What one unit of a model's work costs now: every price that fal names, none if it names none. Costs
    /// nothing, and a bad key is refused here before anything is sent.
    ///
    /// # Errors
    /// As every call.
    pub async fn price(&self, endpoint: &EndpointId) -> Result<Vec<Quote>, FalError> {
        let named = self.prices(std::slice::from_ref(endpoint)).await?;
        Ok(named.into_iter().filter(|(of, _)| of == endpoint).map(|(_, quote)| quote).collect())
    }

    /// The same of up to 50 models at once, each price with its model's id.
    ///
    /// # Errors
    /// As every call.
    pub async fn prices(&self, endpoints: &[EndpointId]) -> Result<Vec<(EndpointId, Quote)>, FalError> {
        let mut url = join(&self.http.hosts.api, ["v1", "models", "pricing"])?;
        url.query_pairs_mut().extend_pairs(endpoints.iter().map(|endpoint| ("endpoint_id", endpoint.as_str())));
        let reply = exchange(Call::Pricing, self.http.with_key(Method::GET, url)).await?;
        let prices: Prices = reply.json(Call::Pricing)?;
        let quote = |price: Price| {
            let usd = Usd::from_f64(price.unit_price).filter(|_| price.currency == "USD");
            Some((EndpointId::new(&price.endpoint_id).ok()?, Quote { usd, unit: Unit::from_api(&price.unit) }))
        };
        Ok(prices.prices.into_iter().filter_map(quote).collect())
    }

    /// What a request of a model cost so far on the whole; `None` if fal does not say (fal docs: platform, cost
    /// estimate by historical price). Costs nothing.
    ///
    /// # Errors
    /// As every call.
    pub async fn cost_so_far(&self, endpoint: &EndpointId) -> Result<Option<Usd>, FalError> {
        let url = join(&self.http.hosts.api, ["v1", "models", "pricing", "estimate"])?;
        let asked = serde_json::json!({
            "estimate_type": "historical_api_price",
            "endpoints": { endpoint.as_str(): { "call_quantity": 1 } },
        });
        let reply = exchange(Call::Pricing, self.http.with_key(Method::POST, url).json(&asked)).await?;
        let said: Value = reply.json(Call::Pricing)?;
        let is_usd = said.get("currency").is_none_or(|currency| currency == "USD");
        let usd = said.get("total_cost").and_then(Value::as_f64).filter(|_| is_usd).and_then(Usd::from_f64);
        Ok(usd.filter(|usd| *usd > Usd::ZERO))
    }

    /// The requests that were made of an endpoint since `start`, each by the URL of its input picture,
    /// or by what else `photo_in` makes of the input. An upload's URL is unique, so it tells which photo a request
    /// is for.
    ///
    /// The list lags: what is not in it yet may be later (fal docs: platform, requests by endpoint).
    ///
    /// # Errors
    /// As every call.
    pub async fn requests_since(
        &self,
        endpoint: &EndpointId,
        photo_in: impl Fn(&Map<String, Value>) -> Option<String>,
        start: Timestamp,
    ) -> Result<Vec<(String, RequestId)>, FalError> {
        let (mut found, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES {
            let page = self.history(endpoint, Gives::default(), start, cursor).await?;
            found.extend(page.requests.into_iter().filter_map(|past| Some((photo_in(&past.input)?, past.id))));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// A page of the requests that were made of an endpoint since `start`, latest first, with what was
    /// asked and answered; `cursor` is where an earlier page said to go on. fal keeps what was asked
    /// and answered for 30 days (fal docs: platform, requests by endpoint).
    ///
    /// # Errors
    /// As every call.
    pub async fn history(
        &self,
        endpoint: &EndpointId,
        gives: Gives,
        start: Timestamp,
        cursor: Option<String>,
    ) -> Result<HistoryPage, FalError> {
        let start = jiff::Timestamp::from_millisecond(start.0).unwrap_or_default().to_string();
        let cursor = cursor.iter().map(|cursor| ("cursor", cursor.as_str()));
        let asked = |limit| [("start", start.as_str()), ("limit", limit)].into_iter().chain(cursor.clone());
        let page = match self.requests(endpoint, asked("100")).await {
            // Whole pictures stand in them: few a page.
            Err(error) if error.is_too_long() => self.requests(endpoint, asked(FEW)).await?,
            page => page?,
        };
        let next = page.next_cursor.filter(|_| page.has_more);
        Ok(HistoryPage { requests: page.items.into_iter().filter_map(|item| Past::read(item, gives)).collect(), next })
    }

    /// One request by its id, long after the queue has forgotten its result; `None` if fal does not
    /// know it.
    ///
    /// # Errors
    /// As every call.
    pub async fn past(&self, endpoint: &EndpointId, gives: Gives, id: &RequestId) -> Result<Option<Past>, FalError> {
        let page = self.requests(endpoint, [("request_id", id.as_str())].into_iter()).await?;
        Ok(page.items.into_iter().filter_map(|item| Past::read(item, gives)).find(|past| past.id == *id))
    }

    /// Has fal delete what came of a request: its files, and what was asked and answered. What was uploaded for it
    /// stays (fal docs: platform, payloads). The key must be an admin's.
    ///
    /// # Errors
    /// As every call; if one of the files could not be deleted, with what fal says of it.
    pub async fn forget(&self, id: &RequestId) -> Result<(), FalError> {
        let url = join(&self.http.hosts.api, ["v1", "models", "requests", id.as_str(), "payloads"])?;
        // Asked again with the same word it is done once.
        let request = self.http.with_key(Method::DELETE, url).header("idempotency-key", id.as_str());
        let answer: Deleted = exchange(Call::Forget, request).await?.json(Call::Forget)?;
        match answer.cdn_delete_results.into_iter().find_map(|one| one.exception) {
            None => Ok(()),
            Some(why) => {
                let why: String = clean(&why).chars().take(200).collect();
                Err(FalError::unreadable(Call::Forget, &format!("could not delete a file: {why}")))
            }
        }
    }

    async fn requests<'a>(
        &self,
        endpoint: &EndpointId,
        query: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<PastRequests, FalError> {
        let mut url = join(&self.http.hosts.api, ["v1", "models", "requests", "by-endpoint"])?;
        url.query_pairs_mut()
            .append_pair("endpoint_id", endpoint.as_str())
            .append_pair("expand", "payloads")
            .extend_pairs(query);
        let reply = exchange(Call::Requests, self.http.with_key(Method::GET, url)).await?;
        reply.json(Call::Requests)
    }
}

/// A part of fal's own history.
#[derive(Debug)]
pub struct HistoryPage {
    /// The requests, latest first. Those that still wait may lack.
    pub requests: Vec<Past>,
    /// Where to go on, if there is more.
    pub next: Option<String>,
}

/// A request that fal remembers.
#[derive(Debug)]
pub struct Past {
    /// Its id.
    pub id: RequestId,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The model input that it was made with; empty if that is no longer stored.
    pub input: Map<String, Value>,
    /// What came of it: its picture, or why there is none.
    pub outcome: Result<Answer, FalError>,
}

impl Past {
    fn read(item: PastRequest, gives: Gives) -> Option<Self> {
        let id = RequestId::new(&item.request_id).ok()?;
        let ended = item.ended_at.as_deref().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        let status = item.status_code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::OK);
        let outcome = match item.json_output.filter(|output| !output.is_null()) {
            Some(output) if status.is_success() => read_answer(&output, None, gives).ok_or_else(|| {
                let error =
                    FalError::of_request(Cause::new(CauseKind::BadResult, "the stored result holds no picture"));
                error.keeping(output.to_string().as_bytes())
            }),
            // The model's own answer, as the queue would have repeated it.
            output if !status.is_success() => {
                let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static("stored"))]);
                let body = output.map(|output| output.to_string()).unwrap_or_default();
                Err(FalError::answered(Call::Result, status, &headers, body.as_bytes()))
            }
            _ => Err(FalError::of_request(Cause::new(CauseKind::NotFound, "its result is no longer stored"))),
        };
        let input = item.json_input.and_then(|input| if let Value::Object(map) = input { Some(map) } else { None });
        let ended = ended.map(|at| Timestamp(at.as_millisecond()));
        Some(Self { id, ended, input: input.unwrap_or_default(), outcome })
    }
}

/// Says that an answer is the request's own.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-fal-request-id");
