//! What a picture carries beside its pixels, as far as its header is read: which way up it is, and what is there.

mod exif;
mod orientation;
mod text;
mod xmp;

use super::bytes::Bytes;
use super::error::Flaw;
pub use orientation::Orientation;
pub(super) use text::{Text, text_chunk};

use std::io::{Read, Seek};

/// Enough for the first directory of almost every block of EXIF, bytes.
const MOSTLY: u64 = 4096;
/// The longest block of EXIF or XMP that is looked into, bytes: JPEG holds 64 kB of either.
pub(super) const LONGEST: u64 = 1 << 20;

/// What JPEG puts before EXIF in a segment, and some writers in other formats, too.
pub(super) const EXIF: &[u8] = b"Exif\0\0";
/// What JPEG puts before XMP (XMP specification, part 3, 1.1.3).
pub(super) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// What JPEG puts before a part of an ICC profile (ICC.1, annex B.4).
pub(super) const ICC: &[u8] = b"ICC_PROFILE\0";
/// What JPEG puts before a word on its gain map (ISO 21496-1, annex C).
const GAIN_MAP: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";
/// What JPEG puts before an index of further pictures (CIPA DC-007, 5.2.1).
const MULTI_PICTURE: &[u8] = b"MPF\0";
/// What JPEG puts before Photoshop's resources, IPTC among them.
pub(super) const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

/// Which metadata a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not")]
pub struct Carried {
    /// EXIF: date, camera, place.
    pub exif: bool,
    /// XMP: rights, keywords, rating.
    pub xmp: bool,
    /// IPTC's older form of the same.
    pub iptc: bool,
    /// A colour profile.
    pub icc: bool,
}

/// What phones put beside a photo into its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not")]
pub struct Besides {
    /// A map by which screens that can make it brighter.
    pub gain_map: bool,
    /// A film.
    pub film: bool,
    /// A map of how far away what it shows is.
    pub depth_map: bool,
    /// A matte of what it shows: a person, their hair, the sky.
    pub matte: bool,
}

impl Besides {
    /// What one of two has.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            gain_map: self.gain_map || other.gain_map,
            film: self.film || other.film,
            depth_map: self.depth_map || other.depth_map,
            matte: self.matte || other.matte,
        }
    }
}

/// What a JPEG says of further pictures behind it.
#[derive(Debug)]
pub(super) struct Index {
    /// Where the block stands in the file, bytes: places in it are counted from there.
    pub(super) at: u64,
    pub(super) block: Vec<u8>,
}

/// What has been seen of a picture's metadata so far.
#[derive(Debug, Default)]
pub(super) struct Tags {
    pub(super) carried: Carried,
    pub(super) besides: Besides,
    pub(super) index: Option<Index>,
    by_exif: Option<Orientation>,
    by_xmp: Option<Orientation>,
}

impl Tags {
    /// Which way up it is: EXIF's word, and where it has none XMP's, as Pillow reads it.
    pub(super) fn orientation(&self) -> Orientation {
        self.by_exif.or(self.by_xmp).unwrap_or_default()
    }

    /// Whether what comes later can no more change that.
    pub(super) fn is_settled(&self) -> bool {
        self.by_exif.is_some()
    }

    /// Takes in a block of EXIF, with JPEG's prefix or without.
    pub(super) fn exif(&mut self, block: &[u8]) {
        self.carried.exif = true;
        if self.by_exif.is_none() {
            self.by_exif = exif::orientation(bare(block)).ok().flatten();
        }
    }

    /// Takes in a packet of XMP.
    pub(super) fn xmp(&mut self, packet: &[u8]) {
        self.carried.xmp = true;
        xmp::besides(packet, &mut self.besides);
        if self.by_xmp.is_none() {
            self.by_xmp = xmp::orientation(packet);
        }
    }

    /// Reads a block of EXIF of this length, no more of it than is needed; how many bytes that were.
    pub(super) fn read_exif<R: Read + Seek>(&mut self, bytes: &mut Bytes<R>, length: u64) -> Result<u64, Flaw> {
        let mut block = bytes.up_to(length.min(MOSTLY))?;
        if exif::orientation(bare(&block)).is_err() {
            block.extend(bytes.up_to(length.min(LONGEST).saturating_sub(block.len() as u64))?);
        }
        self.exif(&block);
        Ok(block.len() as u64)
    }

    /// Reads a packet of XMP of this length, unless EXIF has said already what it is asked for.
    pub(super) fn read_xmp<R: Read + Seek>(&mut self, bytes: &mut Bytes<R>, length: u64) -> Result<u64, Flaw> {
        self.carried.xmp = true;
        if self.is_settled() {
            return Ok(0);
        }
        let packet = bytes.up_to(length.min(LONGEST))?;
        self.xmp(&packet);
        Ok(packet.len() as u64)
    }

    /// Reads what it needs of one of JPEG's application segments of this length; how many bytes that were.
    pub(super) fn read_segment<R: Read + Seek>(
        &mut self,
        bytes: &mut Bytes<R>,
        code: u8,
        length: u64,
    ) -> Result<u64, Flaw> {
        let longest = match code {
            0xe1 => XMP.len(),
            0xe2 => ICC.len(),
            0xed => PHOTOSHOP.len(),
            _ => return Ok(0),
        };
        let mut head = bytes.up_to(length.min(longest as u64))?;
        let read = head.len() as u64;
        let rest = length.saturating_sub(read);
        match code {
            0xe1 if head.starts_with(EXIF) => {
                let mut block = head;
                block.extend(bytes.up_to(rest.min(MOSTLY))?);
                if exif::orientation(bare(&block)).is_err() {
                    block.extend(bytes.up_to(length.saturating_sub(block.len() as u64))?);
                }
                self.exif(&block);
                return Ok(block.len() as u64);
            }
            0xe1 if head == XMP => {
                // It alone says what lies behind the picture.
                let packet = bytes.up_to(rest)?;
                self.xmp(&packet);
                return Ok(read + packet.len() as u64);
            }
            0xe2 if head.starts_with(MULTI_PICTURE) => {
                let at = bytes.position().saturating_sub(read).saturating_add(MULTI_PICTURE.len() as u64);
                let mut block = head.split_off(MULTI_PICTURE.len());
                block.extend(bytes.up_to(rest)?);
                let length = MULTI_PICTURE.len() + block.len();
                self.index = Some(Index { at, block });
                return Ok(length as u64);
            }
            0xe2 => {
                self.carried.icc |= head == ICC;
                self.besides.gain_map |= GAIN_MAP.starts_with(&head);
            }
            0xed => self.carried.iptc |= head == PHOTOSHOP,
            _ => {}
        }
        Ok(read)
    }
}

/// The block itself.
fn bare(block: &[u8]) -> &[u8] {
    block.strip_prefix(EXIF).unwrap_or(block)
}
