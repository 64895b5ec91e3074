//! What a fault does. Either to a call, on its way in or out, or to a run at its runner.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::remake::Remake;

/// What happens.
#[derive(Debug, Clone)]
pub(in crate::sandbox) enum Fault {
    /// To an HTTP call.
    Call(Effect),
    /// To a run.
    Run(RunEffect),
    /// To a webhook.
    Webhook(Post),
}

/// What happens to an HTTP call: first it waits, then it is answered, then the answer is spoiled.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Effect {
    /// How long nothing happens at all, by the sandbox's time.
    pub(in crate::sandbox) delay: Duration,
    /// Who answers.
    pub(in crate::sandbox) reply: Reply,
    /// What is done to the answer.
    pub(in crate::sandbox) spoil: Spoil,
}

/// Who answers a call.
#[derive(Debug, Clone)]
pub(in crate::sandbox) enum Reply {
    /// The sandbox, truthfully.
    True,
    /// This is said, and the call is not carried out.
    Canned(Canned),
    /// The call is carried out, and then this is said.
    CarriedOut(Canned),
    /// Nobody: the connection stays open.
    Hang,
    /// Nobody: the connection is reset, and the call is not carried out.
    DropBefore,
    /// Nobody: the call is carried out, and the connection is reset.
    DropAfter,
    /// The account is locked, from now on until it is unlocked.
    Lock(String),
    /// Another place: the one named, or a host that is not fal.
    Redirect(StatusCode, String),
}

/// An answer from the scenario.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Canned {
    /// Its status.
    pub(in crate::sandbox) status: StatusCode,
    /// Its body.
    pub(in crate::sandbox) body: String,
    /// Its media type.
    pub(in crate::sandbox) content_type: &'static str,
    /// Whether it comes from a proxy in front of fal, and so lacks fal's headers.
    pub(in crate::sandbox) ingress: bool,
}

/// What is done to an answer.
#[derive(Debug, Clone, Default)]
pub(in crate::sandbox) struct Spoil {
    /// Headers that are set.
    pub(in crate::sandbox) headers: HeaderMap,
    /// Where the body breaks off.
    pub(in crate::sandbox) cut_at: Option<Place>,
    /// What `Content-Length` claims, relative to the truth.
    pub(in crate::sandbox) length_off_by: i64,
    /// How fast the body comes, bytes a second.
    pub(in crate::sandbox) bytes_per_s: Option<u32>,
    /// Where the body stands still for good, its connection open.
    pub(in crate::sandbox) stall_at: Option<Place>,
    /// How its body is made another.
    pub(in crate::sandbox) remake: Remake,
    /// What is sent in place of the picture.
    pub(in crate::sandbox) picture: Option<Picture>,
}

/// A place in a body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::sandbox) enum Place {
    /// After so many bytes.
    Bytes(u64),
    /// After this share of it, 0 to 1.
    Share(f64),
}

/// What a picture is replaced by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum Picture {
    /// Its first half, whole by its `Content-Length`.
    Truncated,
    /// Itself with bytes changed in the middle.
    Corrupt,
    /// A web page.
    Html,
    /// Nothing.
    Empty,
    /// A whole picture of the same size, all black.
    Black,
    /// A whole picture of half the width and height.
    HalfSize,
    /// A whole picture of the same size, all of one colour.
    Flat,
    /// Itself, left and right changed.
    Mirrored,
    /// Itself, upside down.
    UpsideDown,
    /// Itself, turned by a quarter, its sides changed.
    OnSide,
}

/// What becomes of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum Post {
    /// First comes one that somebody else signed; what is told again is fal's.
    Forged,
    /// First comes one that was signed ten minutes ago; what is told again is of now.
    Late,
    /// Once it is heard, it comes again to the letter.
    Replayed,
    /// Once it is heard, it comes again, signed anew.
    Duplicate,
    /// It never comes.
    Lost,
}

/// What happens to a run.
#[derive(Debug, Clone, Default)]
pub(in crate::sandbox) struct RunEffect {
    /// How long it takes in place of what it would.
    pub(in crate::sandbox) length: Option<Duration>,
    /// How it fails.
    pub(in crate::sandbox) failure: Option<Failure>,
    /// What it says besides.
    pub(in crate::sandbox) log: Vec<String>,
    /// What its output says otherwise.
    pub(in crate::sandbox) output: Map<String, Value>,
    /// Which fields its output lacks, `.` between the levels.
    pub(in crate::sandbox) remove: Vec<String>,
    /// The picture that it makes: black, or of half the size.
    pub(in crate::sandbox) picture: Option<Picture>,
    /// Whether the uploaded file expires before it is read.
    pub(in crate::sandbox) expire_input: bool,
    /// Whether it stops when it is cancelled.
    pub(in crate::sandbox) heeds_cancel: bool,
}

/// How a run fails.
#[derive(Debug, Clone)]
pub(in crate::sandbox) enum Failure {
    /// The model says so.
    Model {
        /// HTTP status.
        status: StatusCode,
        /// The type, such as `content_policy_violation`.
        kind: String,
        /// For people.
        msg: String,
        /// The field that it is about.
        field: Option<String>,
        /// The limits that were passed.
        ctx: Option<Value>,
    },
    /// The platform says so, after its own retries where it makes them.
    Platform {
        /// HTTP status.
        status: StatusCode,
        /// The type, such as `runner_disconnected`.
        kind: String,
        /// For people.
        msg: String,
    },
    /// The model's answer is not what its documentation says.
    Raw {
        /// HTTP status.
        status: StatusCode,
        /// Whatever.
        body: String,
    },
}
