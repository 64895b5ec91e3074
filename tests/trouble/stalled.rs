//! A process that looks on and is stopped for a while: it is let go, the batch goes on, and it comes back by itself.

#![cfg(unix)]

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::common::terminal::Term;
use crate::common::{Stage, fast, start};
use fal_tui::sandbox::Options;

/// A run that ends with the test.
struct Run(Child);

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

fn wait(what: &str, until: impl Fn() -> bool) {
    let begun = Instant::now();
    while !until() {
        assert!(begun.elapsed() < Duration::from_mins(1), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn one_that_takes_nothing_is_let_go_and_comes_back_to_what_it_showed() {
    let stage = Stage::with(Options { latency: Duration::from_millis(900), ..fast() });
    stage.small_photos(250);
    let mut command = stage.command(&["--headless", "--yes", "-c", "4"]);
    let run = Run(start(command.arg("photos")));
    let log = stage.dir.path().join(".local/state/fal-tui/fal-tui.log");
    let said = |text: &str| std::fs::read_to_string(&log).unwrap_or_default().matches(text).count();
    let listens = || {
        let listed = Command::output(&mut stage.command(&["batches"])).unwrap();
        String::from_utf8_lossy(&listed.stdout).contains(&format!("runs now in process {}", run.0.id()))
    };
    wait("it runs", listens);
    let mut term = Term::start(&stage.command(&["attach"]), (120, 36));
    term.wait_for("4 of 4 in flight");
    term.press("s");
    term.wait_for("number ↑");
    term.signal("STOP");
    let ended = stage.stats()["accepted"].clone();
    wait("it is let go", || said("somebody who was attached is let go") == 1);
    assert_ne!(stage.stats()["accepted"], ended, "nobody waited for it");
    term.signal("CONT");
    wait("it is back", || said("somebody has attached") == 2);
    term.press("?");
    term.wait_for("Moving");
    term.press("?");
    term.wait_row(&["# ↑", "Status"]);
}
