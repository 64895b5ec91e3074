//! A person at a dashboard whose engine is a real one. It holds made-up jobs of an earlier run and
//! waits for photos that never come, so that nothing is sent.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use fal_tui::engine::snapshot::Snapshot;
use fal_tui::engine::{self, Command, Deps, FaceEnds, Feed};
use fal_tui::fal::{ApiKey, Fal, Hosts, base_url};
use fal_tui::intake::Arrival;
use fal_tui::job::{
    Cause, CauseKind, Checkpoint, Closed, Cost, EndpointId, FileKind, FilePath, Format, Job, JobId, JobState,
    NamedText, Photo, Pixels, RequestId, Saved, SavedFile, Service, Spent, Suspicion, Timestamp, Usd,
};
use fal_tui::ledger::{BatchKey, Ledger};
use fal_tui::model::{Model, Params};
use fal_tui::output::Captions;
use fal_tui::output::Output;
use fal_tui::picture::{Part, Thumbs};
use fal_tui::tui::caps::{Alert, Caps, Depth, Images, Outside};
use fal_tui::tui::preview::{Ask, print};
use fal_tui::tui::ui::Ui;
use fal_tui::tui::update::{Effect, Msg, update};
use fal_tui::tui::{Theme, view};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::options::options;

const NOW: Timestamp = Timestamp(1_777_639_301_000);
const CAPS: Caps = Caps {
    dashboard: Ok(()),
    depth: Depth::Rgb,
    unicode: true,
    remote: false,
    images: Images::Halfblocks,
    passthrough: false,
    outside: Outside { title: true, progress: true, alert: Alert::SILENT },
};

/// What a key took: until the engine's page was there, and from there until it was drawn.
pub(crate) struct Took {
    pub(crate) page: Duration,
    pub(crate) frame: Duration,
}

pub(crate) struct Desk {
    ui: Ui,
    face: FaceEnds,
    buf: Buffer,
    thumbs: Thumbs,
    _photos: mpsc::Sender<Arrival>,
    _home: (TempDir, Box<dyn std::any::Any>),
}

impl Desk {
    /// A batch of so many jobs, all of them known to the engine.
    pub(crate) async fn open(jobs: usize, width: u16, height: u16) -> Self {
        let home = TempDir::new().unwrap();
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let params = Params::parse(&model, []).unwrap();
        let key = BatchKey {
            roots: Vec::new(),
            output: home.path().join("out"),
            model: model.endpoint.to_string(),
            params: params.canonical(),
            service: Service::Fal,
        };
        let ledger = Ledger::open(&home.path().join("state")).await.unwrap();
        let opened = ledger.open_batch(&key).await.unwrap();
        let nowhere = || base_url("http://127.0.0.1:9").unwrap();
        let hosts = Hosts { queue: nowhere(), rest: nowhere(), api: nowhere() };
        let (photos, found) = mpsc::channel(1);
        let deps = Deps {
            fal: Fal::new(hosts, ApiKey::new("sandbox:key").unwrap()).unwrap(),
            writer: ledger.writer(opened.id),
            ledger,
            output: Output::open(&key.output, Captions::default()).unwrap(),
            known: (0..jobs).map(|at| Box::new(job(at, jobs))).collect(),
            replaced: Vec::new(),
            trials: HashMap::new(),
            spent: Spent::NOTHING,
            earlier: HashSet::new(),
            memory: Arc::default(),
            notes: Vec::new(),
            feed: Feed::Photos(found),
            events: None,
            canary: None,
            link: None,
        };
        let mut options = options(opened.id, model, params);
        options.manner.stay = true;
        let mut face = engine::start(options, deps).face.unwrap();
        let first = face.snapshot.wait_for(|snapshot| snapshot.totals.all() == jobs).await.unwrap().clone();
        let size = Size { width, height };
        let ui = Ui::new(first, size, NOW, CAPS, Theme::default());
        let buf = Buffer::empty(Rect::new(0, 0, width, height));
        let thumbs = Thumbs::new(Some(home.path().join("thumbs")));
        let mut desk = Self { ui, face, buf, thumbs, _photos: photos, _home: (home, Box::new(opened.hold)) };
        let newest = desk.newest();
        desk.take_in(newest).await;
        desk
    }

    /// Presses a key and waits until what it asks of the engine is on the screen. `None` if it asks nothing.
    pub(crate) async fn press(&mut self, code: KeyCode) -> Option<Took> {
        let begun = Instant::now();
        let effects = update(&mut self.ui, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        let snapshot = self.ask(effects).await?;
        let page = begun.elapsed();
        let begun = Instant::now();
        let effects = update(&mut self.ui, Msg::Snapshot(snapshot));
        self.draw();
        let frame = begun.elapsed();
        if let Some(snapshot) = self.ask(effects).await {
            self.take_in(snapshot).await;
        }
        // What the ledger knows of the job under the cursor is read meanwhile: not into the next key.
        tokio::time::sleep(Duration::from_millis(2)).await;
        Some(Took { page, frame })
    }

    pub(crate) async fn press_all(&mut self, keys: &str) {
        for key in keys.chars() {
            self.press(KeyCode::Char(key)).await;
        }
    }

    /// Cancels a job that was not begun, out of those that the engine holds.
    pub(crate) async fn cancel(&self, nth: usize) {
        let id = JobId::at(nth * STATES + PENDING);
        self.face.commands.send(Command::Cancel(vec![id])).await.unwrap();
    }

    /// Whether rows are still being found or sorted.
    pub(crate) fn is_gathering(&self) -> bool {
        self.face.snapshot.borrow().page.gathering
    }

    /// Waits until all rows are found.
    pub(crate) async fn gathered(&mut self) {
        self.face.snapshot.wait_for(|snapshot| !snapshot.page.gathering).await.unwrap();
        let newest = self.newest();
        self.take_in(newest).await;
    }

    pub(crate) fn newest(&self) -> Arc<Snapshot> {
        Arc::clone(&self.face.snapshot.borrow())
    }

    /// Takes in a snapshot and draws all of it, as often as it is asked to: what each time takes.
    pub(crate) fn frames(&mut self, snapshots: &[Arc<Snapshot>], times: usize) -> Vec<Duration> {
        let frame = |snapshot: &Arc<Snapshot>| {
            let begun = Instant::now();
            update(&mut self.ui, Msg::Snapshot(Arc::clone(snapshot)));
            self.draw();
            begun.elapsed()
        };
        snapshots.iter().cycle().take(times).map(frame).collect()
    }

    /// Draws the whole screen, and finds the cells that changed.
    fn draw(&mut self) {
        let before = self.buf.clone();
        self.buf.reset();
        view::render(&self.ui, &mut self.buf);
        std::hint::black_box(before.diff(&self.buf).len());
    }

    async fn take_in(&mut self, snapshot: Arc<Snapshot>) {
        let mut next = Some(snapshot);
        while let Some(snapshot) = next {
            let effects = update(&mut self.ui, Msg::Snapshot(snapshot));
            next = self.ask(effects).await;
        }
    }

    /// Gives the contact sheet the pictures that it wants: of a cat, all of them. The dashboard has them made elsewhere.
    fn pin_up(&mut self, asks: &[Ask]) {
        let cat = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/photos/chelsea.png");
        for ask in asks {
            let of_cat = Ask { file: cat.clone(), part: Part::whole(Pixels::new(451, 300)), ..ask.clone() };
            if let Some(found) = print(&self.thumbs, &of_cat, 1, &|| false) {
                update(&mut self.ui, Msg::Printed(Box::new(ask.clone()), found));
            }
        }
    }

    /// Sends the query that the dashboard asks for, and waits for the snapshot that answers it.
    async fn ask(&mut self, effects: Vec<Effect>) -> Option<Arc<Snapshot>> {
        for effect in &effects {
            if let Effect::Print(asks) = effect {
                self.pin_up(asks);
            }
        }
        let query = effects.into_iter().rev().find_map(|effect| match effect {
            Effect::Send(Command::Look(query)) => Some(query),
            _ => None,
        })?;
        let seq = query.seq;
        self.face.commands.send(Command::Look(query)).await.unwrap();
        Some(self.face.snapshot.wait_for(|snapshot| snapshot.page.query.seq >= seq).await.unwrap().clone())
    }
}

/// Jobs take their states in turn.
const STATES: usize = 8;
/// Whose turn it is to be waiting for its own.
const PENDING: usize = 5;

/// A job of an earlier run. Photos are numbered otherwise than their paths go, as where folders came
/// to a batch one by one.
fn job(at: usize, of: usize) -> Job {
    let n = at * 7919 % of;
    let path: Box<Path> = Path::new(&format!("Прибой/海辺 {:03}/IMG_{n:06}.jpg", n / 1000)).into();
    let pixels = Pixels::new(4032, 3024 - u32::try_from(n % 1000).unwrap());
    let photo = Photo {
        source: Path::new("/home/ada/photos").join(&path).into(),
        path,
        format: Some(Format::Jpeg),
        pixels: Some(pixels),
        bytes: 5_000_000,
        modified: NOW,
        shares_stem: false,
        losses: fal_tui::job::Losses::NONE,
    };
    let took = Duration::from_millis(20_000 + u64::try_from(n % 30_000).unwrap());
    let closed = Closed { at: NOW, took, attempts: 1 };
    let saved = || {
        Box::new(Saved {
            request: RequestId::new("764cabcf-b745-4b3e-ae38-1200304cf45b").unwrap(),
            first: SavedFile {
                role: "image".into(),
                path: FilePath("IMG.png".into()),
                kind: FileKind::Picture { format: Format::Png, pixels: pixels.scaled(2.0) },
                bytes: 60_000_000,
            },
            further: [].into(),
            seed: Some(7),
            texts: [NamedText {
                role: "caption".into(),
                text: "Two people walking along the water's edge at low tide, a dog running ahead of them.".into(),
            }]
            .into(),
            inference_s: Some(31.4),
            cost: Usd::from_f64(4.88).map(Cost::Known),
            content: None,
            same_as: None,
        })
    };
    let state = match at % STATES {
        6 => {
            let kind = if n.is_multiple_of(3) { CauseKind::Runner } else { CauseKind::ImageTooLarge };
            let cause = Box::new(Cause::new(kind, "at most 64 megapixels"));
            JobState::Failed { closed, cause, stop: None, checkpoint: Box::new(Checkpoint::Nothing) }
        }
        7 => JobState::Review(closed, saved(), Suspicion("black result (safety check?)".into())),
        4 | PENDING => JobState::Pending,
        _ => JobState::Done(closed, saved()),
    };
    Job { id: JobId::at(at), photo, state, own: None, opinion: None }
}
