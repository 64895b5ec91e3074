//! AVIF: its boxes (ISO/IEC 14496-12, 4.2).

use std::io::{Read, Seek};

use imagesize::ImageError;

use super::Header;
use super::bytes::Bytes;
use super::error::Flaw;
use crate::job::{Format, Pixels};

/// Reads the size of the largest picture in it, turned as it is to be shown.
pub(super) fn header<R: Read + Seek>(bytes: Bytes<R>) -> Result<Header, Flaw> {
    let size = imagesize::reader_size(bytes.into_inner()?).map_err(|error| match error {
        ImageError::IoError(error) => Flaw::from(error),
        ImageError::NotSupported | ImageError::CorruptedImage => Flaw::Damaged("no size in it"),
    })?;
    let whole = |px: usize| u32::try_from(px).unwrap_or(u32::MAX);
    let pixels = Pixels::new(whole(size.width), whole(size.height));
    Ok(Header { format: Format::Avif, pixels, swaps_sides: false })
}

/// Walks over all top boxes: each must be there to its end, and a description and data among them.
pub(super) fn complete<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(), Flaw> {
    let (mut described, mut filled) = (false, false);
    while bytes.left() >= 8 {
        let short = u64::from(bytes.be32()?);
        let name = bytes.array::<4>()?;
        let body = match short {
            // To the end of the file.
            0 => bytes.left(),
            1 => u64::from_be_bytes(bytes.array()?).checked_sub(16).ok_or(Flaw::Damaged("a box without a length"))?,
            long => long.checked_sub(8).ok_or(Flaw::Damaged("a box without a length"))?,
        };
        bytes.skip(body)?;
        described |= matches!(&name, b"meta" | b"moov");
        filled |= matches!(&name, b"mdat" | b"idat") && body > 0;
    }
    match (described, filled) {
        (true, true) => Ok(()),
        (true, false) => Err(Flaw::Short),
        (false, _) => Err(Flaw::Damaged("no description of a picture")),
    }
}
