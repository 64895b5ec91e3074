//! JPEG XL (ISO/IEC 18181).

use std::io::{Cursor, Read, Seek};

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use jxl_oxide::{AllocTracker, AuxBoxData, InitializeResult, JxlImage, PixelFormat};

use super::{Decoded, SaidByJxl};
use crate::job::{Format, Pixels};
use crate::picture::facts::{Colour, Header};
use crate::picture::tags::Carried;

/// What is read at a time.
const PAGE: usize = 4096;
/// How far into a file its header is looked for, bytes: a profile may stand before its end.
const HEAD: usize = 4 << 20;
/// Memory for a header, bytes.
const HEADER_MEMORY: usize = 64 << 20;

/// What its header says; it is decoded upright.
pub(super) fn header(file: &mut (impl Read + Seek)) -> Option<Header> {
    file.rewind().ok()?;
    let mut reading = JxlImage::builder().alloc_tracker(AllocTracker::with_limit(HEADER_MEMORY)).build_uninit();
    let (mut rest, mut read) = (Vec::new(), 0);
    let image = loop {
        let before = rest.len();
        file.by_ref().take(PAGE as u64).read_to_end(&mut rest).ok()?;
        read += rest.len() - before;
        if rest.len() == before || read > HEAD {
            return None;
        }
        let taken = reading.feed_bytes(&rest).ok()?;
        rest.drain(..taken.min(rest.len()));
        match reading.try_init().ok()? {
            InitializeResult::NeedMoreData(more) => reading = more,
            InitializeResult::Initialized(image) => break image,
        }
    };
    let about = &image.image_header().metadata;
    let format = image.pixel_format();
    // Nobody reads inks of it here: it is named on the plan instead of failing later.
    if matches!(format, PixelFormat::Cmyk | PixelFormat::Cmyka) {
        return None;
    }
    Some(Header {
        colour: if format.is_grayscale() { Colour::Grey } else { Colour::Rgb },
        depth: u8::try_from(about.bit_depth.bits_per_sample()).unwrap_or(u8::MAX),
        alpha: format.has_alpha(),
        animated: about.animation.is_some(),
        // They may stand behind the picture.
        carried: Carried { exif: true, xmp: true, iptc: false, icc: true },
        ..Header::plain(Format::Png, Pixels::new(image.width(), image.height()))
    })
}

/// Its first picture, upright, with the profile of what comes out.
///
/// # Errors
/// What its decoder says.
pub(super) fn decode(bytes: &[u8], most: u64) -> Result<Decoded, String> {
    let tracker = AllocTracker::with_limit(usize::try_from(most).unwrap_or(usize::MAX));
    let image =
        JxlImage::builder().alloc_tracker(tracker).read(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let format = image.pixel_format();
    let picture = image.render_frame(0).map_err(|error| error.to_string())?;
    let mut stream = picture.stream();
    let (width, height) = (stream.width(), stream.height());
    let mut samples = vec![0_u8; width as usize * height as usize * stream.channels() as usize];
    stream.write_to_buffer(&mut samples);
    let made = match format {
        PixelFormat::Gray => GrayImage::from_raw(width, height, samples).map(DynamicImage::from),
        PixelFormat::Graya => GrayAlphaImage::from_raw(width, height, samples).map(Into::into),
        PixelFormat::Rgb => RgbImage::from_raw(width, height, samples).map(Into::into),
        PixelFormat::Rgba => RgbaImage::from_raw(width, height, samples).map(Into::into),
        PixelFormat::Cmyk | PixelFormat::Cmyka => return Err("its inks are not read".to_owned()),
    };
    let made = made.ok_or("it has no pixels")?;
    Ok((made, Some(image.rendered_icc())))
}

/// Its EXIF, XMP and profile.
pub(super) fn said(bytes: &[u8]) -> Option<SaidByJxl> {
    let tracker = AllocTracker::with_limit(HEADER_MEMORY.max(4 * bytes.len()));
    let image = JxlImage::builder().alloc_tracker(tracker).read(Cursor::new(bytes)).ok()?;
    let boxes = image.aux_boxes();
    let exif = match boxes.first_exif() {
        Ok(AuxBoxData::Data(exif)) => exif.payload().get(exif.tiff_header_offset() as usize..).map(<[u8]>::to_vec),
        _ => None,
    };
    let xmp = match boxes.first_xml() {
        AuxBoxData::Data(packet) => Some(packet.to_vec()),
        _ => None,
    };
    Some((exif, xmp, Some(image.rendered_icc())))
}
