//! The further pictures of a JPEG: what cameras and phones put behind the one that everybody shows (CIPA DC-007,
//! Multi-Picture Format).

use std::io::{Cursor, Read, Seek};

use super::up_to_frame;
use crate::picture::bytes::Bytes;
use crate::picture::directory::Directories;
use crate::picture::error::Flaw;
use crate::picture::tags::{Besides, Index};

/// The index of pictures: 16 bytes for each (5.2.3.3).
const ENTRIES: u16 = 0xb002;
/// Pictures that are looked at behind the first.
const MOST: usize = 16;
/// What a segment holds, bytes: more than an index can be long.
const SEGMENT: u64 = 1 << 16;

/// What stands behind the picture that is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Several {
    /// Whether it is another view of the same, or a part of it: of a stereo camera, from other angles, a panorama's.
    pub(super) views: bool,
    /// Maps and mattes.
    pub(super) besides: Besides,
}

/// Looks at what an index names. What cannot be read says nothing: the picture itself is whole without it.
pub(super) fn behind<R: Read + Seek>(bytes: &mut Bytes<R>, index: &Index) -> Several {
    let mut found = Several::default();
    for picture in pictures(&index.block).into_iter().flatten().take(MOST) {
        match picture.kind >> 16 {
            // Panorama, disparity, many angles (5.2.3.3.1, table 4).
            2 => found.views = true,
            // No kind of its own: what makers put there, described in its XMP.
            0 if picture.offset > 0 => {
                let at = index.at.saturating_add(picture.offset.into());
                if let Ok(besides) = besides_at(bytes, at) {
                    found.besides = found.besides.and(besides);
                }
            }
            // The picture that is shown, and small ones for screens.
            _ => {}
        }
    }
    found
}

struct Picture {
    kind: u32,
    /// From the index's own beginning, bytes; 0 is the first picture.
    offset: u32,
}

fn pictures(block: &[u8]) -> Option<Vec<Picture>> {
    let mut block = Cursor::new(block);
    let mut index = Directories::open(&mut block)?;
    let number = index.u32_of();
    let entries = index.first()?.into_iter().find(|entry| entry.tag == ENTRIES)?;
    let entries = index.value(&entries, SEGMENT)?;
    let picture = |entry: &[u8]| {
        let word = |at| entry.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| number(*bytes));
        Some(Picture { kind: word(0)? & 0x00ff_ffff, offset: word(8)? })
    };
    Some(entries.chunks_exact(16).filter_map(picture).collect())
}

/// What the header of the JPEG at a place in the file says that it is.
fn besides_at<R: Read + Seek>(bytes: &mut Bytes<R>, at: u64) -> Result<Besides, Flaw> {
    bytes.go_to(at)?;
    if bytes.array()? != [0xff, 0xd8] {
        return Err(Flaw::Damaged("no picture where one is said to be"));
    }
    up_to_frame(bytes).map(|(tags, _)| tags.besides)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::picture::header;

    /// A JPEG with such pictures behind it, each by its kind and the XMP in it.
    fn with_behind(pictures: &[(u32, &str)]) -> Vec<u8> {
        let small = |packet: &str| {
            let body = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), packet.as_bytes()].concat();
            let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
            let frame = [0xff, 0xc0, 0, 17, 8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
            [&[0xff, 0xd8, 0xff, 0xe1][..], &length, &body, &frame].concat()
        };
        let count = u32::try_from(pictures.len() + 1).unwrap();
        let mut index = b"MM\0*\0\0\0\x08\0\x01\xb0\x02\0\x07".to_vec();
        index.extend((16 * count).to_be_bytes());
        index.extend([0, 0, 0, 26, 0, 0, 0, 0]);
        let first = small("");
        // Behind the start, the marker, the length, the mark and all entries.
        let ends = u32::try_from(index.len()).unwrap() + 16 * count + u32::try_from(first.len()).unwrap() - 2;
        let (mut offset, mut rest) = (ends, Vec::new());
        index.extend([0x0003_0000, 0, 0, 0].map(u32::to_be_bytes).concat());
        for (kind, packet) in pictures {
            let made = small(packet);
            let length = u32::try_from(made.len()).unwrap();
            index.extend([*kind, length, offset, 0].map(u32::to_be_bytes).concat());
            offset += length;
            rest.extend(made);
        }
        let length = u16::try_from(index.len() + 6).unwrap().to_be_bytes();
        let segment = [&[0xff, 0xe2][..], &length, b"MPF\0", &index].concat();
        [&first[..2], &segment, &first[2..], &rest].concat()
    }

    #[test]
    fn what_stands_behind_a_photo_is_told() {
        let told = |pictures: &[(u32, &str)]| {
            let header = header(Cursor::new(with_behind(pictures))).unwrap();
            (header.pages, header.besides)
        };
        let none = Besides::default();
        assert_eq!(told(&[]), (false, none));
        // Previews of cameras are small, and nobody misses them.
        assert_eq!(told(&[(0x0001_0001, ""), (0x0001_0002, "")]), (false, none));
        assert_eq!(told(&[(0x0002_0002, "")]), (true, none), "a stereo camera's");
        let apple = "apdi:AuxiliaryImageType=\"urn:com:apple:photo:2020:aux:hdrgainmap\"";
        assert_eq!(told(&[(0, apple)]), (false, Besides { gain_map: true, ..none }));
        let matte =
            "<apdi:AuxiliaryImageType>urn:com:apple:photo:2018:aux:portraiteffectsmatte</apdi:AuxiliaryImageType>";
        let depth = "depthData:DepthDataVersion=\"125537\"";
        assert_eq!(told(&[(0, depth), (0, matte)]), (false, Besides { matte: true, depth_map: true, ..none }));
        assert_eq!(told(&[(0, "hdrgm:Version=\"1.0\"")]), (false, Besides { gain_map: true, ..none }));
        assert_eq!(told(&[(0, "dc:title=\"another\"")]), (false, none));
    }

    #[test]
    fn an_index_that_makes_no_sense_says_nothing() {
        let whole = with_behind(&[(0, "hdrgm:Version=\"1.0\""), (0x0002_0003, "")]);
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            drop(header(Cursor::new(bytes)));
            drop(header(Cursor::new(&whole[..at])));
        }
        let index = Index { at: 0, block: b"II*\0\x08\0\0\0".to_vec() };
        let mut bytes = Bytes::new(Cursor::new([0; 64]), 64).unwrap();
        assert_eq!(behind(&mut bytes, &index), Several::default());
    }
}
