//! A scenario as it is written in TOML: which keys there are, and which go together. Unknown keys are
//! errors.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::billing::Billing;
use super::effect::{Picture, Post};
use super::keeps::Keeps;
use super::when::Per;

/// Why a fault makes no sense, for a person.
pub(super) type Wrong = String;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioForm {
    pub(super) clock_speed: Option<f64>,
    pub(super) results_stay_s: Option<f64>,
    #[serde(default)]
    pub(super) keeps: Keeps,
    #[serde(default)]
    pub(super) billing: Billing,
    #[serde(default)]
    pub(super) fault: Vec<Spanned<FaultForm>>,
    #[serde(default)]
    pub(super) webhook: Vec<Spanned<WebhookForm>>,
}

/// One fault: when, and what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultForm {
    pub(super) call: OneOrMore,
    pub(super) file: Option<OneOrMore>,
    pub(super) model: Option<OneOrMore>,
    pub(super) input: Option<String>,
    pub(super) attempt: Option<RangeForm>,
    #[serde(default)]
    pub(super) after: u64,
    pub(super) first: Option<u64>,
    pub(super) per: Option<Per>,

    pub(super) delay_ms: Option<u64>,
    pub(super) hang: Option<bool>,
    pub(super) drop: Option<DropForm>,
    pub(super) lock: Option<LockForm>,
    pub(super) redirect: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) body: Option<String>,
    pub(super) json: Option<Value>,
    pub(super) ingress: Option<bool>,
    pub(super) carried_out: Option<bool>,
    pub(super) headers: Option<BTreeMap<String, String>>,
    pub(super) cut_at: Option<PlaceForm>,
    pub(super) length_off_by: Option<i64>,
    pub(super) bytes_per_s: Option<u32>,
    pub(super) stall_at: Option<PlaceForm>,
    pub(super) nested: Option<u32>,
    pub(super) padding: Option<u32>,
    pub(super) gzip: Option<bool>,
    pub(super) picture: Option<Picture>,

    pub(super) run_ms: Option<u64>,
    pub(super) fail: Option<FailForm>,
    pub(super) log: Option<Vec<String>>,
    pub(super) output: Option<Map<String, Value>>,
    pub(super) remove: Option<Vec<String>>,
    pub(super) expire_input: Option<bool>,
    pub(super) heeds_cancel: Option<bool>,
}

/// What becomes of webhooks. The requests that it fits are counted in the order in which they end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookForm {
    pub(super) is: Post,
    pub(super) file: Option<OneOrMore>,
    #[serde(default)]
    pub(super) after: u64,
    pub(super) first: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number such as 2, or a range such as \"1..2\"")]
pub(super) enum RangeForm {
    One(u32),
    Text(String),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DropForm {
    Before,
    After,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected true, or what the account is told")]
pub(super) enum LockForm {
    Yes(bool),
    Reason(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number of bytes, or a share such as \"50%\"")]
pub(super) enum PlaceForm {
    Bytes(u64),
    Share(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailForm {
    pub(super) status: Option<u16>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) error_type: Option<String>,
    pub(super) msg: Option<String>,
    pub(super) field: Option<String>,
    pub(super) ctx: Option<Map<String, Value>>,
    pub(super) body: Option<String>,
}

impl FaultForm {
    /// Each key belongs to calls or to runs, and some to one kind of call.
    pub(super) fn check_keys(&self, calls: &[&str], run: bool) -> Result<(), Wrong> {
        let for_calls = [
            ("delay_ms", self.delay_ms.is_some()),
            ("hang", self.hang.is_some()),
            ("drop", self.drop.is_some()),
            ("lock", self.lock.is_some()),
            ("redirect", self.redirect.is_some()),
            ("status", self.status.is_some()),
            ("body", self.body.is_some()),
            ("json", self.json.is_some()),
            ("ingress", self.ingress.is_some()),
            ("carried_out", self.carried_out.is_some()),
            ("headers", self.headers.is_some()),
            ("cut_at", self.cut_at.is_some()),
            ("length_off_by", self.length_off_by.is_some()),
            ("bytes_per_s", self.bytes_per_s.is_some()),
            ("stall_at", self.stall_at.is_some()),
            ("nested", self.nested.is_some()),
            ("padding", self.padding.is_some()),
            ("gzip", self.gzip.is_some()),
        ];
        let for_runs = [
            ("run_ms", self.run_ms.is_some()),
            ("fail", self.fail.is_some()),
            ("log", self.log.is_some()),
            ("output", self.output.is_some()),
            ("remove", self.remove.is_some()),
            ("expire_input", self.expire_input.is_some()),
            ("heeds_cancel", self.heeds_cancel.is_some()),
        ];
        let given = |keys: &[(&'static str, bool)]| keys.iter().find(|(_, given)| *given).map(|(key, _)| *key);
        let (ours, theirs) = if run { (&for_runs[..], &for_calls[..]) } else { (&for_calls[..], &for_runs[..]) };
        if let Some(key) = given(theirs) {
            let whose = if run { "HTTP calls" } else { "`call = \"run\"`" };
            return Err(format!("`{key}` is only for {whose}"));
        }
        if self.picture.is_some() && !run && calls != ["download"] {
            return Err("`picture` is only for `call = \"download\"` and `call = \"run\"`".to_owned());
        }
        if given(ours).is_none() && self.picture.is_none() {
            return Err("it does nothing: it says when, not what".to_owned());
        }
        Ok(())
    }
}
