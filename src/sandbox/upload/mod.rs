//! Storage: files that come in, by CDN token or by signed URL, at once or in parts (fal docs: storage).

mod uploads;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde_json::json;

pub(super) use uploads::Uploads;

use crate::fal::wire;
use crate::sandbox::ask::Ask;
use crate::sandbox::call::Call;
use crate::sandbox::clock::Moment;
use crate::sandbox::fal::{Fal, check_key};
use crate::sandbox::files::{Files, Lifecycle, ReceiveError, Received, Stored, hash_file};
use crate::sandbox::lock::lock;
use crate::sandbox::refuse::{Refusal, json_answer};
use uploads::Begun;

/// The header that names an uploaded file.
const FILE_NAME: &str = "x-fal-file-name";
/// The most bytes in one upload or one part.
const MAX_UPLOAD: u64 = 100 << 20;
/// How long a CDN token is good.
const TOKEN_LIFE: Duration = Duration::from_hours(30 * 24);

/// `POST /storage/auth/token`: one token for a whole batch.
pub(super) fn token(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    check_key(&ask.headers)?;
    storage_type(ask)?;
    let token = format!("sandbox-{}", Files::new_id());
    let now = fal.clock.now();
    let expires = now.after(TOKEN_LIFE);
    lock(&fal.uploads.tokens).insert(token.clone(), expires);
    let answer = wire::CdnToken {
        token,
        token_type: "Bearer".to_owned(),
        base_url: format!("{}/cdn", fal.origin),
        expires_at: python_date(fal, expires),
        created_at: python_date(fal, now),
    };
    Ok(json_answer(StatusCode::OK, &json!(answer)))
}

/// As fal writes dates: RFC 3339 with an offset in numbers.
pub(super) fn python_date(fal: &Fal, moment: Moment) -> String {
    fal.clock.date(moment).strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

fn storage_type(ask: &Ask) -> Result<(), Refusal> {
    match ask.query("storage_type").as_deref() {
        Some("fal-cdn-v3") => Ok(()),
        _ => Err(Refusal::Bad("Invalid storage type".to_owned())),
    }
}

fn check_token(fal: &Fal, headers: &HeaderMap) -> Result<(), Refusal> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let good = value
        .strip_prefix("Bearer ")
        .and_then(|token| lock(&fal.uploads.tokens).get(token).copied())
        .is_some_and(|expires| fal.clock.now() < expires);
    if good { Ok(()) } else { Err(Refusal::Key) }
}

/// `X-Fal-Object-Lifecycle`: what becomes of an upload.
fn lifecycle(headers: &HeaderMap) -> Lifecycle {
    let header = headers.get("x-fal-object-lifecycle").or_else(|| headers.get("x-fal-object-lifecycle-preference"));
    header.map(|header| Lifecycle::read(header.as_bytes())).unwrap_or_default()
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<Arc<str>> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into())
}

impl Ask {
    /// The name of the file that comes with the call.
    pub(super) fn file_name(&self) -> Option<Arc<str>> {
        header_text(&self.headers, FILE_NAME)
    }
}

fn content_type(headers: &HeaderMap) -> Arc<str> {
    header_text(headers, CONTENT_TYPE.as_str()).unwrap_or_else(|| "application/octet-stream".into())
}

impl From<ReceiveError> for Refusal {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::TooLarge(_) => Self::TooLarge,
            ReceiveError::Broken(_) => Self::Bad("the body broke off".to_owned()),
            ReceiveError::Disk(error) => Self::disk(&error),
        }
    }
}

impl Refusal {
    /// The sandbox's own disk failed.
    pub(super) fn disk(error: &std::io::Error) -> Self {
        Self::Platform(StatusCode::INTERNAL_SERVER_ERROR, "server_error", format!("the sandbox's disk: {error}"))
    }
}

/// `POST /files/upload`: a whole file, by token.
pub(super) async fn upload(fal: &Fal, ask: &Ask, body: Body) -> Result<Response, Refusal> {
    check_token(fal, &ask.headers)?;
    let begun = begin(&ask.headers, None);
    let id = Files::new_id();
    let received = fal.files.receive(&fal.files.path(&id), body, MAX_UPLOAD).await?;
    let access_url = shelve(fal, &id, &begun, &received);
    Ok(json_answer(StatusCode::OK, &json!(wire::CdnUploaded { access_url, uploaded: true })))
}

fn begin(headers: &HeaderMap, asked: Option<wire::Initiate>) -> Begun {
    let (name, kind) = match asked {
        Some(asked) => (Some(asked.file_name.into()), asked.content_type.into()),
        None => (header_text(headers, FILE_NAME), content_type(headers)),
    };
    Begun {
        name: name.unwrap_or_else(|| "file".into()),
        content_type: kind,
        lifecycle: lifecycle(headers),
        secret: Files::new_id(),
        parts: BTreeMap::new(),
    }
}

/// Makes a received file fetchable; gives its URL.
fn shelve(fal: &Fal, id: &str, begun: &Begun, received: &Received) -> String {
    let stored = Stored {
        path: fal.files.path(id),
        name: begun.name.clone(),
        content_type: begun.content_type.clone(),
        len: received.len,
        hash: received.hash,
        access: begun.lifecycle.access,
        expires: begun.lifecycle.life.map(|life| fal.clock.now().after(life)),
        made_by: None,
    };
    fal.saw(|saw| saw.uploaded(&stored));
    fal.files.put(id, stored);
    fal.file_url(&Files::segment(id, &begun.name))
}

/// `POST /files/upload/multipart`: begins a file in parts, by token.
pub(super) fn begin_parts(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    check_token(fal, &ask.headers)?;
    let begun = begin(&ask.headers, None);
    let id = Files::new_id();
    let answer = wire::CdnMultipart {
        access_url: fal.file_url(&Files::segment(&id, &begun.name)),
        upload_id: begun.secret.clone(),
    };
    lock(&fal.uploads.begun).insert(id, begun);
    Ok(json_answer(StatusCode::OK, &json!(answer)))
}

/// `POST /storage/upload/initiate` and `…/initiate-multipart`: begins a file by signed URL.
pub(super) fn initiate(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    check_key(&ask.headers)?;
    storage_type(ask)?;
    let asked: wire::Initiate =
        serde_json::from_slice(&ask.body).map_err(|error| Refusal::Bad(format!("body: {error}")))?;
    let begun = begin(&ask.headers, Some(asked));
    let id = Files::new_id();
    let answer = wire::Initiated {
        upload_url: format!("{}/cdn/signed/{id}?signature={}", fal.origin, begun.secret),
        file_url: fal.file_url(&Files::segment(&id, &begun.name)),
    };
    lock(&fal.uploads.begun).insert(id, begun);
    Ok(json_answer(StatusCode::OK, &json!(answer)))
}

/// The begun upload that a call belongs to, if the call may touch it.
fn begun(fal: &Fal, ask: &Ask) -> Result<(String, Begun), Refusal> {
    let (file, secret) = match &ask.call {
        Call::Part { file, upload, .. } | Call::CompleteParts { file, upload } => {
            check_token(fal, &ask.headers)?;
            (file, upload.clone())
        }
        Call::Put { file } | Call::PutPart { file, .. } | Call::CompletePut { file } => {
            (file, ask.query("signature").unwrap_or_default())
        }
        _ => return Err(Refusal::Method),
    };
    let id = file.split_once('_').map_or(file.as_str(), |(id, _)| id);
    let begun = lock(&fal.uploads.begun).get(id).cloned();
    let begun = begun.ok_or_else(|| Refusal::Missing("Upload not found".to_owned()))?;
    if begun.secret != secret {
        return Err(Refusal::Forbidden("SignatureDoesNotMatch".to_owned()));
    }
    Ok((id.to_owned(), begun))
}

/// `PUT` of a whole file to its signed URL. The media type must be the one that was announced.
pub(super) async fn put(fal: &Fal, ask: &Ask, body: Body) -> Result<Response, Refusal> {
    let (id, begun) = begun(fal, ask)?;
    if content_type(&ask.headers) != begun.content_type {
        return Err(Refusal::Forbidden("SignatureDoesNotMatch: Content-Type is not the announced one".to_owned()));
    }
    let received = fal.files.receive(&fal.files.path(&id), body, MAX_UPLOAD).await?;
    lock(&fal.uploads.begun).remove(&id);
    shelve(fal, &id, &begun, &received);
    Ok(json_answer(StatusCode::OK, &json!({})))
}

fn part_path(fal: &Fal, id: &str, number: u32) -> PathBuf {
    fal.files.path(&format!("{id}.{number}"))
}

/// `PUT` of one part, either way. The etag is in the header and in the body.
pub(super) async fn part(fal: &Fal, ask: &Ask, body: Body) -> Result<Response, Refusal> {
    let (id, _) = begun(fal, ask)?;
    let (Call::Part { number, .. } | Call::PutPart { number, .. }) = ask.call else { return Err(Refusal::Method) };
    if number == 0 {
        return Err(Refusal::Bad("parts are numbered from 1".to_owned()));
    }
    let received = fal.files.receive(&part_path(fal, &id, number), body, MAX_UPLOAD).await?;
    let etag = format!("\"{}\"", received.hash.to_hex().as_str().get(..32).unwrap_or_default());
    if let Some(begun) = lock(&fal.uploads.begun).get_mut(&id) {
        begun.parts.insert(number, etag.clone());
    }
    let mut answer = json_answer(StatusCode::OK, &json!(wire::Part { part_number: number, etag: etag.clone() }));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        answer.headers_mut().insert(ETAG, etag);
    }
    Ok(answer)
}

/// `POST …/complete`: joins the parts, which must be exactly those that came.
pub(super) async fn complete(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    let (id, begun) = begun(fal, ask)?;
    let asked: wire::Complete =
        serde_json::from_slice(&ask.body).map_err(|error| Refusal::Bad(format!("body: {error}")))?;
    // In whatever order: fal's own Python client names them as they came to be done.
    let named: BTreeMap<_, _> = asked.parts.into_iter().map(|part| (part.part_number, part.etag)).collect();
    if begun.parts.is_empty() || named != begun.parts {
        return Err(Refusal::Bad("InvalidPart: the parts named are not the parts that were uploaded".to_owned()));
    }
    let target = fal.files.path(&id);
    let sources: Vec<_> = begun.parts.keys().map(|number| part_path(fal, &id, *number)).collect();
    let joined = tokio::task::spawn_blocking(move || join(&target, &sources)).await;
    let received = joined.map_err(std::io::Error::other).flatten().map_err(|error| Refusal::disk(&error))?;
    lock(&fal.uploads.begun).remove(&id);
    let access_url = shelve(fal, &id, &begun, &received);
    Ok(json_answer(StatusCode::OK, &json!({ "access_url": access_url, "uploaded": true })))
}

fn join(target: &Path, parts: &[PathBuf]) -> std::io::Result<Received> {
    let mut file = std::fs::File::create(target)?;
    for part in parts {
        std::io::copy(&mut std::fs::File::open(part)?, &mut file)?;
        std::fs::remove_file(part)?;
    }
    hash_file(target)
}
