//! A batch of a shared ledger looked at from another machine: through the ledger alone it is seen live, and all keys work.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::common::postgres::Server;
use crate::common::terminal::Term;
use crate::common::{self, Run, Stage, fast, program};
use fal_tui::sandbox::{Options, Scenario};
use tempfile::TempDir;

const WIDE: (u16, u16) = (120, 36);
const NARROW: (u16, u16) = (80, 24);

/// A run without a dashboard, and a machine that has nothing of it but the address of its ledger.
struct Far {
    stage: Stage,
    server: &'static Server,
    place: String,
    elsewhere: TempDir,
}

impl Far {
    fn of(server: &'static Server, stage: Stage) -> Self {
        Self { stage, server, place: server.new_place(), elsewhere: TempDir::new().unwrap() }
    }

    /// So many photos that each take so long.
    fn new(photos: u32, latency: Duration) -> Option<Self> {
        let far = Self::of(Server::shared()?, Stage::with(Options { latency, ..fast() }));
        far.stage.small_photos(photos);
        Some(far)
    }

    fn begin(&self, args: &[&str]) -> Child {
        let mut command = self.stage.command(&["--json"]);
        command.args(args).arg(self.stage.photos()).env("FAL_TUI_LEDGER", self.server.url(&self.place));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The program on another machine, without a key.
    fn program(&self, args: &[&str]) -> Command {
        let mut command = program(self.elsewhere.path());
        command.args(args).env("FAL_TUI_LEDGER", self.server.url(&self.place));
        command
    }

    fn attach(&self, args: &[&str], size: (u16, u16)) -> Term {
        let args: Vec<_> = ["attach"].iter().chain(args).copied().collect();
        Term::start(&self.program(&args), size)
    }
}

fn notices(run: &Run) -> Vec<String> {
    let notices = run.events().into_iter().filter(|event| event["event"] == "notice");
    notices.map(|notice| notice.get("kind").unwrap().as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_run_elsewhere_is_seen_live_paused_cancelled_and_goes_on() {
    let Some(far) = Far::new(8, Duration::from_secs(3)) else { return };
    let run = far.begin(&["--yes", "-c", "2"]);
    far.stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(1));
    let mut term = far.attach(&[], WIDE);
    term.wait_for(&format!("1 worker: {} on", run.id()));
    term.wait_for("2 of 2 in flight");
    term.press("p");
    let narrow = far.attach(&["1"], NARROW);
    narrow.wait_for("1 worker");
    for term in [&term, &narrow] {
        term.wait_for("paused: by a person");
    }
    // What was on its way ends, and nothing more is sent.
    far.stage.until("what was sent is done", |stats| stats["accepted"] == stats["billed"]);
    let accepted = far.stage.stats()["accepted"].as_u64().unwrap();
    assert!(accepted < 8, "{accepted}");
    term.wait_for(&format!("Done {accepted}"));
    term.press("/small-8\r");
    term.wait_gone("small-1.png");
    term.press("x");
    term.wait_for("Cancel");
    term.press("y");
    term.wait_row(&["small-8.png", "cancelled"]);
    assert_eq!(far.stage.stats()["accepted"], accepted);
    term.press("p");
    let run = Run::of(run);
    assert_eq!(
        (run.summary()["done"].as_u64(), run.summary()["cancelled"].as_u64()),
        (Some(7), Some(1)),
        "{}",
        run.stdout
    );
    for term in [&term, &narrow] {
        term.wait_for("finished");
    }
    let told = notices(&run);
    assert_eq!(told, ["paused", "resumed"], "{}", run.stdout);
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    term.wait_for("`fal-tui attach 1` shows it again");
}

#[test]
fn a_run_that_its_cap_held_waits_for_who_looks_on_and_goes_on_with_a_higher_one() {
    let Some(server) = Server::shared() else { return };
    let far = Far::of(server, Stage::with(Options { latency: Duration::from_secs(4), ..fast() }));
    far.stage.dear_photos(3);
    let run = far.begin(&["--budget", "0.15", "-c", "1"]);
    far.stage.until("the first is accepted", |stats| stats["accepted"].as_u64() >= Some(1));
    let mut term = far.attach(&["1"], WIDE);
    term.wait_for("in flight");
    term.wait_for("cap $0.15");
    term.wait_for("would pass the cap of $0.15");
    term.press("b");
    term.wait_for("$");
    term.press("\u{15}5\r");
    term.wait_for("cap $5.00");
    let run = Run::of(run);
    assert_eq!(run.assert_status(0).summary()["done"], 3, "{}", run.stdout);
}

#[test]
fn what_failed_is_sent_again_from_elsewhere() {
    let Some(server) = Server::shared() else { return };
    let once = "[[fault]]\ncall = \"run\"\nfile = \"*faulty*\"\nattempt = \"1..1\"\n\
                fail = { error_type = \"runner_server_error\", msg = \"CUDA error\" }\n";
    let scenario = Some(Scenario::parse(once, "once").unwrap());
    let far = Far::of(server, Stage::with(Options { latency: Duration::from_secs(3), scenario, ..fast() }));
    far.stage.small_photos(8);
    std::fs::rename(far.stage.photos().join("small-1.png"), far.stage.photos().join("faulty.png")).unwrap();
    let run = far.begin(&["--yes", "-c", "2", "--retries", "0"]);
    let mut term = far.attach_once_it_runs();
    term.wait_for("1 failed");
    term.press("RR");
    term.wait_for("It costs about");
    term.press("y");
    let run = Run::of(run);
    assert_eq!(run.assert_status(0).summary()["done"], 8, "{}", run.stdout);
    term.wait_for("finished");
}

impl Far {
    fn attach_once_it_runs(&self) -> Term {
        self.stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(1));
        let term = self.attach(&["1"], WIDE);
        term.wait_for("in flight");
        term
    }
}

#[test]
fn who_only_looks_changes_nothing() {
    let Some(far) = Far::new(4, Duration::from_secs(1)) else { return };
    let run = far.begin(&["--yes", "-c", "1"]);
    far.stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(1));
    let mut term = far.attach(&["1", "--read-only"], WIDE);
    term.wait_for("read-only");
    for key in ["p", "x", "+", "Q", "R", "b"] {
        term.press(key);
        term.wait_for("read-only: nothing is changed from here");
        term.press("t");
        term.wait_gone("nothing is changed");
    }
    assert_eq!(Run::of(run).assert_status(0).summary()["done"], 4);
    assert_eq!(far.server.ask(&far.place, "SELECT count(*) FROM orders"), "0");
}

#[test]
fn a_word_that_is_lost_is_made_up_for() {
    let Some(far) = Far::new(8, Duration::from_secs(1)) else { return };
    let run = far.begin(&["--yes", "-c", "1"]);
    let mut term = far.attach_once_it_runs();
    term.wait_for("1 worker");
    // Whoever listens is cut off, and what is asked at this moment is told to nobody.
    far.server.ask(
        &far.place,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fal-tui listens'
            AND pid <> pg_backend_pid();
         WITH asked AS (UPDATE batches SET paused = TRUE RETURNING id)
            INSERT INTO orders (batch, at_ms, by_whom, command)
            SELECT id, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT), 'a test', '\"Pause\"' FROM asked",
    );
    term.wait_for("paused: by a person");
    // And what is told from then on is heard.
    term.press("p");
    term.wait_for("running");
    assert_eq!(Run::of(run).assert_status(0).summary()["done"], 8);
}

#[test]
fn what_was_asked_while_nobody_worked_binds_who_begins() {
    let Some(far) = Far::new(4, Duration::from_secs(2)) else { return };
    let mut killed = far.begin(&["--yes", "-c", "1"]);
    let mut term = far.attach_once_it_runs();
    killed.kill().unwrap();
    killed.wait().unwrap();
    // As if it had not been heard of for half a minute.
    far.server.ask(&far.place, "UPDATE workers SET until_ms = 0");
    term.wait_for("no worker");
    term.wait_for("nobody is heard of who works on it");
    term.press("p");
    term.wait_for("it holds for whoever begins");
    term.wait_for("paused: by a person");
    let accepted = far.stage.stats()["accepted"].clone();
    let run = far.begin(&["--yes", "-c", "1"]);
    term.wait_for(&format!("1 worker: {} on", run.id()));
    // It has said so itself.
    term.press("6");
    term.wait_row(&["paused", "at fal"]);
    term.press("p");
    let run = Run::of(run);
    assert_eq!(run.assert_status(0).summary()["done"], 4);
    assert_eq!(notices(&run)[0], "paused", "before it sent anything: {accepted} {}", run.stdout);
    assert_eq!(far.stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn while_the_server_is_away_the_screen_says_so_and_goes_on_when_it_is_back() {
    let Some(server) = Server::start() else { return };
    let server: &'static Server = Box::leak(Box::new(server));
    let far = Far::of(server, Stage::with(Options { latency: Duration::from_secs(1), ..fast() }));
    far.stage.small_photos(6);
    let run = far.begin(&["--yes", "-c", "1"]);
    let mut term = far.attach_once_it_runs();
    server.say("crash");
    term.wait_for("what is shown is no longer new");
    term.press("p");
    term.wait_for("not done");
    server.say("start");
    term.wait_gone("no longer new");
    assert_eq!(Run::of(run).assert_status(0).summary()["done"], 6);
    term.wait_for("finished");
    // Nobody else ends what it keeps.
    server.say("crash");
}

#[test]
fn what_cannot_be_looked_at_is_said() {
    let Some(far) = Far::new(2, Duration::from_millis(200)) else { return };
    let mut none = far.attach(&[], WIDE);
    assert_eq!(none.wait_exit().exit_code(), 2);
    none.wait_for("no batch is worked on now");
    Run::of(far.begin(&["--yes"])).assert_status(0);
    let mut other = far.attach(&["7"], WIDE);
    assert_eq!(other.wait_exit().exit_code(), 2);
    other.wait_for("the ledger knows no batch 7");
    let finished = far.attach(&["1"], WIDE);
    finished.wait_for("finished");
    finished.wait_for("no worker");
    let mut file = Term::start(program(far.elsewhere.path()).args(["attach", "1"]), WIDE);
    assert_eq!(file.wait_exit().exit_code(), 2);
    file.wait_for("batch 1 does not run now");
}

#[test]
fn how_many_work_on_a_batch_and_where_is_listed() {
    let Some(far) = Far::new(3, Duration::from_secs(1)) else { return };
    let run = far.begin(&["--yes", "-c", "1"]);
    let pid = run.id();
    far.stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(1));
    let listed = common::run(&mut far.program(&["batches"]));
    assert!(listed.stdout.contains(&format!("runs now in process {pid}: fal-tui attach 1")), "{}", listed.stdout);
    far.server.ask(
        &far.place,
        "INSERT INTO workers (batch, host, machine, pid, began_ms, until_ms) SELECT batch, 'far', 'far', 7, began_ms,
            until_ms + 60000 FROM workers",
    );
    let listed = common::run(&mut far.program(&["batches"]));
    let told = format!("runs now by 2 workers: process {pid}, process 7 on far: fal-tui attach 1");
    assert!(listed.stdout.contains(&told), "{}", listed.stdout);
    let listed = common::run(&mut far.program(&["batches", "--json"]));
    assert_eq!(listed.events()[0]["workers"][1]["host"], "far", "{}", listed.stdout);
    let term = far.attach(&["1"], WIDE);
    term.wait_for("2 workers");
    Run::of(run).assert_status(0);
}
