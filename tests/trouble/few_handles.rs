//! Few file handles: what is paid for is saved, or nothing is sent at all.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{self, Stage, fast, run};
use fal_tui::sandbox::Options;
use serde_json::Value;

/// The stage's run with at most so many handles.
fn limited(stage: &Stage, handles: &str) -> common::Run {
    let inner = stage.command(&["--json", "--yes"]);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit $1; shift; exec \"$@\"", "sh", handles]);
    command.arg(inner.get_program()).args(inner.get_args()).arg(stage.photos()).env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(stage.dir.path());
    run(&mut command)
}

#[test]
fn too_few_are_refused_before_anything_is_sent() {
    let stage = Stage::new();
    stage.small_photos(30);
    let told = limited(&stage, "-n 40");
    told.assert_status(2);
    assert!(told.stderr.contains("ulimit -n"), "{}", told.stderr);
    assert_eq!(stage.stats()["submits"], 0, "{}", stage.stats());
}

#[test]
fn with_just_enough_all_that_is_paid_for_is_saved() {
    for handles in ["-n 56", "-n 64", "-n 90"] {
        let stage = Stage::new();
        stage.small_photos(60);
        let told = limited(&stage, handles);
        told.assert_status(0);
        assert_eq!(told.summary()["done"], 60, "{handles}: {}", told.stderr);
    }
}

#[test]
fn what_few_leave_to_be_done_at_once_is_said_on_the_plan() {
    let stage = Stage::new();
    stage.small_photos(2);
    let told = limited(&stage, "-n 64");
    told.assert_status(0);
    let plan = told.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    let few = plan["few_files"].as_str().unwrap_or_default();
    assert!(few.starts_with("64 may be open at once") && few.contains("ulimit -n"), "{plan}");
    let told = limited(&stage, "-n 1024");
    let plan = told.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert!(plan["few_files"].is_null(), "{plan}");
}

/// Whatever is open stays open, and nothing more can be.
#[test]
#[cfg(target_os = "linux")]
fn handles_that_run_out_on_the_way_spend_no_attempt() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};

    let options = Options { latency: Duration::from_millis(300), runners: 2, ..fast() };
    let stage = Stage::with(options);
    stage.small_photos(24);
    let mut command = stage.command(&["--json", "--yes", "--concurrency", "4"]);
    let mut child = command.arg(stage.photos()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    let limit = |handles| prlimit(Some(pid), Resource::Nofile, Rlimit { current: Some(handles), maximum: Some(4096) });
    let (mut told, mut is_lowered) = (Vec::new(), false);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if event["state"] == "IN_QUEUE" && !std::mem::replace(&mut is_lowered, true) {
            limit(8).unwrap();
        }
        if event["kind"] == "resources_low" {
            limit(4096).unwrap();
        }
        if event["event"] != "log" && (event["event"] != "job" || !event["cause"].is_null()) {
            told.push(event);
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(0), "{told:#?}");
    let notice = told.iter().find(|event| event["kind"] == "resources_low").unwrap();
    let message = notice["message"].as_str().unwrap();
    assert!(message.contains("open files: 8"), "{message}");
    assert!(notice["action"].as_str().unwrap().contains("ulimit -n"), "{notice}");
    assert_eq!(told.last().unwrap()["done"], 24);
    assert_eq!(stage.stats()["accepted"], 24, "nothing was paid for twice");
}

#[test]
fn a_low_soft_limit_is_raised_to_the_hard_one() {
    let stage = Stage::new();
    stage.small_photos(8);
    limited(&stage, "-S -n 20").assert_status(0);
}
