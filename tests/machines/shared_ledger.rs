//! The built program with its ledger on a PostgreSQL server: the main job, kills, and a server that goes away.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::common::line::Line;
use crate::common::postgres::Server;
use crate::common::{Run, Stage, fast, pictures_in, run};
use fal_tui::sandbox::Options;

const PHOTOS: u32 = 24;

fn stage() -> Stage {
    let stage = Stage::with(Options { latency: Duration::from_millis(400), runners: 4, ..fast() });
    stage.small_photos(PHOTOS);
    stage
}

/// The batch of the photos, with its ledger on a server.
fn command(stage: &Stage, ledger: &str) -> Command {
    let mut command = stage.command(&["--json", "--yes", "-c", "4"]);
    command.arg(stage.photos()).env("FAL_TUI_LEDGER", ledger);
    command
}

fn begin(stage: &Stage, ledger: &str) -> Child {
    command(stage, ledger).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn pictures(stage: &Stage) -> usize {
    pictures_in(&stage.output())
}

#[test]
fn a_batch_is_worked_off_and_known_from_elsewhere() {
    let Some(server) = Server::shared() else { return };
    let (stage, ledger) = (stage(), server.url(&server.new_place()));
    let first = run(&mut command(&stage, &ledger));
    assert_eq!(first.assert_status(0).summary()["done"], PHOTOS);
    assert!(!stage.dir.path().join("state/ledger.db").exists());
    let again = run(&mut command(&stage, &ledger));
    assert_eq!(again.assert_status(0).summary()["done"], PHOTOS);
    assert_eq!((&stage.stats()["accepted"], pictures(&stage)), (&PHOTOS.into(), PHOTOS as usize));

    // Another machine has another state directory.
    let elsewhere = Stage::new();
    let batches = run(elsewhere.command(&["batches", "--json"]).env("FAL_TUI_LEDGER", &ledger));
    assert_eq!(batches.assert_status(0).events()[0]["states"]["DONE"], PHOTOS, "{}", batches.stdout);
    let doctor = run(elsewhere.command(&["doctor"]).env("FAL_TUI_LEDGER", &ledger));
    assert!(doctor.stdout.contains("is whole and knows one batch"), "{}", doctor.stdout);
}

#[test]
fn killed_again_and_again_it_pays_for_each_photo_once() {
    let Some(server) = Server::shared() else { return };
    let (stage, ledger) = (stage(), server.url(&server.new_place()));
    for kills in 1..=5 {
        let mut child = begin(&stage, &ledger);
        stage.until("some more are accepted", |stats| stats["accepted"].as_u64() >= Some(4 * kills));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = Run::of(begin(&stage, &ledger));
    assert_eq!(last.assert_status(0).summary()["done"], PHOTOS);
    let stats = stage.stats();
    assert_eq!((&stats["most_accepted_of_one_input"], &stats["accepted"]), (&1.into(), &PHOTOS.into()), "{stats:#}");
    assert_eq!(pictures(&stage), PHOTOS as usize);
}

#[test]
fn while_the_server_is_away_nothing_is_sent_and_then_it_goes_on() {
    let Some(server) = Server::start() else { return };
    let (stage, ledger) = (stage(), server.url(&server.new_place()));
    let child = begin(&stage, &ledger);
    stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(6));
    server.say("crash");
    // What was on its way ends, and nothing more is sent.
    stage.until("what was sent is done", |stats| stats["accepted"] == stats["billed"]);
    let accepted = stage.stats()["accepted"].clone();
    server.say("start");
    let run = Run::of(child);
    assert_eq!(run.assert_status(0).summary()["done"], PHOTOS);
    let stats = stage.stats();
    assert_eq!((&stats["most_accepted_of_one_input"], &stats["accepted"]), (&1.into(), &PHOTOS.into()), "{stats:#}");
    assert!(accepted.as_u64() < Some(PHOTOS.into()), "{accepted}");
    let told = |kind: &str| run.events().iter().any(|event| event["event"] == "notice" && event["kind"] == kind);
    assert!(told("ledger_away") && told("resumed"), "{}", run.stdout);
}

#[test]
fn a_run_that_is_cut_off_sends_nothing_more_and_another_takes_over() {
    let Some(server) = Server::shared() else { return };
    let (stage, place) = (stage(), server.new_place());
    let (ledger, line) = (server.url(&place), Line::to(server.socket()));
    let first = begin(&stage, &Server::url_at(&line.address().to_string(), &place));
    stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(6));
    line.cut();
    // As if it had not been heard of for half a minute.
    server.ask(&place, "UPDATE workers SET until_ms = 0");
    let second = run(&mut command(&stage, &ledger));
    assert_eq!(second.assert_status(0).summary()["done"], PHOTOS);
    line.mend();
    let first = Run::of(first);
    assert!(first.stderr.contains("taken over by another process") && first.status != 0, "{}", first.stderr);
    let open = server.ask(&place, "SELECT job, status FROM jobs WHERE status <> 'DONE'");
    assert_eq!(open, "", "what it had not written is written no more");
    let stats = stage.stats();
    assert_eq!((&stats["most_accepted_of_one_input"], &stats["accepted"]), (&1.into(), &PHOTOS.into()), "{stats:#}");
    assert_eq!(pictures(&stage), PHOTOS as usize);
}

#[test]
fn two_runs_of_one_batch_are_told_of_each_other_and_two_batches_pay_once() {
    let Some(server) = Server::shared() else { return };
    let (stage, ledger) = (stage(), server.url(&server.new_place()));
    let first = begin(&stage, &ledger);
    stage.until("it is at it", |stats| stats["accepted"].as_u64() >= Some(1));
    let second = run(&mut command(&stage, &ledger));
    assert!(second.stderr.contains("is being worked on by process"), "{}", second.assert_status(2).stderr);
    let mut other = command(&stage, &ledger);
    let other = run(other.arg("-o").arg(stage.dir.path().join("elsewhere")));
    assert_eq!(other.assert_status(0).summary()["done"], PHOTOS);
    Run::of(first).assert_status(0);
    let stats = stage.stats();
    assert_eq!((&stats["most_accepted_of_one_input"], &stats["accepted"]), (&1.into(), &PHOTOS.into()), "{stats:#}");
}

#[test]
fn an_address_that_cannot_be_used_is_told_without_its_password() {
    let stage = Stage::new();
    stage.small_photos(1);
    let typed =
        run(stage.command(&["--json", "--yes", "--ledger", "postgres://me:secret@host/db"]).arg(stage.photos()));
    assert!(typed.stderr.contains("FAL_TUI_LEDGER"), "{}", typed.assert_status(2).stderr);
    for (ledger, told) in [
        ("postgres://me:secret@127.0.0.1:1/db", "does not answer"),
        ("mysql://me:secret@host/db", "is no ledger"),
        ("postgres://me:secret@host:port/db", "cannot be read"),
    ] {
        let refused = run(&mut command(&stage, ledger));
        assert!(refused.stderr.contains(told), "{}", refused.assert_status(2).stderr);
        let said = format!("{}{}", refused.stdout, refused.stderr);
        assert!(!said.contains("secret"), "{said}");
        let log = std::fs::read_to_string(stage.dir.path().join("state/fal-tui.log")).unwrap_or_default();
        assert!(!log.contains("secret"), "{log}");
        let config = run(stage.command(&["config"]).env("FAL_TUI_LEDGER", ledger));
        assert!(!config.stdout.contains("secret"), "{}", config.stdout);
    }
    assert_eq!(stage.stats()["accepted"], 0);
}
