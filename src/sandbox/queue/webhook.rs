//! Webhooks: what has ended is told to whoever asked for it, signed (fal docs: webhooks).
//!
//! fal delivers to public addresses only; the sandbox, the other way round, to this machine only.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::body::Bytes;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::request::{Asked, Outcome};
use crate::sandbox::fal::Fal;
use crate::sandbox::refuse::{Refusal, json_answer};
use crate::sandbox::scenario::{Fault, Post};

/// Whose webhooks they are.
const USER: &str = "fal-tui-sandbox";
/// How often a delivery is tried.
const MOST_TRIES: u32 = 31;
/// How long a receiver has to answer, at first and later.
const PATIENCE: [Duration; 2] = [Duration::from_secs(15), Duration::from_mins(2)];
/// How old a late one is, seconds.
const LATE: i64 = 600;
/// How long after the first failure it is tried again; each further wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// `GET /.well-known/jwks.json`: what signatures are checked with.
pub(in crate::sandbox) fn jwks(fal: &Fal) -> Result<Response, Refusal> {
    let key = fal.postman.key().ok_or_else(|| Refusal::Missing("no key".to_owned()))?;
    let public = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    let keys = json!([{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "sandbox", "x": public }]);
    Ok(json_answer(StatusCode::OK, &json!({ "keys": keys })))
}

/// Tells of an end, again and again until it is heard or given up.
pub(super) fn tell(fal: &Arc<Fal>, asked: &Asked, outcome: &Outcome) {
    let Some(to) = asked.webhook.clone() else { return };
    let body = Bytes::from(notice(asked, outcome).to_string());
    let fate = match fal.play.pick("webhook", || asked.subject()) {
        Some(Fault::Webhook(fate)) => Some(fate),
        _ => None,
    };
    if fate == Some(Post::Lost) {
        return fal.saw(|saw| saw.webhook(false));
    }
    let letter = Letter { to, id: asked.id.to_string(), body };
    let host = fal.clone();
    fal.spawn(async move {
        let delivered = letter.deliver(&host, fate).await;
        host.saw(|saw| saw.webhook(delivered));
    });
}

/// What is told to whom.
struct Letter {
    to: Url,
    id: String,
    body: Bytes,
}

/// What a webhook is signed with, and when.
struct Stamp {
    time: String,
    signature: String,
}

impl Letter {
    /// Tells it until it is heard; whether it was.
    async fn deliver(&self, fal: &Fal, fate: Option<Post>) -> bool {
        let mut wait = FIRST_WAIT;
        for attempt in 0..MOST_TRIES {
            let stamp = match fate.filter(|_| attempt == 0) {
                Some(Post::Forged) => self.stamp(Ed25519KeyPair::generate().ok().as_ref(), 0),
                Some(Post::Late) => self.stamp(fal.postman.key(), LATE),
                _ => self.stamp(fal.postman.key(), 0),
            };
            let Some(stamp) = stamp else { return false };
            match self.send(fal, &stamp, attempt).await {
                Some(status) if status.is_success() => {
                    match fate {
                        Some(Post::Replayed) => drop(self.send(fal, &stamp, attempt).await),
                        // A time of its own makes it another one.
                        Some(Post::Duplicate) => match self.stamp(fal.postman.key(), 1) {
                            Some(stamp) => drop(self.send(fal, &stamp, attempt).await),
                            None => return false,
                        },
                        _ => {}
                    }
                    return true;
                }
                Some(status) if status.is_redirection() => return false,
                _ => {}
            }
            fal.clock.pause(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        false
    }

    /// Signs it as if it were so many seconds ago.
    fn stamp(&self, key: Option<&Ed25519KeyPair>, ago: i64) -> Option<Stamp> {
        // The receiver compares with its own clock, not with ours.
        let time = Timestamp::now().as_second().saturating_sub(ago).to_string();
        let message = format!("{}\n{USER}\n{time}\n{}", self.id, hex(digest(&SHA256, &self.body).as_ref()));
        let signature = hex(key?.sign(message.as_bytes()).as_ref());
        Some(Stamp { time, signature })
    }

    async fn send(&self, fal: &Fal, stamp: &Stamp, attempt: u32) -> Option<StatusCode> {
        let [first, later] = PATIENCE;
        let post = fal.postman.http()?.post(self.to.clone()).timeout(if attempt == 0 { first } else { later });
        let post = post
            .header("content-type", "application/json")
            .header("x-fal-webhook-request-id", &self.id)
            .header("x-fal-webhook-user-id", USER)
            .header("x-fal-webhook-timestamp", &stamp.time)
            .header("x-fal-webhook-signature", &stamp.signature);
        let status = post.body(self.body.clone()).send().await.ok().map(|answer| answer.status());
        fal.saw(|saw| saw.answered("webhook", status));
        status
    }
}

fn notice(asked: &Asked, outcome: &Outcome) -> Value {
    let fine = outcome.status.is_success();
    let mut notice = json!({
        "request_id": asked.id.to_string(),
        "gateway_request_id": asked.id.to_string(),
        "status": if fine { "OK" } else { "ERROR" },
    });
    if let Some(notice) = notice.as_object_mut() {
        match serde_json::from_slice::<Value>(&outcome.body) {
            Ok(payload) => {
                notice.insert("payload".to_owned(), payload);
            }
            Err(error) => {
                notice.insert("payload".to_owned(), Value::Null);
                notice.insert("payload_error".to_owned(), json!(format!("Response payload is not JSON: {error}")));
            }
        }
        if !fine {
            let error = format!("Invalid status code: {}", outcome.status.as_u16());
            notice.insert("error".to_owned(), json!(error));
        }
    }
    notice
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use crate::sandbox::queue::postman::Postman;

    #[test]
    fn webhooks_go_to_this_machine_only() {
        for fine in ["http://127.0.0.1:9/x", "http://localhost/x", "https://[::1]:4/"] {
            assert!(Postman::address(fine).is_some(), "{fine}");
        }
        for refused in ["http://example.com/", "ftp://localhost/", "http://192.168.0.1/", "localhost:80", ""] {
            assert!(Postman::address(refused).is_none(), "{refused}");
        }
    }
}
