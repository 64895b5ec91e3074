//! PNG: its chunks and rows (PNG specification, third edition).

use std::io::{Read, Seek};

use png::{ColorType, Decoder, DecodingError, Limits, Transformations};

use super::bytes::Bytes;
use super::error::Flaw;
use super::{Header, Look, exif};
use crate::job::{Format, Pixels};

const END: [u8; 12] = *b"\0\0\0\0IEND\xae\x42\x60\x82";
/// Memory for one row and its neighbours, bytes: enough for rows of a million px.
const MOST_MEMORY: usize = 64 * 1024 * 1024;

/// Reads up to the picture data, which comes after the size and, mostly, after EXIF.
pub(super) fn header<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<Header, Flaw> {
    bytes.skip(8)?;
    let (length, name) = chunk(bytes)?;
    if (length, &name) != (13, b"IHDR") {
        return Err(Flaw::Damaged("no header chunk"));
    }
    let pixels = Pixels::new(bytes.be32()?, bytes.be32()?);
    bytes.skip(5 + 4)?;
    let mut swaps_sides = false;
    loop {
        match chunk(bytes)? {
            (_, name) if &name == b"IDAT" => break,
            (_, name) if &name == b"IEND" => return Err(Flaw::Damaged("no picture data")),
            (length, name) if &name == b"eXIf" => {
                let block = bytes.up_to(length.min(4096))?;
                swaps_sides = exif::swaps_sides(&block);
                bytes.skip(length.saturating_sub(block.len() as u64) + 4)?;
            }
            (length, _) => bytes.skip(length + 4)?,
        }
    }
    Ok(Header { format: Format::Png, pixels, swaps_sides })
}

/// Whether the end chunk is there: as the file's last bytes, or else by a walk over all chunks.
pub(super) fn ends_well<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(), Flaw> {
    bytes.go_to_tail(END.len() as u64)?;
    if bytes.array()? == END {
        return Ok(());
    }
    bytes.rewind()?;
    bytes.skip(8)?;
    loop {
        let (length, name) = chunk(bytes)?;
        bytes.skip(length + 4)?;
        if &name == b"IEND" {
            return Ok(());
        }
    }
}

/// Decodes it row by row, which checks every chunk's checksum and that the data fills all rows.
pub(super) fn complete<R: Read + Seek>(bytes: Bytes<R>) -> Result<Look, Flaw> {
    let mut decoder = Decoder::new_with_limits(bytes.into_inner()?, Limits { bytes: MOST_MEMORY });
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info()?;
    let (colour, depth) = reader.output_color_type();
    // Alpha is the last sample of a pixel and no colour.
    let samples = colour.samples();
    let colours = if matches!(colour, ColorType::Rgba | ColorType::GrayscaleAlpha) { samples - 1 } else { samples };
    let sample = if depth == png::BitDepth::Sixteen { 2 } else { 1 };
    let mut black = true;
    while let Some(row) = reader.next_interlaced_row()? {
        let dark = |pixel: &[u8]| pixel.iter().take(colours * sample).all(|&byte| byte == 0);
        black = black && row.data().chunks_exact(samples * sample).all(dark);
    }
    reader.finish()?;
    Ok(Look { black })
}

/// A chunk's length, without its checksum, and its name.
fn chunk<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(u64, [u8; 4]), Flaw> {
    Ok((bytes.be32()?.into(), bytes.array()?))
}

impl From<DecodingError> for Flaw {
    fn from(error: DecodingError) -> Self {
        match error {
            DecodingError::IoError(error) => error.into(),
            DecodingError::Format(_) => Self::Damaged("its data is not what its format says"),
            DecodingError::Parameter(_) | DecodingError::LimitsExceeded => Self::Damaged("its rows are too long"),
        }
    }
}
