//! A block of EXIF as it is right for a result: nothing in it moves, so that makers' notes, which point into it, stay
//! right; its first directory is written anew behind it.

use std::ops::Range;

use crate::job::Pixels;

const SHORT: u16 = 3;
const LONG: u16 = 4;
const ASCII: u16 = 2;
/// More entries than a directory of any camera has.
const MOST_ENTRIES: u16 = 1000;

/// A TIFF structure in its byte order.
struct Tiff {
    bytes: Vec<u8>,
    little: bool,
}

/// An entry of a directory: tag, kind, count, and the value or where it is.
type Entry = [u8; 12];

/// The block with orientation 1, the result's size and the program's name, without its thumbnail; `None` if it makes no
/// sense.
pub(super) fn rewritten(block: &[u8], pixels: Pixels, software: &str, without_place: bool) -> Option<Vec<u8>> {
    let mut tiff = Tiff::of(block)?;
    let first = tiff.u32(4)?;
    let (entries, next) = tiff.directory(first)?;
    // The thumbnail shows the photo as it was, on its side perhaps.
    if let Some(thumbnail) = tiff.thumbnail(next) {
        if thumbnail.end >= tiff.bytes.len() {
            tiff.bytes.truncate(thumbnail.start);
        } else {
            tiff.bytes.get_mut(thumbnail)?.fill(0);
        }
    }
    let mut kept: Vec<Entry> = Vec::new();
    for entry in entries {
        match tiff.u16_of(&entry, 0) {
            0x0112 | 0x0131 => {}
            0x0100 => kept.push(tiff.entry(0x0100, LONG, 1, pixels.width)),
            0x0101 => kept.push(tiff.entry(0x0101, LONG, 1, pixels.height)),
            0x8825 if without_place => tiff.blank(tiff.u32_of(&entry, 8)),
            0x8769 => {
                tiff.resize(tiff.u32_of(&entry, 8), pixels);
                kept.push(entry);
            }
            _ => kept.push(entry),
        }
    }
    let mut text = software.as_bytes().to_vec();
    text.push(0);
    let length = u32::try_from(text.len()).ok()?;
    // A value of four bytes would have to stand in its entry.
    text.resize(text.len().max(5).next_multiple_of(2), 0);
    tiff.bytes.resize(tiff.bytes.len().next_multiple_of(2), 0);
    let at = u32::try_from(tiff.bytes.len()).ok()?;
    tiff.bytes.extend(&text);
    kept.push(tiff.entry(0x0112, SHORT, 1, 1));
    kept.push(tiff.entry(0x0131, ASCII, length.max(5), at));
    kept.sort_by_key(|entry| tiff.u16_of(entry, 0));
    let directory = u32::try_from(tiff.bytes.len()).ok()?;
    let count = tiff.bytes_of_u16(u16::try_from(kept.len()).ok()?);
    tiff.bytes.extend(count);
    tiff.bytes.extend(kept.iter().flatten());
    tiff.bytes.extend([0; 4]);
    let start = tiff.bytes_of_u32(directory);
    tiff.bytes.get_mut(4..8)?.copy_from_slice(&start);
    Some(tiff.bytes)
}

/// The block without its directory of places, as long as before; `None` if it makes no sense.
pub(super) fn without_place(block: &[u8]) -> Option<Vec<u8>> {
    let mut tiff = Tiff::of(block)?;
    let first = tiff.u32(4)?;
    let (entries, next) = tiff.directory(first)?;
    let is_place = |entry: &Entry| tiff.u16_of(entry, 0) == 0x8825;
    let (places, kept): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_place);
    if !places.is_empty() {
        let mut directory = tiff.bytes_of_u16(u16::try_from(kept.len()).ok()?).to_vec();
        directory.extend(kept.iter().flatten());
        directory.extend(tiff.bytes_of_u32(next));
        directory.resize(directory.len() + places.len() * 12, 0);
        let at = first as usize;
        tiff.bytes.get_mut(at..at.checked_add(directory.len())?)?.copy_from_slice(&directory);
    }
    for place in places {
        tiff.blank(tiff.u32_of(&place, 8));
    }
    Some(tiff.bytes)
}

impl Tiff {
    fn of(block: &[u8]) -> Option<Self> {
        let little = match block.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes: block.to_vec(), little })
    }

    fn u16(&self, at: u32) -> Option<u16> {
        let bytes = self.bytes.get(at as usize..)?.first_chunk()?;
        Some(if self.little { u16::from_le_bytes(*bytes) } else { u16::from_be_bytes(*bytes) })
    }

    fn u32(&self, at: u32) -> Option<u32> {
        let bytes = self.bytes.get(at as usize..)?.first_chunk()?;
        Some(if self.little { u32::from_le_bytes(*bytes) } else { u32::from_be_bytes(*bytes) })
    }

    fn u16_of(&self, entry: &Entry, at: usize) -> u16 {
        let bytes = entry.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }

    fn u32_of(&self, entry: &Entry, at: usize) -> u32 {
        let bytes = entry.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }

    fn bytes_of_u16(&self, value: u16) -> [u8; 2] {
        if self.little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    fn bytes_of_u32(&self, value: u32) -> [u8; 4] {
        if self.little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    fn entry(&self, tag: u16, kind: u16, count: u32, value: u32) -> Entry {
        let mut entry = Entry::default();
        let short = u16::try_from(value).unwrap_or_default();
        let [a, b] = self.bytes_of_u16(short);
        let value = if kind == SHORT { [a, b, 0, 0] } else { self.bytes_of_u32(value) };
        let all = self.bytes_of_u16(tag).into_iter().chain(self.bytes_of_u16(kind)).chain(self.bytes_of_u32(count));
        for (into, byte) in entry.iter_mut().zip(all.chain(value)) {
            *into = byte;
        }
        entry
    }

    /// The entries of a directory and where the next is.
    fn directory(&self, at: u32) -> Option<(Vec<Entry>, u32)> {
        let count = self.u16(at)?;
        if count > MOST_ENTRIES {
            return None;
        }
        let start = at.checked_add(2)? as usize;
        let end = start.checked_add(usize::from(count) * 12)?;
        let entries = self.bytes.get(start..end)?.chunks_exact(12);
        let entries = entries.filter_map(|entry| entry.first_chunk().copied()).collect();
        Some((entries, self.u32(u32::try_from(end).ok()?).unwrap_or(0)))
    }

    /// Where the thumbnail is that the second directory tells of.
    fn thumbnail(&self, directory: u32) -> Option<Range<usize>> {
        if directory == 0 {
            return None;
        }
        let (entries, _) = self.directory(directory)?;
        let value = |tag| entries.iter().find(|entry| self.u16_of(entry, 0) == tag).map(|entry| self.u32_of(entry, 8));
        let (start, length) = (value(0x0201)? as usize, value(0x0202)? as usize);
        let end = start.checked_add(length)?;
        (start >= 8 && end <= self.bytes.len()).then_some(start..end)
    }

    /// Writes the result's size where the photo's stands in its own directory, if it stands there.
    fn resize(&mut self, directory: u32, pixels: Pixels) {
        let Some((entries, _)) = self.directory(directory) else { return };
        for (index, entry) in entries.iter().enumerate() {
            let (tag, value) = match self.u16_of(entry, 0) {
                tag @ 0xa002 => (tag, pixels.width),
                tag @ 0xa003 => (tag, pixels.height),
                _ => continue,
            };
            let entry = self.entry(tag, LONG, 1, value);
            let at = directory as usize + 2 + index * 12;
            if let Some(into) = self.bytes.get_mut(at..at + 12) {
                into.copy_from_slice(&entry);
            }
        }
    }

    /// Fills a directory and what it points to with zeros.
    fn blank(&mut self, directory: u32) {
        let Some((entries, _)) = self.directory(directory) else { return };
        let size = |kind| match kind {
            1 | 2 | 6 | 7 => 1_u64,
            3 | 8 => 2,
            4 | 9 | 11 => 4,
            _ => 8,
        };
        for entry in &entries {
            let length = u64::from(self.u32_of(entry, 4)).saturating_mul(size(self.u16_of(entry, 2)));
            let start = self.u32_of(entry, 8) as usize;
            let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
            // Values that stand in the entry go with the directory; the header is no value.
            if length > 4
                && start >= 8
                && let Some(value) = end.and_then(|end| self.bytes.get_mut(start..end))
            {
                value.fill(0);
            }
        }
        let start = directory as usize;
        let end = start.saturating_add(2 + entries.len() * 12);
        if start >= 8
            && let Some(all) = self.bytes.get_mut(start..end)
        {
            all.fill(0);
        }
    }
}
