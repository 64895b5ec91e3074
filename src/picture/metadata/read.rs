//! Metadata read from a photo, by the places where each format has them.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek};

use flate2::read::ZlibDecoder;
use heifer_isobmff::HeifFile;

use super::parts::{Left, MOST, Metadata};
use super::{avif, iptc};
use crate::job::Format;
use crate::picture::bytes::Bytes;
use crate::picture::error::Flaw;
use crate::picture::facts::{Colour, Header};
use crate::picture::pixels::srgb_profile;
use crate::picture::tags::{EXIF, ICC, PHOTOSHOP, Text, XMP, text_chunk};
use crate::picture::{Kind, Other, foreign, jpeg, png, raw};

const PAGE: usize = 16 * 1024;
/// How much of a PNG's end is looked through, bytes.
const END: u64 = 256 * 1024;
/// The longest HEIC, AVIF or JPEG XL that is read for its metadata, bytes.
const LONGEST: u64 = 64 << 20;

impl Metadata {
    /// Reads what a photo of any format says of itself, as far as it is read here.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of(mut file: impl Read + Seek) -> io::Result<Self> {
        let header = foreign::photo(&mut file).ok();
        let read = match foreign::kind(&mut file)? {
            Kind::Picture(format) => Self::read(&mut file, format),
            Kind::Other(Other::Heic) => Ok(of_heic(&all(&mut file)?)),
            #[cfg(feature = "jxl")]
            Kind::Other(Other::JpegXl) => {
                let (exif, xmp, icc) = foreign::said_by_jxl(&all(&mut file)?).unwrap_or_default();
                Ok(Self { exif, xmp, iptc: None, icc, left: None }.short())
            }
            Kind::Other(Other::Tiff | Other::Raw) => Ok(of_directories(&mut file)),
            Kind::Other(_) => Ok(Self::default()),
        }?;
        // What is sent is in sRGB, and so is what comes back.
        let is_grey = header.as_ref().is_some_and(|header| header.colour == Colour::Grey);
        Ok(match header.filter(Header::is_made_plain) {
            Some(_) => Self { icc: srgb_profile(is_grey), ..read },
            None => read,
        })
    }

    /// Reads what a photo says of itself. What is damaged or longer than anybody writes is not there. It blocks for as
    /// long as the disk takes; of a large file a few pages are read.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(file: impl Read + Seek, format: Format) -> io::Result<Self> {
        let mut bytes = Bytes::new(file, PAGE)?;
        let mut found = Self::default();
        let read = match format {
            Format::Jpeg => of_jpeg(&mut bytes, &mut found),
            Format::Png => of_png(&mut bytes, &mut found),
            Format::Webp => of_webp(&mut bytes, &mut found),
            Format::Avif => {
                let mut all = bytes.into_inner()?;
                all.rewind()?;
                let mut read = Vec::new();
                all.take(LONGEST).read_to_end(&mut read)?;
                return Ok(of_boxes(&read).unwrap_or_default());
            }
            Format::Gif => Ok(()),
        };
        match read {
            Err(Flaw::Unreadable(error)) => Err(error),
            // Whether it is whole is for others to ask.
            _ => Ok(found),
        }
    }

    /// Without what is longer than anybody writes, and without a profile that is none.
    fn short(mut self) -> Self {
        let Self { exif, xmp, iptc, icc, left } = &mut self;
        for (kind, name) in [(exif, "EXIF"), (xmp, "XMP"), (iptc, "IPTC")] {
            if kind.take_if(|bytes| bytes.is_empty() || bytes.len() > MOST).is_some_and(|bytes| !bytes.is_empty()) {
                *left = Some(Left::TooLong(name));
            }
        }
        if icc.take_if(|profile| !is_whole(profile)).is_some() {
            *left = Some(Left::Profile);
        }
        self
    }

    fn take_profile(&mut self, profile: Option<Vec<u8>>) {
        let Some(profile) = profile else { return };
        if is_whole(&profile) {
            self.icc = Some(profile);
        } else {
            self.left = Some(Left::Profile);
        }
    }

    fn take_exif(&mut self, block: &[u8]) {
        let bare = block.strip_prefix(EXIF).unwrap_or(block);
        self.exif.get_or_insert_with(|| bare.to_vec());
    }

    fn take_text(&mut self, name: [u8; 4], body: &[u8]) {
        match text_chunk(name, body) {
            Some(Text::Exif(block)) => self.take_exif(&block),
            Some(Text::Xmp(packet)) => drop(self.xmp.get_or_insert(packet)),
            Some(Text::Iptc(resources)) => self.iptc = self.iptc.take().or_else(|| iptc::within(&resources)),
            None => {}
        }
    }
}

fn all(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn of_heic(bytes: &[u8]) -> Metadata {
    let read = of_boxes(bytes).unwrap_or_default();
    let icc = read.icc.or_else(|| foreign::heic_profile(bytes));
    Metadata { icc, ..read }
}

fn of_boxes(bytes: &[u8]) -> Option<Metadata> {
    let file = HeifFile::parse(bytes).ok()?;
    let main = file.primary_id;
    let icc = avif::icc(&file).map(<[u8]>::to_vec);
    let (exif, xmp) = (file.exif(main).ok().flatten(), file.xmp(main).ok().flatten());
    Some(Metadata { exif, xmp, iptc: None, icc, left: None }.short())
}

fn of_jpeg<R: Read + Seek>(bytes: &mut Bytes<R>, found: &mut Metadata) -> Result<(), Flaw> {
    bytes.skip(2)?;
    let (mut profile, mut resources) = (BTreeMap::new(), Vec::new());
    loop {
        let code = jpeg::marker(bytes)?;
        match code {
            0xe1 | 0xe2 | 0xed => {
                let length = jpeg::segment(bytes)?;
                let body = bytes.up_to(length)?;
                if let Some(block) = body.strip_prefix(EXIF) {
                    found.take_exif(block);
                } else if let Some(packet) = body.strip_prefix(XMP) {
                    found.xmp.get_or_insert_with(|| packet.to_vec());
                } else if let Some([number, _, piece @ ..]) = body.strip_prefix(ICC) {
                    profile.insert(*number, piece.to_vec());
                } else if let Some(more) = body.strip_prefix(PHOTOSHOP) {
                    resources.extend(more);
                }
            }
            // The picture's data and what follows it hold none.
            0xd9 | 0xda => break,
            code => jpeg::skip_segment(bytes, code)?,
        }
    }
    let profile: Vec<u8> = profile.into_values().flatten().collect();
    found.take_profile(Some(profile).filter(|profile| !profile.is_empty()));
    found.iptc = iptc::within(&resources);
    Ok(())
}

fn of_png<R: Read + Seek>(bytes: &mut Bytes<R>, found: &mut Metadata) -> Result<(), Flaw> {
    bytes.skip(8)?;
    loop {
        let (length, name) = png::chunk(bytes)?;
        match &name {
            b"IDAT" => break,
            b"IEND" => return Ok(()),
            b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt" | b"iCCP" if length <= MOST as u64 => {
                let body = bytes.up_to(length)?;
                bytes.skip(4)?;
                match &name {
                    b"eXIf" => found.take_exif(&body),
                    b"iCCP" => found.take_profile(unpacked(&body)),
                    _ => found.take_text(name, &body),
                }
            }
            b"iCCP" => {
                found.left = Some(Left::Profile);
                bytes.skip(length + 4)?;
            }
            b"eXIf" | b"zTXt" | b"iTXt" => {
                let keyword = bytes.up_to(32)?;
                if &name == b"eXIf" {
                    found.left = Some(Left::TooLong("EXIF"));
                } else if keyword.starts_with(b"XML:com.adobe.xmp\0") {
                    found.left = Some(Left::TooLong("XMP"));
                }
                bytes.skip(length - keyword.len() as u64 + 4)?;
            }
            _ => bytes.skip(length + 4)?,
        }
    }
    bytes.go_to_tail(bytes.left().min(END))?;
    let tail = bytes.up_to(END)?;
    for (name, body) in png::behind(&tail) {
        if &name == b"eXIf" {
            found.take_exif(body);
        } else {
            found.take_text(name, body);
        }
    }
    Ok(())
}

/// Of a TIFF, or of a raw picture that is made like one; Fuji's has its EXIF in its preview.
fn of_directories(file: &mut (impl Read + Seek)) -> Metadata {
    let raw::Said { exif, xmp, iptc, icc } = raw::said(file);
    if exif.is_none()
        && let Some(preview) = raw::preview_of(file)
    {
        return Metadata::read(Cursor::new(preview), Format::Jpeg).unwrap_or_default();
    }
    Metadata { exif, xmp, iptc, icc, left: None }.short()
}

fn of_webp<R: Read + Seek>(bytes: &mut Bytes<R>, found: &mut Metadata) -> Result<(), Flaw> {
    bytes.skip(12)?;
    while bytes.left() >= 8 {
        let name = bytes.array::<4>()?;
        let length = u64::from(bytes.le32()?);
        let padding = length % 2;
        let kind = match &name {
            b"EXIF" => "EXIF",
            b"XMP " => "XMP",
            b"ICCP" => "colour profile",
            _ => "",
        };
        if kind.is_empty() || length > MOST as u64 {
            if !kind.is_empty() {
                found.left = Some(Left::TooLong(kind));
            }
            bytes.skip(length + padding)?;
            continue;
        }
        let body = bytes.up_to(length)?;
        match &name {
            b"EXIF" => found.take_exif(&body),
            b"XMP " => found.xmp = Some(body),
            _ => found.take_profile(Some(body)),
        }
        bytes.skip(padding.min(bytes.left()))?;
    }
    Ok(())
}

/// A profile out of its chunk: name, method, and the packed profile.
fn unpacked(body: &[u8]) -> Option<Vec<u8>> {
    let end = body.iter().take(80).position(|byte| *byte == 0)?;
    let mut profile = Vec::new();
    ZlibDecoder::new(body.get(end + 2..)?).take(MOST as u64 + 1).read_to_end(&mut profile).ok()?;
    Some(profile)
}

/// Whether a profile is as long as it says, and has the mark of one (ICC.1, 7.2).
fn is_whole(profile: &[u8]) -> bool {
    let length = profile.first_chunk().map(|length| u32::from_be_bytes(*length) as usize);
    profile.len() <= MOST && length == Some(profile.len()) && profile.get(36..40) == Some(b"acsp")
}
