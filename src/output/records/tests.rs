//! What the records promise.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::job::{
    Cause, CauseKind, Checkpoint, Closed, ContentHash, Cost, FilePath, Intent, Job, JobId, JobState, OwnParams,
    RequestId, Run, Saved, Service, Stage, Stop, Suspicion, Terms, Timestamp, Upload, Usd, saved_samples,
};
use crate::output::tests::photo;
use crate::output::{Captions, FileNames, Output};

pub(super) fn terms() -> Terms {
    Terms { model: "fal-ai/m".to_owned(), params: "{\"p\":1}".to_owned(), service: Service::Fal }
}

pub(super) fn output() -> (TempDir, Output) {
    let dir = tempfile::tempdir().unwrap();
    let output = Output::open(dir.path(), Captions::default()).unwrap();
    (dir, output)
}

pub(super) fn job(path: &str, state: JobState) -> Job {
    Job { id: JobId::at(0), photo: photo(path), state, own: None, opinion: None }
}

pub(super) fn closed() -> Closed {
    Closed { at: Timestamp(1), took: std::time::Duration::from_secs(1), attempts: 2 }
}

pub(super) fn saved(output: &str, caption: Option<&str>) -> Saved {
    Saved {
        seed: Some(-7),
        inference_s: Some(1.5),
        cost: Some(Cost::Known(Usd::from_nanos(109_312_000))),
        ..saved_samples::saved("r-1", saved_samples::png(output, 1280, 854, 9), caption)
    }
}

fn jobs() -> Vec<Job> {
    let cause = Cause { kind: CauseKind::ImageTooLarge, http: Some(422), message: "too \"large\"".into() };
    let run = Run { began: Timestamp(1), attempt: 1 };
    let upload = Upload { url: "u".into(), at: Timestamp(1), content: ContentHash([0; 32]) };
    let intent = Intent { upload, at: Timestamp(2) };
    vec![
        job(
            "sub/a.jpg",
            JobState::Done(closed(), saved("sub/a.png", Some("A cat,\non a \"mat\" 👩\u{200d}🚀")).into()),
        ),
        job(
            "b.jpg",
            JobState::Review(closed(), saved("b.png", None).into(), Suspicion("is 6×4, expected 12×8".into())),
        ),
        job(
            "c.jpg",
            JobState::Failed {
                closed: closed(),
                cause: Box::new(cause),
                stop: Some(Box::new(Stop { stage: Stage::Follow, request: RequestId::new("r-9").ok() })),
                checkpoint: Box::new(Checkpoint::Nothing),
            },
        ),
        job("d.txt", JobState::Skipped("text, not a picture".into())),
        job("e\n.jpg", JobState::Pending),
        job("f.jpg", JobState::Unknown(run, intent.into())),
    ]
}

pub(super) fn metadata(dir: &TempDir) -> Vec<Value> {
    let text = fs::read_to_string(dir.path().join("metadata.jsonl")).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(super) fn report(dir: &TempDir, name: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(dir.path().join(name)).unwrap();
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn metadata_has_a_line_a_picture_with_the_keys_that_loaders_want() {
    let (dir, output) = output();
    output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
    let caption = "A cat, on a \"mat\" 👩\u{200d}🚀";
    let line = |file_name: &str, text: Value, source: &str| json!({"file_name": file_name, "text": text, "width": 1280, "height": 854, "seed": -7, "source": source, "request_id": "r-1", "params": null, "batch_params": "{\"p\":1}", "files": null, "model": "fal-ai/m", "service": "fal", "said": null, "model_said": null, "bytes": 9, "source_bytes": 1, "source_blake3": null, "cost_usd": 0.109_312, "cost_at_most_usd": null, "saved_at": "1970-01-01T00:00:00.001Z", "role": null, "part": null, "parts": null, "stars": null, "verdict": null});
    assert_eq!(metadata(&dir), [line("sub/a.png", caption.into(), "sub/a.jpg"), line("b.png", Value::Null, "b.jpg")]);
}

#[test]
fn the_report_has_a_line_a_job_with_its_cause() {
    let (dir, output) = output();
    output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
    let lines = report(&dir, "report.csv");
    assert_eq!(
        lines[0],
        [
            "path",
            "state",
            "output",
            "width",
            "height",
            "seed",
            "cost_usd",
            "attempts",
            "request_id",
            "cause",
            "caption",
            "params",
            "service",
            "stars",
            "verdict"
        ]
    );
    assert_eq!(
        lines[1],
        [
            "sub/a.jpg",
            "DONE",
            "sub/a.png",
            "1280",
            "854",
            "-7",
            "0.109312",
            "2",
            "r-1",
            "",
            "A cat, on a \"mat\" 👩\u{200d}🚀",
            "",
            "fal",
            "",
            ""
        ]
    );
    assert_eq!(lines[2][9], "is 6×4, expected 12×8");
    assert_eq!(
        lines[3],
        [
            "c.jpg",
            "FAILED",
            "",
            "",
            "",
            "",
            "",
            "2",
            "r-9",
            "image_too_large: 422 too \"large\"",
            "",
            "",
            "fal",
            "",
            ""
        ]
    );
    assert_eq!(lines[4][9], "text, not a picture");
    assert_eq!(lines[5][..2], ["e\n.jpg", "PENDING"]);
    assert_eq!(lines[6][9], "unknown_outcome: the answer to the paid call was lost");
    assert_eq!(lines.len(), 7);
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn writing_again_replaces_our_lines_and_keeps_the_others() {
    let (dir, output) = output();
    let theirs = "{\"file_name\":\"mine.png\",\"text\":\"by hand\",\"label\":3}\nnot even json\n";
    fs::write(dir.path().join("metadata.jsonl"), theirs).unwrap();
    fs::write(dir.path().join("other.png"), b"a picture").unwrap();
    output
        .write_records(
            &[job("gone.jpg", JobState::Done(closed(), saved("gone.png", None).into()))],
            &terms(),
            FileNames::default(),
        )
        .unwrap();
    output
        .write_records(
            &[job("other.jpg", JobState::Done(closed(), saved("other.png", None).into()))],
            &terms(),
            FileNames::default(),
        )
        .unwrap();
    for _ in 0..2 {
        output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
    }
    let text = fs::read_to_string(dir.path().join("metadata.jsonl")).unwrap();
    assert!(text.contains(theirs), "{text}");
    assert_eq!(text.lines().count(), 2 + 1 + 2, "{text}");
    let lines = report(&dir, "report.csv");
    assert_eq!(lines.iter().filter(|line| line[0] == "sub/a.jpg").count(), 1);
    assert_eq!(lines.iter().filter(|line| line[0] == "other.jpg").count(), 1);
    assert_eq!(lines.len(), 1 + 6 + 2);
}

#[test]
fn what_others_wrote_keeps_its_bytes_its_place_and_its_readers() {
    let (dir, output) = output();
    let path = dir.path().join("metadata.jsonl");
    let theirs =
        "\u{feff}{\"file_name\":\"mine.png\"}\r\n\n  {\"file_name\":\"x.png\", \"n\": 1.0}\n{\"file_name\":\"last\"}";
    fs::write(&path, theirs).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    for _ in 0..2 {
        output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let ours = text.strip_prefix(theirs).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(ours.lines().count(), 1 + 2, "{ours}");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777, 0o640);
    }
}

#[test]
fn a_picture_that_was_made_again_says_with_which_parameters() {
    let (dir, output) = output();
    let before = "path,state,output,width,height,seed,cost_usd,attempts,request_id,cause,caption\nold.jpg,DONE,old.png,1,1,,0,1,r,,\nsub/a.jpg,DONE,,,,,,1,,,\n";
    fs::write(dir.path().join("report.csv"), before).unwrap();
    let mut jobs = jobs();
    jobs[0].own = Some(OwnParams("{\"seed\":7}".into()));
    output.write_records(&jobs, &terms(), FileNames::default()).unwrap();
    let lines = report(&dir, "report.csv");
    assert_eq!((lines[1][0].as_str(), lines[1][11].as_str()), ("sub/a.jpg", "{\"seed\":7}"));
    assert_eq!(
        lines.last().unwrap(),
        &["old.jpg", "DONE", "old.png", "1", "1", "", "0", "1", "r", "", "", "", "", "", ""]
    );
    assert_eq!(lines.len(), 1 + 6 + 1);
    assert!(!dir.path().join("report.2.csv").exists());
}

#[test]
fn a_report_of_another_kind_is_left_alone() {
    let (dir, output) = output();
    fs::write(dir.path().join("report.csv"), "month,sales\nMay,3\n").unwrap();
    for _ in 0..2 {
        output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
    }
    assert_eq!(fs::read_to_string(dir.path().join("report.csv")).unwrap(), "month,sales\nMay,3\n");
    assert_eq!(report(&dir, "report.2.csv").len(), 7);
    assert!(!dir.path().join("report.3.csv").exists());
}

#[cfg(unix)]
#[test]
fn names_that_are_no_utf8_differ_in_both_records_and_keep_their_lines() {
    use std::os::unix::ffi::OsStrExt;
    let (dir, output) = output();
    let done = |number: usize, name: &[u8]| {
        let mut saved = saved("x", None);
        saved.first.path = FilePath(Path::new(std::ffi::OsStr::from_bytes(name)).to_owned());
        fs::write(dir.path().join(saved.output()), "a picture").unwrap();
        job(&format!("{number}.jpg"), JobState::Done(closed(), saved.into()))
    };
    output.write_records(&[done(1, b"caf\xe9.png"), done(2, b"caf\xe8.png")], &terms(), FileNames::default()).unwrap();
    assert_eq!(report(&dir, "report.csv")[1][2], "caf\\xE9.png");
    assert_eq!(report(&dir, "report.csv")[2][2], "caf\\xE8.png");
    // Another batch in the same folder: the lines' pictures are found by what is written.
    output.write_records(&[done(3, b"other.png")], &terms(), FileNames::default()).unwrap();
    let metadata = fs::read_to_string(dir.path().join("metadata.jsonl")).unwrap();
    assert_eq!(metadata.lines().count(), 3, "{metadata}");
    assert!(metadata.contains("caf\\\\xE9.png") && metadata.contains("caf\\\\xE8.png"), "{metadata}");
}

#[cfg(unix)]
#[test]
fn what_is_there_already_is_not_written_again() {
    use std::os::unix::fs::MetadataExt as _;

    let (dir, output) = output();
    let names = ["metadata.jsonl", "report.csv", "failures.csv"];
    let files = || names.map(|name| fs::metadata(dir.path().join(name)).unwrap().ino());
    output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
    let (first, text) = (files(), fs::read(dir.path().join("metadata.jsonl")).unwrap());
    output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
    assert_eq!(files(), first, "they are the same files");
    // As long as before, but another.
    let mut other = text.clone();
    let at = text.windows(5).position(|bytes| bytes == b"A cat").unwrap();
    other[at] = b'B';
    fs::write(dir.path().join("metadata.jsonl"), &other).unwrap();
    output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
    assert_eq!(fs::read(dir.path().join("metadata.jsonl")).unwrap(), text);
    assert_eq!(files()[1..], first[1..], "the others did not change");
    // What another hand wrote behind ours stays, and that is no reason to write it twice.
    fs::write(dir.path().join("metadata.jsonl"), [b"{\"file_name\":\"theirs.png\"}\n".as_slice(), &text].concat())
        .unwrap();
    output.write_records(&jobs(), &terms(), FileNames::default()).unwrap();
    let lines = metadata(&dir);
    assert_eq!((lines.len(), &lines[0]["file_name"]), (3, &json!("theirs.png")));
}
