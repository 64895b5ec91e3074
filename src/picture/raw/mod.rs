//! Camera raw: nothing is developed here, but cameras put a picture of full size beside it, which is sent in its place.

mod canon;
mod metadata;
#[cfg(test)]
mod tests;

use std::io::{Read, Seek, SeekFrom};

use super::directory::{Directories, Entry};
use super::{Header, Orientation, Other, header};
use crate::job::{Format, Pixels};
pub(super) use metadata::{Said, said};

/// A preview is taken for the picture if its sides are at least so much of the sensor's, in hundredths.
const ENOUGH: u64 = 90;
/// The longest preview, bytes.
const LONGEST: u64 = 128 << 20;

/// A JPEG within a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    at: u64,
    length: u64,
}

/// What a raw file holds.
#[derive(Debug, Default)]
struct Found {
    pieces: Vec<Piece>,
    /// The largest picture that it says to hold, px.
    sensor: Option<Pixels>,
    orientation: Option<Orientation>,
}

/// What is sent for a raw picture: the header of its largest preview; `None` if it has none that is large enough.
pub(super) fn preview(file: &mut (impl Read + Seek)) -> Option<Header> {
    largest(file).map(|(read, _)| Header { converts: Some(Other::Raw), ..read })
}

/// The bytes of that preview.
pub(super) fn preview_of(file: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
    let (_, Piece { at, length }) = largest(file)?;
    file.seek(SeekFrom::Start(at)).ok()?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The same in those of the file.
pub(super) fn preview_in(bytes: &[u8]) -> Option<&[u8]> {
    let (_, Piece { at, length }) = largest(&mut std::io::Cursor::new(bytes))?;
    let start = usize::try_from(at).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
}

fn largest(file: &mut (impl Read + Seek)) -> Option<(Header, Piece)> {
    let found = find(file)?;
    let mut best: Option<(Header, Piece)> = None;
    for piece in found.pieces.iter().filter(|piece| (4..=LONGEST).contains(&piece.length)) {
        let mut head = Vec::new();
        if file.seek(SeekFrom::Start(piece.at)).is_err() || file.take(piece.length).read_to_end(&mut head).is_err() {
            continue;
        }
        let Ok(read) = header(std::io::Cursor::new(&head)) else { continue };
        let is_larger = best.is_none_or(|(best, _)| read.pixels.count() > best.pixels.count());
        if read.format == Format::Jpeg && is_larger {
            best = Some((read, *piece));
        }
    }
    let (mut read, piece) = best?;
    let sensor = found.sensor.unwrap_or(read.pixels);
    // Which way up the sensor was, the file says; a preview may be turned already.
    let long =
        |pixels: Pixels| (u64::from(pixels.width.max(pixels.height)), u64::from(pixels.width.min(pixels.height)));
    let ((wide, high), (all_wide, all_high)) = (long(read.pixels), long(sensor));
    if wide * 100 < all_wide * ENOUGH || high * 100 < all_high * ENOUGH {
        return None;
    }
    if read.orientation == Orientation::Upright
        && let Some(orientation) = found.orientation
    {
        let lies_as_sensor = (read.pixels.width >= read.pixels.height) == (sensor.width >= sensor.height);
        read.orientation = if lies_as_sensor { orientation } else { Orientation::Upright };
    }
    Some((read, piece))
}

fn find(file: &mut (impl Read + Seek)) -> Option<Found> {
    file.rewind().ok()?;
    let mut head = [0; 100];
    file.read_exact(&mut head).ok()?;
    let be32 = |at: usize| head.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_be_bytes(*bytes));
    if head.starts_with(b"FUJIFILMCCD-RAW") {
        // The picture of full size, which has the EXIF of the whole.
        let piece = Piece { at: be32(84)?.into(), length: be32(88)?.into() };
        return Some(Found { pieces: vec![piece], ..Found::default() });
    }
    if head.get(4..8) == Some(b"ftyp") {
        return canon::find(file);
    }
    let mut directories = Directories::open(file)?;
    let mut found = Found::default();
    directories.each(|of_file, entries| look(of_file, entries, &mut found));
    Some(found)
}

/// What a directory says of a picture.
fn look<F: Read + Seek>(file: &mut Directories<'_, F>, entries: &[Entry], found: &mut Found) {
    let number = |tag| entries.iter().find(|entry| entry.tag == tag).and_then(|entry| file.number(entry));
    let (width, height) = (number(0x0100), number(0x0101));
    if let Some((width, height)) = width.zip(height)
        && found.sensor.is_none_or(|sensor| u64::from(width) * u64::from(height) > sensor.count())
    {
        found.sensor = Some(Pixels::new(width, height));
    }
    if found.orientation.is_none() {
        let tag = number(0x0112).and_then(|tag| u16::try_from(tag).ok());
        found.orientation = tag.and_then(Orientation::from_tag);
    }
    let mut add = |at: Option<u32>, length: Option<u32>| {
        if let Some((at, length)) = at.zip(length) {
            found.pieces.push(Piece { at: at.into(), length: length.into() });
        }
    };
    add(number(0x0201), number(0x0202));
    // A picture of JPEG in one piece; the sensor's own data are JPEG of another kind, which no header makes sense of.
    if matches!(number(0x0103), Some(6 | 7)) {
        add(number(0x0111), number(0x0117));
    }
    // Panasonic's.
    if let Some(entry) = entries.iter().find(|entry| entry.tag == 0x002e) {
        add(Some(entry.value_at(file.is_little())), Some(entry.count));
    }
}
