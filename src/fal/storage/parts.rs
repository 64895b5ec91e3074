//! Uploads in parts of 10 MiB, each tried three times (fal docs: storage, multipart).

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::Method;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use reqwest::{Body, RequestBuilder};
use url::Url;

use super::source::{Hash, Sending, Uploaded, ascii_name};
use super::{send, token::Token};
use crate::fal::call::Call;
use crate::fal::client::{Reply, exchange};
use crate::fal::error::FalError;
use crate::fal::wire::{CdnMultipart, Complete, Part};
use crate::fal::{Fal, Meter};
use crate::job::Class;

/// The length of every part but the last, bytes.
const PART: u64 = 10 << 20;
/// Bytes that go out at a time.
const PIECE: usize = 64 << 10;
/// How often a part is tried.
const TRIES: u32 = 3;

/// Number, from 1, and length of each part.
pub(super) fn lengths(total: u64) -> impl Iterator<Item = (u32, usize)> {
    (1..)
        .zip((0..total).step_by(10 << 20))
        .map(move |(number, start)| (number, usize::try_from(PART.min(total - start)).unwrap_or_default()))
}

/// Puts one part, again if it broke off.
pub(super) async fn put(
    request: impl Fn() -> Result<RequestBuilder, FalError>,
    bytes: &Bytes,
    meter: &Meter,
) -> Result<Reply, FalError> {
    let mut tried = 1;
    loop {
        // What a try that broke off had moved does not count for the photo, but shows that this one moves.
        let moves = Meter::default();
        let part = request()?.header(CONTENT_LENGTH, bytes.len());
        match send(part, pieces(bytes.clone(), moves.clone()), bytes.len() as u64, &moves).await {
            Ok(reply) => {
                meter.add(bytes.len());
                return Ok(reply);
            }
            Err(error) if tried < TRIES && matches!(error.class, Class::Transient { .. }) => {
                tokio::time::sleep(Duration::from_secs(1 << (tried - 1))).await;
                tried += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// A part as a body that is counted while it goes out.
fn pieces(bytes: Bytes, moves: Meter) -> Body {
    Body::wrap_stream(stream::iter((0..bytes.len()).step_by(PIECE)).map(move |start| {
        let piece = bytes.slice(start..bytes.len().min(start + PIECE));
        moves.add(piece.len());
        Ok::<_, Infallible>(piece)
    }))
}

pub(super) async fn complete(request: RequestBuilder, parts: Vec<Part>) -> Result<(), FalError> {
    exchange(Call::Upload, request.json(&Complete { parts })).await.map(drop)
}

impl Fal {
    pub(super) async fn parts_with_token(
        &self,
        mut opened: Sending<'_>,
        meter: &Meter,
        token: &Token,
    ) -> Result<Uploaded, FalError> {
        let begin = self
            .http
            .without_key(Call::Upload, Method::POST, &format!("{}/files/upload/multipart", token.base_url))?
            .header(AUTHORIZATION, token.authorization())
            .header(CONTENT_TYPE, opened.input.format.media_type())
            .header("x-fal-file-name", ascii_name(opened.input));
        let multipart: CdnMultipart = exchange(Call::Upload, self.staying(begin)).await?.json(Call::Upload)?;
        if !is_of_cdn(&multipart.access_url, &token.base_url) || !is_plain(&multipart.upload_id) {
            return Err(FalError::unreadable(Call::Upload, "names a place that is not the CDN's"));
        }
        let base = format!("{}/multipart/{}", multipart.access_url, multipart.upload_id);
        let hash = Hash::default();
        let mut done = Vec::new();
        for (number, length) in lengths(opened.length) {
            let bytes = opened.next_part(length, &hash).await?;
            let request = || {
                let request = self.http.without_key(Call::Upload, Method::PUT, &format!("{base}/{number}"))?;
                Ok(request.header(AUTHORIZATION, token.authorization()).header(ACCEPT_ENCODING, "identity"))
            };
            let reply = put(request, &bytes, meter).await?;
            let etag = reply.headers.get(ETAG).and_then(|etag| etag.to_str().ok());
            let etag = etag.ok_or_else(|| FalError::unreadable(Call::Upload, "gave no ETag for a part"))?;
            done.push(Part { part_number: number, etag: etag.to_owned() });
        }
        let request = self.http.without_key(Call::Upload, Method::POST, &format!("{base}/complete"))?;
        complete(request.header(AUTHORIZATION, token.authorization()), done).await?;
        Ok((multipart.access_url, hash.finish()))
    }
}

/// The token goes to the CDN that it is for, by its address or by fal's domain for files.
fn is_of_cdn(access_url: &str, base_url: &str) -> bool {
    let (Ok(access), Ok(base)) = (Url::parse(access_url), Url::parse(base_url)) else { return false };
    access.query().is_none()
        && (access.origin() == base.origin() || access.domain().is_some_and(|name| name.ends_with(".fal.media")))
}

fn is_plain(upload_id: &str) -> bool {
    !upload_id.is_empty()
        && !upload_id.starts_with('.')
        && upload_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~+=".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_file_exactly() {
        let all = |total| lengths(total).collect::<Vec<_>>();
        assert_eq!(all(1), [(1, 1)]);
        assert_eq!(all(PART), [(1, 10 << 20)]);
        assert_eq!(all(2 * PART + 5), [(1, 10 << 20), (2, 10 << 20), (3, 5)]);
    }

    #[test]
    fn the_token_goes_to_the_cdn_only() {
        let base = "https://v3b.fal.media";
        assert!(is_of_cdn("https://v3b.fal.media/files/b/x/y", base));
        assert!(is_of_cdn("https://v3.fal.media/files/b/x/y", base));
        assert!(!is_of_cdn("https://evil.example/files", base));
        assert!(!is_of_cdn("https://evilfal.media/files", base));
        assert!(!is_plain("../x") && !is_plain("a/b") && !is_plain(""));
    }
}
