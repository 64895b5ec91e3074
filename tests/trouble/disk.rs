//! Disks that are full or read-only, and ledgers that cannot be used: what cannot be kept is not paid
//! for, what is paid for is fetched once there is room, and it is said what to do.
//!
//! File systems of the test's own are mounted in namespaces of its own. Where the system allows no
//! such namespaces, these tests say so and are skipped.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may panic, and tell what it skips"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{self, Run, Stage, fast, size};
use fal_tui::ledger::Ledger;
use fal_tui::sandbox::Options;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

/// Says that a process is in its namespaces.
const INSIDE: &str = "FAL_TUI_TEST_MAY_MOUNT";

/// Runs a test where it may mount file systems: in a process with namespaces of its own, so that
/// they go when it ends, however it ends.
fn where_it_may_mount(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let ways: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
    let works = |way: &&[&str]| {
        let mount = Command::new("unshare").args(*way).args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
        mount.is_ok_and(|output| output.status.success())
    };
    let Some(way) = ways.into_iter().find(works) else {
        eprintln!("SKIPPED {test}: this system lets us mount nothing");
        return;
    };
    let (_, module) = module_path!().split_once("::").unwrap();
    let inside = Command::new("unshare")
        .args(way)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{test}"), "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let told = [inside.stdout, inside.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(inside.status.success() && told.contains("1 passed"), "{told}");
}

/// A small file system of its own at a folder.
struct Disk(PathBuf);

impl Disk {
    fn at(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        mount(&["-t", "tmpfs", "-o", "size=4m", "tmpfs"], folder);
        Self(folder.to_owned())
    }

    /// Leaves room for so many pages of 4 KiB.
    fn leave(&self, pages: u64) {
        let _ = fs::remove_file(self.ballast());
        let free = rustix::fs::statvfs(&self.0).unwrap();
        let bytes = free.f_bavail.saturating_sub(pages) * free.f_bsize;
        fs::write(self.ballast(), vec![0xa5; usize::try_from(bytes).unwrap()]).unwrap();
    }

    fn make_room(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast.bin")
    }

    fn make_read_only(&self) {
        mount(&["-o", "remount,ro"], &self.0);
    }

    fn make_writable(&self) {
        mount(&["-o", "remount,rw"], &self.0);
    }
}

fn mount(args: &[&str], folder: &Path) {
    let output = Command::new("mount").args(args).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The kinds of the notices that a run gave.
fn notices(run: &Run) -> Vec<String> {
    let notices = run.events().into_iter().filter(|event| event["event"] == "notice");
    notices.map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

/// All of eight photos are done, each paid for once.
fn assert_all_is_well(stage: &Stage, last: &Run) {
    last.assert_status(0);
    assert_eq!(last.summary()["done"], 8);
    for number in 1..=8 {
        assert_eq!(size(&stage.output().join(format!("small-{number}.png"))), (48, 32));
    }
    let stats = stage.stats();
    let paid = (&stats["accepted"], &stats["most_accepted_of_one_input"]);
    assert_eq!(paid, (&8.into(), &1.into()), "{stats:#}");
}

fn accepted(stage: &Stage) -> u64 {
    stage.stats()["accepted"].as_u64().unwrap()
}

#[test]
fn a_full_output_disk_stops_the_batch_and_loses_nothing() {
    where_it_may_mount("a_full_output_disk_stops_the_batch_and_loses_nothing", || {
        let stage = Stage::new();
        stage.small_photos(8);
        let disk = Disk::at(&stage.output());
        // Pictures and captions are a page each.
        disk.leave(5);
        let told = stage.run(&["--concurrency", "2"]);
        told.assert_status(4);
        let summary = told.summary();
        let (done, sent) = (summary["done"].as_u64().unwrap(), accepted(&stage));
        // What has ended makes room in the window for as many more before it cannot be saved.
        assert!(done >= 1 && sent <= done + 4, "{done} were saved and {sent} paid for");
        assert_eq!((&summary["failed"], &summary["exit"]), (&0.into(), &4.into()));
        assert_eq!(notices(&told), ["disk_low"]);
        let notice = told.events().into_iter().find(|event| event["event"] == "notice").unwrap();
        let said = format!("{} {}", notice["message"], notice["action"]);
        for part in ["no room on the disk", "photos-upscaled", "make room", "same command"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        // It is no better yet: nothing more is paid for.
        disk.leave(0);
        let again = stage.run(&["--concurrency", "2"]);
        again.assert_status(4);
        assert_says(&again, &["no room on the disk", "photos-upscaled", "hint: make room"]);
        assert_eq!(accepted(&stage), sent);
        disk.make_room();
        assert_all_is_well(&stage, &stage.run(&[]));
    });
}

#[test]
fn an_output_folder_that_becomes_read_only_stops_the_batch_and_loses_nothing() {
    where_it_may_mount("an_output_folder_that_becomes_read_only_stops_the_batch_and_loses_nothing", || {
        let stage = Stage::with(Options { latency: Duration::from_millis(1500), ..fast() });
        stage.small_photos(8);
        let disk = Disk::at(&stage.output());
        let run = background(&stage, &["--concurrency", "2"]);
        stage.until("two are at fal", |stats| stats["accepted"] == 2);
        disk.make_read_only();
        let told = run.wait();
        told.assert_status(4);
        assert!(accepted(&stage) <= 4, "what cannot be kept is not paid for");
        assert_eq!((notices(&told), &told.summary()["failed"]), (vec!["disk_low".to_owned()], &0.into()));
        // At the start it is a folder that cannot be used.
        let again = stage.run(&[]);
        again.assert_status(2);
        assert!(again.stderr.contains("cannot write to the output folder") && again.stderr.contains("hint: "));
        disk.make_writable();
        assert_all_is_well(&stage, &stage.run(&[]));
    });
}

#[test]
fn a_full_state_directory_stops_the_batch_and_loses_nothing() {
    where_it_may_mount("a_full_state_directory_stops_the_batch_and_loses_nothing", || {
        let stage = Stage::with(Options { latency: Duration::from_millis(1500), ..fast() });
        stage.small_photos(8);
        let disk = Disk::at(&stage.dir.path().join(".local/state/fal-tui"));
        let run = background(&stage, &["--concurrency", "2"]);
        stage.until("two are at fal", |stats| stats["accepted"] == 2);
        disk.leave(0);
        let told = run.wait();
        told.assert_status(4);
        assert_eq!(accepted(&stage), 2, "an intent that cannot be recorded is not carried out");
        assert_eq!(notices(&told), ["disk_low"], "{}", told.stdout);
        // At the start nothing is sent.
        let again = stage.run(&[]);
        again.assert_status(4);
        let said = format!("{}{}", again.stdout, again.stderr);
        assert!(said.contains("the disk is full") && said.contains("ledger.db"), "{said}");
        assert_eq!(accepted(&stage), 2);
        disk.make_room();
        assert_all_is_well(&stage, &stage.run(&[]));
    });
}

#[test]
fn a_read_only_state_directory_is_said_before_anything_is_sent() {
    where_it_may_mount("a_read_only_state_directory_is_said_before_anything_is_sent", || {
        let stage = Stage::new();
        stage.small_photos(1);
        let folder = stage.dir.path().join("state");
        let disk = Disk::at(&folder);
        let run = || stage.run(&["--state-dir", folder.to_str().unwrap()]);
        disk.make_read_only();
        for _ in ["without a ledger", "with one"] {
            let told = run();
            told.assert_status(2);
            assert!(told.stderr.contains("/state") && told.stderr.contains("--state-dir"), "{}", told.stderr);
            assert!(told.stderr.to_lowercase().contains("read-only"), "{}", told.stderr);
            assert!(stage.stats()["calls"].get("submit").is_none());
            disk.make_writable();
            make_ledger(&stage, &folder);
            disk.make_read_only();
        }
    });
}

/// Makes a ledger in a state directory.
fn make_ledger(stage: &Stage, folder: &Path) {
    stage.runtime.block_on(async { Ledger::open(folder).await.unwrap().close().await.unwrap() });
}

#[test]
fn a_ledger_that_another_program_has_locked_is_waited_for_and_then_said() {
    let (stage, path) = with_ledger();
    let mut other = open(&stage, &path);
    stage.runtime.block_on(sqlx::query("BEGIN EXCLUSIVE").execute(&mut other)).unwrap();
    let told = stage.run(&[]);
    told.assert_status(2);
    assert_says(&told, &["is locked by another program", "ledger.db", "hint: end what has it open"]);
    assert_eq!(accepted(&stage), 1, "nothing was sent");
    stage.runtime.block_on(sqlx::query("ROLLBACK").execute(&mut other)).unwrap();
    stage.run(&[]).assert_status(0);
    assert_eq!(accepted(&stage), 1);
}

#[test]
fn a_damaged_ledger_is_left_alone_and_said() {
    let (stage, path) = with_ledger();
    let whole = fs::read(&path).unwrap();
    let mut no_header = whole.clone();
    no_header[..100].fill(0x7f);
    let half = &whole[..whole.len() / 8192 * 4096];
    // The last pages are of tables that are still empty.
    let odd = &whole[..whole.len() / 4 * 3 - 1000];
    for (damaged, how) in [(&no_header[..], "garbage for a header"), (half, "half of it"), (odd, "a torn page")] {
        fs::write(&path, damaged).unwrap();
        let told = stage.run(&[]);
        assert_eq!(told.status, 2, "{how}: {}", told.stderr);
        assert_says(&told, &["is damaged", "ledger.db", "hint: `fal-tui recover --set-aside PATH` keeps it"]);
        assert_eq!(fs::read(&path).unwrap(), damaged, "{how}: it is evidence");
        assert_eq!(accepted(&stage), 1, "{how}: nothing was sent");
    }
    fs::write(&path, whole).unwrap();
    stage.run(&[]).assert_status(0);
    assert_eq!(accepted(&stage), 1);
}

#[test]
fn a_ledger_of_a_newer_version_is_left_alone_and_said() {
    let (stage, path) = with_ledger();
    let mut connection = open(&stage, &path);
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                  VALUES (9999, 'from the future', 1, x'00', 0)";
    stage.runtime.block_on(sqlx::query(future).execute(&mut connection)).unwrap();
    drop(connection);
    let told = stage.run(&[]);
    told.assert_status(2);
    assert_says(&told, &["was written by a newer fal-tui", "ledger.db", "hint: update fal-tui"]);
    assert_eq!(accepted(&stage), 1);
}

/// A stage with a photo that is done, and its ledger.
fn with_ledger() -> (Stage, PathBuf) {
    let stage = Stage::new();
    stage.small_photos(1);
    stage.run(&[]).assert_status(0);
    let ledger = stage.dir.path().join(".local/state/fal-tui/ledger.db");
    assert!(ledger.is_file());
    (stage, ledger)
}

fn open(stage: &Stage, ledger: &Path) -> SqliteConnection {
    stage.runtime.block_on(SqliteConnectOptions::new().filename(ledger).connect()).unwrap()
}

fn assert_says(run: &Run, parts: &[&str]) {
    assert!(parts.iter().all(|part| run.stderr.contains(part)), "{}", run.stderr);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}

/// A run whose disk changes under it.
struct Background(std::thread::JoinHandle<Run>);

impl Background {
    fn wait(self) -> Run {
        self.0.join().unwrap()
    }
}

fn background(stage: &Stage, args: &[&str]) -> Background {
    let mut command = stage.command(&["--json", "--yes"]);
    command.args(args).arg(stage.photos()).stdin(Stdio::null());
    Background(std::thread::spawn(move || common::run(&mut command)))
}
