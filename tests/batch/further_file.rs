//! A file that goes along with every photo, such as a mask: brought up once, known by what it holds, sent honestly.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::common::platform::Platform;
use crate::common::{self, Run, Stage, run};
use fal_tui::sandbox::{Options, Scenario};
use serde_json::{Value, json};

const FILL: &str = "fal-ai/flux-pro/v1/fill";

/// A mask that marks the left part of a picture, up to so many pixels of 24.
fn mask(stage: &Stage, name: &str, up_to: u32) -> PathBuf {
    let path = stage.dir.path().join(name);
    let mask = image::GrayImage::from_fn(24, 16, |x, _| image::Luma([if x < up_to { 255 } else { 0 }]));
    mask.save(&path).unwrap();
    path
}

/// What fills with red what a mask marks, as PNG.
fn args(mask: &Path) -> Vec<String> {
    let named = format!("mask_url=@{}", mask.display());
    ["-m", FILL, "-p", "prompt=make it red", "-p", "output_format=png", "-p", &named].map(str::to_owned).into()
}

fn fill(stage: &Stage, mask: &Path, more: &[&str]) -> Run {
    let args = args(mask);
    let args: Vec<&str> = args.iter().map(String::as_str).chain(more.iter().copied()).collect();
    stage.run(&args)
}

fn accepted(stage: &Stage) -> u64 {
    stage.stats()["accepted"].as_u64().unwrap()
}

fn uploads(stage: &Stage) -> u64 {
    stage.stats()["calls"]["upload"].as_u64().unwrap_or_default()
}

/// Where a result differs from its photo, in columns.
fn changed(stage: &Stage, name: &str) -> Vec<u32> {
    let photo = image::open(stage.photos().join(name)).unwrap().into_rgb8();
    let result = image::open(stage.output().join(name)).unwrap().into_rgb8();
    assert_eq!(photo.dimensions(), result.dimensions());
    (0..photo.width())
        .filter(|x| (0..photo.height()).any(|y| photo.get_pixel(*x, y) != result.get_pixel(*x, y)))
        .collect()
}

#[test]
fn a_mask_goes_up_once_and_decides_what_every_result_is() {
    let stage = Stage::new();
    stage.small_photos(4);
    let left = mask(&stage, "left.png", 12);
    let planned = run(stage.command(&["plan", "--json"]).args(args(&left)).arg(stage.photos()));
    let plan: Value = serde_json::from_str(planned.assert_status(0).stdout.trim()).unwrap();
    let file = &plan["files"][0];
    assert_eq!((&file["param"], &file["width"], &file["height"]), (&json!("mask_url"), &json!(24), &json!(16)));
    assert_eq!((&file["path"], &file["content"]), (&json!(left.to_str().unwrap()), &plan["params"]["mask_url"]));
    let planned = run(stage.command(&["plan"]).args(args(&left)).arg(stage.photos()));
    assert!(planned.stdout.contains("mask_url=@left.png"), "{}", planned.stdout);
    assert!(planned.stdout.contains("sent along with every photo"), "{}", planned.stdout);
    assert_eq!(uploads(&stage), 0);

    let ran = fill(&stage, &left, &["--canary", "2"]);
    ran.assert_status(0);
    assert_eq!((accepted(&stage), uploads(&stage)), (4, 5), "{:#}", stage.stats());
    for n in 1..=4 {
        assert_eq!(changed(&stage, &format!("small-{n}.png")), (0..12).collect::<Vec<_>>());
    }
    // Its name is told where parameters have what it holds.
    let batch = ran.summary()["batch"].to_string();
    let shown = run(&mut stage.command(&["show", &batch]));
    assert!(shown.stdout.contains(&format!("mask_url=@{}", left.display())), "{}", shown.stdout);
    let shown: Value =
        serde_json::from_str(run(&mut stage.command(&["show", &batch, "--json"])).stdout.trim()).unwrap();
    assert_eq!(shown["files"], json!([{ "param": "mask_url", "path": left, "content": plan["params"]["mask_url"] }]));
    let named = |stage: &Stage| {
        let lines = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
        let line: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        serde_json::from_str::<Value>(line["files"].as_str().unwrap()).unwrap()
    };
    let mark = plan["params"]["mask_url"].as_str().unwrap();
    assert_eq!(named(&stage), json!({ mark: "left.png" }));
    // Renamed it is the same batch, and nothing is paid again.
    let renamed = stage.dir.path().join("renamed.png");
    fs::rename(&left, &renamed).unwrap();
    let again = fill(&stage, &renamed, &["--canary", "2"]);
    assert_eq!(again.assert_status(0).summary()["batch"], ran.summary()["batch"]);
    assert_eq!(named(&stage), json!({ mark: "renamed.png" }));
    // In another folder its results are copied.
    let elsewhere = stage.dir.path().join("elsewhere");
    let copied = fill(&stage, &renamed, &["-o", elsewhere.to_str().unwrap()]);
    assert_eq!(copied.assert_status(0).summary()["done"], 4);
    assert_eq!((accepted(&stage), uploads(&stage)), (4, 5));
    // Changed it is another job.
    mask(&stage, "renamed.png", 6);
    let other = stage.dir.path().join("other");
    fill(&stage, &renamed, &["-o", other.to_str().unwrap()]).assert_status(0);
    assert_eq!((accepted(&stage), uploads(&stage)), (8, 10), "{:#}", stage.stats());
}

#[test]
fn what_cannot_go_along_is_said_before_anything_is_sent() {
    let stage = Stage::new();
    stage.small_photos(1);
    let good = mask(&stage, "good.png", 12);
    let text = stage.dir.path().join("mask.txt");
    fs::write(&text, "no picture").unwrap();
    let cut = stage.dir.path().join("cut.png");
    fs::write(&cut, &fs::read(&good).unwrap()[..40]).unwrap();
    let pair = |name: &str, path: &Path| format!("{name}=@{}", path.display());
    let none = stage.dir.path().join("none.png");
    // Whatever it is, so long a file is not even looked into.
    let long = stage.dir.path().join("long.png");
    fs::File::create(&long).unwrap().set_len((50 << 20) + 1).unwrap();
    for (pair, said) in [
        (pair("mask_url", &none), "the file cannot be read: no such file"),
        (pair("mask_url", stage.dir.path()), "it is no file"),
        (pair("mask_url", &long), "has more than 50 MiB, which models do not fetch"),
        (pair("mask_url", &text), "the file cannot go along with photos:"),
        (pair("mask_url", &cut), "the file cannot go along with photos: truncated PNG"),
        (pair("prompt", &good), "the file is no text, and this parameter takes no file"),
        (pair("num_images", &good), "the file is no text, and this parameter takes no file"),
        (pair("masc_url", &good), "did you mean `mask_url`?"),
        ("mask_url=good.png".to_owned(), "a file (`@PATH`) or its URL"),
        (format!("mask_url=blake3:{}", "ab".repeat(32)), "stands for a file that is not known here any more"),
    ] {
        let refused = stage.run(&["-m", FILL, "-p", "prompt=x", "-p", &pair]);
        refused.assert_status(2);
        assert!(refused.stderr.contains(said), "{pair}: {}", refused.stderr);
    }
    // A text's file is read as a text beside it.
    let pairs = [pair("prompt", &text), pair("mask_url", &good)];
    let ran = stage.run(&["-m", FILL, "-p", &pairs[0], "-p", &pairs[1]]);
    let plan = ran.assert_status(0).events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!(plan["params"]["prompt"], json!("no picture"));
    assert_eq!(accepted(&stage), 1);
}

#[test]
fn a_field_that_takes_a_list_of_files_gets_a_list_of_one() {
    let stage = Stage::new();
    stage.small_photos(1);
    let platform = Platform::start(&stage);
    let image = json!({ "properties": { "url": { "type": "string" } } });
    let properties = json!({
        "image_url": { "type": "string" },
        "reference_image_urls": { "type": "array", "items": { "type": "string" } },
    });
    let document = json!({ "components": { "schemas": {
        "AInput": { "required": ["image_url"], "properties": properties },
        "AOutput": { "properties": { "image": image } },
    } } });
    platform.publish(FILL, &document);
    let good = mask(&stage, "good.png", 12);
    let pair = format!("reference_image_urls=@{}", good.display());
    let planned = run(platform.command(&stage, &["plan", "--json", "-m", FILL, "-p", &pair]).arg(stage.photos()));
    let plan: Value = serde_json::from_str(planned.assert_status(0).stdout.trim()).unwrap();
    assert_eq!(plan["params"]["reference_image_urls"], json!([plan["files"][0]["content"]]));
}

#[test]
fn killed_in_the_middle_each_photo_is_paid_for_once_and_the_mask_is_there_again() {
    let stage = Stage::with(Options { latency: Duration::from_millis(1200), runners: 2, ..common::fast() });
    stage.small_photos(6);
    let left = mask(&stage, "left.png", 12);
    // While the window is full no paid call is on its way.
    for wanted in [2, 4] {
        let mut command = stage.command(&["--json", "--yes", "-c", "2"]);
        let mut child = common::start(command.args(args(&left)).arg(stage.photos()));
        stage.until("some are at fal", |stats| stats["accepted"].as_u64() >= Some(wanted));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    fill(&stage, &left, &["-c", "2"]).assert_status(0);
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&json!(6), &json!(1)), "{stats:#}");
    assert_eq!(changed(&stage, "small-6.png"), (0..12).collect::<Vec<_>>());
}

#[test]
fn a_lost_reply_and_a_cap_are_with_a_mask_as_without() {
    let stage = Stage::scenario("lost_reply");
    stage.photo("chelsea.png", "faulty.png").photo("textures/grass.png", "good.png");
    let left = mask(&stage, "left.png", 12);
    assert_eq!(fill(&stage, &left, &[]).last("good.png")["state"], "DONE");
    assert_eq!(fill(&stage, &left, &["--retry-failed"]).summary()["done"], 2);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);

    let usd = |stage: &Stage| stage.stats()["usd"].as_f64().unwrap();
    let all = Stage::new();
    all.small_photos(9);
    fill(&all, &mask(&all, "left.png", 12), &["--budget", "100"]).assert_status(0);
    let cap = usd(&all) * 0.6;
    let short = Stage::new();
    short.small_photos(9);
    for _ in 0..2 {
        let ran = fill(&short, &mask(&short, "left.png", 12), &["--budget", &format!("{cap:.9}")]);
        ran.assert_status(4);
        assert!(usd(&short) <= cap && accepted(&short) < 9, "{} of {cap}", usd(&short));
    }
}

#[test]
fn a_mask_that_changes_meanwhile_stops_the_run_with_a_reason_and_fails_no_photo() {
    let scenario =
        "[[fault]]\ncall = \"run\"\nfile = \"small-*.png\"\nfirst = 1\nfail = { type = \"file_download_error\" }\n";
    let options = Options { latency: Duration::from_millis(800), runners: 1, ..common::fast() };
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(scenario, "test").unwrap()), ..options });
    stage.small_photos(30);
    let left = mask(&stage, "left.png", 12);
    let mut command = stage.command(&["--json", "--yes", "-c", "1"]);
    command.args(args(&left)).arg(stage.photos()).stdout(std::process::Stdio::piped());
    let child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    stage.until("one is at fal", |stats| stats["accepted"].as_u64() >= Some(1));
    // The first cannot be fetched at fal, so that all goes up anew.
    mask(&stage, "left.png", 6);
    let output = child.wait_with_output().unwrap();
    let told = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap();
    let ran = Run { status, stdout: told(output.stdout), stderr: told(output.stderr) };
    let summary = ran.assert_status(4).summary();
    assert_eq!((&summary["failed"], summary["left"].as_u64() > Some(25)), (&json!(0), true), "{summary}");
    let notices: Vec<_> = ran.events().into_iter().filter(|event| event["kind"] == "file_changed").collect();
    assert_eq!(notices.len(), 1, "{}", ran.stdout);
    let said = notices[0]["message"].as_str().unwrap();
    assert!(said.starts_with("left.png, which goes along, has changed since the plan was made; no more"), "{said}");
    assert!(notices[0]["action"].as_str().unwrap().starts_with("put it back as it was"), "{}", notices[0]);
    mask(&stage, "left.png", 12);
    assert_eq!(fill(&stage, &left, &[]).assert_status(0).summary()["done"], 30);
    assert_eq!(changed(&stage, "small-9.png"), (0..12).collect::<Vec<_>>());
}

#[test]
fn a_retry_knows_where_the_mask_lies_and_says_if_it_is_another() {
    let scenario =
        "[[fault]]\ncall = \"run\"\nfile = \"small-1.png\"\nfirst = 1\nfail = { type = \"image_load_error\" }\n";
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(scenario, "test").unwrap()), ..common::fast() });
    stage.small_photos(2);
    let left = mask(&stage, "left.png", 12);
    let ran = fill(&stage, &left, &[]);
    ran.assert_status(1);
    let batch = ran.summary()["batch"].to_string();
    let retry = || run(&mut stage.command(&["retry", &batch, "--json", "--yes"]));
    mask(&stage, "left.png", 6);
    let refused = retry();
    refused.assert_status(2);
    assert!(refused.stderr.contains("left.png, has changed since"), "{}", refused.stderr);
    fs::remove_file(&left).unwrap();
    assert!(retry().assert_status(2).stderr.contains("left.png, cannot be read: no such file"));
    mask(&stage, "left.png", 12);
    retry().assert_status(0);
    assert_eq!(changed(&stage, "small-1.png"), (0..12).collect::<Vec<_>>());
}

#[test]
fn where_fal_cannot_fetch_the_mask_any_more_it_is_brought_up_again() {
    let scenario =
        "[[fault]]\ncall = \"run\"\nfile = \"small-2.png\"\nfirst = 1\nfail = { type = \"file_download_error\" }\n";
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(scenario, "test").unwrap()), ..common::fast() });
    stage.small_photos(2);
    let left = mask(&stage, "left.png", 12);
    fill(&stage, &left, &["-c", "1"]).assert_status(0);
    // Two photos and a mask, then the photo and the mask again.
    assert_eq!(uploads(&stage), 5, "{:#}", stage.stats());
    assert_eq!(changed(&stage, "small-2.png"), (0..12).collect::<Vec<_>>());
}

#[test]
fn what_was_made_with_a_mask_is_recovered_with_the_ledger_and_without() {
    let stage = Stage::new();
    stage.small_photos(2);
    let (left, other) = (mask(&stage, "left.png", 12), mask(&stage, "other.png", 6));
    fill(&stage, &left, &[]).assert_status(0);
    let recover = |mask: &Path| {
        let ran = run(stage.command(&["recover", "--json"]).args(args(mask)).arg(stage.photos()));
        ran.events().pop().unwrap()["results"].clone()
    };
    fs::remove_dir_all(stage.output()).unwrap();
    // Every batch of the ledger, without a word on masks.
    let told = run(&mut stage.command(&["recover", "--json"]));
    assert_eq!(told.events().pop().unwrap()["results"]["saved"], 2, "{}{}", told.stdout, told.stderr);
    fs::remove_dir_all(stage.output()).unwrap();
    fs::remove_dir_all(stage.dir.path().join(".local/state/fal-tui")).unwrap();
    // Nobody knows the upload any more: what lies there says which mask it was.
    assert_eq!(recover(&other)["other_params"], 2);
    assert_eq!(recover(&left)["saved"], 2);
    assert_eq!(changed(&stage, "small-1.png"), (0..12).collect::<Vec<_>>());
    assert_eq!(accepted(&stage), 2);
}

#[cfg(unix)]
mod dashboard {
    use super::*;
    use crate::common::terminal::Term;

    #[test]
    fn a_mask_is_named_on_the_plan_shown_in_the_request_and_changed_for_another_go() {
        let stage = Stage::new();
        stage.small_photos(2);
        let (left, _) = (mask(&stage, "left.png", 12), mask(&stage, "few.png", 3));
        let command = ["-m", FILL, "-p", "prompt=make it red", "-p", "output_format=png"];
        let mut term = Term::start(stage.command(&command).arg("photos"), (140, 44));
        term.wait_row(&["mask_url", "must be given"]);
        // The first field is the mask.
        term.press("\u{1b}[B\r@none.png\r");
        term.wait_for("mask_url stays as it is: none.png cannot be read");
        term.press("\r@left.png\r");
        term.wait_row(&["mask_url", "@left.png"]);
        term.wait_for("2 photos for about");
        // It is edited by its path.
        term.press("\r");
        term.wait_row(&["mask_url", &format!("@{}", left.display())]);
        term.press("\u{1b}");
        term.wait_row(&["mask_url", "@left.png"]);
        term.press("\u{1b}");
        term.wait_for("Enter sends 2 photos");
        term.press("\r");
        term.wait_for("✓ finished");
        term.press("4");
        term.wait_row(&["goes along", "mask_url", "left.png"]);
        assert_eq!(changed(&stage, "small-1.png"), (0..12).collect::<Vec<_>>());
        assert_eq!((accepted(&stage), uploads(&stage)), (2, 3));

        // Another go with another mask.
        term.press("e");
        term.wait_for("make it again");
        term.press("\u{1b}[B\u{1b}[B");
        term.wait_row(&["▸ mask_url", "@"]);
        term.press("\r\u{15}@few.png\r");
        term.wait_row(&["mask_url", "@few.png"]);
        term.press("\u{1b}[A\u{1b}[A");
        term.wait_row(&["▸ make it again", "about $0.05"]);
        term.press("\r");
        term.wait_for("is made again");
        stage.until("it is made again", |stats| stats["accepted"] == 3);
        term.wait_for("redone");
        term.press("q");
        term.wait_exit();
        let columns = [changed(&stage, "small-1.png").len(), changed(&stage, "small-2.png").len()];
        assert!(columns == [3, 12] || columns == [12, 3], "{columns:?}");
    }

    #[test]
    fn a_mask_that_changes_while_the_plan_is_looked_at_is_said_and_put_back() {
        let stage = Stage::new();
        stage.small_photos(3);
        let left = mask(&stage, "left.png", 12);
        let mut term = Term::start(stage.command(&[]).args(args(&left)).arg("photos"), (140, 44));
        term.wait_for("Enter sends 3 photos");
        fs::remove_file(&left).unwrap();
        term.press("\r");
        term.wait_for("left.png, which goes along, cannot be read: No such file");
        term.wait_for("file changed");
        mask(&stage, "left.png", 12);
        term.press("p");
        term.wait_for("✓ finished");
        assert_eq!((accepted(&stage), changed(&stage, "small-3.png")), (3, (0..12).collect()));
        term.press("q");
        term.wait_exit();
    }

    #[test]
    fn another_model_keeps_the_mask_where_it_takes_one() {
        let stage = Stage::new();
        stage.small_photos(1);
        let left = mask(&stage, "left.png", 12);
        let args = args(&left);
        let mut term = Term::start(stage.command(&[]).args(args).arg("photos"), (140, 44));
        term.wait_for("Enter sends 1 photo");
        term.press("mclarity");
        term.wait_row(&["▸ fal-ai/clarity-upscaler"]);
        term.press("\r");
        term.wait_row(&["endpoint", "clarity-upscaler"]);
        term.press("mfill");
        term.wait_row(&["▸ ", FILL]);
        term.press("\r");
        term.wait_row(&["endpoint", FILL]);
        term.press("q");
        term.wait_exit();
    }
}
