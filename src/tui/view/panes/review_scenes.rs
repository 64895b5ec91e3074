//! The review as a person sees it: in dark, in light, and where there are no colours.

use std::fmt::Write as _;

use crate::job::{Stars, Verdict};
use crate::tui::Theme;
use crate::tui::caps::Depth;
use crate::tui::fixtures::{self, Desk, draw};
use crate::tui::view::scenes::snapshots;

/// Some decided, a photo to be reviewed under the cursor, its picture made.
fn reviewing(width: u16, height: u16) -> Desk {
    let mut desk = fixtures::finished(width, height);
    desk.rows[4].judged = crate::engine::snapshot::Judged { stars: Stars::new(4), verdict: Some(Verdict::Accepted) };
    "is 640×427, expected 1280×854".clone_into(&mut desk.rows[5].note);
    desk.rows[5].judged.stars = Stars::new(2);
    desk.snapshot.totals.verdicts = crate::engine::snapshot::Verdicts { accepted: 1, rejected: 3, rated: 2 };
    desk.snapshot.review.steps = 3;
    desk.answer();
    desk.press_all(&["V"]).answer();
    desk.press_all(&["right"]).answer();
    desk
}

#[test]
fn review() {
    snapshots("review", |width, height| {
        let mut desk = reviewing(width, height);
        desk.develop();
        desk.screen()
    });
}

#[test]
fn review_of_many() {
    snapshots("review-many", |width, height| {
        let mut desk = reviewing(width, height);
        desk.press_all(&["M"]);
        let seq = desk.ui.asking.questions;
        desk.snapshot.review.groups = Some(crate::engine::snapshot::GroupCounts {
            seq,
            marked: 3,
            shown: 26,
            alike: 4,
            reason: Some("is 640×427, expected 1280×854".to_owned()),
        });
        desk.answer();
        desk.screen()
    });
}

#[test]
fn review_in_dark_in_light_and_without_colours() {
    for (name, theme, depth) in
        [("dark", "dusk", Depth::Rgb), ("light", "paper", Depth::Rgb), ("mono", "terminal", Depth::Mono)]
    {
        for (width, height) in [(120, 36), (80, 24)] {
            let mut desk = reviewing(width, height).in_theme(&Theme::load(theme, None).unwrap(), depth);
            desk.develop();
            let buf = draw(&desk.ui);
            // The two lines above the picture, with the style of each part.
            let mut told = String::new();
            for y in [0, 1, height - 1] {
                let mut style = None;
                for x in 0..width {
                    let cell = &buf[(x, y)];
                    let here = (cell.fg, cell.bg, cell.modifier);
                    if style.replace(here) != Some(here) {
                        write!(told, "\n[{:?} {:?} {:?}] ", cell.fg, cell.bg, cell.modifier).unwrap();
                    }
                    told.push_str(cell.symbol());
                }
                told.push('\n');
            }
            insta::assert_snapshot!(format!("review-{name}-{width}x{height}"), told);
        }
    }
}
