//! Makes an answer's body another that says the same: swollen JSON, or packed though nobody asked for it.

use std::io::Write;

use axum::body::Body;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};

/// How an answer's body is made another, that still says the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Remake {
    /// How deep a field of JSON is nested that is added.
    pub(crate) nested: u32,
    /// How long a text in JSON is that is added, bytes.
    pub(crate) padding: u32,
    /// Whether it is packed, whoever asked for that.
    pub(crate) gzip: bool,
}

/// The answer with its body made another. A part of a file is left as it is.
pub(crate) async fn remade(remake: Remake, answer: Response) -> Response {
    if remake == Remake::default() || answer.status() == StatusCode::PARTIAL_CONTENT {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let mut bytes = swollen(bytes.into(), remake);
    if remake.gzip {
        bytes = packed(&bytes);
        parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Response::from_parts(parts, Body::from(bytes))
}

/// An object with more in it, before all else.
fn swollen(bytes: Vec<u8>, remake: Remake) -> Vec<u8> {
    let Some(rest) = bytes.strip_prefix(b"{") else { return bytes };
    let (deep, long) = (remake.nested as usize, remake.padding as usize);
    let mut swollen = vec![b'{'];
    if deep > 0 {
        swollen.extend_from_slice(format!("\"nested\": {}{},", "[".repeat(deep), "]".repeat(deep)).as_bytes());
    }
    if long > 0 {
        swollen.extend_from_slice(format!("\"padding\": \"{}\",", "x".repeat(long)).as_bytes());
    }
    swollen.extend_from_slice(rest);
    swollen
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to a Vec cannot fail.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}
