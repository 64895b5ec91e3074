//! Whether something of a photo is transparent indeed: many writers give every picture an alpha channel.

use std::io::{BufReader, Read, Seek, SeekFrom};

use png::{Decoder, Limits, Transformations};

use crate::job::Format;
use crate::picture::Header;

/// Above this a photo is not decoded for it, px: the plan waits for the answer.
const MOST_PIXELS: u64 = 50_000_000;
/// Memory for rows, bytes.
const MOST_MEMORY: usize = 64 << 20;

/// Whether a photo is transparent anywhere. A PNG is read up to the first pixel that is; of what is not so soon found
/// out it is believed. It blocks for as long as that takes.
#[must_use]
pub fn is_transparent(file: impl Read + Seek, header: &Header) -> bool {
    let is_read = header.format == Format::Png && header.converts.is_none() && header.pixels.count() <= MOST_PIXELS;
    header.alpha && (!is_read || any_pixel(file).unwrap_or(true))
}

/// `None` if it is damaged.
fn any_pixel(mut file: impl Read + Seek) -> Option<bool> {
    file.seek(SeekFrom::Start(0)).ok()?;
    let mut decoder = Decoder::new_with_limits(BufReader::with_capacity(1 << 16, file), Limits { bytes: MOST_MEMORY });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().ok()?;
    let samples = match reader.output_color_type().0 {
        png::ColorType::GrayscaleAlpha => 2,
        png::ColorType::Rgba => 4,
        _ => return Some(false),
    };
    while let Some(row) = reader.next_interlaced_row().ok()? {
        if row.data().iter().skip(samples - 1).step_by(samples).any(|alpha| *alpha < u8::MAX) {
            return Some(true);
        }
    }
    Some(false)
}
