//! Headers and bodies of pictures.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use base64::Engine as _;
use fal_tui::job::Format;
use fal_tui::picture;
use image::{DynamicImage, ImageFormat, RgbImage};

use super::mutate::Damage;
use super::{INPUTS, assert_small};

/// A file that counts what is asked of it: who asks for more than it holds many times over goes in circles.
struct Counted {
    file: Cursor<Vec<u8>>,
    calls: usize,
}

impl Counted {
    fn new(bytes: Vec<u8>) -> Self {
        Self { file: Cursor::new(bytes), calls: 0 }
    }

    fn count(&mut self) {
        self.calls += 1;
        let length = self.file.get_ref().len();
        assert!(self.calls < 1_000 + 8 * length, "asked {} times of {length} bytes", self.calls);
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.count();
        self.file.read(buffer)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.count();
        self.file.seek(to)
    }
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let picture =
        RgbImage::from_fn(24, 16, |x, y| image::Rgb([(x * 10).to_le_bytes()[0], (y * 15).to_le_bytes()[0], 90]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A block of EXIF that turns the picture by 90°.
fn exif() -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x01\0\0\0A\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0".to_vec();
    block.extend([0; 4]);
    block
}

/// A JPEG that says in EXIF how it lies.
fn turned_jpeg() -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Jpeg);
    let block = [b"Exif\0\0".as_slice(), &exif()].concat();
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    let segment = [b"\xff\xe1".as_slice(), &length, &block].concat();
    bytes.splice(2..2, segment);
    bytes
}

/// A WebP with a header of its own, EXIF with the prefix that older programs write, and the picture.
fn turned_webp() -> Vec<u8> {
    let plain = encoded(ImageFormat::WebP);
    let chunk = |name: &[u8], body: &[u8]| {
        let mut chunk = [name, &u32::try_from(body.len()).unwrap().to_le_bytes(), body].concat();
        chunk.extend(vec![0; body.len() % 2]);
        chunk
    };
    let head = [&[8, 0, 0, 0][..], &[23, 0, 0], &[15, 0, 0]].concat();
    let exif = [b"Exif\0\0".as_slice(), &exif()].concat();
    let body = [b"WEBP".as_slice(), &chunk(b"VP8X", &head), &plain[12..], &chunk(b"EXIF", &exif)].concat();
    chunk(b"RIFF", &body)
}

/// An AVIF of 40×24 px.
const AVIF: &str = "\
    AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAA\
    AAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAARwAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEA\
    AGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAKAAAABgAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwA\
    AAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAT21kYXQSAAoJGBUnu0QENBoQMjgdh4eFndxxxwLF\
    QIDZcOYRUhmV/nwoAeg0VmrH62xhvSaZ3sQ7IJnsMNh2JbEne9w74A4iMnNj7A==";

fn avif() -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(AVIF).unwrap()
}

/// Reads whatever can be read of what may be a picture of a format.
fn read(bytes: &[u8], format: Format) {
    let _ = picture::sniff(bytes.get(..picture::HEAD).unwrap_or(bytes));
    if let Ok(header) = picture::header(Counted::new(bytes.to_vec())) {
        assert!(header.upright().count() > 0, "a picture of no pixels was taken for one");
    }
    let _ = picture::complete(Counted::new(bytes.to_vec()), format);
    let _ = picture::ends_well(Counted::new(bytes.to_vec()), format);
}

/// Reads what can be read of what may be a photo of a format that fal does not take, and of its metadata.
fn read_foreign(bytes: &[u8]) {
    if let Ok(header) = picture::photo(Counted::new(bytes.to_vec())) {
        assert!(header.upright().count() > 0, "a picture of no pixels was taken for one");
        let _ = picture::photo_ends_well(Counted::new(bytes.to_vec()), &header);
    }
    let _ = picture::Metadata::of(Cursor::new(bytes));
}

fn take_foreign(samples: &[Vec<u8>], seed: u64) {
    for sample in samples {
        picture::photo(Cursor::new(sample)).expect("the sample itself is a picture");
    }
    Damage::of(samples, seed).take(INPUTS).for_each(|bytes| read_foreign(&bytes));
    assert_small();
}

fn heic() -> Vec<u8> {
    let data = (0..24 * 16 * 4).map(|at: u16| at % 256).collect();
    let picture = heifer::Image { width: 24, height: 16, bit_depth: 8, has_alpha: false, data };
    let metadata = heifer::Metadata { exif: Some(exif()), ..heifer::Metadata::default() };
    heifer::encode_with_metadata(&picture, &metadata, &heifer::EncodeOptions::default()).unwrap()
}

#[test]
fn heics_may_be_anything() {
    take_foreign(&[heic()], 6);
}

#[test]
fn tiffs_may_be_anything() {
    take_foreign(&[encoded(ImageFormat::Tiff)], 7);
}

#[test]
fn bitmaps_and_netpbms_may_be_anything() {
    take_foreign(&[encoded(ImageFormat::Bmp)], 8);
    take_foreign(&[encoded(ImageFormat::Pnm)], 9);
}

#[test]
fn tgas_and_qois_may_be_anything() {
    take_foreign(&[encoded(ImageFormat::Tga)], 10);
    take_foreign(&[encoded(ImageFormat::Qoi)], 11);
}

/// A small picture of `tests/cases`.
fn case(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)).unwrap()
}

/// A TIFF of L*a*b*, of two pages.
fn lab() -> Vec<u8> {
    use tiff::encoder::{TiffEncoder, colortype};

    let samples: Vec<u8> = (0..24 * 16 * 3).map(|at: u32| at.to_le_bytes()[0]).collect();
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    (0..2).for_each(|_| encoder.write_image::<colortype::RGB8>(24, 16, &samples).unwrap());
    let mut bytes = bytes.into_inner();
    let at = bytes.windows(8).position(|entry| entry == [6, 1, 3, 0, 1, 0, 0, 0]).unwrap();
    bytes[at + 8] = 8;
    bytes
}

#[test]
fn jpeg_xls_and_pcxs_may_be_anything() {
    take_foreign(&[case("coffee.jxl"), case("cmyk.jxl")], 13);
    take_foreign(&[case("pcx.pcx"), lab()], 14);
}

/// A JPEG of inks.
fn inks() -> Vec<u8> {
    use libjpeg_turbo_rs::{PixelFormat, Subsampling, compress};

    let samples: Vec<u8> = (0..24 * 16 * 4).map(|at: u32| at.to_le_bytes()[0]).collect();
    compress(&samples, 24, 16, PixelFormat::Cmyk, 90, Subsampling::S444).unwrap()
}

/// What is decoded before it is sent is made, or a reason is given.
#[test]
fn what_is_decoded_may_be_anything() {
    let samples = [
        turned_jpeg(),
        turned_webp(),
        inks(),
        avif(),
        case("sideways-irot.avif"),
        case("coffee.jxl"),
        case("cmyk.jxl"),
        case("pcx.pcx"),
        lab(),
        heic(),
    ];
    for (seed, sample) in (20..).zip(samples) {
        for bytes in Damage::of(&[sample], seed).take(INPUTS / 80) {
            let Ok(header) = picture::photo(Cursor::new(&bytes)) else { continue };
            if header.upright().count() > 1 << 22 {
                continue;
            }
            let wish = picture::Wish { alpha: picture::Alpha::Keep, size: header.upright() };
            let _ = picture::ready(&bytes, &header, wish, io::sink());
            let _ = picture::mask(&bytes, &header);
        }
    }
    assert_small();
}

/// A raw picture with a preview, a camera, and directories within each other.
fn raw() -> Vec<u8> {
    let preview = encoded(ImageFormat::Jpeg);
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let behind = 8 + 2 + 7 * 12 + 4;
    let entries = [
        entry(0x010f, 2, 6, behind),
        entry(0x0112, 3, 1, 6),
        entry(0x014a, 4, 1, 8),
        entry(0x0201, 4, 1, behind + 6),
        entry(0x0202, 4, 1, u32::try_from(preview.len()).unwrap()),
        entry(0x8769, 4, 1, 8),
        entry(0xc612, 1, 4, 0x0401),
    ];
    [&b"II*\0\x08\0\0\0\x07\0"[..], &entries.concat(), &[0; 4], b"Box 3\0", &preview].concat()
}

/// Fuji's: its head says where the preview is.
fn raf() -> Vec<u8> {
    let preview = encoded(ImageFormat::Jpeg);
    let mut bytes = b"FUJIFILMCCD-RAW 0201FF383501".to_vec();
    bytes.resize(84, 0);
    bytes.extend([100, u32::try_from(preview.len()).unwrap()].map(u32::to_be_bytes).concat());
    bytes.resize(100, 0);
    [bytes, preview].concat()
}

/// Panasonic's: a TIFF of another number, with the preview in an entry of its own.
fn rw2() -> Vec<u8> {
    let preview = encoded(ImageFormat::Jpeg);
    let length = u32::try_from(preview.len()).unwrap().to_le_bytes();
    [&b"IIU\0\x08\0\0\0\x01\0\x2e\0\x07\0"[..], &length, &26_u32.to_le_bytes(), &[0; 4], &preview].concat()
}

/// Canon's: boxes, with the preview in the first track.
fn cr3() -> Vec<u8> {
    let preview = encoded(ImageFormat::Jpeg);
    let boxed = |name: &[u8], body: &[u8]| [&u32::try_from(body.len() + 8).unwrap().to_be_bytes(), name, body].concat();
    let sample = [&[0; 8 + 8 + 24][..], &24_u16.to_be_bytes(), &16_u16.to_be_bytes()].concat();
    let stsz = [&[0; 4][..], &u32::try_from(preview.len()).unwrap().to_be_bytes(), &[0, 0, 0, 1]].concat();
    let canon = [0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48];
    let own = [&canon[..], &boxed(b"CMT1", &exif())].concat();
    let file = |at: u64| {
        let place = [&[0; 4][..], &[0, 0, 0, 1], &at.to_be_bytes()].concat();
        let table = [boxed(b"stsd", &sample), boxed(b"stsz", &stsz), boxed(b"co64", &place)].concat();
        let track = boxed(b"trak", &boxed(b"mdia", &boxed(b"minf", &boxed(b"stbl", &table))));
        let description = boxed(b"moov", &[boxed(b"uuid", &own), track].concat());
        [boxed(b"ftyp", b"crx \0\0\0\x01crx isom"), description, boxed(b"mdat", &preview)].concat()
    };
    let at = file(0).len() - preview.len();
    file(at as u64)
}

#[test]
fn raw_pictures_may_be_anything() {
    take_foreign(&[raw()], 12);
    take_foreign(&[raf(), rw2()], 15);
    take_foreign(&[cr3()], 16);
}

/// What is put on a whole result leaves it whole, whatever the photo's metadata are.
#[test]
fn metadata_may_be_anything() {
    let made = picture::Provenance::new("fal-ai/some-model", "{}".to_owned(), Some(7), "request");
    let results =
        [(Format::Png, ImageFormat::Png), (Format::Jpeg, ImageFormat::Jpeg), (Format::Webp, ImageFormat::WebP)];
    let results = results.map(|(format, kind)| (format, encoded(kind))).into_iter();
    let results: Vec<_> = results.chain([(Format::Avif, avif())]).collect();
    let dressed = |source: &picture::Metadata| {
        for (format, result) in &results {
            for strip in [picture::Strip::None, picture::Strip::Gps] {
                let dress = picture::Dress::new(source.clone(), strip, made.clone());
                if let Ok(bytes) = dress.put_on(*format, result) {
                    picture::complete(Cursor::new(bytes), *format).expect("a whole result stays whole");
                }
            }
        }
    };
    let full = picture::Metadata::of(Cursor::new(turned_jpeg())).unwrap();
    let (_, png) = &results[0];
    let dress = picture::Dress::new(full, picture::Strip::None, made.clone());
    let said = dress.put_on(Format::Png, png).unwrap();
    let said_in_avif = dress.put_on(Format::Avif, &avif()).unwrap();
    for bytes in Damage::of(&[said, said_in_avif, turned_jpeg(), turned_webp()], 8).take(INPUTS / 10) {
        if let Ok(source) = picture::Metadata::of(Cursor::new(&bytes)) {
            dressed(&source);
        }
        for (format, _) in &results {
            let _ = picture::stripped(&bytes, *format, picture::Strip::Gps);
            let _ = picture::stripped(&bytes, *format, picture::Strip::All);
        }
    }
    assert_small();
}

fn take(samples: &[Vec<u8>], format: Format, seed: u64) {
    for sample in samples {
        picture::header(Cursor::new(sample)).expect("the sample itself is a picture");
    }
    Damage::of(samples, seed).take(INPUTS).for_each(|bytes| read(&bytes, format));
    assert_small();
}

#[test]
fn jpegs_may_be_anything() {
    take(&[encoded(ImageFormat::Jpeg), turned_jpeg(), case("portrait.jpg")], Format::Jpeg, 1);
}

#[test]
fn pngs_may_be_anything() {
    take(&[encoded(ImageFormat::Png)], Format::Png, 2);
}

#[test]
fn webps_may_be_anything() {
    take(&[encoded(ImageFormat::WebP), turned_webp()], Format::Webp, 3);
}

#[test]
fn gifs_may_be_anything() {
    take(&[encoded(ImageFormat::Gif)], Format::Gif, 4);
}

#[test]
fn avifs_may_be_anything() {
    take(&[avif()], Format::Avif, 5);
}
