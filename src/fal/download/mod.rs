//! Fetching a result's picture, without the key (fal docs: CDN). One that breaks off in the middle
//! goes on from there.

pub(super) mod packed;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, LAST_MODIFIED, LOCATION, RANGE};
use http::{Method, StatusCode};
use reqwest::Response;
use tokio::time::Instant;

use super::Fal;
use super::call::Call;
use super::client::{Http, badly_packed, head, unknown_coding, whole};
use super::error::FalError;
use packed::{PORTION, Unpacker};

use crate::job::Class;

/// How long a file host may take to begin an answer.
const HEADERS: Duration = Duration::from_secs(30);
/// How long one may be silent in the middle.
const SILENCE: Duration = Duration::from_secs(30);
/// What must come in each [`SILENCE`], bytes: one that only drips is given up, and its rest asked for anew.
const FLOOR: u64 = 16 << 10;
/// The most that a packed picture may become, bytes.
const LARGEST: u64 = 2 << 30;
/// How often in a row a download may break without bringing [`PROGRESS`].
const BREAKS: u32 = 3;
/// Redirects that are followed.
const REDIRECTS: usize = 3;
/// What must come between two breaks for them not to be in a row, bytes.
const PROGRESS: u64 = 256 << 10;
/// The wait after the first break; each further one waits twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// A picture on its way.
pub struct Download {
    /// Its length as announced, bytes; `None` also where it comes packed.
    pub length: Option<u64>,
    http: Arc<Http>,
    url: Box<str>,
    chunks: BoxStream<'static, reqwest::Result<Bytes>>,
    /// What has come and is still packed.
    packed: Bytes,
    unpacker: Unpacker,
    /// What tells this file from another one that may come to lie under its URL.
    validator: Option<HeaderValue>,
    came: u64,
    breaks: Breaks,
    floor: Floor,
}

/// What comes next of a picture.
#[derive(Debug)]
pub enum Piece {
    /// Its next bytes.
    Bytes(Bytes),
    /// It could not go on where it broke off: all that came before is void, and its length may be
    /// another.
    Restart,
}

impl Download {
    fn new(http: Arc<Http>, url: &str, response: Response) -> Result<Self, FalError> {
        let unpacker = Unpacker::of(response.headers()).map_err(|coding| unknown_coding(Call::Download, &coding))?;
        let is_packed = unpacker.is_packed();
        Ok(Self {
            length: response.content_length().filter(|_| !is_packed),
            http,
            url: url.into(),
            // A part of what is packed is of no use.
            validator: validator(response.headers()).filter(|_| !is_packed),
            packed: Bytes::new(),
            unpacker,
            chunks: response.bytes_stream().boxed(),
            came: 0,
            breaks: Breaks::default(),
            floor: Floor::default(),
        })
    }

    /// The next of it; `None` at the end. Where the connection breaks or falls silent, the rest is
    /// asked for, a few times.
    pub async fn next(&mut self) -> Option<Result<Piece, FalError>> {
        if !self.packed.is_empty() {
            return Some(self.unpack().await);
        }
        let begun = Instant::now();
        let next = loop {
            let wait = self.floor.left().min(SILENCE.saturating_sub(begun.elapsed()));
            let waits = Instant::now();
            let next = tokio::time::timeout(wait, self.chunks.next()).await;
            // Only the time that the network takes counts, not what the disk does.
            let is_slow = self.floor.waited(waits.elapsed(), self.came);
            match next {
                Err(_) if !is_slow && begun.elapsed() < SILENCE => {}
                next => break next,
            }
        };
        let error = match next {
            Err(_) if begun.elapsed() >= SILENCE => FalError::timed_out(Call::Download, SILENCE),
            Err(_) => FalError::too_slow(Call::Download, FLOOR, SILENCE),
            Ok(Some(Ok(bytes))) if self.unpacker.is_packed() => {
                self.packed = bytes;
                return Some(self.unpack().await);
            }
            Ok(Some(Ok(bytes))) => return Some(Ok(self.came(bytes))),
            Ok(None) if self.unpacker.is_packed() => match self.unpacker.end() {
                Ok(rest) if rest.is_empty() => return None,
                Ok(rest) => return Some(Ok(self.came(rest))),
                Err(error) => badly_packed(Call::Download, &error),
            },
            Ok(None) if self.length.is_none_or(|length| self.came >= length) => return None,
            Ok(None) => FalError::unreadable(Call::Download, "ended before its end"),
            Ok(Some(Err(error))) => FalError::transport(Call::Download, error),
        };
        Some(self.go_on(error).await)
    }

    fn came(&mut self, bytes: Bytes) -> Piece {
        self.came = self.came.saturating_add(bytes.len() as u64);
        Piece::Bytes(bytes)
    }

    /// What comes of the next portion of what is packed.
    async fn unpack(&mut self) -> Result<Piece, FalError> {
        let portion = self.packed.split_to(PORTION.min(self.packed.len()));
        match self.unpacker.take(portion) {
            Ok(bytes) if self.came.saturating_add(bytes.len() as u64) > LARGEST => {
                Err(FalError::unreadable(Call::Download, "comes packed and unpacks to more than 2 GiB"))
            }
            Ok(bytes) => Ok(self.came(bytes)),
            Err(error) => {
                self.packed.clear();
                self.go_on(badly_packed(Call::Download, &error)).await
            }
        }
    }

    /// Goes on after a break. What the break was is what is told if that cannot be done.
    async fn go_on(&mut self, mut broken: FalError) -> Result<Piece, FalError> {
        while let Some(pause) = self.breaks.next(self.came) {
            tracing::info!(cause = %broken.cause, came = self.came, "a download broke off; it goes on");
            tokio::time::sleep(pause).await;
            match self.http.download(&self.url, self.rest()).await {
                Ok(response) if response.status() == StatusCode::PARTIAL_CONTENT => {
                    if !self.is_rest(response.headers()) {
                        return Err(broken);
                    }
                    self.chunks = response.bytes_stream().boxed();
                    self.floor = Floor { came: self.came, ..Floor::default() };
                    return Ok(Piece::Bytes(Bytes::new()));
                }
                Ok(response) => {
                    let breaks = self.breaks.anew();
                    *self = Self { breaks, ..Self::new(Arc::clone(&self.http), &self.url, response)? };
                    return Ok(Piece::Restart);
                }
                // There is no rest: it was shorter than it said.
                Err(error) if error.cause.http == Some(416) => return Err(broken),
                Err(error) if error.class == (Class::Transient { after: None }) => broken = error,
                // It says when to come again.
                Err(error) if matches!(error.class, Class::Transient { .. }) => return Err(error),
                // Whatever a host has against the rest, it may give the whole the next time.
                Err(_) => return Err(broken),
            }
        }
        Err(broken)
    }

    /// What asks for the rest, and for all of it if the file is another by now (RFC 9110, 13.1.5).
    fn rest(&self) -> HeaderMap {
        let range = HeaderValue::try_from(format!("bytes={}-", self.came)).ok().filter(|_| self.came > 0);
        let asked = self.validator.clone().zip(range);
        asked
            .map(|(validator, range)| HeaderMap::from_iter([(IF_RANGE, validator), (RANGE, range)]))
            .unwrap_or_default()
    }

    /// Whether a partial answer begins where the last one broke off, and is of a file as long.
    fn is_rest(&self, headers: &HeaderMap) -> bool {
        if !matches!(Unpacker::of(headers), Ok(Unpacker::Plain)) {
            return false;
        }
        let Some((from, of)) = headers.get(CONTENT_RANGE).and_then(content_range) else { return false };
        from == self.came && self.length.is_none_or(|length| of.is_none_or(|of| of == length))
    }
}

impl Fal {
    /// Begins to fetch a picture from the URL in a result.
    ///
    /// # Errors
    /// As every call; [`Class::Permanent`] for a 404 or 403.
    pub async fn download(&self, url: &str) -> Result<Download, FalError> {
        let response = self.http.download(url, HeaderMap::new()).await?;
        Download::new(Arc::clone(&self.http), url, response)
    }
}

impl Http {
    /// Asks for a picture, wherever it has moved to. Only a download may be redirected; an upload must
    /// go where its token is for.
    async fn download(&self, url: &str, headers: HeaderMap) -> Result<Response, FalError> {
        let mut url = Cow::Borrowed(url);
        for _ in 0..=REDIRECTS {
            let request = self.without_key(Call::Download, Method::GET, &url)?.headers(headers.clone());
            let response = head(Call::Download, request, HEADERS).await?;
            if !response.status().is_redirection() {
                return if response.status().is_success() { Ok(response) } else { Err(refused(response).await) };
            }
            let place = response.headers().get(LOCATION).and_then(|place| place.to_str().ok());
            let place = place.and_then(|place| response.url().join(place).ok());
            url =
                Cow::Owned(place.ok_or_else(|| FalError::unreadable(Call::Download, "was redirected nowhere"))?.into());
        }
        Err(FalError::unreadable(Call::Download, "was redirected too often"))
    }
}

/// What an answer that gives no picture says.
async fn refused(response: Response) -> FalError {
    let said = whole(Call::Download, response).await;
    said.err().unwrap_or_else(|| FalError::unreadable(Call::Download, "gave no picture"))
}

/// What tells a file from another one under the same URL: its tag if that stands for its very bytes,
/// else the time of its last change.
fn validator(headers: &HeaderMap) -> Option<HeaderValue> {
    let tag = headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\""));
    tag.or_else(|| headers.get(LAST_MODIFIED)).cloned()
}

/// Where a part begins, and how long the whole is if that is known (RFC 9110, 14.4).
fn content_range(value: &HeaderValue) -> Option<(u64, Option<u64>)> {
    let (range, of) = value.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    let (from, _) = range.split_once('-')?;
    Some((from.parse().ok()?, of.parse().ok()))
}

/// Watches that enough comes in each [`SILENCE`] that is waited for it.
#[derive(Debug, Clone, Copy, Default)]
struct Floor {
    waited: Duration,
    /// How much had come when this span began, bytes.
    came: u64,
}

impl Floor {
    /// How much of the span is left.
    fn left(self) -> Duration {
        SILENCE.saturating_sub(self.waited)
    }

    /// So much longer was waited, and so much has come in all. True if that is too little; a span that
    /// brought enough is followed by another.
    fn waited(&mut self, wait: Duration, came: u64) -> bool {
        self.waited = self.waited.saturating_add(wait);
        let is_over = self.waited >= SILENCE;
        let is_slow = is_over && came.saturating_sub(self.came) < FLOOR;
        if is_over {
            *self = Self { waited: Duration::ZERO, came };
        }
        is_slow
    }
}

/// Counts breaks, and says how long to wait after one.
#[derive(Debug, Clone, Copy, Default)]
struct Breaks {
    in_a_row: u32,
    /// How much had come at the last one, bytes.
    came: u64,
}

impl Breaks {
    /// The wait after another break; `None` if that is one too many.
    fn next(&mut self, came: u64) -> Option<Duration> {
        if came.saturating_sub(self.came) >= PROGRESS {
            *self = Self { in_a_row: 0, came };
        }
        let wait = PAUSE * 2_u32.saturating_pow(self.in_a_row);
        self.in_a_row += 1;
        (self.in_a_row <= BREAKS).then_some(wait)
    }

    /// The count for a file that comes from its beginning again: what it brought once is no progress
    /// any more.
    fn anew(self) -> Self {
        Self { in_a_row: self.in_a_row, came: u64::MAX }
    }
}

#[cfg(test)]
mod tests;
