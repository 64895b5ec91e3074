//! A result that does not show what its photo does wants a look; one that shows as little as its photo does not.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use crate::common::{self, Stage, fast};
use fal_tui::sandbox::{Options, Scenario};
use image::RgbImage;

/// A service whose pictures are all odd in one way.
fn stage(picture: &str) -> Stage {
    let scenario = format!("[[fault]]\ncall = \"run\"\npicture = \"{picture}\"");
    let scenario = Scenario::parse(&scenario, picture).unwrap();
    Stage::with(Options { scenario: Some(scenario), ..fast() })
}

#[test]
fn what_was_turned_or_shows_nothing_wants_a_look_with_the_reason() {
    for (picture, reason) in [
        ("mirrored", "is mirrored beside the photo"),
        ("upside_down", "is upside down beside the photo"),
        ("on_side", "it lies on its side"),
        ("flat", "is all of one colour, which the photo is not"),
        ("black", "is all black: a safety checker may have blanked it"),
    ] {
        let stage = stage(picture);
        stage.photo("chelsea.png", "cat.png");
        let ran = stage.run(&[]);
        ran.assert_status(1);
        let job = ran.last("cat.png");
        assert_eq!(job["state"], "REVIEW", "{job}");
        assert!(job["cause"]["message"].as_str().unwrap().contains(reason), "{job}");
    }
}

#[test]
fn a_square_one_that_was_turned_is_found_by_what_it_shows() {
    let stage = stage("on_side");
    let cat = image::open(common::root().join("tests/photos/chelsea.png")).unwrap();
    cat.crop_imm(0, 0, 300, 300).save(stage.photos().join("cat.png")).unwrap();
    let job = stage.run(&[]).last("cat.png");
    assert_eq!(job["state"], "REVIEW", "{job}");
    assert!(job["cause"]["message"].as_str().unwrap().contains("lies on its side beside the photo"), "{job}");
}

#[test]
fn a_photo_that_is_black_itself_is_done() {
    let stage = Stage::new();
    RgbImage::new(40, 30).save(stage.photos().join("night.jpg")).unwrap();
    RgbImage::from_pixel(40, 30, image::Rgb([9, 120, 7])).save(stage.photos().join("wall.png")).unwrap();
    let ran = stage.run(&[]);
    ran.assert_status(0);
    assert_eq!((&ran.last("night.jpg")["state"], &ran.last("wall.png")["state"]), (&"DONE".into(), &"DONE".into()));
    let says = |event: &serde_json::Value| event["message"] == "is all black, as the photo is";
    assert!(ran.events().iter().any(says), "{}", ran.stdout);
}
