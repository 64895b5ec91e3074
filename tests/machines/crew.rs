//! Many workers at one batch, and people who look on: what is the batch's is changed for all of them, what a worker left
//! behind is done by another, and nobody waits for who reads what one tells.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use crate::common::postgres::Server;
use crate::common::terminal::Term;
use crate::common::{Run, Stage, fast, program, run};
use fal_tui::sandbox::{Options, Scenario};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const WIDE: (u16, u16) = (140, 40);

/// A batch that is handed to workers, and a machine that has nothing of it but the address of its ledger.
struct Crew {
    stage: Stage,
    server: &'static Server,
    place: String,
    elsewhere: TempDir,
}

/// A worker with a state directory of its own, whose words are read as they come.
struct Worker {
    pid: u32,
    state: PathBuf,
    run: JoinHandle<Run>,
}

impl Crew {
    fn new(photos: u32, options: Options) -> Option<Self> {
        let server = Server::shared()?;
        let crew =
            Self { stage: Stage::with(options), server, place: server.new_place(), elsewhere: TempDir::new().unwrap() };
        crew.stage.small_photos(photos);
        Some(crew)
    }

    fn enqueue(&self, flags: &[&str]) -> Run {
        let mut command = self.stage.command(&["plan", "--enqueue"]);
        run(self.shared(command.args(flags).arg(self.stage.photos())))
    }

    fn shared<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("FAL_TUI_LEDGER", self.server.url(&self.place))
    }

    fn begin(&self, flags: &[&str]) -> (PathBuf, Child) {
        let state = self.stage.dir.path().join(format!("state-{}", fastrand::u32(..)));
        let mut command = self.stage.command(&["work", "1", "--json", "--state-dir"]);
        self.shared(command.arg(&state).args(flags));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        (state, command.spawn().unwrap())
    }

    fn work(&self, flags: &[&str]) -> Worker {
        let (state, child) = self.begin(flags);
        Worker { pid: child.id(), state, run: spawn(move || Run::of(child)) }
    }

    /// The dashboard on another machine, without a key.
    fn attach(&self) -> Term {
        let mut command = program(self.elsewhere.path());
        Term::start(self.shared(command.args(["attach", "1"])), WIDE)
    }

    fn ask(&self, statement: &str) -> String {
        self.server.ask(&self.place, statement)
    }

    fn until(&self, statement: &str, answer: &str) {
        let begun = Instant::now();
        loop {
            let now = self.ask(statement);
            if now == answer {
                return;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "{statement}: {now}, not {answer}");
            sleep(Duration::from_millis(30));
        }
    }
}

impl Worker {
    fn say(&self, signal: Signal) {
        kill_process(Pid::from_raw(i32::try_from(self.pid).unwrap()).unwrap(), signal).unwrap();
    }

    fn end(self) -> Run {
        self.run.join().unwrap()
    }
}

fn slow(millis: u64, runners: usize) -> Options {
    Options { latency: Duration::from_millis(millis), runners, ..fast() }
}

/// How many workers may have so many requests at fal, in their own words.
fn with_window(window: u16) -> String {
    format!("SELECT count(*) FROM workers WHERE NOT gone AND CAST(says AS json)->>'window' = '{window}'")
}

#[test]
fn all_keys_work_on_every_worker_from_anywhere() {
    let Some(crew) = Crew::new(24, slow(2000, 8)) else { return };
    crew.enqueue(&["--yes", "-c", "2"]).assert_status(0);
    let workers = [crew.work(&[]), crew.work(&[])];
    crew.until(&with_window(1), "2");
    let mut term = crew.attach();
    term.wait_for("2 workers");
    term.wait_for("of 2 in flight");
    term.press("++");
    term.wait_for("of 4 in flight");
    crew.until("SELECT concurrency FROM batches", "4");
    crew.until(&with_window(2), "2");
    term.press("-");
    crew.until("SELECT concurrency FROM batches", "3");
    // Each has its row: where, which, what it has there and how fast, and when it was last heard of.
    term.press("6");
    for worker in &workers {
        term.wait_row(&[&worker.pid.to_string(), "at fal", "ago"]);
    }
    term.wait_for("/min");
    term.press("6");

    term.press("p");
    term.wait_for("paused: by a person");
    crew.stage.until("what was sent is done", |stats| stats["accepted"] == stats["billed"]);
    let accepted = crew.stage.stats()["accepted"].clone();
    // One that no worker has taken yet.
    assert_eq!(crew.ask("SELECT count(*) FROM turns WHERE job = (SELECT max(job) FROM jobs)"), "0");
    let last = crew.ask("SELECT convert_from(path, 'UTF8') FROM jobs ORDER BY job DESC LIMIT 1");
    term.press(&format!("/{last}\r"));
    term.wait_for("All 1/24");
    term.press("x");
    term.wait_for("Cancel");
    term.press("y");
    term.wait_row(&[&last, "cancelled"]);
    term.press("b");
    term.wait_for("$");
    term.press("\u{15}7\r");
    term.wait_for("cap $7.00");
    crew.until("SELECT cap_nanos FROM batches", "7000000000");
    assert_eq!(crew.stage.stats()["accepted"], accepted, "all of them are paused");
    term.press("p");
    for worker in workers {
        let ended = worker.end();
        // Who cancelled it for the batch says so.
        assert!(matches!(ended.status, 0 | 1), "{}\n{}", ended.stdout, ended.stderr);
        let heard = |event: &serde_json::Value| event.to_string().contains("set the cap to $7.00");
        assert!(ended.events().iter().any(heard), "each hears of it: {}", ended.stdout);
    }
    term.wait_for("finished");
    assert_eq!(crew.stage.stats()["accepted"], 23);
    assert_eq!(crew.ask("SELECT count(*) FROM jobs WHERE status = 'DONE'"), "23");
}

#[test]
fn keys_on_a_workers_own_machine_are_for_the_whole_batch() {
    let Some(crew) = Crew::new(16, slow(2000, 4)) else { return };
    crew.enqueue(&["--budget", "50", "-c", "2"]).assert_status(0);
    let worker = crew.work(&[]);
    crew.until(&with_window(2), "1");
    crew.stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(2));
    let mut attach = crew.stage.command(&["attach", "1", "--state-dir"]);
    let mut term = Term::start(crew.shared(attach.arg(&worker.state)), WIDE);
    // By its socket.
    term.wait_for(&format!("attached to {}", worker.pid));
    term.press("+");
    crew.until("SELECT concurrency FROM batches", "3");
    term.wait_for("of 3 in flight");
    term.press("b");
    term.wait_for("$");
    term.press("\u{15}0.000001\r");
    term.wait_for("more than that is spent or held already");
    crew.until("SELECT cap_nanos FROM batches", "1000");
    term.wait_for("would pass the cap");
    term.press("b");
    term.wait_for("$");
    term.press("\u{15}9\r");
    crew.until("SELECT cap_nanos FROM batches", "9000000000");
    let second = crew.work(&[]);
    second.end().assert_status(0);
    worker.end().assert_status(0);
    assert_eq!(crew.stage.stats()["accepted"], 16);
}

#[test]
fn what_a_worker_left_failed_is_sent_again_by_another() {
    let once = "[[fault]]\ncall = \"run\"\nfile = \"small-1.png\"\nattempt = \"1..1\"\n\
                fail = { error_type = \"runner_server_error\", msg = \"CUDA error\" }\n";
    let scenario = Some(Scenario::parse(once, "once").unwrap());
    let Some(crew) = Crew::new(10, Options { scenario, ..slow(1500, 4) }) else { return };
    crew.enqueue(&["--yes", "-c", "2"]).assert_status(0);
    let first = crew.work(&["--retries", "0"]);
    crew.until("SELECT count(*) FROM jobs WHERE status = 'FAILED'", "1");
    first.say(Signal::TERM);
    first.end().assert_status(143);
    let mut term = crew.attach();
    term.wait_for("1 failed");
    // Nobody is there: what to do is said.
    let again = |term: &mut Term| {
        term.press("RR");
        term.wait_for("It costs about");
        term.press("y");
    };
    again(&mut term);
    term.wait_for("start `fal-tui work 1`");
    let second = crew.work(&[]);
    term.wait_for("1 worker");
    crew.until("SELECT count(*) FROM workers WHERE NOT gone AND says IS NOT NULL", "1");
    again(&mut term);
    second.end().assert_status(0);
    term.wait_for("finished");
    assert_eq!(crew.ask("SELECT DISTINCT status FROM jobs"), "DONE");
    assert_eq!(crew.stage.stats()["accepted"], 11, "the one that failed, twice");
}

#[test]
fn a_worker_that_nobody_reads_goes_on_and_ends() {
    let Some(crew) = Crew::new(200, slow(20, 16)) else { return };
    crew.enqueue(&["--yes", "-c", "16"]).assert_status(0);
    let (_, mut unread) = crew.begin(&[]);
    let status = unread.wait().unwrap();
    assert!(status.success(), "{status}");
    assert_eq!(crew.ask("SELECT count(*) FROM jobs WHERE status = 'DONE'"), "200");
    assert_eq!(crew.ask("SELECT count(*) FROM workers WHERE NOT gone"), "0");
}

#[test]
fn what_nobody_can_count_takes_no_cap_of_many() {
    let Some(crew) = Crew::new(4, slow(2000, 2)) else { return };
    let refused = crew.enqueue(&["-m", "fal-ai/esrgan", "--budget", "5"]);
    assert!(refused.assert_status(2).stderr.contains("many workers cannot keep a cap"), "{}", refused.stderr);
    crew.enqueue(&["-m", "fal-ai/esrgan", "--yes", "-c", "1"]).assert_status(0);
    let worker = crew.work(&[]);
    crew.stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(1));
    let mut term = crew.attach();
    term.wait_for("1 worker");
    term.press("b");
    term.wait_for("no limit could be kept");
    assert_eq!(crew.ask("SELECT cap_nanos IS NULL FROM batches"), "t");
    worker.end().assert_status(0);
    // However it came there: who begins says so, and sends nothing.
    crew.ask("UPDATE batches SET cap_nanos = 5000000000");
    let refused = crew.work(&[]).end();
    assert!(refused.assert_status(2).stderr.contains("many workers cannot keep a cap"), "{}", refused.stderr);
}
