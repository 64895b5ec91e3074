//! A scenario as it is written in TOML, and what it means. Unknown keys are errors.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use globset::{Glob, GlobSet, GlobSetBuilder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::effect::{Canned, Effect, Failure, Fault, Picture, Place, Reply, RunEffect, Spoil};
use super::when::{Per, When};

/// The kinds of call that a fault can be for; `run` is what the runner does.
const CALLS: [&str; 21] = [
    "token",
    "upload",
    "begin_parts",
    "part",
    "complete_parts",
    "initiate",
    "put",
    "submit",
    "status",
    "stream",
    "result",
    "cancel",
    "download",
    "pricing",
    "estimate",
    "models",
    "requests",
    "openapi",
    "jwks",
    "foreign",
    "run",
];

/// What a locked account hears, word for word as fal says it.
const LOCKED: &str = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioForm {
    pub(super) clock_speed: Option<f64>,
    #[serde(default)]
    pub(super) fault: Vec<Spanned<FaultForm>>,
}

/// One fault: when, and what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultForm {
    call: OneOrMore,
    file: Option<OneOrMore>,
    model: Option<OneOrMore>,
    input: Option<String>,
    attempt: Option<RangeForm>,
    #[serde(default)]
    after: u64,
    first: Option<u64>,
    per: Option<Per>,

    delay_ms: Option<u64>,
    hang: Option<bool>,
    drop: Option<DropForm>,
    lock: Option<LockForm>,
    redirect: Option<String>,
    status: Option<u16>,
    body: Option<String>,
    json: Option<Value>,
    ingress: Option<bool>,
    carried_out: Option<bool>,
    headers: Option<BTreeMap<String, String>>,
    cut_at: Option<PlaceForm>,
    length_off_by: Option<i64>,
    bytes_per_s: Option<u32>,
    picture: Option<Picture>,

    run_ms: Option<u64>,
    fail: Option<FailForm>,
    log: Option<Vec<String>>,
    output: Option<Map<String, Value>>,
    remove: Option<Vec<String>>,
    expire_input: Option<bool>,
    heeds_cancel: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number such as 2, or a range such as \"1..2\"")]
enum RangeForm {
    One(u32),
    Text(String),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DropForm {
    Before,
    After,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected true, or what the account is told")]
enum LockForm {
    Yes(bool),
    Reason(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number of bytes, or a share such as \"50%\"")]
enum PlaceForm {
    Bytes(u64),
    Share(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FailForm {
    status: Option<u16>,
    #[serde(rename = "type")]
    kind: Option<String>,
    error_type: Option<String>,
    msg: Option<String>,
    field: Option<String>,
    ctx: Option<Map<String, Value>>,
    body: Option<String>,
}

type Wrong = String;

impl FaultForm {
    /// What it means.
    ///
    /// # Errors
    /// What makes no sense, for a person.
    pub(super) fn into_parts(self) -> Result<(When, Fault), Wrong> {
        let when = self.when()?;
        let run = when.calls.contains(&"run");
        if run && when.calls.len() > 1 {
            return Err("`call` mixes run with HTTP calls: make two faults of it".to_owned());
        }
        self.check_keys(&when.calls, run)?;
        let fault = if run { Fault::Run(self.run_effect()?) } else { Fault::Call(self.effect()?) };
        Ok((when, fault))
    }

    fn when(&self) -> Result<When, Wrong> {
        let mut calls = Vec::new();
        for call in self.call.as_slice() {
            let known = CALLS.iter().find(|known| *known == call);
            calls.push(*known.ok_or_else(|| format!("`call` is `{call}`: expected one of {}", CALLS.join(", ")))?);
        }
        if calls.is_empty() {
            return Err("`call` is empty: nothing would ever happen".to_owned());
        }
        Ok(When {
            calls,
            file: globs("file", self.file.as_ref())?,
            model: globs("model", self.model.as_ref())?,
            input: self.input.clone(),
            attempt: self.attempt.as_ref().map(range).transpose()?,
            after: self.after,
            first: self.first,
            per: self.per.unwrap_or(Per::File),
        })
    }

    /// Each key belongs to calls or to runs, and some to one kind of call.
    fn check_keys(&self, calls: &[&str], run: bool) -> Result<(), Wrong> {
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

    fn effect(self) -> Result<Effect, Wrong> {
        let spoil = Spoil {
            headers: headers(self.headers.as_ref())?,
            cut_at: self.cut_at.as_ref().map(place).transpose()?,
            length_off_by: self.length_off_by.unwrap_or(0),
            bytes_per_s: self.bytes_per_s.map(|rate| rate.max(1)),
            picture: self.picture,
        };
        let delay = Duration::from_millis(self.delay_ms.unwrap_or(0));
        Ok(Effect { delay, reply: self.reply()?, spoil })
    }

    fn reply(self) -> Result<Reply, Wrong> {
        let canned = self.body.is_some() || self.json.is_some() || self.ingress == Some(true);
        let says = self.status.is_some() || canned;
        let mut ways = Vec::new();
        let mut way = |name, given: bool| ways.extend(given.then_some(name));
        way("hang", self.hang == Some(true));
        way("drop", self.drop.is_some());
        way("lock", self.lock.is_some());
        way("redirect", self.redirect.is_some());
        way("status", says && self.redirect.is_none());
        if let [first, second, ..] = ways.as_slice() {
            return Err(format!("`{first}` and `{second}` exclude each other"));
        }
        let code = self.status.map(status).transpose()?;
        Ok(match (self.hang, self.drop, self.lock, self.redirect) {
            (Some(true), ..) => Reply::Hang,
            (_, Some(DropForm::Before), ..) => Reply::DropBefore,
            (_, Some(DropForm::After), ..) => Reply::DropAfter,
            (_, _, Some(LockForm::Yes(true)), _) => Reply::Lock(LOCKED.to_owned()),
            (_, _, Some(LockForm::Reason(reason)), _) => Reply::Lock(reason),
            (.., Some(_)) if canned => return Err("`redirect` and `body` exclude each other".to_owned()),
            (.., Some(to)) => Reply::Redirect(code.unwrap_or(StatusCode::TEMPORARY_REDIRECT), to),
            _ if !says => Reply::True,
            _ => {
                let status = code.unwrap_or(StatusCode::OK);
                let ingress = self.ingress == Some(true);
                let (body, content_type) = match (self.body, self.json) {
                    (Some(_), Some(_)) => return Err("`body` and `json` exclude each other".to_owned()),
                    (Some(body), None) if ingress => (body, "text/html"),
                    (Some(body), None) => (body, "application/json"),
                    (None, Some(json)) => (json.to_string(), "application/json"),
                    (None, None) if ingress => (nginx(status), "text/html"),
                    (None, None) => (
                        serde_json::json!({ "detail": status.canonical_reason().unwrap_or("error") }).to_string(),
                        "application/json",
                    ),
                };
                let canned = Canned { status, body, content_type, ingress };
                if self.carried_out == Some(true) { Reply::CarriedOut(canned) } else { Reply::Canned(canned) }
            }
        })
    }

    fn run_effect(self) -> Result<RunEffect, Wrong> {
        if let Some(picture) = self.picture
            && !matches!(picture, Picture::Black | Picture::HalfSize)
        {
            return Err("`picture` of a run is `black` or `half_size`; the others are for downloads".to_owned());
        }
        Ok(RunEffect {
            length: self.run_ms.map(Duration::from_millis),
            failure: self.fail.map(FailForm::failure).transpose()?,
            log: self.log.unwrap_or_default(),
            output: self.output.unwrap_or_default(),
            remove: self.remove.unwrap_or_default(),
            picture: self.picture,
            expire_input: self.expire_input == Some(true),
            heeds_cancel: self.heeds_cancel == Some(true),
        })
    }
}

impl FailForm {
    fn failure(self) -> Result<Failure, Wrong> {
        let code = self.status.map(status).transpose()?;
        match (self.kind, self.error_type, self.body) {
            (Some(kind), None, None) => Ok(Failure::Model {
                status: code.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY),
                msg: self.msg.unwrap_or_else(|| format!("The scenario says {kind}")),
                kind,
                field: self.field,
                ctx: self.ctx.map(Value::Object),
            }),
            (None, Some(kind), None) => Ok(Failure::Platform {
                status: code.unwrap_or_else(|| platform_status(&kind)),
                msg: self.msg.unwrap_or_else(|| format!("The scenario says {kind}")),
                kind,
            }),
            (None, None, Some(body)) => {
                Ok(Failure::Raw { status: code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body })
            }
            _ => Err("`fail` takes one of `type` (the model), `error_type` (the platform) and `body`".to_owned()),
        }
    }
}

/// The status that a platform error comes with (fal docs: errors, request errors).
fn platform_status(kind: &str) -> StatusCode {
    match kind {
        "request_timeout" | "startup_timeout" => StatusCode::GATEWAY_TIMEOUT,
        "runner_incomplete_response" => StatusCode::BAD_GATEWAY,
        "runner_server_error" | "internal_error" => StatusCode::INTERNAL_SERVER_ERROR,
        "bad_request" => StatusCode::BAD_REQUEST,
        "client_disconnected" | "client_cancelled" => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn status(code: u16) -> Result<StatusCode, Wrong> {
    StatusCode::from_u16(code)
        .ok()
        .filter(|code| !code.is_informational())
        .ok_or_else(|| format!("`status` is {code}: expected an HTTP status from 200 to 599"))
}

fn nginx(status: StatusCode) -> String {
    format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

fn globs(key: &str, given: Option<&OneOrMore>) -> Result<Option<GlobSet>, Wrong> {
    let Some(given) = given else { return Ok(None) };
    let mut set = GlobSetBuilder::new();
    for glob in given.as_slice() {
        set.add(Glob::new(glob).map_err(|error| format!("`{key}` is no glob: {error}"))?);
    }
    set.build().map(Some).map_err(|error| format!("`{key}`: {error}"))
}

fn range(form: &RangeForm) -> Result<RangeInclusive<u32>, Wrong> {
    let range = match form {
        RangeForm::One(one) => Some(*one..=*one),
        RangeForm::Text(text) => text.split_once("..").and_then(|(from, to)| {
            let end = |text: &str, open| if text.is_empty() { Some(open) } else { text.parse().ok() };
            Some(end(from, 1)?..=end(to, u32::MAX)?)
        }),
    };
    range.filter(|range| !range.is_empty()).ok_or_else(|| {
        "`attempt` is a number such as 2, or a range such as \"1..2\" or \"3..\", both ends included".to_owned()
    })
}

fn place(form: &PlaceForm) -> Result<Place, Wrong> {
    match form {
        PlaceForm::Bytes(bytes) => Ok(Place::Bytes(*bytes)),
        PlaceForm::Share(text) => text
            .strip_suffix('%')
            .and_then(|percent| percent.trim().parse::<f64>().ok())
            .filter(|percent| (0.0..=100.0).contains(percent))
            .map(|percent| Place::Share(percent / 100.0))
            .ok_or_else(|| "`cut_at` is a number of bytes, or a share such as \"50%\"".to_owned()),
    }
}

fn headers(given: Option<&BTreeMap<String, String>>) -> Result<HeaderMap, Wrong> {
    let mut headers = HeaderMap::new();
    for (name, value) in given.into_iter().flatten() {
        let wrong = || format!("`headers`: `{name}` is no header");
        let name = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
        headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong())?);
    }
    Ok(headers)
}
