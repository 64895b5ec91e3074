//! Pictures that fal does not take and that can be read here: they are sent as PNG, without loss but for what PNG's
//! 8 bits do not hold.

#[cfg(feature = "jxl")]
mod jxl;
mod pcx;
#[cfg(test)]
mod tests;
mod tiffs;

use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};

use heifer::Options;
use heifer_isobmff::HeifFile;
use heifer_isobmff::boxes::{ColorInfo, Property};
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};

use super::bytes::Bytes;
use super::facts::{Colour, Header};
use super::pixels::{cicp_profile, eight_bits};
use super::tags::{Carried, Orientation};
use super::{HEAD, Kind, Other, PictureError, avif, header, raw, sniff};
use crate::job::{Format, Pixels};

/// What is read at a time.
const PAGE: usize = 4096;
/// Memory that a decoder may take for a header, bytes.
const HEADER_MEMORY: u64 = 64 << 20;

/// Pixels and their colour profile.
type Decoded = (DynamicImage, Option<Vec<u8>>);

/// EXIF, XMP and a profile.
#[cfg(feature = "jxl")]
pub(super) type SaidByJxl = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

/// Reads the header of a photo: of a picture that fal takes, or of one that can be made such; a few kilobytes.
///
/// # Errors
/// As [`header()`].
pub fn photo(mut file: impl Read + Seek) -> Result<Header, PictureError> {
    let other = match header(&mut file) {
        Err(PictureError::Other(other)) => other,
        read => return read,
    };
    let read = match other {
        Other::Heic => of_heic(&mut file),
        Other::Raw => return raw::preview(&mut file).ok_or(PictureError::NoPreview),
        Other::Tiff if is_raw(&mut file) => return raw::preview(&mut file).ok_or(PictureError::NoPreview),
        Other::Tiff => match tiffs::unread(&mut file) {
            Some(how) => return Err(PictureError::Packed(how)),
            None if tiffs::has_unread_planes(&mut file) => None,
            None => of_others(&mut file, ImageFormat::Tiff).or_else(|| tiffs::header(&mut file)),
        },
        Other::Pcx => pcx::size(&mut file).map(|size| Header::plain(Format::Png, size)),
        #[cfg(feature = "jxl")]
        Other::JpegXl => jxl::header(&mut file),
        other => image_format(other).and_then(|format| of_others(&mut file, format)),
    };
    let pages = other == Other::Tiff && tiffs::has_pages(&mut file);
    let read = read.map(|header| Header { converts: Some(other), pages, ..header });
    // What is not understood is named as what it is.
    let read = read.filter(|header| header.pixels.count() > 0).ok_or(PictureError::Other(other))?;
    if read.pixels.width.max(read.pixels.height) > u32::from(u16::MAX) {
        return Err(PictureError::TooLarge { format: Format::Png, most: u16::MAX.into() });
    }
    Ok(read)
}

/// Checks that a photo has its end, as far as that is known before it is decoded.
///
/// # Errors
/// If it ends too early or cannot be read.
pub fn photo_ends_well(file: impl Read + Seek, header: &Header) -> Result<(), PictureError> {
    match header.converts {
        None => super::ends_well(file, header.format),
        Some(Other::Heic) => heic_ends_well(file),
        Some(_) => Ok(()),
    }
}

fn heic_ends_well(file: impl Read + Seek) -> Result<(), PictureError> {
    let mut bytes = Bytes::new(file, PAGE).map_err(PictureError::Unreadable)?;
    avif::complete(&mut bytes).map_err(|_| PictureError::Cut(Other::Heic))
}

/// Decodes a photo of another format, as it is stored; HEIC upright.
///
/// # Errors
/// What its decoder says.
pub(super) fn decode(bytes: &[u8], other: Other, most: u64) -> Result<Decoded, String> {
    if other == Other::Heic {
        let options = Options { max_threads: 1, max_pixels: most / 12 };
        let picture = heifer::decode_rgba8(bytes, &options).map_err(|error| error.to_string())?;
        let profile = heifer::read_metadata(bytes).ok().and_then(|metadata| metadata.icc_profile);
        let profile = profile.or_else(|| heic_profile(bytes));
        let has_alpha = picture.has_alpha;
        let pixels = RgbaImage::from_raw(picture.width, picture.height, picture.data).ok_or("it has no pixels")?;
        let pixels = DynamicImage::from(pixels);
        return Ok((if has_alpha { pixels } else { pixels.into_rgb8().into() }, profile));
    }
    if other == Other::Raw {
        let preview = raw::preview_in(bytes).ok_or("its preview cannot be found")?;
        let mut decoder = decoder(Cursor::new(preview), ImageFormat::Jpeg, most).ok_or("its preview cannot be read")?;
        let profile = decoder.icc_profile().ok().flatten();
        let picture = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
        return Ok((picture, profile));
    }
    match other {
        Other::Pcx => return pcx::decode(bytes).map(|picture| (picture, None)),
        #[cfg(feature = "jxl")]
        Other::JpegXl => return jxl::decode(bytes, most),
        Other::Tiff => {
            if tiffs::claim_too_much(bytes) {
                return Err("a JPEG in it says that it is larger than the whole".into());
            }
            if let Some(decoded) = tiffs::decode(bytes, most) {
                return Ok(decoded);
            }
        }
        _ => {}
    }
    let format = image_format(other).ok_or("nobody here reads it")?;
    let mut decoder = decoder(Cursor::new(bytes), format, most).ok_or("its header cannot be read")?;
    let profile = decoder.icc_profile().ok().flatten();
    let inks = is_of_inks(&decoder);
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    let picture = if other == Other::Tiff { tiffs::as_it_was(picture, bytes) } else { picture };
    let (picture, is_srgb) = eight_bits(picture, profile.as_deref());
    Ok((picture, profile.filter(|_| !inks && !is_srgb)))
}

/// The profile of a HEIC that says by numbers what its colours are (ITU-T H.273), where that is not sRGB.
pub(super) fn heic_profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let file = HeifFile::parse(bytes).ok()?;
    let of = |id| {
        file.item_properties(id).ok()?.find_map(|property| match property {
            Property::Color(ColorInfo::Nclx { primaries, transfer, .. }) => Some((*primaries, *transfer)),
            _ => None,
        })
    };
    // Some say it of the tiles alone.
    let main = file.primary_id;
    let (primaries, transfer) = of(main).or_else(|| of(*file.referenced_items(main, b"dimg").first()?))?;
    cicp_profile(u8::try_from(primaries).ok()?, u8::try_from(transfer).ok()?)
}

/// What a JPEG XL says of itself: EXIF, XMP and the profile of what it is decoded to.
#[cfg(feature = "jxl")]
pub(super) fn said_by_jxl(bytes: &[u8]) -> Option<SaidByJxl> {
    jxl::said(bytes)
}

fn is_of_inks(decoder: &impl ImageDecoder) -> bool {
    matches!(decoder.original_color_type(), ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16)
}

/// HEIC is described as AVIF is; its decoder turns it upright.
fn of_heic(file: &mut (impl Read + Seek)) -> Option<Header> {
    file.rewind().ok()?;
    let read = avif::header(Bytes::new(file, PAGE).ok()?).ok()?;
    Some(Header { format: Format::Png, pixels: read.upright(), orientation: Orientation::Upright, ..read })
}

fn of_others(file: &mut (impl Read + Seek), format: ImageFormat) -> Option<Header> {
    file.rewind().ok()?;
    let mut decoder = decoder(BufReader::with_capacity(PAGE, file), format, HEADER_MEMORY)?;
    let (width, height) = decoder.dimensions();
    let colour = decoder.color_type();
    let mut header = Header::plain(Format::Png, Pixels::new(width, height));
    header.colour = match colour.has_color() {
        _ if is_of_inks(&decoder) => Colour::Cmyk,
        true => Colour::Rgb,
        false => Colour::Grey,
    };
    header.alpha = colour.has_alpha();
    header.depth = if colour.bytes_per_pixel() / colour.channel_count() > 1 { 16 } else { 8 };
    if format == ImageFormat::Tiff {
        header.orientation = decoder.orientation().ok().and_then(Orientation::of_image).unwrap_or_default();
        header.carried = Carried {
            exif: true,
            xmp: decoder.xmp_metadata().is_ok_and(|packet| packet.is_some()),
            iptc: false,
            icc: decoder.icc_profile().is_ok_and(|profile| profile.is_some()),
        };
    }
    Some(header)
}

fn decoder<'a, R: std::io::BufRead + Seek + 'a>(
    file: R,
    format: ImageFormat,
    most: u64,
) -> Option<impl ImageDecoder + 'a> {
    let mut reader = ImageReader::with_format(file, format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(most);
    reader.limits(limits);
    reader.into_decoder().ok()
}

fn image_format(other: Other) -> Option<ImageFormat> {
    match other {
        Other::Tiff => Some(ImageFormat::Tiff),
        Other::Bmp => Some(ImageFormat::Bmp),
        Other::Netpbm => Some(ImageFormat::Pnm),
        Other::Tga => Some(ImageFormat::Tga),
        Other::Qoi => Some(ImageFormat::Qoi),
        _ => None,
    }
}

/// Whether a TIFF's first directory is a camera's: of a raw picture it shows but a preview (DNG 1.7, `DNGVersion` and
/// `NewSubfileType`).
fn is_raw(file: &mut (impl Read + Seek)) -> bool {
    raw_directory(file).unwrap_or(false)
}

fn raw_directory(file: &mut (impl Read + Seek)) -> Option<bool> {
    file.rewind().ok()?;
    let mut head = [0; 8];
    file.read_exact(&mut head).ok()?;
    let little = head.first() == Some(&b'I');
    let u16_of = |bytes: [u8; 2]| if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
    let u32_of = |bytes: [u8; 4]| if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
    file.seek(SeekFrom::Start(u32_of(*head.get(4..)?.first_chunk()?).into())).ok()?;
    let mut count = [0; 2];
    file.read_exact(&mut count).ok()?;
    let mut entries = Vec::new();
    file.take(12 * u64::from(u16_of(count))).read_to_end(&mut entries).ok()?;
    Some(entries.chunks_exact(12).any(|entry| {
        let tag = entry.first_chunk().map_or(0, |tag| u16_of(*tag));
        let value = entry.get(8..).and_then(|value| value.first_chunk()).map_or(0, |value| u32_of(*value));
        tag == 0xc612 || (tag == 0x00fe && value & 1 == 1)
    }))
}

/// What a file is that metadata are read of: its kind by its first bytes.
pub(super) fn kind(file: &mut (impl Read + Seek)) -> std::io::Result<Kind> {
    file.rewind()?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(sniff(&head))
}
