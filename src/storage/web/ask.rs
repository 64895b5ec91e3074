//! One question to a host: a part of what lies at an address, or all of it. It blocks until the answer is there.

use std::io;
use std::ops::Range;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED, RANGE,
};
use reqwest::{Client, ClientBuilder, Response, redirect};
use url::Url;

use super::public::{INNER, Public, is_inner, is_loopback};
use crate::storage::calls::{runtime, wait};
use crate::storage::stat::mark;

/// How long a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a part may take.
const PART: Duration = Duration::from_secs(10);
/// How long the whole may take.
const WHOLE: Duration = Duration::from_mins(10);
/// The wait before what may be a passing fault is asked once more.
const PAUSE: Duration = Duration::from_millis(500);

/// What is said of a host that takes longer.
const LATE: &str = "its host does not answer in time";

/// What a host says of what lies at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct About {
    /// Its length, bytes, if it says that.
    pub(super) bytes: Option<u64>,
    /// When it was last changed. A host that does not say that, but marks what it holds (`ETag`), has a moment before
    /// 1970 made of its mark: another mark is another moment.
    pub(super) changed: Option<SystemTime>,
    /// Whether it gives parts.
    pub(super) gives_parts: bool,
}

/// Why a host did not give what was asked for.
struct Refused {
    error: io::Error,
    /// Whether it may pass.
    may_pass: bool,
}

impl Refused {
    fn for_good(why: impl Into<String>) -> Self {
        Self { error: io::Error::other(why.into()), may_pass: false }
    }

    fn for_now(why: impl Into<String>) -> Self {
        Self { error: io::Error::other(why.into()), may_pass: true }
    }
}

/// A part of what lies at an address, and what is said of the whole. A host that gives no parts gives the beginning, as
/// much of it as the part is long.
///
/// # Errors
/// In words, the same for the same fault, with nothing of what the host said.
pub(super) fn about(address: &str, part: Range<u64>) -> io::Result<(About, Vec<u8>)> {
    let once = || {
        let (address, part) = (address.to_owned(), part.clone());
        wait(async move {
            let asked = ask(&address, Some(&part));
            let limit = tokio::time::timeout(PART, async move {
                let (about, mut response) = asked.await?;
                let most = usize::try_from(part.end.saturating_sub(part.start)).unwrap_or(usize::MAX);
                let mut bytes = Vec::new();
                while bytes.len() < most
                    && let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))?
                {
                    bytes.extend_from_slice(&chunk);
                }
                bytes.truncate(most);
                Ok((about, bytes))
            });
            limit.await.unwrap_or_else(|_| Err(Refused::for_good(LATE)))
        })
    };
    twice(once)
}

/// All of what lies at an address, bytes by bytes.
///
/// # Errors
/// As [`about`]; also if it is longer than `most`, or ends before its end.
pub(super) fn whole(address: &str, most: u64, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<About> {
    let (sender, pieces) = sync_channel::<bytes::Bytes>(4);
    let address = address.to_owned();
    let (told, end) = sync_channel(1);
    runtime()?.spawn(async move {
        let fetched = tokio::time::timeout(WHOLE, async move {
            let (about, mut response) = ask(&address, None).await?;
            if about.bytes.is_some_and(|bytes| bytes > most) {
                return Err(Refused::for_good(format!("it is longer than {} MiB", most >> 20)));
            }
            let mut came = 0;
            while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
                came += chunk.len() as u64;
                if came > most {
                    return Err(Refused::for_good(format!("it is longer than {} MiB", most >> 20)));
                }
                let sender = sender.clone();
                let sent = tokio::task::spawn_blocking(move || sender.send(chunk)).await;
                if !matches!(sent, Ok(Ok(()))) {
                    return Err(Refused::for_now("it was not taken"));
                }
            }
            if about.bytes.is_some_and(|bytes| bytes != came) {
                return Err(Refused::for_now("it ended before its end"));
            }
            Ok(about)
        });
        let fetched = fetched.await.unwrap_or_else(|_| Err(Refused::for_now("its host does not send it in time")));
        // Whoever asked has gone.
        let _ = told.send(fetched);
    });
    for piece in pieces {
        take(&piece)?;
    }
    let fetched = end.recv().map_err(|_| io::Error::other("it could not be fetched"))?;
    fetched.map_err(|refused| refused.error)
}

fn twice<T>(ask: impl Fn() -> io::Result<Result<T, Refused>>) -> io::Result<T> {
    match ask()? {
        Err(refused) if refused.may_pass => {
            std::thread::sleep(PAUSE);
            ask()?.map_err(|refused| refused.error)
        }
        told => told.map_err(|refused| refused.error),
    }
}

/// Asks, and holds the head of the answer against what was asked.
async fn ask(address: &str, part: Option<&Range<u64>>) -> Result<(About, Response), Refused> {
    let url = Url::parse(address).map_err(|_| Refused::for_good("its address is none"))?;
    if !is_loopback(&url) && (is_inner(&url) || url.scheme() != "https") {
        return Err(Refused::for_good(INNER));
    }
    let client = client(&url).ok_or_else(|| Refused::for_good("no call to the web can be made here"))?;
    let mut request = client.get(url);
    if let Some(part) = part {
        request = request.header(RANGE, format!("bytes={}-{}", part.start, part.end.saturating_sub(1)));
    }
    let response = request.send().await.map_err(|error| broken(&error))?;
    let status = response.status();
    let headers = response.headers();
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Refused::for_good("its host packs it, which was not asked for"));
    }
    let (start, total) = match (status, part) {
        (StatusCode::PARTIAL_CONTENT, Some(_)) => {
            range(headers).ok_or_else(|| Refused::for_good("its host gives a part without a word which one it is"))?
        }
        // A file of no bytes has no part.
        (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => return Err(Refused::for_good("it ends before that")),
        (StatusCode::OK, _) => (0, response.content_length()),
        (status, _) => return Err(refused(status)),
    };
    let gives_parts = status == StatusCode::PARTIAL_CONTENT;
    if gives_parts && part.is_some_and(|part| part.start != start) {
        return Err(Refused::for_good("its host gives another part than was asked for"));
    }
    if !gives_parts && part.is_some_and(|part| part.start > 0) {
        return Err(Refused::for_good("its host gives no parts, and more of it has to be seen"));
    }
    Ok((About { bytes: total, changed: changed(headers), gives_parts }, response))
}

/// What a status that is no success means.
fn refused(status: StatusCode) -> Refused {
    let code = status.as_u16();
    match code {
        300..=399 => Refused::for_good("its address leads on to another, which is not followed: give that one"),
        404 | 410 => Refused::for_good(format!("there is nothing at its address ({code})")),
        401 | 403 => Refused::for_good(format!("its host does not give it to everybody ({code})")),
        408 | 425 | 429 | 500..=599 => Refused::for_now(format!("its host cannot give it now ({code})")),
        _ => Refused::for_good(format!("its host does not give it ({code})")),
    }
}

/// A call that came to no answer.
fn broken(error: &reqwest::Error) -> Refused {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        if error.to_string().contains(INNER) {
            return Refused::for_good(INNER);
        }
        source = error.source();
    }
    if error.is_timeout() {
        return Refused::for_good(LATE);
    }
    Refused::for_now(if error.is_connect() { "its host cannot be reached" } else { "the line to its host broke" })
}

/// Where a part begins and how long the whole is (RFC 9110, 14.4).
fn range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}

/// When something was changed last: what says that, or what only says that it is another.
fn changed(headers: &HeaderMap) -> Option<SystemTime> {
    let said = |name| headers.get(name).map(HeaderValue::as_bytes);
    let dated = said(LAST_MODIFIED).and_then(|text| httpdate::parse_http_date(std::str::from_utf8(text).ok()?).ok());
    dated.or_else(|| mark(said(ETAG)?))
}

/// The client for an address: no proxy stands between us and ourselves.
fn client(url: &Url) -> Option<&'static Client> {
    static WEB: OnceLock<Option<Client>> = OnceLock::new();
    static HERE: OnceLock<Option<Client>> = OnceLock::new();
    if is_loopback(url) {
        HERE.get_or_init(|| settings().no_proxy().build().ok()).as_ref()
    } else {
        WEB.get_or_init(|| settings().dns_resolver(Arc::new(Public::new())).build().ok()).as_ref()
    }
}

fn settings() -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("fal-tui/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .redirect(redirect::Policy::none())
        .default_headers(HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]))
        .referer(false)
}
