//! What the sandbox saw, for tests to assert on: `GET /_sandbox/stats`.

mod saw;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(super) use saw::{Input, Saw};

use super::fal::Fal;
use super::lock::lock;
use saw::{DROPPED, Seen};

impl Fal {
    /// All of it as JSON; `docs/scenarios.md` has the shape.
    pub(super) fn stats(&self) -> Value {
        let queue = lock(&self.line).counts();
        let saw = lock(&self.saw);
        let sum = |count: fn(&Seen) -> u32| saw.inputs.values().map(|seen| u64::from(count(seen))).sum::<u64>();
        // An empty `sum` would be -0.
        let sum_of = |amount: fn(&Seen) -> f64| saw.inputs.values().map(amount).fold(0.0, |sum, one| sum + one);
        json!({
            "calls": saw.calls,
            "answers": answers(&saw.answers),
            "queue": queue,
            "submits": sum(|seen| seen.submits),
            "accepted": sum(|seen| seen.accepted),
            "billed": sum(|seen| seen.billed),
            "units": sum_of(|seen| seen.units),
            "usd": sum_of(|seen| seen.usd),
            "most_accepted_of_one_input": saw.inputs.values().map(|seen| seen.accepted).max().unwrap_or(0),
            "inputs": saw.inputs,
            "headers": saw.headers,
            "webhooks": webhooks(saw.webhooks),
            "faults": self.play.fired(),
            "leaks": { "count": saw.leaks, "first": saw.leaks_shown },
        })
    }
}

fn webhooks([given_up, delivered]: [u64; 2]) -> Value {
    json!({ "delivered": delivered, "given_up": given_up })
}

/// Statuses as text, with `dropped` for no answer at all.
fn answers(counted: &BTreeMap<&'static str, BTreeMap<u16, u64>>) -> Value {
    let name = |status: u16| if status == DROPPED { "dropped".to_owned() } else { status.to_string() };
    let of_kind = |by_status: &BTreeMap<u16, u64>| -> BTreeMap<String, u64> {
        by_status.iter().map(|(status, count)| (name(*status), *count)).collect()
    };
    json!(counted.iter().map(|(kind, by_status)| (*kind, of_kind(by_status))).collect::<BTreeMap<_, _>>())
}
