//! fal's platform API: prices, and the requests that fal remembers (fal docs: platform).

use http::Method;

use super::Fal;
use super::client::exchange;
use super::error::{Call, FalError};
use super::queue::join;
use super::wire::{PastRequests, Prices};
use crate::job::{EndpointId, PriceSource, RequestId, Timestamp, Unit, UnitPrice, Usd};

/// Pages of past requests that are read in one look-up, 100 requests each.
const PAGES: usize = 50;

impl Fal {
    /// What one unit of a model's work costs now; `None` if fal gives no price in US dollars for it.
    /// Costs nothing, and a bad key is refused here before anything is sent.
    ///
    /// # Errors
    /// As every call.
    pub async fn price(&self, endpoint: &EndpointId) -> Result<Option<UnitPrice>, FalError> {
        let mut url = join(&self.http.hosts.api, ["v1", "models", "pricing"])?;
        url.query_pairs_mut().append_pair("endpoint_id", endpoint.as_str());
        let reply = exchange(Call::Pricing, self.http.with_key(Method::GET, url)).await?;
        let prices: Prices = reply.json(Call::Pricing)?;
        let price =
            prices.prices.into_iter().find(|price| price.endpoint_id == endpoint.as_str() && price.currency == "USD");
        Ok(price.and_then(|price| {
            let usd = Usd::from_f64(price.unit_price)?;
            Some(UnitPrice { usd, unit: Unit::from_api(&price.unit), source: PriceSource::Live })
        }))
    }

    /// The requests that were made of an endpoint since `start`, each by the URL of its input picture
    /// in `image_field`. An upload's URL is unique, so it tells which photo a request is for.
    ///
    /// The list lags: what is not in it yet may be later (fal docs: platform, requests by endpoint).
    ///
    /// # Errors
    /// As every call.
    pub async fn requests_since(
        &self,
        endpoint: &EndpointId,
        image_field: &str,
        start: Timestamp,
    ) -> Result<Vec<(String, RequestId)>, FalError> {
        let start = jiff::Timestamp::from_millisecond(start.0).unwrap_or_default().to_string();
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        for _ in 0..PAGES {
            let mut url = join(&self.http.hosts.api, ["v1", "models", "requests", "by-endpoint"])?;
            url.query_pairs_mut()
                .append_pair("endpoint_id", endpoint.as_str())
                .append_pair("start", &start)
                .append_pair("expand", "payloads")
                .append_pair("limit", "100")
                .extend_pairs(cursor.iter().map(|cursor| ("cursor", cursor)));
            let reply = exchange(Call::Requests, self.http.with_key(Method::GET, url)).await?;
            let page: PastRequests = reply.json(Call::Requests)?;
            found.extend(page.items.into_iter().filter_map(|item| {
                let input = item.json_input?.get(image_field)?.as_str()?.to_owned();
                Some((input, RequestId::new(&item.request_id).ok()?))
            }));
            cursor = page.next_cursor.filter(|_| page.has_more);
            if cursor.is_none() {
                break;
            }
        }
        Ok(found)
    }
}
