//! A webhook is taken: its signature, its time, whether it was heard before, and only then what it is about.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Body;
use axum::extract::{Request, State};
use futures::StreamExt;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::inbox::{Inbox, Refusal};
use super::keys::Keys;
use super::seen::Seen;
use super::signature::Signed;
use crate::job::RequestId;

/// The longest body that is read, bytes: results may lie in it as data URIs. It is hashed as it comes.
const LONGEST: u64 = 32 << 20;
/// So much of it is kept, bytes, to find the request's ids in.
const KEPT: usize = 64 << 10;
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bodies that are read at once; others wait.
const BODIES: usize = 64;

/// Who takes webhooks.
#[derive(Debug)]
pub(super) struct Desk {
    keys: Keys,
    inbox: Inbox,
    seen: Mutex<Seen>,
    bodies: Semaphore,
}

/// The ids that a body says. Everything else in it is fal's result, which is fetched where it is asked for.
#[derive(Debug, Default, Deserialize)]
struct Ids {
    request_id: Option<String>,
    gateway_request_id: Option<String>,
}

impl Desk {
    pub(super) fn new(keys: Keys, inbox: Inbox) -> Self {
        Self { keys, inbox, seen: Mutex::default(), bodies: Semaphore::new(BODIES) }
    }

    async fn hear(&self, headers: &HeaderMap, body: Body) -> Result<Vec<RequestId>, Refusal> {
        let signed = Signed::of(headers).ok_or(Refusal::Forged)?;
        if !signed.is_timely(now()) {
            return Err(Refusal::Late);
        }
        let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > LONGEST) {
            return Err(Refusal::Unread);
        }
        let read = async {
            let _permit = self.bodies.acquire().await.ok()?;
            read(body).await
        };
        let (digest, kept) = tokio::time::timeout(PATIENCE, read).await.ok().flatten().ok_or(Refusal::Unread)?;
        let message = signed.message(&digest);
        if !self.keys.signed(&signed, &message).await.map_err(|_| Refusal::Unsure)? {
            return Err(Refusal::Forged);
        }
        if !self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_new(signed.at, &message, now()) {
            return Err(Refusal::Replayed);
        }
        let said: Ids = serde_json::from_slice(&kept).unwrap_or_default();
        let ids = [Some(signed.request), said.request_id, said.gateway_request_id].into_iter().flatten();
        let mut ids: Vec<_> = ids.filter_map(|id| RequestId::new(&id).ok()).collect();
        ids.dedup();
        Ok(ids)
    }
}

/// Whatever is sent to us, at any path: what stands before us may have taken one away.
pub(super) async fn take(State(desk): State<Arc<Desk>>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    match desk.hear(&parts.headers, body).await {
        Ok(ids) => {
            tracing::debug!(?ids, "a webhook came");
            desk.inbox.put(ids);
            StatusCode::OK
        }
        Err(why) => {
            tracing::warn!(?why, "a webhook was refused");
            desk.inbox.refuse(why);
            match why {
                Refusal::Forged | Refusal::Late | Refusal::Replayed => StatusCode::UNAUTHORIZED,
                Refusal::Unread => StatusCode::PAYLOAD_TOO_LARGE,
                // fal tries again.
                Refusal::Unsure => StatusCode::SERVICE_UNAVAILABLE,
            }
        }
    }
}

/// The hash of a whole body and its beginning; `None` if it is too long or breaks off.
async fn read(body: Body) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut hash, mut length, mut kept) = (Context::new(&SHA256), 0_u64, Vec::new());
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.ok()?;
        length += chunk.len() as u64;
        if length > LONGEST {
            return None;
        }
        hash.update(&chunk);
        let room = KEPT.saturating_sub(kept.len()).min(chunk.len());
        kept.extend_from_slice(chunk.get(..room).unwrap_or_default());
    }
    Some((hash.finish().as_ref().to_vec(), kept))
}

/// Unix seconds, by this machine's clock.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
