//! What the sandbox is made of, shared by every call.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::files::Files;
use super::lock::lock;
use super::options::Options;
use super::queue::{Line, Postman};
use super::refuse::Refusal;
use super::scenario::{Billing, Keeps, Play};
use super::stats::Saw;
use super::upload::Uploads;

/// fal, as far as the sandbox is it.
#[derive(Debug)]
pub(super) struct Fal {
    /// `http://127.0.0.1:PORT`.
    pub(super) origin: String,
    /// Its time.
    pub(super) clock: Clock,
    /// How long a tiny picture runs.
    pub(super) latency: Duration,
    /// How long the queue keeps a result, if a scenario says so.
    pub(super) results_stay: Option<Duration>,
    /// What of a picture beside its pixels is heeded.
    pub(super) keeps: Keeps,
    /// How requests are billed.
    pub(super) billing: Billing,
    /// Uploads and results.
    pub(super) files: Files,
    /// Uploads under way, and the tokens for them.
    pub(super) uploads: Uploads,
    /// Every request, waiting, running or ended.
    pub(super) line: Mutex<Line>,
    /// Delivers webhooks.
    pub(super) postman: Postman,
    /// What goes wrong.
    pub(super) play: Play,
    /// What it saw.
    pub(super) saw: Mutex<Saw>,
    /// As many pictures are worked on at once as there are processors.
    pub(super) processors: Arc<Semaphore>,
    /// Ends everything that was spawned.
    pub(super) stop: CancellationToken,
}

impl Fal {
    /// A sandbox that nobody has called yet.
    pub(super) fn new(origin: String, options: Options, stop: CancellationToken) -> io::Result<Self> {
        let scenario = options.scenario.unwrap_or_default();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            origin,
            clock: Clock::new(scenario.clock_speed),
            latency: options.latency,
            results_stay: scenario.results_stay,
            keeps: scenario.keeps,
            billing: scenario.billing.clone(),
            files: Files::new()?,
            uploads: Uploads::default(),
            line: Mutex::new(Line::new(options.runners)),
            postman: Postman::default(),
            play: Play::new(scenario),
            saw: Mutex::default(),
            processors: Arc::new(Semaphore::new(processors)),
            stop,
        })
    }

    /// Lets something run beside the calls, until it is done or the sandbox stops.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        tokio::spawn(async move {
            stop.run_until_cancelled_owned(task).await;
        });
    }

    /// Does something long away from the runtime's workers, as many at once as there are processors.
    pub(super) async fn work<T: Send + 'static>(&self, task: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let permit = self.processors.clone().acquire_owned().await.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            task()
        });
        done.await.ok()
    }

    /// The last segment of a URL, if it is one of the sandbox's own files.
    pub(super) fn segment_of<'a>(&self, url: &'a str) -> Option<&'a str> {
        let path = url.strip_prefix(self.origin.as_str())?;
        let path = path.split(['?', '#']).next()?;
        path.strip_prefix("/cdn/files/b/")?.split('/').nth(1)
    }

    /// The file behind a URL, if it is one of the sandbox's own.
    pub(super) fn file_at(&self, url: &str) -> Option<super::files::Stored> {
        self.files.find(self.segment_of(url)?)
    }

    /// Where a file is fetched.
    pub(super) fn file_url(&self, segment: &str) -> String {
        const PENS: [&str; 8] = ["panda", "koala", "otter", "tiger", "zebra", "lion", "monkey", "penguin"];
        let pen = PENS.get(segment.len() % PENS.len()).unwrap_or(&"panda");
        format!("{}/cdn/files/b/{pen}/{segment}", self.origin)
    }

    /// The same machine under a name that is not fal's.
    pub(super) fn foreign_origin(&self) -> String {
        self.origin.replace("127.0.0.1", "localhost")
    }

    /// What it saw so far.
    pub(super) fn saw<T>(&self, note: impl FnOnce(&mut Saw) -> T) -> T {
        note(&mut lock(&self.saw))
    }
}

/// Checks a call's key. Any is good but those that begin with `bad`.
///
/// # Errors
/// 401 without a key, with a bad one, and with an API key sent as bearer token.
pub(super) fn check_key(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(Refusal::Key)?;
    match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("key") => {
            let key = key.trim();
            if key.is_empty() || key.starts_with("bad") { Err(Refusal::Key) } else { Ok(()) }
        }
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => Err(Refusal::Issuer),
        _ => Err(Refusal::Key),
    }
}
