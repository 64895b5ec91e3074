//! A step that panics, in a real engine at the sandbox: the run ends, its job has a cause, and nothing that
//! was paid for is lost or paid for twice.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use crate::common::{self, fast};
use fal_tui::engine::{self, Deps, End, Feed, Summary};
use fal_tui::fal::{ApiKey, Fal, Hosts, base_url};
use fal_tui::intake::{Arrival, Found};
use fal_tui::job::{
    CauseKind, Checkpoint, EndpointId, Format, Job, JobState, Photo, Pixels, Service, Spent, Timestamp,
};
use fal_tui::ledger::{BatchKey, Ledger};
use fal_tui::model::{Model, Params};
use fal_tui::output::Captions;
use fal_tui::output::Output;
use fal_tui::sandbox::{Options, Sandbox};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;

type Rehearse = fn(&'static str);

/// Panics at the first step of this name.
macro_rules! at {
    ($step:literal) => {{
        static PANICKED: AtomicBool = AtomicBool::new(false);
        let rehearse: Rehearse = |step| {
            assert!(step != $step || PANICKED.swap(true, SeqCst), "a step that is to panic");
        };
        rehearse
    }};
}

/// A batch in a folder of its own, at a sandbox of its own.
struct Ordeal {
    folder: TempDir,
    world: tokio::runtime::Runtime,
    sandbox: Sandbox,
}

impl Ordeal {
    fn new() -> Self {
        let world = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = Options { latency: Duration::from_millis(1), ..fast() };
        let sandbox = world.block_on(Sandbox::start(options)).unwrap();
        Self { folder: TempDir::new().unwrap(), world, sandbox }
    }

    /// Runs it; the clock stands still but for the steps that are made here.
    fn run(&self, rehearse: Option<Rehearse>) -> (Summary, Vec<Job>) {
        let ours = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        ours.block_on(self.life(rehearse))
    }

    async fn life(&self, rehearse: Option<Rehearse>) -> (Summary, Vec<Job>) {
        // While something blocks, tokio does not put the clock forward by itself.
        let (awake, sleeper) = std::sync::mpsc::channel::<()>();
        let blocker = tokio::task::spawn_blocking(move || sleeper.recv().is_ok());
        let ledger = Ledger::open(&self.folder.path().join("state")).await.unwrap();
        let model = Model::built_in(&EndpointId::new("fal-ai/flux-vision-upscaler").unwrap()).unwrap();
        let params = Params::parse(&model, []).unwrap();
        let key = BatchKey {
            roots: vec![self.folder.path().to_owned()],
            output: self.folder.path().join("out"),
            model: model.endpoint.to_string(),
            params: params.canonical(),
            service: Service::stand_in("http", "127.0.0.1"),
        };
        let opened = ledger.open_batch(&key).await.unwrap();
        let hosts = Hosts {
            queue: base_url(&self.sandbox.queue_url()).unwrap(),
            rest: base_url(&self.sandbox.rest_url()).unwrap(),
            api: base_url(&self.sandbox.api_url()).unwrap(),
        };
        let (find, found) = mpsc::channel(1);
        find.send(Arrival::Found(vec![
            Found::Photo(photo(self.folder.path(), 1), None),
            Found::Photo(photo(self.folder.path(), 2), None),
        ]))
        .await
        .unwrap();
        drop(find);
        let known = ledger.jobs_to_keep(opened.id).await.unwrap();
        let deps = Deps {
            fal: Fal::new(hosts, ApiKey::new("sandbox").unwrap()).unwrap(),
            ledger: ledger.clone(),
            writer: ledger.writer(opened.id),
            output: Output::open(&key.output, Captions::default()).unwrap(),
            known,
            replaced: Vec::new(),
            trials: std::collections::HashMap::default(),
            spent: Spent::NOTHING,
            earlier: HashSet::new(),
            memory: std::sync::Arc::default(),
            notes: Vec::new(),
            feed: Feed::Photos(found),
            events: None,
            canary: None,
            link: None,
        };
        let retry_failed = Some(fal_tui::plan::Failed::default());
        let mut options = common::options::options(opened.id, model, params);
        options.retry_failed = retry_failed;
        (options.world.rehearse, options.limits.window) = (rehearse, 1);
        let mut handle = engine::start(options, deps);
        let mut steps = 0;
        while !handle.ended.is_finished() {
            steps += 1;
            assert!(steps < 12_000, "it never ends");
            std::thread::sleep(Duration::from_millis(2));
            tokio::time::advance(Duration::from_millis(100)).await;
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
        }
        let End::Over(summary) = (&mut handle.ended).await.unwrap() else { panic!("no end") };
        let jobs = ledger.jobs(opened.id).await.unwrap();
        drop(opened);
        ledger.close().await.unwrap();
        drop(awake);
        blocker.await.unwrap();
        (summary, jobs)
    }

    fn accepted(&self) -> Value {
        let stats = format!("{}/_sandbox/stats", self.sandbox.origin());
        let stats: Value = self.world.block_on(async { reqwest::get(stats).await.unwrap().json().await.unwrap() });
        stats["accepted"].clone()
    }

    /// Runs it with a panic, then again; gives the job that met it and how often was paid in the end.
    fn met(rehearse: Rehearse) -> (Job, Value) {
        let ordeal = Self::new();
        let (summary, jobs) = ordeal.run(Some(rehearse));
        let (done, hit): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| matches!(job.state, JobState::Done(..)));
        assert_eq!((done.len(), hit.len(), summary.done), (1, 1, 1), "the neighbour never notices: {hit:?}");
        let (summary, jobs) = ordeal.run(None);
        let is_unknown = hit.iter().any(|job| matches!(job.state, JobState::Unknown(..)));
        assert_eq!(summary.done, if is_unknown { 1 } else { 2 }, "{jobs:?}");
        (hit.into_iter().next().unwrap(), ordeal.accepted())
    }
}

fn photo(folder: &Path, number: u8) -> Photo {
    let name = format!("photo-{number}.png");
    let source = folder.join(&name);
    if !source.exists() {
        image::RgbImage::from_pixel(24 + u32::from(number), 16, image::Rgb([9, 90, number])).save(&source).unwrap();
    }
    let about = fs::metadata(&source).unwrap();
    let since = about.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    Photo {
        path: Path::new(&name).into(),
        source: source.into(),
        format: Some(Format::Png),
        pixels: Some(Pixels::new(24 + u32::from(number), 16)),
        bytes: about.len(),
        modified: Timestamp(i64::try_from(since.as_millis()).unwrap()),
        shares_stem: false,
        losses: fal_tui::job::Losses::NONE,
    }
}

fn failed(job: &Job) -> (CauseKind, Checkpoint) {
    let JobState::Failed { cause, checkpoint, .. } = &job.state else { panic!("{job:?}") };
    (cause.kind, (**checkpoint).clone())
}

#[test]
fn an_upload_that_panics_fails_its_photo_alone() {
    let (job, accepted) = Ordeal::met(at!("upload"));
    assert_eq!(failed(&job), (CauseKind::Internal, Checkpoint::Nothing));
    assert_eq!(accepted, 2);
}

#[test]
fn a_paid_call_that_panics_is_one_that_may_be_paid_for() {
    let (job, accepted) = Ordeal::met(at!("submit"));
    assert!(matches!(job.state, JobState::Unknown(..)), "{job:?}");
    assert_eq!(accepted, 1, "it is not made again unasked");
}

#[test]
fn what_is_at_fal_when_a_step_panics_is_fetched_later_and_not_paid_again() {
    for rehearse in [at!("poll"), at!("answer")] {
        let (job, accepted) = Ordeal::met(rehearse);
        let (kind, checkpoint) = failed(&job);
        assert!(kind == CauseKind::Internal && matches!(checkpoint, Checkpoint::Request(_)), "{checkpoint:?}");
        assert_eq!(accepted, 2);
    }
}

#[test]
fn a_result_whose_saving_panics_is_saved_later_and_not_paid_again() {
    let (job, accepted) = Ordeal::met(at!("save"));
    let (kind, checkpoint) = failed(&job);
    assert!(kind == CauseKind::Internal && matches!(checkpoint, Checkpoint::Answer(..)), "{checkpoint:?}");
    assert_eq!(accepted, 2);
}
