//! PCX: rows of run lengths, of colours or of places in a palette.

use std::io::{BufReader, Read, Seek};

use image::{DynamicImage, RgbImage};
use pcx::Reader;

use crate::job::Pixels;

/// Its size.
pub(super) fn size(file: &mut (impl Read + Seek)) -> Option<Pixels> {
    file.rewind().ok()?;
    let reader = Reader::new(BufReader::new(file)).ok()?;
    Some(Pixels::new(reader.width().into(), reader.height().into()))
}

/// All of it.
///
/// # Errors
/// What its decoder says.
pub(super) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let mut reader = Reader::from_mem(bytes).map_err(|error| error.to_string())?;
    let (width, height) = reader.dimensions();
    let mut samples = vec![0; usize::from(width) * usize::from(height) * 3];
    reader.read_rgb_pixels(&mut samples).map_err(|error| error.to_string())?;
    let picture = RgbImage::from_raw(width.into(), height.into(), samples).ok_or("it has no pixels")?;
    Ok(picture.into())
}
