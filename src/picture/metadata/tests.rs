//! Metadata of photos put on results, read back; `tests/photo/metadata.rs` asks exiftool.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use proptest::prelude::*;

use super::*;
use crate::picture::samples::{self, encoded, jpeg_segment, png_chunk, tagged, webp_chunk};
use crate::picture::{complete, header};

const RESULTS: [(Format, ImageFormat); 3] =
    [(Format::Png, ImageFormat::Png), (Format::Jpeg, ImageFormat::Jpeg), (Format::Webp, ImageFormat::WebP)];

fn provenance() -> Provenance {
    Provenance {
        software: "fal-tui 9.9".to_owned(),
        model: "fal-ai/some-model".to_owned(),
        params: r#"{"factor":2,"prompt":"<a & b>"}"#.to_owned(),
        seed: Some(-3),
        request: "req-1".to_owned(),
    }
}

/// A profile that is one by its head.
fn profile(kind: &[u8]) -> Vec<u8> {
    let mut profile = vec![7; 3000];
    profile[..4].copy_from_slice(&3000_u32.to_be_bytes());
    profile[16..20].copy_from_slice(kind);
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

const PACKET: &str = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
    <rdf:Description rdf:about=\"uuid:7\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" \
    xmlns:exif=\"http://ns.adobe.com/exif/1.0/\" xmp:Rating=\"4\" tiff:Orientation=\"6\" exif:GPSLatitude=\"59,20.5N\">\
    <xmp:CreatorTool>Camera</xmp:CreatorTool></rdf:Description></rdf:RDF></x:xmpmeta>";

fn full() -> Metadata {
    let iptc = [&b"\x1c\x02\x19\0\x05beach"[..], b"\x1c\x02\x5a\0\x04Oslo", b"\x1c\x02\x74\0\x05A & B"].concat();
    Metadata {
        exif: Some(samples::exif(6)),
        xmp: Some(PACKET.into()),
        iptc: Some(iptc),
        icc: Some(profile(b"RGB ")),
        left: None,
    }
}

fn small() -> DynamicImage {
    samples::small().into_rgb8().into()
}

fn dressed(format: Format, kind: ImageFormat, strip: Strip) -> (Vec<u8>, Metadata) {
    let bytes = Dress::new(full(), strip, provenance()).put_on(format, &encoded(&small(), kind)).unwrap();
    complete(Cursor::new(&bytes), format).unwrap();
    let picture = image::load_from_memory(&bytes).unwrap().into_rgb8();
    assert_eq!(picture, image::load_from_memory(&encoded(&small(), kind)).unwrap().into_rgb8(), "{format}");
    let found = Metadata::read(Cursor::new(&bytes), format).unwrap();
    (bytes, found)
}

fn text(bytes: Option<&Vec<u8>>) -> String {
    String::from_utf8(bytes.unwrap().clone()).unwrap()
}

#[test]
fn all_of_it_comes_over_and_what_is_no_longer_true_does_not() {
    for (format, kind) in RESULTS {
        let (bytes, found) = dressed(format, kind, Strip::None);
        let header = header(Cursor::new(&bytes)).unwrap();
        assert_eq!(header.orientation.tag(), 1, "{format}");
        assert_eq!(found.icc, full().icc, "{format}");
        let block = found.exif.unwrap();
        assert!(block.windows(12).any(|text| text == b"fal-tui 9.9\0"), "{format}");
        let packet = text(found.xmp.as_ref());
        for part in
            ["xmp:Rating=\"4\"", "rdf:about=\"uuid:7\"", "GPSLatitude", "faltui:Seed=\"-3\"", "&lt;a &amp; b&gt;"]
        {
            assert!(packet.contains(part), "{format}: no {part} in {packet}");
        }
        assert!(packet.contains("compositeWithTrainedAlgorithmicMedia") && packet.contains("<rdf:li>beach</rdf:li>"));
        assert!(!packet.contains("Orientation=\"6\"") && !packet.contains(">Camera<"), "{packet}");
        if format != Format::Webp {
            assert_eq!(found.iptc, full().iptc, "{format}");
        }
    }
}

#[test]
fn the_place_stays_out_and_so_does_all_of_it() {
    for (format, kind) in RESULTS {
        let (_, found) = dressed(format, kind, Strip::Gps);
        let packet = text(found.xmp.as_ref());
        assert!(!packet.contains("GPSLatitude") && packet.contains("xmp:Rating"), "{packet}");
        assert!(!found.iptc.is_some_and(|sets| sets.windows(4).any(|text| text == b"Oslo")));
        let (_, found) = dressed(format, kind, Strip::All);
        assert_eq!(found, Metadata { icc: full().icc, ..Metadata::default() }, "{format}");
    }
}

#[test]
fn a_profile_goes_only_where_none_is_and_where_it_fits() {
    let (format, kind) = (Format::Png, ImageFormat::Png);
    let own = samples::with(encoded(&small(), kind), format, &png_chunk(*b"sRGB", &[0]));
    let bytes = Dress::new(full(), Strip::None, provenance()).put_on(format, &own).unwrap();
    assert_eq!(Metadata::read(Cursor::new(&bytes), format).unwrap().icc, None);
    for (kind_of_profile, fits) in [(&b"GRAY"[..], false), (b"CMYK", false), (b"RGB ", true)] {
        let source = Metadata { icc: Some(profile(kind_of_profile)), ..Metadata::default() };
        let bytes = Dress::new(source, Strip::None, provenance()).put_on(format, &encoded(&small(), kind)).unwrap();
        assert_eq!(Metadata::read(Cursor::new(&bytes), format).unwrap().icc.is_some(), fits);
    }
}

#[test]
fn each_place_is_read_and_a_second_dress_takes_the_firsts_place() {
    let jpeg = tagged(encoded(&small(), ImageFormat::Jpeg), Format::Jpeg, 6);
    let long = profile(b"RGB ");
    let segments: Vec<u8> = [1_u8, 2]
        .into_iter()
        .zip(long.chunks(1500))
        .flat_map(|(number, part)| jpeg_segment(0xe2, &[b"ICC_PROFILE\0".as_slice(), &[number, 2], part].concat()))
        .collect();
    let found = Metadata::read(Cursor::new(samples::with(jpeg, Format::Jpeg, &segments)), Format::Jpeg).unwrap();
    assert_eq!((found.exif, found.icc), (Some(samples::exif(6)), Some(long)));
    let webp = encoded(&small(), ImageFormat::WebP);
    let prefixed = webp_chunk(b"EXIF", &[b"Exif\0\0".as_slice(), &samples::exif(3)].concat());
    let found = Metadata::read(Cursor::new(samples::with(webp, Format::Webp, &prefixed)), Format::Webp).unwrap();
    assert_eq!(found.exif, Some(samples::exif(3)));
    for (format, kind) in RESULTS {
        let dress = Dress::new(full(), Strip::None, provenance());
        let once = dress.put_on(format, &encoded(&small(), kind)).unwrap();
        assert_eq!(dress.put_on(format, &once).unwrap(), once, "{format}");
    }
}

#[test]
fn a_camera_s_block_keeps_its_places() {
    // A directory with a pointer to the photo's own, GPS, and a thumbnail in a second.
    let mut block = b"MM\0*\0\0\0\x08\0\x03".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    block.extend(entry(0x0112, 3, 1, 6 << 16));
    block.extend(entry(0x8769, 4, 1, 50));
    block.extend(entry(0x8825, 4, 1, 68));
    block.extend(92_u32.to_be_bytes());
    assert_eq!(block.len(), 50);
    block.extend([&[0, 1][..], &entry(0xa002, 3, 1, 64 << 16), &[0; 4]].concat());
    block.extend([&[0, 1][..], &entry(0x0002, 5, 1, 86), &[0; 4]].concat());
    block.extend(b"place.");
    assert_eq!(block.len(), 92);
    block.extend([&[0, 2][..], &entry(0x0201, 4, 1, 122), &entry(0x0202, 4, 1, 5), &[0; 4]].concat());
    block.extend(b"thumb");
    let made = exif::rewritten(&block, Pixels::new(128, 192), "x", true).unwrap();
    assert_eq!(made[50..64], [&[0, 1][..], &entry(0xa002, 4, 1, 128)].concat(), "its own directory stays where it was");
    assert!(!made.windows(5).any(|bytes| bytes == b"thumb" || bytes == b"place"));
    let kept = exif::rewritten(&block, Pixels::new(128, 192), "x", false).unwrap();
    assert!(kept.windows(5).any(|bytes| bytes == b"place"));
}

#[test]
fn what_is_sent_lacks_what_was_not_to_be_sent() {
    for (format, kind) in RESULTS {
        let plain = encoded(&small(), kind);
        let mut bytes = Dress::new(full(), Strip::None, provenance()).put_on(format, &plain).unwrap();
        if format == Format::Png {
            // Behind the picture, too.
            let end = bytes.len() - 12;
            bytes.splice(end..end, png_chunk(*b"eXIf", &samples::exif(1)));
        }
        if format == Format::Jpeg {
            bytes.extend(b"a film of the same place");
        }
        let bare = stripped(&bytes, format, Strip::All).unwrap();
        complete(Cursor::new(&bare), format).unwrap();
        assert_eq!(
            Metadata::read(Cursor::new(&bare), format).unwrap(),
            Metadata { icc: full().icc, ..Metadata::default() }
        );
        assert!(!bare.windows(4).any(|text| text == b"film"));
        let placeless = stripped(&bytes, format, Strip::Gps).unwrap();
        complete(Cursor::new(&placeless), format).unwrap();
        let found = Metadata::read(Cursor::new(&placeless), format).unwrap();
        let packet = text(found.xmp.as_ref());
        assert!(packet.contains("xmp:Rating") && !packet.contains("GPSLatitude"), "{packet}");
        assert!(found.exif.is_some_and(|block| block.windows(12).any(|text| text == b"fal-tui 9.9\0")));
    }
}

#[cfg(feature = "avif")]
#[test]
fn avif_without_what_it_said_shows_the_same() {
    let (_, format, _, plain) = samples::all().pop().unwrap();
    assert_eq!(format, Format::Avif);
    let shown = |bytes: &[u8]| crate::picture::stored(bytes, &header(Cursor::new(bytes)).unwrap()).unwrap();
    let bytes = Dress::new(full(), Strip::None, provenance()).put_on(format, &plain).unwrap();
    for strip in [Strip::Gps, Strip::All] {
        let bare = stripped(&bytes, format, strip).unwrap();
        complete(Cursor::new(&bare), format).unwrap();
        assert_eq!(shown(&bare), shown(&plain), "{strip:?}");
        let found = Metadata::read(Cursor::new(&bare), format).unwrap();
        assert_eq!((found.xmp.is_some(), found.icc), (strip == Strip::Gps, full().icc), "{strip:?}");
        assert!(!bare.windows(11).any(|text| text == b"GPSLatitude"), "{strip:?}");
    }
}

#[test]
fn what_does_not_come_over_is_told() {
    let png = |chunk: &[u8]| samples::with(encoded(&small(), ImageFormat::Png), Format::Png, chunk);
    let packet = [b"XML:com.adobe.xmp\0\0\0\0\0".as_slice(), &vec![b' '; 5 << 20]].concat();
    let nonsense = [b"x\0\0".as_slice(), &flate2_of(&[7; 900])].concat();
    let text = [b"workflow\0\0\0\0\0".as_slice(), &vec![b' '; 5 << 20]].concat();
    for (bytes, told) in [
        (png(&png_chunk(*b"iTXt", &packet)), Some("the photo's XMP is longer than 4 MiB and did not come over")),
        (png(&png_chunk(*b"iCCP", &nonsense)), Some("the photo's colour profile makes no sense and did not come over")),
        (png(&png_chunk(*b"iTXt", &text)), None),
    ] {
        let found = Metadata::of(Cursor::new(&bytes)).unwrap();
        let left = Dress::new(found, Strip::None, provenance()).left();
        assert_eq!(left.map(|left| left.to_string()).as_deref(), told);
    }
}

fn flate2_of(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_tells_of_the_photos_own_file_is_not_said_of_its_result() {
    let packet = PACKET.replace(
        "xmp:Rating=\"4\"",
        "xmp:Rating=\"4\" hdrgm:Version=\"1.0\" GCamera:MotionPhoto=\"1\" xmpNote:HasExtendedXMP=\"AB\"",
    );
    let packet = packet.replace(
        "</rdf:Description>",
        "<Container:Directory><rdf:Seq><rdf:li/></rdf:Seq></Container:Directory></rdf:Description>",
    );
    let source = Metadata { xmp: Some(packet.into()), ..Metadata::default() };
    let format = Format::Png;
    let bytes =
        Dress::new(source, Strip::None, provenance()).put_on(format, &encoded(&small(), ImageFormat::Png)).unwrap();
    let packet = text(Metadata::read(Cursor::new(&bytes), format).unwrap().xmp.as_ref());
    assert!(packet.contains("xmp:Rating=\"4\""), "{packet}");
    for name in ["hdrgm", "MotionPhoto", "HasExtendedXMP", "Container"] {
        assert!(!packet.contains(name), "{name}: {packet}");
    }
}

/// A profile for grey of a gamma goes along as one for colours, where colours come back.
#[test]
fn a_profile_for_grey_holds_for_colours_too() {
    let grey = moxcms::ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
    let source = Metadata { icc: Some(grey), ..Metadata::default() };
    let format = Format::Png;
    let bytes =
        Dress::new(source, Strip::None, provenance()).put_on(format, &encoded(&small(), ImageFormat::Png)).unwrap();
    let profile = Metadata::read(Cursor::new(&bytes), format).unwrap().icc.unwrap();
    let profile = moxcms::ColorProfile::new_from_slice(&profile).unwrap();
    assert_eq!(profile.color_space, moxcms::DataColorSpace::Rgb);
    let options = moxcms::TransformOptions::default();
    let (rgb, srgb) = (moxcms::Layout::Rgb, moxcms::ColorProfile::new_srgb());
    let transform = profile.create_transform_8bit(rgb, &srgb, rgb, options).unwrap();
    let mut seen = [0; 3];
    transform.transform(&[128; 3], &mut seen).unwrap();
    // 0.502 ^ 1.8 of the light, as sRGB says it.
    assert!(seen.iter().all(|shade| shade.abs_diff(147) <= 1), "{seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a photo's metadata and a result hold, what was whole stays whole.
    #[test]
    fn nothing_that_is_put_on_spoils_a_result(
        which in 0_usize..3,
        exif in prop::collection::vec(any::<u8>(), 0..200),
        xmp in ".{0,200}",
        iptc in prop::collection::vec(any::<u8>(), 0..60),
        bends in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let (format, kind) = RESULTS[which];
        let exif = [b"II*\0\x08\0\0\0".as_slice(), &exif].concat();
        let xmp = format!("<rdf:RDF {xmp}</rdf:RDF>");
        let source = Metadata { exif: Some(exif), xmp: Some(xmp.into()), iptc: Some(iptc), ..Metadata::default() };
        let mut bytes = encoded(&small(), kind);
        for (place, byte) in bends {
            let place = place.index(bytes.len().min(400));
            bytes[place] = byte;
        }
        let was = complete(Cursor::new(&bytes), format).is_ok() && header(Cursor::new(&bytes)).is_ok();
        for strip in [Strip::None, Strip::Gps, Strip::All] {
            if let Ok(made) = Dress::new(source.clone(), strip, provenance()).put_on(format, &bytes) && was {
                prop_assert!(complete(Cursor::new(&made), format).is_ok());
            }
        }
    }
}
