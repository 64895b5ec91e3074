//! What the page says of a photo.

use std::path::Path;

use serde::Serialize;

use super::thumbs::Pair;
use crate::job::{Group, Job, JobState, Saved, Verdict, clean, one_line, path_text};
use crate::output::Captions;

/// A photo on the page. Texts are on one line and turn nothing; URLs are escaped.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    path: String,
    state: &'static str,
    caption: Option<String>,
    #[serde(flatten)]
    why: Option<Why>,
    #[serde(flatten)]
    seen: Seen,
    width: Option<u32>,
    height: Option<u32>,
    #[serde(flatten)]
    made: Made,
    attempts: u16,
    params: Option<String>,
    request: Option<String>,
    /// What a person said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    stars: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
}

/// Why it is not done.
#[derive(Debug, Serialize)]
struct Why {
    cause: &'static str,
    message: String,
    hint: Option<String>,
}

/// Where it is seen: thumbnails, and the files themselves.
#[derive(Debug, Serialize)]
struct Seen {
    before: Option<String>,
    after: Option<String>,
    source: Option<String>,
    full: Option<String>,
    output: Option<String>,
}

/// How it came to be.
#[derive(Debug, Serialize)]
struct Made {
    /// USD.
    cost: Option<f64>,
    /// From its first step to its end, s.
    took: Option<f64>,
    /// On fal's runner, s.
    ran: Option<f64>,
    /// When it ended, ms since 1970.
    at: Option<i64>,
    /// As text: a number of 64 bits is not safe in JavaScript.
    seed: Option<String>,
}

impl Entry {
    pub(super) fn of(job: &Job, captions: &Captions, thumbs: Pair) -> Self {
        let saved = job.state.saved();
        let is_told = matches!(job.state.status().group(), Group::Failed | Group::Review | Group::Skipped);
        let is_failure = matches!(job.state, JobState::Failed { .. } | JobState::Unknown(..));
        let why = job.state.why().filter(|_| is_told).map(|why| Why {
            cause: why.kind.name(),
            hint: is_failure.then(|| why.kind.hint()),
            message: one_line(&why.message),
        });
        let closed = job.state.closed();
        let size = saved.and_then(Saved::pixels).or(job.photo.pixels);
        Self {
            path: clean(&job.photo.slash_path()).into_owned(),
            state: job.state.status().name(),
            caption: captions.line(saved.and_then(|_| job.caption())),
            why,
            seen: Seen {
                before: thumbs.before,
                after: thumbs.after,
                source: saved.and_then(|_| url::Url::from_file_path(&job.photo.source).ok()).map(Into::into),
                full: saved.map(|saved| relative(saved.output())),
                output: saved.map(|saved| clean(&path_text(saved.output())).into_owned()),
            },
            width: size.map(|size| size.width),
            height: size.map(|size| size.height),
            made: Made {
                cost: saved.and_then(|saved| saved.cost).and_then(|cost| cost.likely().told()),
                took: closed.map(|closed| closed.took.as_secs_f64()),
                ran: saved.and_then(|saved| saved.inference_s),
                at: closed.map(|closed| closed.at.0),
                seed: saved.and_then(|saved| saved.seed).map(|seed| seed.to_string()),
            },
            attempts: job.state.attempt(),
            params: job.own.as_ref().map(|own| one_line(&own.0)),
            request: job.state.last_request_id().map(|id| one_line(id.as_str())),
            stars: job.stars().rated(),
            verdict: job.verdict().map(Verdict::name),
        }
    }
}

/// A path below the page as a URL that can be nothing else: all but letters and digits is escaped, so that no part of
/// it is a scheme.
pub(super) fn relative(path: &Path) -> String {
    use std::fmt::Write as _;
    let part = |part: &std::ffi::OsStr| {
        part.as_encoded_bytes().iter().fold(String::new(), |mut url, byte| {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                url.push(char::from(*byte));
            } else {
                let _ = write!(url, "%{byte:02X}");
            }
            url
        })
    };
    path.iter().map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_file_is_more_than_a_place_below() {
        for (path, url) in [
            ("a b/Ж\".png", "a%20b/%D0%96%22.png"),
            ("javascript:alert(1).png", "javascript%3Aalert%281%29.png"),
            ("a#b?c%d.png", "a%23b%3Fc%25d.png"),
        ] {
            assert_eq!(relative(Path::new(path)), url);
        }
    }
}
