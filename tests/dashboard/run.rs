//! The dashboard of the built program on a real terminal: from the plan to the summary, and every
//! way to leave it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::terminal::{Term, cooked, has};
use crate::common::{self, Stage, fast, program};
use fal_tui::sandbox::Options;
use serde_json::Value;

const WIDE: (u16, u16) = (120, 36);
const NARROW: (u16, u16) = (80, 24);
/// What a person takes for at once.
const SOON: Duration = Duration::from_secs(2);

/// A sandbox that works on a photo for long enough to do something in the meantime.
fn slow() -> Stage {
    Stage::with(Options { latency: Duration::from_millis(2500), ..fast() })
}

/// The dashboard on a stage's photos.
fn dashboard(stage: &Stage, args: &[&str]) -> Term {
    Term::start(stage.command(args).arg("photos"), WIDE)
}

/// A stage and its dashboard, with two of six photos at the sandbox.
fn in_the_middle() -> (Stage, Term) {
    let stage = slow();
    stage.small_photos(6);
    let term = dashboard(&stage, &["--yes", "-c", "2"]);
    stage.until("two are at fal", |stats| stats["accepted"] == 2);
    term.wait_for("2 of 2 in flight");
    (stage, term)
}

/// The same command goes on where a run stopped, and nothing is sent twice.
fn assert_goes_on(stage: &Stage) {
    let accepted = |stats: &Value| stats["accepted"].as_u64().unwrap();
    let before = accepted(&stage.stats());
    assert!((2..6).contains(&before), "{before} photos were sent before it was left");
    let rest = stage.run(&[]);
    rest.assert_status(0);
    assert_eq!(rest.summary()["done"], 6);
    let stats = stage.stats();
    assert_eq!((accepted(&stats), &stats["most_accepted_of_one_input"]), (6, &1.into()), "{stats:#}");
}

#[test]
fn a_batch_goes_from_the_plan_to_the_summary() {
    let cooked = cooked();
    for size in [NARROW, WIDE] {
        let stage = Stage::new();
        stage.photo("chelsea.png", "chelsea.png").photo("coffee.png", "cups/coffee.png");
        let mut command = program(stage.dir.path());
        let mut term = Term::start(command.args(["--sandbox", "--latency", "100", "photos"]), size);

        term.wait_for("Enter sends 2 photos");
        assert!(term.text().contains("SANDBOX"), "{}", term.text());
        assert_ne!(term.modes(), cooked, "raw while it runs");
        assert!(!stage.output().join("chelsea.png").exists());

        term.press("\r");
        term.wait_row(&["✓ done", "chelsea.png", "A landscape-"]);
        term.wait_row(&["✓ done", "cups/coffee.png", "A landscape-"]);
        term.wait_for("✓ finished");
        assert_eq!(common::size(&stage.output().join("cups/coffee.png")), (1200, 800));

        term.press("/COFFEE");
        term.wait_gone("chelsea.png");
        term.wait_row(&["✓ done", "cups/coffee.png"]);
        term.press("\u{1b}");
        term.wait_row(&["✓ done", "chelsea.png"]);

        term.press("?");
        term.wait_for("one row up");
        term.press("q");
        term.wait_gone("one row up");

        term.press("q");
        assert_eq!(term.wait_exit().exit_code(), 0);
        term.wait_row(&["finished in", "2 done"]);
        term.wait_row(&["pictures", "photos-upscaled"]);
        term.assert_given_back(&cooked);
    }
}

#[test]
fn who_leaves_at_the_plan_has_sent_nothing() {
    let cooked = cooked();
    let stage = Stage::new();
    stage.small_photos(3);
    let mut term = dashboard(&stage, &[]);
    term.wait_for("Enter sends 3 photos");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    term.wait_for("not started, nothing was sent");
    term.assert_given_back(&cooked);
    let stats = stage.stats();
    assert_eq!(stats["submits"], 0);
    assert!(stats["calls"].get("upload").is_none(), "{stats:#}");
}

#[test]
fn q_in_the_middle_asks_and_the_next_run_goes_on() {
    let cooked = cooked();
    let (stage, mut term) = in_the_middle();
    term.press("q");
    term.wait_for("Leave?");
    term.press("n");
    term.wait_gone("Leave?");
    term.press("qy");
    assert_eq!(term.wait_exit().exit_code(), 130);
    term.wait_for("left after");
    term.assert_given_back(&cooked);

    let mut again = dashboard(&stage, &["--yes"]);
    again.wait_for("✓ finished");
    again.press("q");
    assert_eq!(again.wait_exit().exit_code(), 0);
    again.wait_row(&["finished in", "6 done"]);
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&6.into(), &1.into()), "{stats:#}");
}

#[test]
fn ctrl_c_in_the_middle_leaves_soon_and_keeps_everything() {
    let cooked = cooked();
    let (stage, mut term) = in_the_middle();
    let begun = Instant::now();
    term.press("\u{3}");
    assert_eq!(term.wait_exit().exit_code(), 130);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    term.wait_for("interrupted after");
    term.assert_given_back(&cooked);
    assert_goes_on(&stage);
}

#[test]
fn a_signal_to_terminate_leaves_in_good_order() {
    let cooked = cooked();
    let (stage, mut term) = in_the_middle();
    term.signal("TERM");
    assert_eq!(term.wait_exit().exit_code(), 143);
    term.wait_for("terminated after");
    term.assert_given_back(&cooked);
    assert_goes_on(&stage);
}

#[test]
fn a_hang_up_ends_it_soon_and_keeps_everything() {
    let (stage, mut term) = in_the_middle();
    let begun = Instant::now();
    term.hang_up();
    assert_eq!(term.wait_exit().exit_code(), 129);
    assert!(begun.elapsed() < SOON + Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_goes_on(&stage);
}

#[test]
fn a_terminal_that_goes_without_a_signal_ends_it_too() {
    let (stage, mut term) = deaf_to_hang_ups();
    term.hang_up();
    assert_eq!(term.wait_exit().exit_code(), 129);
    assert_goes_on(&stage);
}

#[cfg(target_os = "linux")]
#[test]
fn a_hang_up_that_it_was_told_to_ignore_is_ignored() {
    let cooked = cooked();
    let (_stage, mut term) = deaf_to_hang_ups();
    term.signal("HUP");
    term.wait_for("✓ finished");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    term.assert_given_back(&cooked);
}

/// As [`in_the_middle`], started by somebody who ignores hang-ups.
fn deaf_to_hang_ups() -> (Stage, Term) {
    let stage = slow();
    stage.small_photos(6);
    let run = stage.command(&["--yes", "-c", "2"]);
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().current_dir(stage.dir.path());
    for (name, value) in run.get_envs() {
        shell.env(name, value.unwrap());
    }
    // What a program was told to ignore when it was started, it ignores.
    let script = "trap '' HUP; exec \"$0\" \"$@\"";
    shell.arg("-c").arg(script).arg(run.get_program()).args(run.get_args()).arg("photos");
    let term = Term::start(&shell, WIDE);
    stage.until("two are at fal", |stats| stats["accepted"] == 2);
    term.wait_for("2 of 2 in flight");
    (stage, term)
}

#[test]
fn without_colours_the_selection_is_still_seen() {
    let stage = Stage::new();
    stage.small_photos(3);
    let mut term = Term::start(stage.command(&["--yes"]).env("NO_COLOR", "1").arg("photos"), WIDE);
    term.wait_for("✓ finished");
    term.press("gj");
    let reversed = |seen: &common::terminal::Seen| {
        let screen = seen.screen.screen();
        let is_reversed = |row| screen.cell(row, 20).is_some_and(vt100::Cell::inverse);
        let rows: Vec<_> = screen.rows(0, 120).zip(0..).filter(|(_, row)| is_reversed(*row)).collect();
        matches!(&rows[..], [(text, _)] if text.contains("small-2.png"))
    };
    term.wait("the second row reversed", reversed);
    term.see(|seen| {
        let text = String::from_utf8_lossy(&seen.bytes);
        let colours: Vec<_> =
            text.split("\u{1b}[").filter_map(|after| after.split_once('m')).filter(sets_colour).collect();
        assert!(colours.is_empty(), "{colours:?}");
    });
}

/// Whether an SGR sequence, without its end, sets a colour.
fn sets_colour((parameters, _): &(&str, &str)) -> bool {
    let codes: Result<Vec<u8>, _> = parameters.split(';').map(str::parse).collect();
    codes.is_ok_and(|codes| codes.iter().any(|code| matches!(code, 30..=38 | 40..=48 | 90..=107)))
}

#[test]
fn a_finished_batch_writes_nothing_more() {
    let stage = Stage::new();
    stage.small_photos(3);
    let term = dashboard(&stage, &["--yes"]);
    term.wait_for("✓ finished");
    term.settle();
    let before = term.see(|seen| seen.bytes.len());
    Term::stay();
    let more = term.see(|seen| seen.bytes.get(before..).map(<[u8]>::escape_ascii).map(|bytes| bytes.to_string()));
    assert_eq!(more.unwrap(), "");
    assert!(!term.see(|seen| has(&seen.bytes, b"\x1b[6n")), "the terminal is asked nothing");
}
