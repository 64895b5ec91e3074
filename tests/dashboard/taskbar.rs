//! The progress that a terminal's tab or the task bar shows (`OSC 9;4`), beside lines and JSON.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Command;
use std::time::Duration;

use crate::common::terminal::{Seen, Term, has};
use crate::common::{Stage, fast};
use fal_tui::sandbox::{Options, Scenario};

const CLEARED: &[u8] = b"\x1b]9;4;0\x1b\\";

/// The program on a terminal of this kind, its stdout in a file.
fn told(stage: &Stage, form: &str, program: &str) -> (Term, std::path::PathBuf) {
    let out = stage.dir.path().join("out");
    let plain = stage.command(&[]);
    let mut command = Command::new("/bin/sh");
    command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("TERM_PROGRAM", program).current_dir(stage.dir.path()).arg("-c").arg(format!(
        "exec '{}' {form} --yes '{}' > '{}'",
        plain.get_program().to_str().unwrap(),
        stage.photos().display(),
        out.display()
    ));
    (Term::start(&command, (100, 30)), out)
}

/// Every progress that was written, in order.
fn progress(seen: &Seen) -> Vec<String> {
    let text = String::from_utf8_lossy(&seen.bytes);
    let parts = text.split("\u{1b}]9;4;").skip(1);
    parts.map(|part| part.split('\u{1b}').next().unwrap().to_owned()).collect()
}

#[test]
fn it_grows_on_a_terminal_that_knows_it_and_is_taken_away_at_the_end() {
    for form in ["--headless", "--json"] {
        let stage = Stage::with(Options { runners: 1, latency: Duration::from_millis(400), ..fast() });
        stage.small_photos(4);
        let (mut term, out) = told(&stage, form, "WezTerm");
        assert!(term.wait_exit().success());
        term.wait("the end of it", |seen| has(&seen.bytes, CLEARED));
        let progress = term.see(progress);
        assert_eq!(progress.first().map(String::as_str), Some("1;0"), "{progress:?}");
        assert!(progress.iter().any(|one| ["1;25", "1;50", "1;75"].contains(&&**one)), "{progress:?}");
        assert_eq!(progress.last().map(String::as_str), Some("0"), "{progress:?}");
        assert!(!std::fs::read(out).unwrap().contains(&0x1b), "never on stdout");
    }
}

#[test]
fn a_terminal_that_does_not_know_it_is_spared() {
    let stage = Stage::new();
    stage.small_photos(2);
    let (mut term, _) = told(&stage, "--headless", "Apple_Terminal");
    assert!(term.wait_exit().success());
    assert!(term.see(progress).is_empty());
}

#[test]
fn it_is_taken_away_by_an_error_and_by_the_first_and_the_second_ctrl_c() {
    let stage = Stage::scenario("account_locked");
    stage.small_photos(6);
    let (mut term, _) = told(&stage, "--headless", "ghostty");
    assert_eq!(term.wait_exit().exit_code(), 3);
    term.wait("the end of it", |seen| has(&seen.bytes, CLEARED));
    let seen = term.see(progress);
    assert!(seen.iter().any(|one| one.starts_with("2;")), "a person is needed: {seen:?}");

    for times in [1, 2] {
        let scenario = Scenario::parse("[[fault]]\ncall = \"submit\"\nhang = true\n", "hanging").unwrap();
        let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
        stage.small_photos(2);
        let (mut term, _) = told(&stage, "--headless", "WezTerm");
        term.wait("a progress", |seen| !progress(seen).is_empty());
        stage.until("submits hang", |stats| stats["calls"]["submit"].as_u64() >= Some(2));
        for _ in 0..times {
            term.press("\x03");
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(term.wait_exit().exit_code(), 130);
        term.wait("the end of it", |seen| has(&seen.bytes, CLEARED));
        assert_eq!(term.see(progress).last().map(String::as_str), Some("0"));
    }
}
