//! JPEG: its segments, and the end of its picture (ITU-T T.81, annex B).

mod several;

use std::io::{Read, Seek};

use super::Header;
use super::bytes::Bytes;
use super::error::Flaw;
use super::facts::Colour;
use super::tags::Tags;
use crate::job::{Format, Pixels};

/// Bytes of rubbish between segments that decoders put up with.
const MOST_RUBBISH: u32 = 64 * 1024;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Reads up to the frame header, which comes after EXIF and before any picture data, and what it is told of behind that.
pub(super) fn header<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<Header, Flaw> {
    bytes.skip(2)?;
    let (mut tags, code) = up_to_frame(bytes)?;
    if !is_frame(code) {
        return Err(Flaw::Damaged("no frame header"));
    }
    let header = frame(bytes)?;
    let behind = tags.index.take().map(|index| several::behind(bytes, &index)).unwrap_or_default();
    tags.besides = tags.besides.and(behind.besides);
    Ok(Header { pages: behind.views, ..header }.with(&tags))
}

/// Reads what stands before the frame header; what its segments say, and the marker that ends them.
fn up_to_frame<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(Tags, u8), Flaw> {
    let mut tags = Tags::default();
    loop {
        match marker(bytes)? {
            code @ 0xe0..=0xef => {
                let length = segment(bytes)?;
                let read = tags.read_segment(bytes, code, length)?;
                bytes.skip(length.saturating_sub(read))?;
            }
            code if is_frame(code) || matches!(code, END | SCAN) => return Ok((tags, code)),
            code => skip_segment(bytes, code)?,
        }
    }
}

/// Follows the picture to its end marker. Whatever comes after (previews of a multi-picture file,
/// the film of a motion photo) is not looked at.
pub(super) fn complete<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(), Flaw> {
    bytes.skip(2)?;
    let (mut framed, mut scanned) = (false, false);
    let mut next = marker(bytes)?;
    loop {
        next = match next {
            END if framed && scanned => return Ok(()),
            END => return Err(Flaw::Damaged("no picture data")),
            SCAN => {
                skip_segment(bytes, SCAN)?;
                let (length, code) = scan(bytes)?;
                scanned |= length > 0;
                code
            }
            code => {
                framed |= is_frame(code);
                skip_segment(bytes, code)?;
                marker(bytes)?
            }
        };
    }
}

/// Whether the file's last bytes are the end marker, but for padding. Then it need not be read
/// through: the marker cannot occur within picture data.
pub(super) fn ends_well<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<bool, Flaw> {
    bytes.go_to_tail(1024)?;
    let tail = bytes.up_to(1024)?;
    let end = tail.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    Ok(tail.get(..end).is_some_and(|tail| tail.ends_with(&[0xff, END])))
}

pub(super) fn is_frame(code: u8) -> bool {
    matches!(code, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf)
}

/// The next marker, past fill bytes and, as decoders do, past some rubbish.
pub(super) fn marker<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<u8, Flaw> {
    for _ in 0..MOST_RUBBISH {
        if bytes.u8()? != 0xff {
            continue;
        }
        let mut code = bytes.u8()?;
        while code == 0xff {
            code = bytes.u8()?;
        }
        if code != 0 {
            return Ok(code);
        }
    }
    Err(Flaw::Damaged("rubbish between its segments"))
}

/// Steps over what belongs to a marker.
pub(super) fn skip_segment<R: Read + Seek>(bytes: &mut Bytes<R>, code: u8) -> Result<(), Flaw> {
    if matches!(code, 0x01 | 0xd0..=START) { Ok(()) } else { segment(bytes).and_then(|length| bytes.skip(length)) }
}

/// The length of the segment that begins here, without the length itself.
pub(super) fn segment<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<u64, Flaw> {
    bytes.be16()?.checked_sub(2).map(u64::from).ok_or(Flaw::Damaged("a segment without a length"))
}

/// Sample precision, height, width and number of components (T.81, B.2.2).
fn frame<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<Header, Flaw> {
    segment(bytes)?;
    let depth = bytes.u8()?;
    let height = bytes.be16()?;
    let width = bytes.be16()?;
    let colour = match bytes.u8()? {
        1 => Colour::Grey,
        4 => Colour::Cmyk,
        _ => Colour::Rgb,
    };
    let pixels = Pixels::new(width.into(), height.into());
    Ok(Header { colour, depth, ..Header::plain(Format::Jpeg, pixels) })
}

/// Steps over one scan's data; its length and the marker that ends it.
fn scan<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(u64, u8), Flaw> {
    let start = bytes.left();
    loop {
        let at_hand = bytes.peek()?;
        if at_hand.is_empty() {
            return Err(Flaw::Short);
        }
        let Some(found) = at_hand.iter().position(|&byte| byte == 0xff) else {
            let all = at_hand.len();
            bytes.consume(all);
            continue;
        };
        bytes.consume(found);
        let length = start.saturating_sub(bytes.left());
        bytes.consume(1);
        let mut code = bytes.u8()?;
        while code == 0xff {
            code = bytes.u8()?;
        }
        // A stuffed zero and the restart markers are part of the data.
        if !matches!(code, 0 | 0x01 | 0xd0..=0xd7) {
            return Ok((length, code));
        }
    }
}
