//! What bad input gets: a clear message, its exit status, nothing lost and nothing sent.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use crate::common::{self, Stage, program, run};
use tempfile::TempDir;

/// Runs the program with a key and nothing behind it.
fn refused(args: &[&str]) -> String {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("photos")).unwrap();
    fs::copy(common::root().join("tests/photos/chelsea.png"), home.path().join("photos/cat.png")).unwrap();
    let told = run(program(home.path()).env("FAL_KEY", "id:key").args(args));
    told.assert_status(2);
    assert!(!told.stderr.contains("panicked"));
    told.stderr
}

#[test]
fn wrong_settings_say_what_is_wrong_with_what() {
    for (args, says) in [
        (&["--yes", "nowhere"][..], "no file or folder `nowhere`"),
        (&["--yes", "photos", "-p", "upscale_factor=9"], "a number from 1 to 4"),
        (&["--yes", "photos", "-p", "scale_factor=2"], "did you mean `upscale_factor`?"),
        (&["--yes", "photos", "-p", "image_url=x"], "is set for each photo"),
        (&["--yes", "photos", "-c", "0"], "1 to 256"),
        (&["--yes", "photos", "--budget=-3"], "budget"),
        (&["--yes", "photos", "--budget", "-1"], "takes an amount in US dollars"),
        (&["recover"], "give the folder of photos"),
        (&["--yes", "photos", "-m", "esrgan"], "owner/model"),
        (&["--yes", "photos", "-o", "photos"], "is the input folder itself"),
        (&["--yes", "ftp://server/photos"], "at a service that fal-tui does not read or write: `ftp`"),
        (&["--yes", "photos", "-o", "ftp://server/out"], "does not read or write: `ftp`"),
        (&["--yes", "file://elsewhere/photos"], "a file of another machine"),
        (&["--yes", "photos", "--include", "[oops"], "is no glob"),
        (&["--yes", "photos", "--theme", "nope", "--headless", "--concurrency", "x"], "concurrency"),
        (&["--no-such-flag"], "--no-such-flag"),
    ] {
        let stderr = refused(args);
        assert!(stderr.contains(says), "{args:?} should say {says:?}: {stderr}");
    }
}

#[test]
fn without_a_key_the_message_names_it_and_the_sandbox() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("photos")).unwrap();
    let told = run(program(home.path()).args(["--yes", "photos"]));
    told.assert_status(2);
    assert!(told.stderr.contains("FAL_KEY") && told.stderr.contains("--sandbox"), "{}", told.stderr);
    let blank = run(program(home.path()).env("FAL_KEY", "  ").args(["--yes", "photos"]));
    assert!(blank.stderr.contains("empty") && blank.stderr.contains("--sandbox"), "{}", blank.stderr);
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("photos")).unwrap();
    let told = run(program(home.path())
        .env("FAL_KEY", "a:b")
        .env("FAL_TUI_QUEUE_URL", "http://queue.example")
        .args(["--yes", "photos"]));
    told.assert_status(2);
    assert!(told.stderr.contains("FAL_TUI_QUEUE_URL") && told.stderr.contains("https"), "{}", told.stderr);
}

#[test]
fn an_unreachable_fal_is_said_so() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("photos")).unwrap();
    fs::copy(common::root().join("tests/photos/chelsea.png"), home.path().join("photos/cat.png")).unwrap();
    let mut command = program(home.path());
    // A port that was free a moment ago: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for name in ["QUEUE", "REST", "API"] {
        command.env(format!("FAL_TUI_{name}_URL"), format!("http://127.0.0.1:{port}"));
    }
    let told = run(command.env("FAL_KEY", "a:b").args(["--yes", "photos"]));
    told.assert_status(5);
    assert!(told.stderr.contains("cannot be reached"), "{}", told.stderr);
}

#[test]
fn a_refused_key_stops_once_and_sends_nothing() {
    let stage = Stage::new();
    stage.small_photos(5);
    let told = run(stage.command(&["--json", "--yes"]).env("FAL_KEY", "bad:key").arg(stage.photos()));
    told.assert_status(3);
    assert!(told.stderr.contains("FAL_KEY"), "{}", told.stderr);
    assert_eq!(told.stderr.matches("refused").count(), 1, "{}", told.stderr);
    assert_eq!(told.events()[0]["kind"], "key_refused");
    assert_eq!(told.summary()["exit"], 3);
    let stats = stage.stats();
    assert_eq!(stats["submits"], 0);
    assert!(stats["calls"].get("upload").is_none_or(|calls| calls == 0), "{stats:#}");
}

#[test]
fn nobody_is_charged_without_a_yes_or_a_cap() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let told = run(stage.command(&["--headless"]).arg(stage.photos()));
    told.assert_status(2);
    assert!(
        told.stdout.contains("$0.05") && told.stderr.contains("--yes") && told.stderr.contains("--budget"),
        "{}{}",
        told.stdout,
        told.stderr
    );
    let stats = stage.stats();
    assert_eq!(stats["submits"], 0);
    assert!(stats["calls"].get("upload").is_none_or(|calls| calls == 0), "{stats:#}");
    assert!(!stage.output().exists());
}

#[test]
fn a_refusal_ends_the_json_with_its_status() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let told = run(stage.command(&["--json"]).arg(stage.photos()));
    told.assert_status(2);
    let events: Vec<_> = told.events().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(events, ["plan", "batch"]);
    assert_eq!(told.summary()["exit"], 2);
    let output = told.events()[0]["output"].as_str().unwrap().to_owned();
    assert!(output.starts_with('/') && output.ends_with("photos-upscaled"), "{output}");
}

#[test]
fn one_output_folder_is_one_batch_from_wherever_it_is_named() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&["-o", "there/out"]).assert_status(0);
    fs::create_dir(stage.dir.path().join("here")).unwrap();
    let args = ["--json", "--yes", "../photos", "-o", "../there/out"];
    let again = run(stage.command(&args).current_dir(stage.dir.path().join("here")));
    again.assert_status(0);
    assert_eq!((again.summary()["batch"].clone(), stage.stats()["accepted"].clone()), (1.into(), 1.into()));
}

#[test]
fn the_plan_is_the_same_in_words_and_in_json_and_touches_nothing() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "sub/cup.png").photo("LICENSES.md", "notes.md");
    let words = run(stage.command(&["plan"]).arg(stage.photos()));
    words.assert_status(0);
    assert!(words.stdout.contains("$0.15"), "{}", words.stdout);
    let json = run(stage.command(&["plan", "--json"]).arg(stage.photos()));
    let plan = &json.events()[0];
    assert_eq!(
        (&plan["event"], &plan["photos"], &plan["skipped"][0]["path"]),
        (&"plan".into(), &2.into(), &"notes.md".into())
    );
    assert!((plan["estimate_usd"].as_f64().unwrap() - 0.15012).abs() < 1e-9, "{plan}");
    assert_eq!(plan["unit_price_usd"], 0.1);
    assert!(!stage.output().exists());
    assert_eq!(stage.stats()["submits"], 0);
}

#[test]
fn what_is_no_photo_is_skipped_with_its_reason() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "good.png");
    fs::write(stage.photos().join("empty.jpg"), "").unwrap();
    fs::write(stage.photos().join("letter.jpg"), "Dear Sir or Madam,\n").unwrap();
    let whole = fs::read(common::root().join("tests/photos/space/rocket.jpg")).unwrap();
    fs::write(stage.photos().join("cut.jpg"), &whole[..whole.len() / 2]).unwrap();
    fs::write(stage.photos().join(".hidden.jpg"), &whole).unwrap();
    fs::write(stage.photos().join("._good.png"), &whole).unwrap();
    let told = stage.run(&[]);
    told.assert_status(0);
    let plan = told.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    let skipped: Vec<_> = plan["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["path"].as_str().unwrap(), file["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(skipped.len(), 3, "{skipped:?}");
    for (path, word) in [("empty.jpg", "empty"), ("letter.jpg", "text"), ("cut.jpg", "truncated")] {
        assert!(skipped.iter().any(|(name, reason)| *name == path && reason.contains(word)), "{path}: {skipped:?}");
    }
    assert_eq!(told.summary()["done"], 1);
}

#[test]
fn an_empty_folder_is_no_failure() {
    let stage = Stage::new();
    let told = stage.run(&[]);
    told.assert_status(0);
    assert_eq!(told.summary()["done"], 0);
    fs::write(stage.photos().join("notes.md"), "no photo").unwrap();
    stage.run(&[]).assert_status(0);
    assert!(!stage.output().exists(), "where nothing was begun there is nothing to record");
}

#[test]
fn an_output_folder_that_cannot_be_made_is_said_before_anything_is_sent() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    fs::write(stage.dir.path().join("file"), "").unwrap();
    let inside_a_file = stage.dir.path().join("file/out");
    let told = stage.run(&["-o", inside_a_file.to_str().unwrap()]);
    told.assert_status(2);
    assert!(told.stderr.contains("output folder") && told.stderr.contains("-o"), "{}", told.stderr);
    assert_eq!(stage.stats()["submits"], 0);
}

#[test]
fn a_second_process_on_the_same_batch_says_who_holds_it() {
    let stage = Stage::with(fal_tui::sandbox::Options { latency: std::time::Duration::from_mins(1), ..common::fast() });
    stage.photo("chelsea.png", "cat.png");
    let mut first = common::start(stage.command(&["--headless", "--yes"]).arg(stage.photos()));
    stage.until("it is running", |stats| stats["accepted"] == 1);
    let second = stage.run(&[]);
    first.kill().unwrap();
    first.wait().unwrap();
    second.assert_status(2);
    assert!(second.stderr.contains(&first.id().to_string()), "{}", second.stderr);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_how_to_go_on_and_goes_on() {
    let stage =
        Stage::with(fal_tui::sandbox::Options { latency: std::time::Duration::from_millis(1500), ..common::fast() });
    stage.small_photos(6);
    let mut child = stage
        .command(&["--json", "--yes", "-c", "2"])
        .arg(stage.photos())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    stage.until("two are at fal", |stats| stats["accepted"] == 2);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let mut stdout = String::new();
    std::io::Read::read_to_string(child.stdout.as_mut().unwrap(), &mut stdout).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(stdout.lines().last().unwrap().contains("\"exit\":130"), "{stdout}");
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn the_doctor_finds_nothing_where_all_is_well() {
    let stage = Stage::new();
    let told = run(stage.command(&["doctor"]).env("TERM", "dumb"));
    told.assert_status(0);
    for what in ["key", "queue", "storage", "platform", "ledger", "disk"] {
        assert!(told.stdout.contains(&format!("✓ {what}")), "{what}: {}", told.stdout);
    }
    assert!(told.stdout.contains("$0.10 per MP") && !told.stdout.contains(": sandbox"), "{}", told.stdout);
    let stats = stage.stats();
    assert_eq!(stats["submits"], 0);
    assert!(stats["calls"].get("upload").is_none_or(|calls| calls == 0), "{stats:#}");
}

#[test]
fn the_doctor_says_with_what_status_a_run_would_end() {
    let stage = Stage::new();
    let refused = run(stage.command(&["doctor", "--json"]).env("FAL_KEY", "bad:key"));
    refused.assert_status(3);
    let wrong: Vec<_> = refused.events().into_iter().filter(|found| found["verdict"] == "wrong").collect();
    assert_eq!(wrong.len(), 3, "{}", refused.stdout);
    assert!(wrong[0]["message"].as_str().unwrap().contains("401"), "{}", refused.stdout);
    assert!(!refused.stdout.contains("bad:key"), "the key is never shown");

    let no_key = run(program(stage.dir.path()).arg("doctor"));
    no_key.assert_status(2);
    assert!(no_key.stdout.contains("FAL_KEY"), "{}", no_key.stdout);

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = format!("http://127.0.0.1:{port}");
    let alone = run(stage.command(&["doctor"]).env("FAL_TUI_QUEUE_URL", nobody));
    alone.assert_status(5);
    assert!(alone.stdout.contains("✗ queue") && alone.stdout.contains("hint: check the network"), "{}", alone.stdout);

    std::fs::create_dir_all(stage.dir.path().join("broken")).unwrap();
    std::fs::write(stage.dir.path().join("broken/ledger.db"), "no ledger at all, but long enough to be looked at")
        .unwrap();
    let damaged = run(&mut stage.command(&["doctor", "--state-dir", "broken"]));
    damaged.assert_status(2);
    assert!(damaged.stdout.contains("✗ ledger") && damaged.stdout.contains("damaged"), "{}", damaged.stdout);
}

#[test]
fn the_themes_that_are_listed_are_the_users_too_and_a_bad_one_says_where() {
    let stage = Stage::new();
    let themes = stage.dir.path().join(".config/fal-tui/themes");
    fs::create_dir_all(&themes).unwrap();
    fs::write(themes.join("mine.toml"), "inherits = \"dusk\"\n").unwrap();
    fs::write(themes.join("broken.toml"), "[roles]\ntext = \"no such colour\"\n").unwrap();
    fs::write(themes.join("odd.toml"), "[roles]\nfailur = \"red\"\n").unwrap();
    let told = run(stage.command(&["config", "--themes"]).env_remove("XDG_CONFIG_HOME"));
    told.assert_status(0);
    let lines: Vec<_> = told.stdout.lines().collect();
    assert_eq!(lines.first(), Some(&"terminal"), "{}", told.stdout);
    assert!(lines.contains(&"dusk") && lines.contains(&"mine"), "{}", told.stdout);
    let broken = lines.iter().find(|line| line.starts_with("broken")).unwrap();
    assert!(broken.contains("broken.toml:2") || broken.contains("line 2"), "{broken}");
    let odd = lines.iter().find(|line| line.starts_with("odd")).unwrap();
    assert!(odd.ends_with("line 2: there is no role `failur`; did you mean `failure`?"), "{odd}");
}

#[test]
fn a_home_that_depends_on_where_one_stands_is_refused() {
    let dir = TempDir::new().unwrap();
    for home in ["here", "./here"] {
        let told = run(program(dir.path()).env("HOME", home).env("FAL_KEY", "x").arg("batches"));
        assert_eq!(told.status, 2, "{home:?}: {}", told.stderr);
        assert!(told.stderr.contains("HOME") && told.stderr.contains("--state-dir"), "{}", told.stderr);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is made for {home:?}");
    }
    // Of an empty one the system knows better.
    let told = run(program(dir.path()).env("HOME", "").env("FAL_KEY", "x").args(["config", "--path"]));
    assert!(told.status == 2 || told.stdout.starts_with('/'), "{}", told.stdout);
}
