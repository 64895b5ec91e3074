//! Each row of the table of failures, met by a real engine at the sandbox: what it is called, how often
//! and when it is tried again, what is paid, and what the user is told.
//!
//! A file of `tests/scenarios/failures` is a row. Its first line names the row, and `fal::failures` holds
//! that there is one for each; lines that begin with `#:` say what follows. The engine's clock stands still
//! but for the steps that the test makes, so that waits are exact and minutes take moments.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::common::{self, fast, root};
use fal_tui::engine::snapshot::NoticeKind;
use fal_tui::engine::{self, Deps, Event, Feed, JobChange, What};
use fal_tui::fal::{ApiKey, Fal, Hosts, base_url};
use fal_tui::headless::{self, Form};
use fal_tui::intake::{Arrival, Found};
use fal_tui::job::{EndpointId, Format, Photo, Pixels, Service, Spent, Status, Timestamp};
use fal_tui::ledger::{BatchKey, Ledger};
use fal_tui::model::{Model, Params};
use fal_tui::output::Captions;
use fal_tui::output::Output;
use fal_tui::sandbox::{Options, Sandbox, Scenario};
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;

/// How far the engine's clock goes at a time where calls are answered and where they are not, and how
/// long the world then gets for what follows.
const STEP: Duration = Duration::from_millis(100);
const HUNG_STEP: Duration = Duration::from_millis(250);
const MOMENT: Duration = Duration::from_millis(3);

/// What follows from a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Follows {
    /// How it ends: a state of a job.
    state: String,
    /// What it is called when it happens first; none where the job goes on as if nothing had been.
    kind: Option<String>,
    http: Option<u16>,
    /// Each wait before another try, in s: from, to. Not given where they are many.
    waits: Option<Vec<(f64, f64)>>,
    /// A part of what is said.
    says: Option<String>,
    /// The first notice that is more than what is waited for.
    notice: Option<String>,
    /// All such notices.
    notices: Option<Vec<String>>,
    /// A part of what some notice says.
    tells: Option<String>,
    /// A part of what is said at the end.
    ends: Option<String>,
    /// The attempt that it ends in.
    attempt: Option<u16>,
    /// Paid requests, uploads, questions where it stands, looks for a lost one.
    accepted: Option<u64>,
    uploads: Option<u64>,
    asks: Option<u64>,
    looks: Option<u64>,
    /// Fetches of pictures, and those of them that failed.
    fetches: Option<u64>,
    /// How far the engine's clock goes at a time, s, where it takes hours.
    step: Option<f64>,
}

#[test]
fn every_row_of_the_table_is_met_as_it_says() {
    met("failures");
}

/// Answers of another form than fal documents: what is paid for is saved, or kept for a person.
#[test]
fn an_answer_of_another_form_loses_nothing_that_is_paid_for() {
    met("answers");
}

/// A host of files that is gone while fal's API is there is a matter of connectivity: no attempt is spent, it is tried ever less
/// often, and told so.
#[test]
fn a_dead_host_of_files_is_a_matter_of_connectivity() {
    met("connectivity");
}

/// However long it takes and whatever changes meanwhile, a minute without a line is followed by what is waited for.
#[test]
fn nothing_is_waited_for_in_silence() {
    met("silence");
}

/// Plays every scenario of a folder.
fn met(folder: &str) {
    let folder = root().join("tests/scenarios").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    // Mostly they wait.
    let lanes: Vec<_> = files
        .chunks(files.len().div_ceil(3))
        .map(|lane| {
            let lane = lane.to_owned();
            std::thread::spawn(move || lane.iter().filter_map(meet).collect::<Vec<_>>())
        })
        .collect();
    let wrong: Vec<_> = lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs a row's scenario; what is not as the row says.
fn meet(file: impl AsRef<Path>) -> Option<String> {
    let file = file.as_ref();
    let text = fs::read_to_string(file).unwrap();
    let follows: String = text.lines().filter_map(|line| line.strip_prefix("#:")).collect::<Vec<_>>().join("\n");
    let name = file.file_stem().unwrap().to_string_lossy();
    let follows: Follows = toml::from_str(&follows).unwrap_or_else(|error| panic!("{name}: {error}"));
    // The sandbox lives in the world's time, the engine in its own.
    let world = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let scenario = Some(Scenario::parse(&text, &name).unwrap());
    let options = Options { scenario, latency: Duration::from_millis(1), ..fast() };
    let sandbox = world.block_on(Sandbox::start(options)).unwrap();
    let ours = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let is_hung = text.contains("hang") || text.contains("stall");
    let step = follows.step.map_or(if is_hung { HUNG_STEP } else { STEP }, Duration::from_secs_f64);
    let events = ours.block_on(life(&sandbox, step));
    let silence = ours.block_on(silence(&events));
    let stats: Value = world.block_on(async {
        reqwest::get(format!("{}/_sandbox/stats", sandbox.origin())).await.unwrap().json().await.unwrap()
    });
    let found = Met::of(&events, &stats);
    let mut wrong = found.differences(&follows);
    // A line is of a whole second, and what is heard at a step happened since the last one.
    if silence > 61.0 + 2.0 * step.as_secs_f64() {
        wrong.push(format!("silent for {silence} s"));
    }
    (!wrong.is_empty()).then(|| format!("{name}: {}\n  {found:?}", wrong.join(", ")))
}

/// What a row's scenario led to.
#[derive(Debug)]
struct Met {
    state: Option<Status>,
    attempt: u16,
    kind: Option<&'static str>,
    http: Option<u16>,
    said: String,
    waits: Vec<f64>,
    notices: Vec<String>,
    told: Vec<String>,
    ended: String,
    accepted: u64,
    uploads: u64,
    asks: u64,
    looks: u64,
    fetches: u64,
}

impl Met {
    fn of(events: &[Event], stats: &Value) -> Self {
        let changes: Vec<&JobChange> = events
            .iter()
            .filter_map(|event| if let What::Job(change) = &event.what { Some(&**change) } else { None })
            .collect();
        let cause = changes.iter().find_map(|change| change.cause.as_ref());
        let notices = || {
            events.iter().filter_map(|event| if let What::Notice(notice) = &event.what { Some(notice) } else { None })
        };
        let named = notices().filter(|notice| notice.kind != NoticeKind::Waiting);
        let named = named.map(|notice| serde_json::to_value(notice.kind).unwrap().as_str().unwrap().to_owned());
        let last = changes.last().and_then(|change| change.cause.as_ref());
        let call = |kind: &str| stats["calls"][kind].as_u64().unwrap_or(0);
        Self {
            state: changes.last().map(|change| change.status),
            attempt: changes.last().map_or(0, |change| change.attempt),
            kind: cause.map(|cause| cause.kind.name()),
            http: cause.and_then(|cause| cause.http),
            said: cause.map(|cause| cause.message.to_string()).unwrap_or_default(),
            waits: changes.iter().filter_map(|change| change.retry_in).map(|wait| wait.as_secs_f64()).collect(),
            notices: named.collect(),
            told: notices().map(|notice| notice.message.clone()).collect(),
            ended: last.map(|cause| cause.message.to_string()).unwrap_or_default(),
            accepted: stats["accepted"].as_u64().unwrap(),
            uploads: call("upload"),
            asks: call("status"),
            looks: call("requests"),
            fetches: call("download"),
        }
    }

    fn differences(&self, follows: &Follows) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut check = |fits: bool, what: &str| {
            if !fits {
                wrong.push(what.to_owned());
            }
        };
        check(self.state.is_some_and(|state| state.name() == follows.state), "state");
        check(self.kind == follows.kind.as_deref(), "kind");
        check(self.http == follows.http, "http");
        check(follows.says.as_ref().is_none_or(|part| self.said.contains(part)), "says");
        check(self.kind.is_none() || !self.said.is_empty(), "it says nothing");
        match &follows.notices {
            Some(notices) => check(self.notices == *notices, "notices"),
            None => check(self.notices.first() == follows.notice.as_ref(), "notice"),
        }
        let tells = |part: &String| self.told.iter().any(|told| told.contains(part.as_str()));
        check(follows.tells.as_ref().is_none_or(tells), "tells");
        check(follows.ends.as_ref().is_none_or(|part| self.ended.contains(part)), "ends");
        check(follows.attempt.is_none_or(|attempt| self.attempt == attempt), "attempt");
        let fits = |wait: &f64, (from, to): &(f64, f64)| (*from..=*to + 0.001).contains(wait);
        let bounds = follows.waits.as_deref();
        check(bounds.is_none_or(|bounds| bounds.len() == self.waits.len()), "number of waits");
        check(self.waits.iter().zip(bounds.unwrap_or_default()).all(|(wait, bounds)| fits(wait, bounds)), "waits");
        for (what, ours, theirs) in [
            ("accepted", self.accepted, follows.accepted),
            ("uploads", self.uploads, follows.uploads),
            ("asks", self.asks, follows.asks),
            ("looks", self.looks, follows.looks),
            ("fetches", self.fetches, follows.fetches),
        ] {
            check(theirs.is_none_or(|theirs| ours == theirs), what);
        }
        wrong
    }
}

/// The longest that a run in lines says nothing, s.
async fn silence(events: &[Event]) -> f64 {
    let (tell, heard) = mpsc::channel(events.len().max(1));
    for event in events {
        tell.send(event.clone()).await.unwrap();
    }
    drop(tell);
    let mut lines = Vec::new();
    drop(headless::tell(heard, headless::Manner::plain(Form::Lines), &mut lines, std::io::sink()).await.unwrap());
    let lines = String::from_utf8(lines).unwrap();
    let time = |line: &str| {
        let mut parts = line.get(..8)?.split(':').map(|part| part.parse::<f64>().ok());
        Some(parts.next()?? * 3600.0 + parts.next()?? * 60.0 + parts.next()??)
    };
    let times: Vec<f64> = lines.lines().filter_map(time).collect();
    let day = 24.0 * 3600.0;
    let gaps: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0] + day) % day).collect();
    let (first, last) = (events[0].at, events[events.len() - 1].at);
    let after = last.since(first).as_secs_f64() - gaps.iter().sum::<f64>();
    gaps.into_iter().fold(after, f64::max)
}

/// A batch of one photo from its beginning to its end, by the engine's own clock.
async fn life(sandbox: &Sandbox, step: Duration) -> Vec<Event> {
    // While something blocks, tokio does not put the clock forward by itself.
    let (awake, sleeper) = std::sync::mpsc::channel::<()>();
    let blocker = tokio::task::spawn_blocking(move || sleeper.recv().is_ok());
    let folder = TempDir::new().unwrap();
    let photo = photo(folder.path());
    let ledger = Ledger::open(&folder.path().join("state")).await.unwrap();
    let model = Model::built_in(&EndpointId::new("fal-ai/flux-vision-upscaler").unwrap()).unwrap();
    let params = Params::parse(&model, []).unwrap();
    let key = BatchKey {
        roots: vec![folder.path().to_owned()],
        output: folder.path().join("out"),
        model: model.endpoint.to_string(),
        params: params.canonical(),
        service: Service::stand_in("http", "127.0.0.1"),
    };
    let opened = ledger.open_batch(&key).await.unwrap();
    let hosts = Hosts {
        queue: base_url(&sandbox.queue_url()).unwrap(),
        rest: base_url(&sandbox.rest_url()).unwrap(),
        api: base_url(&sandbox.api_url()).unwrap(),
    };
    let (events, mut heard) = mpsc::channel(4096);
    let (find, found) = mpsc::channel(1);
    find.send(Arrival::Found(vec![Found::Photo(photo, None)])).await.unwrap();
    drop(find);
    let deps = Deps {
        fal: Fal::new(hosts, ApiKey::new("sandbox").unwrap()).unwrap(),
        ledger: ledger.clone(),
        writer: ledger.writer(opened.id),
        output: Output::open(&key.output, Captions::default()).unwrap(),
        known: Vec::new(),
        replaced: Vec::new(),
        trials: std::collections::HashMap::default(),
        spent: Spent::NOTHING,
        earlier: HashSet::new(),
        memory: std::sync::Arc::default(),
        notes: Vec::new(),
        feed: Feed::Photos(found),
        events: Some(events),
        canary: None,
        link: None,
    };
    let handle = engine::start(common::options::options(opened.id, model, params), deps);
    let mut told = Vec::new();
    // A wait that would go on for ever is cut off.
    for _ in 0..12_000 {
        while let Ok(event) = heard.try_recv() {
            told.push(event);
        }
        if handle.ended.is_finished() {
            break;
        }
        std::thread::sleep(MOMENT);
        tokio::time::advance(step).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }
    handle.ended.abort();
    drop(awake);
    blocker.await.unwrap();
    told
}

fn photo(folder: &Path) -> Photo {
    let source = folder.join("photo.png");
    image::RgbImage::from_pixel(24, 16, image::Rgb([9, 90, 200])).save(&source).unwrap();
    let about = fs::metadata(&source).unwrap();
    let since = about.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    Photo {
        path: Path::new("photo.png").into(),
        source: source.into(),
        format: Some(Format::Png),
        pixels: Some(Pixels::new(24, 16)),
        bytes: about.len(),
        modified: Timestamp(i64::try_from(since.as_millis()).unwrap()),
        shares_stem: false,
        losses: fal_tui::job::Losses::NONE,
    }
}
