//! A run that others look at from their own processes: they come and go, and the batch does not notice.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::terminal::Term;
use crate::common::{Run, Stage, fast, run};
use fal_tui::sandbox::Options;
use serde_json::{Value, json};

const WIDE: (u16, u16) = (120, 36);

/// A run without a dashboard, on photos that take their time.
struct Away {
    stage: Stage,
    child: Child,
}

impl Away {
    /// So many photos, two at a time, each for so long at the sandbox.
    fn with(photos: u32, latency: Duration, args: &[&str]) -> Self {
        let stage = Stage::with(Options { latency, ..fast() });
        stage.small_photos(photos);
        let mut command = stage.command(args);
        command.arg("photos").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let away = Self { stage, child };
        away.until_it_listens();
        away
    }

    fn new(photos: u32) -> Self {
        Self::with(photos, Duration::from_secs(2), &["--headless", "--yes", "-c", "2"])
    }

    fn until_it_listens(&self) {
        let begun = Instant::now();
        while !self.socket().exists() {
            assert!(begun.elapsed() < Duration::from_secs(30), "no {}", self.socket().display());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn folder(&self) -> PathBuf {
        self.stage.dir.path().join(".local/state/fal-tui/run")
    }

    /// Its socket, whatever it is called; there is but one that ends with the process's number.
    fn socket(&self) -> PathBuf {
        let ending = format!("-{}.sock", self.child.id());
        let found = std::fs::read_dir(self.folder()).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut found = found.filter(|path| path.to_string_lossy().ends_with(&ending));
        found.next().unwrap_or_else(|| self.folder().join("none"))
    }

    /// A dashboard on it, of a size.
    fn attach(&self, args: &[&str]) -> Term {
        let all: Vec<_> = ["attach"].into_iter().chain(args.iter().copied()).collect();
        Term::start(&self.stage.command(&all), WIDE)
    }

    fn says(&self, args: &[&str]) -> Run {
        run(&mut self.stage.command(args))
    }

    fn ended(self) -> (Stage, Run) {
        let output = self.child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let run = Run {
            status: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        (self.stage, run)
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// One that speaks to a run without being a dashboard.
struct Speaker(UnixStream);

impl Speaker {
    fn new(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(stream)
    }

    fn say(&mut self, message: &Value) {
        let text = message.to_string();
        self.0.write_all(&u32::try_from(text.len()).unwrap().to_be_bytes()).unwrap();
        self.0.write_all(text.as_bytes()).unwrap();
    }

    /// The next message; `None` once the run has hung up.
    fn hear(&mut self) -> Option<Value> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).ok()?;
        let mut text = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut text).ok()?;
        Some(serde_json::from_slice(&text).unwrap())
    }

    fn hello(access: &str, version: &str) -> Value {
        json!({ "fal_tui_attach": 1, "version": version, "access": access })
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn of_three_one_stalls_one_is_killed_and_the_third_sees_everything_to_the_end() {
    let away = Away::new(8);
    let (mut sees, stalls, mut dies) = (away.attach(&[]), away.attach(&["1"]), away.attach(&["1"]));
    for term in [&sees, &stalls, &dies] {
        term.wait_for("2 of 2 in flight");
        term.wait_for(&format!("attached to {} (headless)", away.child.id()));
    }
    stalls.signal("STOP");
    dies.signal("KILL");
    dies.wait_exit();
    assert_eq!(sees.wait_exit().exit_code(), 0);
    sees.wait_for("8 done");
    let (_stage, run) = away.ended();
    run.assert_status(0);
    assert!(run.stdout.contains("8 done"), "{}", run.stdout);
    // It comes back to what is over.
    stalls.signal("CONT");
    stalls.wait("its end", |seen| !seen.screen.screen().alternate_screen());
}

#[test]
fn a_terminal_that_takes_nothing_holds_back_neither_the_batch_nor_its_own_connection() {
    let away = Away::new(6);
    let stalls = away.attach(&[]);
    stalls.wait_for("2 of 2 in flight");
    stalls.stop_reading();
    let (_stage, run) = away.ended();
    run.assert_status(0);
    stalls.go_on_reading();
    stalls.wait_for("6 done");
}

#[test]
fn leaving_only_detaches_and_says_how_to_get_back() {
    let away = Away::new(6);
    for key in ["q", "\u{3}"] {
        let mut term = away.attach(&[]);
        term.wait_for("in flight");
        term.press(key);
        assert_eq!(term.wait_exit().exit_code(), 0);
        term.wait_for("detached; the batch goes on: `fal-tui attach 1` shows it again");
    }
    let mut term = away.attach(&[]);
    term.wait_for("in flight");
    term.hang_up();
    term.wait_exit();
    let mut term = away.attach(&[]);
    term.wait_for("in flight");
    term.signal("TERM");
    assert_eq!(term.wait_exit().exit_code(), 143);
    term.wait_for("detached; the batch goes on");
    let (stage, run) = away.ended();
    run.assert_status(0);
    assert_eq!(stage.stats()["accepted"], 6);
}

#[test]
fn what_runs_is_listed_and_what_does_not_is_said() {
    let away = Away::new(2);
    let pid = away.child.id();
    let listed = away.says(&["batches"]);
    assert!(listed.stdout.contains(&format!("runs now in process {pid}: fal-tui attach 1")), "{}", listed.stdout);
    let row: Value = serde_json::from_str(&away.says(&["batches", "--json"]).stdout).unwrap();
    assert_eq!((&row["running"], &row["pid"]), (&true.into(), &pid.into()));
    let without = away.says(&["attach", "1"]);
    without.assert_status(2);
    assert!(without.stderr.contains("attaching needs a terminal"), "{}", without.stderr);
    let mut other = away.attach(&["7"]);
    assert_eq!(other.wait_exit().exit_code(), 2);
    other.wait_for("batch 7 does not run now");
    let socket = away.socket();
    let (stage, _run) = away.ended();
    assert!(!socket.exists(), "its socket is gone with it");
    let row: Value = serde_json::from_str(&run(&mut stage.command(&["batches", "--json"])).stdout).unwrap();
    assert_eq!((&row["running"], &row["pid"]), (&false.into(), &Value::Null));
    let mut none = Term::start(&stage.command(&["attach"]), WIDE);
    assert_eq!(none.wait_exit().exit_code(), 2);
    none.wait_for("no batch runs now");
}

#[test]
fn who_only_looks_changes_nothing_whatever_they_try() {
    let mut away = Away::new(6);
    let mut term = away.attach(&["--read-only"]);
    term.wait_for("(headless), read-only");
    for key in ["p", "x", "+", "Q", "R", "b"] {
        term.press(key);
        term.wait_for("read-only: nothing is changed from here");
        term.press("t");
        term.wait_gone("nothing is changed");
    }
    // Nor does one that is no dashboard of ours.
    let mut speaker = Speaker::new(&away.socket());
    speaker.say(&Speaker::hello("ReadOnly", VERSION));
    assert_eq!(speaker.hear().unwrap()["welcome"]["pid"], away.child.id());
    speaker.say(&json!({ "Ask": "Pause" }));
    let refused = loop {
        let snapshot = &speaker.hear().unwrap()["Snapshot"];
        if !snapshot["refused"].is_null() {
            break snapshot.clone();
        }
    };
    assert_eq!(refused["refused"], json!([1, "read-only: nothing is changed from here"]));
    assert_eq!(refused["phase"], "Running");
    away.kill();
}

#[test]
fn each_sees_what_it_asks_for() {
    let mut away = Away::new(6);
    let (mut one, other) = (away.attach(&[]), away.attach(&[]));
    for term in [&one, &other] {
        term.wait_for("small-6.png");
    }
    one.press("/small-3\r");
    one.wait_gone("small-6.png");
    one.wait_for("small-3.png");
    assert!(other.text().contains("small-6.png"), "{}", other.text());
    // Who says so first pauses it for both.
    one.press("p");
    for term in [&one, &other] {
        term.wait_for("paused");
    }
    away.kill();
}

#[test]
fn a_run_that_is_killed_leaves_no_frozen_screen_and_nothing_in_the_way() {
    let mut away = Away::new(4);
    let mut term = away.attach(&[]);
    term.wait_for("2 of 2 in flight");
    away.kill();
    assert_eq!(term.wait_exit().exit_code(), 1);
    term.wait_for("is gone without a word");
    let left = away.socket();
    assert!(left.exists(), "nobody was there to take it away");
    let mut term = away.attach(&["1"]);
    assert_eq!(term.wait_exit().exit_code(), 2);
    term.wait_for("batch 1 does not run now");
    let again = run(away.stage.command(&["--headless", "--yes"]).arg("photos"));
    again.assert_status(0);
    assert!(!left.exists(), "the next run has cleared it away");
    assert_eq!(away.stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn what_waits_for_a_person_is_answered_from_elsewhere_and_told_where_it_runs() {
    let args = ["--headless", "--budget", "50", "--canary", "1", "-c", "2"];
    let away = Away::with(3, Duration::from_secs(3), &args);
    let mut term = away.attach(&[]);
    term.wait_for("in flight");
    term.wait_for("sends them");
    term.press("b");
    term.wait_for("cap");
    term.press("\u{15}40\r");
    term.press("p");
    term.wait_for("others are sent");
    let (_stage, run) = away.ended();
    run.assert_status(0);
    assert!(run.stdout.contains("3 done"), "{}", run.stdout);
}

#[test]
fn what_is_done_to_a_run_from_elsewhere_is_in_its_events() {
    let away = Away::with(4, Duration::from_secs(2), &["--json", "--yes", "-c", "2"]);
    let mut term = away.attach(&[]);
    term.wait_for("(JSON)");
    term.wait_for("2 of 2 in flight");
    term.press("p");
    term.wait_for("paused");
    term.press("+");
    term.wait_for("of 3 in flight");
    term.press("p");
    assert_eq!(term.wait_exit().exit_code(), 0);
    let (_stage, run) = away.ended();
    run.assert_status(0);
    let notices: Vec<_> = run.events().into_iter().filter(|event| event["event"] == "notice").collect();
    let kinds: Vec<_> = notices.iter().map(|notice| notice["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["paused", "changed", "resumed"], "{notices:#?}");
}

#[test]
fn another_version_and_garbage_are_turned_away_and_the_run_goes_on() {
    let away = Away::new(4);
    let mut other = Speaker::new(&away.socket());
    other.say(&Speaker::hello("Full", "9.9.9"));
    let answer = other.hear().unwrap();
    let wanted = format!("the run is of fal-tui {VERSION}, and this is 9.9.9");
    assert_eq!((&answer["refused"], &answer["version"]), (&wanted.into(), &VERSION.into()));
    assert_eq!(other.hear(), None, "it is let go");

    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0, 0, 0, 4, 1, 2, 3, 4], &[255; 64]] {
        let mut speaker = Speaker::new(&away.socket());
        speaker.0.write_all(garbage).unwrap();
        assert_eq!(speaker.hear(), None);
    }
    let mut rude = Speaker::new(&away.socket());
    rude.say(&Speaker::hello("Full", VERSION));
    assert!(rude.hear().unwrap()["refused"].is_null());
    rude.say(&json!({ "Ask": { "Explode": 7 } }));
    while rude.hear().is_some() {}

    let term = away.attach(&[]);
    term.wait_for("in flight");
    let (_stage, run) = away.ended();
    run.assert_status(0);
}

#[test]
fn only_its_owner_may_open_it() {
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let open = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let mut away = Away::new(2);
    assert_eq!(mode(&away.folder()), 0o700);
    // It is closed once it is there, in a folder that is closed already.
    let begun = Instant::now();
    while mode(&away.socket()) != 0o600 {
        assert!(begun.elapsed() < Duration::from_mins(1), "{:o}", mode(&away.socket()));
        std::thread::sleep(Duration::from_millis(5));
    }
    open(&away.socket(), 0o666);
    let mut term = away.attach(&[]);
    assert_eq!(term.wait_exit().exit_code(), 2);
    term.wait_for("may be opened by others");
    away.kill();
    open(&away.folder(), 0o755);
    run(away.stage.command(&["--headless", "--yes"]).arg("photos")).assert_status(0);
    assert_eq!(mode(&away.folder()), 0o700, "the next run closes it");
}

#[test]
fn a_dashboard_is_looked_at_from_another_terminal_and_its_person_ends_it_for_both() {
    let stage = Stage::with(Options { latency: Duration::from_secs(2), ..fast() });
    stage.small_photos(4);
    let mut own = Term::start(stage.command(&["-c", "2"]).arg("photos"), WIDE);
    own.wait_for("the plan");
    let mut guest = Term::start(&stage.command(&["attach"]), WIDE);
    guest.wait_for("the plan");
    guest.wait_for("(dashboard)");
    // Whoever confirms it, it begins for both.
    guest.press("\r");
    for term in [&own, &guest] {
        term.wait_for("2 of 2 in flight");
    }
    own.press("q");
    own.wait_for("Leave?");
    own.press("y");
    own.wait_exit();
    guest.wait_exit();
    guest.wait_for("left");
}

#[test]
fn the_commands_own_page_names_what_there_is() {
    let help = Command::new(env!("CARGO_BIN_EXE_fal-tui")).args(["attach", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("--read-only") && help.contains("only detaches"), "{help}");
}

#[test]
fn another_batch_that_the_plan_becomes_is_followed() {
    let stage = Stage::with(Options { latency: Duration::from_secs(2), ..fast() });
    stage.small_photos(2);
    let own = Term::start(stage.command(&[]).arg("photos"), WIDE);
    own.wait_for("Enter sends 2 photos");
    let mut guest = Term::start(&stage.command(&["attach", "1"]), WIDE);
    guest.wait_for("Enter sends 2 photos");
    guest.press("jl");
    guest.wait_row(&["upscale_factor", "2.1"]);
    guest.press("k\r");
    guest.wait_for("2 of 8 in flight");
    own.wait_for("2 of 8 in flight");
    guest.press("q");
    guest.wait_exit();
    guest.wait_for("`fal-tui attach 2` shows it again");
}
