//! One plan: `plan`, `plan --json`, a run as lines, a run as JSON and the dashboard say the same of a folder on
//! which earlier runs left everything that they can leave.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::common::terminal::Term;
use crate::common::{Run, Stage, fast, program, run, start};
use fal_tui::job::{Job, OwnParams, Timestamp, Transition, apply};
use fal_tui::ledger::Ledger;
use fal_tui::sandbox::{Options, Scenario};
use serde_json::{Value, json};

/// What a plan says in every face.
const NUMBERS: [&str; 8] =
    ["photos", "duplicates", "replaced", "done_before", "at_fal", "failed_before", "unknown_before", "skipped"];
const SUMS: [&str; 5] = ["estimate_usd", "sufficient_usd", "duplicates_usd", "input_mp", "output_mp"];

/// One of the photos fails, another stays at fal for as long as anybody asks.
fn stage() -> Stage {
    let faults = "
        [[fault]]
        call = \"run\"
        file = \"*faulty*\"
        fail = { type = \"content_policy_violation\", field = \"image_url\", msg = \"flagged\" }
        [[fault]]
        call = [\"status\", \"result\"]
        file = \"*hanging*\"
        hang = true
    ";
    let scenario = Scenario::parse(faults, "some stay").unwrap();
    Stage::with(Options { scenario: Some(scenario), ..fast() })
}

/// Leaves a trial's picture, one that is done, one that failed, one at fal, one with parameters of its own, one
/// that is gone, one that became another, and twins of all kinds.
fn leave_everything(stage: &Stage) {
    stage.small_photos(9);
    let [photos, aside] = [stage.photos(), stage.dir.path().join("aside")];
    fs::create_dir(&aside).unwrap();
    let name = |from: &str, to: &str| fs::rename(photos.join(from), photos.join(to)).unwrap();
    let copy = |from: &str, to: &str| assert!(fs::copy(photos.join(from), photos.join(to)).unwrap() > 0);
    name("small-8.png", "faulty.png");
    name("small-9.png", "hanging.png");
    for new in ["small-5.png", "small-6.png", "small-7.png"] {
        fs::rename(photos.join(new), aside.join(new)).unwrap();
    }
    let trial = ["--sandbox", "--json", "--yes", "--latency", "100", "--include", "small-3.png"];
    run(program(stage.dir.path()).args(trial).arg(&photos)).assert_status(0);
    let mut first = stage.command(&["--json", "--yes", "-c", "8", "--exclude", "small-3.png"]);
    let mut going = start(first.arg(&photos));
    stage.until("all are at fal", |stats| stats["accepted"] == 5);
    let shown = || run(&mut stage.command(&["show", "2", "--json"])).stdout;
    while shown().matches("\"state\":\"DONE\"").count() < 3 || !shown().contains("\"state\":\"FAILED\"") {
        std::thread::sleep(Duration::from_millis(20));
    }
    going.kill().unwrap();
    going.wait().unwrap();

    redo_in_the_ledger(stage, "small-2.png");
    for new in ["small-5.png", "small-6.png", "small-7.png"] {
        fs::rename(aside.join(new), photos.join(new)).unwrap();
    }
    copy("small-1.png", "twin-of-done.png");
    copy("hanging.png", "twin-at-fal.png");
    copy("small-5.png", "twin-of-new.png");
    copy("small-5.png", "twin-of-new-too.png");
    // Another photo of the same name.
    copy("small-7.png", "small-4.png");
    fs::write(photos.join("broken.png"), "no picture").unwrap();
}

/// What a kill leaves of one that was to be made again with parameters of its own.
fn redo_in_the_ledger(stage: &Stage, path: &str) {
    stage.runtime.block_on(async {
        let ledger = Ledger::open(&stage.dir.path().join(".local/state/fal-tui")).await.unwrap();
        let batch = ledger.batches().await.unwrap().into_iter().map(|row| row.id).max().unwrap();
        let jobs = ledger.jobs(batch).await.unwrap();
        let job = jobs.into_iter().find(|job| job.photo.slash_path() == path).unwrap();
        let params =
            "{\"creativity\":0.5,\"enable_safety_checker\":true,\"guidance\":1,\"steps\":20,\"upscale_factor\":4}";
        let redone = apply(&job.state, Transition::Redo, Timestamp(1)).unwrap();
        let writer = ledger.writer(batch);
        writer.note(&Job { state: redone, own: Some(OwnParams(params.into())), ..job });
        writer.flush().await.unwrap();
    });
}

/// Runs something on the state and the results as they are, and puts them back afterwards.
fn kept<T>(stage: &Stage, f: impl FnOnce() -> T) -> T {
    let (ledger, backup) = (stage.dir.path().join(".local"), stage.dir.path().join("backup"));
    let copied =
        |from: &Path, to: &Path| assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
    fs::create_dir(&backup).unwrap();
    copied(&ledger, &backup.join("state"));
    copied(&stage.output(), &backup.join("output"));
    let told = f();
    for (kept, to) in [("state", ledger), ("output", stage.output())] {
        fs::remove_dir_all(&to).unwrap();
        fs::rename(backup.join(kept), to).unwrap();
    }
    fs::remove_dir(backup).unwrap();
    told
}

fn plan_of(told: &Run) -> Value {
    let mut plan = told.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    plan["skipped"] = json!(plan["skipped"].as_array().unwrap().len());
    plan
}

#[test]
fn all_faces_tell_the_same_plan() {
    let stage = stage();
    leave_everything(&stage);
    let photos = stage.photos();
    let with = |args: &[&str]| {
        let mut command = stage.command(args);
        command.arg(&photos);
        command
    };
    let plan = plan_of(run(&mut with(&["plan", "--json"])).assert_status(0));
    let text = run(&mut with(&["plan"])).assert_status(0).stdout.clone();
    let numbers: Vec<_> = NUMBERS.map(|name| plan[name].as_u64().unwrap()).into();
    // small-3 whose trial gives way, the new 5, 6, 7 and the one that became another less its twin, and the
    // redone one; twins: of the one at fal, of the done one, two of a new one, and of each other.
    assert_eq!(numbers, [5, 5, 1, 1, 1, 1, 0, 1], "{plan:#}");

    // A run is ended when its plan is told: what it cannot fetch would keep it.
    let told = kept(&stage, || until_planned(&mut with(&["--json", "--yes"])));
    let planned = plan_of(&told);
    for name in NUMBERS.into_iter().chain(SUMS) {
        assert_eq!(planned[name], plan[name], "{name}: a run says\n{planned:#}\nthe plan\n{plan:#}");
    }
    let lines = kept(&stage, || until_planned(&mut with(&["--headless", "--yes"])));
    let of_text = |name: &str, text: &str| {
        let line = text.lines().find_map(|line| line.split_once(name).map(|(_, rest)| rest.trim().to_owned()));
        line.unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    let photos_line = of_text("photos ", &text);
    assert!(lines.stdout.contains(&photos_line), "lines say\n{}\nthe plan says\n{text}", lines.stdout);

    kept(&stage, || {
        let mut term = Term::start(&with(&[]), (120, 60));
        term.wait_for("Enter sends 5 photos");
        for told in [
            "1 request picked up at fal",
            "1 done by an earlier run",
            "1 failed in an earlier run",
            "5 duplicates: not sent",
            "1 of a trial's pictures replaced",
            "1 skipped",
        ] {
            term.wait_for(told);
        }
        let estimate = of_text("price ", &text).split_whitespace().next().unwrap().to_owned();
        term.wait_for(&estimate);
        term.press("q");
        term.wait_exit();
    });
}

/// Runs until the plan is told and kills it.
fn until_planned(command: &mut Command) -> Run {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        stdout += &line;
        stdout.push('\n');
        if line.contains("\"event\":\"plan\"") || line.contains(" to send") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    Run { status: 0, stdout, stderr: String::new() }
}
