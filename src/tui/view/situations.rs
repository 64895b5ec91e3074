//! Scenes that come of what a person does or of what happens to a batch, at every size that matters.

use super::scenes::{after, snapshots};
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::job::Status;
use crate::tui::caps::Depth;
use crate::tui::fixtures::{self, Desk};
use crate::tui::theme::Theme;

/// The last tab: what is done.
const DONE: [&str; 5] = ["l"; 5];

/// What the engine says while everything waits.
fn waiting(width: u16, height: u16, kind: NoticeKind, message: &str, action: &str) -> String {
    let notice = Notice { kind, message: message.to_owned(), action: action.to_owned() };
    fixtures::running(width, height).with(|snapshot| snapshot.notice = Some(notice)).screen()
}

#[test]
fn offline() {
    snapshots("offline", |width, height| {
        waiting(
            width,
            height,
            NoticeKind::Offline,
            "fal cannot be reached: everything waits, and no attempt is spent; requests at fal run on",
            "check the network and HTTPS_PROXY; it goes on by itself, next try in 28 s",
        )
    });
}

#[test]
fn rate_limited() {
    snapshots("rate-limited", |width, height| {
        waiting(
            width,
            height,
            NoticeKind::RateLimited,
            "fal asks for fewer calls (429): nothing new is sent for a while, and no attempt is spent",
            "nothing to do; it goes on by itself, next try in 8 s",
        )
    });
}

#[test]
fn caption() {
    let rows = || {
        let mut rows = fixtures::mixed();
        "A wide sandy beach at low tide with two people walking along the water's edge under a pale evening sky. \
         A dog runs ahead of them; far out a ship with red sails stands against the light, and the wet sand mirrors \
         the last of the sun."
            .clone_into(&mut rows[9].note);
        rows
    };
    snapshots("caption", |width, height| {
        let mut desk = Desk::new(width, height, rows());
        desk.press_all(&DONE).press_all(&["2"]);
        desk.screen()
    });
}

#[test]
fn copying() {
    snapshots("copy", |width, height| {
        let mut desk = fixtures::finished(width, height);
        desk.press_all(&DONE).press_all(&["y"]);
        desk.screen()
    });
    snapshots("copied", |width, height| {
        let mut desk = fixtures::finished(width, height);
        desk.press_all(&DONE).press_all(&["y", "i"]);
        desk.screen()
    });
}

#[test]
fn marks() {
    snapshots("marks", |width, height| after(fixtures::running(width, height), &["space", "down", "space", "space"]));
    snapshots("cancel-marked", |width, height| after(fixtures::running(width, height), &["a", "x"]));
    snapshots("retry-marked", |width, height| after(fixtures::running(width, height), &["a", "r"]));
}

#[test]
fn cancelling_one_that_runs() {
    snapshots("cancel-running", |width, height| after(fixtures::running(width, height), &["down", "up", "x"]));
}

#[test]
fn paying_again() {
    let of = |tab: &'static [&'static str]| move |width, height| after(fixtures::running(width, height), tab);
    snapshots("pay-again", of(&["l", "l", "l", "l", "r"]));
    snapshots("pay-again-lost", of(&["l", "l", "l", "l", "down", "r"]));
}

#[test]
fn frozen() {
    snapshots("frozen", |width, height| {
        let mut desk = fixtures::running(width, height);
        desk.press_all(&["down", "f"]);
        desk.set(1, Status::Done).set(2, Status::InProgress).answer();
        desk.screen()
    });
}

#[test]
fn log_level() {
    snapshots("log-level", |width, height| after(fixtures::running(width, height), &["L"]));
    snapshots("log-level-opened", |width, height| after(fixtures::running(width, height), &["enter", "L", "L"]));
}

#[test]
fn a_theme_with_a_role_that_is_none() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mine.toml"), "inherits = \"dusk\"\n[roles]\nfailed = \"red\"\n").unwrap();
    let mut theme = Theme::load("mine", Some(dir.path())).unwrap();
    for warning in &mut theme.warnings {
        *warning = warning.replace(&dir.path().display().to_string(), "/home/ada/.config/fal-tui/themes");
    }
    snapshots("theme-warning", |width, height| {
        after(fixtures::running(width, height).in_theme(&theme, Depth::Ansi256), &["?", "G"])
    });
}
