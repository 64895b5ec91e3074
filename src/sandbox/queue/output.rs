//! What comes out: the model's output as its page gives it, and every way in which it fails.

use axum::body::Bytes;
use base64::Engine as _;
use http::StatusCode;
use http::header::HeaderValue;
use serde_json::{Map, Value, json};

use super::request::{Asked, Outcome};
use crate::fal::wire::{ErrorDetail, File};
use crate::sandbox::fal::Fal;
use crate::sandbox::files::{Files, Stored};
use crate::sandbox::model::{Checked, Made, MadeFile, Unusable, Work, detail};
use crate::sandbox::refuse::{ERROR_TYPE, NEEDS_RETRY};

/// The output as the model's page gives it; its files can be fetched from now on, unless they are in it.
pub(super) async fn output(fal: &Fal, asked: &Asked, input: &Checked, made: &Made) -> Value {
    let inside = input.flag("sync_mode") || matches!(asked.model.work, Work::Draw);
    let mut files = Vec::with_capacity(made.files.len());
    for (id, file) in &made.files {
        let published = publish(fal, asked, id, file);
        files.push(if inside { within(fal, id, published).await } else { published });
    }
    let seed = input.integer("seed");
    let timings = json!({ "inference": (made.length.as_secs_f64() * 1000.0).round() / 1000.0 });
    match asked.model.work {
        Work::Upscale => json!({ "image": files.first(), "seed": seed, "caption": made.text, "timings": timings }),
        Work::Enlarge { gives, .. } => {
            let all = json!({ "image": files.first(), "images": files, "seed": seed, "timings": timings });
            let mut all = if let Value::Object(all) = all { all } else { Map::new() };
            all.retain(|name, _| gives.contains(&name.as_str()));
            Value::Object(all)
        }
        Work::Vary => {
            let unsafe_ones = vec![false; files.len()];
            json!({ "images": files, "timings": timings, "has_nsfw_concepts": unsafe_ones, "seed": seed })
        }
        Work::Caption(role) => json!({ role: made.text }),
        Work::CutOut => json!({ "image": files.first(), "mask_image": files.get(1) }),
        Work::Edit => json!({ "images": files, "description": made.text }),
        Work::Fill => {
            let unsafe_ones = vec![false; files.len()];
            json!({
                "prompt": made.text, "images": files, "timings": timings,
                "has_nsfw_concepts": unsafe_ones, "seed": seed,
            })
        }
        Work::Film => json!({ "video": files.first() }),
        Work::Trace => json!({ "image": files.first() }),
        Work::Draw => json!({ "images": files }),
    }
}

/// A file inside the answer, as `sync_mode` asks for and some models have it anyway.
async fn within(fal: &Fal, id: &str, file: File) -> File {
    let bytes = tokio::fs::read(fal.files.path(id)).await.unwrap_or_default();
    let media = file.content_type.as_deref().unwrap_or("application/octet-stream");
    let data = base64::engine::general_purpose::STANDARD.encode(bytes);
    File { url: format!("data:{media};base64,{data}"), ..file }
}

fn publish(fal: &Fal, asked: &Asked, id: &str, made: &MadeFile) -> File {
    let name = format!("{}.{}", id.get(..8).unwrap_or("result"), made.extension);
    let segment = Files::segment(id, &name);
    fal.files.put(
        id,
        Stored {
            path: fal.files.path(id),
            name: name.as_str().into(),
            content_type: made.media.into(),
            len: made.len,
            hash: made.hash,
            access: asked.lifecycle.access,
            expires: asked.lifecycle.life.map(|life| fal.clock.now().after(life)),
            made_by: Some(asked.id),
        },
    );
    File {
        url: fal.file_url(&segment),
        content_type: Some(made.media.to_owned()),
        file_name: Some(segment),
        file_size: Some(made.len),
        width: made.size.map(|(width, _)| width),
        height: made.size.map(|(_, height)| height),
    }
}

impl Outcome {
    /// A model's 200.
    pub(super) fn made(body: &Value, units: f64) -> Self {
        Self { status: StatusCode::OK, body: body.to_string().into(), headers: Vec::new(), units, error: None }
    }

    /// A model's 422: what it has against its input. It costs nothing.
    pub(super) fn refused(details: &[ErrorDetail]) -> Self {
        let error = details.first().map(|first| (first.msg.clone(), first.kind.clone()));
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body: json!({ "detail": details }).to_string().into(),
            headers: vec![(NEEDS_RETRY, HeaderValue::from_static("false"))],
            units: 0.0,
            error,
        }
    }

    /// A model's 422 on a picture that it cannot work on.
    pub(super) fn unusable(error: &Unusable, field: &str, given: Option<&Value>) -> Self {
        let (kind, ctx) = match error {
            Unusable::Load => ("image_load_error", None),
            Unusable::Avif => ("unsupported_image_format", None),
            Unusable::TooLarge { max } => ("image_too_large", Some(json!({ "max_image_pixels": max }))),
            Unusable::Disk(_) => return Self::crashed(),
        };
        Self::refused(&[detail(field, kind, &error.to_string(), ctx, given)])
    }

    /// The platform's own answer in place of a model's (fal docs: errors, request errors).
    pub(super) fn platform(status: StatusCode, kind: &str, detail: &str) -> Self {
        let kind_header = HeaderValue::from_str(kind).ok().map(|kind| (ERROR_TYPE, kind));
        Self {
            status,
            body: json!({ "detail": detail, "error_type": kind }).to_string().into(),
            headers: kind_header.into_iter().collect(),
            units: 0.0,
            error: Some((detail.to_owned(), kind.to_owned())),
        }
    }

    /// The runner itself failed.
    pub(super) fn crashed() -> Self {
        Self::platform(StatusCode::INTERNAL_SERVER_ERROR, "runner_server_error", "Internal Server Error")
    }

    /// The request was stopped before it was done.
    pub(super) fn cancelled() -> Self {
        let status = StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST);
        Self::platform(status, "client_cancelled", "Request was cancelled by the client")
    }

    /// Something that no documentation has.
    pub(super) fn raw(status: StatusCode, body: &str) -> Self {
        let body = Bytes::copy_from_slice(body.as_bytes());
        Self { status, body, headers: Vec::new(), units: 0.0, error: None }
    }

    /// Whether fal tries again by itself: 503, 504 and lost connections, not 500, 502 or 4xx (fal
    /// docs: retries).
    pub(super) fn is_worth_a_retry(&self) -> bool {
        self.error.is_some() && matches!(self.status.as_u16(), 503 | 504)
    }
}
