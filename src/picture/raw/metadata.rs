//! What a TIFF, or a raw picture that is made like one, says of itself: its EXIF lies scattered over the file, and is
//! gathered into a block of its own.

use std::io::{Cursor, Read, Seek};

use super::canon;
use crate::picture::directory::{Directories, Entry};

/// The longest value that is taken over, bytes.
const LONGEST: u64 = 64 << 10;
/// The longest of what is not EXIF.
const MOST: u64 = 4 << 20;
/// Of the main directory: what it shows, camera, orientation, resolution, program, date, who made it and whose it is.
const MAIN: [u16; 12] =
    [0x010e, 0x010f, 0x0110, 0x0112, 0x011a, 0x011b, 0x0128, 0x0131, 0x0132, 0x013b, 0x8298, 0x9003];
/// Makers' notes point into the file that they were in, and what belongs to pixels does not belong to a result.
const LEFT_OUT: [u16; 3] = [0x927c, 0xa005, 0xea1c];

/// Where EXIF tells of the exposure, and of the place.
const EXPOSURE: u16 = 0x8769;
const PLACE: u16 = 0x8825;

/// What was found.
#[derive(Debug, Default)]
pub(in crate::picture) struct Said {
    pub(in crate::picture) exif: Option<Vec<u8>>,
    pub(in crate::picture) xmp: Option<Vec<u8>>,
    pub(in crate::picture) iptc: Option<Vec<u8>>,
    pub(in crate::picture) icc: Option<Vec<u8>>,
}

/// A value with what it is of.
type Value = (Entry, Vec<u8>);

/// Reads it; nothing of what is no such file.
pub(in crate::picture) fn said(file: &mut (impl Read + Seek)) -> Said {
    if let Some(said) = of_canon(file) {
        return said;
    }
    let Some(mut directories) = Directories::open(file) else { return Said::default() };
    let Some(entries) = directories.first() else { return Said::default() };
    let mut whole = |tag| {
        let entry = entries.iter().find(|entry| entry.tag == tag)?;
        directories.value(entry, MOST)
    };
    let (xmp, iptc, icc) = (whole(0x02bc), whole(0x83bb), whole(0x8773));
    let main = values(&mut directories, &entries, |tag| MAIN.contains(&tag));
    let mut within = |tag| {
        let at = entries.iter().find(|entry| entry.tag == tag).and_then(|entry| directories.number(entry))?;
        let (entries, _) = directories.read(at)?;
        Some(values(&mut directories, &entries, |tag| !LEFT_OUT.contains(&tag)))
    };
    let (exposure, place) = (within(EXPOSURE).unwrap_or_default(), within(PLACE).unwrap_or_default());
    let little = directories.is_little();
    Said { exif: block(main, exposure, place, little), xmp, iptc, icc }
}

/// Canon keeps the three directories as files of their own.
fn of_canon(file: &mut (impl Read + Seek)) -> Option<Said> {
    let blocks = canon::exif(file)?;
    let mut little = true;
    let mut parts = blocks.into_iter().map(|bytes| {
        let mut bytes = Cursor::new(bytes);
        let mut directories = Directories::open(&mut bytes)?;
        little = directories.is_little();
        let entries = directories.first()?;
        Some(values(&mut directories, &entries, |tag| !LEFT_OUT.contains(&tag)))
    });
    let mut next = || parts.next().flatten().unwrap_or_default();
    let (main, exposure, place) = (next(), next(), next());
    let main = main.into_iter().filter(|(entry, _)| MAIN.contains(&entry.tag)).collect();
    Some(Said { exif: block(main, exposure, place, little), ..Said::default() })
}

fn values<F: Read + Seek>(
    directories: &mut Directories<'_, F>,
    entries: &[Entry],
    is_wanted: impl Fn(u16) -> bool,
) -> Vec<Value> {
    let wanted = entries.iter().filter(|entry| is_wanted(entry.tag));
    wanted.filter_map(|entry| Some((*entry, directories.value(entry, LONGEST)?))).collect()
}

/// A block of EXIF of three directories; `None` if there is nothing in it.
fn block(mut main: Vec<Value>, exposure: Vec<Value>, place: Vec<Value>, little: bool) -> Option<Vec<u8>> {
    if main.is_empty() && exposure.is_empty() && place.is_empty() {
        return None;
    }
    let pointer = |tag| (Entry { tag, kind: 4, count: 1, value: [0; 4] }, vec![0; 4]);
    let within = [(EXPOSURE, exposure), (PLACE, place)].into_iter().filter(|(_, values)| !values.is_empty());
    let within: Vec<_> = within.collect();
    main.extend(within.iter().map(|(tag, _)| pointer(*tag)));
    let mut made: Vec<u8> = if little { b"II*\0\x08\0\0\0".to_vec() } else { b"MM\0*\0\0\0\x08".to_vec() };
    // Where the main directory ends is known before it is written: it is as long whatever it points to.
    let mut start = made.len() + length(&main);
    let mut behind = Vec::new();
    for (tag, values) in within {
        let at = u32::try_from(start).ok()?;
        let bytes = if little { at.to_le_bytes() } else { at.to_be_bytes() };
        if let Some((_, value)) = main.iter_mut().find(|(entry, _)| entry.tag == tag) {
            *value = bytes.to_vec();
        }
        let written = written(values, start, little)?;
        start += written.len();
        behind.extend(written);
    }
    let at = made.len();
    made.extend(written(main, at, little)?);
    made.extend(behind);
    Some(made)
}

/// How long a directory is with its values, bytes.
fn length(values: &[Value]) -> usize {
    let outside = |(_, value): &Value| if value.len() > 4 { value.len().next_multiple_of(2) } else { 0 };
    2 + values.len() * 12 + 4 + values.iter().map(outside).sum::<usize>()
}

/// A directory at a place, with its values behind it.
fn written(mut values: Vec<Value>, at: usize, little: bool) -> Option<Vec<u8>> {
    values.sort_by_key(|(entry, _)| entry.tag);
    let u16_of = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
    let u32_of = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut directory = u16_of(u16::try_from(values.len()).ok()?).to_vec();
    let mut outside = Vec::new();
    let start = at + 2 + values.len() * 12 + 4;
    for (Entry { tag, kind, count, .. }, mut value) in values {
        directory.extend(u16_of(tag));
        directory.extend(u16_of(kind));
        directory.extend(u32_of(count));
        if value.len() > 4 {
            directory.extend(u32_of(u32::try_from(start + outside.len()).ok()?));
            value.resize(value.len().next_multiple_of(2), 0);
            outside.extend(value);
        } else {
            value.resize(4, 0);
            directory.extend(value);
        }
    }
    directory.extend([0; 4]);
    directory.extend(outside);
    Some(directory)
}
