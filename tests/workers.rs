//! One batch on many workers, through the built program and a PostgreSQL server: handed over, worked off by several
//! processes under one cap and one window, killed at random, cut off.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test may panic, and tell what it skips"
)]

mod common;
#[path = "common/line.rs"]
mod line;
#[path = "common/postgres.rs"]
mod postgres;

use std::process::{Command, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use common::{Run, Stage, fast, pictures_in, run};
use fal_tui::sandbox::Options;
use line::Line;
use postgres::Server;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const PHOTOS: u32 = 24;

/// A folder of photos, and a service that takes its time.
fn stage() -> Stage {
    let stage = Stage::with(Options { latency: Duration::from_millis(400), runners: 4, ..fast() });
    stage.small_photos(PHOTOS);
    stage
}

/// Hands the folder to workers; what was said.
fn enqueue(stage: &Stage, ledger: &str, flags: &[&str]) -> Run {
    let mut command = stage.command(&["plan", "--enqueue", "-c", "4"]);
    run(command.args(flags).arg(stage.photos()).env("FAL_TUI_LEDGER", ledger))
}

/// A worker on another machine, as far as it can tell; what it says is read as it comes.
struct Worker {
    pid: Pid,
    run: JoinHandle<Run>,
}

fn work(stage: &Stage, ledger: &str) -> Worker {
    let elsewhere = stage.dir.path().join(format!("state-{}", fastrand::u32(..)));
    let mut command = stage.command(&["work", "1", "--json", "--state-dir", elsewhere.to_str().unwrap()]);
    command.env("FAL_TUI_LEDGER", ledger).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let pid = Pid::from_child(&child);
    Worker { pid, run: spawn(move || Run::of(child)) }
}

impl Worker {
    fn say(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }
}

fn end(worker: Worker) -> Run {
    worker.run.join().unwrap()
}

/// How many photos a worker finished itself.
fn done_by(run: &Run) -> usize {
    let is_done = |event: &&Value| event["event"] == "job" && event["state"] == "DONE";
    run.events().iter().filter(is_done).count()
}

/// Whether all that was accepted was paid once, and is there.
fn assert_whole(stage: &Stage, server: &Server, place: &str, photos: u32) {
    let stats = stage.stats();
    assert_eq!((&stats["most_accepted_of_one_input"], &stats["accepted"]), (&1.into(), &photos.into()), "{stats:#}");
    let statuses = server.ask(place, "SELECT DISTINCT status FROM jobs");
    assert_eq!(statuses, "DONE");
    assert_eq!(pictures_in(&stage.output()), photos as usize);
    let held = server.ask(place, "SELECT count(*) FROM holds");
    assert_eq!(held, "0", "nothing is held any more");
}

#[test]
fn several_work_off_one_batch_and_the_last_writes_its_records() {
    let Some(server) = Server::shared() else { return };
    let (stage, place) = (stage(), server.new_place());
    let ledger = server.url(&place);
    let handed = enqueue(&stage, &ledger, &["--yes"]);
    assert!(
        handed.assert_status(0).stdout.contains("batch 1 waits for workers: 24 photos, 4 at fal at once"),
        "{}",
        handed.stdout
    );
    assert_eq!(stage.stats()["accepted"], 0, "nothing is sent by that");

    let workers: Vec<_> = (0..3).map(|_| work(&stage, &ledger)).collect();
    let ended: Vec<_> = workers.into_iter().map(end).collect();
    for worker in &ended {
        worker.assert_status(0);
    }
    assert_whole(&stage, server, &place, PHOTOS);
    let shares: Vec<_> = ended.iter().map(done_by).collect();
    assert_eq!(shares.iter().sum::<usize>(), PHOTOS as usize, "{shares:?}");
    assert!(shares.iter().filter(|share| **share > 0).count() > 1, "{shares:?}");
    let most = stage.stats()["queue"]["most_in_flight"].as_u64().unwrap();
    assert!(most <= 8, "the window is all workers', but for the first second: {most}");
    let records = std::fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    assert_eq!(records.lines().count(), PHOTOS as usize);
    // Who comes late finds nothing to do.
    end(work(&stage, &ledger)).assert_status(0);
}

#[test]
fn the_cap_is_all_workers_and_is_never_passed() {
    let Some(server) = Server::shared() else { return };
    let (stage, place) =
        (Stage::with(Options { latency: Duration::from_millis(400), runners: 4, ..fast() }), server.new_place());
    let (ledger, photos) = (server.url(&place), 12);
    // Each costs $0.08, and may be billed as $0.10.
    stage.dear_photos(photos);
    let refused = enqueue(&stage, &ledger, &[]);
    assert!(refused.assert_status(2).stderr.contains("--budget"), "{}", refused.stderr);
    enqueue(&stage, &ledger, &["--budget", "0.50"]).assert_status(0);
    let workers: Vec<_> = (0..3).map(|_| work(&stage, &ledger)).collect();
    for worker in workers.into_iter().map(end) {
        assert_eq!(worker.status, 4, "{}\n{}", worker.stdout, worker.stderr);
        assert!(worker.events().iter().any(|event| event["kind"] == "budget_reached"), "{}", worker.stdout);
    }
    let money = server.ask(&place, "SELECT used_nanos, cap_nanos, (SELECT count(*) FROM holds) FROM batches");
    assert_eq!(money, "480000000|500000000|0", "with a seventh $0.58 might have been billed");
    assert_eq!(stage.stats()["accepted"], 6);

    // A higher one lets the rest through.
    enqueue(&stage, &ledger, &["--budget", "5"]).assert_status(0);
    end(work(&stage, &ledger)).assert_status(0);
    assert_whole(&stage, server, &place, photos.into());
}

#[test]
fn killed_at_random_and_with_a_server_that_comes_back_each_photo_is_paid_once() {
    let Some(server) = Server::start() else { return };
    let (stage, place) = (stage(), server.new_place());
    let ledger = server.url(&place);
    enqueue(&stage, &ledger, &["--budget", "1000"]).assert_status(0);
    let mut workers: Vec<_> = (0..3).map(|_| work(&stage, &ledger)).collect();
    for kills in 1..=5_u64 {
        // Who is only just beginning would say that there is no server, and end.
        while server.ask(&place, "SELECT count(*) FROM workers") != (kills + 2).to_string() {
            sleep(Duration::from_millis(20));
        }
        stage.until("some more are accepted", |stats| stats["accepted"].as_u64() >= Some(3 * kills));
        if kills == 3 {
            server.say("crash");
            server.say("start");
        }
        let killed = workers.remove(fastrand::usize(..workers.len()));
        killed.say(Signal::KILL);
        end(killed);
        workers.push(work(&stage, &ledger));
    }
    for worker in workers {
        end(worker).assert_status(0);
    }
    assert_whole(&stage, &server, &place, PHOTOS);
}

#[test]
fn one_that_is_cut_off_sends_nothing_more_and_the_others_take_its_jobs_up() {
    let Some(server) = Server::shared() else { return };
    let (stage, place) = (stage(), server.new_place());
    let (ledger, line) = (server.url(&place), Line::to(server.socket()));
    enqueue(&stage, &ledger, &["--yes"]).assert_status(0);
    let first = work(&stage, &Server::url_at(&line.address().to_string(), &place));
    stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(6));
    line.cut();
    server.ask(&place, "UPDATE workers SET until_ms = 0");
    let second = end(work(&stage, &ledger));
    assert!(matches!(second.status, 0 | 1), "{}\n{}", second.stdout, second.stderr);
    line.mend();
    let first = end(first);
    assert!(first.stderr.contains("taken over by another process") && first.status != 0, "{}", first.stderr);
    // An intent that was recorded as the line was cut may have been sent: it is looked for, and not sent again.
    let open = server
        .ask(&place, "SELECT job, status, cause_message, suspicion FROM jobs WHERE status NOT IN ('DONE', 'UNKNOWN')");
    let unknown: u32 = server.ask(&place, "SELECT count(*) FROM jobs WHERE status = 'UNKNOWN'").parse().unwrap();
    let stats = stage.stats();
    assert_eq!((&*open, &stats["most_accepted_of_one_input"]), ("", &1.into()), "{open} {stats:#}");
    let accepted = stats["accepted"].as_u64().unwrap();
    assert!((u64::from(PHOTOS - unknown)..=PHOTOS.into()).contains(&accepted), "{unknown}: {stats:#}");
    assert!(unknown <= 4, "no more than were on their way: {unknown}");
}

#[test]
fn a_worker_that_is_stopped_hands_its_jobs_back_at_once() {
    let Some(server) = Server::shared() else { return };
    let (stage, place) = (stage(), server.new_place());
    let ledger = server.url(&place);
    enqueue(&stage, &ledger, &["--yes"]).assert_status(0);
    let first = work(&stage, &ledger);
    stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(4));
    first.say(Signal::TERM);
    end(first).assert_status(143);
    assert_eq!(server.ask(&place, "SELECT count(*) FROM workers WHERE NOT gone"), "0");
    end(work(&stage, &ledger)).assert_status(0);
    assert_whole(&stage, server, &place, PHOTOS);
}

#[test]
fn what_cannot_be_shared_is_told_with_what_to_do() {
    let Some(server) = Server::shared() else { return };
    let (stage, ledger) = (stage(), server.url(&server.new_place()));
    let mut alone: Command = stage.command(&["plan", "--enqueue", "--yes"]);
    let alone = run(alone.arg(stage.photos()));
    assert!(alone.assert_status(2).stderr.contains("--ledger postgres://"), "{}", alone.stderr);
    let unknown = run(stage.command(&["work", "7"]).env("FAL_TUI_LEDGER", &ledger));
    assert!(unknown.assert_status(2).stderr.contains("knows no batch 7"), "{}", unknown.stderr);
    // A batch that one process runs is no workers'.
    run(stage.command(&["--json", "--yes"]).arg(stage.photos()).env("FAL_TUI_LEDGER", &ledger)).assert_status(0);
    let run_alone = run(stage.command(&["work", "1"]).env("FAL_TUI_LEDGER", &ledger));
    assert!(run_alone.assert_status(2).stderr.contains("--enqueue"), "{}", run_alone.stderr);
}
