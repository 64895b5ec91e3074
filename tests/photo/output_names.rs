//! Files and folders that want one name in the output folder, and the last word of a run.

use std::fs;

use crate::common::{Stage, run};

#[test]
fn a_folder_named_like_a_result_takes_nothing_from_it_nor_fails() {
    let stage = Stage::new();
    stage.photo("space/rocket.jpg", "dd.jpg");
    stage.run(&[]).assert_status(0);
    assert!(stage.output().join("dd.png").is_file());
    // The folder comes later; then both are there from the start.
    stage.photo("chelsea.png", "dd.png/inner.png").photo("coffee.png", "metadata.jsonl/inner.png");
    let run = stage.run(&[]);
    run.assert_status(0);
    assert_eq!(run.last("dd.png/inner.png")["output"], "dd.png_/inner.png");
    assert_eq!(run.last("metadata.jsonl/inner.png")["output"], "metadata.jsonl_/inner.png");
    assert!(stage.output().join("metadata.jsonl").is_file());
    fs::remove_dir_all(stage.output()).unwrap();
    let again = stage.run(&["-p", "creativity=0.5"]);
    again.assert_status(0);
    assert_eq!(again.last("dd.png/inner.png")["output"], "dd.png_/inner.png");
    assert_eq!(again.last("dd.jpg")["output"], "dd.png");
}

#[test]
fn what_others_put_into_the_output_folder_stays_and_is_gone_around_before_anything_is_paid() {
    let stage = Stage::new();
    stage.photo("space/rocket.jpg", "beach/a.jpg");
    fs::create_dir_all(stage.output().join("metadata.jsonl")).unwrap();
    fs::create_dir(stage.output().join("report.csv")).unwrap();
    fs::write(stage.output().join("beach"), "theirs").unwrap();
    let run = stage.run(&[]);
    run.assert_status(0);
    assert_eq!(run.last("beach/a.jpg")["output"], "beach_/a.png");
    assert_eq!(fs::read(stage.output().join("beach")).unwrap(), b"theirs");
    assert!(stage.output().join("metadata.2.jsonl").is_file() && stage.output().join("report.2.csv").is_file());
}

#[test]
fn folders_may_be_named_by_their_uris() {
    let stage = Stage::new();
    stage.photo("space/rocket.jpg", "a b.jpg");
    let uri = |path: &std::path::Path| url::Url::from_file_path(path).unwrap().to_string();
    let output = stage.photos().with_file_name("what comes");
    let run = run(&mut stage.command(&["--json", "--yes", &uri(&stage.photos()), "-o", &uri(&output)]));
    run.assert_status(0);
    assert!(output.join("a b.png").is_file());
}

#[test]
fn the_last_event_has_the_status_that_the_process_ends_with() {
    let stage = Stage::new();
    stage.photo("space/rocket.jpg", "a.jpg");
    // No name is left for the report.
    fs::create_dir_all(stage.output().join("report.csv")).unwrap();
    (2..1000).for_each(|n| fs::create_dir(stage.output().join(format!("report.{n}.csv"))).unwrap());
    let run = stage.run(&[]);
    run.assert_status(4);
    assert_eq!(run.summary()["exit"], 4);
    assert_eq!(run.summary()["done"], 1);
    let notice = run.events().into_iter().rfind(|event| event["event"] == "notice").unwrap();
    assert!(notice["message"].as_str().unwrap().contains("report"), "{notice}");
}
