//! Texts that differ by photo, through the built program: what is filled in, what is left out, and the same money for
//! the same picture with the same text.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;

use crate::common::{self, Stage, run};
use serde_json::{Value, json};

const EDIT: &str = "fal-ai/nano-banana-pro/edit";

/// The prompts that fal was sent, as it remembers them.
fn prompts(stage: &Stage) -> BTreeSet<String> {
    let url = format!(
        "{}/v1/models/requests/by-endpoint?endpoint_id={EDIT}&expand=payloads&limit=100",
        stage.sandbox.api_url()
    );
    let text = stage.runtime.block_on(async {
        let asked = reqwest::Client::new().get(url).header("authorization", "Key sandbox").send().await.unwrap();
        asked.text().await.unwrap()
    });
    let asked: Value = serde_json::from_str(&text).unwrap();
    let items = asked["items"].as_array().unwrap_or_else(|| panic!("{text}")).clone();
    items
        .iter()
        .map(|item| item["json_input"]["prompt"].as_str().unwrap_or_else(|| panic!("{item}")).to_owned())
        .collect()
}

fn beside(stage: &Stage, name: &str, text: &str) {
    fs::write(stage.photos().join(name), text).unwrap();
}

fn texts(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn each_photo_gets_its_own_text_and_one_without_is_left_out_before_anything_is_sent() {
    let stage = Stage::new();
    stage.small_photos(3);
    beside(&stage, "small-1.txt", "mirror it\n");
    beside(&stage, "small-2.txt", "\u{feff}make it {blue}");
    let args = ["-m", EDIT, "-p", "prompt={sidecar}, {stem} {{as is}}"];
    let planned = run(stage.command(&["plan", "--json"]).args(args).arg(stage.photos()));
    let plan: Value = serde_json::from_str(planned.stdout.trim()).unwrap();
    assert_eq!((&plan["photos"], &plan["skipped"].as_array().unwrap().len()), (&json!(2), &1), "{plan}");
    assert_eq!(
        plan["skipped"][0],
        json!({ "path": "small-3.png", "reason": "no text file beside it, for {sidecar}" }),
        "{plan}"
    );
    let ran = stage.run(&args);
    ran.assert_status(0);
    assert_eq!(prompts(&stage), texts(&["mirror it, small-1 {as is}", "make it {blue}, small-2 {as is}"]));
    let lines = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    assert!(lines.contains("make it {blue}, small-2 {as is}"), "{lines}");

    // Nothing is sent again; once there is a text, that photo goes.
    stage.run(&args).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2);
    beside(&stage, "small-3.txt", "grey");
    beside(&stage, "small-1.txt", "something else by now");
    stage.run(&args).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 3, "what is done stays done");
    assert!(prompts(&stage).contains("grey, small-3 {as is}"));
}

#[test]
fn what_another_batch_said_is_filled_in() {
    let stage = Stage::new();
    stage.small_photos(2);
    let args = ["-m", EDIT, "-p", "prompt=grey: {caption}"];
    let planned = run(stage.command(&["plan", "--json"]).args(args).arg(stage.photos()));
    let plan: Value = serde_json::from_str(planned.stdout.trim()).unwrap();
    assert_eq!(plan["photos"], 0, "{plan}");
    assert_eq!(plan["skipped"][0]["reason"], "no earlier batch said anything of it, for {caption}");
    let said = stage.run(&["-m", "fal-ai/florence-2-large/caption"]);
    said.assert_status(0);
    let of = |n: u8| said.last(&format!("small-{n}.png"))["caption"].as_str().unwrap().to_owned();
    stage.run(&args).assert_status(0);
    assert_eq!(prompts(&stage), texts(&[&format!("grey: {}", of(1)), &format!("grey: {}", of(2))]));
}

#[test]
fn a_name_that_stands_for_nothing_is_refused_with_the_list() {
    let stage = Stage::new();
    stage.small_photos(1);
    for (prompt, found) in [("a {cat} here", "`{cat}`"), ("a { here", "`{`"), ("a } here", "`}`")] {
        let refused = stage.run(&["-m", EDIT, "-p", &format!("prompt={prompt}")]);
        refused.assert_status(2);
        assert!(refused.stderr.contains(found), "{prompt}: {}", refused.stderr);
        assert!(refused.stderr.contains("{stem}, {folder}, {sidecar}, {caption}"), "{}", refused.stderr);
    }
    assert_eq!(stage.stats()["submits"], 0);
}

#[test]
fn the_same_picture_with_the_same_text_is_paid_for_once_and_with_another_twice() {
    let stage = Stage::new();
    stage.small_photos(1);
    let photos = stage.photos();
    fs::create_dir_all(photos.join("other")).unwrap();
    for name in ["twin.png", "other/small-1.png"] {
        fs::copy(photos.join("small-1.png"), photos.join(name)).unwrap();
    }
    // Of three copies two are called the same.
    let args = ["-m", EDIT, "-p", "prompt=grey {stem}"];
    let planned = run(stage.command(&["plan", "--json"]).args(args).arg(&photos));
    let plan: Value = serde_json::from_str(planned.stdout.trim()).unwrap();
    assert_eq!((&plan["photos"], &plan["duplicates"]), (&json!(2), &json!(1)), "{plan}");
    let ran = stage.run(&args);
    ran.assert_status(0);
    assert_eq!((&stage.stats()["accepted"], &ran.summary()["done"]), (&json!(2), &json!(3)));
    assert_eq!(prompts(&stage), texts(&["grey small-1", "grey twin"]));

    // The same words by another way, in another folder, are the same job.
    let out = stage.dir.path().join("elsewhere");
    let again = stage.run(&["-m", EDIT, "-p", "prompt=grey twin", "-o", out.to_str().unwrap()]);
    again.assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2, "{}", again.stdout);
    beside(&stage, "twin.txt", "grey small-1");
    let third = stage.dir.path().join("third");
    let args = ["-m", EDIT, "-p", "prompt={sidecar}", "-o", third.to_str().unwrap()];
    let again = stage.run(&args);
    again.assert_status(0);
    assert_eq!((&stage.stats()["accepted"], &again.summary()["done"]), (&json!(2), &json!(1)), "{}", again.stdout);
}

#[test]
fn killed_in_the_middle_each_text_is_paid_for_once() {
    let stage =
        Stage::with(fal_tui::sandbox::Options { latency: std::time::Duration::from_millis(800), ..common::fast() });
    stage.small_photos(6);
    let args = ["--json", "--yes", "-m", EDIT, "-p", "prompt=grey {stem}"];
    let mut child = common::start(stage.command(&args).arg(stage.photos()));
    stage.until("some are at fal", |stats| stats["accepted"].as_u64() >= Some(3));
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = common::run(stage.command(&args).arg(stage.photos()));
    ran.assert_status(0);
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&json!(6), &json!(1)), "{stats:#}");
    assert_eq!(prompts(&stage).len(), 6);
}

#[cfg(unix)]
#[test]
fn the_plan_shows_what_each_is_sent_with_and_a_changed_text_is_seen_before_it_is_sent() {
    let stage = Stage::new();
    stage.small_photos(2);
    beside(&stage, "small-1.txt", "mirror");
    let command = stage.command(&["-m", EDIT, "-p", "prompt=grey {stem}", "photos"]);
    let mut term = common::terminal::Term::start(&command, (120, 36));
    term.wait_for("Enter sends 2 photos");
    term.press("p");
    term.wait_row(&["small-2.png", "grey small-2"]);
    assert_eq!(stage.stats()["submits"], 0);
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
}
