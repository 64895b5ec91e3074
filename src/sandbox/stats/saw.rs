//! What the sandbox saw, counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use http::header::AUTHORIZATION;
use serde::Serialize;

use crate::sandbox::ask::Ask;
use crate::sandbox::call::Call;
use crate::sandbox::files::Stored;

/// Stands for a connection that was dropped among the statuses.
pub(super) const DROPPED: u16 = 0;
/// How many leaks are described; all are counted.
const LEAKS_SHOWN: usize = 20;

/// An input of paid requests: which bytes, under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct Input {
    /// BLAKE3 of the uploaded bytes, in hex; of the URL where the file is not ours.
    pub(in crate::sandbox) hash: Arc<str>,
    /// The name that the file was uploaded under.
    pub(in crate::sandbox) file: Arc<str>,
}

/// What became of one input.
#[derive(Debug, Default, Serialize)]
pub(super) struct Seen {
    pub(super) file: Arc<str>,
    pub(super) uploads: u32,
    pub(super) submits: u32,
    pub(super) accepted: u32,
    pub(super) billed: u32,
    pub(super) units: f64,
    pub(super) usd: f64,
}

/// Everything that was counted.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Saw {
    pub(super) calls: BTreeMap<&'static str, u64>,
    pub(super) answers: BTreeMap<&'static str, BTreeMap<u16, u64>>,
    pub(super) inputs: BTreeMap<Arc<str>, Seen>,
    pub(super) headers: BTreeMap<&'static str, BTreeMap<String, u64>>,
    pub(super) webhooks: [u64; 2],
    pub(super) leaks: u64,
    pub(super) leaks_shown: Vec<String>,
}

/// Request headers that change what fal does, or that fal documents (fal docs: queue, storage).
const HEADERS_THAT_MATTER: [&str; 12] = [
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
    "x-fal-tags",
    "user-agent",
];

impl Saw {
    /// A call came in.
    pub(in crate::sandbox) fn called(&mut self, kind: &'static str, ask: &Ask) {
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
    pub(in crate::sandbox) fn answered(&mut self, kind: &'static str, status: Option<StatusCode>) {
        let status = status.map_or(DROPPED, |status| status.as_u16());
        *self.answers.entry(kind).or_default().entry(status).or_default() += 1;
    }

    /// How many paid requests were asked for with this input so far.
    pub(in crate::sandbox) fn submits_of(&self, input: &Input) -> u32 {
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
    pub(in crate::sandbox) fn uploaded(&mut self, stored: &Stored) {
        let input = Input { hash: stored.hash.to_hex().as_str().into(), file: stored.name.clone() };
        self.input(&input).uploads += 1;
    }

    /// A paid request was asked for; gives which one it is for this input, from 1.
    pub(in crate::sandbox) fn submitting(&mut self, input: &Input) -> u32 {
        let seen = self.input(input);
        seen.submits += 1;
        seen.submits
    }

    /// A webhook was delivered, or given up.
    pub(in crate::sandbox) fn webhook(&mut self, delivered: bool) {
        let [given_up, heard] = &mut self.webhooks;
        *(if delivered { heard } else { given_up }) += 1;
    }

    /// A paid request was accepted.
    pub(in crate::sandbox) fn accepted(&mut self, input: &Input) {
        self.input(input).accepted += 1;
    }

    /// A request ended and would be billed so.
    pub(in crate::sandbox) fn billed(&mut self, input: &Input, units: f64, unit_price: f64) {
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
