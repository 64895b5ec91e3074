//! JPEG XL (ISO/IEC 18181).

use std::io::{Cursor, Read, Seek};

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use jxl_oxide::{
    AllocTracker, AuxBoxData, EnumColourEncoding, InitializeResult, JxlImage, Moxcms, PixelFormat, RenderingIntent,
};

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
    let mut image = loop {
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
    let (depth, animated) = (about.bit_depth.bits_per_sample(), about.animation.is_some());
    let inks = as_colours(&mut image);
    let format = image.pixel_format();
    Some(Header {
        colour: match format.is_grayscale() {
            _ if inks => Colour::Cmyk,
            true => Colour::Grey,
            false => Colour::Rgb,
        },
        depth: u8::try_from(depth).unwrap_or(u8::MAX),
        alpha: format.has_alpha(),
        animated,
        // They may stand behind the picture.
        carried: Carried { exif: true, xmp: true, iptc: false, icc: true },
        ..Header::plain(Format::Png, Pixels::new(image.width(), image.height()))
    })
}

/// A whole file, which takes no more than so many bytes of memory.
fn opened(bytes: &[u8], most: usize) -> Result<JxlImage, String> {
    let opened = JxlImage::builder().alloc_tracker(AllocTracker::with_limit(most)).read(Cursor::new(bytes));
    let mut image = opened.map_err(|error| error.to_string())?;
    as_colours(&mut image);
    Ok(image)
}

/// Has one of inks come as sRGB, by the profile of its inks; whether it is such.
fn as_colours(image: &mut JxlImage) -> bool {
    let inks = image.pixel_format().has_black();
    if inks {
        image.set_cms(Moxcms);
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    }
    inks
}

/// Its first picture, upright, with the profile of what comes out.
///
/// # Errors
/// What its decoder says.
pub(super) fn decode(bytes: &[u8], most: u64) -> Result<Decoded, String> {
    let image = opened(bytes, usize::try_from(most).unwrap_or(usize::MAX))?;
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
        PixelFormat::Cmyk | PixelFormat::Cmyka => return Err("its inks are not known as colours".to_owned()),
    };
    let made = made.ok_or("it has no pixels")?;
    Ok((made, Some(image.rendered_icc())))
}

/// Its EXIF, XMP and profile.
pub(super) fn said(bytes: &[u8]) -> Option<SaidByJxl> {
    let image = opened(bytes, HEADER_MEMORY.max(4 * bytes.len())).ok()?;
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
