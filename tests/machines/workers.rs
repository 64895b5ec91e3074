//! One batch on many workers, through the built program and a PostgreSQL server: handed over, worked off by several
//! processes under one cap and one window, killed at random, cut off.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use crate::common::line::Line;
use crate::common::postgres::Server;
use crate::common::{Run, Stage, fast, pictures_in, run};
use fal_tui::job::Usd;
use fal_tui::sandbox::Options;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const PHOTOS: u32 = 24;

/// What one of them costs, USD.
const PRICE: f64 = 0.000_153_6;

/// So many small photos, of which no two are alike.
fn many_photos(stage: &Stage, count: u32) {
    for n in 1..=count {
        let picture = image::RgbImage::from_fn(24, 16, |x, y| {
            image::Rgb([x * 9 + n / 256, y * 13, n % 256].map(|value| u8::try_from(value % 256).unwrap()))
        });
        picture.save(stage.photos().join(format!("small-{n}.png"))).unwrap();
    }
}

/// Waits until what the sandbox saw fits, however long that takes.
fn patiently(stage: &Stage, fits: impl Fn(&Value) -> bool) {
    while !fits(&stage.stats()) {
        sleep(Duration::from_millis(50));
    }
}

/// A folder of photos, and a service that takes its time.
fn stage() -> Stage {
    let stage = Stage::with(Options { latency: Duration::from_millis(400), runners: 4, ..fast() });
    stage.small_photos(PHOTOS);
    stage
}

/// Hands the folder to workers; what was said.
fn enqueue(stage: &Stage, ledger: &str, flags: &[&str]) -> Run {
    hand_over(stage, ledger, &[&["-c", "4"], flags].concat())
}

fn hand_over(stage: &Stage, ledger: &str, flags: &[&str]) -> Run {
    let mut command = stage.command(&["plan", "--enqueue"]);
    run(command.args(flags).arg(stage.photos()).env("FAL_TUI_LEDGER", ledger))
}

/// A worker on another machine, as far as it can tell; what it says is read as it comes.
struct Worker {
    pid: Pid,
    /// Where its log is.
    logs: PathBuf,
    run: JoinHandle<Run>,
}

fn work(stage: &Stage, ledger: &str) -> Worker {
    work_with(stage, ledger, &[])
}

/// The same with variables of its own.
fn work_with(stage: &Stage, ledger: &str, variables: &[(&str, &str)]) -> Worker {
    let elsewhere = stage.dir.path().join(format!("state-{}", fastrand::u32(..)));
    let mut command = stage.command(&["work", "1", "--json", "--state-dir", elsewhere.to_str().unwrap()]);
    command.envs(variables.iter().copied());
    command.env("FAL_TUI_LEDGER", ledger).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let pid = Pid::from_child(&child);
    Worker { pid, logs: elsewhere, run: spawn(move || Run::of(child)) }
}

impl Worker {
    fn say(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Kills it, unless it ended by itself just before.
    fn kill(&self) {
        let killed = kill_process(self.pid, Signal::KILL);
        assert!(matches!(killed, Ok(()) | Err(Errno::SRCH)), "{killed:?}");
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
fn one_that_finds_no_jobs_leaves_its_share_to_who_has_them() {
    let Some(server) = Server::shared() else { return };
    let stage = Stage::with(Options { latency: Duration::from_secs(4), runners: 8, ..fast() });
    stage.small_photos(16);
    let place = server.new_place();
    let ledger = server.url(&place);
    hand_over(&stage, &ledger, &["--yes", "-c", "8"]).assert_status(0);
    let busy = work(&stage, &ledger);
    patiently(&stage, |stats| stats["accepted"] == 8);
    let all_taken = || server.ask(&place, "SELECT count(*) FROM turns") == "16";
    while !all_taken() {
        sleep(Duration::from_millis(20));
    }
    let idle = work(&stage, &ledger);
    let logs = busy.logs.clone();
    let ended = [end(busy), end(idle)];
    assert_eq!(ended.each_ref().map(done_by), [16, 0]);
    let log = std::fs::read_to_string(logs.join("fal-tui.log")).unwrap();
    assert!(log.contains("Share { workers: 2, window: 8, whole: 8"), "{log}");
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
    let mut workers: Vec<_> = (0..2).map(|_| work(&stage, &ledger)).collect();
    // One that has a cap of its own is told that it is none here.
    workers.push(work_with(&stage, &ledger, &[("FAL_TUI_BUDGET", "0.1")]));
    let workers: Vec<_> = workers.into_iter().map(end).collect();
    let told = workers[2].events().into_iter().find(|event| event["kind"] == "changed").unwrap();
    let wanted = "your budget of $0.10 is not used: workers keep the cap of the batch, $0.50";
    assert_eq!(told["message"], wanted, "{told}");
    for worker in workers {
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

/// How hard it is made for workers.
struct Ordeal {
    photos: u32,
    workers: usize,
    kills: u64,
    /// Before which kills the server dies and comes back.
    crashes: &'static [u64],
    runners: usize,
    latency: Duration,
    window: &'static str,
}

const SHORT: Ordeal = Ordeal {
    photos: PHOTOS,
    workers: 3,
    kills: 5,
    crashes: &[3],
    runners: 4,
    latency: Duration::from_millis(400),
    window: "4",
};

/// `FAL_TUI_CRASH=long`: as many photos, workers, kills and restarts as the ledger of many machines has to bear.
const LONG: Ordeal = Ordeal {
    photos: 2000,
    workers: 4,
    kills: 50,
    crashes: &[12, 25, 38],
    runners: 40,
    latency: Duration::from_secs(2),
    window: "64",
};

/// What of the cap is spent and held.
fn used(server: &Server, place: &str) -> Usd {
    Usd::from_nanos(server.ask(place, "SELECT used_nanos FROM batches").parse().unwrap())
}

#[test]
fn killed_at_random_and_with_a_server_that_comes_back_each_photo_is_paid_once() {
    let Some(server) = Server::start() else { return };
    let is_long = std::env::var_os("FAL_TUI_CRASH").is_some_and(|wanted| wanted == "long");
    let ordeal = if is_long { LONG } else { SHORT };
    let (begun, place) = (Instant::now(), server.new_place());
    let stage = Stage::with(Options { latency: ordeal.latency, runners: ordeal.runners, ..fast() });
    many_photos(&stage, ordeal.photos);
    let ledger = server.url(&place);
    let cap = f64::from(ordeal.photos) * PRICE * 1.02 + 0.1 * 64.0;
    hand_over(&stage, &ledger, &["--budget", &format!("{cap:.6}"), "-c", ordeal.window]).assert_status(0);
    let mut workers: Vec<_> = (0..ordeal.workers).map(|_| work(&stage, &ledger)).collect();
    let (mut ids, mut most_used) = (ordeal.workers, Usd::ZERO);
    for kills in 1..=ordeal.kills {
        // Who is only just beginning would say that there is no server, and end.
        while server.ask(&place, "SELECT count(*) FROM workers") != ids.to_string() {
            sleep(Duration::from_millis(20));
        }
        let some_more = u64::from(ordeal.photos) * kills / (ordeal.kills + 3);
        patiently(&stage, |stats| stats["accepted"].as_u64() >= Some(some_more));
        sleep(Duration::from_millis(fastrand::u64(..400)));
        if ordeal.crashes.contains(&kills) {
            server.say("crash");
            server.say("start");
        }
        most_used = most_used.max(used(&server, &place));
        let killed = workers.remove(fastrand::usize(..workers.len()));
        killed.kill();
        end(killed);
        workers.push(work(&stage, &ledger));
        ids += 1;
    }
    for worker in workers {
        end(worker).assert_status(0);
    }
    let stats = stage.stats();
    most_used = most_used.max(used(&server, &place));
    eprintln!(
        "{} photos, {} kills, {} restarts of the server in {:.0} s: {} accepted, at most {} of one photo, {} done, ${} \
         billed, at most {} of a cap of ${cap:.4} used",
        ordeal.photos,
        ordeal.kills,
        ordeal.crashes.len(),
        begun.elapsed().as_secs_f64(),
        stats["accepted"],
        stats["most_accepted_of_one_input"],
        server.ask(&place, "SELECT count(*) FROM jobs WHERE status = 'DONE'"),
        stats["usd"],
        most_used,
    );
    assert_whole(&stage, &server, &place, ordeal.photos);
    assert!(most_used.as_f64() <= cap && stats["usd"].as_f64().unwrap() <= cap, "{stats:#}");
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
