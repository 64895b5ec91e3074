//! Who is told of a run's end beside whoever looks at it: a command, a URL, the terminal. And what a full pipe gets.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::common::terminal::{Term, has};
use crate::common::{Run, Stage, fast, run};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::post;
use fal_tui::sandbox::Options;
use serde_json::Value;

/// What a host was told.
type Heard = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A host that hears what it is told at `/told`, and sends on from `/here` to that and from `/away` to a URL.
fn host(stage: &Stage, away: &str) -> (String, Heard) {
    let heard = Heard::default();
    let (sink, away) = (heard.clone(), away.to_owned());
    let told = move |request: Request| {
        let sink = sink.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            sink.lock().unwrap().push((parts.headers, String::from_utf8(body.to_vec()).unwrap()));
            StatusCode::NO_CONTENT
        }
    };
    let refused = || async { StatusCode::FORBIDDEN };
    let app = Router::new()
        .route("/told", post(told))
        .route("/here", post(|| async { Redirect::temporary("/told") }))
        .route("/away", post(move || async move { Redirect::temporary(&away) }))
        .route("/refused", post(refused));
    let listener = stage.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    stage.runtime.spawn(async move { axum::serve(listener, app).await });
    (url, heard)
}

#[test]
fn a_command_gets_the_summary_and_no_key() {
    let stage = Stage::new();
    stage.small_photos(2);
    let (told, seen) = (stage.dir.path().join("told.json"), stage.dir.path().join("seen.env"));
    let line = format!("cat > '{}'; env > '{}'; echo heard", told.display(), seen.display());
    let mut command = stage.command(&["--json", "--yes", "--on-finish", &line]);
    command.env("FAL_KEY", "key-sesame").env("MINE", "Key key-sesame").env("KEPT", "1").arg(stage.photos());
    let ran = run(&mut command);
    ran.assert_status(0);
    // What it prints does not get among the events.
    let summary = ran.summary();
    assert!(ran.stderr.contains("heard"), "{}", ran.stderr);
    let told: Value = serde_json::from_str(&fs::read_to_string(told).unwrap()).unwrap();
    assert_eq!((&told["event"], &told["done"], &told["exit"]), (&"batch".into(), &2.into(), &0.into()));
    assert_eq!(told["output"], stage.output().to_str().unwrap());
    assert_eq!((&told["batch"], &told["causes"]), (&summary["batch"], &Value::Array(Vec::new())));
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("KEPT=1") && !seen.contains("sesame"), "{seen}");
}

#[test]
fn what_fails_there_is_told_and_changes_nothing() {
    let stage = Stage::new();
    stage.small_photos(1);
    let (url, heard) = host(&stage, "http://localhost:9/told");
    let refused = format!("{url}/refused/secret-path");
    let ran = stage.run(&["--on-finish", "exit 3", "--notify-url", &refused]);
    ran.assert_status(0);
    assert!(ran.stderr.contains("--on-finish: the command ended with exit status: 3"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--notify-url: http://127.0.0.1:"), "{}", ran.stderr);
    assert!(ran.stderr.contains("/… answered 404") && !ran.stderr.contains("secret-path"), "{}", ran.stderr);
    assert!(heard.lock().unwrap().is_empty());
}

#[test]
fn a_url_gets_the_summary_without_the_key_and_never_on_another_host() {
    let stage = Stage::new();
    stage.small_photos(1);
    let (other, leaked) = host(&stage, "http://localhost:9/");
    let (url, heard) = host(&stage, &format!("{other}/told"));
    for path in ["told", "here"] {
        stage.run(&["--notify-url", &format!("{url}/{path}")]).assert_status(0);
        let (headers, body) = heard.lock().unwrap().pop().unwrap();
        assert!(!format!("{headers:?}{body}").contains("Key sandbox") && !headers.contains_key("authorization"));
        assert_eq!(headers["content-type"], "application/json");
        let told: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&told["event"], &told["done"], &told["exit"]), (&"batch".into(), &1.into(), &0.into()), "{path}");
    }
    let ran = stage.run(&["--notify-url", &format!("{url}/away")]);
    ran.assert_status(0);
    assert!(ran.stderr.contains("answered 307"), "{}", ran.stderr);
    assert!(leaked.lock().unwrap().is_empty());
    let shown = run(&mut stage.command(&["config", "--notify-url", &format!("{url}/secret-path")]));
    assert!(shown.stdout.contains("notify-url") && !shown.stdout.contains("secret-path"), "{}", shown.stdout);
}

#[test]
fn a_run_that_never_began_and_one_that_is_stopped_are_told_too() {
    let stage = Stage::scenario("account_locked");
    stage.small_photos(6);
    let (url, heard) = host(&stage, "http://localhost:9/");
    let url = format!("{url}/told");
    let ran = stage.run(&["-c", "1", "--notify-url", &url]);
    ran.assert_status(3);
    let told: Value = serde_json::from_str(&heard.lock().unwrap().pop().unwrap().1).unwrap();
    assert_eq!((&told["done"], &told["exit"]), (&ran.summary()["done"], &3.into()));
    assert!(told["left"].as_u64() > Some(0), "{told}");
    let mut command = stage.command(&["--json", "--yes", "--notify-url", &url]);
    let ran = run(command.env("FAL_KEY", "bad").arg(stage.photos()));
    ran.assert_status(3);
    let told: Value = serde_json::from_str(&heard.lock().unwrap().pop().unwrap().1).unwrap();
    assert_eq!((&told["event"], &told["exit"]), (&"batch".into(), &3.into()));
    assert!(told["message"].as_str().unwrap().contains("refused the key"), "{told}");
    // Nobody has to be told of a typing error but who made it.
    stage.run(&["-c", "0", "--notify-url", &url]).assert_status(2);
    assert!(heard.lock().unwrap().is_empty());
}

#[test]
fn the_dashboard_rings_at_the_end_and_tells_what_it_was_asked_to() {
    let stage = Stage::new();
    stage.small_photos(2);
    let told = stage.dir.path().join("told.json");
    let mut command = stage.command(&["--yes", "--on-finish", &format!("cat > '{}'", told.display())]);
    command.env("TERM_PROGRAM", "WezTerm").arg(stage.photos());
    let mut term = Term::start(&command, (100, 30));
    term.wait_for("finished");
    term.wait("a message", |seen| has(&seen.bytes, "\x07\x1b]9;fal-tui: ✓ finished · ".as_bytes()));
    term.press("q");
    assert!(term.wait_exit().success());
    let told: Value = serde_json::from_str(&fs::read_to_string(told).unwrap()).unwrap();
    assert_eq!((&told["done"], &told["exit"]), (&2.into(), &0.into()));
}

#[test]
fn lines_ring_on_a_terminal_below_which_a_bar_grows() {
    let stage = Stage::with(Options { runners: 1, ..fast() });
    stage.small_photos(6);
    let lines = stage.dir.path().join("lines");
    let plain = stage.command(&["--headless", "--yes"]);
    // The lines go into a file, as in a shell; the terminal has the bar alone.
    let mut command = Command::new("/bin/sh");
    command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(stage.dir.path()).arg("-c").arg(format!(
        "'{}' --headless --yes '{}' > '{}'",
        plain.get_program().to_str().unwrap(),
        stage.photos().display(),
        lines.display()
    ));
    let mut term = Term::start(&command, (100, 30));
    term.wait_for("of 6 ended");
    assert!(term.text().contains('█') || term.text().contains("0 %"), "{}", term.text());
    assert!(term.wait_exit().success());
    term.wait("the bell", |seen| has(&seen.bytes, b"\x07"));
    assert!(!term.text().contains("of 6 ended"), "it is taken off: {}", term.text());
    let lines = fs::read_to_string(lines).unwrap();
    assert!(!lines.contains('\x1b') && !lines.contains('\x07'), "{lines}");
    assert_eq!(lines.matches("  DONE  ").count(), 6, "{lines}");
    // A photo is told of when it is sent, with its place in the queue, and when it has ended.
    assert!(!lines.contains("IN_PROGRESS"), "{lines}");
    assert!((2..=3).contains(&lines.lines().filter(|line| line.contains("  #2  ")).count()), "{lines}");
}

#[test]
fn causes_stand_together_at_the_end() {
    let stage = Stage::scenario("fails_for_good");
    for name in ["faulty-1.png", "faulty-2.png"] {
        stage.photo(if name.contains('1') { "chelsea.png" } else { "coffee.png" }, name);
    }
    stage.small_photos(1);
    let ran = run(stage.command(&["--headless", "--yes"]).arg(stage.photos()));
    ran.assert_status(1);
    let end = ran.stdout.split("\n\n").last().unwrap();
    let failed: Vec<_> = end.lines().filter(|line| line.starts_with("failed ")).collect();
    assert_eq!(failed.len(), 1, "{end}");
    assert!(failed[0].starts_with("failed    2 content_policy: refused for what it shows; as faulty-"), "{end}");
    let json = stage.run(&["--retry-failed"]);
    let causes = json.summary()["causes"].clone();
    assert_eq!(causes.as_array().unwrap().len(), 1, "{causes}");
    let one = &causes[0];
    assert!(one["kind"].is_string() && one["count"] == 2 && one["hint"].is_string(), "{causes}");
}

#[test]
fn a_reader_who_has_seen_enough_ends_the_run_in_good_order() {
    let stage = Stage::with(Options { runners: 1, ..fast() });
    stage.small_photos(8);
    for form in ["--headless", "--json"] {
        let mut child = stage
            .command(&[form, "--yes"])
            .arg(stage.photos())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // As `head` does: the beginning is read, then the pipe is closed.
        let mut first = [0; 64];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("panicked") && stderr.contains("batch 1"), "{form}: {stderr}");
        // Nothing is lost, and the same command goes on.
        assert!(stderr.contains("same command") || stderr.contains("finished"), "{form}: {stderr}");
    }
    let whole: Run = stage.run(&[]);
    whole.assert_status(0);
    assert_eq!(whole.summary()["done"], 8);
    assert_eq!(stage.stats()["accepted"], 8, "{:#}", stage.stats());
}

#[test]
fn a_full_pipe_holds_up_words_and_nothing_else() {
    let stage = Stage::new();
    stage.small_photos(120);
    let mut child = stage
        .command(&["--json", "--yes", "-c", "16"])
        .arg(stage.photos())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Nobody reads: a pipe holds 64 KiB, which these photos' events are more than.
    stage.until("all are sent", |stats| stats["calls"]["download"].as_u64() >= Some(120));
    assert!(child.try_wait().unwrap().is_none(), "it waits to be read");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.len() > 1 << 16);
    assert!(output.stdout.ends_with(b"\"exit\":0}\n"));
}

#[test]
fn a_reader_that_falls_far_behind_holds_it_up_until_it_has_caught_up_and_no_longer() {
    let stage = Stage::with(Options { latency: std::time::Duration::ZERO, runners: 64, ..Options::default() });
    for n in 0..900_u16 {
        let [high, low] = n.to_be_bytes();
        let picture = image::RgbImage::from_pixel(16, 16, image::Rgb([high, low, 90]));
        picture.save(stage.photos().join(format!("plain-{n}.png"))).unwrap();
    }
    let mut child = stage
        .command(&["--json", "--yes", "-c", "64"])
        .arg(stage.photos())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Nobody reads, and more events wait than may.
    let is_held_up = |stats: &Value| {
        let sent = stats["accepted"].as_u64().unwrap_or_default();
        sent > 200 && sent < 900 && stats["calls"]["download"].as_u64() == Some(sent)
    };
    stage.until("nothing more is sent", is_held_up);
    assert!(child.try_wait().unwrap().is_none(), "it waits to be read");
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.ends_with("\"exit\":0}\n"));
    assert!(!told.contains("\"kind\":\"waiting\""), "it goes on by itself, and not when it next has something to say");
}
