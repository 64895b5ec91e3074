//! Which hosts are asked: what becomes of a run when one of them is missing, when a proxy is set, and when
//! the hosts are others than those of an earlier run.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::common::{self, Stage, fast, program, root, run, size};
use fal_tui::sandbox::{Options, Scenario};

/// Where nobody listens: a port that was free a moment ago.
fn nobody() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}")
}

/// A host that tells what it is sent, and answers nothing.
fn eavesdropper() -> (String, mpsc::Receiver<String>) {
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", host.local_addr().unwrap());
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        for caller in host.incoming().map_while(Result::ok) {
            let _ = said.send(first_words(caller));
        }
    });
    (url, heard)
}

fn first_words(mut caller: TcpStream) -> String {
    caller.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut words = [0; 2048];
    let count = caller.read(&mut words).unwrap_or_default();
    String::from_utf8_lossy(words.get(..count).unwrap()).into_owned()
}

fn yes(stage: &Stage) -> Command {
    let mut command = stage.command(&["--json", "--yes"]);
    command.arg(stage.photos());
    command
}

#[test]
fn without_the_host_that_knows_prices_the_list_price_holds() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let told = run(yes(&stage).env("FAL_TUI_API_URL", nobody()));
    told.assert_status(0);
    assert_eq!(told.last("cat.png")["state"], "DONE");
    assert!(told.summary()["spent_usd"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_doctor_ends_as_a_run_would_without_the_host_that_knows_prices() {
    let stage = Stage::new();
    let without = |name: &str| run(stage.command(&["doctor"]).env(name, nobody()));
    let prices = without("FAL_TUI_API_URL");
    prices.assert_status(0);
    assert!(prices.stdout.contains("runs work, with the built-in price"), "{}", prices.stdout);
    without("FAL_TUI_QUEUE_URL").assert_status(5);
    without("FAL_TUI_REST_URL").assert_status(5);
    let key = run(stage.command(&["doctor"]).env("FAL_KEY", "bad"));
    key.assert_status(3);
}

#[test]
fn what_a_start_waits_for_is_said() {
    let slow = "[[fault]]\ncall = \"status\"\nper = \"all\"\nfirst = 1\ndelay_ms = 3500\n";
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(slow, "slow").unwrap()), ..fast() });
    stage.photo("chelsea.png", "cat.png");
    let told = run(&mut yes(&stage));
    told.assert_status(0);
    let waits = format!("waiting for an answer from {}…", stage.sandbox.queue_url());
    assert_eq!(told.stderr.lines().filter(|line| line.starts_with("waiting for")).collect::<Vec<_>>(), [waits]);
    assert!(!run(&mut yes(&stage)).stderr.contains("waiting for"));
}

#[test]
fn without_the_queue_nothing_is_begun() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let told = run(yes(&stage).env("FAL_TUI_QUEUE_URL", nobody()));
    told.assert_status(5);
    assert!(told.stderr.contains("cannot be reached"), "{}", told.stderr);
    assert_eq!(stage.stats()["calls"]["upload"].as_u64().unwrap_or_default(), 0);
}

#[test]
fn no_proxy_stands_between_the_program_and_its_own_machine() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let (proxy, heard) = eavesdropper();
    let mut command = program(stage.dir.path());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, &proxy);
    }
    let told = run(command.args(["--sandbox", "--json", "--yes", "--latency", "100"]).arg(stage.photos()));
    told.assert_status(0);
    assert!(heard.try_recv().is_err(), "the proxy was told of what stays on this machine");
}

#[test]
fn the_key_does_not_follow_a_request_to_a_host_of_an_earlier_run() {
    let patient = Stage::with(Options { latency: Duration::from_hours(1), ..fast() });
    patient.photo("chelsea.png", "cat.png");
    let mut first = common::start(&mut yes(&patient));
    patient.until("it is at fal", |stats| stats["calls"]["status"].as_u64().unwrap_or_default() > 1);
    first.kill().unwrap();
    first.wait().unwrap();

    // Now the hosts are others, and somebody else listens where the first ones were.
    let other = Stage::new();
    let address = patient.sandbox.origin().strip_prefix("http://").unwrap().to_owned();
    let Stage { dir, runtime, sandbox } = patient;
    drop(sandbox);
    drop(runtime);
    let host = TcpListener::bind(address).unwrap();
    host.set_nonblocking(true).unwrap();
    let mut command = other.command(&["--json", "--yes"]);
    let told = run(command.env("HOME", dir.path()).arg(dir.path().join("photos")));
    assert!(host.accept().is_err(), "a host of an earlier run was called");
    // Its request is unknown here, and may have been paid for there: it is not sent again by itself.
    assert_eq!(told.last("cat.png")["state"], "FAILED", "{}", told.stdout);
    assert_eq!(other.stats()["calls"]["submit"].as_u64().unwrap_or_default(), 0);
}

#[test]
fn a_real_result_takes_the_place_of_what_a_trial_on_a_sandbox_left() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png");
    let photos = stage.photos();
    let trial = ["--sandbox", "--json", "--yes", "--latency", "100", "-p", "upscale_factor=1"];
    run(program(stage.dir.path()).args(trial).arg(&photos)).assert_status(0);
    let mine = stage.output().join("cup.png");
    std::fs::copy(root().join("tests/photos/space/rocket.jpg"), &mine).unwrap();
    let kept = std::fs::read(&mine).unwrap();

    let told = run(&mut yes(&stage));
    told.assert_status(0);
    assert_eq!(told.last("cat.png")["output"], "cat.png");
    assert_eq!(size(&stage.output().join("cat.png")), (902, 600));
    // What somebody put there is nobody's to overwrite.
    assert_eq!(std::fs::read(&mine).unwrap(), kept);
    assert_eq!(told.last("cup.png")["output"], "cup.png.png");
    let records = std::fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    assert_eq!(records.lines().filter(|line| line.contains("\"cat.png\"")).count(), 1, "{records}");
}

#[test]
fn a_trial_on_a_sandbox_sends_again_what_failed_only_if_asked() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "faulty.png");
    let scenario = root().join("tests/scenarios/fails_for_good.toml");
    let sandboxed = |args: &[&str]| {
        let mut command = program(stage.dir.path());
        run(command.args(["--sandbox", "--json", "--yes", "--latency", "100"]).args(args).arg(stage.photos()))
    };
    let failed = sandboxed(&["--scenario", scenario.to_str().unwrap()]);
    failed.assert_status(1);
    assert_eq!(sandboxed(&[]).assert_status(1).summary()["failed"], 1);
    assert_eq!(sandboxed(&["--retry-failed"]).assert_status(0).summary()["done"], 1);
}

#[test]
fn what_another_service_made_is_neither_done_before_nor_the_same_picture() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    run(&mut yes(&stage)).assert_status(0);
    // The same server under another name is another service, whatever it knows.
    let at_localhost = |args: &[&str]| {
        let mut command = stage.command(args);
        for (name, url) in [("QUEUE", stage.sandbox.queue_url()), ("REST", stage.sandbox.rest_url())] {
            command.env(format!("FAL_TUI_{name}_URL"), url.replace("127.0.0.1", "localhost"));
        }
        command
    };
    let plan = run(at_localhost(&["plan", "--json"]).arg(stage.photos()));
    let plan: serde_json::Value = serde_json::from_str(plan.assert_status(0).stdout.trim()).unwrap();
    assert_eq!((&plan["photos"], &plan["duplicates"]), (&1.into(), &0.into()), "{plan}");
    assert_eq!(plan["service"], "http://localhost:*");
    let told = run(at_localhost(&["--json", "--yes"]).arg(stage.photos()));
    told.assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2);
    assert_eq!(told.summary()["spent_usd"], run(&mut yes(&stage)).summary()["spent_usd"], "each pays for its own");
    let again = run(&mut at_localhost(&["retry", "1", "--yes"]));
    again.assert_status(2);
    assert!(again.stderr.contains("sent to http://127.0.0.1:*, not to http://localhost:*"), "{}", again.stderr);
    let sandboxed = run(&mut stage.command(&["retry", "1", "--sandbox"]));
    sandboxed.assert_status(2);
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn a_stand_in_that_was_started_again_goes_on_with_its_batch() {
    let first = Stage::new();
    first.photo("chelsea.png", "cat.png");
    run(&mut yes(&first)).assert_status(0);
    first.photo("coffee.png", "cup.png");
    let second = Stage::new();
    let mut command = second.command(&["--json", "--yes"]);
    let told = run(command.env("HOME", first.dir.path()).arg(first.photos()));
    told.assert_status(0);
    assert_eq!((&told.summary()["batch"], &told.summary()["done"]), (&1.into(), &2.into()));
    assert_eq!(second.stats()["accepted"], 1);
}

#[test]
fn the_plan_counts_what_takes_the_place_of_a_trial() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png");
    let trial = ["--sandbox", "--json", "--yes", "--latency", "100", "--exclude", "cup.png"];
    run(program(stage.dir.path()).args(trial).arg(stage.photos())).assert_status(0);
    let plan = run(stage.command(&["plan"]).arg(stage.photos()));
    assert!(plan.stdout.contains("2 photos to send, 1 of a trial's pictures replaced"), "{}", plan.stdout);
    assert!(plan.stdout.contains("http://127.0.0.1:* is asked, not fal"), "{}", plan.stdout);
    run(&mut yes(&stage)).assert_status(0);
    let plan = run(stage.command(&["plan"]).arg(stage.photos()));
    assert!(!plan.stdout.contains("trial"), "{}", plan.stdout);
}
