//! Pictures in the dashboard of the built program on a real terminal.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use crate::common::terminal::{Seen, Term, has};
use crate::common::{Stage, root};
use image::RgbImage;

const WIDE: (u16, u16) = (120, 36);

/// A dashboard on a cat that is done.
fn with_a_cat(env: &[(&str, &str)]) -> (Stage, Term) {
    let stage = Stage::new();
    stage.photo("chelsea.png", "chelsea.png");
    let mut command = stage.command(&["--yes"]);
    command.arg("photos").envs(env.iter().copied());
    let term = Term::start(&command, WIDE);
    term.wait_for("✓ finished");
    (stage, term)
}

/// The colours of half blocks in a stretch of the screen, two a cell.
fn half_blocks(seen: &Seen, columns: std::ops::Range<u16>) -> Vec<(u16, u16, [vt100::Color; 2])> {
    let screen = seen.screen.screen();
    let (rows, _) = screen.size();
    let cells = (0..rows.get()).flat_map(|y| columns.clone().map(move |x| (x, y)));
    cells
        .filter_map(|(x, y)| Some((x, y, screen.cell(y, x)?)))
        .filter(|(.., cell)| cell.contents() == "▀")
        .map(|(x, y, cell)| (x, y, [cell.fgcolor(), cell.bgcolor()]))
        .collect()
}

/// How far the half blocks are from a picture that fills the stretch of the screen that they are in.
fn difference(blocks: &[(u16, u16, [vt100::Color; 2])], picture: &RgbImage) -> u32 {
    let edge = |of: fn(&(u16, u16, [vt100::Color; 2])) -> u16| {
        let all = blocks.iter().map(of);
        (all.clone().min().unwrap(), all.max().unwrap() + 1)
    };
    let ((left, right), (top, bottom)) = (edge(|block| block.0), edge(|block| block.1));
    let (width, height) = (u32::from(right - left), u32::from(bottom - top) * 2);
    let small = image::imageops::resize(picture, width, height, image::imageops::Triangle);
    let mut sum = 0;
    for (x, y, colours) in blocks {
        for (row, colour) in (0..).zip(colours) {
            let vt100::Color::Rgb(r, g, b) = colour else { panic!("{colour:?}") };
            let there = small.get_pixel(u32::from(x - left), u32::from(y - top) * 2 + row).0;
            sum += there.into_iter().zip([r, g, b]).map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
        }
    }
    sum / u32::try_from(blocks.len() * 6).unwrap()
}

#[test]
fn a_photo_and_its_result_are_seen_beside_each_other() {
    let (_stage, mut term) = with_a_cat(&[("COLORTERM", "truecolor")]);
    assert!(term.see(|seen| half_blocks(seen, 0..120).is_empty()));
    term.press("3");
    term.wait("both pictures", |seen| !half_blocks(seen, 0..60).is_empty() && !half_blocks(seen, 60..120).is_empty());
    term.settle();
    let cat = image::open(root().join("tests/photos/chelsea.png")).unwrap().into_rgb8();
    let dog = image::open(root().join("tests/photos/coffee.png")).unwrap().into_rgb8();
    for half in [0..60, 60..120] {
        let blocks = term.see(|seen| half_blocks(seen, half.clone()));
        let (near, far) = (difference(&blocks, &cat), difference(&blocks, &dog));
        assert!(near < 16 && far > 40, "{near} from the cat, {far} from the cup, in {half:?}");
    }

    term.press("z");
    term.wait_for("all of it");
    term.wait("larger pictures", |seen| half_blocks(seen, 60..120).len() > 400);
    term.press(" z");
    term.wait_for("1:1 at");
    term.wait("one picture over all columns", |seen| half_blocks(seen, 0..120).len() > 2000);
    term.press("q");
    term.wait_for("Caption or cause");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
}

#[test]
fn a_picture_that_is_on_the_screen_costs_no_more_bytes() {
    let (_stage, mut term) = with_a_cat(&[("SSH_TTY", "/dev/pts/9"), ("SSH_CONNECTION", "a 1 b 2")]);
    term.settle();
    let before = term.see(|seen| seen.bytes.len());
    term.press("3");
    term.wait_for("before");
    term.settle();
    let shown = term.see(|seen| seen.bytes.len());
    assert!(shown - before < 40_000, "{} bytes for two pictures", shown - before);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(term.see(|seen| seen.bytes.len()), shown, "nothing changed");
}

#[test]
fn pixels_are_sent_where_they_are_asked_for_and_nothing_is_asked_of_the_terminal() {
    let (_stage, mut term) = with_a_cat(&[("FAL_TUI_IMAGES", "kitty")]);
    // Neither what it is (DA), nor its size in pixels, nor what it can show.
    for query in [&b"\x1b[c"[..], b"\x1b[14t", b"\x1b[16t", b"a=q"] {
        assert!(term.see(|seen| !has(&seen.bytes, query)), "{query:?}");
    }
    term.press("3");
    term.wait("a kitty picture", |seen| has(&seen.bytes, b"\x1b_G"));
    assert!(term.see(|seen| half_blocks(seen, 0..120).is_empty()));
    for query in [&b"\x1b[c"[..], b"\x1b[14t", b"\x1b[16t", b"a=q,"] {
        assert!(term.see(|seen| !has(&seen.bytes, query)), "{query:?}");
    }
}

#[test]
fn without_colours_there_are_dots() {
    let (_stage, mut term) = with_a_cat(&[("NO_COLOR", "1")]);
    term.press("3");
    term.wait("Braille dots", |seen| {
        seen.screen.screen().contents().chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count() > 100
    });
}
