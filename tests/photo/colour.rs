//! Photos in wider colours look the same before and after, from a service that keeps nothing of what they say.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::{self, File};
use std::io::{BufReader, Cursor};
use std::path::Path;
use std::sync::LazyLock;

use crate::common::{Stage, fast, root};
use fal_tui::sandbox::{Options, Scenario};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, RgbImage};
use libjpeg_turbo_rs::{PixelFormat, Subsampling, compress};
use moxcms::ColorProfile;
use tiff::encoder::{TiffEncoder, colortype};
use tiff::tags::Tag;

/// A space: what a profile of it says of a colour, as CIE L*a*b* (D50).
struct Space {
    profile: Vec<u8>,
    to_xyz: [[f64; 3]; 3],
    gamma: fn(f64) -> f64,
}

fn srgb_gamma(value: f64) -> f64 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn adobe_gamma(value: f64) -> f64 {
    value.powf(563.0 / 256.0)
}

/// With profiles that are written once: each says when it was. sRGB, which holds where nothing is said, Display P3 and Adobe RGB; their primaries adapted to D50.
static SPACES: LazyLock<[Space; 3]> = LazyLock::new(|| {
    let encoded = |profile: ColorProfile| profile.encode().unwrap();
    [
        Space {
            profile: encoded(ColorProfile::new_srgb()),
            to_xyz: [[0.436_03, 0.385_11, 0.143_04], [0.222_49, 0.716_93, 0.060_59], [0.013_92, 0.097_10, 0.714_00]],
            gamma: srgb_gamma,
        },
        Space {
            profile: encoded(ColorProfile::new_display_p3()),
            to_xyz: [[0.515_12, 0.291_98, 0.157_10], [0.241_20, 0.692_25, 0.066_57], [-0.001_05, 0.041_89, 0.784_07]],
            gamma: srgb_gamma,
        },
        Space {
            profile: encoded(ColorProfile::new_adobe_rgb()),
            to_xyz: [[0.609_74, 0.205_28, 0.149_19], [0.311_11, 0.625_67, 0.063_22], [0.019_47, 0.060_87, 0.744_57]],
            gamma: adobe_gamma,
        },
    ]
});

impl Space {
    fn lab(&self, pixel: [u8; 3]) -> [f64; 3] {
        let linear = pixel.map(|sample| (self.gamma)(f64::from(sample) / 255.0));
        let [x, y, z] = self.to_xyz.map(|row| row.iter().zip(linear).map(|(a, b)| a * b).sum::<f64>());
        let bent = |value: f64| if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 };
        let (x, y, z) = (bent(x / 0.9642), bent(y), bent(z / 0.8249));
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }
}

/// CIEDE2000 (Sharma, Wu, Dalal 2005).
fn difference([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let mean_c = f64::midpoint(a1.hypot(b1), a2.hypot(b2));
    let stretch = 0.5 * (1.0 - (mean_c.powi(7) / (mean_c.powi(7) + 25.0_f64.powi(7))).sqrt());
    let (a1, a2) = (a1 * (1.0 + stretch), a2 * (1.0 + stretch));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let turn = if c1 * c2 == 0.0 { 0.0 } else { (h2 - h1 + 540.0).rem_euclid(360.0) - 180.0 };
    let mean_h = if c1 * c2 == 0.0 { h1 + h2 } else { (h1 + turn / 2.0).rem_euclid(360.0) };
    let (dl, dc) = (l2 - l1, c2 - c1);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (mean_l, mean_c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let cos = |degrees: f64| degrees.to_radians().cos();
    let weight = 1.0 - 0.17 * cos(mean_h - 30.0) + 0.24 * cos(2.0 * mean_h) + 0.32 * cos(3.0 * mean_h + 6.0)
        - 0.20 * cos(4.0 * mean_h - 63.0);
    let sl = 1.0 + 0.015 * (mean_l - 50.0).powi(2) / (20.0 + (mean_l - 50.0).powi(2)).sqrt();
    let (sc, sh) = (1.0 + 0.045 * mean_c, 1.0 + 0.015 * mean_c * weight);
    let rotation = -2.0
        * (mean_c.powi(7) / (mean_c.powi(7) + 25.0_f64.powi(7))).sqrt()
        * (60.0 * (-((mean_h - 275.0) / 25.0).powi(2)).exp()).to_radians().sin();
    let (l, c, h) = (dl / sl, dc / sc, dh / sh);
    (l * l + c * c + h * h + rotation * c * h).sqrt()
}

/// A picture, and its colours as its own profile has them.
fn seen(path: &Path) -> (RgbImage, usize) {
    let reader = ImageReader::new(BufReader::new(File::open(path).unwrap())).with_guessed_format().unwrap();
    let mut decoder = reader.into_decoder().unwrap();
    let profile = decoder.icc_profile().unwrap();
    // A profile says when it was written.
    let undated = |profile: &[u8]| [profile.get(..24).unwrap(), profile.get(36..).unwrap()].concat();
    let is = |profile: &[u8], space: &Space| undated(&space.profile) == undated(profile);
    let space = profile.map_or(0, |profile| SPACES.iter().position(|space| is(&profile, space)).unwrap());
    (DynamicImage::from_decoder(decoder).unwrap().into_rgb8(), space)
}

fn mean_difference(photo: &Path, result: &Path) -> f64 {
    let ((photo, of_photo), (result, of_result)) = (seen(photo), seen(result));
    let result = resize(&result, photo.width(), photo.height(), FilterType::Triangle);
    let (before, after) = (SPACES.get(of_photo).unwrap(), SPACES.get(of_result).unwrap());
    let all = photo.pixels().zip(result.pixels()).map(|(a, b)| difference(before.lab(a.0), after.lab(b.0)));
    all.sum::<f64>() / f64::from(photo.width() * photo.height())
}

#[test]
fn the_formula_is_the_one_of_its_test_data() {
    for (one, other, wanted) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 2.5, 0.0], [58.0, 24.0, 15.0], 19.4535),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
    ] {
        let found = difference(one, other);
        assert!((found - wanted).abs() < 1e-4, "{found}, not {wanted}");
    }
}

#[test]
fn wide_colours_look_the_same_before_and_after() {
    let scenario = Scenario::parse("keeps = \"nothing\"", "harsh").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    let cat = image::open(root().join("tests/photos/chelsea.png")).unwrap().thumbnail(160, 160).into_rgb8();
    for (name, at) in [("p3", 1), ("adobe", 2)] {
        let profile = SPACES.get(at).unwrap().profile.clone();
        let file = File::create(stage.photos().join(format!("{name}.jpg"))).unwrap();
        let mut encoder = JpegEncoder::new_with_quality(file, 96);
        encoder.set_icc_profile(profile.clone()).unwrap();
        encoder.write_image(&cat, cat.width(), cat.height(), image::ExtendedColorType::Rgb8).unwrap();
        let file = File::create(stage.photos().join(format!("{name}-lossless.png"))).unwrap();
        let mut encoder = image::codecs::png::PngEncoder::new(file);
        encoder.set_icc_profile(profile).unwrap();
        encoder.write_image(&cat, cat.width(), cat.height(), image::ExtendedColorType::Rgb8).unwrap();
    }
    for flags in [&[][..], &["--format", "jpeg", "-o", "as-jpeg"], &["--format", "webp", "-o", "as-webp"]] {
        let ran = stage.run(flags);
        ran.assert_status(0);
        let output = flags.last().map_or_else(|| stage.output(), |name| stage.dir.path().join(name));
        for name in ["p3.jpg", "adobe.jpg", "p3-lossless.png", "adobe-lossless.png"] {
            let result = output.join(ran.last(name)["output"].as_str().unwrap());
            let mean = mean_difference(&stage.photos().join(name), &result);
            assert!(mean <= 2.0, "{name} {flags:?}: {mean}");
        }
    }
    // The measure tells what is wrong: without its profile the same picture looks otherwise.
    let bare = stage.dir.path().join("bare.png");
    cat.save_with_format(&bare, ImageFormat::Png).unwrap();
    let mean = mean_difference(&stage.photos().join("adobe-lossless.png"), &bare);
    assert!(mean > 2.0, "{mean}");
    fs::remove_file(bare).unwrap();
}

/// What eight mixtures of inks look like on a paper that is made up, as CIE L*a*b* (D50): none, yellow, magenta, both,
/// cyan, with yellow, with magenta, with both. Black over any of them is nearly black.
const MIXTURES: [[f64; 3]; 8] = [
    [95.0, 0.0, 0.0],
    [88.0, -5.0, 70.0],
    [50.0, 55.0, -5.0],
    [48.0, 50.0, 35.0],
    [60.0, -20.0, -30.0],
    [52.0, -40.0, 25.0],
    [30.0, 20.0, -40.0],
    [24.0, 1.0, 2.0],
];

/// A profile of four inks that says this: a table of two steps for each (ICC.1:2001-04, 6.5.9).
fn of_inks() -> Vec<u8> {
    let mut table = b"mft1\0\0\0\0\x04\x03\x02\0".to_vec();
    table.extend([1_u32 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 16].map(u32::to_be_bytes).concat());
    (0..4).for_each(|_| table.extend(0..=u8::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let stored = |[l, a, b]: [f64; 3]| [(l * 2.55).round() as u8, (a + 128.0) as u8, (b + 128.0) as u8];
    // The first ink changes last; the last, black, first.
    for mixture in MIXTURES {
        table.extend(stored(mixture));
        table.extend(stored([mixture.first().unwrap() / 20.0, 0.0, 0.0]));
    }
    (0..3).for_each(|_| table.extend(0..=u8::MAX));
    let white =
        [&b"XYZ \0\0\0\0"[..], &[0x0000_f6d6_u32, 0x0001_0000, 0x0000_d32d].map(u32::to_be_bytes).concat()].concat();
    let start = 128 + 4 + 2 * 12;
    let length = start + white.len() + table.len();
    let be = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let mut profile =
        [&be(length)[..], &[0; 4], &[2, 0x40, 0, 0], b"prtrCMYKLab ", &[0; 12], b"acsp", &[0; 24]].concat();
    profile.extend([0; 4]);
    profile.extend([0x0000_f6d6_u32, 0x0001_0000, 0x0000_d32d].map(u32::to_be_bytes).concat());
    profile.resize(128, 0);
    profile.extend(be(2));
    profile.extend([b"wtpt", &be(start)[..], &be(white.len())].concat());
    profile.extend([b"A2B0", &be(start + white.len())[..], &be(table.len())].concat());
    profile.extend(white);
    profile.extend(table);
    profile
}

/// A stripe of 16 px for each mixture: cyan, magenta, yellow and black, 255 being all of it.
fn stripes() -> Vec<u8> {
    let ink = |mixture: usize, bit: usize| if mixture & bit == 0 { 0 } else { 255 };
    (0..16 * 128).flat_map(|at: usize| [4, 2, 1].map(|bit| ink(at % 128 / 16, bit)).into_iter().chain([0])).collect()
}

/// A JPEG's profile in its segment.
fn with_profile(mut jpeg: Vec<u8>, profile: &[u8]) -> Vec<u8> {
    let body = [b"ICC_PROFILE\0\x01\x01", profile].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    jpeg.splice(2..2, [&[0xff, 0xe2][..], &length, &body].concat());
    jpeg
}

#[test]
fn inks_and_lightness_come_back_as_the_colours_that_they_are() {
    let scenario = Scenario::parse("keeps = \"nothing\"", "harsh").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    let write = |name: &str, bytes: &[u8]| fs::write(stage.photos().join(name), bytes).unwrap();
    let (inks, profile) = (stripes(), of_inks());
    // Who writes such a JPEG stores what is left of the light.
    let left: Vec<u8> = inks.iter().map(|ink| 255 - ink).collect();
    let jpeg = compress(&left, 128, 16, PixelFormat::Cmyk, 100, Subsampling::S444).unwrap();
    write("inks.jpg", &with_profile(jpeg, &profile));
    let mut tiff = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut tiff).unwrap();
    let mut page = encoder.new_image::<colortype::CMYK8>(128, 16).unwrap();
    page.encoder().write_tag(Tag::IccProfile, profile.as_slice()).unwrap();
    page.write_data(&inks).unwrap();
    write("inks.tif", tiff.get_ref());
    // Lightness and two pairs of colours, as ICC stores them: written as colours, and then called so.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let stored = |[l, a, b]: [f64; 3]| [(l * 2.55).round() as u8, (a + 128.0) as u8, (b + 128.0) as u8];
    let lab: Vec<u8> = (0..16 * 128).flat_map(|at: usize| stored(MIXTURES[at % 128 / 16])).collect();
    let mut tiff = Cursor::new(Vec::new());
    TiffEncoder::new(&mut tiff).unwrap().write_image::<colortype::RGB8>(128, 16, &lab).unwrap();
    let mut tiff = tiff.into_inner();
    let entry = [6, 1, 3, 0, 1, 0, 0, 0, 2, 0];
    let at = tiff.windows(entry.len()).position(|bytes| bytes == entry).unwrap();
    tiff[at + 8] = 9;
    write("lab.tif", &tiff);
    let ran = stage.run(&[]);
    ran.assert_status(0);
    for name in ["inks.jpg", "inks.tif", "lab.tif"] {
        let (result, space) = seen(&stage.output().join(ran.last(name)["output"].as_str().unwrap()));
        for (at, wanted) in (0..).zip(MIXTURES) {
            let found = SPACES[space].lab(result.get_pixel(at * 32 + 16, 16).0);
            let off = difference(found, wanted);
            assert!(off <= 2.0, "{name}, {at}: {found:?}, not {wanted:?}: {off}");
        }
    }
}

#[test]
fn deep_colours_come_back_as_the_colours_that_they_are() {
    let scenario = Scenario::parse("keeps = \"nothing\"", "harsh").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    let cat = image::open(root().join("tests/photos/chelsea.png")).unwrap().thumbnail(160, 160);
    let deep = cat.to_rgb16();
    for (name, at) in [("p3", 1), ("adobe", 2)] {
        let profile = &SPACES[at].profile;
        let file = File::create(stage.photos().join(format!("{name}.png"))).unwrap();
        let mut encoder = image::codecs::png::PngEncoder::new(file);
        encoder.set_icc_profile(profile.clone()).unwrap();
        DynamicImage::from(deep.clone()).write_with_encoder(encoder).unwrap();
        let file = File::create(stage.photos().join(format!("{name}.tif"))).unwrap();
        let mut encoder = TiffEncoder::new(file).unwrap();
        let mut page = encoder.new_image::<colortype::RGB16>(deep.width(), deep.height()).unwrap();
        page.encoder().write_tag(Tag::IccProfile, profile.as_slice()).unwrap();
        page.write_data(deep.as_raw()).unwrap();
    }
    let ran = stage.run(&["--name", "{stem}-{index}.{ext}"]);
    ran.assert_status(0);
    for (name, before) in [("p3.png", 1), ("p3.tif", 1), ("adobe.png", 2), ("adobe.tif", 2)] {
        let (result, after) = seen(&stage.output().join(ran.last(name)["output"].as_str().unwrap()));
        assert_eq!(after, 0, "{name}: it is tagged as what it is");
        let result = resize(&result, cat.width(), cat.height(), FilterType::Triangle);
        let photo = cat.to_rgb8();
        let all = photo.pixels().zip(result.pixels());
        let all = all.map(|(a, b)| difference(SPACES[before].lab(a.0), SPACES[after].lab(b.0)));
        let mean = all.sum::<f64>() / f64::from(photo.width() * photo.height());
        assert!(mean <= 2.0, "{name}: {mean}");
    }
}
