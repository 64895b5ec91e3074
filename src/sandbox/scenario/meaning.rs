//! What a scenario's faults mean: each becomes an occasion and what happens then.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use globset::{Glob, GlobSet, GlobSetBuilder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::effect::{Canned, Effect, Failure, Fault, Picture, Place, Post, Reply, RunEffect, Spoil};
use super::fault::{
    DropForm, FailForm, FaultForm, LockForm, OneOrMore, PlaceForm, RangeForm, ReplyForm, RunForm, SpoilForm, WhenForm,
    Wrong,
};
use super::form::WebhookForm;
use super::remake::Remake;
use super::when::{Per, When};

/// The kinds of call that a fault can be for; `run` is what the runner does.
const CALLS: [&str; 22] = [
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
    "forget",
    "openapi",
    "jwks",
    "foreign",
    "run",
];

/// What a locked account hears, word for word as fal says it.
const LOCKED: &str = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";

impl FaultForm {
    /// What it means.
    ///
    /// # Errors
    /// What makes no sense, for a person.
    pub(super) fn into_parts(self) -> Result<(When, Fault), Wrong> {
        let when = self.when.when()?;
        let run = when.calls.contains(&"run");
        if run && when.calls.len() > 1 {
            return Err("`call` mixes run with HTTP calls: make two faults of it".to_owned());
        }
        self.check_keys(&when.calls, run)?;
        let picture = self.shared.picture;
        if run {
            return Ok((when, Fault::Run(self.run.effect(picture)?)));
        }
        let delay = Duration::from_millis(self.reply.delay_ms.unwrap_or(0));
        let spoil = self.spoil.spoil(picture)?;
        Ok((when, Fault::Call(Effect { delay, reply: self.reply.reply()?, spoil })))
    }
}

impl WhenForm {
    fn when(&self) -> Result<When, Wrong> {
        let mut calls = Vec::new();
        for call in self.call.as_ref().map(OneOrMore::as_slice).unwrap_or_default() {
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
            after: self.after.unwrap_or_default(),
            first: self.first,
            per: self.per.unwrap_or(Per::File),
        })
    }
}

impl SpoilForm {
    fn spoil(self, picture: Option<Picture>) -> Result<Spoil, Wrong> {
        Ok(Spoil {
            headers: headers(self.headers.as_ref())?,
            cut_at: self.cut_at.as_ref().map(|form| place("cut_at", form)).transpose()?,
            length_off_by: self.length_off_by.unwrap_or(0),
            bytes_per_s: self.bytes_per_s.map(|rate| rate.max(1)),
            stall_at: self.stall_at.as_ref().map(|form| place("stall_at", form)).transpose()?,
            remake: Remake {
                nested: self.nested.unwrap_or_default(),
                padding: self.padding.unwrap_or_default(),
                gzip: self.gzip == Some(true),
            },
            picture,
        })
    }
}

impl ReplyForm {
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
        if self.carried_out == Some(true) && (!says || ways != ["status"]) {
            return Err("`carried_out` goes with `status`, `body` or `json`: what is answered then".to_owned());
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
                let ingress = self.ingress == Some(true);
                let usual = if ingress { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
                let status = code.unwrap_or(usual);
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
}

impl RunForm {
    fn effect(self, picture: Option<Picture>) -> Result<RunEffect, Wrong> {
        if let Some(picture) = picture
            && !picture.is_whole()
        {
            return Err("`picture` of a run is one that is whole; the others are for downloads".to_owned());
        }
        Ok(RunEffect {
            length: self.run_ms.map(Duration::from_millis),
            failure: self.fail.map(FailForm::failure).transpose()?,
            log: self.log.unwrap_or_default(),
            output: self.output.unwrap_or_default(),
            remove: self.remove.unwrap_or_default(),
            picture,
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

impl WebhookForm {
    /// What it means.
    ///
    /// # Errors
    /// What makes no sense, for a person.
    pub(super) fn into_parts(self) -> Result<(When, Post), Wrong> {
        let Self { is, file, after, first } = self;
        let file = globs("file", file.as_ref())?;
        let (calls, per) = (vec!["webhook"], Per::All);
        Ok((When { calls, file, model: None, input: None, attempt: None, after, first, per }, is))
    }
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

fn place(key: &str, form: &PlaceForm) -> Result<Place, Wrong> {
    match form {
        PlaceForm::Bytes(bytes) => Ok(Place::Bytes(*bytes)),
        PlaceForm::Share(text) => text
            .strip_suffix('%')
            .and_then(|percent| percent.trim().parse::<f64>().ok())
            .filter(|percent| (0.0..=100.0).contains(percent))
            .map(|percent| Place::Share(percent / 100.0))
            .ok_or_else(|| format!("`{key}` is a number of bytes, or a share such as \"50%\"")),
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
