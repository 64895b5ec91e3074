//! GIF: its blocks (specification 89a).

use std::io::{Read, Seek};

use super::Header;
use super::bytes::Bytes;
use super::error::Flaw;
use crate::job::{Format, Pixels};

/// Reads the logical screen's size.
pub(super) fn header<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<Header, Flaw> {
    bytes.skip(6)?;
    let pixels = Pixels::new(bytes.le16()?.into(), bytes.le16()?.into());
    Ok(Header { format: Format::Gif, pixels, swaps_sides: false })
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
