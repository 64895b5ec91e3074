//! One WebDAV server, and its calls: each is tried again where that does no harm.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderValue};
use object_store::path::Path as Key;
use reqwest::{Body, Client, RequestBuilder, Response, redirect};
use tokio::sync::Mutex;
use tokio_util::io::ReaderStream;
use url::Url;

use super::answer::{ASKED, Lies, lies};
use super::refusal::Refusal;
use crate::storage::web::is_loopback;

/// How long a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a call may take that moves no file.
const CALL: Duration = Duration::from_mins(1);
/// The same of a listing, which a server may have to gather from its disk.
const LISTING: Duration = Duration::from_mins(5);
/// The slowest line that a file is brought up by, bytes a second.
const SLOWEST: u64 = 32 << 10;
/// The longest listing, bytes: half a million photos.
const LONGEST: usize = 192 << 20;
/// The waits before a call is made again.
const WAITS: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(8)];

/// A server.
#[derive(Debug)]
pub(in super::super) struct Dav {
    client: Client,
    origin: Url,
    /// Folders that were made, or found, to write in.
    pub(super) entered: Mutex<HashSet<Key>>,
    /// Whether it is known to give no file the name of another.
    pub(super) is_tried: Mutex<bool>,
}

/// What lies in a folder, and what the server's clock says.
pub(super) struct Listed {
    pub(super) lies: Vec<Lies>,
    pub(super) now: Option<SystemTime>,
}

impl Dav {
    /// The server at an origin, who is told who asks by a header of every call.
    ///
    /// # Errors
    /// If no call can be made here at all.
    pub(in super::super) fn new(origin: Url, who: Option<HeaderValue>) -> reqwest::Result<Self> {
        let headers: HeaderMap = who.into_iter().map(|who| (AUTHORIZATION, who)).collect();
        let settings = Client::builder()
            .user_agent(concat!("fal-tui/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .default_headers(headers)
            .referer(false);
        // No proxy stands between us and ourselves.
        let settings = if is_loopback(&origin) { settings.no_proxy() } else { settings };
        let (entered, is_tried) = (Mutex::default(), Mutex::default());
        Ok(Self { client: settings.build()?, origin, entered, is_tried })
    }

    /// The address of a place. That of a folder ends with `/`: many servers send on from one that does not.
    fn url(&self, key: &Key, is_folder: bool) -> Url {
        let mut url = self.origin.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(key.parts().map(|part| part.as_ref().to_owned()));
            if is_folder {
                path.push("");
            }
        }
        url
    }

    fn call(&self, method: &str, url: Url) -> (Method, RequestBuilder) {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let request = self.client.request(method.clone(), url).timeout(CALL);
        (method, request)
    }

    /// What lies at a place, and with `depth` 1 in it.
    pub(super) async fn find(&self, key: &Key, is_folder: bool, depth: u16) -> Result<Listed, Refusal> {
        patiently(|| self.find_once(key, is_folder, depth).boxed()).await
    }

    async fn find_once(&self, key: &Key, is_folder: bool, depth: u16) -> Result<Listed, Refusal> {
        let url = self.url(key, is_folder);
        let (method, request) = self.call("PROPFIND", url.clone());
        let request = request.header("Depth", depth).header(CONTENT_TYPE, "application/xml; charset=utf-8");
        let mut answer = sent(&method, request.timeout(LISTING).body(ASKED)).await?;
        let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
        let now = date.and_then(|date| httpdate::parse_http_date(date).ok());
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(Refusal::Unanswered)? {
            if bytes.len() + chunk.len() > LONGEST {
                return Err(Refusal::NoListing);
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8(bytes).map_err(|_| Refusal::NoListing)?;
        Ok(Listed { lies: lies(&text, &url).ok_or(Refusal::NoListing)?, now })
    }

    async fn tell(&self, name: &str, url: Url) -> Result<(), Refusal> {
        let (method, request) = self.call(name, url);
        sent(&method, request).await.map(drop)
    }

    /// Makes a folder in one that is there. One that is there already is as good.
    pub(super) async fn make(&self, key: &Key) -> Result<(), Refusal> {
        match patiently(|| self.tell("MKCOL", self.url(key, true)).boxed()).await {
            Err(refusal) if refusal.status() == Some(405) && self.is_folder(key).await? => Ok(()),
            made => made,
        }
    }

    /// Puts a file of this machine, whatever is there; `None` is an empty one.
    pub(super) async fn put(&self, key: &Key, file: Option<(&Path, u64)>, kind: Option<&str>) -> Result<(), Refusal> {
        patiently(|| self.put_once(key, file, kind).boxed()).await
    }

    async fn put_once(&self, key: &Key, file: Option<(&Path, u64)>, kind: Option<&str>) -> Result<(), Refusal> {
        let (method, mut request) = self.call("PUT", self.url(key, false));
        if let Some(kind) = kind {
            request = request.header(CONTENT_TYPE, kind);
        }
        let Some((path, length)) = file else {
            return sent(&method, request.header(CONTENT_LENGTH, 0)).await.map(drop);
        };
        let file = tokio::fs::File::open(path).await.map_err(Refusal::File)?;
        let request = request.timeout(CALL + Duration::from_secs(length / SLOWEST)).header(CONTENT_LENGTH, length);
        sent(&method, request.body(Body::wrap_stream(ReaderStream::with_capacity(file, 64 << 10)))).await.map(drop)
    }

    /// Gives a file another name. It is asked for once: what came of it when the answer is lost, the next look says.
    pub(super) async fn rename(&self, from: &Key, to: &Key, may_replace: bool) -> Result<(), Refusal> {
        let (method, request) = self.call("MOVE", self.url(from, false));
        let request = request.header("Destination", self.url(to, false).as_str());
        sent(&method, request.header("Overwrite", if may_replace { "T" } else { "F" })).await.map(drop)
    }

    /// Takes a file away. One that is not there is gone.
    pub(super) async fn remove(&self, key: &Key) -> Result<(), Refusal> {
        match patiently(|| self.tell("DELETE", self.url(key, false)).boxed()).await {
            Err(refusal) if matches!(refusal.status(), Some(404 | 410)) => Ok(()),
            removed => removed,
        }
    }
}

async fn sent(method: &Method, request: RequestBuilder) -> Result<Response, Refusal> {
    let answer = request.send().await.map_err(Refusal::Unanswered)?;
    let status = answer.status();
    if status.is_success() { Ok(answer) } else { Err(Refusal::of(method, status, answer.headers())) }
}

/// Makes a call again that may come to more in a moment.
async fn patiently<'a, T>(call: impl Fn() -> BoxFuture<'a, Result<T, Refusal>>) -> Result<T, Refusal> {
    for wait in WAITS {
        match call().await {
            Err(refusal) if refusal.may_pass() => tokio::time::sleep(wait).await,
            came => return came,
        }
    }
    call().await
}
