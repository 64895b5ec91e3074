//! The contact sheet and the overview of the built program on a real terminal.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::common::terminal::{Seen, Term};
use crate::common::{Stage, run};
use serde_json::Value;

const WIDE: (u16, u16) = (120, 36);

/// A dashboard on photos that are done.
fn finished(stage: &Stage, env: &[(&str, &str)]) -> Term {
    let mut command = stage.command(&["--yes"]);
    command.arg("photos").envs(env.iter().copied());
    let term = Term::start(&command, WIDE);
    term.wait_for("✓ finished");
    term
}

fn two_photos() -> Stage {
    let stage = Stage::new();
    stage.photo("chelsea.png", "a cat.png").photo("coffee.png", "b cup.png");
    stage
}

fn blocks(seen: &Seen) -> usize {
    seen.screen.screen().contents().matches('▀').count()
}

fn kept(stage: &Stage) -> Vec<PathBuf> {
    let folder = stage.dir.path().join(".cache/fal-tui/thumbs");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    // What is still being written is hidden.
    files.retain(|file| !file.file_name().unwrap().as_encoded_bytes().starts_with(b"."));
    files.sort();
    files
}

fn age(file: &Path) -> SystemTime {
    fs::metadata(file).unwrap().modified().unwrap()
}

#[test]
fn a_batch_is_a_sheet_of_pictures_that_are_made_once() {
    let stage = two_photos();
    let mut term = finished(&stage, &[("COLORTERM", "truecolor")]);
    assert_eq!(term.see(blocks), 0);
    term.press("C");
    term.wait("both pictures", |seen| blocks(seen) > 250);
    term.wait_for("✓ a cat.png");
    term.settle();
    let (shown, made) = (term.see(blocks), kept(&stage));
    assert_eq!(made.len(), 2, "one for each result: {made:?}");
    for file in &made {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(image::open(file).unwrap().width() <= 480);
    }
    assert_eq!(fs::metadata(made[0].parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    // The right one is looked at over the whole screen, and Esc goes back to the sheet.
    term.press("l");
    term.wait_for("2 of 2");
    term.press("\r");
    term.wait_for("all of it");
    term.press("\u{1b}");
    term.wait_gone("all of it");
    term.wait("the sheet again", |seen| blocks(seen) == shown);
    // What a person makes of it, as in the table.
    term.press("X");
    term.wait_for("b cup.png is rejected");
    term.wait_for("? b cup.png");
    term.press("v");
    term.wait_for("✓ b cup.png");
    term.press("C");
    term.wait_for("Caption or cause");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);

    // Another run decodes none of them.
    let ages: Vec<_> = made.iter().map(|file| age(file)).collect();
    let mut term = finished(&stage, &[("COLORTERM", "truecolor")]);
    term.press("C");
    term.wait("the same pictures", |seen| blocks(seen) == shown);
    assert_eq!((kept(&stage), made.iter().map(|file| age(file)).collect::<Vec<_>>()), (made, ages));
}

#[test]
fn captions_and_the_review_are_at_hand_on_the_sheet() {
    let stage = two_photos();
    let mut term = finished(&stage, &[]);
    term.press("C");
    term.wait_for("✓ a cat.png");
    term.press("E");
    term.wait_for("Ctrl-D done");
    term.press(" and more\u{4}");
    term.wait_for("the caption of a cat.png is changed");
    term.press("V");
    term.wait_row(&["Review", "1 of 2", "a cat.png"]);
    term.press("4");
    term.wait_row(&["★★★★☆"]);
    term.press("\u{1b}");
    term.wait_for("Esc table");
    term.wait_row(&["✓ a cat.png", "★★★★"]);
    term.press("u");
    term.wait_gone("★★★★");
    term.press("M");
    term.wait_for("accept the 2 that the list shows");
}

#[test]
fn a_page_takes_its_thumbnails_from_where_the_sheet_has_them() {
    let stage = two_photos();
    let mut term = finished(&stage, &[]);
    term.press("C");
    term.wait_for("✓ a cat.png");
    term.wait("both are kept", |_| stage.dir.path().join(".cache/fal-tui/thumbs").is_dir() && kept(&stage).len() == 2);
    // What is kept is marked, so that it is known again.
    for file in kept(&stage) {
        let marked = [&fs::read(&file).unwrap()[..], b"kept"].concat();
        fs::write(&file, marked).unwrap();
    }
    run(&mut stage.command(&["report", "1", "--report", "html"])).assert_status(0);
    let thumbs = fs::read_dir(stage.output().join("__report")).unwrap().map(|file| file.unwrap().path());
    let marked = thumbs.filter(|file| fs::read(file).unwrap().ends_with(b"kept")).count();
    assert_eq!(marked, 2, "the results' are those of the sheet, the photos' are made");
    assert_eq!(kept(&stage).len(), 4);
}

#[test]
fn a_sheet_over_ssh_costs_little_and_nothing_while_nothing_moves() {
    let stage = two_photos();
    let mut term = finished(&stage, &[("SSH_TTY", "/dev/pts/9"), ("SSH_CONNECTION", "a 1 b 2")]);
    term.settle();
    let before = term.see(|seen| seen.bytes.len());
    term.press("C");
    term.wait("both pictures", |seen| blocks(seen) > 120);
    term.settle();
    let shown = term.see(|seen| seen.bytes.len());
    assert!(shown - before < 40_000, "{} bytes for two pictures", shown - before);
    Term::stay();
    assert_eq!(term.see(|seen| seen.bytes.len()), shown, "nothing changed");
    term.press("l");
    term.wait_for("2 of 2");
    term.settle();
    let moved = term.see(|seen| seen.bytes.len()) - shown;
    assert!(moved < 4_000, "{moved} bytes for a step: no picture is sent again");
}

#[test]
fn pixels_are_sent_once_where_the_terminal_draws_them() {
    let stage = two_photos();
    let mut term = finished(&stage, &[("FAL_TUI_IMAGES", "kitty")]);
    let sent = |seen: &Seen| String::from_utf8_lossy(&seen.bytes).matches("\u{1b}_G").count();
    assert_eq!(term.see(sent), 0);
    term.press("C");
    // Where a picture stands is said by a letter of its own in each of its cells.
    let stands = |seen: &Seen| String::from_utf8_lossy(&seen.bytes).matches('\u{10eeee}').count();
    term.wait("both pictures", |seen| sent(seen) >= 2 && stands(seen) >= 20);
    term.settle();
    let before = term.see(sent);
    assert_eq!(term.see(blocks), 0);
    term.press("l");
    term.wait_for("2 of 2");
    term.press("C");
    term.wait_for("Caption or cause");
    term.press("C");
    term.wait_for("2 of 2");
    term.settle();
    assert_eq!(term.see(sent), before, "they are on the terminal already");
}

#[test]
fn other_terminals_pixels_come_in_their_own_words_and_once() {
    for (images, begins) in [("iterm2", "\u{1b}]1337;File="), ("sixel", "\u{1b}P")] {
        let stage = two_photos();
        let mut term = finished(&stage, &[("FAL_TUI_IMAGES", images)]);
        let sent = |seen: &Seen| String::from_utf8_lossy(&seen.bytes).matches(begins).count();
        assert_eq!(term.see(sent), 0);
        term.press("C");
        term.wait("both pictures", |seen| sent(seen) >= 2);
        term.settle();
        assert_eq!((term.see(sent), term.see(blocks)), (2, 0), "{images}");
        term.press("l");
        term.wait_for("2 of 2");
        term.settle();
        assert_eq!(term.see(sent), 2, "{images}: nothing is sent again for a step");
        // In front of what is drawn over the cells a question would not be seen: they give way, and come back.
        term.press("?");
        term.wait_for("Moving");
        term.press("\u{1b}");
        term.wait("them again", |seen| sent(seen) == 4);
    }
}

#[test]
fn a_sheet_on_a_small_screen_and_without_colours() {
    let stage = two_photos();
    let mut command = stage.command(&["--yes"]);
    command.arg("photos").env("NO_COLOR", "1");
    let mut term = Term::start(&command, (40, 12));
    term.wait_for("✓ finished");
    term.press("C");
    term.wait("Braille dots", |seen| {
        seen.screen.screen().contents().chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count() > 60
    });
    term.press("l");
    term.wait_row(&["▌", "✓"]);
    term.press("\u{1b}");
    term.wait_for("Photo");
}

#[test]
fn the_course_of_a_run_is_drawn_and_told() {
    let stage = Stage::scenario("fails_for_good");
    stage.photo("chelsea.png", "a cat.png").photo("coffee.png", "faulty.png");
    let mut command = stage.command(&["--yes"]);
    let mut term = Term::start(command.arg("photos"), WIDE);
    term.wait_for("✓ finished");
    term.press("6");
    for text in ["Photos a minute", "Money", "Seconds at fal", "median", "Queue at fal", "content_policy", "Bytes"] {
        term.wait_for(text);
    }
    term.press("\r");
    term.wait_gone("Caption or cause");
    term.wait_for("content_policy");
    term.settle();
    let before = term.see(|seen| seen.bytes.len());
    Term::stay();
    assert_eq!(term.see(|seen| seen.bytes.len()), before, "nothing happens, so nothing is drawn");
    term.press("qq");
    term.wait_exit();

    let shown = run(&mut stage.command(&["show", "1", "--json"]));
    let batch: Value = serde_json::from_str(&shown.stdout).unwrap();
    let told = &batch["overview"];
    let photos: u64 = told["photos"].as_array().unwrap().iter().filter_map(Value::as_u64).sum();
    assert_eq!((photos, &told["seconds_at_fal"]["count"]), (1, &1.into()), "{told:#}");
    assert_eq!(told["seconds_at_fal"]["slowest_path"], "a cat.png");
    let spent = told["spent_usd"].as_array().unwrap();
    assert_eq!(spent.last().unwrap(), &batch["spent_usd"], "{told:#}");
    assert!(told["only_live"].as_array().unwrap().contains(&"queue_position".into()));
}
