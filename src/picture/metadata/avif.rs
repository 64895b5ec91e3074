//! Metadata among the items of an AVIF, or of a HEIC (ISO/IEC 23008-12, annex A; ISO/IEC 14496-12, 8.11).

use std::collections::BTreeSet;

use heifer_isobmff::boxes::{
    ColorInfo, ConstructionMethod, Extent, ItemLocation, Property, parse_item_locations, parse_property_associations,
};
use heifer_isobmff::{BoxIter, HeifFile, Item, ItemId};

use super::parts::Parts;
use crate::job::Pixels;

/// What an item of XMP calls itself.
const XMP: &str = "application/rdf+xml";

/// The colour profile of a picture, or of its first tile.
pub(super) fn icc<'a>(file: &'a HeifFile<'_>) -> Option<&'a [u8]> {
    let main = file.primary_id;
    let of = |id| {
        file.item_properties(id).ok()?.find_map(|property| match property {
            Property::Color(ColorInfo::Icc(profile)) if !profile.is_empty() => Some(profile.as_slice()),
            _ => None,
        })
    };
    of(main).or_else(|| of(*file.referenced_items(main, b"dimg").first()?))
}

/// The whole file with the metadata in it; `None` if it is not made as one has to be.
pub(super) fn splice(bytes: &[u8], parts: impl FnOnce(Pixels, bool) -> Parts) -> Option<Vec<u8>> {
    let file = HeifFile::parse(bytes).ok()?;
    let main = file.primary_id;
    let (width, height) = file.image_size(main).ok()??;
    let Parts { exif, xmp, icc: profile, bare, .. } = parts(Pixels::new(width, height), false);
    let is_given = |given: Option<&Vec<u8>>| bare || given.is_some();
    let gives_way = |item: &&Item| is_exif(item) && is_given(exif.as_ref()) || is_xmp(item) && is_given(xmp.as_ref());
    let dropped: BTreeSet<ItemId> = file.items.iter().filter(gives_way).map(|item| item.id).collect();
    let first = file.items.iter().map(|item| item.id).max()?.checked_add(1)?;
    let with_place = |block: Vec<u8>| [&[0; 4][..], &block].concat();
    let added = [(true, exif.map(with_place)), (false, xmp)];
    let added: Vec<_> = added.into_iter().filter_map(|(is_exif, block)| Some((is_exif, block?))).collect();
    let added: Vec<_> = (first..).zip(added).filter(|(_, (_, block))| block.len() > 4).collect();
    let profile = profile.filter(|_| icc(&file).is_none());

    let meta = BoxIter::new(bytes).filter_map(Result::ok).find(|found| &found.header.box_type.0 == b"meta")?;
    let length = usize::try_from(meta.header.size?).ok()?;
    let new = Items {
        main,
        dropped,
        added: added.iter().map(|(id, (is_exif, block))| (*id, *is_exif, block.len())).collect(),
    };
    let behind = u64::try_from(meta.offset + length).ok()?;
    // How long it is does not hang on where things are.
    let of = |shift, end| new.meta(meta.content, profile.as_deref(), Moved { behind, shift, end });
    let shift = i64::try_from(of(0, 0)?.len()).ok()?.checked_sub(i64::try_from(length).ok()?)?;
    let made = of(shift, u64::try_from(bytes.len()).ok()?.checked_add(8)?.checked_add_signed(shift)?)?;
    let mut spliced = [bytes.get(..meta.offset)?, &made, bytes.get(meta.offset + length..)?].concat();
    if !added.is_empty() {
        let all: Vec<u8> = added.into_iter().flat_map(|(_, (_, block))| block).collect();
        spliced.extend(boxed(*b"mdat", &all)?);
    }
    Some(spliced)
}

/// The same file with nothing where its metadata were.
pub(super) fn blanked(bytes: &[u8]) -> Option<Vec<u8>> {
    let file = HeifFile::parse(bytes).ok()?;
    let mut made = bytes.to_vec();
    for item in file.items.iter().filter(|item| is_exif(item) || is_xmp(item)) {
        let place = item.location.as_ref()?;
        if place.construction_method != ConstructionMethod::File {
            return None;
        }
        for extent in &place.extents {
            let start = usize::try_from(extent.offset).ok()?;
            let end = start.checked_add(usize::try_from(extent.length).ok()?)?;
            made.get_mut(start..end)?.fill(0);
        }
    }
    Some(made)
}

/// The same file with a colour profile, where it has none.
#[cfg(feature = "avif")]
pub(in crate::picture) fn with_profile(bytes: &[u8], profile: Vec<u8>) -> Option<Vec<u8>> {
    splice(bytes, |_, _| Parts { icc: Some(profile), ..Parts::default() })
}

fn is_exif(item: &Item) -> bool {
    &item.item_type.0 == b"Exif"
}

fn is_xmp(item: &Item) -> bool {
    &item.item_type.0 == b"mime" && item.content_type.as_deref() == Some(XMP)
}

/// What is done to the list of items.
struct Items {
    main: ItemId,
    dropped: BTreeSet<ItemId>,
    /// Which are new, whether they are EXIF, and how long, bytes.
    added: Vec<(ItemId, bool, usize)>,
}

/// Where things are when the list is longer, or shorter: those behind it by so much further, the new ones from `end` on.
#[derive(Clone, Copy)]
struct Moved {
    behind: u64,
    shift: i64,
    end: u64,
}

impl Items {
    /// The box of descriptions, written anew.
    fn meta(&self, content: &[u8], profile: Option<&[u8]>, moved: Moved) -> Option<Vec<u8>> {
        let (head, rest) = content.split_at_checked(4)?;
        let mut made = head.to_vec();
        let mut has_references = false;
        for found in BoxIter::new(rest) {
            let found = found.ok()?;
            let (name, body) = (found.header.box_type.0, found.content);
            made.extend(match &name {
                b"iinf" => boxed(name, &self.infos(body)?)?,
                b"iloc" => boxed(name, &self.places(body, moved)?)?,
                b"iref" => {
                    has_references = true;
                    boxed(name, &self.references(body)?)?
                }
                b"iprp" => boxed(name, &self.properties(body, profile)?)?,
                _ => boxed(name, body)?,
            });
        }
        if !has_references {
            made.extend(boxed(*b"iref", &self.references(&[0; 4])?)?);
        }
        boxed(*b"meta", &made)
    }

    fn infos(&self, body: &[u8]) -> Option<Vec<u8>> {
        let is_long = *body.first()? != 0;
        let rest = body.get(if is_long { 8 } else { 6 }..)?;
        let (mut entries, mut count) = (Vec::new(), 0_u16);
        for found in BoxIter::new(rest) {
            let found = found.ok()?;
            let id = match found.content {
                [3, _, _, _, a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]),
                [_, _, _, _, high, low, ..] => u16::from_be_bytes([*high, *low]).into(),
                _ => return None,
            };
            if !self.dropped.contains(&id) {
                entries.extend(boxed(found.header.box_type.0, found.content)?);
                count += 1;
            }
        }
        for (id, is_exif, _) in &self.added {
            let kind: &[u8] = if *is_exif { b"Exif\0" } else { b"mime\0application/rdf+xml\0" };
            let id = u16::try_from(*id).ok()?.to_be_bytes();
            entries.extend(boxed(*b"infe", &[&[2, 0, 0, 0], &id[..], &[0, 0], kind].concat())?);
            count += 1;
        }
        Some([&[0, 0, 0, 0][..], &count.to_be_bytes(), &entries].concat())
    }

    fn places(&self, body: &[u8], moved: Moved) -> Option<Vec<u8>> {
        let mut places = parse_item_locations(body).ok()?;
        places.retain(|place| !self.dropped.contains(&place.id));
        for extent in places.iter_mut().filter(|place| place.construction_method == ConstructionMethod::File) {
            for extent in &mut extent.extents {
                // One that goes on to the end would go on over what is put there.
                if extent.length == 0 {
                    return None;
                }
                if extent.offset >= moved.behind {
                    extent.offset = extent.offset.checked_add_signed(moved.shift)?;
                }
            }
        }
        let mut at = moved.end;
        for (id, _, length) in &self.added {
            let extents = vec![Extent { offset: at, length: *length as u64, index: 0 }];
            places.push(ItemLocation { id: *id, construction_method: ConstructionMethod::File, extents });
            at += *length as u64;
        }
        // Version 1; offsets and lengths of four bytes, no base, no index.
        let mut made = vec![1, 0, 0, 0, 0x44, 0];
        made.extend(u16::try_from(places.len()).ok()?.to_be_bytes());
        for place in places {
            let method: u16 = match place.construction_method {
                ConstructionMethod::File => 0,
                ConstructionMethod::Idat => 1,
                ConstructionMethod::Item => return None,
            };
            made.extend(
                [u16::try_from(place.id).ok()?, method, 0, u16::try_from(place.extents.len()).ok()?]
                    .map(u16::to_be_bytes)
                    .concat(),
            );
            for extent in place.extents {
                made.extend(u32::try_from(extent.offset).ok()?.to_be_bytes());
                made.extend(u32::try_from(extent.length).ok()?.to_be_bytes());
            }
        }
        Some(made)
    }

    fn references(&self, body: &[u8]) -> Option<Vec<u8>> {
        let (head, rest) = body.split_at_checked(4)?;
        let is_long = *head.first()? != 0;
        let id = |id: ItemId| {
            if is_long { Some(id.to_be_bytes().to_vec()) } else { Some(u16::try_from(id).ok()?.to_be_bytes().to_vec()) }
        };
        let mut made = head.to_vec();
        for found in BoxIter::new(rest) {
            let found = found.ok()?;
            let from = match (is_long, found.content) {
                (true, [a, b, c, d, ..]) => u32::from_be_bytes([*a, *b, *c, *d]),
                (false, [high, low, ..]) => u16::from_be_bytes([*high, *low]).into(),
                _ => return None,
            };
            if !self.dropped.contains(&from) {
                made.extend(boxed(found.header.box_type.0, found.content)?);
            }
        }
        for (new, ..) in &self.added {
            made.extend(boxed(*b"cdsc", &[&id(*new)?[..], &[0, 1], &id(self.main)?].concat())?);
        }
        Some(made)
    }

    fn properties(&self, body: &[u8], profile: Option<&[u8]>) -> Option<Vec<u8>> {
        let Some(profile) = profile else { return Some(body.to_vec()) };
        let mut made = Vec::new();
        let mut index = 0_u16;
        for found in BoxIter::new(body) {
            let found = found.ok()?;
            let (name, body) = (found.header.box_type.0, found.content);
            made.extend(match &name {
                b"ipco" => {
                    index = u16::try_from(BoxIter::new(body).count() + 1).ok()?;
                    let colours = boxed(*b"colr", &[b"prof", profile].concat())?;
                    boxed(name, &[body, &colours].concat())?
                }
                b"ipma" => boxed(name, &self.associations(body, index)?)?,
                _ => boxed(name, body)?,
            });
        }
        Some(made)
    }

    /// With one more property of the main picture.
    fn associations(&self, body: &[u8], index: u16) -> Option<Vec<u8>> {
        let all = parse_property_associations(body).ok()?;
        // Version 0 of short ids; numbers of two bytes.
        let mut made = vec![0, 0, 0, 1];
        made.extend(u32::try_from(all.len()).ok()?.to_be_bytes());
        for (id, properties) in all {
            let new = (id == self.main).then_some(index & 0x7fff);
            let numbers = properties.iter().map(|said| said.index | if said.essential { 0x8000 } else { 0 }).chain(new);
            let numbers: Vec<u16> = numbers.collect();
            made.extend(u16::try_from(id).ok()?.to_be_bytes());
            made.push(u8::try_from(numbers.len()).ok()?);
            made.extend(numbers.into_iter().flat_map(u16::to_be_bytes));
        }
        Some(made)
    }
}

fn boxed(name: [u8; 4], body: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(body.len().checked_add(8)?).ok()?;
    Some([&length.to_be_bytes()[..], &name, body].concat())
}
