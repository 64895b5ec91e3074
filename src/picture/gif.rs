//! GIF: its blocks (specification 89a).

use std::io::{Read, Seek};

use super::Header;
use super::bytes::Bytes;
use super::error::Flaw;
use super::facts::Colour;
use crate::job::{Format, Pixels};

/// Reads the size of the screen, or of its first picture where that is larger, as Pillow does; and whether there
/// is a second.
pub(super) fn header<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<Header, Flaw> {
    bytes.skip(6)?;
    let screen = Pixels::new(bytes.le16()?.into(), bytes.le16()?.into());
    let mut header = Header { colour: Colour::Palette, ..Header::plain(Format::Gif, screen) };
    match look(bytes, &mut header) {
        // Whether it is whole is for others to ask.
        Err(Flaw::Unreadable(error)) => Err(Flaw::Unreadable(error)),
        _ => Ok(header),
    }
}

fn look<R: Read + Seek>(bytes: &mut Bytes<R>, header: &mut Header) -> Result<(), Flaw> {
    let flags = bytes.u8()?;
    bytes.skip(2 + colour_table(flags))?;
    let mut pictures = 0_u32;
    loop {
        match bytes.u8()? {
            b',' if pictures > 0 => {
                header.animated = true;
                return Ok(());
            }
            b',' => {
                let mut next = || bytes.le16().map(u32::from);
                let (left, top, width, height) = (next()?, next()?, next()?, next()?);
                let Pixels { width: across, height: down } = header.pixels;
                if across > 0 && down > 0 {
                    header.pixels = Pixels::new(across.max(left + width), down.max(top + height));
                }
                let flags = bytes.u8()?;
                bytes.skip(colour_table(flags) + 1)?;
                sub_blocks(bytes)?;
                pictures += 1;
            }
            b'!' => {
                // A graphic control extension says whether a colour is none.
                if bytes.u8()? == 0xf9 && pictures == 0 {
                    let length = bytes.u8()?;
                    header.alpha = bytes.u8()? & 1 == 1;
                    bytes.skip(u64::from(length.saturating_sub(1)))?;
                }
                sub_blocks(bytes)?;
            }
            0 => {}
            _ => return Ok(()),
        }
    }
}

/// Walks over all blocks to the trailer.
pub(super) fn complete<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(), Flaw> {
    bytes.skip(6 + 4)?;
    let flags = bytes.u8()?;
    bytes.skip(2 + colour_table(flags))?;
    let mut pictures = 0_u32;
    loop {
        match bytes.u8()? {
            b',' => {
                bytes.skip(8)?;
                let flags = bytes.u8()?;
                bytes.skip(colour_table(flags) + 1)?;
                sub_blocks(bytes)?;
                pictures = pictures.saturating_add(1);
            }
            b'!' => {
                bytes.skip(1)?;
                sub_blocks(bytes)?;
            }
            b';' if pictures > 0 => return Ok(()),
            b';' => return Err(Flaw::Damaged("no picture in it")),
            // Some writers put empty blocks between others.
            0 => {}
            _ => return Err(Flaw::Damaged("an unknown block")),
        }
    }
}

/// The length of the colour table that such flags announce, bytes.
fn colour_table(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn sub_blocks<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(), Flaw> {
    loop {
        match bytes.u8()? {
            0 => return Ok(()),
            length => bytes.skip(length.into())?,
        }
    }
}
