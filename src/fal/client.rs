//! The HTTP client and the one way in which every call is made.

use std::collections::HashMap;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use http::header::ACCEPT_ENCODING;
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::call::Call;
use super::download::packed::{PORTION, Unpacker};
use super::error::FalError;
use super::failures::Fault;
use super::{ApiKey, Hosts, json};
use crate::job::{Cause, CauseKind, Class, clean};
use crate::storage::is_loopback;

/// How long a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// How long fal may take to begin an answer, and how long a connection may be silent in the middle of one.
pub(super) const SILENCE: Duration = Duration::from_mins(1);
/// How often a connection that is waited on is asked whether it still lives, and for how long.
const PING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(20));
/// The longest JSON answer that we take, bytes. Pictures do not come this way.
const LONGEST_ANSWER: usize = 16 << 20;

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up\nhint: check HTTPS_PROXY and SSL_CERT_FILE")]
pub struct ClientError(#[source] reqwest::Error);

/// HTTP to fal: with the key to its API hosts, without it to anybody else.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    /// For this machine, if one of the hosts is here: no proxy stands between us and ourselves.
    here: Option<Client>,
    pub(super) hosts: Hosts,
    /// `None` for what may be asked without one.
    key: Option<ApiKey>,
}

/// A whole answer with a good status.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Http {
    pub(super) fn new(hosts: Hosts, key: Option<ApiKey>) -> Result<Self, ClientError> {
        let here = [&hosts.queue, &hosts.rest, &hosts.api].into_iter().any(is_loopback);
        let here = here.then(|| Self::settings().no_proxy().build().map_err(ClientError)).transpose()?;
        let client = Self::settings().build().map_err(ClientError)?;
        Ok(Self { client, here, hosts, key })
    }

    fn settings() -> ClientBuilder {
        // No read timeout: it would run while a body is still on its way out. Each step of a call has a
        // limit of its own.
        Client::builder()
            .user_agent(concat!("fal-tui/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .http2_keep_alive_interval(PING.0)
            .http2_keep_alive_timeout(PING.1)
            .tcp_keepalive(Duration::from_secs(30))
            .http2_adaptive_window(true)
            // A redirect would carry the key, or turn the paid POST into something else. Downloads
            // follow theirs themselves.
            .redirect(redirect::Policy::none())
            // Places and lengths in a packed body are not those of what is in it, and pictures are packed already.
            .default_headers(HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]))
            .referer(false)
    }

    /// The client for a URL. A proxy would see the key of a call to plain http, and could not reach
    /// this machine by its loopback address anyway.
    fn client(&self, url: &Url) -> &Client {
        self.here.as_ref().filter(|_| is_loopback(url)).unwrap_or(&self.client)
    }

    /// A call to one of fal's API hosts, with the key. The URL is one that we built from [`Hosts`].
    pub(super) fn with_key(&self, method: http::Method, url: Url) -> RequestBuilder {
        let request = self.client(&url).request(method, url);
        match &self.key {
            Some(key) => request.header(http::header::AUTHORIZATION, key.authorization()),
            None => request,
        }
    }

    /// A call to one of fal's API hosts for what anybody may have, without the key.
    pub(super) fn unsigned(&self, method: http::Method, url: Url) -> RequestBuilder {
        self.client(&url).request(method, url)
    }

    /// A call to a CDN or signed URL that came from the network, without the key.
    pub(super) fn without_key(&self, call: Call, method: http::Method, url: &str) -> Result<RequestBuilder, FalError> {
        let url = Url::parse(url).ok().filter(|url| is_fetchable(url, is_loopback(&self.hosts.queue)));
        let url = url.ok_or_else(|| FalError::unreadable(call, "names a URL that is not a public https one"))?;
        Ok(self.client(&url).request(method, url))
    }
}

/// Whether a URL from the network may be called at all: https to a public name, or the sandbox's
/// own loopback when that is what we talk to.
fn is_fetchable(url: &Url, loopback: bool) -> bool {
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    if loopback && is_loopback(url) {
        return matches!(url.scheme(), "http" | "https");
    }
    // fal's files have names; a bare address would be somebody's inner network.
    url.scheme() == "https"
        && matches!(url.host(), Some(url::Host::Domain(name)) if name.contains('.') && !name.ends_with(".localhost"))
}

/// Sends a call and waits for the head of its answer, whatever its status.
pub(super) async fn head(call: Call, request: RequestBuilder, limit: Duration) -> Result<Response, FalError> {
    let sent = tokio::time::timeout(limit, request.send()).await;
    sent.map_err(|_| FalError::timed_out(call, limit))?.map_err(|error| FalError::transport(call, error))
}

/// Makes a call that answers with JSON.
pub(super) async fn exchange(call: Call, request: RequestBuilder) -> Result<Reply, FalError> {
    let response = head(call, request, SILENCE).await?;
    whole(call, response).await
}

/// Reads an answer to its end; an error status becomes a [`FalError`].
pub(super) async fn whole(call: Call, response: Response) -> Result<Reply, FalError> {
    let status = response.status();
    let headers = response.headers().clone();
    let read = tokio::time::timeout(SILENCE, body(call, response)).await;
    let body = match read.map_err(|_| FalError::timed_out(call, SILENCE)).and_then(|body| body) {
        // The status says more than a broken body.
        Err(_) if !status.is_success() => Bytes::new(),
        body => body?,
    };
    if status.is_success() {
        Ok(Reply { status, headers, body })
    } else if status.is_redirection() {
        let what = "redirected; not followed, so that the key goes nowhere else";
        let error = FalError::without_answer(call, Fault::Redirected, what);
        Err(FalError { cause: Cause { http: Some(status.as_u16()), ..error.cause }, ..error })
    } else {
        Err(FalError::answered(call, status, &headers, &body))
    }
}

async fn body(call: Call, response: Response) -> Result<Bytes, FalError> {
    let unpacker = Unpacker::of(response.headers()).map_err(|coding| unknown_coding(call, &coding))?;
    let mut stream = response.bytes_stream();
    if unpacker.is_packed() {
        return unpacked(call, unpacker, stream).await;
    }
    let Some(first) = stream.next().await else { return Ok(Bytes::new()) };
    let first = first.map_err(|error| FalError::transport(call, error))?;
    let Some(second) = stream.next().await else { return Ok(first) };
    let mut whole = BytesMut::from(first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        whole.extend_from_slice(&chunk.map_err(|error| FalError::transport(call, error))?);
        if whole.len() > LONGEST_ANSWER {
            return Err(too_long(call));
        }
        next = stream.next().await;
    }
    Ok(whole.freeze())
}

/// Reads an answer that is packed. What counts is how long it is when it is unpacked.
async fn unpacked(
    call: Call,
    mut unpacker: Unpacker,
    mut stream: impl Stream<Item = reqwest::Result<Bytes>> + Unpin,
) -> Result<Bytes, FalError> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let mut chunk = chunk.map_err(|error| FalError::transport(call, error))?;
        while !chunk.is_empty() {
            let portion = chunk.split_to(PORTION.min(chunk.len()));
            whole.extend_from_slice(&unpacker.take(portion).map_err(|error| badly_packed(call, &error))?);
            if whole.len() > LONGEST_ANSWER {
                return Err(too_long(call));
            }
        }
    }
    whole.extend_from_slice(&unpacker.end().map_err(|error| badly_packed(call, &error))?);
    Ok(whole.freeze())
}

fn too_long(call: Call) -> FalError {
    FalError::unreadable(call, TOO_LONG)
}

/// What is said of such an answer.
const TOO_LONG: &str = "answered with more than 16 MiB";

impl FalError {
    /// Whether an answer was too long to be taken: less is to be asked for.
    pub(super) fn is_too_long(&self) -> bool {
        self.cause.message.contains(TOO_LONG)
    }
}

/// An answer that is packed in a way that was not asked for and that we cannot undo.
pub(super) fn unknown_coding(call: Call, coding: &str) -> FalError {
    let coding: String = clean(coding).chars().take(40).collect();
    FalError::unreadable(call, &format!("comes packed (`Content-Encoding: {coding}`), which was not asked for"))
}

/// An answer that is said to be packed and cannot be unpacked.
pub(super) fn badly_packed(call: Call, error: &std::io::Error) -> FalError {
    FalError::unreadable(call, &format!("comes packed and cannot be unpacked: {error}"))
}

impl Reply {
    /// The answer as the JSON that it should be.
    pub(super) fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T, FalError> {
        json::read(&self.body).map_err(|error| FalError {
            source: Some(Box::new(error)),
            ..FalError::unreadable(call, "answered with something else than fal's JSON")
        })
    }
}

impl Reply {
    /// The answer's fields, as far as they make sense by themselves: one that is nested too deep is left out.
    pub(super) fn shallow(&self) -> Option<Value> {
        let fields: HashMap<String, Box<RawValue>> = json::read(&self.body).ok()?;
        let fields = fields.into_iter().filter_map(|(name, raw)| Some((name, json::read(raw.get().as_bytes()).ok()?)));
        Some(Value::Object(fields.collect()))
            .filter(|fields| fields.as_object().is_some_and(|fields| !fields.is_empty()))
    }
}

/// The URL below a base that these segments make.
///
/// # Errors
/// If the base takes no path.
pub(super) fn join<'a>(base: &Url, parts: impl IntoIterator<Item = &'a str>) -> Result<Url, FalError> {
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut segments) => {
            segments.pop_if_empty().extend(parts);
        }
        Err(()) => {
            return Err(FalError::new(
                Cause::new(CauseKind::BadResponse, "the base URL takes no path"),
                Class::Permanent,
            ));
        }
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_from_the_network_cannot_reach_inner_hosts() {
        let fetchable = |url: &str, loopback| is_fetchable(&Url::parse(url).unwrap(), loopback);
        assert!(fetchable("https://v3.fal.media/files/a.png", false));
        assert!(fetchable("http://127.0.0.1:8080/cdn/a.png", true));
        for url in [
            "http://v3.fal.media/a.png",
            "https://127.0.0.1/a.png",
            "http://127.0.0.1:8080/a.png",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/a",
            "https://localhost/a",
            "https://intranet/a",
            "https://user:pass@v3.fal.media/a.png",
            "file:///etc/passwd",
        ] {
            assert!(!fetchable(url, false), "{url}");
        }
        assert!(!fetchable("http://192.168.0.1/a.png", true));
    }
}
