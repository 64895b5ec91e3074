//! Photos and results in a folder of a WebDAV server, at a real one.

#![cfg(feature = "cloud")]

use std::io::Cursor;
use std::time::{Duration, SystemTime};

use crate::common::{self, Run, Stage, count, here, picture, run, size};
use crate::folder::Folder;
use serde_json::json;

fn sent(stage: &Stage, args: &[&str]) -> Run {
    run(&mut Folder::command(stage, &[&["--json", "--yes"], args].concat()))
}

/// What is told on one line.
fn told(ran: &Run) -> String {
    ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn photos_of_a_folder_are_sent_and_saved_here_and_nobody_sees_the_password() {
    let stage = Stage::new();
    let Some(folder) = Folder::start(&stage) else { return };
    for (seed, name) in (1..).zip(["b c/2.png", "b c/10.png", "é.png", "50%25 &#?.png", ".hidden.png"]) {
        folder.put(&format!("in/{name}"), picture(24, 16, seed));
    }
    folder.put("in/note.txt", "no picture");
    folder.put("else/x.png", picture(24, 16, 9));
    std::fs::create_dir(folder.path("in/empty")).unwrap();
    let (out, home) = (here(&stage), stage.dir.path().join("state"));
    let args = ["-vv", "-o", &out, "--state-dir", home.to_str().unwrap()];
    let ran = sent(&stage, &[&args[..], &[&folder.at("in")]].concat());
    ran.assert_status(0);
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!((&plan["photos"], &plan["skipped"][0]["path"]), (&json!(4), &json!("note.txt")), "{plan}");
    for path in ["b c/2.png", "b c/10.png", "é.png", "50%25 &#?.png"] {
        assert_eq!(size(&stage.output().join(path)), (48, 32), "{path}");
    }
    assert_eq!(count(&stage, "accepted"), 4);
    let mut kept = ran.stdout.clone() + &ran.stderr;
    for folder in [&home, &stage.output()] {
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            kept.push_str(&String::from_utf8_lossy(&std::fs::read(file).unwrap()));
        }
    }
    // Its name and what a call is told in its place.
    for secret in ["very-secret", "bWU6dmVyeS1zZWNyZXQ"] {
        assert!(!kept.contains(secret), "{secret}");
    }
    // Again, and one by its own name, as it is called.
    let sent = |place: &str| sent(&stage, &[&args[..], &[place]].concat());
    assert_eq!(sent(&folder.at("in")).summary()["done"], 4);
    let one = sent(&format!("webdav+{}/in/50%25 &#?.png", folder.origin));
    assert_eq!((one.summary()["done"].clone(), count(&stage, "accepted")), (json!(1), 4), "{}", one.stdout);
    // Another file of the same length and look is another photo.
    folder.put("in/b c/2.png", picture(24, 16, 77));
    sent(&folder.at("in")).assert_status(0);
    assert_eq!(count(&stage, "accepted"), 5);
}

#[test]
fn a_plan_reads_the_heads_of_photos_alone() {
    let stage = Stage::new();
    let Some(folder) = Folder::start(&stage) else { return };
    let mut large = Cursor::new(Vec::new());
    image::RgbImage::new(24, 16).write_to(&mut large, image::ImageFormat::Jpeg).unwrap();
    let mut large = large.into_inner();
    large.resize(100 << 10, 7);
    for n in 0..50 {
        folder.put(&format!("in/{n}.jpg"), &large);
    }
    let ran = run(&mut Folder::command(&stage, &["plan", "--json", "-o", &here(&stage), &folder.at("in")]));
    assert_eq!(ran.events()[0]["photos"], 50, "{}", ran.stderr);
    let calls = folder.calls(&stage);
    let (parts, rest): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.starts_with("GET 206 "));
    assert!(parts.len() == 50 && rest.iter().all(|call| call.starts_with("PROPFIND ")), "{calls:#?}");
    assert!(rest.len() <= 8, "{rest:#?}");
}

#[test]
fn one_that_changes_between_plan_and_upload_is_not_sent_at_a_price_that_nobody_saw() {
    let stage = Stage::new();
    let Some(folder) = Folder::start(&stage) else { return };
    folder.put("in/a.png", picture(24, 16, 1));
    let command = Folder::command(&stage, &["-o", &here(&stage), &folder.at("in")]);
    let mut term = common::terminal::Term::start(&command, (150, 40));
    term.wait_for("a.png");
    folder.put("in/a.png", picture(400, 300, 1));
    term.press("\r");
    term.wait_for("larger than when the plan was made");
    assert_eq!(count(&stage, "accepted"), 0);
}

#[test]
fn results_get_their_names_whole_with_captions_and_records_and_never_over_what_is_there() {
    let stage = Stage::new();
    let Some(folder) = Folder::start(&stage) else { return };
    // Several at once make the folders that they need.
    for n in 1..=8 {
        folder.put(&format!("in/new/deep {}/{n}.png", n % 2), picture(24, 16, n));
    }
    folder.put("in/b.png", picture(24, 16, 99));
    folder.put("out/b.png", "theirs");
    let [left, fresh] = ["out/.fal-tui-left.part", "out/.fal-tui-fresh.part"];
    folder.put(left, "half");
    folder.put(fresh, "half");
    let old = SystemTime::now() - Duration::from_hours(30);
    std::fs::File::options().write(true).open(folder.path(left)).unwrap().set_modified(old).unwrap();
    let (place, out) = (folder.at("in"), folder.at("out"));
    let ran = sent(&stage, &[&place, "-o", &out]);
    ran.assert_status(0);
    assert_eq!(std::fs::read(folder.path("out/b.png")).unwrap(), b"theirs");
    assert_eq!(size(&folder.path("out/b.png.png")), (48, 32));
    for n in 1..=8 {
        assert_eq!(size(&folder.path(&format!("out/new/deep {}/{n}.png", n % 2))), (48, 32));
    }
    let metadata = std::fs::read_to_string(folder.path("out/metadata.jsonl")).unwrap();
    assert!(metadata.contains("\"new/deep 1/1.png\"") && metadata.lines().count() == 9, "{metadata}");
    let files = folder.files();
    assert!(files.contains(&"out/new/deep 1/1.txt".to_owned()), "{files:?}");
    // What a killed run left a day ago is gone; what somebody may be writing is not.
    let hidden: Vec<_> = files.iter().filter(|file| file.contains("/.")).collect();
    assert_eq!(hidden, [fresh]);
    // Nothing had its own name before it was whole.
    let calls = folder.calls(&stage);
    let puts: Vec<_> = calls.iter().filter(|call| call.starts_with("PUT ")).collect();
    assert!(puts.iter().all(|call| call.contains("/.fal-tui-")), "{puts:#?}");
    // Again nothing is paid for; beside the photos, without `-o`, they are copied.
    assert_eq!(sent(&stage, &[&place, "-o", &out]).summary()["done"], 9);
    assert_eq!(sent(&stage, &[&place]).summary()["done"], 9);
    assert_eq!(size(&folder.path("in-upscaled/b.png")), (48, 32));
    assert_eq!(count(&stage, "accepted"), 9);
    let whole = sent(&stage, &[&format!("{}/", folder.origin)]);
    assert!(whole.status == 2 && whole.stderr.contains("there is no place beside"), "{}", whole.stderr);
}

#[test]
fn what_passes_is_waited_for() {
    let stage = Stage::new();
    let faults = ["PROPFIND=503:2", "GET=503:1", "MKCOL=429:1", "PUT=502:2"];
    let Some(folder) = Folder::with(&stage, &faults) else { return };
    folder.put("in/a.png", picture(24, 16, 1));
    let ran = sent(&stage, &[&folder.at("in")]);
    ran.assert_status(0);
    assert_eq!(size(&folder.path("in-upscaled/a.png")), (48, 32));
    assert_eq!(count(&stage, "accepted"), 1);
}

#[test]
fn what_a_server_refuses_is_told_with_what_to_do_before_anything_is_paid() {
    for (faults, says) in [
        (&["MOVE=501"][..], "renames no files, without which a result cannot get its name when it is whole (501)"),
        (&["overwrites"], "renames files over others although it is told not to"),
        (&["PUT=405"], "its server takes no files (405)"),
        (&["PUT=403"], "its server does not allow it (403)"),
        (&["PUT=507"], "its server has no room left (507)"),
        (&["PROPFIND=405"], "its server lists no folders, as WebDAV does (405) hint: the address of a WebDAV folder"),
        (&["PROPFIND=200"], "what its server answers is no list of a folder"),
        (&["PROPFIND=404"], "there is no file or folder"),
        (&["PROPFIND=302"], "sends on to another address, which is not followed (302)"),
        (&["PROPFIND=401"], "its server does not know who asks (401) hint: FAL_TUI_WEBDAV_USER"),
    ] {
        let stage = Stage::new();
        let Some(folder) = Folder::with(&stage, faults) else { return };
        folder.put("in/a.png", picture(24, 16, 1));
        folder.put("out/b.png", "theirs");
        let ran = sent(&stage, &["-o", &folder.at("out"), &folder.at("in")]);
        let told = told(&ran);
        assert!(ran.status != 0 && told.contains(says), "{faults:?}: {told}");
        assert_eq!((count(&stage, "accepted"), folder.files().len()), (0, 2), "{faults:?}: {:?}", folder.files());
    }
}

#[test]
fn a_server_without_room_stops_the_run_and_what_was_paid_is_saved_when_it_has_some() {
    let stage = Stage::new();
    // Two trials go through, results do not.
    let Some(folder) = Folder::with(&stage, &["PUT=507:1000@2"]) else { return };
    for n in 1..=3 {
        folder.put(&format!("in/{n}.png"), picture(24, 16, n));
    }
    let full = sent(&stage, &[&folder.at("in")]);
    assert!(
        full.status == 4 && full.stdout.contains("no room left"),
        "{} {} {}",
        full.status,
        full.stderr,
        full.stdout
    );
    let paid = count(&stage, "accepted");
    let folder = folder.mended(&stage);
    let again = sent(&stage, &[&folder.at("in")]);
    assert!(again.summary()["done"] == 3 && count(&stage, "accepted") >= paid, "{}", again.stdout);
    assert_eq!(count(&stage, "accepted"), 3);
}

#[test]
fn who_asks_is_said_by_the_environment() {
    let stage = Stage::new();
    let Some(folder) = Folder::start(&stage) else { return };
    folder.put("in/a.png", picture(24, 16, 1));
    let args = ["--json", "--yes", &folder.at("in")];
    let guessed = run(stage.command(&args).env("FAL_TUI_WEBDAV_USER", "me").env("FAL_TUI_WEBDAV_PASSWORD", "guessed"));
    assert!(guessed.status == 2 && told(&guessed).contains("does not know who asks (401)"), "{}", guessed.stderr);
    assert!(!guessed.stderr.contains("guessed"), "{}", guessed.stderr);
    let nobody = run(&mut stage.command(&args));
    assert!(nobody.status == 2 && told(&nobody).contains("hint: FAL_TUI_WEBDAV_USER"), "{}", nobody.stderr);
    assert_eq!(count(&stage, "accepted"), 0);
}

#[test]
fn addresses_that_are_no_folder_are_told_apart() {
    let stage = Stage::new();
    let list = stage.dir.path().join("list");
    std::fs::write(&list, "webdav+https://host.example/a.jpg\n").unwrap();
    for (args, says) in [
        (&["http://host.example/photos/"][..], "is not encrypted"),
        (&["https://me:hushed@host.example/photos/"], "FAL_TUI_WEBDAV_USER and FAL_TUI_WEBDAV_PASSWORD"),
        (&["photos", "-o", "https://host.example/out"], "or one of a WebDAV server, which ends with `/`"),
        (&["--from", "list"], "a list is not to say who is told your password"),
        (&["--send", "url", "http://127.0.0.1:9/in/"], "its server cannot be reached"),
    ] {
        let ran = sent(&stage, args);
        let told = told(&ran);
        assert!(ran.status == 2 && told.contains(says) && !told.contains("hushed"), "{args:?}: {told}");
    }
}
