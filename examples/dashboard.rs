//! The dashboard on a made-up batch: to look at it, to write a theme, to try a terminal.
//!
//! `cargo run --example dashboard -- [scene=plan|run|locked|done] [jobs=N] [speed=X] [theme=NAME|FILE]
//! [panic=ui|engine] [ascii] [mouse]`
//!
//! Nothing is read, sent or paid for. The engine is an actor of a hundred lines that moves jobs
//! through their states by chance and answers the dashboard's lens as the real one does. It publishes
//! ten times a second whether anything changed or not: the dashboard has to keep still by itself.

#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "a toy with small numbers"
)]

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use fal_tui::engine::board::{
    BatchFacts, Board, Cursor, Detail, Elapsed, FilePath, Flow, Lens, LogLine, Money, Notice, NoticeKind, Order, Page,
    PastAttempt, Phase, PictureFile, Plan, Row, RowState, SkippedFile, Tab, Totals,
};
use fal_tui::engine::{Command, Leave};
use fal_tui::job::{
    BatchId, Cause, CauseKind, Group, JobId, Pixels, PriceSource, Stage, Status, Timestamp, Unit, UnitPrice, Usd,
};
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
    let (to_face, board) = watch::channel(Arc::new(fake.board()));
    let (commands, from_face) = mpsc::channel(64);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.spawn(async move { fake.run(to_face, from_face).await });
    let panics = option("panic").unwrap_or_default().to_owned();
    let options = Options {
        caps,
        theme,
        keys: KeyMap::default(),
        fps: caps.default_fps(),
        mouse: args.iter().any(|arg| arg == "mouse"),
    };
    if panics == "engine" {
        runtime.spawn(async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            panic!("as asked: in a task of the engine")
        });
    }
    let left = runtime.block_on(async {
        tokio::select! {
            left = tui::run(board, commands, options) => left,
            () = tokio::time::sleep(Duration::from_millis(700)), if panics == "ui" => panic!("as asked: on the main thread"),
        }
    })?;
    if left == tui::Left::HungUp {
        std::process::exit(129);
    }
    writeln!(std::io::stdout(), "left: {left:?}")?;
    Ok(())
}

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
    lens: Lens,
    page: Page,
    walked: usize,
    notice: Option<Notice>,
    cap: Option<Usd>,
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
            lens: Lens::default(),
            page: Page::default(),
            walked: if scene == "plan" { 0 } else { count },
            notice: None,
            cap: (scene == "plan" || scene == "locked").then(|| Usd::from_nanos(500_000_000_000)),
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
            cost: price().estimate(output).map(Money::Estimated),
            note: String::new(),
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

    async fn run(&mut self, face: watch::Sender<Arc<Board>>, mut commands: mpsc::Receiver<Command>) {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    None => return,
                    Some(Command::Quit { leave: how, .. }) => {
                        self.phase = Phase::Leaving;
                        face.send_replace(Arc::new(self.board()));
                        let wait = if how == Leave::CancelQueued { 900 } else { 400 };
                        tokio::time::sleep(Duration::from_millis(wait)).await;
                        return;
                    }
                    Some(command) => {
                        self.obey(command);
                        face.send_replace(Arc::new(self.board()));
                    }
                },
                _ = tick.tick() => {
                    self.step();
                    face.send_replace(Arc::new(self.board()));
                }
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Start => self.start(),
            Command::Look(lens) => self.lens = lens,
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
            Command::Redo { job, .. } => self.reopen(job.index()),
            Command::Pause => self.phase = Phase::Paused("by you".to_owned()),
            Command::Resume => (self.phase, self.notice) = (Phase::Running, None),
            Command::Window(by) => self.window = self.window.saturating_add_signed(by as i16).clamp(1, 256),
            Command::Budget(cap) => self.cap = cap,
            Command::Quit { .. } | Command::Param { .. } | Command::LeaveOut { .. } | Command::PriceLimit(_) => {}
        }
    }

    fn reopen(&mut self, at: usize) {
        self.jobs[at].row.state.status = Status::Waiting;
        self.jobs[at].row.state.until = Some(now());
        self.jobs[at].due = now();
        (self.phase, self.ended) = (Phase::Running, None);
    }

    /// Moves whatever is due.
    fn step(&mut self) {
        if self.phase == Phase::Planning && self.walked < self.jobs.len() {
            self.walked = (self.walked + 37).min(self.jobs.len());
        }
        if matches!(self.phase, Phase::Planning | Phase::Leaving | Phase::Finished) {
            return;
        }
        let active = self.jobs.iter().filter(|job| job.row.state.status.group() == Group::Active).count();
        let mut free = usize::from(self.window).saturating_sub(active);
        for at in 0..self.jobs.len() {
            let status = self.jobs[at].row.state.status;
            match status.group() {
                Group::Active | Group::Waiting => self.advance(at),
                Group::Pending if free > 0 && self.phase == Phase::Running => {
                    free -= 1;
                    self.advance(at);
                }
                _ => {}
            }
        }
        let left = self
            .jobs
            .iter()
            .any(|job| matches!(job.row.state.status.group(), Group::Active | Group::Waiting | Group::Pending));
        if !left && self.ended.is_none() {
            (self.phase, self.ended) = (Phase::Finished, Some(now()));
        }
    }

    fn advance(&mut self, at: usize) {
        let when = now();
        let luck = self.chance(1000);
        let speed = self.speed;
        let job = &mut self.jobs[at];
        let in_s = |seconds: f64| when.plus(Duration::from_secs_f64(seconds / speed));
        let state = &mut job.row.state;
        if state.status == Status::InProgress && luck < 60 {
            let done = 1 + job.logs.len() * 2;
            let bar = "█".repeat(done.min(20) / 2);
            let message = format!(
                "{:3} %|{bar:10}| {done}/20 [00:{done:02}<00:{:02}, 2.01s/it]",
                done * 5,
                20_usize.saturating_sub(done)
            );
            job.logs.push(LogLine {
                timestamp: jiff::Timestamp::now().to_string(),
                level: "STDERR".to_owned(),
                message,
            });
            job.row.note = format!("{done}/20 steps");
        }
        if let Some((moved, Some(all))) = &mut state.moved {
            *moved = (*moved + *all / 9).min(*all);
        }
        if job.due > when {
            return;
        }
        match state.status {
            Status::Pending | Status::Waiting => {
                if state.status == Status::Pending {
                    job.began = when;
                }
                *state = RowState {
                    status: Status::Uploading,
                    position: None,
                    moved: Some((0, Some(4_200_000))),
                    until: None,
                };
                job.row.attempt += 1;
                job.row.elapsed = Elapsed::Since(job.began);
                job.row.note.clear();
                job.due = in_s(1.2);
            }
            Status::Uploading => {
                (state.status, state.moved, state.position) = (Status::InQueue, None, Some(luck as u32 % 9));
                job.due = in_s(1.0 + luck as f64 / 300.0);
            }
            Status::InQueue => {
                (state.status, state.position) = (Status::InProgress, None);
                let message = format!("loading {}", job.row.path);
                job.logs =
                    vec![LogLine { timestamp: jiff::Timestamp::now().to_string(), level: "INFO".to_owned(), message }];
                job.due = in_s(3.0 + luck as f64 / 150.0);
            }
            Status::InProgress if luck < 60 && job.row.attempt < 3 => {
                let cause = Cause { kind: CauseKind::Runner, http: Some(503), message: "runner disconnected".into() };
                job.row.note = cause.to_string();
                job.attempts.push(PastAttempt { attempt: job.row.attempt, at: when, stage: Stage::Follow, cause });
                job.due = in_s(9.0);
                (state.status, state.until) = (Status::Waiting, Some(job.due));
            }
            Status::InProgress if luck > 980 => self.end(at, Status::Failed),
            Status::InProgress if luck > 965 => self.end(at, Status::Review),
            Status::InProgress => {
                (state.status, state.moved) = (Status::Saving, Some((0, Some(18_000_000))));
                job.due = in_s(1.0);
            }
            _ => self.end(at, Status::Done),
        }
    }

    fn board(&mut self) -> Board {
        self.page = self.turn_page();
        let mut totals = Totals::default();
        for job in self.jobs.iter().take(self.walked) {
            let status = job.row.state.status;
            totals.groups[status.group() as usize] += 1;
            if matches!(status, Status::InQueue | Status::InProgress | Status::Submitting) {
                totals.in_flight += 1;
            }
            match (status.group(), job.row.cost) {
                (Group::Done | Group::Review, Some(Money::Billed(usd) | Money::Estimated(usd))) => totals.spent += usd,
                (Group::Pending, Some(Money::Estimated(usd))) => totals.planned += usd,
                (Group::Active, Some(Money::Estimated(usd))) => totals.reserved += usd,
                _ => {}
            }
        }
        let recent = |back: i64| self.finished.iter().filter(|at| (now().0 - at.0) / 5000 == back).count() as u16;
        let minute = self.finished.iter().filter(|at| now().0 - at.0 < 60_000).count() as f64;
        let left = totals.of(Group::Pending) + totals.of(Group::Active);
        let flow = Flow {
            began: self.began,
            ended: self.ended,
            window: self.window,
            recent: (0..12).rev().map(recent).collect(),
            per_minute: (minute > 0.0).then_some(minute),
            eta: (minute > 0.0).then(|| now().plus(Duration::from_secs_f64(left as f64 / minute * 60.0))),
            up: if self.phase == Phase::Running { 2_100_000 + now().0.unsigned_abs() / 1000 % 5 * 90_000 } else { 0 },
            down: if self.phase == Phase::Running {
                18_400_000 + now().0.unsigned_abs() / 1000 % 7 * 90_000
            } else {
                0
            },
        };
        let detail = self.lens.detail.then(|| self.detail()).flatten().map(Arc::new);
        Board {
            batch: Arc::new(self.facts()),
            phase: self.phase.clone(),
            plan: Arc::new(self.plan(totals.planned)),
            totals,
            flow,
            page: self.page.clone(),
            detail,
            notice: self.notice.clone(),
            causes: Vec::new(),
        }
    }

    fn facts(&self) -> BatchFacts {
        let params = [
            ("upscale_factor", "2"),
            ("creativity", "0.3"),
            ("guidance", "1"),
            ("steps", "20"),
            ("enable_safety_checker", "true"),
        ];
        BatchFacts {
            id: BatchId(1),
            from: vec!["photos".to_owned()],
            to: "photos-upscaled".to_owned(),
            endpoint: "fal-ai/flux-vision-upscaler".to_owned(),
            params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            factor: Some("×2".to_owned()),
            budget: self.cap,
            sandbox: self.cap.is_none(),
            log_file: "~/.local/state/fal-tui/fal-tui.log".to_owned(),
        }
    }

    fn plan(&self, estimate: Usd) -> Plan {
        let photos = &self.jobs[..self.walked];
        let px =
            |size: fn(&Row) -> Option<Pixels>| photos.iter().filter_map(|job| size(&job.row)).map(Pixels::count).sum();
        let mut dearest: Vec<_> = photos
            .iter()
            .filter_map(|job| match job.row.cost {
                Some(Money::Estimated(usd)) => Some((job.row.path.clone(), usd)),
                _ => None,
            })
            .collect();
        dearest.sort_by_key(|(_, usd)| std::cmp::Reverse(*usd));
        dearest.truncate(10);
        let skipped = |path: &str, reason: &str| SkippedFile { path: path.to_owned(), reason: reason.to_owned() };
        Plan {
            walking: self.walked < self.jobs.len(),
            photos: photos.len(),
            done_before: 0,
            at_fal: 0,
            failed_before: 0,
            skipped: 3,
            skipped_by_reason: vec![
                ("not a picture that fal takes".to_owned(), 2),
                ("cannot be read: permission denied".to_owned(), 1),
            ],
            skipped_files: vec![
                skipped("notes.txt", "not a picture that fal takes"),
                skipped("beach/clip.mov", "not a picture that fal takes"),
                skipped("private", "cannot be read: permission denied"),
            ],
            input_px: px(|row| row.input),
            output_px: px(|row| row.output),
            price: Some(price()),
            estimate: Some(estimate),
            dearest,
            ..Plan::default()
        }
    }

    /// The rows that the lens asks for, in the way that the engine finds them.
    fn turn_page(&self) -> Page {
        let lens = self.lens.clone();
        let text = lens.text.to_lowercase();
        let status = |at: &usize| self.jobs[*at].row.state.status;
        let mut places: Vec<usize> = (0..self.walked)
            .filter(|at| match lens.tab {
                Tab::All => true,
                Tab::Only(group) => status(at).group() == group,
            })
            .filter(|at| {
                let row = &self.jobs[*at].row;
                text.is_empty() || row.path.to_lowercase().contains(&text) || row.note.to_lowercase().contains(&text)
            })
            .collect();
        if lens.order == Order::Status {
            places.sort_by_key(|at| {
                let group = status(at).group();
                (group, if group == Group::Done { usize::MAX - at } else { *at })
            });
        }
        let last = places.len().saturating_sub(1);
        let was = self.page.cursor.unwrap_or_default();
        let cursor = match lens.cursor {
            Cursor::Job(id) => places.iter().position(|at| *at == id.index()).unwrap_or(was.min(last)),
            Cursor::Place(place) => place.min(last),
            Cursor::First => 0,
            Cursor::Last => last,
        };
        let height = usize::from(lens.height).max(1);
        let most = places.len().saturating_sub(height);
        let first = self.page.first.clamp((cursor + 1).saturating_sub(height), cursor).min(most);
        let rows = places.iter().skip(first).take(height).map(|at| self.jobs[*at].row.clone()).collect();
        Page {
            lens,
            total: places.len(),
            first,
            rows,
            cursor: (!places.is_empty()).then_some(cursor),
            gathering: false,
        }
    }

    fn detail(&self) -> Option<Detail> {
        let row = self.page.current()?;
        let job = &self.jobs[row.id.index()];
        let status = row.state.status;
        let done = matches!(status, Status::Done | Status::Review);
        let sent = row.attempt > 0 && status != Status::Uploading;
        let id = format!("764cabcf-b745-4b3e-ae38-{:012x}", row.id.number());
        Some(Detail {
            id: row.id,
            path: row.path.clone(),
            source: format!("/home/ada/photos/{}", row.path),
            output: done.then(|| format!("/home/ada/photos-upscaled/{}", row.path.replace(".jpg", ".png"))),
            before: PictureFile { path: FilePath(format!("/home/ada/photos/{}", row.path).into()), pixels: row.input },
            after: done.then(|| PictureFile {
                path: FilePath(format!("/home/ada/photos-upscaled/{}", row.path.replace(".jpg", ".png")).into()),
                pixels: row.output,
            }),
            request_url: sent.then(|| format!("https://queue.fal.run/fal-ai/flux-vision-upscaler/requests/{id}")),
            request_id: sent.then_some(id),
            upload_url: sent.then(|| format!("https://v3.fal.media/files/rabbit/{:x}.jpg", row.id.number() * 7919)),
            caption: done.then(|| job.caption.clone()),
            seed: done.then_some(1_815_072_613),
            inference_s: done.then_some(31.4),
            cause: (status == Status::Failed).then(|| Cause {
                kind: CauseKind::ImageTooLarge,
                http: Some(422),
                message: "image too large: at most 64 megapixels".into(),
            }),
            stage: (status == Status::Failed).then_some(Stage::Follow),
            suspicion: (status == Status::Review).then(|| "black result (safety check?)".to_owned()),
            logs: job.logs.clone(),
            attempts: job.attempts.clone(),
            own: None,
            redo: Vec::new(),
        })
    }
}

fn price() -> UnitPrice {
    UnitPrice { usd: Usd::from_nanos(100_000_000), unit: Unit::Megapixel, source: PriceSource::Live }
}
