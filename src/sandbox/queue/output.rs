//! What comes out: the model's output as its page gives it, and every way in which it fails.

use std::time::Duration;

use axum::body::Bytes;
use http::StatusCode;
use http::header::HeaderValue;
use serde_json::{Value, json};

use super::request::{Asked, Outcome};
use crate::fal::wire::{ErrorDetail, File};
use crate::sandbox::fal::Fal;
use crate::sandbox::files::{Files, Stored};
use crate::sandbox::model::{Checked, Enlarged, Unusable, Work, detail};
use crate::sandbox::refuse::{ERROR_TYPE, NEEDS_RETRY};

/// What a run made.
pub(super) struct Made {
    /// Pictures, by the id of their file.
    pub(super) pictures: Vec<(String, Enlarged)>,
    /// A sentence on the input.
    pub(super) caption: String,
    /// How long it took.
    pub(super) length: Duration,
}

/// The output as the model's page gives it; its pictures can be fetched from now on.
pub(super) fn output(fal: &Fal, asked: &Asked, input: &Checked, made: &Made) -> Value {
    let files: Vec<File> = made.pictures.iter().map(|(id, picture)| publish(fal, asked, id, picture)).collect();
    let seed = input.integer("seed");
    let timings = json!({ "inference": (made.length.as_secs_f64() * 1000.0).round() / 1000.0 });
    match asked.model.work {
        Work::Upscale => json!({ "image": files.first(), "seed": seed, "caption": made.caption, "timings": timings }),
        Work::Vary => {
            let unsafe_ones = vec![false; files.len()];
            json!({ "images": files, "timings": timings, "has_nsfw_concepts": unsafe_ones, "seed": seed })
        }
        Work::Caption => json!({ "results": made.caption }),
    }
}

fn publish(fal: &Fal, asked: &Asked, id: &str, made: &Enlarged) -> File {
    let name = format!("{}.png", id.get(..8).unwrap_or("result"));
    let segment = Files::segment(id, &name);
    fal.files.put(
        id,
        Stored {
            path: fal.files.path(id),
            name: name.as_str().into(),
            content_type: "image/png".into(),
            len: made.len,
            hash: made.hash,
            access: asked.lifecycle.access,
            expires: asked.lifecycle.life.map(|life| fal.clock.now().after(life)),
            made_by: Some(asked.id),
        },
    );
    File {
        url: fal.file_url(&segment),
        content_type: Some("image/png".to_owned()),
        file_name: Some(segment),
        file_size: Some(made.len),
        width: Some(made.width),
        height: Some(made.height),
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
