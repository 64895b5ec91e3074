//! What will be lost of photos is said before anything is paid, the same in every face.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Cursor;

use crate::common::tagged::{encoded, png_chunk, upright};
use crate::common::{Stage, root, run};
use image::ImageFormat;
use serde_json::{Value, json};

/// One photo of each kind of loss that can be made here, and one that loses nothing.
fn stage() -> Stage {
    let stage = Stage::new();
    let write = |name: &str, bytes: Vec<u8>| fs::write(stage.photos().join(name), bytes).unwrap();
    write("plain.png", encoded(&upright(), ImageFormat::Png));
    let mut cut = upright().into_rgba8();
    cut.put_pixel(40, 30, image::Rgba([0; 4]));
    write("cut.png", encoded(&cut.into(), ImageFormat::Png));
    write("deep.png", encoded(&upright().into_rgb16().into(), ImageFormat::Png));
    let mut frames = Cursor::new(Vec::new());
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut frames);
    for _ in 0..2 {
        encoder.encode_frame(image::Frame::new(upright().into_rgba8())).unwrap();
    }
    drop(encoder);
    write("moved.gif", frames.into_inner());
    // As a phone writes it: a photo, a gain map and a film.
    let packet =
        b"<x:xmpmeta><rdf:RDF><rdf:Description GCamera:MotionPhoto=\"1\" hdrgm:Version=\"1.0\"/></rdf:RDF></x:xmpmeta>";
    let body = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), packet].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    let mut phone = encoded(&upright().fliph(), ImageFormat::Jpeg);
    phone.splice(2..2, [&[0xff, 0xe1][..], &length, &body].concat());
    phone.resize(phone.len() + 100_000, 0);
    write("phone.jpg", phone);
    // A picture of one colour takes next to nothing: so many pixels could be in it.
    let mut giant = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [&8000_u32.to_be_bytes()[..], &7000_u32.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    giant.extend(png_chunk(*b"IHDR", &head));
    giant.extend(png_chunk(*b"IDAT", &[0; 9000]));
    giant.extend(png_chunk(*b"IEND", &[]));
    write("giant.png", giant);
    stage
}

#[test]
fn the_plan_says_what_will_be_lost_and_what_is_dear() {
    let stage = stage();
    let planned = run(stage.command(&["plan", "--json"]).arg(stage.photos()));
    planned.assert_status(0);
    let plan: Value = serde_json::from_str(planned.stdout.lines().next().unwrap()).unwrap();
    let kinds: Vec<_> = plan["losses"].as_array().unwrap().iter().map(|loss| (&loss["kind"], &loss["count"])).collect();
    let one = json!(1);
    let wanted = ["transparency", "animation", "depth", "gain_map", "film", "size"].map(Value::from);
    assert_eq!(kinds, wanted.iter().map(|kind| (kind, &one)).collect::<Vec<_>>(), "{plan:#}");
    assert_eq!(plan["losses"][0]["paths"], json!(["cut.png"]));
    let dearest = plan["losses"][5]["dearest_usd"].as_f64().unwrap();
    assert!((dearest - 22.4).abs() < 1e-6, "{dearest}");
    let notes = plan["notes"].as_array().unwrap();
    assert!(notes.contains(&json!("1 above 50 MP, the dearest $22.40")), "{notes:?}");

    let told = run(stage.command(&["plan"]).arg(stage.photos())).stdout;
    assert!(told.contains("1 animated: one still comes back"), "{told}");
    assert!(told.contains("1 with a film in them (motion photos): come back without it"), "{told}");
    // A run says the same.
    let ran = stage.run(&["--exclude", "giant.png"]);
    ran.assert_status(0);
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!(plan["losses"].as_array().unwrap().len(), 5, "{plan:#}");
}

#[test]
fn what_stands_behind_a_jpeg_is_said_too() {
    let stage = Stage::new();
    fs::copy(root().join("tests/cases/portrait.jpg"), stage.photos().join("portrait.jpg")).unwrap();
    let planned = run(stage.command(&["plan", "--json"]).arg(stage.photos()));
    let plan: Value = serde_json::from_str(planned.assert_status(0).stdout.lines().next().unwrap()).unwrap();
    let kinds: Vec<_> = plan["losses"].as_array().unwrap().iter().map(|loss| &loss["kind"]).collect();
    assert_eq!(kinds, ["gain_map", "matte"], "{plan:#}");
    let told = run(stage.command(&["plan"]).arg(stage.photos())).stdout;
    assert!(told.contains("1 with a matte of what they show (portrait photos): come back without it"), "{told}");
}

#[cfg(feature = "avif")]
#[test]
fn a_result_that_is_too_large_for_avif_is_said_to_stay_as_it_comes() {
    let stage = stage();
    let noted = |flags: &[&str]| {
        let planned = run(stage.command(&["plan", "--json"]).args(flags).arg(stage.photos()));
        let plan: Value = serde_json::from_str(planned.assert_status(0).stdout.lines().next().unwrap()).unwrap();
        let said =
            plan["notes"].as_array().unwrap().iter().any(|note| {
                note == "1 with results above 50 MP: too large to be written as AVIF, they stay as they come"
            });
        (plan["as_they_come"].clone(), said)
    };
    assert_eq!(noted(&["--format", "avif"]), (json!(1), true));
    assert_eq!(noted(&["--format", "avif", "--exclude", "giant.png"]), (json!(0), false));
    assert_eq!(noted(&["--format", "png"]), (json!(0), false));
}
