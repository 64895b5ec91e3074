//! `metadata.jsonl`: pictures and captions in the form that Hugging Face's `imagefolder` loads as it
//! is, a JSON object a line. Every line has the same keys, as its reader wants.

use serde::{Deserialize, Serialize};

use super::caption::one_line;
use crate::job::{Job, path_text};

#[derive(Serialize)]
struct Line<'a> {
    file_name: &'a str,
    text: Option<&'a str>,
    width: u32,
    height: u32,
    seed: Option<i64>,
    source: &'a str,
    request_id: &'a str,
    /// As JSON in a text, so that a loader sees one type: what differs from the batch's.
    params: Option<&'a str>,
}

/// The part of a line that tells whose it is.
#[derive(Deserialize)]
pub(super) struct Named {
    /// The picture that it is about.
    pub(super) file_name: String,
    /// Only our lines have it.
    pub(super) request_id: Option<String>,
}

/// A job's picture and its line; `None` if it has no picture.
pub(super) fn line(job: &Job) -> Option<(String, String)> {
    let saved = job.state.saved()?;
    let (file_name, source) = (path_text(&saved.output), job.photo.slash_path());
    let caption = saved.caption.as_deref().map(one_line).filter(|line| !line.is_empty());
    let line = Line {
        file_name: &file_name,
        text: caption.as_deref(),
        width: saved.pixels.width,
        height: saved.pixels.height,
        seed: saved.seed,
        source: &source,
        request_id: saved.request.as_str(),
        params: job.own.as_ref().map(|own| &*own.0),
    };
    let line = serde_json::to_string(&line).ok()?;
    Some((file_name, line))
}

/// Reads a line that is there already, if it is one.
pub(super) fn read(line: &[u8]) -> Option<Named> {
    serde_json::from_slice(line).ok()
}
