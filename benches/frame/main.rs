//! What a key at the dashboard costs, from the engine's page to the cells that change, by the number of
//! jobs. Reported, never asserted in a test.
//!
//! Each key goes through the dashboard to a real engine and comes back as a snapshot that is drawn. The
//! first part of the table is what the engine takes for the page, however it is filtered and sorted; the
//! second is what the frame takes from there.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench reports, and may panic")]

mod desk;
#[path = "../../tests/common/options.rs"]
mod options;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::KeyCode;
use desk::{Desk, Took};
use fal_tui::engine::snapshot::{LogLine, Snapshot};

/// Jobs in the batch.
const JOBS: [usize; 3] = [100, 100_000, 1_000_000];
/// Keys pressed for each line.
const KEYS: usize = 300;

/// What was measured: lines of the table in their order, and for each number of jobs what each time took.
#[derive(Default)]
struct Report(BTreeMap<&'static str, BTreeMap<usize, Vec<Duration>>>);

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut report = Report::default();
    // Other numbers may be given, for a look at whether it works.
    let asked: Vec<_> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let batches = if asked.is_empty() { JOBS.to_vec() } else { asked };
    for jobs in &batches {
        runtime.block_on(measure(*jobs, &mut report));
    }
    report.print(&batches);
}

async fn measure(jobs: usize, report: &mut Report) {
    let mut desk = Desk::open(jobs, 120, 36).await;
    let mut frames = Vec::new();
    let mut tell = |line: &'static str, took: Vec<Took>| {
        frames.extend(took.iter().map(|took| took.frame));
        report.add(line, jobs, took.into_iter().map(|took| took.page));
    };

    tell("A1 page by status, at its end", walk_up(&mut desk).await);

    // Through every order and around again. The order before was complete and is given up.
    let (mut first, mut meanwhile) = (Vec::new(), Vec::new());
    for _ in 0..18 {
        first.extend(desk.press(KeyCode::Char('s')).await);
        meanwhile.extend(keys_while_gathering(&mut desk, "jjkk").await);
    }
    tell("B1 first page in another order", first);
    tell("B2 page while it is being sorted", meanwhile);

    desk.press_all("sss").await;
    let begun = Instant::now();
    desk.gathered().await;
    let sorted = begun.elapsed();
    tell("A2 page by path, at its end", walk_up(&mut desk).await);
    let mut changed = Vec::new();
    desk.press_all("G").await;
    for nth in 0..KEYS.min(jobs / 10) {
        desk.cancel(nth).await;
        changed.extend(desk.press(KeyCode::Up).await);
    }
    tell("A3 page by path, a job changes", changed);

    let (mut first, mut meanwhile) = (Vec::new(), Vec::new());
    desk.press_all("/").await;
    for key in "dog runningimg_0".chars() {
        first.extend(desk.press(KeyCode::Char(key)).await);
    }
    for _ in 0..6 {
        first.extend(desk.press(KeyCode::Backspace).await);
        desk.gathered().await;
    }
    first.extend(desk.press(KeyCode::Backspace).await);
    desk.press(KeyCode::Enter).await;
    meanwhile.extend(keys_while_gathering(&mut desk, "jjkk").await);
    tell("B3 first page with another filter, by path", first);
    tell("B4 page while it is being filtered, by path", meanwhile);
    tell("A4 page by path and filter, at its end", walk_up(&mut desk).await);

    let (mut first, mut meanwhile) = (Vec::new(), Vec::new());
    desk.press_all("sss").await;
    for _ in 0..10 {
        first.extend(desk.press(KeyCode::Esc).await);
        for key in ['/', 'd', 'o', 'g'] {
            first.extend(desk.press(KeyCode::Char(key)).await);
        }
        desk.press(KeyCode::Enter).await;
        meanwhile.extend(keys_while_gathering(&mut desk, "jjkk").await);
    }
    tell("B5 first page with another filter, by status", first);
    tell("B6 page while it is being filtered, by status", meanwhile);
    tell("A5 page by status and filter, at its end", walk_up(&mut desk).await);

    report.add("C1 frame at 120x36, of all keys above", jobs, frames);
    desk.press_all("1w").await;
    let snapshots = [0, 1].map(|shift| with_logs(&desk.newest(), shift));
    report.add("C2 frame at 120x36, 500 wrapped log lines", jobs, desk.frames(&snapshots, KEYS));
    report.add("D1 all rows sorted by path after (not a frame)", jobs, [sorted]);
    desk.press_all("C").await;
    let sheet = walk_up(&mut desk).await;
    report.add("A6 page of the contact sheet, row by row", jobs, sheet.iter().map(|took| took.page));
    report.add("C4 frame of the contact sheet at 120x36", jobs, sheet.iter().map(|took| took.frame));
    let mut large = Desk::open(jobs, 400, 100).await;
    let took = walk_up(&mut large).await;
    report.add("C3 frame at 400x100", jobs, took.into_iter().map(|took| took.frame));
}

/// From the last row upwards.
async fn walk_up(desk: &mut Desk) -> Vec<Took> {
    desk.gathered().await;
    desk.press_all("G").await;
    let mut took = Vec::new();
    for _ in 0..KEYS {
        took.extend(desk.press(KeyCode::Up).await);
    }
    took
}

/// Moves about for as long as rows are being found.
async fn keys_while_gathering(desk: &mut Desk, keys: &str) -> Vec<Took> {
    let mut took = Vec::new();
    for key in keys.chars().cycle() {
        if !desk.is_gathering() {
            break;
        }
        took.extend(desk.press(KeyCode::Char(key)).await);
    }
    desk.gathered().await;
    took
}

fn with_logs(snapshot: &Arc<Snapshot>, shift: usize) -> Arc<Snapshot> {
    let mut snapshot = (**snapshot).clone();
    let log = |at: usize| LogLine {
        timestamp: "2026-05-01T12:41:09.500Z".to_owned(),
        level: "STDERR".to_owned(),
        message: format!(
            " 35 %|███▌      | {at}/500 [00:14<00:26,  2.01s/it] a line that is longer than the pane is wide, as they are"
        ),
    };
    if let Some(detail) = &mut snapshot.detail {
        Arc::make_mut(detail).logs = (shift..500 + shift).map(log).collect();
    }
    Arc::new(snapshot)
}

impl Report {
    fn add(&mut self, line: &'static str, jobs: usize, took: impl IntoIterator<Item = Duration>) {
        self.0.entry(line).or_default().entry(jobs).or_default().extend(took);
    }

    fn print(self, batches: &[usize]) {
        let heads: Vec<_> = batches.iter().map(|jobs| format!("{jobs:>20} jobs")).collect();
        println!("{:<48}{}", "median and p99, µs", heads.concat());
        for (line, mut by_jobs) in self.0 {
            let cells = batches.iter().map(|jobs| {
                let mut times = by_jobs.remove(jobs).unwrap_or_default();
                times.sort_unstable();
                let at = |share: usize| times.get(times.len() * share / 100).map(Duration::as_micros);
                let cell = |time: Option<u128>| time.map_or("–".to_owned(), |time| time.to_string());
                format!("{:>15}{:>10}", cell(at(50)), cell(at(99)))
            });
            println!("{line:<48}{}", cells.collect::<String>());
        }
    }
}
