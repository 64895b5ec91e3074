//! Metadata in the segments of a JPEG (ITU-T T.81, B.1.1.4; XMP part 3, 1.1.3; ICC.1, B.4).

use std::io::Cursor;

use super::iptc;
use super::parts::{Bare, Parts};
use crate::job::{Format, Pixels};
use crate::picture::bytes::Bytes;
use crate::picture::jpeg;
use crate::picture::tags::{EXIF, ICC, PHOTOSHOP, XMP};

/// What stands before what does not fit into one packet of XMP.
const XMP_MORE: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// The longest body of a segment, bytes.
const LONGEST: usize = 65_533;

/// The file's head with the metadata behind its beginning.
pub(super) fn splice(head: &[u8], parts: impl FnOnce(Pixels, bool) -> Parts) -> Result<Vec<u8>, Bare> {
    let read = Segments::of(head).ok_or(Bare::Head)?;
    let parts = parts(read.pixels, read.is_grey);
    let mut spliced = vec![0xff, 0xd8];
    spliced.extend(read.first);
    let mut add = |code, prefix: &[u8], body: &[u8]| {
        let segment = segment(code, prefix, body).ok_or(Bare::TooLong(Format::Jpeg))?;
        spliced.extend(segment);
        Ok(())
    };
    if let Some(block) = parts.exif.as_ref().filter(|block| !block.is_empty()) {
        add(0xe1, EXIF, block)?;
    }
    if let Some(packet) = parts.xmp.as_ref().filter(|packet| !packet.is_empty()) {
        add(0xe1, XMP, packet)?;
    }
    if let Some(datasets) = &parts.iptc {
        add(0xed, PHOTOSHOP, &iptc::as_resources(datasets))?;
    }
    let has_profile = read.others.iter().any(|segment| is(segment, 0xe2, ICC));
    if let Some(profile) = parts.icc.filter(|_| !has_profile) {
        let pieces = profile.chunks(LONGEST - ICC.len() - 2);
        let count = u8::try_from(pieces.len()).map_err(|_| Bare::TooLong(Format::Jpeg))?;
        for (number, piece) in (1..=count).zip(pieces) {
            add(0xe2, &[ICC, &[number, count]].concat(), piece)?;
        }
    }
    for other in read.others {
        let is_theirs = parts.exif.is_some() && is(other, 0xe1, EXIF)
            || parts.xmp.is_some() && (is(other, 0xe1, XMP) || is(other, 0xe1, XMP_MORE))
            || parts.iptc.is_some() && is(other, 0xed, PHOTOSHOP);
        // JFIF, Adobe's word on colours, and the profile say how to show the picture.
        let is_needed = matches!(other.get(1), Some(0xe0 | 0xee)) || is(other, 0xe2, ICC);
        let is_said = matches!(other.get(1), Some(0xe0..=0xef | 0xfe));
        if !is_theirs && (is_needed || !is_said || !parts.bare) {
            spliced.extend(other);
        }
    }
    spliced.extend(read.rest);
    Ok(spliced)
}

/// The picture without what comes behind it: a second picture or a film says as much as the first.
pub(super) fn without_end(bytes: &[u8]) -> Option<&[u8]> {
    let mut read = Bytes::new(Cursor::new(bytes), 1 << 16).ok()?;
    jpeg::complete(&mut read).ok()?;
    let length = bytes.len().checked_sub(usize::try_from(read.left()).ok()?)?;
    bytes.get(..length)
}

/// A head, taken apart.
struct Segments<'a> {
    /// JFIF's, which has to be the first.
    first: &'a [u8],
    /// Those up to the frame header.
    others: Vec<&'a [u8]>,
    /// From the frame header on.
    rest: &'a [u8],
    pixels: Pixels,
    is_grey: bool,
}

impl<'a> Segments<'a> {
    fn of(head: &'a [u8]) -> Option<Self> {
        let mut rest = head.strip_prefix(&[0xff, 0xd8])?;
        let (mut first, mut others) = (&[][..], Vec::new());
        loop {
            let [0xff, code, high, low, after @ ..] = rest else { return None };
            match code {
                0xff => rest = rest.get(1..)?,
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    let [_, h1, h0, w1, w0, components, ..] = after else { return None };
                    let side = |high: &u8, low: &u8| u32::from(u16::from_be_bytes([*high, *low]));
                    let pixels = Pixels::new(side(w1, w0), side(h1, h0));
                    return Some(Self { first, others, rest, pixels, is_grey: *components == 1 });
                }
                // Neither data nor an end may come before the frame.
                0 | 0x01 | 0xd0..=0xda => return None,
                _ => {
                    let length = usize::from(u16::from_be_bytes([*high, *low]));
                    let (segment, after) = rest.split_at_checked(length.checked_add(2)?)?;
                    if *code == 0xe0 && others.is_empty() && first.is_empty() {
                        first = segment;
                    } else {
                        others.push(segment);
                    }
                    rest = after;
                }
            }
        }
    }
}

fn is(segment: &[u8], code: u8, prefix: &[u8]) -> bool {
    segment.get(1) == Some(&code) && segment.get(4..).is_some_and(|body| body.starts_with(prefix))
}

fn segment(code: u8, prefix: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let length = prefix.len() + body.len();
    let length = u16::try_from(length.checked_add(2)?).ok().filter(|_| length <= LONGEST)?;
    Some([&[0xff, code][..], &length.to_be_bytes(), prefix, body].concat())
}
