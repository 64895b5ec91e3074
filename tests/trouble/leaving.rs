//! Leaving a run without a dashboard: by signals, soon, with everything kept.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{self, Run, Stage, fast};
use fal_tui::sandbox::{Options, Scenario};
use rustix::process::{Pid, Signal, kill_process};

/// Far less than the minute that a hung call is waited for. That it is two seconds is measured, not
/// asserted: a disk that is busy with something else holds up what is written last.
const SOON: Duration = Duration::from_secs(10);

/// Calls of these kinds are never answered.
fn hanging(calls: &str) -> Stage {
    let scenario = Scenario::parse(&format!("[[fault]]\ncall = {calls}\nhang = true\n"), "hanging").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    stage.small_photos(4);
    stage
}

fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// How a run ended, and how long that took.
fn ended(mut child: Child, within: Duration) -> Run {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < within, "it takes more than {within:?} to leave");
        sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run_of(stage: &Stage) -> Command {
    let mut command = stage.command(&["--json", "--yes", "-c", "2"]);
    command.arg(stage.photos());
    command
}

/// The same command, begun by another program.
fn behind(program: &[&str], plain: &Command, stage: &Stage) -> Command {
    let (first, rest) = program.split_first().unwrap();
    let mut command = Command::new(first);
    command.env_clear().args(rest).arg(plain.get_program()).args(plain.get_args());
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(stage.dir.path());
    command
}

#[test]
fn the_first_ctrl_c_does_not_wait_for_a_hung_server() {
    for calls in ["\"upload\"", "\"submit\"", "\"status\"", "\"result\"", "\"download\""] {
        let stage = hanging(calls);
        let child = start(&mut run_of(&stage));
        let kind = calls.trim_matches('"');
        stage.until("a call hangs", |stats| stats["calls"][kind].as_u64() >= Some(2));
        signal(&child, Signal::INT);
        let run = ended(child, SOON);
        assert_eq!((run.status, &run.summary()["exit"]), (130, &130.into()), "{calls}: {}", run.stderr);
        assert!(run.stderr.contains("same command"), "{calls}: {}", run.stderr);
    }
}

#[test]
fn a_signal_while_fal_is_asked_for_its_price_ends_it_in_good_order() {
    for (which, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let stage = hanging("\"pricing\"");
        let child = start(&mut run_of(&stage));
        stage.until("the price is asked for", |stats| stats["calls"]["pricing"].as_u64() >= Some(1));
        signal(&child, which);
        let run = ended(child, SOON);
        assert_eq!((run.status, &run.summary()["exit"]), (status, &status.into()), "{}", run.stderr);
        assert!(run.stderr.contains("nothing was sent"), "{}", run.stderr);
        assert_eq!(stage.stats()["accepted"], 0);
    }
}

#[test]
fn the_second_ctrl_c_ends_it_at_once_and_the_intent_is_kept() {
    let stage = hanging("\"submit\"");
    let child = start(&mut run_of(&stage));
    stage.until("two submits hang", |stats| stats["calls"]["submit"].as_u64() >= Some(2));
    signal(&child, Signal::INT);
    sleep(Duration::from_millis(100));
    signal(&child, Signal::INT);
    let run = ended(child, Duration::from_millis(900));
    assert_eq!(run.status, 130);
    assert!(!run.stdout.contains("\"event\":\"batch\""), "it does not wait for its own summary");
    let shown = common::run(&mut stage.command(&["show", "1", "--json"]));
    let stands = shown.stdout.matches("SUBMITTING").count() + shown.stdout.matches("UNKNOWN").count();
    assert!(stands >= 2, "{}", shown.stdout);
}

#[test]
fn a_signal_to_terminate_and_a_hang_up_have_their_own_statuses() {
    for (which, status) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let stage = hanging("\"status\"");
        // Who runs the tests under nohup passes on that hang-ups are ignored.
        let mut command = run_of(&stage);
        if cfg!(target_os = "linux") {
            command = behind(&["env", "--default-signal=HUP"], &command, &stage);
        }
        let child = start(&mut command);
        stage.until("two are at fal", |stats| stats["accepted"] == 2);
        signal(&child, which);
        assert_eq!(ended(child, SOON).status, status);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn under_nohup_a_hang_up_changes_nothing() {
    let stage = Stage::with(Options { latency: Duration::from_millis(800), ..fast() });
    stage.small_photos(4);
    let child = start(&mut behind(&["nohup"], &run_of(&stage), &stage));
    stage.until("two are at fal", |stats| stats["accepted"] == 2);
    signal(&child, Signal::HUP);
    let run = ended(child, Duration::from_secs(30));
    run.assert_status(0);
    assert_eq!(run.summary()["done"], 4);
}
