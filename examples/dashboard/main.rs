//! The dashboard on a made-up batch: to look at it, to write a theme, to try a terminal.
//!
//! `cargo run --example dashboard -- [scene=plan|run|locked|done] [jobs=N] [speed=X] [theme=NAME|FILE]
//! [panic=ui|engine] [ascii] [mouse]`
//!
//! Nothing is read, sent or paid for. The engine is an actor of a hundred lines that moves jobs
//! through their states by chance and answers the dashboard's query as the real one does. It publishes
//! ten times a second whether anything changed or not: the dashboard has to keep still by itself.

#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "a toy with small numbers"
)]

mod life;
mod show;
#[expect(dead_code, clippy::unwrap_used, reason = "the tests' values, of which some are wanted here")]
#[path = "../../src/tui/fixtures/values/mod.rs"]
mod values;

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fal_tui::engine::snapshot::{
    ActionPreview, Elapsed, LogLine, Money, Notice, NoticeKind, Page, PastAttempt, Phase, Query, Row, RowState,
    Snapshot,
};
use fal_tui::engine::{self, Command, Leave};
use fal_tui::job::{self, JobId, Pixels, Status, Timestamp, Usd};
use fal_tui::model;
use fal_tui::tui::keys::KeyMap;
use fal_tui::tui::{self, Options, Theme, caps};
use tokio::sync::{mpsc, watch};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| args.iter().find_map(|arg| arg.strip_prefix(&format!("{name}=")));
    let env = |name: &str| std::env::var(name).ok();
    let flags = caps::Flags { ascii: args.iter().any(|arg| arg == "ascii"), ..caps::Flags::default() };
    let caps = caps::detect(&env, flags, caps::Tty::of_process());
    caps.dashboard?;
    let theme = Theme::load(option("theme").unwrap_or("terminal"), None)?;

    let jobs = option("jobs").map_or(Ok(1204), str::parse)?;
    let speed = option("speed").map_or(Ok(1.0), str::parse)?;
    let mut fake = Fake::new(jobs, speed, option("scene").unwrap_or("plan"));
    let (to_face, snapshot) = watch::channel(Arc::new(fake.snapshot()));
    let (commands, from_face) = mpsc::channel(64);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.spawn(async move { fake.run(to_face, from_face).await });
    // Nobody finds models here.
    let (ask, _asked) = watch::channel(tui::Search::default());
    let (_found, found) = mpsc::channel(1);
    let models = tui::Models { ask, found };
    let panics = option("panic").unwrap_or_default().to_owned();
    let options = Options {
        editor: None,
        review: false,
        attached: None,
        caps,
        theme,
        themes: Theme::all(None).into_iter().filter_map(|(_, theme)| theme.ok()).collect(),
        keys: KeyMap::default(),
        fps: caps.default_fps(),
        mouse: args.iter().any(|arg| arg == "mouse"),
        thumbs: Arc::new(fal_tui::picture::Thumbs::new(None)),
    };
    if panics == "engine" {
        runtime.spawn(async {
            let task = tokio::spawn(async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                panic!("as asked: in a task of the engine")
            });
            PANICKED.store(task.await.is_err(), Ordering::Relaxed);
        });
    }
    let left = runtime.block_on(async {
        tokio::select! {
            left = tui::run(snapshot, commands, models, options) => left,
            () = tokio::time::sleep(Duration::from_millis(700)), if panics == "ui" => panic!("as asked: on the main thread"),
        }
    })?;
    if left == tui::Left::HungUp {
        std::process::exit(129);
    }
    writeln!(std::io::stdout(), "left: {left:?}")?;
    Ok(())
}

/// Whether a task of the made-up engine has panicked; it says so.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// A job of the made-up batch.
struct Job {
    row: Row,
    caption: String,
    began: Timestamp,
    due: Timestamp,
    logs: Vec<LogLine>,
    attempts: Vec<PastAttempt>,
}

/// The made-up engine.
struct Fake {
    jobs: Vec<Job>,
    speed: f64,
    phase: Phase,
    window: u16,
    began: Option<Timestamp>,
    ended: Option<Timestamp>,
    finished: Vec<Timestamp>,
    query: Query,
    page: Page,
    walked: usize,
    notice: Option<Notice>,
    cap: Option<Usd>,
    action_preview: Option<ActionPreview>,
    seed: u64,
}

const PLACES: [&str; 6] = ["beach", "mountains/summit day", "海辺", "Прибой", "city/night", "family/2019"];
const SEEN: [&str; 4] = [
    "A wide sandy beach at low tide with two people walking along the water's edge under a pale evening sky.",
    "A snow-covered summit ridge against a deep blue sky; a climber in a red jacket stands at the left, roped to another who is out of sight.",
    "A narrow street at night, wet cobblestones reflecting the neon signs of small restaurants on either side.",
    "Three children on a wooden swing in a garden, motion blur on the one in the middle, a dog watching them.",
];

fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

impl Fake {
    fn new(count: usize, speed: f64, scene: &str) -> Self {
        let mut fake = Self {
            jobs: Vec::new(),
            speed,
            phase: Phase::Planning,
            window: 8,
            began: None,
            ended: None,
            finished: Vec::new(),
            query: Query::default(),
            page: Page::default(),
            walked: if scene == "plan" { 0 } else { count },
            notice: None,
            cap: (scene == "plan" || scene == "locked").then(|| Usd::from_nanos(500_000_000_000)),
            action_preview: None,
            seed: 7,
        };
        fake.jobs = (0..count).map(|at| fake.job(at)).collect();
        if scene != "plan" {
            fake.start();
            let done = if scene == "done" { count } else { count / 3 };
            for at in 0..done {
                let outcome = match fake.chance(100) {
                    0..=1 => Status::Failed,
                    2 => Status::Review,
                    _ => Status::Done,
                };
                fake.end(at, outcome);
            }
        }
        if scene == "locked" {
            fake.phase = Phase::Paused("account locked".to_owned());
            fake.notice = Some(Notice {
                kind: NoticeKind::AccountLocked,
                message:
                    "fal says that the account is locked: balance used up. No more photos are begun; 8 at fal run on."
                        .to_owned(),
                action: "Top up at fal.ai/dashboard/billing, then p goes on.".to_owned(),
            });
        }
        fake
    }

    fn chance(&mut self, of: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % of
    }

    fn job(&mut self, at: usize) -> Job {
        let place = PLACES[self.chance(6) as usize];
        let pixels = match self.chance(4) {
            0 => Pixels::new(1920, 1280),
            1 => Pixels::new(6000, 4000),
            _ => Pixels::new(4032, 3024),
        };
        let output = pixels.scaled(2.0);
        let row = Row {
            id: JobId::at(at),
            path: format!("{place}/IMG_{:04}.jpg", at + 1),
            state: RowState { status: Status::Pending, position: None, moved: None, until: None },
            elapsed: Elapsed::None,
            attempt: 0,
            input: Some(pixels),
            output: Some(output),
            cost: values::price().estimate(fal_tui::model::Work::one(Some(output))).map(Money::Estimated),
            note: String::new(),
            progress: None,
            losses: fal_tui::job::Losses::NONE,
            choice: None,
            picture: None,
            judged: fal_tui::engine::snapshot::Judged::default(),
        };
        let caption = SEEN[self.chance(4) as usize].to_owned();
        Job { row, caption, began: Timestamp(0), due: Timestamp(0), logs: Vec::new(), attempts: Vec::new() }
    }

    fn start(&mut self) {
        self.walked = self.jobs.len();
        self.phase = Phase::Running;
        self.began = Some(now());
    }

    fn end(&mut self, at: usize, status: Status) {
        let when = now();
        let job = &mut self.jobs[at];
        let took = if job.began == Timestamp(0) { Duration::from_secs(52) } else { when.since(job.began) };
        job.row.state = RowState { status, position: None, moved: None, until: None };
        job.row.elapsed = Elapsed::Took(took);
        job.row.attempt = job.row.attempt.max(1);
        match status {
            Status::Done => job.row.note.clone_from(&job.caption),
            Status::Review => "black result (safety check?)".clone_into(&mut job.row.note),
            Status::Failed => "422 image too large: at most 64 megapixels".clone_into(&mut job.row.note),
            _ => job.row.note.clear(),
        }
        if status == Status::Failed {
            job.row.cost = None;
        } else if let Some(Money::Estimated(usd)) = job.row.cost {
            job.row.cost = Some(Money::Billed(usd));
        }
        self.finished.push(when);
    }

    async fn run(&mut self, face: watch::Sender<Arc<Snapshot>>, mut commands: mpsc::Receiver<Command>) {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    None => return,
                    Some(Command::Quit { leave: how, .. }) => {
                        self.phase = Phase::Leaving;
                        face.send_replace(Arc::new(self.snapshot()));
                        let wait = if how == Leave::CancelQueued { 900 } else { 400 };
                        tokio::time::sleep(Duration::from_millis(wait)).await;
                        return;
                    }
                    Some(command) => {
                        self.obey(command);
                        face.send_replace(Arc::new(self.snapshot()));
                    }
                },
                _ = tick.tick() => {
                    self.step();
                    face.send_replace(Arc::new(self.snapshot()));
                }
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Start => self.start(),
            Command::Look(query) => self.query = query,
            Command::PreviewAction { seq, jobs } => self.weigh(seq, &jobs),
            Command::Retry(ids) => ids.iter().for_each(|id| self.reopen(id.index())),
            Command::RetryFailed { .. } => {
                let failed = |job: &Job| job.row.state.status == Status::Failed;
                let all: Vec<_> =
                    self.jobs.iter().enumerate().filter(|(_, job)| failed(job)).map(|(at, _)| at).collect();
                for at in all {
                    self.reopen(at);
                }
            }
            Command::Cancel(ids) => ids.iter().for_each(|id| self.end(id.index(), Status::Cancelled)),
            Command::Accept(ids) => ids.iter().for_each(|id| self.end(id.index(), Status::Done)),
            Command::Reject(ids) => ids.iter().for_each(|id| self.end(id.index(), Status::Review)),
            Command::Rate(ids, stars) => {
                for id in ids {
                    self.jobs[id.index()].row.judged.stars = stars;
                }
            }
            Command::Caption { job, text } => self.jobs[job.index()].caption = text,
            Command::Redo { job, .. } => self.reopen(job.index()),
            Command::Pause => self.phase = Phase::Paused("by you".to_owned()),
            Command::Resume => (self.phase, self.notice) = (Phase::Running, None),
            Command::Window(by) => self.window = self.window.saturating_add_signed(by as i16).clamp(1, 256),
            Command::Budget(cap) => self.cap = cap,
            Command::Quit { .. }
            | Command::Param { .. }
            | Command::LeaveOut { .. }
            | Command::PriceLimit(_)
            | Command::PreviewRedo { .. }
            | Command::TakeModel(_)
            | Command::Compare { .. }
            | Command::TrustPrice
            | Command::Canary(_)
            | Command::BackToPlan
            | Command::CountGroups { .. }
            | Command::JudgeGroup { .. }
            | Command::Undo => {}
        }
    }

    fn reopen(&mut self, at: usize) {
        self.jobs[at].row.state.status = Status::Waiting;
        self.jobs[at].row.state.until = Some(now());
        self.jobs[at].due = now();
        (self.phase, self.ended) = (Phase::Running, None);
    }
}
