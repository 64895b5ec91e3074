//! The dashboard on a real terminal: it takes it, draws calmly, and gives it back whatever happens.
//!
//! The dashboard is driven through `examples/dashboard.rs`, whose batch is made up.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::common::terminal::{Seen, Term, cooked, has};
use portable_pty::CommandBuilder;

/// The example, built as this test was.
fn example() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let test = std::env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--example", "dashboard"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().unwrap().success());
        profile.join("examples/dashboard")
    };
    BUILT.get_or_init(build).clone()
}

fn run(args: &[&str], env: &[(&str, &str)]) -> Term {
    let mut command = CommandBuilder::new(example());
    command.args(args);
    Term::spawn(command, env)
}

#[test]
fn it_starts_and_gives_the_terminal_back_on_q() {
    let cooked = cooked();
    let mut term = run(&["scene=done"], &[]);
    term.wait_for("q leaves");
    assert_ne!(term.modes(), cooked, "raw while it runs");
    assert!(term.see(|seen| seen.screen.screen().alternate_screen()));
    term.press("q");
    assert!(term.wait_exit().success());
    term.wait_for("left: Quit { signal: None }");
    term.assert_given_back(&cooked);
}

/// The last of the texts that a terminal was sent between these.
fn last_between(seen: &Seen, start: &str, end: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&seen.bytes).into_owned();
    text.rsplit_once(start).and_then(|(_, rest)| rest.split_once(end)).map(|(found, _)| found.to_owned())
}

#[test]
fn title_and_progress_say_how_it_goes_and_are_taken_back_however_it_ends() {
    let title = |seen: &Seen| last_between(seen, "\u{1b}]2;", "\u{1b}\\").unwrap_or_default();
    let progress = |seen: &Seen| last_between(seen, "\u{1b}]9;4;", "\u{1b}\\").unwrap_or_default();
    for end in ["\u{3}", "panic"] {
        let args: &[&str] = if end == "panic" { &["scene=run", "panic=ui"] } else { &["scene=run"] };
        let mut term = run(args, &[("WT_SESSION", "1")]);
        term.wait("a title and a progress", |seen| {
            let text = String::from_utf8_lossy(&seen.bytes).into_owned();
            text.contains("\u{1b}[22;2t") && text.contains("\u{1b}]2;▸ running") && text.contains("\u{1b}]9;4;1;")
        });
        if end != "panic" {
            term.press("p");
            term.wait("that it is paused", |seen| title(seen).contains("paused") && progress(seen).starts_with("4;"));
            term.press(end);
        }
        term.wait_exit();
        term.wait("its end", |seen| has(&seen.bytes, b"\x1b[23;2t"));
        term.see(|seen| assert_eq!((title(seen), progress(seen)), (String::new(), "0".to_owned())));
    }
}

#[test]
fn a_terminal_that_is_not_known_to_take_a_progress_gets_none() {
    let mut term = run(&["scene=run"], &[]);
    term.wait_for("running");
    term.press("\u{3}");
    term.wait_exit();
    term.see(|seen| assert!(!has(&seen.bytes, b"\x1b]9;") && has(&seen.bytes, b"\x1b]2;")));
}

#[test]
fn a_terminal_that_reports_no_size_gets_the_usual_one_until_a_real_one_comes() {
    let mut command = Command::new(example());
    command.arg("scene=run").env("LANG", "C.UTF-8");
    let term = Term::start_with(&command, (80, 24), (0, 0));
    term.wait_for("q quit");
    let rows = |seen: &Seen| seen.screen.screen().rows(0, 120).map(|row| row.trim_end().to_owned()).collect::<Vec<_>>();
    assert!(term.see(rows).get(23).is_some_and(|last| last.contains("q quit")), "{}", term.text());
    term.resize(120, 36);
    term.wait("the real size", |seen| rows(seen).get(35).is_some_and(|last| last.contains("q quit")));
    // What the environment says goes before what is usual.
    let term = Term::start_with(command.envs([("COLUMNS", "60"), ("LINES", "20")]), (80, 24), (0, 0));
    term.wait("twenty rows", |seen| rows(seen).get(19).is_some_and(|last| last.contains("q quit")));
}

#[test]
fn ctrl_c_leaves_in_good_order_and_twice_at_once() {
    let cooked = cooked();
    let mut term = run(&["scene=run"], &[]);
    term.wait_for("running");
    term.press("\u{3}");
    term.wait_exit();
    term.wait_for("left: Quit { signal: Some(2) }");
    term.assert_given_back(&cooked);

    let mut term = run(&["scene=run"], &[]);
    term.wait_for("running");
    term.press("\u{3}\u{3}");
    term.wait_exit();
    term.wait_for("left: AtOnce { signal: 2 }");
    term.assert_given_back(&cooked);
}

#[test]
fn it_asks_the_terminal_nothing_and_takes_no_mouse() {
    let mut term = run(&["scene=run"], &[]);
    term.wait_for("running");
    term.press("\u{c}tf?");
    term.wait_for("Keys");
    term.press("q");
    let queries: [&[u8]; 6] = [b"\x1b[6n", b"\x1b[c", b"\x1b[>", b"\x1b]10;?", b"\x1b]11;?", b"\x1b[?1000h"];
    term.see(|seen| {
        for query in queries {
            assert!(!has(&seen.bytes, query), "{}", query.escape_ascii());
        }
    });
}

#[test]
fn every_frame_is_bracketed_as_one_update() {
    let mut term = run(&["scene=run"], &[]);
    term.wait_for("running");
    term.press("jjjj");
    term.wait("some frames", |seen| frames(seen) > 4);
    term.see(|seen| {
        let text = String::from_utf8_lossy(&seen.bytes);
        let frames: Vec<_> = text.split("\u{1b}[?2026h").skip(1).collect();
        assert!(frames.len() > 3, "{} frames", frames.len());
        let (_, whole) = frames.split_last().unwrap();
        for frame in whole {
            let (_, after) = frame.split_once("\u{1b}[?2026l").expect("each frame ends");
            assert_eq!(after, "", "nothing is written between frames");
        }
    });
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    for scene in ["scene=done", "scene=plan"] {
        let term = run(&[scene, "jobs=5"], &[]);
        term.wait_for("quit");
        term.settle();
        let before = term.see(|seen| seen.bytes.len());
        Term::stay();
        assert_eq!(term.see(|seen| seen.bytes.len()) - before, 0, "{scene}");
    }
}

/// Frames that are enough to tell how long one is.
const FRAMES: usize = 12;

/// How many frames were begun.
fn frames(seen: &Seen) -> usize {
    String::from_utf8_lossy(&seen.bytes).matches("\u{1b}[?2026h").count()
}

#[test]
fn a_busy_batch_writes_little() {
    let term = run(&["scene=run"], &[("SSH_TTY", "/dev/pts/9")]);
    term.wait_for("IN_PROGRESS");
    let begun = term.see(|seen| (frames(seen), seen.bytes.len()));
    term.wait("some frames", |seen| frames(seen) >= begun.0 + FRAMES);
    let per_frame = term.see(|seen| (seen.bytes.len() - begun.1) / (frames(seen) - begun.0));
    assert!(per_frame < 400, "{per_frame} B a frame with eight in flight at 120×36");
}

#[test]
fn a_key_costs_few_bytes() {
    let mut term = run(&["scene=done"], &[]);
    term.wait_for("q leaves");
    term.press("1");
    term.settle();
    let before = term.see(|seen| seen.bytes.len());
    term.press(" ");
    term.wait("a mark", |seen| seen.screen.screen().contents().contains("1 marked"));
    let bytes = term.see(|seen| seen.bytes.len()) - before;
    assert!(bytes < 2500, "{bytes} B for a mark and a step");
}

#[test]
fn a_storm_of_sizes_ends_with_the_screen_of_the_last() {
    let mut term = run(&["scene=done"], &[]);
    term.wait_for("q leaves");
    for step in 0..60_u16 {
        term.resize(10 + step * 3, 3 + step);
    }
    term.resize(100, 30);
    term.settle();
    term.press("\u{c}");
    term.settle();
    let text = term.text();
    assert!(text.contains("q leaves") && text.contains("help"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    term.press("q");
    assert!(term.wait_exit().success());
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_draws_it_anew() {
    let mut command = CommandBuilder::new("bash");
    let script = format!("set -m; '{}' scene=done; echo STOPPED; read -r line; fg; echo ENDED $?", example().display());
    command.args(["--norc", "-c", &script]);
    let mut term = Term::spawn(command, &[]);
    term.wait_for("q leaves");
    term.press("\u{1a}");
    term.wait_for("STOPPED");
    term.see(|seen| {
        assert!(!seen.screen.screen().alternate_screen());
        assert!(!seen.screen.screen().hide_cursor());
    });
    term.press("\n");
    term.wait("the dashboard again", |seen| {
        seen.screen.screen().alternate_screen() && seen.screen.screen().contents().contains("q leaves")
    });
    term.press("q");
    term.wait_for("ENDED 0");
}

#[test]
fn where_no_shell_could_go_on_ctrl_z_only_draws_anew() {
    let mut term = run(&["scene=done"], &[]);
    term.wait_for("q leaves");
    term.press("\u{1a}");
    let entered = |seen: &Seen| String::from_utf8_lossy(&seen.bytes).matches("\u{1b}[?1049h").count() == 2;
    term.wait("the screen again", entered);
    term.press("q");
    assert!(term.wait_exit().success());
}

#[test]
fn a_hang_up_ends_it_at_once_without_a_word() {
    let mut term = run(&["scene=run"], &[]);
    term.wait_for("running");
    term.hang_up();
    let begun = Instant::now();
    assert_eq!(term.wait_exit().exit_code(), 129);
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[cfg(target_os = "linux")]
#[test]
fn a_hang_up_that_no_signal_tells_of_is_noticed_too() {
    let mut command = CommandBuilder::new("env");
    command.args(["--block-signal=HUP".as_ref(), example().as_os_str(), "scene=run".as_ref()]);
    let mut term = Term::spawn(command, &[]);
    term.wait_for("running");
    term.hang_up();
    assert_eq!(term.wait_exit().exit_code(), 129);
}

#[test]
fn on_the_signal_of_a_hang_up_the_terminal_is_not_touched_any_more() {
    let mut term = run(&["scene=run"], &[]);
    term.wait_for("running");
    term.signal("HUP");
    assert_eq!(term.wait_exit().exit_code(), 129);
    term.see(|seen| assert!(!has(&seen.bytes, b"\x1b[?1049l"), "a terminal that is gone is not written to"));
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_speaks() {
    let cooked = cooked();
    let mut term = run(&["scene=run", "panic=ui"], &[]);
    term.wait_for("as asked: on the main thread");
    assert!(!term.wait_exit().success());
    term.assert_given_back(&cooked);
}

#[test]
fn a_panic_of_the_engine_is_not_printed_over_the_screen() {
    let mut term = run(&["scene=run", "panic=engine"], &[]);
    term.wait_for("running");
    term.wait_for("a task has panicked");
    term.press("?");
    term.wait_for("Keys");
    assert!(!term.see(|seen| has(&seen.bytes, b"as asked")));
    assert!(term.see(|seen| seen.screen.screen().alternate_screen()));
}

#[test]
fn without_colours_the_selection_is_still_seen() {
    let mut term = run(&["scene=done"], &[("NO_COLOR", "1")]);
    term.wait_for("q leaves");
    term.press("j");
    term.settle();
    term.see(|seen| {
        let screen = seen.screen.screen();
        let reversed = (0..36).filter(|row| screen.cell(*row, 20).is_some_and(vt100::Cell::inverse)).count();
        assert_eq!(reversed, 1, "one row is reversed");
        let text = String::from_utf8_lossy(&seen.bytes);
        for colour in ["[38;", "[48;", ";38;", ";48;"] {
            assert!(!text.contains(colour), "{colour}");
        }
        for bare in ["[;m", "[m"] {
            assert!(!text.contains(bare), "a bare reset takes the selection with it");
        }
    });
}

#[test]
fn a_theme_of_the_users_choice_is_drawn_in_its_colours() {
    let term = run(&["scene=done", "theme=paper"], &[("COLORTERM", "truecolor")]);
    term.wait("paper from corner to corner", |seen| {
        let paper = Some(vt100::Color::Rgb(0xfa, 0xf6, 0xee));
        let of = |row, col| seen.screen.screen().cell(row, col).map(vt100::Cell::bgcolor);
        [of(0, 0), of(35, 119)] == [paper, paper]
    });
}

#[test]
fn a_copied_text_goes_through_the_terminal() {
    let mut term = run(&["scene=done"], &[]);
    term.wait_for("q leaves");
    term.wait_for("764cabcf");
    term.press("y");
    term.wait_for("Copy what?");
    term.press("i");
    term.wait("OSC 52", |seen| has(&seen.bytes, b"\x1b]52;c;"));
}

#[test]
fn what_the_terminal_answers_unasked_is_no_key() {
    let mut term = run(&["scene=done"], &[]);
    term.wait_for("q leaves");
    term.settle();
    let before = term.see(|seen| seen.bytes.len());
    for answer in [
        "\u{1b}P>|XTerm(380) tRxq\u{1b}\\",
        "\u{1b}]11;rgb:1e1e/1e1e/2e2e\u{1b}\\",
        "\u{1b}]52;c;cXhYUnIgYjUwCg==\u{7}",
        "\u{1b}P1+r544e=787465726d\u{1b}\\",
        "\u{1b}_Gi=31;OK\u{1b}\\",
    ] {
        for at in [0, 1, 2, 3, 7, answer.len() - 1] {
            let (first, second) = answer.split_at(at);
            term.press_apart(first, Duration::from_millis(if at == 1 { 30 } else { 200 }), second);
        }
    }
    term.settle();
    assert_eq!(term.see(|seen| seen.bytes.len()) - before, 0, "{}", term.text());
    term.press("?");
    term.wait_for("Keys");
    term.press("\u{1b}");
    term.wait_gone("Keys");
    term.press("q");
    assert!(term.wait_exit().success());
}
