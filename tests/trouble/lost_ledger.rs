//! The output folder is a second memory: what lies there with its record is not paid for again, whatever
//! became of the ledger.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use crate::common::{Run, Stage, fast, run, start};
use fal_tui::sandbox::Options;
use serde_json::Value;

fn state(stage: &Stage) -> PathBuf {
    stage.dir.path().join("state")
}

fn with_state<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &["--state-dir", "state"]].concat()
}

fn go(stage: &Stage, args: &[&str]) -> Run {
    stage.run(&with_state(args))
}

/// A run in the sandbox of its own process.
fn trial(stage: &Stage) -> Run {
    let args = with_state(&["--sandbox", "--latency", "10", "--json", "--yes"]);
    run(stage.command(&args).arg(stage.photos()))
}

fn lose(stage: &Stage) {
    fs::remove_dir_all(state(stage)).unwrap();
}

fn plan(stage: &Stage, args: &[&str]) -> Value {
    let mut all = with_state(&["plan", "--json"]);
    all.extend(args);
    let told = run(stage.command(&all).arg(stage.photos()));
    serde_json::from_str(told.assert_status(0).stdout.trim()).unwrap()
}

fn notes(plan: &Value) -> String {
    plan["notes"].to_string()
}

fn planned(told: &Run) -> Value {
    told.events().into_iter().find(|event| event["event"] == "plan").unwrap()
}

fn accepted(stage: &Stage) -> u64 {
    stage.stats()["accepted"].as_u64().unwrap()
}

fn read(stage: &Stage, name: &str) -> String {
    fs::read_to_string(stage.output().join(name)).unwrap()
}

fn lines(stage: &Stage) -> Vec<Value> {
    read(stage, "metadata.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Everything in the output folder, hidden files too.
fn names(stage: &Stage) -> Vec<String> {
    let entries = fs::read_dir(stage.output()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_lies_in_the_output_folder_is_done_though_no_ledger_knows_it() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "a/cat.png").photo("coffee.png", "cup.png").small_photos(2);
    let first = go(&stage, &[]);
    let spent = first.assert_status(0).summary()["spent_usd"].clone();
    // A person went over one caption and threw another away.
    fs::write(stage.output().join("cup.txt"), "by hand\n").unwrap();
    fs::remove_file(stage.output().join("a/cat.txt")).unwrap();
    let (report, there) = (read(&stage, "report.csv"), names(&stage));
    lose(&stage);

    let before = plan(&stage, &[]);
    assert_eq!((&before["photos"], &before["found_in_output"]), (&0.into(), &4.into()), "{before:#}");
    let mut text = stage.command(&with_state(&["plan"]));
    let text = run(text.arg(stage.photos()));
    assert!(text.stdout.contains("0 photos to send, 4 done before, found in the output folder"), "{}", text.stdout);

    let again = go(&stage, &[]);
    again.assert_status(0);
    assert_eq!(accepted(&stage), 4, "nothing is paid for again");
    let told = planned(&again);
    assert_eq!((&told["photos"], &told["found_in_output"], &told["duplicates"]), (&0.into(), &4.into(), &0.into()));
    assert_eq!((&again.summary()["done"], &again.summary()["spent_usd"]), (&4.into(), &spent), "it is in the ledger");
    assert_eq!(read(&stage, "cup.txt"), "by hand\n");
    assert_eq!(names(&stage), there, "nothing is written but the records");
    assert_eq!(read(&stage, "report.csv").replace(",0,", ",1,"), report.replace(",0,", ",1,"));

    let third = go(&stage, &[]);
    assert_eq!((&planned(&third)["found_in_output"], &third.summary()["done"]), (&0.into(), &4.into()));
    assert_eq!(accepted(&stage), 4);
}

#[test]
fn a_text_a_drawing_and_a_video_are_remembered_too_also_beside_a_picture() {
    for (args, first, lines_of) in [
        (&["-m", "fal-ai/florence-2-large/caption"][..], "small-1.txt", "other-results.jsonl"),
        (&["-m", "fal-ai/image2svg"], "small-1.svg", "other-results.jsonl"),
        (
            &["-m", "fal-ai/kling-video/v2.5-turbo/pro/image-to-video", "-p", "prompt=wind"],
            "small-1.mp4",
            "other-results.jsonl",
        ),
        (&["-m", "fal-ai/birefnet/v2", "-p", "output_mask=true"], "small-1.png", "metadata.jsonl"),
    ] {
        let stage = Stage::new();
        stage.small_photos(2);
        go(&stage, args).assert_status(0);
        let lying = || {
            let lines = read(&stage, lines_of).lines().count();
            (lines, fs::read(stage.output().join(first)).unwrap(), names(&stage))
        };
        let before = lying();
        lose(&stage);
        assert_eq!(plan(&stage, args)["found_in_output"], 2, "{args:?}");
        let again = go(&stage, args);
        assert_eq!(again.assert_status(0).summary()["done"], 2, "{args:?}");
        assert_eq!(accepted(&stage), 2, "{args:?}");
        assert_eq!(lying(), before, "{args:?}");
        // One that was changed since is not adopted.
        fs::write(stage.output().join(first), "by hand").unwrap();
        lose(&stage);
        assert_eq!(plan(&stage, args)["found_in_output"], 1, "{args:?}");
    }
}

#[test]
fn lines_say_what_was_found_and_a_renamed_photo_gets_a_copy() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png");
    go(&stage, &[]).assert_status(0);
    lose(&stage);
    fs::rename(stage.photos().join("cat.png"), stage.photos().join("kitten.png")).unwrap();
    let told = run(stage.command(&with_state(&["--headless", "--yes"])).arg(stage.photos()));
    told.assert_status(0);
    let said = "0 photos to send, 1 the same picture as another, 1 done before, found in the output folder";
    assert!(told.stdout.contains(said), "{}", told.stdout);
    assert_eq!(accepted(&stage), 2);
    assert!(stage.output().join("kitten.png").is_file());
}

#[test]
fn a_ledger_that_was_emptied_or_is_gone_or_older_is_said_to_be_so() {
    let stage = Stage::new();
    stage.small_photos(2);
    let ledger = state(&stage).join("ledger.db");
    go(&stage, &["--include", "*-1.png"]).assert_status(0);
    let backup = fs::read(&ledger).unwrap();
    // The folder's records are of another second than the backup.
    std::thread::sleep(Duration::from_millis(5));
    go(&stage, &[]).assert_status(0);
    let said = plan(&stage, &[]);
    assert_eq!((notes(&said).as_str(), &said["found_in_output"]), ("[]", &0.into()), "a good ledger");

    fs::write(&ledger, backup).unwrap();
    let said = plan(&stage, &[]);
    assert_eq!((&said["photos"], &said["found_in_output"]), (&0.into(), &1.into()), "{said:#}");
    assert!(notes(&said).contains("may be restored from a backup"), "{said:#}");

    File::options().write(true).open(&ledger).unwrap().set_len(0).unwrap();
    let said = plan(&stage, &[]);
    assert!(notes(&said).contains("was empty, 0 bytes where one had been"), "{said:#}");
    assert_eq!((&said["photos"], &said["found_in_output"]), (&0.into(), &2.into()), "{said:#}");

    fs::remove_file(&ledger).unwrap();
    let told = go(&stage, &[]);
    assert!(notes(&planned(&told)).contains("is gone, though batches were run with it"), "{}", told.stdout);
    assert_eq!(accepted(&stage), 2);
}

#[test]
fn what_a_killed_run_saved_is_not_sent_again_though_its_ledger_is_gone() {
    let stage = Stage::with(Options { latency: Duration::from_millis(300), runners: 1, ..fast() });
    stage.small_photos(6);
    let args = with_state(&["--headless", "--yes", "-c", "1"]);
    let mut child = start(stage.command(&args).arg(stage.photos()));
    let noted = || {
        let hidden = |name: &String| name.starts_with(".fal-tui-saved-");
        let names = if stage.output().is_dir() { names(&stage) } else { Vec::new() };
        names.iter().filter(|name| hidden(name)).map(|name| read(&stage, name).lines().count()).sum::<usize>()
    };
    stage.until("two results are noted", |_| noted() >= 2);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!stage.output().join("metadata.jsonl").exists(), "the records come at the end");
    let (saved, paid) = (noted() as u64, accepted(&stage));
    // What a dying process did not finish is no line.
    let journal = names(&stage).into_iter().find(|name| name.starts_with(".fal-tui-saved-")).unwrap();
    let torn = format!("{}{{\"file_name\":\"small-6.png\",\"te", read(&stage, &journal));
    fs::write(stage.output().join(&journal), torn).unwrap();
    lose(&stage);

    let told = go(&stage, &[]);
    told.assert_status(0);
    assert_eq!(planned(&told)["found_in_output"], saved, "{}", told.stdout);
    assert_eq!(accepted(&stage), paid + 6 - saved);
    assert_eq!((lines(&stage).len(), told.summary()["done"].clone()), (6, 6.into()));
    assert!(!names(&stage).contains(&journal), "it is in the records now");
}

#[test]
fn other_parameters_are_another_job_and_so_is_what_is_asked_for() {
    let stage = Stage::new();
    stage.small_photos(1);
    go(&stage, &[]).assert_status(0);
    lose(&stage);
    assert_eq!(plan(&stage, &["-p", "seed=7"])["photos"], 1);
    let asked = plan(&stage, &["--no-adopt"]);
    assert_eq!((&asked["photos"], &asked["found_in_output"]), (&1.into(), &0.into()));
    go(&stage, &["--no-adopt"]).assert_status(0);
    assert_eq!(accepted(&stage), 2);
}

#[test]
fn a_picture_that_was_changed_or_is_gone_is_not_adopted_and_this_is_said() {
    let stage = Stage::new();
    stage.small_photos(3);
    go(&stage, &[]).assert_status(0);
    fs::write(stage.output().join("small-1.png"), "edited").unwrap();
    fs::remove_file(stage.output().join("small-2.png")).unwrap();
    lose(&stage);
    let told = go(&stage, &[]);
    told.assert_status(0);
    let plan = planned(&told);
    let counts = ["photos", "found_in_output", "changed_in_output"].map(|name| plan[name].as_u64().unwrap());
    assert_eq!((counts, accepted(&stage)), ([2, 1, 2], 5));
    assert_eq!(read(&stage, "small-1.png"), "edited");
}

#[test]
fn a_record_that_leads_out_of_the_folder_or_lies_adopts_nothing() {
    let stage = Stage::new();
    stage.small_photos(1);
    go(&stage, &[]).assert_status(0);
    let line = lines(&stage).remove(0);
    let outside = stage.dir.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::rename(stage.output().join("small-1.png"), outside.join("small-1.png")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, stage.output().join("link")).unwrap();
    fs::write(stage.output().join("text.png"), vec![b'x'; line["bytes"].as_u64().unwrap().try_into().unwrap()])
        .unwrap();
    let absolute = outside.join("small-1.png");
    for (n, name) in
        (1_u64..).zip(["../outside/small-1.png", absolute.to_str().unwrap(), "link/small-1.png", "text.png"])
    {
        let mut lying = line.clone();
        lying["file_name"] = name.into();
        fs::write(stage.output().join("metadata.jsonl"), format!("{lying}\n\u{0}{{]\nnull\n")).unwrap();
        lose(&stage);
        go(&stage, &[]).assert_status(0);
        assert_eq!(accepted(&stage), 1 + n, "{name} was taken for the result");
        fs::remove_file(stage.output().join("small-1.png")).unwrap();
    }
    assert!(outside.join("small-1.png").is_file());
}

#[test]
fn a_trial_is_never_adopted_as_real_and_does_not_rewrite_real_records() {
    let stage = Stage::new();
    stage.small_photos(2);
    trial(&stage).assert_status(0);
    assert_eq!(lines(&stage)[0]["service"], "sandbox");
    let before = plan(&stage, &[]);
    assert_eq!((&before["photos"], &before["replaced"]), (&2.into(), &2.into()));
    // A picture that somebody edited is no trial's any more.
    fs::write(stage.output().join("small-2.png"), "edited").unwrap();
    assert_eq!(plan(&stage, &[])["replaced"], 1);
    go(&stage, &[]).assert_status(0);
    assert_eq!(accepted(&stage), 2);
    let real = (read(&stage, "metadata.jsonl"), read(&stage, "report.csv"));
    assert!(lines(&stage).iter().any(|line| line["file_name"] == "small-1.png" && line["service"] != "sandbox"));

    let caption = stage.output().join("small-1.txt");
    fs::remove_file(&caption).unwrap();
    trial(&stage).assert_status(0);
    run(&mut stage.command(&with_state(&["report", "1"]))).assert_status(0);
    assert!(!caption.exists(), "a trial's caption beside a real picture");
    let of_real = |text: &str, line: &str| text.lines().any(|known| known == line);
    let (metadata, report) = (read(&stage, "metadata.jsonl"), read(&stage, "report.csv"));
    for line in real.0.lines().filter(|line| !line.contains("\"sandbox\"")) {
        assert!(of_real(&metadata, line), "{line}\nis gone from\n{metadata}");
    }
    for line in real.1.lines() {
        assert!(of_real(&report, line), "{line}\nis gone from\n{report}");
    }

    // And what a sandbox made is nothing to a run whose ledger is gone.
    let stage = Stage::new();
    stage.small_photos(1);
    trial(&stage).assert_status(0);
    lose(&stage);
    assert_eq!(plan(&stage, &[])["photos"], 1);
}

#[test]
fn records_of_an_earlier_version_adopt_nothing_and_fal_is_asked_what_it_knows() {
    let stage = Stage::new();
    stage.small_photos(2);
    go(&stage, &[]).assert_status(0);
    let new = [
        "batch_params",
        "model",
        "service",
        "bytes",
        "source_bytes",
        "source_blake3",
        "cost_usd",
        "cost_at_most_usd",
        "saved_at",
    ];
    let mut old = String::new();
    for mut line in lines(&stage) {
        line.as_object_mut().unwrap().retain(|name, _| !new.contains(&name.as_str()));
        old.push_str(&line.to_string());
        old.push('\n');
    }
    fs::write(stage.output().join("metadata.jsonl"), old).unwrap();
    lose(&stage);
    let said = plan(&stage, &[]);
    assert_eq!((&said["photos"], &said["found_in_output"]), (&2.into(), &0.into()));
    assert!(
        notes(&said).contains("2 pictures in the output folder were written down by an earlier version"),
        "{said:#}"
    );
    assert!(notes(&said).contains("fal's history lists 2 requests"), "{said:#}");
    assert!(notes(&said).contains("fal-tui recover"), "{said:#}");
    // One more photo is a batch of its own; the lines of the others get the keys that a loader wants.
    let other = stage.dir.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(stage.photos().join("small-1.png"), other.join("third.png")).unwrap();
    let args = with_state(&["--json", "--yes", "-o", "photos-upscaled", "other"]);
    run(&mut stage.command(&args)).assert_status(0);
    let keys = |line: &Value| line.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let lines = lines(&stage);
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| keys(line) == keys(&lines[2])), "{lines:#?}");
}
