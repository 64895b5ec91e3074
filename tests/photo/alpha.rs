//! What is transparent in a photo is so in its result, whatever a model that sees colours alone makes of it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use crate::common::tagged::{encoded, exif, with_exif};
use crate::common::{Stage, fast, run};
use fal_tui::sandbox::{Options, Scenario};
use image::imageops::{FilterType, resize};
use image::{DynamicImage, GrayImage, ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};

/// A red disc with a soft edge; what is transparent holds another colour, as product shots do.
fn disc() -> RgbaImage {
    RgbaImage::from_fn(60, 40, |x, y| {
        let from_middle = (f64::from(x) - 24.0).hypot(f64::from(y) - 20.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let alpha = ((14.0 - from_middle) / 4.0 * 255.0).clamp(0.0, 255.0) as u8;
        Rgba(if alpha == 0 { [0, 0, 0, 0] } else { [220, 40, 30, alpha] })
    })
}

fn opaque() -> DynamicImage {
    DynamicImage::from(RgbaImage::from_pixel(40, 30, Rgba([10, 200, 30, 255])))
}

fn mask(picture: &DynamicImage) -> GrayImage {
    let picture = picture.to_rgba8();
    let alpha = picture.pixels().map(|pixel| pixel.0[3]).collect();
    GrayImage::from_raw(picture.width(), picture.height(), alpha).unwrap()
}

fn harsh() -> Stage {
    let scenario = Scenario::parse("keeps = \"nothing\"", "harsh").unwrap();
    Stage::with(Options { scenario: Some(scenario), ..fast() })
}

fn write(stage: &Stage, name: &str, bytes: Vec<u8>) {
    fs::write(stage.photos().join(name), bytes).unwrap();
}

/// That a result is transparent where the photo is, softly, and red where it is not.
fn assert_cut_out(picture: &DynamicImage, name: &str) {
    let wanted = resize(&mask(&disc().into()), 120, 80, FilterType::Lanczos3);
    let furthest = mask(picture).pixels().zip(wanted.pixels()).map(|(a, b)| a.0[0].abs_diff(b.0[0])).max().unwrap();
    assert!(furthest <= 5, "{name}: {furthest}");
    let soft = mask(picture).pixels().filter(|alpha| (16..240).contains(&alpha.0[0])).count();
    assert!(soft > 200, "{name}: {soft} pixels of a soft edge");
    for pixel in picture.to_rgba8().pixels().filter(|pixel| pixel.0[3] > 0) {
        let is_red = pixel.0.iter().zip([220, 40, 30]).all(|(a, b)| a.abs_diff(b) <= 4);
        assert!(is_red, "{name}: nothing bleeds into its edge, {pixel:?}");
    }
}

#[test]
fn transparency_comes_back_softly_and_nothing_bleeds_into_it() {
    let stage = harsh();
    write(&stage, "cut.png", encoded(&disc().into(), ImageFormat::Png));
    write(&stage, "cut.webp", encoded(&disc().into(), ImageFormat::WebP));
    write(&stage, "cut.tif", encoded(&disc().into(), ImageFormat::Tiff));
    let mut lying = DynamicImage::from(disc());
    lying.apply_orientation(image::metadata::Orientation::Rotate270);
    write(&stage, "lying.png", with_exif(encoded(&lying, ImageFormat::Png), ImageFormat::Png, &exif(6)));
    write(&stage, "opaque.png", encoded(&opaque(), ImageFormat::Png));
    let ran = stage.run(&[]);
    ran.assert_status(0);
    let open = |name: &str| image::open(stage.output().join(ran.last(name)["output"].as_str().unwrap())).unwrap();
    for name in ["cut.png", "cut.webp", "cut.tif", "lying.png"] {
        assert_cut_out(&open(name), name);
    }
    assert!(!open("opaque.png").color().has_alpha(), "its channel says nothing, and it went as it is");

    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    let loss = &plan["losses"][0];
    assert_eq!((&loss["kind"], &loss["count"], &loss["kept"]), (&json!("transparency"), &json!(4), &json!(true)));
    assert!(plan["notes"].as_array().unwrap().contains(&json!("4 with transparency: it is put back into the result")));

    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 5, "none is paid for again");
}

#[test]
fn dropped_it_is_what_the_plan_says() {
    let stage = Stage::new();
    write(&stage, "cut.png", encoded(&disc().into(), ImageFormat::Png));
    let ran = stage.run(&["--alpha", "drop"]);
    ran.assert_status(0);
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!(plan["losses"][0].get("kept"), None);
    assert_eq!(plan["notes"], json!(["1 with transparency: what is transparent comes back opaque"]));
    assert!(!image::open(stage.output().join("cut.png")).unwrap().color().has_alpha());
}

#[test]
fn of_a_text_nothing_is_said_to_be_lost() {
    let stage = Stage::new();
    write(&stage, "cut.png", encoded(&disc().into(), ImageFormat::Png));
    let planned = run(stage.command(&["plan", "--json", "-m", "fal-ai/moondream2"]).arg(stage.photos()));
    planned.assert_status(0);
    let plan: Value = serde_json::from_str(planned.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(plan["losses"], json!([]), "{plan:#}");
}

#[test]
fn what_cannot_be_put_back_is_a_note_and_no_failure() {
    // A model whose result has another shape.
    let scenario = "[[fault]]\ncall = \"run\"\npicture = \"half_size\"";
    let scenario = Scenario::parse(scenario, "small").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    write(&stage, "cut.png", encoded(&disc().into(), ImageFormat::Png));
    let ran = stage.run(&[]);
    ran.assert_status(1);
    assert_eq!(ran.last("cut.png")["state"], "REVIEW", "for its size");
    let picture = image::open(stage.output().join("cut.png")).unwrap();
    assert!(picture.color().has_alpha(), "a smaller one gets it, too");
}
