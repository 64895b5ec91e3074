//! The directories of a TIFF, as far as they lead from its head: bounded, whatever they say.

use std::collections::HashSet;
use std::io::{Read, Seek, SeekFrom};

/// More entries than a directory of any camera has.
const MOST_ENTRIES: u16 = 1000;
/// More directories than any file has.
const MOST_DIRECTORIES: usize = 64;

/// An entry: what it is of, and its value or where that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u32,
    pub(super) value: [u8; 4],
}

impl Entry {
    /// Where its value is, where it does not stand in the entry itself.
    pub(super) fn value_at(&self, little: bool) -> u32 {
        if little { u32::from_le_bytes(self.value) } else { u32::from_be_bytes(self.value) }
    }

    /// How long its value is, bytes.
    pub(super) fn length(&self) -> u64 {
        let size = match self.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            _ => 8,
        };
        u64::from(self.count) * size
    }
}

/// A file of directories.
pub(super) struct Directories<'a, F> {
    file: &'a mut F,
    little: bool,
    first: u32,
}

impl<'a, F: Read + Seek> Directories<'a, F> {
    /// `None` if it is none: TIFF, or one of the cameras' own that are made alike.
    pub(super) fn open(file: &'a mut F) -> Option<Self> {
        file.rewind().ok()?;
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let little = match head {
            [b'I', b'I', ..] => true,
            [b'M', b'M', ..] => false,
            _ => return None,
        };
        let first = *head.get(4..)?.first_chunk()?;
        let first = if little { u32::from_le_bytes(first) } else { u32::from_be_bytes(first) };
        Some(Self { file, little, first })
    }

    pub(super) fn is_little(&self) -> bool {
        self.little
    }

    /// The first directory.
    pub(super) fn first(&mut self) -> Option<Vec<Entry>> {
        self.read(self.first).map(|(entries, _)| entries)
    }

    /// The entries of a directory, and where the next is.
    pub(super) fn read(&mut self, at: u32) -> Option<(Vec<Entry>, u32)> {
        self.file.seek(SeekFrom::Start(at.into())).ok()?;
        let count = self.u16()?;
        if count > MOST_ENTRIES {
            return None;
        }
        let mut bytes = Vec::new();
        self.file.by_ref().take(u64::from(count) * 12 + 4).read_to_end(&mut bytes).ok()?;
        let (u16_of, u32_of) = (self.u16_of(), self.u32_of());
        let entry = |entry: &[u8]| {
            Some(Entry {
                tag: u16_of(*entry.first_chunk()?),
                kind: u16_of(*entry.get(2..)?.first_chunk()?),
                count: u32_of(*entry.get(4..)?.first_chunk()?),
                value: *entry.get(8..)?.first_chunk()?,
            })
        };
        let entries = bytes.get(..usize::from(count) * 12)?.chunks_exact(12).filter_map(entry).collect();
        let next =
            bytes.get(usize::from(count) * 12..).and_then(|rest| rest.first_chunk()).map_or(0, |next| u32_of(*next));
        Some((entries, next))
    }

    /// Each directory once: those that follow, and those within.
    pub(super) fn each(&mut self, mut look: impl FnMut(&mut Self, &[Entry])) {
        let (mut to_read, mut known) = (vec![self.first], HashSet::new());
        while let Some(at) = to_read.pop() {
            if at == 0 || known.len() >= MOST_DIRECTORIES || !known.insert(at) {
                continue;
            }
            let Some((entries, next)) = self.read(at) else { continue };
            look(self, &entries);
            to_read.push(next);
            for within in entries.iter().filter(|entry| entry.tag == 0x014a) {
                to_read.extend(self.numbers(within));
            }
        }
    }

    /// The numbers of a value, up to sixteen.
    fn numbers(&mut self, entry: &Entry) -> Vec<u32> {
        if !matches!(entry.kind, 4 | 13) {
            return Vec::new();
        }
        let value = self.value(&Entry { count: entry.count.min(16), ..*entry }, 64).unwrap_or_default();
        let u32_of = self.u32_of();
        value.chunks_exact(4).filter_map(|bytes| bytes.first_chunk().map(|bytes| u32_of(*bytes))).collect()
    }

    /// A whole number that stands in its entry.
    pub(super) fn number(&self, entry: &Entry) -> Option<u32> {
        match (entry.kind, entry.count) {
            (3, 1) => entry.value.first_chunk().map(|bytes| self.u16_of()(*bytes).into()),
            (4 | 13, 1) => Some(self.u32_of()(entry.value)),
            _ => None,
        }
    }

    /// A value, if it is no longer than that, bytes.
    pub(super) fn value(&mut self, entry: &Entry, most: u64) -> Option<Vec<u8>> {
        let length = entry.length();
        if length > most {
            return None;
        }
        if length <= 4 {
            return entry.value.get(..usize::try_from(length).ok()?).map(<[u8]>::to_vec);
        }
        let at = entry.value_at(self.little);
        self.file.seek(SeekFrom::Start(at.into())).ok()?;
        let mut value = Vec::new();
        self.file.by_ref().take(length).read_to_end(&mut value).ok()?;
        (value.len() as u64 == length).then_some(value)
    }

    fn u16(&mut self) -> Option<u16> {
        let mut bytes = [0; 2];
        self.file.read_exact(&mut bytes).ok()?;
        Some(self.u16_of()(bytes))
    }

    fn u16_of(&self) -> fn([u8; 2]) -> u16 {
        if self.little { u16::from_le_bytes } else { u16::from_be_bytes }
    }

    /// How its bytes make a number.
    pub(super) fn u32_of(&self) -> fn([u8; 4]) -> u32 {
        if self.little { u32::from_le_bytes } else { u32::from_be_bytes }
    }
}
