//! Photos in formats that fal does not take are sent as PNG; what cannot be read is named and skipped.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Cursor;

use crate::common::tagged::{assert_upright, encoded, stored, upright};
use crate::common::{self, Stage, fast};
use fal_tui::sandbox::{Options, Scenario};
use image::ImageFormat;
use serde_json::Value;

/// A HEIC of the picture with a date and a camera.
fn heic() -> Vec<u8> {
    let picture = upright().into_rgba8();
    let (width, height) = picture.dimensions();
    let data = picture.iter().map(|sample| u16::from(*sample)).collect();
    let picture = heifer::Image { width, height, bit_depth: 8, has_alpha: false, data };
    let exif = b"II*\0\x08\0\0\0\x01\0\x10\x01\x02\0\x06\0\0\0\x1a\0\0\0\0\0\0\0Box 3\0".to_vec();
    let metadata = heifer::Metadata { exif: Some(exif), ..heifer::Metadata::default() };
    let options = heifer::EncodeOptions { quality: 95, ..heifer::EncodeOptions::default() };
    heifer::encode_with_metadata(&picture, &metadata, &options).unwrap()
}

#[test]
fn other_formats_are_sent_as_png_and_come_back_as_what_they_show() {
    let stage = Stage::new();
    let write = |name: &str, bytes: Vec<u8>| fs::write(stage.photos().join(name), bytes).unwrap();
    write("a.heic", heic());
    for (name, format) in [
        ("b.tif", ImageFormat::Tiff),
        ("c.bmp", ImageFormat::Bmp),
        ("d.ppm", ImageFormat::Pnm),
        ("e.tga", ImageFormat::Tga),
        ("f.qoi", ImageFormat::Qoi),
    ] {
        write(name, encoded(&upright(), format));
    }
    write("g.tif", encoded(&upright().into_rgb16().into(), ImageFormat::Tiff));
    let run = stage.run(&[]);
    run.assert_status(0);
    for name in ["a.heic", "b.tif", "c.bmp", "d.ppm", "e.tga", "f.qoi", "g.tif"] {
        let job = run.last(name);
        assert_eq!((&job["state"], &job["width"]), (&"DONE".into(), &96.into()), "{job}");
        let picture = stage.output().join(job["output"].as_str().unwrap());
        assert_upright(&image::open(&picture).unwrap(), name);
    }
    let told = fs::read(stage.output().join("a.png")).unwrap();
    assert!(told.windows(6).any(|text| text == b"Box 3\0"), "its camera came back");
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 7, "none is paid for again");
}

/// A TIFF that says how it lies.
fn lying_tiff(orientation: u8) -> Vec<u8> {
    use tiff::encoder::{TiffEncoder, colortype};
    use tiff::tags::Tag;

    let picture = stored(orientation).into_rgb8();
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    let mut page = encoder.new_image::<colortype::RGB8>(picture.width(), picture.height()).unwrap();
    page.encoder().write_tag(Tag::Orientation, u16::from(orientation)).unwrap();
    page.write_data(&picture).unwrap();
    bytes.into_inner()
}

#[test]
fn tiff_and_heic_are_turned_upright_and_not_twice() {
    let cases = common::root().join("tests/cases/heic");
    for scenario in ["keeps = \"nothing\"", ""] {
        let scenario = Some(Scenario::parse(scenario, "so").unwrap());
        let stage = Stage::with(Options { scenario, ..fast() });
        for orientation in 1..=8 {
            fs::write(stage.photos().join(format!("{orientation}-tiff.tif")), lying_tiff(orientation)).unwrap();
            let name = format!("{orientation}.heic");
            fs::copy(cases.join(&name), stage.photos().join(name)).unwrap();
        }
        let run = stage.run(&[]);
        run.assert_status(0);
        for orientation in 1..=8 {
            for name in [format!("{orientation}-tiff.png"), format!("{orientation}.png")] {
                assert_upright(&image::open(stage.output().join(&name)).unwrap(), &name);
            }
        }
    }
}

#[test]
fn what_is_cut_off_or_a_camera_s_own_is_skipped_with_its_name() {
    let stage = Stage::new();
    let mut cut = heic();
    cut.truncate(cut.len() - 20);
    fs::write(stage.photos().join("cut.heic"), cut).unwrap();
    // The first directory of a raw picture is its preview's.
    let raw = b"II*\0\x08\0\0\0\x01\0\xfe\0\x04\0\x01\0\0\0\x01\0\0\0\0\0\0\0";
    fs::write(stage.photos().join("raw.dng"), raw).unwrap();
    let run = stage.run(&[]);
    let plan = run.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    let reason = |path: &str| -> Value {
        let skipped = plan["skipped"].as_array().unwrap();
        skipped.iter().find(|file| file["path"] == path).unwrap()["reason"].clone()
    };
    assert_eq!(reason("cut.heic"), "truncated HEIC");
    assert_eq!(reason("raw.dng"), "camera raw with no preview of full size in it: develop it with another program");
    assert_eq!(stage.stats()["accepted"], 0);
}

/// A raw picture of a sensor of that many px, with a preview in it.
fn raw(preview: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let behind = 8 + 2 + 7 * 12 + 4;
    let entries = [
        entry(0x0100, 4, 1, width),
        entry(0x0101, 4, 1, height),
        entry(0x010f, 2, 6, behind),
        entry(0x0112, 3, 1, 1),
        entry(0x0201, 4, 1, behind + 6),
        entry(0x0202, 4, 1, u32::try_from(preview.len()).unwrap()),
        entry(0xc612, 1, 4, 0x0401),
    ];
    [&b"II*\0\x08\0\0\0\x07\0"[..], &entries.concat(), &[0; 4], b"Box 3\0", preview].concat()
}

#[test]
fn of_camera_raw_its_preview_is_sent_if_it_is_of_full_size() {
    let stage = Stage::new();
    let preview = encoded(&upright(), ImageFormat::Jpeg);
    fs::write(stage.photos().join("full.dng"), raw(&preview, (50, 34))).unwrap();
    fs::write(stage.photos().join("small.nef"), raw(&preview, (96, 64))).unwrap();
    let ran = stage.run(&["--raw", "skip"]);
    ran.assert_status(0);
    assert_eq!(stage.stats()["accepted"], 0);
    let ran = stage.run(&[]);
    ran.assert_status(0);
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert!(plan["notes"].to_string().contains("1 in camera raw: the preview of full size in them is sent"), "{plan}");
    assert_eq!(plan["skipped"][0]["path"], "small.nef");
    let job = ran.last("full.dng");
    assert_eq!((&job["state"], &job["width"]), (&"DONE".into(), &96.into()), "{job}");
    let picture = stage.output().join(job["output"].as_str().unwrap());
    assert_upright(&image::open(&picture).unwrap(), "full.dng");
    let told = fs::read(picture).unwrap();
    assert!(told.windows(6).any(|text| text == b"Box 3\0"), "its camera came back");
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 1, "it is not paid for again");
}

#[test]
fn a_tiff_gets_its_own_exif_back() {
    let stage = Stage::new();
    let mut bytes = encoded(&upright(), ImageFormat::Tiff);
    // The camera is added to the encoder's own directory, which is written anew behind all else.
    let u16_at = |bytes: &[u8], at: usize| u16::from_le_bytes(bytes.get(at..at + 2).unwrap().try_into().unwrap());
    let at = u32::from_le_bytes(bytes.get(4..8).unwrap().try_into().unwrap()) as usize;
    let count = u16_at(&bytes, at);
    let directory = bytes.get(at + 2..at + 2 + usize::from(count) * 12).unwrap();
    let mut entries: Vec<Vec<u8>> = directory.chunks_exact(12).map(<[u8]>::to_vec).collect();
    let place = u32::try_from(bytes.len()).unwrap();
    bytes.extend(b"Box 3\0");
    let camera = [&0x010f_u16.to_le_bytes()[..], &2_u16.to_le_bytes(), &6_u32.to_le_bytes(), &place.to_le_bytes()];
    entries.push(camera.concat());
    entries.sort_by_key(|entry| u16_at(entry, 0));
    let start = u32::try_from(bytes.len()).unwrap();
    bytes.extend((count + 1).to_le_bytes());
    bytes.extend(entries.concat());
    bytes.extend([0; 4]);
    bytes.splice(4..8, start.to_le_bytes());
    fs::write(stage.photos().join("a.tif"), bytes).unwrap();
    stage.run(&[]).assert_status(0);
    let told = fs::read(stage.output().join("a.png")).unwrap();
    assert!(told.windows(6).any(|text| text == b"Box 3\0"), "its camera came back");
}

#[cfg(feature = "jxl")]
#[test]
fn jpeg_xl_and_pcx_come_back_as_what_they_show() {
    let stage = Stage::new();
    for name in ["coffee.jxl", "pcx.pcx"] {
        fs::copy(common::root().join("tests/cases").join(name), stage.photos().join(name)).unwrap();
    }
    let ran = stage.run(&[]);
    ran.assert_status(0);
    for (name, sides) in [("coffee.jxl", (80, 48)), ("pcx.pcx", (192, 128))] {
        let result = image::open(stage.output().join(ran.last(name)["output"].as_str().unwrap())).unwrap();
        assert_eq!((result.width(), result.height()), sides, "{name}");
    }
    let told = fs::read(stage.output().join("coffee.png")).unwrap();
    assert!(told.windows(6).any(|text| text == b"Box 3\0"), "its camera came back");
    let coffee = image::open(common::root().join("tests/photos/coffee.png")).unwrap();
    let wanted = coffee.resize_exact(40, 24, image::imageops::Triangle).into_rgb8();
    let result = image::open(stage.output().join("coffee.png")).unwrap();
    let result = result.resize_exact(40, 24, image::imageops::Triangle).into_rgb8();
    let off: u64 = result.as_raw().iter().zip(wanted.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(off / (wanted.as_raw().len() as u64) < 16, "{off}");
}

#[cfg(feature = "jxl")]
#[test]
fn jpeg_xl_of_inks_comes_back_in_the_colours_that_they_make() {
    let stage = Stage::new();
    fs::copy(common::root().join("tests/cases/cmyk.jxl"), stage.photos().join("inks.jxl")).unwrap();
    stage.run(&[]).assert_status(0);
    let result = image::open(stage.output().join("inks.png")).unwrap().into_rgb8();
    assert_eq!(result.dimensions(), (96, 64));
    // Cyan, magenta, yellow, and what half of the black leaves of white by its profile (L* 50).
    let quarters = [((20, 16), [0, 255, 255]), ((70, 16), [255, 0, 255]), ((20, 48), [255, 255, 0])];
    for ((x, y), wanted) in quarters.into_iter().chain([((70, 48), [119, 119, 119])]) {
        let got = result.get_pixel(x, y).0;
        // Its profile has but 8 bits for L*a*b*, too few for so deep a cyan.
        let is_near = got.iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) < 16);
        assert!(is_near, "{x}, {y}: {got:?}, not {wanted:?}");
    }
}

#[test]
fn of_several_pages_the_first_is_sent_and_that_is_said() {
    use tiff::encoder::{TiffEncoder, colortype};

    let stage = Stage::new();
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    for picture in [upright(), upright().fliph()] {
        encoder.write_image::<colortype::RGB8>(48, 32, picture.to_rgb8().as_raw()).unwrap();
    }
    fs::write(stage.photos().join("pages.tif"), file.into_inner()).unwrap();
    let ran = stage.run(&[]);
    ran.assert_status(0);
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert!(plan["notes"].to_string().contains("1 of several pages: the first is sent"), "{plan}");
    assert_upright(&image::open(stage.output().join("pages.png")).unwrap(), "pages.tif");
}

/// A little-endian TIFF of one strip, by its tags: a short, or where a number needs it a long one.
fn tiff(tags: &[(u16, u32)], strip: &[u8]) -> Vec<u8> {
    let start = u32::try_from(10 + 12 * (tags.len() + 2) + 4).unwrap();
    let length = u32::try_from(strip.len()).unwrap();
    let mut tags = [tags, &[(0x0111, start), (0x0117, length)]].concat();
    tags.sort_unstable();
    let mut made = b"II*\0\x08\0\0\0".to_vec();
    made.extend(u16::try_from(tags.len()).unwrap().to_le_bytes());
    for (tag, value) in tags {
        made.extend([&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat());
    }
    made.extend([0; 4]);
    made.extend(strip);
    made
}

#[test]
fn a_tiff_with_a_bomb_in_it_or_in_planes_that_nobody_reads_costs_nothing() {
    let stage = Stage::new();
    let write = |name: &str, bytes: Vec<u8>| fs::write(stage.photos().join(name), bytes).unwrap();
    let mut jpeg = encoded(&upright().into_luma8().into(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x3e, 0x80, 0x3e, 0x80]);
    let grey = [(0x0100, 48), (0x0101, 32), (0x0102, 8), (0x0103, 7), (0x0106, 1), (0x0115, 1), (0x0116, 32)];
    write("bomb.tif", tiff(&grey, &jpeg));
    let inks = [(0x0100, 2), (0x0101, 2), (0x0102, 8), (0x0103, 1), (0x0106, 5), (0x0115, 4), (0x0116, 2), (0x011c, 2)];
    write("planes.tif", tiff(&inks, &[0; 16]));
    let ran = stage.run(&[]);
    ran.assert_status(1);
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    let reason = "TIFF, of a kind that is not read: save it as JPEG or PNG";
    assert_eq!(plan["skipped"], serde_json::json!([{"path": "planes.tif", "reason": reason}]), "{plan:#}");
    let bomb = ran.last("bomb.tif");
    assert!(bomb["cause"]["message"].as_str().unwrap().contains("says that it is larger than the whole"), "{bomb:#}");
    assert_eq!(stage.stats()["accepted"], 0);
}

#[test]
fn colours_that_were_multiplied_by_their_mask_come_back_as_they_were() {
    use tiff::encoder::{TiffEncoder, colortype};

    let stage = Stage::new();
    let mut file = Cursor::new(Vec::new());
    let half: Vec<u8> = upright().to_rgb8().pixels().flat_map(|p| [p[0] / 2, p[1] / 2, p[2] / 2, 128]).collect();
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    let mut image = encoder.new_image::<colortype::RGBA8>(48, 32).unwrap();
    image.encoder().write_tag(tiff::tags::Tag::ExtraSamples, &[1_u16][..]).unwrap();
    image.write_data(&half).unwrap();
    fs::write(stage.photos().join("a.tif"), file.into_inner()).unwrap();
    stage.run(&[]).assert_status(0);
    let result = image::open(stage.output().join("a.png")).unwrap();
    assert_upright(&result, "a.tif");
    assert!(result.to_rgba8().pixels().all(|pixel| pixel[3].abs_diff(128) < 3), "as transparent as it was");
}

#[test]
fn tiff_of_listed_colours_and_with_jpeg_in_it_shows_what_another_decoder_reads_in_it() {
    let stage = Stage::new();
    let cases = common::root().join("tests/cases/tiff");
    let names = ["palette-8", "palette-4", "jpeg", "ycbcr-jpeg"];
    for name in names.into_iter().chain(["zstd"]) {
        let name = format!("{name}.tif");
        fs::copy(cases.join(&name), stage.photos().join(name)).unwrap();
    }
    let ran = stage.run(&[]);
    ran.assert_status(0);
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    let packed = "TIFF compressed with ZSTD, which is not read here: save it with LZW or Deflate";
    assert_eq!((&plan["photos"], &plan["skipped"][0]["reason"]), (&4.into(), &packed.into()), "{plan}");
    for name in names {
        let wanted = image::open(cases.join(format!("{name}.png"))).unwrap().into_rgb8();
        let result = image::open(stage.output().join(format!("{name}.png"))).unwrap();
        let (width, height) = wanted.dimensions();
        assert_eq!((result.width(), result.height()), (2 * width, 2 * height), "{name}");
        let result = result.resize_exact(width, height, image::imageops::Triangle).into_rgb8();
        let off: u64 = result.as_raw().iter().zip(wanted.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(off / (wanted.as_raw().len() as u64) < 10, "{name}: {off}");
    }
}
