//! A run that goes on with photos that appear: each is taken once it stands still, within the cap, until it is stopped.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use crate::common::terminal::Term;
use crate::common::{self, Stage, fast, root};
use fal_tui::sandbox::Options;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A run and what it has said by now.
struct Watch {
    child: Child,
    events: Arc<Mutex<Vec<Value>>>,
}

impl Watch {
    fn start(stage: &Stage, args: &[&str]) -> Self {
        let mut command = stage.command(&["--json", "--yes"]);
        command.args(args).arg(stage.photos()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let events = Arc::<Mutex<Vec<Value>>>::default();
        let (out, told) = (BufReader::new(child.stdout.take().unwrap()), Arc::clone(&events));
        spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                told.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, events }
    }

    fn until(&self, what: &str, fits: impl Fn(&[Value]) -> bool) {
        let begun = Instant::now();
        while !fits(&self.events.lock().unwrap()) {
            assert!(begun.elapsed() < Duration::from_mins(1), "never: {what}; {:#?}", self.events.lock().unwrap());
            sleep(Duration::from_millis(10));
        }
    }

    fn until_states(&self, path: &str, state: &str, times: usize) {
        let is_it = |event: &&Value| event["event"] == "job" && event["path"] == path && event["state"] == state;
        self.until(&format!("{path} {state}"), |events| events.iter().filter(is_it).count() >= times);
    }

    /// How often it was said that all that is there has ended.
    fn until_it_waits(&self, times: usize) {
        let is_it = |event: &&Value| event["kind"] == "watching";
        self.until("it waits for more", |events| events.iter().filter(is_it).count() >= times);
    }

    /// Stops it: its last word, and its exit status.
    fn stop(mut self) -> (Value, i32) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        self.until("its last word", |events| events.last().is_some_and(|event| event["event"] == "batch"));
        let last = self.events.lock().unwrap().last().unwrap().clone();
        (last, status.code().unwrap())
    }
}

fn real(name: &str) -> Vec<u8> {
    fs::read(root().join("tests/photos").join(name)).unwrap()
}

fn billed(stage: &Stage) -> u64 {
    stage.stats()["billed"].as_u64().unwrap()
}

#[test]
fn what_appears_is_sent_once_it_stands_still_and_a_signal_ends_it_with_all_saved() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let watch = Watch::start(&stage, &["--watch"]);
    watch.until_states("cat.png", "DONE", 1);
    watch.until_it_waits(1);

    // Written in two goes, in a folder that is new, and a hidden file that becomes one.
    let (whole, folder) = (real("retina.jpg"), stage.photos().join("new/deep"));
    let (first, rest) = whole.split_at(whole.len() / 2);
    fs::create_dir_all(&folder).unwrap();
    let mut file = fs::File::create(folder.join("slow.jpg")).unwrap();
    file.write_all(first).unwrap();
    fs::write(stage.photos().join(".coming"), real("space/rocket.jpg")).unwrap();
    fs::rename(stage.photos().join(".coming"), stage.photos().join("come.jpg")).unwrap();
    watch.until_states("come.jpg", "UPLOADING", 1);
    file.write_all(rest).unwrap();
    drop(file);
    for path in ["come.jpg", "new/deep/slow.jpg"] {
        watch.until_states(path, "DONE", 1);
    }
    watch.until_it_waits(2);
    let (last, status) = watch.stop();
    assert_eq!((status, last["done"].as_u64(), last["failed"].as_u64()), (143, Some(3), Some(0)), "{last}");
    assert_eq!(last["left"], 0);
    for path in ["cat.png", "come.png", "new/deep/slow.png"] {
        assert!(stage.output().join(path).is_file(), "{path}");
    }
    let records = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    assert_eq!(records.lines().count(), 3);
    // A later run has nothing to do.
    let again = stage.run(&[]);
    assert_eq!((again.status, billed(&stage)), (0, 3), "{}", again.stderr);
}

#[test]
fn what_changes_is_sent_anew_and_what_is_only_moved_or_touched_is_not_paid_for_again() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("retina.jpg", "eye.jpg");
    let watch = Watch::start(&stage, &["--watch"]);
    watch.until_it_waits(1);
    fs::rename(stage.photos().join("eye.jpg"), stage.photos().join("moved.jpg")).unwrap();
    watch.until_states("moved.jpg", "DONE", 1);
    fs::File::options()
        .append(true)
        .open(stage.photos().join("moved.jpg"))
        .unwrap()
        .set_modified(std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000))
        .unwrap();
    watch.until_states("moved.jpg", "DONE", 2);
    assert_eq!(billed(&stage), 2, "they are the same picture");
    fs::write(stage.photos().join("cat.png"), real("space/rocket.jpg")).unwrap();
    watch.until_states("cat.png", "DONE", 2);
    assert_eq!(billed(&stage), 3, "that is another one");
    let (last, _) = watch.stop();
    assert_eq!((last["done"].as_u64(), last["failed"].as_u64()), (Some(3), Some(0)), "{last}");
}

#[test]
fn who_waits_for_a_photo_that_becomes_another_goes_on() {
    let stage = Stage::with(Options { latency: Duration::from_secs(1), ..fast() });
    stage.small_photos(8);
    stage.photo("chelsea.png", "y.png").photo("chelsea.png", "z.png");
    let watch = Watch::start(&stage, &["--watch", "-c", "1"]);
    stage.until("one is at fal", |stats| stats["accepted"].as_u64() >= Some(1));
    fs::write(stage.photos().join("y.png"), real("space/rocket.jpg")).unwrap();
    watch.until_states("z.png", "DONE", 1);
    watch.until_it_waits(1);
    let (last, _) = watch.stop();
    assert_eq!((last["done"].as_u64(), last["left"].as_u64()), (Some(10), Some(0)), "{last}");
    assert_eq!(billed(&stage), 10, "neither holds what the other does");
}

#[test]
fn what_goes_before_its_turn_is_not_sent_and_what_changes_on_its_way_is_sent_again() {
    let stage = Stage::with(Options { runners: 1, latency: Duration::from_secs(4), ..fast() });
    stage.photo("chelsea.png", "1.png");
    let watch = Watch::start(&stage, &["--watch", "-c", "1"]);
    watch.until_states("1.png", "IN_PROGRESS", 1);
    fs::write(stage.photos().join("1.png"), real("coffee.png")).unwrap();
    stage.small_photos(20);
    watch.until("some are uploaded", |events| {
        events.iter().any(|event| event["state"] == "UPLOADED" && event["path"] != "1.png")
    });
    // What is uploaded already is there to be sent.
    for n in 1..=20 {
        fs::remove_file(stage.photos().join(format!("small-{n}.png"))).unwrap();
    }
    watch.until("four are not sent", |events| {
        events.iter().filter(|event| event["event"] == "job" && event["state"] == "SKIPPED").count() >= 4
    });
    // What came back does not look like the photo that lies there now; that one is sent by itself.
    watch.until_states("1.png", "REVIEW", 1);
    watch.until_states("1.png", "DONE", 1);
    let (last, _) = watch.stop();
    let (done, skipped) = (last["done"].as_u64().unwrap(), last["skipped"].as_u64().unwrap());
    assert_eq!((done + skipped, skipped >= 4), (21, true), "{last}");
    assert_eq!(billed(&stage), done + 1);
    let photo = image::open(stage.photos().join("1.png")).unwrap();
    let result = image::open(stage.output().join("1.png")).unwrap();
    assert_eq!((result.width(), result.height()), (photo.width() * 2, photo.height() * 2), "it is of the new one");
}

#[test]
fn the_cap_holds_for_what_appears() {
    let stage = Stage::new();
    stage.dear_photos(2);
    let mut watch = Watch::start(&stage, &["--watch", "--budget", "0.25"]);
    watch.until_it_waits(1);
    let dear = fs::read(stage.photos().join("dear-1.png")).unwrap();
    for n in 2..5_u8 {
        let mut picture = image::load_from_memory(&dear).unwrap().into_rgb8();
        picture.put_pixel(0, 0, image::Rgb([n, n, n]));
        picture.save(stage.photos().join(format!("more-{n}.png"))).unwrap();
    }
    let status = watch.child.wait().unwrap();
    assert_eq!(status.code(), Some(4), "the cap ends it, as it ends every run");
    assert_eq!(billed(&stage), 2);
    watch.until("it is said", |events| events.iter().any(|event| event["kind"] == "budget_reached"));
}

#[test]
fn folders_that_nobody_tells_of_are_looked_at() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let watch = Watch::start(&stage, &["--watch=poll"]);
    watch.until_it_waits(1);
    stage.photo("retina.jpg", "new/eye.jpg");
    watch.until_states("new/eye.jpg", "DONE", 1);
    fs::remove_file(stage.photos().join("cat.png")).unwrap();
    let (last, _) = watch.stop();
    assert_eq!(last["done"], 2, "what is done stays done: {last}");
}

#[test]
fn an_input_that_goes_away_takes_nothing_with_it_and_is_looked_through_when_it_is_back() {
    let stage = Stage::with(Options { runners: 1, latency: Duration::from_secs(3), ..fast() });
    stage.photo("chelsea.png", "1.png").photo("retina.jpg", "2.jpg");
    let watch = Watch::start(&stage, &["--watch", "-c", "1"]);
    // Which of them is brought up first is not said.
    watch.until("one is at work", |events| events.iter().any(|event| event["state"] == "IN_PROGRESS"));
    let away = stage.dir.path().join("away");
    fs::rename(stage.photos(), &away).unwrap();
    watch.until("one is done", |events| events.iter().any(|event| event["state"] == "DONE"));
    fs::copy(root().join("tests/photos/space/rocket.jpg"), away.join("3.jpg")).unwrap();
    fs::rename(&away, stage.photos()).unwrap();
    watch.until_states("3.jpg", "DONE", 1);
    let is_skipped = |event: &Value| event["state"] == "SKIPPED";
    assert!(!watch.events.lock().unwrap().iter().any(is_skipped), "nothing counts as gone");
    watch.stop();
}

#[test]
fn what_is_passed_over_in_a_walk_is_passed_over_later() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let output = stage.photos().join("out");
    let watch = Watch::start(
        &stage,
        &["--watch", "--exclude", "*.tmp.jpg", "--exclude", "drafts", "-o", output.to_str().unwrap()],
    );
    watch.until_it_waits(1);
    for name in [".hidden.jpg", "a.tmp.jpg", "drafts/b.jpg", "@eaDir/c.jpg", "sub/d.jpg", "sub/d.xmp"] {
        stage.photo("retina.jpg", name);
    }
    fs::write(stage.photos().join("words.txt"), "no photo").unwrap();
    watch.until_states("sub/d.jpg", "DONE", 1);
    watch.until_it_waits(2);
    let (last, _) = watch.stop();
    assert_eq!(last["done"], 2, "its own results are no photos: {last}");
    let shown = common::run(&mut stage.command(&["show", "1", "--json"]));
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    let mut paths: Vec<_> = shown["jobs"].as_array().unwrap().iter().map(|job| job["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["cat.png", "sub/d.jpg", "sub/d.xmp", "words.txt"]);
}

#[test]
fn the_dashboard_waits_for_photos_and_shows_those_that_come() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let mut command = stage.command(&["--watch"]);
    command.arg(stage.photos());
    let mut term = Term::start(&command, (120, 36));
    term.wait_for("1 photo");
    // Before the start it is in the plan.
    stage.photo("retina.jpg", "eye.jpg");
    term.wait_for("2 photos");
    term.press("\r");
    term.wait_for("✓ watching");
    stage.photo("space/rocket.jpg", "later.jpg");
    term.wait_row(&["later.jpg", "✓ done"]);
    term.wait_for("photos that appear are sent");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_eq!(billed(&stage), 3);
    assert!(Path::new(&stage.output().join("later.png")).is_file());
}

#[test]
fn how_it_watches_is_checked() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let run = stage.run(&["--watch=often"]);
    run.assert_status(2);
    assert!(run.stderr.contains("takes true, poll or false"), "{}", run.stderr);
    assert_eq!(stage.stats()["accepted"], 0);
}
