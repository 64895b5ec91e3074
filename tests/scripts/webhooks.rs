//! Webhooks against the sandbox, which signs and delivers them as fal does: while they come fal is hardly asked, and
//! whatever becomes of them nothing is lost, paid for twice or believed that fal did not say.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::common::{Run, Stage, fast, run, start};
use axum::Router;
use axum::http::StatusCode;
use fal_tui::sandbox::{Options, Scenario};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// A sandbox in which this becomes of webhooks.
fn stage(webhooks: &str) -> Stage {
    let scenario = Some(Scenario::parse(webhooks, "webhooks").unwrap());
    Stage::with(Options { scenario, latency: Duration::from_millis(400), ..fast() })
}

/// An address at which nobody listens yet.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// What makes a run listen there.
fn listening(at: SocketAddr) -> [String; 4] {
    ["--listen".to_owned(), at.to_string(), "--public-url".to_owned(), format!("http://{at}/fal/secret-path")]
}

fn command(stage: &Stage, at: SocketAddr, args: &[&str]) -> Command {
    let mut command = stage.command(&["--json", "--yes"]);
    command.args(listening(at)).args(args).arg(stage.photos());
    command
}

fn calls(stats: &Value, kind: &str) -> u64 {
    stats["calls"][kind].as_u64().unwrap_or(0)
}

fn notices<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == "notice" && event["kind"] == kind).collect()
}

/// Waits until something listens there.
fn until_heard(at: SocketAddr) -> TcpStream {
    let begun = Instant::now();
    loop {
        match TcpStream::connect(at) {
            Ok(stream) => return stream,
            Err(error) => assert!(begun.elapsed() < Duration::from_mins(1), "nobody listens: {error}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The status that a request is answered with.
fn answer(mut stream: TcpStream, request: &str) -> u16 {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n") && stream.read(&mut byte).unwrap() > 0 {
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap().split(' ').nth(1).unwrap().parse().unwrap()
}

fn piped(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn while_webhooks_come_each_photo_is_asked_about_once() {
    let stage = stage("");
    stage.small_photos(40);
    let ran = run(&mut command(&stage, free(), &["-c", "8"]));
    ran.assert_status(0);
    let (summary, stats) = (ran.summary(), stage.stats());
    assert_eq!((&summary["done"], &stats["accepted"]), (&40.into(), &40.into()), "{stats:#}");
    assert!(summary["webhooks"]["heard"].as_u64() >= Some(35), "{summary}");
    assert!(notices(&ran.events(), "webhook_refused").is_empty());
    // The first ones are asked about as ever, until it is known that webhooks come.
    assert!(calls(&stats, "status") <= 70, "{stats:#}");
    assert_eq!(calls(&stats, "jwks"), 1, "{stats:#}");
    assert_eq!(stats["leaks"]["count"], 0);
    assert!(!ran.stderr.contains("secret-path") && !ran.stdout.contains("secret-path"), "{}", ran.stderr);
}

#[test]
fn when_they_stop_in_the_middle_fal_is_asked_again() {
    let stage = stage("[[webhook]]\nis = \"lost\"\nafter = 8\n");
    stage.small_photos(30);
    let begun = Instant::now();
    let ran = run(&mut command(&stage, free(), &["-c", "6"]));
    ran.assert_status(0);
    let (summary, stats) = (ran.summary(), stage.stats());
    assert_eq!((&summary["done"], &stats["accepted"]), (&30.into(), &30.into()), "{stats:#}");
    assert_eq!(summary["webhooks"]["heard"], 8, "{summary}");
    assert!(begun.elapsed() < Duration::from_secs(50), "no request waits for its minute: {:?}", begun.elapsed());
}

#[test]
fn what_never_comes_is_told_and_nothing_waits_for_it() {
    let stage = Stage::with(Options { runners: 1, latency: Duration::from_secs(3), ..fast() });
    stage.small_photos(7);
    // The URL leads nowhere.
    let (at, elsewhere) = (free(), free());
    let mut command = stage.command(&["--json", "--yes", "--listen", &at.to_string()]);
    command.args(["--public-url", &format!("http://{elsewhere}/")]).arg(stage.photos());
    let ran = run(&mut command);
    ran.assert_status(0);
    assert_eq!((&ran.summary()["done"], &ran.summary()["webhooks"]["heard"]), (&7.into(), &0.into()));
    let events = ran.events();
    let [told] = *notices(&events, "webhooks_missed") else { unreachable(&ran) };
    assert!(told["action"].as_str().unwrap().contains("--public-url"), "{told}");
}

#[expect(clippy::panic, reason = "a test may")]
fn unreachable(ran: &Run) -> ! {
    panic!("it is not told, or more than once: {}", ran.stdout)
}

#[test]
fn what_is_forged_late_or_replayed_is_refused_counted_and_told() {
    let stage = stage(
        "[[webhook]]\nis = \"forged\"\nfile = \"small-1.png\"\n[[webhook]]\nis = \"late\"\nfile = \"small-2.png\"\n\
         [[webhook]]\nis = \"replayed\"\nfile = \"small-3.png\"\n[[webhook]]\nis = \"duplicate\"\nfile = \"small-4.png\"\n",
    );
    stage.small_photos(7);
    let ran = run(&mut command(&stage, free(), &["-c", "1"]));
    ran.assert_status(0);
    let (summary, stats) = (ran.summary(), stage.stats());
    let counted = &summary["webhooks"];
    assert_eq!(
        [&counted["forged"], &counted["late"], &counted["replayed"], &counted["unread"]],
        [&json!(1), &json!(1), &json!(1), &json!(0)],
        "{summary}"
    );
    assert_eq!(stats["answers"]["webhook"]["401"], 3, "{stats:#}");
    assert_eq!((&summary["done"], &stats["accepted"]), (&7.into(), &7.into()), "{stats:#}");
    let events = ran.events();
    let told = notices(&events, "webhook_refused");
    assert!(told[0]["message"].as_str().unwrap().starts_with("1 webhook was refused so far: 1 "), "{told:?}");
    assert!(ran.stderr.contains("webhooks  ") && ran.stderr.contains("1 forged, 1 late, 1 replayed"), "{}", ran.stderr);
}

#[test]
fn a_request_of_somebody_else_that_fal_signs_for_changes_nothing() {
    let stage = Stage::with(Options { latency: Duration::from_secs(2), ..fast() });
    stage.small_photos(2);
    let at = free();
    let child = piped(&mut command(&stage, at, &[]));
    drop(until_heard(at));
    // Its own account, our listener: a result that we never asked for.
    let submit = format!("{}/fal-ai/flux-vision-upscaler?fal_webhook=http://{at}/", stage.sandbox.queue_url());
    let theirs: Value = stage.runtime.block_on(async {
        let ask = reqwest::Client::new().post(submit).header("authorization", "Key stranger");
        ask.json(&json!({ "image_url": "data:image/png;base64,AA==" })).send().await.unwrap().json().await.unwrap()
    });
    let ran = ended(child);
    ran.assert_status(0);
    assert_eq!(ran.summary()["done"], 2);
    assert!(ran.summary()["webhooks"]["heard"].as_u64() >= Some(2), "{}", ran.summary());
    let id = theirs["request_id"].as_str().unwrap();
    assert!(!ran.stdout.contains(id));
    let pictures = std::fs::read_dir(stage.output()).unwrap().flatten();
    let pictures = pictures.filter(|entry| entry.path().extension().is_some_and(|ext| ext == "png"));
    assert_eq!(pictures.count(), 2);
}

#[test]
fn who_is_killed_in_the_middle_goes_on_and_pays_nothing_twice() {
    let scenario = Some(Scenario::parse("[[webhook]]\nis = \"lost\"\nafter = 4\nfirst = 5\n", "lost").unwrap());
    let stage = Stage::with(Options { scenario, latency: Duration::from_millis(1500), ..fast() });
    stage.small_photos(16);
    let mut child = start(&mut command(&stage, free(), &["-c", "4"]));
    stage.until("some have ended", |stats| {
        stats["webhooks"]["delivered"].as_u64() >= Some(3) && stats["queue"]["running"] == 4
    });
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = run(&mut command(&stage, free(), &["-c", "4"]));
    let stats = stage.stats();
    // What was on its way in just that moment may have to be looked for.
    assert!(ran.status <= 1, "{}", ran.stderr);
    assert_eq!((&ran.summary()["done"], &stats["most_accepted_of_one_input"]), (&16.into(), &1.into()), "{stats:#}");
}

#[test]
fn the_cap_is_held() {
    let stage = stage("");
    stage.dear_photos(6);
    let ran = run(&mut command(&stage, free(), &["--budget", "0.25", "-c", "4"]));
    ran.assert_status(4);
    let stats = stage.stats();
    assert!(stats["usd"].as_f64().unwrap() <= 0.25, "{stats:#}");
    assert!(ran.summary()["done"].as_u64() >= Some(1), "{}", ran.stdout);
}

#[test]
fn two_runs_at_once_hear_each_its_own_and_pay_once() {
    let stage = stage("");
    stage.small_photos(12);
    let other = stage.dir.path().join("other");
    let one = piped(command(&stage, free(), &["-c", "3"]).args(["-o", stage.output().to_str().unwrap()]));
    let two = piped(command(&stage, free(), &["-c", "3"]).args(["-o", other.to_str().unwrap()]));
    for ran in [ended(one), ended(two)] {
        ran.assert_status(0);
        assert_eq!(ran.summary()["done"], 12);
    }
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&12.into(), &1.into()), "{stats:#}");
}

#[test]
fn a_webhook_of_somebody_else_is_told_and_fal_is_asked_as_ever() {
    let stage = stage("");
    stage.small_photos(4);
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = heard.clone();
    let hear = move |body: String| {
        sink.lock().unwrap().push(body);
        async { StatusCode::OK }
    };
    let listener = stage.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/secret-path?token=sesame", listener.local_addr().unwrap());
    stage.runtime.spawn(async move { axum::serve(listener, Router::new().fallback(hear)).await });
    let log = stage.dir.path().join("log");
    let ran = stage.run(&["--webhook", &url, "-vv", "--log", log.to_str().unwrap()]);
    ran.assert_status(0);
    stage.until("all are told", |stats| stats["webhooks"]["delivered"] == 4);
    assert!(calls(&stage.stats(), "status") >= 4);
    let told = heard.lock().unwrap().clone();
    assert!(told.iter().all(|body| body.contains("\"status\":\"OK\"")), "{told:?}");
    assert!(ran.summary().get("webhooks").is_none());
    let log = std::fs::read_to_string(log).unwrap();
    for text in [&ran.stdout, &ran.stderr, &log] {
        assert!(!text.contains("secret-path") && !text.contains("sesame"), "{text}");
    }
}

#[test]
fn what_cannot_be_heard_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    stage.small_photos(1);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let here = free().to_string();
    let url = format!("http://{here}/");
    for (args, why) in [
        (&["--listen", &here][..], "`--listen`: fal must be told how to get there"),
        (&["--public-url", &url], "`--public-url`: nobody listens behind it"),
        (&["--listen", &taken, "--public-url", &url], "another program listens there"),
        (&["--listen", &here, "--public-url", "http://hooks.example.com/"], "must be https"),
        (&["--listen", "8080", "--public-url", &url], "takes an address and a port"),
        (&["--listen", "203.0.113.7:8080", "--public-url", &url], "this machine has no such address"),
        (&["--webhook", "http://hooks.example.com/"], "must be https"),
        (&["--webhook", &url, "--listen", &here], "cannot be used with"),
    ] {
        let ran = stage.run(args);
        ran.assert_status(2);
        assert!(ran.stderr.contains(why), "{args:?}: {}", ran.stderr);
    }
    let ran =
        run(stage.command(&["--sandbox", "--yes", "--webhook", "https://hooks.example.com/"]).arg(stage.photos()));
    ran.assert_status(2);
    assert!(ran.stderr.contains("the sandbox delivers webhooks to this machine only"), "{}", ran.stderr);
    assert_eq!(stage.stats()["submits"], 0);
}

#[test]
fn a_crowd_that_says_nothing_holds_nobody_up_and_a_signal_ends_it_at_once() {
    let stage = Stage::with(Options { latency: Duration::from_millis(900), ..fast() });
    stage.small_photos(40);
    let at = free();
    let child = piped(&mut command(&stage, at, &["-c", "4"]));
    drop(until_heard(at));
    let head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5000000\r\n";
    let mut crowd: Vec<_> = (0..200).filter_map(|_| TcpStream::connect(at).ok()).collect();
    for stream in &mut crowd {
        stream.write_all(head.as_bytes()).unwrap();
    }
    // There is room for others beside them.
    assert_eq!(answer(until_heard(at), "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"), 401);
    assert_eq!(answer(until_heard(at), "GET / HTTP/1.1\r\nhost: a\r\n\r\n"), 405);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let signed = format!(
        "x-fal-webhook-request-id: r\r\nx-fal-webhook-user-id: u\r\nx-fal-webhook-timestamp: {now}\r\n\
         x-fal-webhook-signature: {}\r\n",
        "ab".repeat(64)
    );
    let long = format!("POST / HTTP/1.1\r\nhost: a\r\n{signed}content-length: 50000000\r\n\r\n");
    assert_eq!(answer(until_heard(at), &long), 413);
    let forged = format!("POST / HTTP/1.1\r\nhost: a\r\n{signed}content-length: 2\r\n\r\n{{}}");
    assert_eq!(answer(until_heard(at), &forged), 401);
    crowd.extend((0..100).filter_map(|_| TcpStream::connect(at).ok()));
    stage.until("it goes on all the same", |stats| stats["calls"]["download"].as_u64() >= Some(12));
    let begun = Instant::now();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let ran = ended(child);
    assert_eq!((ran.status, &ran.summary()["exit"]), (143, &143.into()), "{}", ran.stderr);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let counted = &ran.summary()["webhooks"];
    assert!(counted["forged"].as_u64() >= Some(2) && counted["unread"] == 1, "{counted}");
}
