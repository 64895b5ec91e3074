//! CR3, Canon's raw in an ISO base media container: its first track is a JPEG of full size.

use std::io::{Cursor, Read, Seek, SeekFrom};

use super::{Found, Piece};
use crate::job::Pixels;
use crate::picture::Orientation;
use crate::picture::boxes::boxes;

/// The longest description that is read, bytes.
const LONGEST: u64 = 4 << 20;
/// The box of Canon's own in the description, by its id.
const CANON: [u8; 16] =
    [0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48];

pub(super) fn find(file: &mut (impl Read + Seek)) -> Option<Found> {
    let description = description(file)?;
    let mut found = Found::default();
    for (name, track) in boxes(&description).filter(|(name, _)| name == b"trak") {
        debug_assert_eq!(&name, b"trak");
        let Some(table) = within(track, &[b"mdia", b"minf", b"stbl"]) else { continue };
        let sample = boxes(table).find(|(name, _)| name == b"stsd").map(|(_, body)| body);
        let size = sample.and_then(|body| {
            let side =
                |at: usize| body.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u16::from_be_bytes(*bytes));
            // Behind version, count, and the entry's size, kind and fixed fields.
            Some(Pixels::new(side(8 + 32)?.into(), side(8 + 34)?.into()))
        });
        if let Some(size) = size
            && found.sensor.is_none_or(|sensor| size.count() > sensor.count())
        {
            found.sensor = Some(size);
        }
        let of = |wanted: &[u8; 4]| boxes(table).find(|(name, _)| name == wanted).map(|(_, body)| body);
        let be32 = |body: &[u8], at: usize| body.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
        let length = of(b"stsz").and_then(|body| be32(body, 4).filter(|all| *all > 0).or_else(|| be32(body, 12)));
        let at = of(b"co64")
            .and_then(|body| body.get(8..)?.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)))
            .or_else(|| of(b"stco").and_then(|body| be32(body, 8)).map(u64::from));
        found.pieces.extend(at.zip(length).map(|(at, length)| Piece { at, length: length.into() }));
    }
    found.orientation = blocks(&description).and_then(|blocks| {
        let mut first = Cursor::new(blocks.into_iter().next()?);
        let mut directories = super::Directories::open(&mut first)?;
        let entries = directories.first()?;
        let tag = entries.iter().find(|entry| entry.tag == 0x0112).and_then(|entry| directories.number(entry))?;
        Orientation::from_tag(u16::try_from(tag).ok()?)
    });
    Some(found)
}

/// Canon's blocks of EXIF, each a TIFF of its own: the main one, that of the exposure, and that of the place.
pub(super) fn exif(file: &mut (impl Read + Seek)) -> Option<Vec<Vec<u8>>> {
    blocks(&description(file)?)
}

fn blocks(description: &[u8]) -> Option<Vec<Vec<u8>>> {
    let own = boxes(description).find_map(|(name, body)| body.strip_prefix(&CANON).filter(|_| &name == b"uuid"))?;
    let block =
        |wanted: &[u8; 4]| boxes(own).find(|(name, _)| name == wanted).map_or_else(Vec::new, |(_, body)| body.to_vec());
    Some([b"CMT1", b"CMT2", b"CMT4"].map(block).into())
}

fn description(file: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
    let mut at = 0_u64;
    // It is among the first.
    for _ in 0..16 {
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let length = u64::from(u32::from_be_bytes(*head.first_chunk()?));
        if head.get(4..) == Some(b"moov") && (8..=LONGEST).contains(&length) {
            let mut body = Vec::new();
            file.take(length - 8).read_to_end(&mut body).ok()?;
            return Some(body);
        }
        at = at.checked_add(length.max(8))?;
    }
    None
}

fn within<'a>(body: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(body, |body, wanted| boxes(body).find(|(name, _)| name == *wanted).map(|(_, body)| body))
}
