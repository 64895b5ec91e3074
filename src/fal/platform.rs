//! fal's platform API: prices (fal docs: platform `models/pricing`).

use http::Method;

use super::Fal;
use super::client::exchange;
use super::error::{Call, FalError};
use super::queue::join;
use super::wire::Prices;
use crate::job::{EndpointId, PriceSource, Unit, UnitPrice, Usd};

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
}
