//! What the sandbox saw, for tests to assert on: `GET /_sandbox/stats`.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use http::header::AUTHORIZATION;
use serde::Serialize;
use serde_json::{Value, json};

use super::call::Call;
use super::fal::Fal;
use super::files::Stored;
use super::lock;
use super::serve::Ask;

/// Stands for a connection that was dropped among the statuses.
const DROPPED: u16 = 0;
/// How many leaks are described; all are counted.
const LEAKS_SHOWN: usize = 20;

/// An input of paid requests: which bytes, under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    /// BLAKE3 of the uploaded bytes, in hex; of the URL where the file is not ours.
    pub(super) hash: Arc<str>,
    /// The name that the file was uploaded under.
    pub(super) file: Arc<str>,
}

/// What became of one input.
#[derive(Debug, Default, Serialize)]
struct Seen {
    file: Arc<str>,
    uploads: u32,
    submits: u32,
    accepted: u32,
    billed: u32,
    units: f64,
    usd: f64,
}

/// Everything that was counted.
#[derive(Debug, Default)]
pub(super) struct Saw {
    calls: BTreeMap<&'static str, u64>,
    answers: BTreeMap<&'static str, BTreeMap<u16, u64>>,
    inputs: BTreeMap<Arc<str>, Seen>,
    headers: BTreeMap<&'static str, BTreeMap<String, u64>>,
    webhooks: [u64; 2],
    leaks: u64,
    leaks_shown: Vec<String>,
}

/// Request headers that change what fal does, or that fal documents (fal docs: queue, storage).
const HEADERS_THAT_MATTER: [&str; 11] = [
    "x-fal-request-start-timeout",
    "x-fal-request-timeout",
    "x-fal-queue-priority",
    "x-fal-runner-hint",
    "x-fal-no-retry",
    "x-fal-retry-config",
    "x-app-fal-disable-fallback",
    "x-fal-store-io",
    "x-fal-object-lifecycle-preference",
    "x-fal-object-lifecycle",
    "user-agent",
];

impl Saw {
    /// A call came in.
    pub(super) fn called(&mut self, kind: &'static str, ask: &Ask) {
        *self.calls.entry(kind).or_default() += 1;
        for name in HEADERS_THAT_MATTER {
            if let Some(value) = ask.headers.get(name) {
                let values = self.headers.entry(name).or_default();
                let value = String::from_utf8_lossy(value.as_bytes());
                if let Some(count) = values.get_mut(value.as_ref()) {
                    *count += 1;
                } else if values.len() < 100 {
                    values.insert(value.into_owned(), 1);
                }
            }
        }
        self.check_leak(kind, ask);
    }

    /// A call was answered so, or its connection was dropped.
    pub(super) fn answered(&mut self, kind: &'static str, status: Option<StatusCode>) {
        let status = status.map_or(DROPPED, |status| status.as_u16());
        *self.answers.entry(kind).or_default().entry(status).or_default() += 1;
    }

    /// How many paid requests were asked for with this input so far.
    pub(super) fn submits_of(&self, input: &Input) -> u32 {
        self.inputs.get(&input.hash).map_or(0, |seen| seen.submits)
    }

    /// The key belongs to the queue, REST and API hosts. Whoever sends it to the CDN, along with a
    /// signed URL or to a foreign host has leaked it.
    fn check_leak(&mut self, kind: &'static str, ask: &Ask) {
        let public = matches!(
            &ask.call,
            Call::Upload
                | Call::BeginParts
                | Call::Part { .. }
                | Call::CompleteParts { .. }
                | Call::Put { .. }
                | Call::PutPart { .. }
                | Call::CompletePut { .. }
                | Call::Download { .. }
                | Call::Foreign { .. }
        );
        let has_key = ask.headers.get_all(AUTHORIZATION).iter().any(|value| {
            let scheme = value.as_bytes().split(|byte| *byte == b' ').next().unwrap_or_default();
            scheme.eq_ignore_ascii_case(b"key")
        });
        if public && has_key {
            self.leaks += 1;
            if self.leaks_shown.len() < LEAKS_SHOWN {
                self.leaks_shown.push(format!("{kind} {} carried Authorization: Key", ask.uri.path()));
            }
        }
    }

    /// A file came in.
    pub(super) fn uploaded(&mut self, stored: &Stored) {
        let input = Input { hash: stored.hash.to_hex().as_str().into(), file: stored.name.clone() };
        self.input(&input).uploads += 1;
    }

    /// A paid request was asked for; gives which one it is for this input, from 1.
    pub(super) fn submitting(&mut self, input: &Input) -> u32 {
        let seen = self.input(input);
        seen.submits += 1;
        seen.submits
    }

    /// A webhook was delivered, or given up.
    pub(super) fn webhook(&mut self, delivered: bool) {
        let [given_up, heard] = &mut self.webhooks;
        *(if delivered { heard } else { given_up }) += 1;
    }

    /// A paid request was accepted.
    pub(super) fn accepted(&mut self, input: &Input) {
        self.input(input).accepted += 1;
    }

    /// A request ended and would be billed so.
    pub(super) fn billed(&mut self, input: &Input, units: f64, unit_price: f64) {
        let seen = self.input(input);
        seen.billed += 1;
        seen.units += units;
        seen.usd += units * unit_price;
    }

    fn input(&mut self, input: &Input) -> &mut Seen {
        let seen = self.inputs.entry(input.hash.clone()).or_default();
        if seen.file.is_empty() {
            seen.file = input.file.clone();
        }
        seen
    }
}

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
