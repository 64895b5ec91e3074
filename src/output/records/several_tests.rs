//! Records of results that have several files.

use std::collections::HashSet;
use std::fs;

use super::tests::{closed, job, metadata, output, saved, terms};
use crate::job::{ContentHash, FileKind, FilePath, JobState, Saved, SavedFile, saved_samples};
use crate::output::{FileNames, Memory};

#[test]
fn a_result_of_several_pictures_has_a_line_for_each_and_is_remembered_as_a_whole() {
    let (dir, output) = output();
    let more = |role: &str, path: &str| SavedFile { role: role.into(), ..saved_samples::png(path, 8, 8, 9) };
    let content = ContentHash([7; 32]);
    let whole = Saved {
        further: [more("image", "a-2.png"), more("mask_image", "a.mask_image.png")].into(),
        content: Some(content),
        ..saved("a.png", Some("A cat"))
    };
    for file in whole.files() {
        fs::write(dir.path().join(&file.path), [0; 9]).unwrap();
    }
    let jobs = [job("a.jpg", JobState::Done(closed(), whole.clone().into()))];
    output.write_records(&jobs, &terms(), FileNames::default()).unwrap();
    let lines = metadata(&dir);
    let told: Vec<_> = lines.iter().map(|line| (&line["file_name"], &line["role"], &line["part"])).collect();
    assert_eq!(lines.len(), 3, "{told:?}");
    assert_eq!(
        (&lines[2]["role"], &lines[2]["part"], &lines[2]["parts"]),
        (&"mask_image".into(), &3.into(), &3.into())
    );

    let read = || Memory::read(dir.path(), &terms(), &HashSet::new());
    let memory = read();
    let record = memory.of("a.jpg".as_ref(), content).unwrap();
    assert_eq!((record.saved().first, record.saved().further), (whole.first.clone(), whole.further.clone()));
    assert!(memory.is_whole(record));
    fs::write(dir.path().join("a-2.png"), "edited").unwrap();
    assert!(!memory.is_whole(record), "a part of it was changed");

    // Without the line of one of them nobody knows what the request gave.
    let text = fs::read_to_string(dir.path().join("metadata.jsonl")).unwrap();
    let two: Vec<_> = text.lines().filter(|line| !line.contains("a-2.png")).map(|line| format!("{line}\n")).collect();
    fs::write(dir.path().join("metadata.jsonl"), two.concat()).unwrap();
    assert!(read().of("a.jpg".as_ref(), content).is_none());
}

#[test]
fn what_is_no_picture_has_a_record_of_its_own_and_is_remembered() {
    let (dir, output) = output();
    let kind = FileKind::Other("svg".into());
    let first = SavedFile { path: FilePath("a.svg".into()), kind, ..saved_samples::png("", 1, 1, 9) };
    let content = ContentHash([7; 32]);
    let whole = Saved { first, content: Some(content), ..saved("a.png", Some("A cat")) };
    fs::write(dir.path().join("a.svg"), [0; 9]).unwrap();
    let jobs = [job("a.jpg", JobState::Done(closed(), whole.clone().into()))];
    output.write_records(&jobs, &terms(), FileNames::default()).unwrap();
    assert!(!dir.path().join("metadata.jsonl").exists(), "a loader would take it for a picture");
    assert_eq!(super::tests::report(&dir, "report.csv")[1][2..5], ["a.svg", "", ""]);
    let text = fs::read_to_string(dir.path().join("other-results.jsonl")).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!((&line["file_name"], &line["width"], &line["text"]), (&"a.svg".into(), &0.into(), &"A cat".into()));
    let memory = Memory::read(dir.path(), &terms(), &HashSet::new());
    let record = memory.of("a.jpg".as_ref(), content).unwrap();
    assert_eq!(record.saved().first, whole.first);
    assert!(memory.is_whole(record));
    // Written again it is there once, and gone with its file.
    output.write_records(&jobs, &terms(), FileNames::default()).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("other-results.jsonl")).unwrap(), text);
    fs::remove_file(dir.path().join("a.svg")).unwrap();
    output.write_records(&[], &terms(), FileNames::default()).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("other-results.jsonl")).unwrap(), "");
}
