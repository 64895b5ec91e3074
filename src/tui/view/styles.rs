//! Scenes with their colours, in themes that differ most: a role that looks otherwise, or a selection
//! that cannot be seen, shows in the difference.

use proptest::prelude::*;

use crate::job::Status;
use crate::tui::caps::Depth;
use crate::tui::fixtures::{self, Desk, Look, draw, inked};
use crate::tui::theme::Theme;
use crate::tui::ui::layout::{Areas, inside};

const DEPTHS: [Depth; 4] = [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::Rgb];

fn theme(name: &str) -> Theme {
    Theme::load(name, None).unwrap()
}

/// The scene in the default theme, in a light one, in one of no colours, and as `NO_COLOR` has it.
fn snapshots(scene: &str, show: impl Fn() -> Desk, keys: &[&str]) {
    for (name, in_theme, depth) in [
        ("terminal", "terminal", Depth::Ansi16),
        ("paper", "paper", Depth::Rgb),
        ("mono", "mono", Depth::Ansi16),
        ("no-color", "terminal", Depth::Mono),
    ] {
        let mut desk = show().in_theme(&theme(in_theme), depth);
        desk.press_all(keys);
        insta::assert_snapshot!(format!("{scene}-{name}"), inked(&desk.ui));
    }
}

#[test]
fn run() {
    snapshots("run", || fixtures::running(80, 24), &["down", "space", "/", "4", "1", "enter", "down"]);
}

#[test]
fn run_with_the_lower_pane_in_focus() {
    snapshots("run-pane", || fixtures::running(80, 24), &["down", "tab"]);
}

#[test]
fn plan() {
    snapshots("plan", || fixtures::planning(80, 24), &["j", "j"]);
}

#[test]
fn banner_and_question() {
    let locked = || {
        let snapshot = fixtures::locked(80, 24).snapshot;
        fixtures::running(80, 24)
            .with(|held| (held.phase, held.notice) = (snapshot.phase.clone(), snapshot.notice.clone()))
    };
    snapshots("banner-question", locked, &["q", "down"]);
}

/// How the cells of a row look, and the sign before it.
fn row(desk: &Desk, y: u16) -> (String, Vec<Look>) {
    let buf = draw(&desk.ui);
    let cells = (1..buf.area.width - 1).map(|x| &buf[(x, y)]);
    (buf[(1, y)].symbol().to_owned(), cells.map(Look::of).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_row_under_the_cursor_is_told_from_its_neighbours_in_every_theme(
        name in prop::sample::select(Theme::built_in().collect::<Vec<_>>()),
        depth in prop::sample::select(&DEPTHS[..]),
        status in prop::sample::select(&Status::ALL[..]),
        unicode in any::<bool>(),
        downs in 1_usize..10,
        in_pane in any::<bool>(),
        marks in any::<bool>(),
    ) {
        // All rows are alike, so that only the cursor can make a difference.
        let rows = (1..=12).map(|number| fixtures::row(number, "a.jpg", status)).collect();
        let mut desk = Desk::new(120, 36, rows).in_theme(&theme(name), depth);
        desk.ui.screen.caps.unicode = unicode;
        desk.press_all(&vec!["down"; downs]);
        if marks {
            desk.press_all(&["a"]);
        }
        if in_pane {
            desk.press_all(&["tab"]);
        }
        // Below the headings.
        let first = inside(Areas::of(&desk.ui).table).y + 1;
        let at = u16::try_from(desk.ui.highlighted().unwrap()).unwrap();
        let here = row(&desk, first + at);
        for neighbour in [at - 1, at + 1] {
            let other = row(&desk, first + neighbour);
            prop_assert!(here.0 != other.0, "{name} at {depth:?}: no sign");
            prop_assert!(here.1[2..] != other.1[2..], "{name} at {depth:?}: no style");
        }
    }
}
