//! What things cost.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::{check_api_key, endpoints, invalid, unknown_endpoint};
use crate::fal::wire;
use crate::sandbox::ask::Ask;
use crate::sandbox::fal::Fal;
use crate::sandbox::model::{Model, Unit};
use crate::sandbox::refuse::{Refusal, json_answer};

/// `GET /v1/models/pricing`.
pub(in crate::sandbox) fn pricing(ask: &Ask) -> Result<Response, Refusal> {
    check_api_key(ask)?;
    let ids = endpoints(ask)?;
    if ids.is_empty() {
        return Err(invalid("endpoint_id: Required".to_owned()));
    }
    let mut prices = Vec::new();
    for id in &ids {
        let model = Model::find(id).ok_or_else(|| unknown_endpoint(id))?;
        // Of some models no price is named.
        let Some(unit_price) = model.unit_price else { continue };
        prices.push(wire::Price {
            endpoint_id: model.id.to_owned(),
            unit_price,
            unit: model.unit.name().to_owned(),
            currency: "USD".to_owned(),
        });
    }
    Ok(json_answer(StatusCode::OK, &json!(wire::Prices { prices, next_cursor: None, has_more: false })))
}

/// `POST /v1/models/pricing/estimate`: by units, or by calls as they were so far.
pub(in crate::sandbox) fn estimate(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    check_api_key(ask)?;
    let body = ask.json().map_err(|_| invalid("body: expected a JSON object".to_owned()))?;
    let kind = body.get("estimate_type").and_then(Value::as_str).unwrap_or_default();
    let quantity = match kind {
        "unit_price" => "unit_quantity",
        "historical_api_price" => "call_quantity",
        _ => return Err(invalid("estimate_type: expected unit_price or historical_api_price".to_owned())),
    };
    let asked = body.get("endpoints").and_then(Value::as_object).filter(|asked| !asked.is_empty());
    let asked = asked.ok_or_else(|| invalid("endpoints: Required".to_owned()))?;
    let mut total = 0.0;
    for (id, order) in asked {
        let model = Model::find(id).ok_or_else(|| unknown_endpoint(id))?;
        let count = order.get(quantity).and_then(Value::as_f64).filter(|count| *count >= 0.0);
        let count = count.ok_or_else(|| invalid(format!("endpoints.{id}.{quantity}: expected a number")))?;
        // What requests cost so far is what they take as a rule; nothing else is known before the first one.
        let units = if quantity == "call_quantity" { fal.usual_units(model) } else { 1.0 };
        total += count * units * model.unit_price.unwrap_or_default();
    }
    Ok(json_answer(StatusCode::OK, &json!({ "estimate_type": kind, "total_cost": total, "currency": "USD" })))
}

impl Fal {
    /// How many units a request of a small picture takes.
    fn usual_units(&self, model: &Model) -> f64 {
        match model.unit {
            Unit::ComputeSecond => self.latency.as_secs_f64(),
            Unit::Characters => 0.15,
            Unit::Second => 5.0,
            Unit::Megapixel | Unit::Image => 1.0,
        }
    }
}
