//! What the room promises, on real photos and what can befall them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbaImage};
use proptest::prelude::*;

use super::samples::{self, bytes, encoded, exif, jpeg_segment, png_chunk, tagged, webp_chunk};
use super::{Colour, Header, Kind, Look, Orientation, Other, PictureError, complete, ends_well, header, sniff};
use crate::job::{Format, Pixels};

const PHOTOS: [(&str, Format, u32, u32); 7] = [
    ("chelsea.png", Format::Png, 451, 300),
    ("coffee.png", Format::Png, 600, 400),
    ("retina.jpg", Format::Jpeg, 1411, 1411),
    ("space/rocket.jpg", Format::Jpeg, 640, 427),
    ("space/hubble_deep_field.jpg", Format::Jpeg, 1000, 872),
    ("space/astronaut.png", Format::Png, 512, 512),
    ("textures/grass.png", Format::Png, 512, 512),
];

fn head(bytes: &[u8]) -> Result<Header, PictureError> {
    header(Cursor::new(bytes))
}

fn whole(bytes: &[u8], format: Format) -> Result<Look, PictureError> {
    complete(Cursor::new(bytes), format)
}

fn quick(bytes: &[u8], format: Format) -> Result<(), PictureError> {
    ends_well(Cursor::new(bytes), format)
}

#[test]
fn real_photos_are_known_and_whole() {
    for (name, format, width, height) in PHOTOS {
        let bytes = bytes(name);
        let header = head(&bytes).unwrap();
        assert_eq!((header.format, header.pixels), (format, Pixels::new(width, height)), "{name}");
        assert_eq!((header.orientation, header.animated), (Orientation::Upright, false), "{name}");
        assert!(!whole(&bytes, format).unwrap().black, "{name}");
        quick(&bytes, format).unwrap();
    }
}

#[test]
fn every_way_of_writing_a_picture_is_known() {
    for (name, format, (width, height), bytes) in samples::all() {
        let header = head(&bytes).unwrap();
        assert_eq!((header.format, header.pixels), (format, Pixels::new(width, height)), "{name}");
        whole(&bytes, format).unwrap();
        quick(&bytes, format).unwrap();
    }
}

#[test]
fn a_photo_cut_off_anywhere_is_not_whole() {
    for (name, format, ..) in PHOTOS {
        let bytes = bytes(name);
        for tenths in 0..10 {
            let cut = &bytes[..bytes.len() * tenths / 10];
            assert!(whole(cut, format).is_err() && quick(cut, format).is_err(), "{name} {tenths}/10");
        }
        let cut = &bytes[..bytes.len() - 1];
        assert!(matches!(whole(cut, format), Err(PictureError::Truncated(_))), "{name}");
        assert!(matches!(quick(cut, format), Err(PictureError::Truncated(_))), "{name}");
    }
}

#[test]
fn every_format_cut_off_at_any_byte_is_not_whole() {
    for (name, format, _, bytes) in samples::all() {
        for end in 0..bytes.len() {
            // A WebP may lack its last padding byte.
            let padding = format == Format::Webp && end + 1 == bytes.len() && bytes[end] == 0;
            assert!(padding || whole(&bytes[..end], format).is_err(), "{name} whole at {end} of {}", bytes.len());
            assert!(padding || quick(&bytes[..end], format).is_err(), "{name} ends well at {end} of {}", bytes.len());
        }
    }
}

#[test]
fn what_comes_after_a_picture_does_not_matter() {
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom and a few seconds of film".repeat(100);
    let second = bytes("space/rocket.jpg");
    for (name, format, ..) in PHOTOS {
        for tail in [film.as_slice(), &second, &[0; 5000], b"\r\n"] {
            let bytes = [bytes(name).as_slice(), tail].concat();
            assert!(head(&bytes).is_ok() && whole(&bytes, format).is_ok() && quick(&bytes, format).is_ok(), "{name}");
        }
    }
}

#[test]
fn an_embedded_preview_is_not_taken_for_the_picture() {
    // An APP1 that holds a whole small JPEG, before the picture's own segments.
    let preview = encoded(&samples::small(), ImageFormat::Jpeg);
    let photo = bytes("space/rocket.jpg");
    let length = u16::try_from(preview.len() + 2).unwrap();
    let bytes = [&photo[..2], &[0xff, 0xe1], &length.to_be_bytes(), &preview, &photo[2..]].concat();
    assert_eq!(head(&bytes).unwrap().pixels, Pixels::new(640, 427));
    whole(&bytes, Format::Jpeg).unwrap();
    // Cut off right after the preview's end marker.
    let cut = &bytes[..6 + preview.len()];
    assert!(head(cut).is_err() && whole(cut, Format::Jpeg).is_err());
}

#[test]
fn fill_bytes_and_rubbish_between_segments_are_put_up_with() {
    let photo = bytes("retina.jpg");
    // After the first segment, which is JFIF's.
    let bytes = [&photo[..20], b"rubbish", &[0xff, 0xff, 0xff], &photo[20..]].concat();
    assert_eq!(head(&bytes).unwrap().pixels, Pixels::new(1411, 1411));
    whole(&bytes, Format::Jpeg).unwrap();
}

#[test]
fn a_flipped_bit_in_a_png_is_noticed() {
    let png = bytes("chelsea.png");
    for place in [20, 60_000, 120_000, png.len() - 30] {
        let mut bent = png.clone();
        bent[place] ^= 4;
        assert!(matches!(whole(&bent, Format::Png), Err(PictureError::Damaged { .. })), "{place}");
    }
}

#[test]
fn a_jpeg_without_picture_data_is_damaged() {
    let error = whole(b"\xff\xd8\xff\xe0\0\x04ab\xff\xd9", Format::Jpeg).unwrap_err();
    assert_eq!(error.to_string(), "damaged JPEG: no picture data");
}

/// A picture that says which way up it is in every place that we know of.
fn told() -> Vec<(&'static str, Vec<u8>, u16)> {
    let small = samples::small();
    let of = |format| encoded(&small, format);
    let (jpeg, png, webp) = (of(ImageFormat::Jpeg), of(ImageFormat::Png), of(ImageFormat::WebP));
    let prefixed = [b"Exif\0\0".as_slice(), &exif(6)].concat();
    let xmp = b"<x:xmpmeta><rdf:Description tiff:Orientation=\"8\"/></x:xmpmeta>";
    let segment = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), xmp].concat();
    let text = [b"XML:com.adobe.xmp\0\0\0\0\0".as_slice(), xmp].concat();
    let raw = prefixed.iter().fold(String::new(), |raw, byte| raw + &format!("{byte:02x}"));
    let raw = format!("Raw profile type exif\0\nexif\n{:>8}\n{raw}\n", prefixed.len()).into_bytes();
    // Its directory lies behind a long text.
    let mut far = b"II*\0\x10\x40\0\0".to_vec();
    far.resize(0x4010, b' ');
    far.extend(b"\x01\0\x12\x01\x03\0\x01\0\0\0\x05\0\0\0\0\0\0\0");
    let far = [b"Exif\0\0".as_slice(), &far].concat();
    let put = |bytes: &Vec<u8>, format, added: &[u8]| samples::with(bytes.clone(), format, added);
    let behind = |added: &[u8]| [&png[..png.len() - 12], added, &png[png.len() - 12..]].concat();
    vec![
        ("jpeg", tagged(jpeg.clone(), Format::Jpeg, 6), 6),
        ("jpeg, far", put(&jpeg, Format::Jpeg, &jpeg_segment(0xe1, &far)), 5),
        ("jpeg, xmp", put(&jpeg, Format::Jpeg, &jpeg_segment(0xe1, &segment)), 8),
        ("jpeg, both", tagged(put(&jpeg, Format::Jpeg, &jpeg_segment(0xe1, &segment)), Format::Jpeg, 6), 6),
        (
            "jpeg, upright in exif alone",
            tagged(put(&jpeg, Format::Jpeg, &jpeg_segment(0xe1, &segment)), Format::Jpeg, 1),
            1,
        ),
        ("png", tagged(png.clone(), Format::Png, 6), 6),
        ("png, behind", behind(&png_chunk(*b"eXIf", &exif(7))), 7),
        ("png, raw", put(&png, Format::Png, &png_chunk(*b"tEXt", &raw)), 6),
        ("png, raw behind", behind(&png_chunk(*b"tEXt", &raw)), 6),
        ("png, xmp", put(&png, Format::Png, &png_chunk(*b"iTXt", &text)), 8),
        ("webp", tagged(webp.clone(), Format::Webp, 6), 6),
        ("webp, prefixed", put(&webp, Format::Webp, &webp_chunk(b"EXIF", &prefixed)), 6),
        ("webp, xmp", put(&webp, Format::Webp, &webp_chunk(b"XMP ", xmp)), 8),
    ]
}

#[test]
fn turned_pictures_are_told_upright() {
    let small = samples::small();
    let stored = Pixels::new(small.width(), small.height());
    for (name, bytes, tag) in told() {
        let header = head(&bytes).unwrap();
        assert_eq!((header.pixels, header.orientation.tag()), (stored, tag), "{name}");
        let swapped = Pixels::new(stored.height, stored.width);
        assert_eq!(header.upright(), if tag > 4 { swapped } else { stored }, "{name}");
        assert!(header.carried.exif || header.carried.xmp, "{name}");
    }
}

#[test]
fn a_header_says_what_would_be_lost() {
    let small = samples::small();
    let png = |picture: DynamicImage| head(&encoded(&picture, ImageFormat::Png)).unwrap();
    let plain = png(small.to_rgb8().into());
    assert_eq!((plain.colour, plain.depth, plain.alpha, plain.animated), (Colour::Rgb, 8, false, false));
    let grey = png(small.to_luma_alpha16().into());
    assert_eq!((grey.colour, grey.depth, grey.alpha), (Colour::Grey, 16, true));
    let jpeg = encoded(&small.to_luma8().into(), ImageFormat::Jpeg);
    assert_eq!(head(&jpeg).unwrap().colour, Colour::Grey);
    let webp = |picture: DynamicImage| head(&encoded(&picture, ImageFormat::WebP)).unwrap();
    assert!(webp(small.to_rgba8().into()).alpha && !webp(small.to_rgb8().into()).alpha);

    let bytes = encoded(&small.to_rgb8().into(), ImageFormat::Png);
    let moved = samples::with(bytes.clone(), Format::Png, &png_chunk(*b"acTL", &[0, 0, 0, 6, 0, 0, 0, 0]));
    assert!(head(&moved).unwrap().animated);
    let profiled = samples::with(bytes, Format::Png, &png_chunk(*b"iCCP", b"x\0\0..."));
    assert!(head(&profiled).unwrap().carried.icc);

    let mut gif = std::io::Cursor::new(Vec::new());
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    for _ in 0..3 {
        encoder.encode_frame(image::Frame::new(small.to_rgba8())).unwrap();
    }
    drop(encoder);
    let gif = gif.into_inner();
    assert!(head(&gif).unwrap().animated);
    assert!(!head(&encoded(&small, ImageFormat::Gif)).unwrap().animated);
    // A screen smaller than what is on it.
    let mut narrow = gif;
    narrow[6..8].copy_from_slice(&[7, 0]);
    assert_eq!(head(&narrow).unwrap().pixels, Pixels::new(small.width(), small.height()));
}

#[test]
fn black_is_seen_in_png_whatever_its_alpha() {
    let picture = |pixel| DynamicImage::from(RgbaImage::from_pixel(30, 20, image::Rgba(pixel)));
    let black = |picture: &DynamicImage| whole(&encoded(picture, ImageFormat::Png), Format::Png).unwrap().black;
    assert!(black(&picture([0, 0, 0, 255])) && black(&picture([0, 0, 0, 0])));
    assert!(!black(&picture([0, 1, 0, 0])));
    assert!(black(&picture([0; 4]).to_luma16().into()) && !black(&picture([0, 0, 9, 0]).to_rgb16().into()));
}

#[test]
fn other_things_are_named() {
    let cases: [(&[u8], &str); 20] = [
        (b"", "empty file"),
        (b"just words\n", "text, not a picture"),
        ("Текст\u{1b}[31m".as_bytes(), "text, not a picture"),
        (b"\xff\xfet\0e\0x\0t\0", "text, not a picture"),
        (b"\n<!DOCTYPE html><html>", "HTML, not a picture"),
        (b"<?xml version='1.0'?><svg/>", "SVG, which is neither sent nor converted: save it as JPEG or PNG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC, of a kind that is not read: save it as JPEG or PNG"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC, of a kind that is not read: save it as JPEG or PNG"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0crx isom", "camera raw, of a kind that is not read: save it as JPEG or PNG"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video, not a picture"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  avif", "video, not a picture"),
        (b"II*\0\x10\0\0\0CR\x02\0", "camera raw, of a kind that is not read: save it as JPEG or PNG"),
        (b"MM\0*\0\0\0\x08", "TIFF, of a kind that is not read: save it as JPEG or PNG"),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0", "BMP, of a kind that is not read: save it as JPEG or PNG"),
        (b"BMW is a car", "text, not a picture"),
        (b"%PDF-1.7", "PDF, not a picture"),
        (b"PK\x03\x04....", "archive, not a picture"),
        (b"RIFF\0\0\0\0WAVE", "audio, not a picture"),
        (b"\x8b\x01\x02\x03", "not a picture that is known"),
        (b"\xff\xd8", "not a picture that is known"),
    ];
    for (bytes, reason) in cases {
        assert_eq!(head(bytes).unwrap_err().to_string(), reason, "{bytes:?}");
    }
    assert_eq!(sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1miafavif"), Kind::Picture(Format::Avif));
    let half = &"яяя".as_bytes()[..5];
    assert_eq!(sniff(half), Kind::Other(Other::Text), "a letter cut through");
}

#[test]
fn a_header_without_a_size_is_damaged() {
    let mut gif = encoded(&samples::small(), ImageFormat::Gif);
    gif[6..8].fill(0);
    assert_eq!(head(&gif).unwrap_err().to_string(), "damaged GIF: its size is zero");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever befalls a file's bytes, we get an answer, soon.
    #[test]
    fn any_bytes_are_answered(
        which in 0_usize..7,
        bends in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let (_, format, _, mut bytes) = samples::all().swap_remove(which);
        for (place, byte) in bends {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            let _ = head(bytes);
            let _ = quick(bytes, format);
            let _ = whole(bytes, format);
        }
    }
}

#[test]
fn what_cannot_be_sent_is_called_by_its_true_name() {
    let tga = [&[0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 3, 0, 24, 32][..], &[7; 36]].concat();
    let dicom = [&[0; 128][..], b"DICM\x02\0\0\0"].concat();
    let cases: [(&[u8], Other); 24] = [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", Other::Eps),
        (b"\xc5\xd0\xd3\xc6\x20\0\0\0", Other::Eps),
        (b"%!PS-Adobe-3.0\n", Other::PostScript),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 4 +X 4\n", Other::Hdr),
        (b"PF\n4 4\n-1.0\n", Other::FloatMap),
        (b"P6\n# made by hand\n96 64\n255\n\xff\x01", Other::Netpbm),
        (b"P3 2 2 255\n0 0 0", Other::Netpbm),
        (b"P7\nWIDTH 4\nHEIGHT 4\n", Other::Netpbm),
        (b"P1 is a podium", Other::Text),
        (b"\x0a\x05\x01\x08\0\0\0\0\x5f\0\x3f\0", Other::Pcx),
        (&tga, Other::Tga),
        (b"\x76\x2f\x31\x01\x02\0\0\0", Other::OpenExr),
        (b"qoif\0\0\0\x60\0\0\0\x40\x04\0", Other::Qoi),
        (b"gimp xcf v011\0", Other::Gimp),
        (&dicom, Other::Dicom),
        (b"\0MRM\0\x02\xa6\xc8", Other::Raw),
        (b"II\x1a\0\0\0HEAPCCDR\x02\0\x01\0", Other::Raw),
        (b"\0\0\0\x08wide\0\x01\0\0mdat", Other::Video),
        (b"\0\0\x20\0moov\0\0\0\x6cmvhd", Other::Video),
        (b"<?xml version=\"1.0\"?>\n<!-- Created with Inkscape -->\n<svg xmlns='x'>", Other::Svg),
        (b"<!-- a --><!-- b -->\n<svg:svg xmlns:svg='x'>", Other::Svg),
        (b"<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x\">\n<svg/>", Other::Svg),
        (b"<!-- svg is meant -->\n<html>", Other::Text),
        (b"<!doctype html><svg>", Other::Html),
    ];
    for (head, other) in cases {
        assert_eq!(sniff(head), Kind::Other(other), "{}", head.escape_ascii());
        assert!(!other.to_string().is_empty());
    }
    // A cursor is an icon's sister, and neither is a TGA.
    assert_eq!(sniff(b"\0\0\x02\0\x01\0\x20\x20\0\0\0\0\x04\0\x03\0\x18\0"), Kind::Other(Other::Unknown));
}

#[test]
fn a_header_that_claims_giant_sides_is_not_believed() {
    let claims = |format: ImageFormat, width: u32, height: u32| {
        let mut bytes = encoded(&samples::small(), format);
        if format == ImageFormat::Png {
            bytes[16..20].copy_from_slice(&width.to_be_bytes());
            bytes[20..24].copy_from_slice(&height.to_be_bytes());
        } else {
            let at = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap() + 5;
            bytes[at..at + 2].copy_from_slice(&u16::try_from(height).unwrap().to_be_bytes());
            bytes[at + 2..at + 4].copy_from_slice(&u16::try_from(width).unwrap().to_be_bytes());
        }
        head(&bytes)
    };
    for (format, width, height) in [(ImageFormat::Png, u32::MAX, u32::MAX), (ImageFormat::Png, 65_536, 1)] {
        assert!(matches!(claims(format, width, height), Err(PictureError::TooLarge { .. })), "{format:?} {width}");
    }
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        assert!(matches!(claims(format, 65_535, 65_535), Err(PictureError::Damaged { .. })), "{format:?}");
    }
    // One colour all over is as small as a picture can be, and whole.
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let white = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(3000, 2000, image::Luma([255])));
        assert_eq!(head(&encoded(&white, format)).unwrap().pixels, Pixels::new(3000, 2000), "{format:?}");
    }
}
