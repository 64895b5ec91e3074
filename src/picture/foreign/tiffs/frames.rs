//! JPEG within a TIFF says how large it is itself, and its decoder believes that: it is asked before.

use std::io::Cursor;

use tiff::decoder::Decoder;
use tiff::tags::Tag;

use crate::picture::bytes::Bytes;
use crate::picture::jpeg;

/// What is read at a time.
const PAGE: usize = 512;
/// Pixels of a piece that are put up with, whatever the size of the whole: tiles may be larger than a small picture.
const SMALL: u64 = 1 << 22;

/// Whether a piece that is a JPEG says that it is larger than the whole TIFF.
pub(in crate::picture::foreign) fn claim_too_much(bytes: &[u8]) -> bool {
    too_much(bytes).unwrap_or(false)
}

/// `None` of a TIFF without JPEG in it.
fn too_much(bytes: &[u8]) -> Option<bool> {
    const JPEG: u16 = 7;
    let mut decoder = Decoder::new(Cursor::new(bytes)).ok()?;
    if decoder.find_tag_unsigned::<u16>(Tag::Compression).ok()?? != JPEG {
        return None;
    }
    let tables = decoder.find_tag(Tag::JPEGTables).ok().flatten().and_then(|tables| tables.into_u8_vec().ok());
    // What all pieces share is read before each: a frame in it would count for theirs.
    if tables.is_some_and(|tables| claimed(&tables) > 0) {
        return Some(true);
    }
    let (width, height) = decoder.dimensions().ok()?;
    let most = (u64::from(width) * u64::from(height)).saturating_mul(2).max(SMALL);
    let mut places = Vec::new();
    for tag in [Tag::StripOffsets, Tag::TileOffsets] {
        places.extend(decoder.find_tag_unsigned_vec::<u64>(tag).ok().flatten().unwrap_or_default());
    }
    let mut pieces = places.into_iter().filter_map(|at| bytes.get(usize::try_from(at).ok()?..));
    Some(pieces.any(|piece| claimed(piece) > most))
}

/// Pixels, by its frame; none of what is not understood, as its decoder does not either.
fn claimed(piece: &[u8]) -> u64 {
    let header = Bytes::new(Cursor::new(piece), PAGE).ok().and_then(|mut bytes| jpeg::header(&mut bytes).ok());
    header.map_or(0, |header| header.pixels.count())
}
