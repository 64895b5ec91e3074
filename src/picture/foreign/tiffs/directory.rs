//! What a TIFF's directory says of its pages (TIFF 6.0), as far as decoders do not tell it.

use std::io::{Read, Seek, SeekFrom};

use crate::job::{Format, Pixels};
use crate::picture::facts::{Colour, Header};
use crate::picture::tags::{Carried, Orientation};

const SUBFILE: u16 = 0x00fe;
const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const DEPTH: u16 = 0x0102;
const COMPRESSION: u16 = 0x0103;
/// What the samples are.
pub(super) const PHOTOMETRIC: u16 = 0x0106;
const ORIENTATION: u16 = 0x0112;
const SAMPLES: u16 = 0x0115;
const PLANES: u16 = 0x011c;
const TILE_WIDTH: u16 = 0x0142;
const EXTRA: u16 = 0x0152;
const SUBSAMPLING: u16 = 0x0212;
const XMP: u16 = 0x02bc;
const ICC: u16 = 0x8773;

/// What [`PHOTOMETRIC`] says: shades, colours, places in a list of colours, brightness with what it differs from colours by,
/// CIE L*a*b* with pairs of colours around zero, or as ICC has them.
pub(super) const GREY: u8 = 1;
pub(super) const COLOURS: u8 = 2;
pub(super) const PALETTE: u8 = 3;
pub(super) const YCBCR: u8 = 6;
pub(super) const CIE_LAB: u8 = 8;
pub(super) const ICC_LAB: u8 = 9;

/// What [`EXTRA`] says of a mask that its colours were multiplied by.
const MULTIPLIED: u32 = 1;
/// What [`PLANES`] says where each sample has a plane of its own.
const OF_THEIR_OWN: u32 = 2;
/// Inks.
const INKS: u32 = 5;
/// JPEG as a decoder takes it.
const JPEG: u32 = 7;

/// A directory of a TIFF.
pub(super) struct Directory {
    entries: Vec<u8>,
    /// Whether bytes go from the small end.
    pub(super) little: bool,
    /// Where the entries are.
    pub(super) start: usize,
}

impl Directory {
    /// The first page's; `None` if it cannot be found, as in a file of more than 4 GiB.
    pub(super) fn first(file: &mut (impl Read + Seek)) -> Option<Self> {
        file.rewind().ok()?;
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let little = head.starts_with(b"II*\0");
        if !little && !head.starts_with(b"MM\0*") {
            return None;
        }
        Self::at(file, u32_of(head.get(4..)?, little)?, little)
    }

    fn at(file: &mut (impl Read + Seek), at: u32, little: bool) -> Option<Self> {
        file.seek(SeekFrom::Start(at.into())).ok()?;
        let mut count = [0; 2];
        file.read_exact(&mut count).ok()?;
        let mut entries = Vec::new();
        file.take(12 * u64::from(u16_of(&count, little)?)).read_to_end(&mut entries).ok()?;
        Some(Self { entries, little, start: usize::try_from(at).ok()? + 2 })
    }

    /// The next page's.
    fn next(&self, file: &mut (impl Read + Seek)) -> Option<Self> {
        file.seek(SeekFrom::Start((self.start + self.entries.len()) as u64)).ok()?;
        let mut next = [0; 4];
        file.read_exact(&mut next).ok()?;
        let next = u32_of(&next, self.little).filter(|next| *next > 0)?;
        Self::at(file, next, self.little)
    }

    /// Which entry is a tag's.
    pub(super) fn position(&self, tag: u16) -> Option<usize> {
        self.entries.chunks_exact(12).position(|entry| u16_of(entry, self.little) == Some(tag))
    }

    fn entry(&self, tag: u16) -> Option<&[u8]> {
        self.entries.chunks_exact(12).nth(self.position(tag)?)
    }

    /// A tag's number, or where its values are.
    pub(super) fn number(&self, tag: u16) -> Option<u32> {
        let entry = self.entry(tag)?;
        match u16_of(entry.get(2..)?, self.little)? {
            3 => Some(u16_of(entry.get(8..)?, self.little)?.into()),
            _ => u32_of(entry.get(8..)?, self.little),
        }
    }

    /// A tag's two small numbers.
    fn pair(&self, tag: u16) -> Option<(u16, u16)> {
        let values = self.entry(tag)?.get(8..)?;
        Some((u16_of(values, self.little)?, u16_of(values.get(2..)?, self.little)?))
    }

    /// What is read here of pages that decoders leave to others: L*a*b*, a list of colours, and JPEG's own colours.
    pub(super) fn header(&self, file: &mut (impl Read + Seek)) -> Option<Header> {
        let (colour, depth) = match u8::try_from(self.number(PHOTOMETRIC)?).ok()? {
            CIE_LAB | ICC_LAB => (Colour::Lab, if self.is_deep(file)? { 16 } else { 8 }),
            PALETTE if self.has_readable_places() => (Colour::Palette, 8),
            YCBCR if self.number(DEPTH)? != 16 && self.has_whole_colours() => (Colour::Rgb, 8),
            _ => return None,
        };
        let orientation = self.number(ORIENTATION).and_then(|tag| Orientation::from_tag(u16::try_from(tag).ok()?));
        let carried = Carried {
            exif: true,
            xmp: self.position(XMP).is_some(),
            // That of L*a*b* is for what it becomes no longer.
            icc: self.position(ICC).is_some() && colour != Colour::Lab,
            ..Carried::default()
        };
        let pixels = Pixels::new(self.number(WIDTH)?, self.number(HEIGHT)?);
        Some(Header {
            colour,
            depth,
            carried,
            orientation: orientation.unwrap_or_default(),
            ..Header::plain(Format::Png, pixels)
        })
    }

    /// Whether L*a*b* has more than 8 bits. Where there are three depths the number says where they stand.
    fn is_deep(&self, file: &mut (impl Read + Seek)) -> Option<bool> {
        let at = u32_of(self.entry(DEPTH)?.get(8..)?, self.little)?;
        file.seek(SeekFrom::Start(at.into())).ok()?;
        let mut depth = [0; 2];
        Some(file.read_exact(&mut depth).is_ok() && u16_of(&depth, self.little) == Some(16))
    }

    /// Places of less than a byte are read where each row begins with one.
    fn has_readable_places(&self) -> bool {
        let depth = self.number(DEPTH).unwrap_or(1);
        let is_whole = matches!(depth, 8 | 16) || (matches!(depth, 1 | 2 | 4) && self.position(TILE_WIDTH).is_none());
        is_whole && self.number(SAMPLES).unwrap_or(1) == 1
    }

    /// JPEG puts its colours beside each brightness by itself.
    fn has_whole_colours(&self) -> bool {
        self.number(COMPRESSION) == Some(JPEG) || self.pair(SUBSAMPLING) == Some((1, 1))
    }

    /// Whether inks, L*a*b* or JPEG's own colours lie in planes, which nobody reads here.
    pub(super) fn has_unread_planes(&self) -> bool {
        let is_colour = |said: u32| said == INKS || [YCBCR, CIE_LAB, ICC_LAB].map(u32::from).contains(&said);
        self.number(PLANES) == Some(OF_THEIR_OWN) && self.number(PHOTOMETRIC).is_some_and(is_colour)
    }

    /// Whether its colours were multiplied by its mask.
    pub(super) fn is_multiplied(&self) -> bool {
        self.number(EXTRA) == Some(MULTIPLIED)
    }

    /// What it is compressed with, if that is not read here.
    pub(super) fn unread(&self) -> Option<&'static str> {
        match self.number(COMPRESSION).unwrap_or(1) {
            1 | 4 | 5 | JPEG | 8 | 0x80b2 | 0x8005 => None,
            2 | 3 => Some("CCITT Group 3"),
            6 => Some("JPEG in its first way"),
            34_712 => Some("JPEG 2000"),
            34_887 => Some("LERC"),
            34_925 => Some("LZMA"),
            50_000 => Some("ZSTD"),
            50_001 => Some("WebP"),
            50_002 => Some("JPEG XL"),
            _ => Some("something rare"),
        }
    }

    /// Whether a page follows: of another picture than a smaller one of this, or than its mask.
    pub(super) fn has_more(&self, file: &mut (impl Read + Seek)) -> bool {
        const SMALLER_OR_MASK: u32 = 0b101;
        self.next(file).is_some_and(|next| next.number(SUBFILE).unwrap_or(0) & SMALLER_OR_MASK == 0)
    }
}

fn u16_of(bytes: &[u8], little: bool) -> Option<u16> {
    let bytes = *bytes.first_chunk()?;
    Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
}

fn u32_of(bytes: &[u8], little: bool) -> Option<u32> {
    let bytes = *bytes.first_chunk()?;
    Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
}
