//! What a frame of the dashboard costs. Reported, never asserted in a test.
//!
//! A board carries totals and the rows on the screen, so that a frame of a batch of 100,000 jobs
//! costs what one of a hundred does.

#![expect(clippy::indexing_slicing, reason = "a bench may panic")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use fal_tui::engine::board::{
    BatchFacts, Board, Detail, Elapsed, FilePath, Flow, Lens, LogLine, Money, Page, Phase, PictureFile, Plan, Row,
    RowState, Totals,
};
use fal_tui::job::{BatchId, Group, JobId, Pixels, Status, Timestamp, Usd};
use fal_tui::tui::caps::{Caps, Depth, Images};
use fal_tui::tui::ui::Ui;
use fal_tui::tui::update::{Effect, Msg, update};
use fal_tui::tui::{Theme, view};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

const NOW: Timestamp = Timestamp(1_777_639_301_000);
const CAPS: Caps = Caps {
    dashboard: Ok(()),
    depth: Depth::Rgb,
    unicode: true,
    remote: false,
    images: Images::Halfblocks,
    passthrough: false,
};

fn row(number: usize) -> Row {
    let statuses =
        [Status::InProgress, Status::InQueue, Status::Waiting, Status::Failed, Status::Pending, Status::Done];
    let input = Pixels::new(4032, 3024);
    Row {
        id: JobId::at(number),
        path: format!("holiday/Прибой и море/海辺/IMG_{number:06}.jpg"),
        state: RowState { status: statuses[number % 6], position: Some(3), moved: None, until: Some(NOW) },
        elapsed: Elapsed::Since(Timestamp(NOW.0 - 41_000)),
        attempt: 2,
        input: Some(input),
        output: Some(input.scaled(2.0)),
        cost: Some(Money::Estimated(Usd::from_nanos(4_880_000_000))),
        note: "Two people walking along the water's edge at low tide, a dog running ahead of them.".to_owned(),
    }
}

fn board(jobs: usize, shift: usize, lens: Lens) -> Board {
    let mut totals = Totals::default();
    for group in Group::ALL {
        totals.groups[group as usize] = jobs / Group::ALL.len();
    }
    let height = usize::from(lens.height);
    let rows: Vec<Row> = (0..height).map(|at| row(jobs / 2 + shift + at)).collect();
    let log = |at: usize| LogLine {
        timestamp: "2026-05-01T12:41:09.500Z".to_owned(),
        level: "STDERR".to_owned(),
        message: format!(
            " 35 %|███▌      | {at}/500 [00:14<00:26,  2.01s/it] a line that is longer than the pane is wide, as they are"
        ),
    };
    let detail = Detail {
        id: JobId::at(jobs / 2 + shift),
        path: "holiday/IMG_000001.jpg".to_owned(),
        source: "/home/ada/holiday/IMG_000001.jpg".to_owned(),
        output: None,
        before: PictureFile { path: FilePath("/home/ada/holiday/IMG_000001.jpg".into()), pixels: None },
        after: None,
        request_id: Some("764cabcf-b745-4b3e-ae38-1200304cf45b".to_owned()),
        upload_url: None,
        result_url: None,
        request_url: None,
        caption: None,
        seed: None,
        inference_s: None,
        cost: None,
        photo_bytes: 5_000_000,
        output_bytes: None,
        cause: None,
        stage: None,
        suspicion: None,
        logs: (0..500).map(log).collect(),
        attempts: Vec::new(),
        own: None,
        redo: Vec::new(),
    };
    Board {
        batch: Arc::new(BatchFacts {
            id: BatchId(1),
            from: vec!["photos".to_owned()],
            to: "photos-upscaled".to_owned(),
            output: String::new(),
            endpoint: "fal-ai/flux-vision-upscaler".to_owned(),
            params: Vec::new(),
            factor: Some("×2".to_owned()),
            budget: None,
            sandbox: false,
            log_file: String::new(),
        }),
        phase: Phase::Running,
        totals,
        flow: Flow {
            capped: false,
            began: Some(Timestamp(NOW.0 - 761_000)),
            window: 8,
            recent: vec![3; 16],
            per_minute: Some(14.2),
            eta: Some(Timestamp(NOW.0 + 1_680_000)),
            up: 2_100_000,
            down: 18_400_000,
            ended: None,
        },
        plan: Arc::new(Plan::default()),
        page: Page {
            total: jobs,
            first: jobs / 2 + shift,
            top: jobs / 2 + shift,
            cursor: Some(jobs / 2 + shift),
            rows,
            lens,
            gathering: false,
            ids: None,
            found: None,
        },
        detail: Some(Arc::new(detail)),
        notice: None,
        causes: Vec::new(),
        weighed: None,
    }
}

/// A dashboard that has been answered.
fn ui(jobs: usize, width: u16, height: u16) -> (Ui, Lens) {
    let size = Size { width, height };
    let mut ui = Ui::new(Arc::new(board(jobs, 0, Lens::default())), size, NOW, CAPS, Theme::default());
    let mut lens = Lens::default();
    for _ in 0..2 {
        for effect in update(&mut ui, Msg::Board(Arc::new(board(jobs, 0, lens.clone())))) {
            if let Effect::Send(fal_tui::engine::Command::Look(asked)) = effect {
                lens = asked;
            }
        }
    }
    (ui, lens)
}

fn frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    group.measurement_time(Duration::from_secs(4));
    for (name, jobs, width, height, keys) in [
        ("120x36, 100 jobs", 100, 120, 36, ""),
        ("120x36, 100,000 jobs", 100_000, 120, 36, ""),
        ("120x36, 100,000 jobs, 500 wrapped log lines", 100_000, 120, 36, "w"),
        ("400x100, 1,000,000 jobs", 1_000_000, 400, 100, ""),
    ] {
        let (mut ui, lens) = ui(jobs, width, height);
        for key in keys.chars() {
            let code = crossterm::event::KeyCode::Char(key);
            update(&mut ui, Msg::Key(crossterm::event::KeyEvent::new(code, crossterm::event::KeyModifiers::NONE)));
        }
        let boards = [board(jobs, 0, lens.clone()), board(jobs, 1, lens)].map(Arc::new);
        let mut turn = 0;
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        // Every frame takes in a new board, draws all of it, and finds what changed since the last.
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                turn ^= 1;
                update(&mut ui, Msg::Board(Arc::clone(&boards[turn])));
                let before = buf.clone();
                buf.reset();
                view::render(&ui, &mut buf);
                black_box(before.diff(&buf).len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
