//! The review as a job of its own, in the built program: what is decided there is in the ledger, in XMP as other programs
//! read it, and in the records; nothing is sent.

#![cfg(unix)]
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::terminal::Term;
use crate::common::{Stage, run};
use serde_json::Value;

const WIDE: (u16, u16) = (120, 36);

fn review(stage: &Stage, args: &[&str]) -> Term {
    let mut command = stage.command(&["review"]);
    Term::start(command.args(args), WIDE)
}

fn leave(mut term: Term) -> u32 {
    // A key that comes right after an editor has gone may pass for a late reply of the terminal, and is pressed again then.
    let is_left = |term: &Term| term.text().contains("q quit");
    for _ in 0..5 {
        if is_left(&term) {
            break;
        }
        term.press("\u{1b}");
        let pressed = Instant::now();
        while pressed.elapsed() < Duration::from_secs(4) && !is_left(&term) {
            sleep(Duration::from_millis(10));
        }
    }
    term.wait_for("q quit");
    term.press("q");
    term.wait_exit().exit_code()
}

fn tags(file: &Path) -> Value {
    let read = Command::new("exiftool").args(["-j", "-G1"]).arg(file).output().expect("exiftool");
    let tags: Value = serde_json::from_slice(&read.stdout).unwrap();
    for trouble in ["ExifTool:Error", "ExifTool:Warning"] {
        assert!(tags[0].get(trouble).is_none(), "{}: {}", file.display(), tags[0][trouble]);
    }
    tags[0].clone()
}

/// The line of a picture in `metadata.jsonl`.
fn line(stage: &Stage, picture: &str) -> Value {
    let text = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.into_iter().find(|line| line["file_name"] == picture).unwrap()
}

fn shown(stage: &Stage) -> Value {
    let told = run(&mut stage.command(&["show", "1", "--json"]));
    serde_json::from_str(&told.assert_status(0).stdout).unwrap()
}

#[test]
fn what_is_decided_is_in_the_ledger_in_sidecars_and_in_the_records_and_nothing_is_sent() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "a.png").photo("coffee.png", "b.png").photo("retina.jpg", "c.jpg");
    stage.run(&["--captions", "txt,xmp"]).assert_status(0);
    // A sidecar of another program's, with its own stars.
    let theirs = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:darktable=\"http://darktable.sf.net/\" xmp:Rating=\"2\" darktable:xmp_version=\"5\"/></rdf:RDF></x:xmpmeta>";
    fs::write(stage.output().join("c.png.xmp"), theirs).unwrap();
    let sent = stage.stats();
    let cat_before = fs::read(stage.output().join("b.xmp")).unwrap();

    // The latest batch, its first photo first.
    let mut term = review(&stage, &[]);
    term.wait_row(&["Review", "1 of 3", "a.png", "3 open"]);
    term.press("v4");
    term.wait_row(&["★★★★☆", "✓ accepted"]);
    term.press("\u{1b}[C");
    term.wait_row(&["2 of 3", "b.png"]);
    term.press("3");
    term.wait_row(&["★★★☆☆", "not decided"]);
    term.press("X");
    term.wait_row(&["✗ rejected"]);
    term.press("uu");
    term.wait_row(&["☆☆☆☆☆", "not decided"]);
    term.press("\u{1b}[C");
    term.wait_row(&["3 of 3", "c.jpg"]);
    term.press("X");
    term.wait_row(&["✓ 1", "✗ 1", "★ 1", "1 open"]);
    assert_eq!(leave(term), 1, "one wants a review");

    let after = stage.stats();
    assert_eq!((&after["submits"], &after["uploads"]), (&sent["submits"], &sent["uploads"]), "nothing was sent");
    let jobs = shown(&stage)["jobs"].clone();
    let of = |at: usize| (jobs[at]["state"].clone(), jobs[at]["stars"].clone(), jobs[at]["verdict"].clone());
    assert_eq!(of(0), ("DONE".into(), 4.into(), "accepted".into()));
    assert_eq!(of(1), ("DONE".into(), Value::Null, Value::Null));
    assert_eq!(of(2), ("REVIEW".into(), Value::Null, "rejected".into()));
    let (first, last) = (line(&stage, "a.png"), line(&stage, "c.png"));
    assert_eq!((&first["stars"], &first["verdict"]), (&4.into(), &"accepted".into()));
    assert_eq!((&last["stars"], &last["verdict"]), (&Value::Null, &"rejected".into()));
    let mut report = csv::Reader::from_path(stage.output().join("report.csv")).unwrap();
    assert_eq!(report.headers().unwrap().iter().skip(13).collect::<Vec<_>>(), ["stars", "verdict"]);
    let rows: Vec<_> = report.records().map(Result::unwrap).collect();
    assert!(rows.iter().any(|row| &row[0] == "a.png" && &row[13] == "4" && &row[14] == "accepted"), "{rows:?}");

    let sidecar = tags(&stage.output().join("a.xmp"));
    assert_eq!((&sidecar["XMP-xmp:Rating"], &sidecar["XMP-xmp:Label"]), (&4.into(), &"Green".into()));
    assert!(sidecar["XMP-dc:Description"].is_string(), "{sidecar}");
    assert_eq!(fs::read(stage.output().join("b.xmp")).unwrap(), cat_before, "what was taken back is gone");
    let theirs = tags(&stage.output().join("c.png.xmp"));
    assert_eq!((&theirs["XMP-xmp:Rating"], &theirs["XMP-xmp:Label"]), (&(-1).into(), &"Red".into()));
    assert_eq!(theirs["XMP-darktable:Xmp_version"], 5, "{theirs}");

    // A later run, and `report`, know it; the page shows it.
    stage.run(&["--captions", "txt,xmp"]).assert_status(1);
    assert_eq!(line(&stage, "a.png")["stars"], 4);
    run(&mut stage.command(&["report", "1", "--report", "html"])).assert_status(0);
    let page = fs::read_to_string(stage.output().join("report.html")).unwrap();
    assert!(page.contains("\"stars\":4") && page.contains("\"verdict\":\"rejected\""));
    assert_eq!(tags(&stage.output().join("a.xmp"))["XMP-xmp:Rating"], 4);
}

#[test]
fn a_mark_is_in_the_picture_where_captions_are_and_it_stays_ours() {
    let stage = Stage::new();
    stage.photo("retina.jpg", "a.jpg").photo("chelsea.png", "b.png");
    stage.run(&["--captions", "embed"]).assert_status(0);
    let before = image::open(stage.output().join("b.png")).unwrap().into_rgb8();
    let mut term = review(&stage, &["1"]);
    term.wait_row(&["1 of 2", "a.jpg"]);
    term.press("v5\u{1b}[C");
    term.wait_row(&["2 of 2", "b.png"]);
    term.press("X");
    term.wait_row(&["✓ 1", "✗ 1"]);
    leave(term);
    let (first, second) = (tags(&stage.output().join("a.png")), tags(&stage.output().join("b.png")));
    assert_eq!((&first["XMP-xmp:Rating"], &first["XMP-xmp:Label"]), (&5.into(), &"Green".into()));
    assert_eq!((&second["XMP-xmp:Rating"], &second["XMP-xmp:Label"]), (&(-1).into(), &"Red".into()));
    assert!(second["XMP-dc:Description"].is_string() && second["XMP-faltui:Model"].is_string(), "{second}");
    assert_eq!(image::open(stage.output().join("b.png")).unwrap().into_rgb8(), before);
    assert_eq!(line(&stage, "b.png")["bytes"], fs::metadata(stage.output().join("b.png")).unwrap().len());
    let submits = stage.stats()["submits"].clone();
    stage.run(&["--captions", "embed"]).assert_status(1);
    assert_eq!(stage.stats()["submits"], submits, "they are ours still");
    // Made again, it takes the place of what was marked, and is judged anew.
    let mut term = review(&stage, &["1"]);
    term.wait_row(&["1 of 2", "a.jpg", "0 open"]);
    term.press("\u{1b}[C");
    term.wait_row(&["2 of 2", "b.png"]);
    term.wait_for("A landscape-format picture");
    term.press("e");
    term.wait_for("it is paid for again");
    term.press("\u{1b}");
    term.wait_gone("it is paid for again");
    assert_eq!(stage.stats()["submits"], submits, "nothing is sent before it is confirmed");
}

#[test]
fn all_with_one_reason_are_decided_of_at_once_and_taken_back_at_once() {
    let stage = Stage::new();
    stage.small_photos(5);
    stage.run(&[]).assert_status(0);
    let mut term = review(&stage, &[]);
    term.wait_row(&["1 of 5", "5 open"]);
    term.press("m\u{1b}[Cm");
    term.wait_row(&["2 of 5", "▌marked"]);
    term.press("M");
    term.wait_for("reject the 2 that are marked");
    term.wait_for("accept the 5 that the list shows");
    term.press("2");
    term.wait_row(&["✗ 2", "3 open"]);
    term.press("M");
    term.wait_for("accept the 2 with the same reason as this one");
    term.press("n");
    term.wait_gone("Accept or reject many?");
    // Only those that are to be reviewed; what is accepted leaves, and the next one takes its place.
    term.press("o");
    term.wait_row(&["to be reviewed", "of 2"]);
    term.press("v");
    term.wait_row(&["to be reviewed", "1 of 1"]);
    term.press("u");
    term.wait_row(&["✗ 2", "3 open"]);
    term.press("u");
    term.wait_row(&["✗ 0", "5 open"]);
    term.wait_for("taken back, for 2 photos");
    assert_eq!(leave(term), 0);
}

/// A program that edits the file it is given.
fn editor(stage: &Stage, script: &str) -> String {
    let path = stage.dir.path().join("my editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("'{}'", path.display())
}

fn with_editor(stage: &Stage, variable: &str, script: &str) -> Term {
    let editor = editor(stage, script);
    let mut command = stage.command(&["review", "1"]);
    let term = Term::start(command.env(variable, editor), WIDE);
    term.wait_row(&["Review", "1 of 1"]);
    term.wait_for("A landscape-format picture");
    term
}

#[test]
fn a_caption_is_edited_in_a_persons_own_program_and_kept_by_everything_that_follows() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&["--captions", "txt,xmp,csv", "--caption-prefix", "zwx, "]).assert_status(0);
    // It has the terminal as a shell gives it, and the text; what turns directions goes.
    let mut term = with_editor(
        &stage,
        "VISUAL",
        "stty -a | grep -q ' icanon' && printf 'a red\\342\\200\\256 cat\\n on a mat \\n' > \"$1\"",
    );
    term.press("E");
    term.wait_for("the caption of cat.png is changed");
    term.wait_for("a red cat on a mat");
    leave(term);
    let read = |name: &str| fs::read_to_string(stage.output().join(name)).unwrap();
    assert_eq!(read("cat.txt"), "zwx, a red cat on a mat\n", "with what the batch puts around captions");
    assert_eq!(tags(&stage.output().join("cat.xmp"))["XMP-dc:Description"], "zwx, a red cat on a mat");
    assert!(read("captions.csv").contains("a red cat on a mat") && read("report.csv").contains("a red cat on a mat"));
    assert_eq!(line(&stage, "cat.png")["said"], "a red cat on a mat");
    assert_eq!(shown(&stage)["jobs"][0]["caption"], "a red cat on a mat");
    // Every later run, and `report`, keep it; also where the file is gone.
    fs::remove_file(stage.output().join("cat.txt")).unwrap();
    run(&mut stage.command(&["report", "1"])).assert_status(0);
    assert_eq!(read("cat.txt"), "zwx, a red cat on a mat\n");
    stage.run(&["--captions", "txt,xmp,csv", "--caption-prefix", "zwx, "]).assert_status(0);
    assert_eq!(line(&stage, "cat.png")["said"], "a red cat on a mat");

    // Left empty, it is the model's again.
    let mut term = {
        let editor = editor(&stage, "true > \"$1\"");
        let mut command = stage.command(&["review", "1"]);
        Term::start(command.env("EDITOR", editor), WIDE)
    };
    term.wait_for("a red cat on a mat");
    term.press("E");
    term.wait_for("is what the model said");
    term.wait_for("A landscape-format picture");
    leave(term);
    assert!(read("cat.txt").starts_with("zwx, A ") && read("cat.txt").contains("sandbox"), "{}", read("cat.txt"));
}

#[test]
fn what_was_decided_comes_back_with_the_results_where_the_ledger_was_lost() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "a.png").photo("coffee.png", "b.png").photo("retina.jpg", "c.jpg");
    stage.run(&["--captions", "txt,xmp"]).assert_status(0);
    let models = line(&stage, "a.png")["text"].clone();
    let editor = editor(&stage, "printf 'my own words' > \"$1\"");
    let mut command = stage.command(&["review"]);
    let mut term = Term::start(command.env("VISUAL", editor), WIDE);
    term.wait_row(&["Review", "1 of 3", "a.png"]);
    term.wait_for("A landscape-format picture");
    term.press("E");
    term.wait_for("the caption of a.png is changed");
    term.press("v4");
    term.wait_row(&["★★★★☆", "✓ accepted"]);
    term.press("\u{1b}[C");
    term.wait_row(&["2 of 3", "b.png"]);
    term.press("X");
    term.wait_row(&["✓ 1", "✗ 1", "★ 1"]);
    assert_eq!(leave(term), 1);
    let of = |stage: &Stage| {
        let jobs = shown(stage)["jobs"].clone();
        [0, 1, 2].map(|at| ["state", "stars", "verdict", "caption", "cause"].map(|key| jobs[at][key].clone()))
    };
    let (before, sent) = (of(&stage), stage.stats()["submits"].clone());
    let files = ["a.txt", "a.xmp", "b.xmp"].map(|name| fs::read(stage.output().join(name)).unwrap());
    fs::remove_dir_all(stage.dir.path().join(".local/state/fal-tui")).unwrap();

    stage.run(&["--captions", "txt,xmp"]).assert_status(1);
    assert_eq!(stage.stats()["submits"], sent, "nothing is paid for again");
    assert_eq!(of(&stage), before);
    assert_eq!(files, ["a.txt", "a.xmp", "b.xmp"].map(|name| fs::read(stage.output().join(name)).unwrap()));
    let first = line(&stage, "a.png");
    assert_eq!((&first["text"], &first["model_said"]), (&"my own words".into(), &models), "the model's are not lost");
    assert_eq!(line(&stage, "b.png")["model_said"], Value::Null);
}

#[test]
fn an_editor_that_fails_changes_nothing_and_is_told_of() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&[]).assert_status(0);
    let before = fs::read(stage.output().join("cat.txt")).unwrap();
    for (script, told) in [
        ("echo mine > \"$1\"; exit 3", "ended with status 3"),
        ("kill -9 $$", "ended with status 137"),
        ("printf '\\377\\376' > \"$1\"", "no UTF-8"),
        ("head -c 1000000 /dev/zero | tr '\\0' x > \"$1\"", "64 are the most"),
        ("rm \"$1\"", "could not be read"),
        ("kill -INT $PPID; exit 1", "the editor"),
    ] {
        let mut term = with_editor(&stage, "EDITOR", script);
        term.press("E");
        term.wait_for("stays as it was");
        term.wait_for(told);
        // The terminal is ours again.
        term.press("b");
        term.wait_row(&["before │ after"]);
        leave(term);
        assert_eq!(fs::read(stage.output().join("cat.txt")).unwrap(), before, "{script}");
    }
    let mut command = stage.command(&["review", "1"]);
    let mut term = Term::start(command.env("EDITOR", "no-such-editor"), WIDE);
    term.wait_for("A landscape-format picture");
    term.press("E");
    term.wait_for("`no-such-editor` was not found");
    leave(term);
    assert_eq!(shown(&stage)["jobs"][0]["caption"], line(&stage, "cat.png")["text"]);
}

#[test]
fn without_an_editor_a_caption_is_typed_here() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&[]).assert_status(0);
    let mut term = review(&stage, &[]);
    term.wait_for("A landscape-format picture");
    term.press("E");
    term.wait_for("Ctrl-D done");
    term.press("!\u{1b}");
    term.wait_for("Esc again drops what was typed");
    term.press("\u{1b}");
    term.wait_gone("Ctrl-D done");
    term.press("E");
    term.wait_for("Ctrl-D done");
    term.press(" and more\u{4}");
    term.wait_for("the caption of cat.png is changed");
    leave(term);
    let text = fs::read_to_string(stage.output().join("cat.txt")).unwrap();
    assert!(text.ends_with(" and more\n"), "{text}");
}

#[test]
fn sidecars_that_cannot_be_marked_stay_and_it_is_said() {
    let stage = Stage::new();
    for name in ["a.png", "b.png"] {
        stage.photo("chelsea.png", name);
    }
    stage.photo("coffee.png", "b.png");
    stage.run(&["--captions", "xmp"]).assert_status(0);
    let (read_only, notes) = (stage.output().join("a.xmp"), stage.output().join("b.xmp"));
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o444)).unwrap();
    fs::write(&notes, "my notes").unwrap();
    let before = fs::read(&read_only).unwrap();
    let mut term = review(&stage, &[]);
    term.wait_row(&["1 of 2", "a.png"]);
    term.press("5");
    term.wait_for("`a.xmp` stays as it is: it is read-only");
    term.press("\u{1b}[C");
    term.wait_row(&["2 of 2", "b.png"]);
    term.press("v");
    term.wait_for("`b.xmp` stays as it is: it is not XML that can be read");
    leave(term);
    assert_eq!((fs::read(&read_only).unwrap(), fs::read(&notes).unwrap()), (before, b"my notes".to_vec()));
    assert_eq!(shown(&stage)["jobs"][0]["stars"], 5, "the ledger has it");
}

#[test]
fn a_review_needs_a_terminal_and_a_batch() {
    let stage = Stage::new();
    let told = run(&mut stage.command(&["review"]));
    told.assert_status(2);
    assert!(told.stderr.contains("a review needs a terminal"), "{}", told.stderr);
    let mut command = stage.command(&["review"]);
    let mut term = Term::start(&command, WIDE);
    term.wait_for("the ledger knows no batch yet");
    assert_eq!(term.wait_exit().exit_code(), 2);
    command.arg("7");
    let mut term = Term::start(&command, WIDE);
    assert_eq!(term.wait_exit().exit_code(), 2, "there is no batch of this number");
}
