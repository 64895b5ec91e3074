//! Webhooks: what has ended is told to whoever asked for it, signed (fal docs: webhooks).
//!
//! fal delivers to public addresses only; the sandbox, the other way round, to this machine only.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::KeyPair;
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

/// Whose webhooks they are.
const USER: &str = "fal-tui-sandbox";
/// How often a delivery is tried.
const MOST_TRIES: u32 = 31;
/// How long a receiver has to answer, at first and later.
const PATIENCE: [Duration; 2] = [Duration::from_secs(15), Duration::from_mins(2)];
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
    let (id, host) = (asked.id.to_string(), fal.clone());
    fal.spawn(async move {
        let mut wait = FIRST_WAIT;
        for attempt in 0..MOST_TRIES {
            let answer = deliver(&host, &to, &id, &body, attempt).await;
            match answer {
                Some(status) if status.is_success() => return host.saw(|saw| saw.webhook(true)),
                Some(status) if status.is_redirection() => break,
                _ => {}
            }
            host.clock.pause(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        host.saw(|saw| saw.webhook(false));
    });
}

async fn deliver(fal: &Fal, to: &Url, id: &str, body: &Bytes, attempt: u32) -> Option<StatusCode> {
    // The receiver compares with its own clock, not with ours.
    let now = Timestamp::now().as_second().to_string();
    let message = format!("{id}\n{USER}\n{now}\n{}", hex(digest(&SHA256, body).as_ref()));
    let signature = hex(fal.postman.key()?.sign(message.as_bytes()).as_ref());
    let [first, later] = PATIENCE;
    let post = fal.postman.http()?.post(to.clone()).timeout(if attempt == 0 { first } else { later });
    let post = post
        .header("content-type", "application/json")
        .header("x-fal-webhook-request-id", id)
        .header("x-fal-webhook-user-id", USER)
        .header("x-fal-webhook-timestamp", now)
        .header("x-fal-webhook-signature", signature);
    post.body(body.clone()).send().await.ok().map(|answer| answer.status())
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
