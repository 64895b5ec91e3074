//! Lists of photos with parameters for each: every bad line is told, and nothing is sent while there is one.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use crate::common::{Run, Stage, run, size};
use serde_json::Value;

/// A list with `DIR` for the folder of photos.
fn list(stage: &Stage, name: &str, text: &str) -> PathBuf {
    let file = stage.dir.path().join(name);
    fs::write(&file, text.replace("DIR", stage.photos().to_str().unwrap())).unwrap();
    file
}

fn from(stage: &Stage, list: &std::path::Path, args: &[&str]) -> Run {
    let all: Vec<&str> = [&["--json", "--yes", "--from"], &[list.to_str().unwrap()][..], args].concat();
    run(stage.command(&all).arg(stage.photos()))
}

fn accepted(stage: &Stage) -> u64 {
    stage.stats()["accepted"].as_u64().unwrap_or(0)
}

#[test]
fn each_photo_is_sent_with_what_its_line_says() {
    let stage = Stage::new();
    stage.small_photos(3);
    let table = "path,upscale_factor,steps\nDIR/small-1.png,4,\nDIR/small-2.png,,30\n";
    let objects = "{\"path\":\"DIR/small-1.png\",\"upscale_factor\":4}\n{\"path\":\"DIR/small-2.png\",\"steps\":30}\n";
    let ran = from(&stage, &list(&stage, "list.csv", table), &["-p", "creativity=0.5"]);
    ran.assert_status(0);
    assert_eq!((ran.summary()["done"].clone(), accepted(&stage)), (2.into(), 2));
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    // 24 × 16 px, one at ×4 and one at ×2.
    let output_mp = plan["output_mp"].as_f64().unwrap();
    assert!((output_mp - (96.0 * 64.0 + 48.0 * 32.0) / 1e6).abs() < 1e-9, "{plan}");
    assert_eq!(size(&stage.output().join("small-1.png")), (96, 64));
    assert_eq!(size(&stage.output().join("small-2.png")), (48, 32));
    let records = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    let steps: Vec<_> = records
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|record| {
            let params: Value = serde_json::from_str(record["params"].as_str().unwrap()).unwrap();
            (record["file_name"].clone(), params["steps"].clone(), params["creativity"].clone())
        })
        .collect();
    assert!(steps.contains(&("small-2.png".into(), 30.into(), 0.5.into())), "{steps:?}");
    // The same said in another form is the same: nothing is paid again.
    let again = from(&stage, &list(&stage, "list.jsonl", objects), &["-p", "creativity=0.5"]);
    assert_eq!((again.status, again.summary()["done"].clone(), accepted(&stage)), (0, 2.into(), 2));
    // On stdin as well.
    let text = fs::read(list(&stage, "list.csv", "path,steps\nDIR/small-3.png,9\n")).unwrap();
    let mut child = stage
        .command(&["--json", "--yes", "--from", "-", "-p", "creativity=0.5"])
        .arg(stage.photos())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &text).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(accepted(&stage), 3);
}

#[test]
fn of_a_hundred_thousand_lines_three_bad_ones_are_told_and_nothing_is_sent() {
    let stage = Stage::new();
    stage.small_photos(2);
    let mut text = "path,steps\n".to_owned();
    for line in 2..=100_001 {
        match line {
            7 => text.push_str("DIR/none.png,9\n"),
            50_000 => text.push_str("DIR/small-1.png,200\n"),
            99_999 => text.push_str(",9\n"),
            // The same photos again and again say nothing new.
            n => writeln!(text, "DIR/small-{}.png,9", n % 2 + 1).unwrap(),
        }
    }
    // With another value for a photo that is listed already the line would be bad for that.
    let text = text.replace("DIR/small-1.png,200", "DIR/small-3.png,200");
    fs::copy(stage.photos().join("small-1.png"), stage.photos().join("small-3.png")).unwrap();
    let file = list(&stage, "list.csv", &text);
    let ran = from(&stage, &file, &[]);
    ran.assert_status(2);
    for says in [
        "has 3 bad lines",
        "line 7: there is no file",
        "line 50000: column 2: `steps` cannot be `200`",
        "line 99999: has no path",
        "nothing was sent",
        "--skip-bad",
    ] {
        assert!(ran.stderr.contains(says), "{says}: {}", ran.stderr);
    }
    assert_eq!(accepted(&stage), 0);
    let ran = from(&stage, &file, &["--skip-bad"]);
    ran.assert_status(0);
    assert_eq!((ran.summary()["done"].clone(), accepted(&stage)), (2.into(), 2));
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert!(plan["notes"].to_string().contains("3 lines of the list are left out (--skip-bad): line 7"), "{plan}");
}

#[test]
fn a_column_that_the_model_does_not_have_is_refused_whatever_is_skipped() {
    let stage = Stage::new();
    stage.small_photos(1);
    let file = list(&stage, "list.csv", "path,upscale_facto\nDIR/small-1.png,4\n");
    for args in [&[][..], &["--skip-bad"]] {
        let ran = from(&stage, &file, args);
        ran.assert_status(2);
        assert!(
            ran.stderr.contains("column 2: ") && ran.stderr.contains("did you mean `upscale_factor`"),
            "{}",
            ran.stderr
        );
    }
    let twice = list(&stage, "twice.csv", "path,steps\nDIR/small-1.png,9\nDIR/small-1.png,8\n");
    assert!(from(&stage, &twice, &[]).stderr.contains("line 3: is listed already, in line 2"));
    assert_eq!(accepted(&stage), 0);
    // Lists of our own are no parameters.
    stage.run(&[]).assert_status(0);
    let report = stage.output().join("report.csv");
    assert!(report.is_file());
}
