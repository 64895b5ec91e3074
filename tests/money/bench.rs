//! An engine on a clock that the test moves, with a sandbox of its own behind a line that can be cut.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fal_tui::engine::snapshot::{NoticeKind, Snapshot};
use fal_tui::engine::{self, Command, Deps, End, Event, FaceEnds, Feed, Handle, Start, Summary, What};
use fal_tui::fal::{ApiKey, Fal, Hosts, base_url};
use fal_tui::intake::{Inputs, walk};
use fal_tui::job::{EndpointId, Service, Usd};
use fal_tui::ledger::{BatchKey, Ledger};
use fal_tui::model::{Model, Params};
use fal_tui::output::Captions;
use fal_tui::output::Output;
use fal_tui::plan::Failed;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use crate::common::Stage;
use crate::common::options::options;

/// How long anything may take, by the world's clock.
const PATIENCE: Duration = Duration::from_secs(90);

/// What an engine is started with, besides what every one is.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) budget: Option<f64>,
    pub(crate) window: Option<u16>,
    pub(crate) stay: bool,
    pub(crate) waits_to_start: bool,
    pub(crate) waits_for_account: bool,
    pub(crate) line: Option<SocketAddr>,
    pub(crate) retry_failed: Option<Failed>,
}

/// A running engine.
pub(crate) struct Bench {
    ended: JoinHandle<End>,
    face: FaceEnds,
    events: mpsc::Receiver<Event>,
    pub(crate) told: Vec<What>,
    ledger: Ledger,
    _hold: Box<dyn std::any::Any>,
}

impl Bench {
    pub(crate) async fn start(stage: &Stage, given: Given) -> Self {
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let params = Params::parse(&model, []).unwrap();
        let inputs = Inputs::check(&[stage.photos()], None, &[], &[]).unwrap();
        let key = BatchKey {
            roots: inputs.identity().to_vec(),
            output: inputs.output().to_owned(),
            model: model.endpoint.to_string(),
            params: params.canonical(),
            service: Service::stand_in("http", "127.0.0.1"),
        };
        let ledger = Ledger::open(&stage.dir.path().join("state")).await.unwrap();
        let opened = ledger.open_batch(&key).await.unwrap();
        let through = |url: String| {
            let line = given.line.map(|line| format!("http://{line}"));
            let url = line.map_or(url.clone(), |line| url.replace(stage.sandbox.origin(), &line));
            base_url(&url).unwrap()
        };
        let hosts = Hosts {
            queue: through(stage.sandbox.queue_url()),
            rest: through(stage.sandbox.rest_url()),
            api: through(stage.sandbox.api_url()),
        };
        let (tell, events) = mpsc::channel(100_000);
        let deps = Deps {
            fal: Fal::new(hosts, ApiKey::new("sandbox:key").unwrap()).unwrap(),
            writer: ledger.writer(opened.id),
            output: Output::open(&key.output, Captions::default()).unwrap(),
            known: ledger.jobs_to_keep(opened.id).await.unwrap(),
            replaced: ledger.replaced(opened.id).await.unwrap(),
            trials: std::collections::HashMap::default(),
            spent: ledger.batch(opened.id).await.unwrap().spent,
            earlier: HashSet::new(),
            memory: Arc::default(),
            notes: Vec::new(),
            feed: {
                let (found, chunks) = mpsc::channel(16);
                tokio::task::spawn_blocking(move || walk(inputs, found));
                Feed::Photos(chunks)
            },
            events: Some(tell),
            canary: ledger.canary(opened.id).await.unwrap(),
            link: None,
            ledger: ledger.clone(),
        };
        let mut options = options(opened.id, model, params);
        options.limits.window = given.window.unwrap_or(4);
        options.limits.budget = given.budget.and_then(Usd::from_f64);
        options.manner.waits_for_account = given.waits_for_account;
        options.manner.stay = given.stay;
        options.manner.start = Start { at_once: !given.waits_to_start, canary: None };
        options.retry_failed = given.retry_failed;
        let Handle { ended, face } = engine::start(options, deps);
        Self { ended, face: face.unwrap(), events, told: Vec::new(), ledger, _hold: Box::new(opened.hold) }
    }

    /// Lets a little time pass, for the engine as for the world. The runtime is never idle, so that
    /// the clock does not move by itself.
    pub(crate) async fn pass(&mut self) {
        std::thread::sleep(Duration::from_millis(2));
        tokio::time::advance(Duration::from_millis(2)).await;
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        while let Ok(event) = self.events.try_recv() {
            self.told.push(event.what);
        }
    }

    /// Waits until something holds.
    pub(crate) async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < PATIENCE, "never: {what}; {:#?}", self.notices());
            self.pass().await;
        }
    }

    /// Lets so much of the engine's time pass at once, and then what follows from it happen.
    pub(crate) async fn leap(&mut self, time: Duration) {
        tokio::time::advance(time).await;
        for _ in 0..100 {
            self.pass().await;
        }
    }

    pub(crate) async fn ask(&self, command: Command) {
        self.face.commands.send(command).await.unwrap();
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.face.snapshot.borrow().clone()
    }

    pub(crate) fn notices(&self) -> Vec<NoticeKind> {
        let notice = |what: &What| match what {
            What::Notice(notice) | What::Canary(_, notice) => Some(notice.kind),
            _ => None,
        };
        // What is waited for is said beside them, once a minute.
        self.told.iter().filter_map(notice).filter(|kind| *kind != NoticeKind::Waiting).collect()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.is_finished()
    }

    /// Waits for the end of the run.
    pub(crate) async fn end(mut self) -> Summary {
        self.until("the end", Self::has_ended).await;
        let over = if let End::Over(summary) = self.ended.await.unwrap() { Some(summary) } else { None };
        self.ledger.close().await.unwrap();
        over.unwrap()
    }

    /// What kill -9 leaves: whatever is in the ledger by now.
    pub(crate) async fn crash(self) {
        self.ended.abort();
        drop(self.ended.await);
        drop(self.events);
    }
}

/// A line to the sandbox that can be cut.
pub(crate) struct Line {
    pub(crate) at: SocketAddr,
    is_up: Arc<AtomicBool>,
}

impl Line {
    pub(crate) fn to(stage: &Stage) -> Self {
        let sandbox = stage.sandbox.origin().trim_start_matches("http://").to_owned();
        let listener = stage.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let at = listener.local_addr().unwrap();
        let is_up = Arc::new(AtomicBool::new(true));
        let up = is_up.clone();
        stage.runtime.spawn(async move {
            let mut calls = JoinSet::new();
            loop {
                let came = tokio::time::timeout(Duration::from_millis(5), listener.accept()).await;
                if !up.load(Ordering::Relaxed) {
                    // Whoever is on the line is cut off, and whoever comes.
                    calls.abort_all();
                    continue;
                }
                let Ok(Ok((mut near, _))) = came else { continue };
                let sandbox = sandbox.clone();
                calls.spawn(async move {
                    let mut far = TcpStream::connect(sandbox).await.unwrap();
                    drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
                });
            }
        });
        Self { at, is_up }
    }

    pub(crate) fn is_up(&self, is_up: bool) {
        self.is_up.store(is_up, Ordering::Relaxed);
    }
}
