//! The CDN: files that go out, with ranges and etags. Everybody may fetch them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
    IF_RANGE, RANGE,
};
use http::{HeaderMap, StatusCode};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::ask::Ask;
use super::fal::Fal;
use super::files::Access;
use super::refuse::Refusal;

/// Up to this many bytes are read at once, in place of streamed.
const AT_ONCE: u64 = 256 << 10;

/// `GET` of a file, or of a part of it.
pub(super) async fn download(fal: &Fal, ask: &Ask, segment: &str) -> Result<Response, Refusal> {
    let gone = || Refusal::Missing("File not found".to_owned());
    let stored = fal.files.find(segment).ok_or_else(gone)?;
    if stored.expires.is_some_and(|expires| fal.clock.now() >= expires) {
        return Err(gone());
    }
    match stored.access {
        Access::Allow => {}
        Access::Hide => return Err(gone()),
        Access::Forbid => return Err(Refusal::Forbidden("Access to this file is forbidden".to_owned())),
    }
    let etag = format!("\"{}\"", stored.hash.to_hex().as_str().get(..32).unwrap_or_default());
    let mut answer = Response::new(Body::empty());
    set(answer.headers_mut(), &[(ETAG, &etag), (CONTENT_TYPE, &stored.content_type), (ACCEPT_RANGES, "bytes")]);
    set(answer.headers_mut(), &[(CACHE_CONTROL, "public, max-age=31536000, immutable")]);
    if ask.headers.get(IF_NONE_MATCH).is_some_and(|known| known == etag.as_str()) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(answer);
    }
    let current = ask.headers.get(IF_RANGE).is_none_or(|known| known == etag.as_str());
    let wanted = ask.headers.get(RANGE).filter(|_| current).and_then(|range| range.to_str().ok());
    let range = match wanted.and_then(|range| parse_range(range, stored.len)) {
        None => 0..stored.len,
        Some(Ok(range)) => {
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            let of = format!("bytes {}-{}/{}", range.start, range.end - 1, stored.len);
            set(answer.headers_mut(), &[(CONTENT_RANGE, &of)]);
            range
        }
        Some(Err(OutOfRange)) => {
            *answer.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            set(answer.headers_mut(), &[(CONTENT_RANGE, &format!("bytes */{}", stored.len))]);
            return Ok(answer);
        }
    };
    let len = range.end - range.start;
    set(answer.headers_mut(), &[(CONTENT_LENGTH, &len.to_string())]);
    *answer.body_mut() = read(&stored.path, range).await.map_err(|error| Refusal::disk(&error))?;
    Ok(answer)
}

async fn read(path: &Path, range: Range<u64>) -> io::Result<Body> {
    let len = range.end - range.start;
    let path = path.to_owned();
    let open = move || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(range.start))?;
        let mut start = Vec::new();
        if len <= AT_ONCE {
            (&mut file).take(len).read_to_end(&mut start)?;
        }
        io::Result::Ok((file, start))
    };
    let (file, start) = tokio::task::spawn_blocking(open).await.map_err(io::Error::other)??;
    if len <= AT_ONCE {
        return Ok(Body::from(start));
    }
    let rest = tokio::fs::File::from_std(file).take(len);
    Ok(Body::from_stream(ReaderStream::with_capacity(rest, 256 << 10)))
}

fn set(headers: &mut HeaderMap, values: &[(http::HeaderName, &str)]) {
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
}

/// A range that lies behind the file's end.
#[derive(Debug, PartialEq, Eq)]
struct OutOfRange;

/// The one range of a `Range` header (RFC 9110, 14.1.2); `None` where it is to be ignored: several
/// ranges, another unit, or nonsense.
fn parse_range(header: &str, len: u64) -> Option<Result<Range<u64>, OutOfRange>> {
    let (from, to) = header.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (from.trim(), to.trim()) {
        ("", "") => return None,
        ("", last) => len.saturating_sub(last.parse().ok()?)..len,
        (from, "") => from.parse().ok()?..len,
        (from, to) => {
            let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
            if to < from {
                return None;
            }
            from..to.saturating_add(1).min(len)
        }
    };
    Some(if range.start < range.end { Ok(range) } else { Err(OutOfRange) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(parse_range("bytes=0-0", 10), Some(Ok(0..1)));
        assert_eq!(parse_range("bytes=4-", 10), Some(Ok(4..10)));
        assert_eq!(parse_range("bytes=-3", 10), Some(Ok(7..10)));
        assert_eq!(parse_range("bytes=-30", 10), Some(Ok(0..10)));
        assert_eq!(parse_range("bytes=4-99", 10), Some(Ok(4..10)));
        assert_eq!(parse_range("bytes=10-", 10), Some(Err(OutOfRange)));
        assert_eq!(parse_range("bytes=-0", 10), Some(Err(OutOfRange)));
        for ignored in ["bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=a-b"] {
            assert_eq!(parse_range(ignored, 10), None, "{ignored}");
        }
    }
}
