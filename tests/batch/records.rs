//! The records of a batch: what other programs load, what failed and goes again, and all of it while the run goes on.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::{Stage, fast, python, root, run, start};
use serde_json::Value;

/// A table's lines by its columns.
fn table(file: &Path) -> Vec<Value> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let columns = reader.headers().unwrap().clone();
    let line =
        |record: csv::StringRecord| columns.iter().map(str::to_owned).zip(record.iter().map(Value::from)).collect();
    reader.records().map(|record| Value::Object(line(record.unwrap()))).collect()
}

fn two_photos() -> Stage {
    let stage = Stage::with(fast());
    stage.small_photos(2);
    stage
}

#[test]
fn what_failed_is_listed_with_what_to_do_and_goes_again_by_its_list() {
    let stage = Stage::scenario("fails_for_good");
    stage.small_photos(3).photo("chelsea.png", "sub/faulty, =1.png").photo("coffee.png", "faulty.png");
    stage.run(&[]).assert_status(1);
    let list = stage.output().join("failures.csv");
    let failures = table(&list);
    assert_eq!(failures.len(), 2, "{failures:#?}");
    let one = failures.iter().find(|line| line["photo"] == "sub/faulty, =1.png").unwrap();
    assert_eq!(one["path"], stage.photos().join("sub/faulty, =1.png").to_str().unwrap());
    assert_eq!(one["state"], "FAILED");
    assert!(!one["hint"].as_str().unwrap().is_empty() && !one["cause"].as_str().unwrap().is_empty(), "{one}");
    assert!(!one["request_id"].as_str().unwrap().is_empty(), "{one}");

    // Just these, in the same batch, with a new photo left out; and again they fail.
    fs::copy(stage.photos().join("small-1.png"), stage.photos().join("new.jpg")).unwrap();
    let before = stage.stats()["submits"].as_u64().unwrap();
    let list_path = list.to_str().unwrap().to_owned();
    let output = stage.output();
    let mut again = stage.command(&["--json", "--yes", "--from", &list_path, "-o", output.to_str().unwrap()]);
    let again = run(&mut again);
    again.assert_status(1);
    assert_eq!(again.summary()["batch"], 1);
    assert!(stage.stats()["submits"].as_u64().unwrap() >= before + 2);
    assert!(!again.stdout.contains("\"new.jpg\""), "{}", again.stdout);
    assert_eq!(table(&list).len(), 2);

    // One of them is gone: its line is named, and nothing is sent.
    fs::remove_file(stage.photos().join("faulty.png")).unwrap();
    let refused = run(&mut stage.command(&["--json", "--yes", "--from", &list_path]));
    refused.assert_status(2);
    assert!(
        refused.stderr.contains("failures.csv` has 1 bad line") && refused.stderr.contains("there is no file"),
        "{}",
        refused.stderr
    );

    // Paths on stdin, one a line: as photos of their own.
    let mut piped = stage.command(&["plan", "--json", "--from", "-"]);
    let mut piped = piped.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut piped.stdin.take().unwrap(), b"photos/small-2.png\n").unwrap();
    let plan: Value = serde_json::from_slice(&piped.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!((&plan["photos"], &plan["duplicates"]), (&0.into(), &1.into()), "paid for already: {plan:#}");
}

#[test]
fn where_nothing_fails_any_more_there_is_no_list_of_failures() {
    let stage = Stage::scenario("fails_twice");
    stage.photo("coffee.png", "faulty.png");
    stage.run(&["--retries", "0"]).assert_status(1);
    let list = stage.output().join("failures.csv");
    assert_eq!(table(&list).len(), 1);
    for _ in 0..2 {
        stage.run(&["--retry-failed"]);
    }
    assert!(!list.exists(), "{:#?}", table(&list));
    fs::write(&list, "path,why\nmine,mine\n").unwrap();
    run(&mut stage.command(&["report", "1"])).assert_status(0);
    assert_eq!(fs::read_to_string(&list).unwrap(), "path,why\nmine,mine\n", "another program's");
}

#[test]
fn records_are_there_while_the_run_goes_on_and_are_made_again_without_it() {
    let stage = Stage::scenario("hangs");
    stage.small_photos(2).photo("coffee.png", "faulty.png");
    let mut going = start(stage.command(&["--yes", "--headless"]).arg(stage.photos()));
    let (metadata, report) = (stage.output().join("metadata.jsonl"), stage.output().join("report.csv"));
    let begun = Instant::now();
    while !(metadata.exists() && report.exists()) {
        assert!(begun.elapsed() < Duration::from_mins(2) && going.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(fs::read_to_string(&metadata).unwrap().lines().count(), 2);
    let states: Vec<_> = table(&report).iter().map(|line| line["state"].clone()).collect();
    assert!(states.contains(&"DONE".into()) && states.len() == 3, "{states:?}");
    going.kill().unwrap();
    going.wait().unwrap();
    for file in [&metadata, &report] {
        fs::remove_file(file).unwrap();
    }
    run(&mut stage.command(&["report", "1"])).assert_status(0);
    assert_eq!(fs::read_to_string(&metadata).unwrap().lines().count(), 2);
}

#[test]
fn a_run_that_changes_nothing_leaves_records_alone_but_for_those_that_somebody_changed() {
    let stage = two_photos();
    let run = || stage.run(&[]).assert_status(0).summary();
    run();
    let (metadata, report) = (stage.output().join("metadata.jsonl"), stage.output().join("report.csv"));
    let written = || [&metadata, &report].map(|file| fs::metadata(file).unwrap().modified().unwrap());
    let (text, then) = (fs::read_to_string(&metadata).unwrap(), written());
    run();
    assert_eq!(written(), then);

    fs::remove_file(&report).unwrap();
    run();
    assert_eq!(table(&report).len(), 2);
    fs::write(&metadata, "").unwrap();
    run();
    assert_eq!(fs::read_to_string(&metadata).unwrap(), text);

    // What is asked for now was not so then; and another batch is written down beside the first.
    stage.run(&["--captions", "txt,csv"]).assert_status(0);
    assert_eq!(table(&stage.output().join("captions.csv")).len(), 2);
    stage.run(&[]).assert_status(0);
    let redone = stage.run(&["-p", "creativity=0.5"]);
    redone.assert_status(0);
    assert!(fs::read_to_string(&metadata).unwrap().contains("0.5"));
    assert_eq!(stage.stats()["accepted"], 4);
}

#[test]
fn what_another_ledger_adds_to_a_finished_folder_is_not_paid_for_again() {
    let stage = two_photos();
    for _ in 0..2 {
        stage.run(&[]).assert_status(0);
    }
    stage.small_photos(3);
    let elsewhere = stage.dir.path().join("elsewhere").to_str().unwrap().to_owned();
    stage.run(&["--state-dir", &elsewhere]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 3, "what lies there is taken over, and one is new");
    assert_eq!(stage.run(&[]).assert_status(0).summary()["done"], 3);
    assert_eq!(stage.stats()["accepted"], 3);
}

#[test]
fn hugging_faces_datasets_load_what_is_written() {
    let Some(python) = python() else {
        println!("skipped: target/datasets has no Python with `datasets`; .ci/run makes it");
        return;
    };
    let stage = Stage::new();
    stage.small_photos(2).photo("chelsea.png", "sub/кот, \"1\".png").photo("coffee.png", "=1+1.png");
    let args = ["-m", "fal-ai/fooocus/upscale-or-vary", "-p", "num_images=2", "--caption-prefix", "=zwx, "];
    stage.run(&args).assert_status(0);
    let script = root().join("tests/records/load.py");
    let loaded =
        Command::new(python).arg(script).arg(stage.output()).env("HF_HOME", stage.dir.path()).output().unwrap();
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
    let told: Value = serde_json::from_slice(&loaded.stdout).unwrap();
    assert_eq!((&told["rows"], &told["report"]), (&8.into(), &4.into()), "{told}");
    assert_eq!(told["photos"], serde_json::json!(["=1+1.png", "small-1.png", "small-2.png", "sub/кот, \"1\".png"]));
    assert_eq!(told["formulas"], serde_json::json!([]), "{told}");
}
