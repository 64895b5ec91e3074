//! Which pictures are made, and when; and what keys do to them.

use std::time::Duration;

use super::*;
use crate::job::Pixels;
use crate::picture::Part;
use crate::tui::caps::Images;
use crate::tui::preview::Ask;
use crate::tui::ui::zoom::{Show, Zoom};

/// A desk with thirty finished photos, the first done one chosen.
fn done(width: u16, height: u16) -> Desk {
    let mut desk = fixtures::finished(width, height);
    desk.press_all(&["l", "l", "l", "l", "l"]);
    desk
}

fn at(ms: u64) -> Msg {
    Msg::Clock(fixtures::NOW.plus(Duration::from_millis(ms)))
}

/// What was to be made since this was last asked.
fn asked(desk: &mut Desk) -> Vec<Vec<Ask>> {
    let effects = std::mem::take(&mut desk.effects);
    effects.into_iter().filter_map(|e| if let Effect::Decode(asks) = e { Some(asks) } else { None }).collect()
}

fn files(asks: &[Ask]) -> Vec<String> {
    asks.iter().map(|ask| ask.file.to_string_lossy().into_owned()).collect()
}

#[test]
fn pictures_are_made_once_the_selection_rests_and_only_those() {
    let mut desk = done(120, 36);
    assert_eq!(asked(&mut desk), [] as [Vec<Ask>; 0], "nobody looks");
    desk.press_all(&["3"]);
    desk.take_in(at(100));
    assert!(asked(&mut desk).is_empty(), "it may move on");
    desk.press_all(&["j"]);
    desk.take_in(at(200));
    assert!(asked(&mut desk).is_empty(), "it moved on, and rests for 100 ms");
    assert!(desk.ui.wakes_at().is_some());
    desk.take_in(at(260));
    let [asks] = asked(&mut desk).try_into().unwrap();
    let path = desk.ui.current().unwrap().path.clone();
    assert_eq!(files(&asks), [format!("/home/ada/photos/{path}"), format!("/home/ada/photos-upscaled/{path}")]);
    desk.take_in(at(1000));
    assert!(asked(&mut desk).is_empty(), "once is enough");

    desk.press_all(&["j"]);
    assert_eq!(asked(&mut desk), [vec![]], "the decoder is told to stop at once");
}

#[test]
fn what_was_made_is_kept_and_shown_at_once() {
    let mut desk = done(120, 36);
    desk.press_all(&["3"]).develop();
    assert!(desk.screen().contains('▀'));
    desk.press_all(&["j"]);
    assert!(!desk.screen().contains('▀'), "it is another photo's");
    desk.press_all(&["k"]);
    assert!(desk.screen().contains('▀'));
    desk.take_in(at(9000));
    assert!(asked(&mut desk).is_empty());
}

#[test]
fn another_result_under_the_same_name_is_made_anew() {
    let mut desk = done(120, 36);
    desk.press_all(&["3"]).develop();
    let mut snapshot = (*desk.ui.snapshot).clone();
    let mut detail = (**snapshot.detail.as_ref().unwrap()).clone();
    detail.request.id = Some("another".to_owned());
    snapshot.detail = Some(Arc::new(detail));
    desk.take_in(Msg::Snapshot(Arc::new(snapshot)));
    desk.take_in(at(5000));
    let [asks] = asked(&mut desk).try_into().unwrap();
    assert_eq!(asks.len(), 1, "the photo is the same: {:?}", files(&asks));
    assert!(asks[0].file.starts_with("/home/ada/photos-upscaled"));
}

#[test]
fn who_wants_no_pictures_gets_none() {
    let mut desk = done(120, 36);
    desk.ui.screen.caps.images = Images::None;
    desk.press_all(&["3"]);
    desk.take_in(at(500));
    assert!(asked(&mut desk).is_empty());
    assert!(desk.screen().contains("pictures are off"));
}

#[test]
fn a_picture_that_cannot_be_shown_says_why_and_is_not_tried_again() {
    let mut desk = done(120, 36);
    desk.press_all(&["3"]);
    desk.take_in(at(500));
    let [asks] = asked(&mut desk).try_into().unwrap();
    for ask in asks {
        desk.take_in(Msg::Picture(Box::new(ask), Err("AVIF cannot be shown here".into())));
    }
    assert!(desk.screen().contains("AVIF cannot be shown here"));
    desk.take_in(at(5000));
    assert!(asked(&mut desk).is_empty());
}

#[test]
fn a_flip_shows_the_other_one_at_the_same_place() {
    let mut desk = done(120, 36);
    desk.press_all(&["z", "z", "j", "l", "space"]);
    desk.take_in(at(500));
    let after = asked(&mut desk).pop().unwrap();
    desk.press_all(&["space"]);
    desk.take_in(at(900));
    let before = asked(&mut desk).pop().unwrap();
    let ([after], [before]) = (after.as_slice(), before.as_slice()) else { panic!("one at a time") };
    assert_ne!(after.file, before.file);
    assert_eq!((after.part, after.cells), (before.part, before.cells));
    assert!(after.part != Part::whole(after.part.of));
    // Half blocks show one px across and two down.
    assert_eq!((after.part.width, after.part.height), (118, 66), "1:1");
}

#[test]
fn z_goes_to_one_to_one_and_back_and_esc_closes() {
    let mut desk = done(120, 36);
    desk.press_all(&["z"]).develop();
    assert!(desk.screen().contains("all of it"));
    desk.press_all(&["z"]);
    assert!(desk.screen().contains("1:1 at"), "{}", desk.screen());
    desk.press_all(&["-"]);
    assert!(!desk.screen().contains("1:1 at"));
    desk.press_all(&["+", "z"]);
    assert!(desk.screen().contains("all of it"));
    desk.press_all(&["n"]);
    assert!(desk.screen().contains(&desk.ui.current().unwrap().path), "the next photo");
    desk.press_all(&["esc"]);
    assert!(desk.screen().contains("Caption or cause"));
    desk.press_all(&["z", "q"]);
    assert!(desk.screen().contains("Caption or cause") && desk.told.is_empty(), "q closes, and does not leave");
}

proptest! {
    #[test]
    fn what_is_seen_lies_in_the_picture_and_fits_the_room(
        (width, height) in (1_u32..20_000, 1_u32..20_000),
        room in (1_u16..300, 1_u16..100),
        font in (4_u16..40, 6_u16..80),
        kitty: bool,
        moves in prop::collection::vec((-2_i32..=2, -1_i8..=1, -1_i8..=1), 0..12),
    ) {
        let picture = Pixels::new(width, height);
        let mut caps = fixtures::CAPS;
        if kitty {
            caps.images = Images::Kitty;
        }
        let paper = crate::tui::preview::Paper::new(caps, font);
        let room = Size { width: room.0, height: room.1 };
        let most = Zoom::most(picture, paper, room);
        let mut zoom = Zoom::default();
        for (closer, across, down) in moves {
            let sight = zoom.sight(picture, paper, room);
            prop_assert!(sight.cells.width <= room.width && sight.cells.height <= room.height);
            prop_assert!(sight.cells.width > 0 && sight.cells.height > 0);
            let part = sight.part;
            prop_assert!(part.width > 0 && part.x + part.width <= width, "{part:?}");
            prop_assert!(part.height > 0 && part.y + part.height <= height, "{part:?}");
            prop_assert_eq!(part.of, picture);
            zoom = zoom.closer(closer, most).pan(across, down, part).flip();
        }
        prop_assert!(zoom.show != Show::Pair || zoom == Zoom::default());
        let close = zoom.closer(40, most).sight(picture, paper, room);
        let pixels = paper.pixels(close.cells);
        prop_assert!(close.part.width <= pixels.width.max(width.min(pixels.width)));
    }
}
