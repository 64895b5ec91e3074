//! AVIF: its boxes (ISO/IEC 14496-12, 4.2) and what they say of its main picture (ISO/IEC 23008-12).

use std::io::{Read, Seek};

use super::Header;
use super::boxes::boxes;
use super::bytes::Bytes;
use super::error::Flaw;
use super::facts::Colour;
use super::tags::{Besides, Carried, LONGEST};
use crate::job::{Format, Pixels};

/// What pictures are called that are parts of another: its mask, its gain map (Apple's own, too), how far away things are.
const ALPHA: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];
const GAIN_MAP: [&[u8]; 2] = [b"urn:com:apple:photo:2020:aux:hdrgainmap", b"urn:iso:std:iso:ts:21496:-1"];
const MATTES: [&[u8]; 6] = [
    b"urn:com:apple:photo:2018:aux:portraiteffectsmatte",
    b"urn:com:apple:photo:2019:aux:semantichairmatte",
    b"urn:com:apple:photo:2019:aux:semanticskinmatte",
    b"urn:com:apple:photo:2019:aux:semanticteethmatte",
    b"urn:com:apple:photo:2020:aux:semanticglassesmatte",
    b"urn:com:apple:photo:2020:aux:semanticskymatte",
];
const DEPTH: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth", b"urn:mpeg:hevc:2015:auxid:2"];

/// Reads what the main picture's properties say. EXIF has no say in which way up it is (ISO/IEC 23008-12,
/// annex A.2.4).
pub(super) fn header<R: Read + Seek>(mut bytes: Bytes<R>) -> Result<Header, Flaw> {
    let mut animated = false;
    while bytes.left() >= 8 {
        let (name, length) = next_box(&mut bytes)?;
        match &name {
            b"ftyp" => {
                let brands = bytes.up_to(length.min(LONGEST))?;
                animated = brands.starts_with(b"avis");
                bytes.skip(length.saturating_sub(brands.len() as u64))?;
            }
            b"meta" if length <= LONGEST => {
                let meta = bytes.up_to(length)?;
                match described(&meta) {
                    Some(header) => return Ok(Header { animated, ..header }),
                    None => break,
                }
            }
            _ => bytes.skip(length)?,
        }
    }
    // Films without a still, and what is written in ways that we do not know.
    let size = imagesize::reader_size(bytes.into_inner()?).map_err(|error| match error {
        imagesize::ImageError::IoError(error) => Flaw::from(error),
        _ => Flaw::Damaged("no size in it"),
    })?;
    let whole = |px: usize| u32::try_from(px).unwrap_or(u32::MAX);
    let pixels = Pixels::new(whole(size.width), whole(size.height));
    Ok(Header { animated, ..Header::plain(Format::Avif, pixels) })
}

/// What the box of descriptions says of the main picture.
fn described(meta: &[u8]) -> Option<Header> {
    let mut main = None;
    let (mut properties, mut associations) = (Vec::new(), None);
    let mut carried = Carried::default();
    let mut gain_map = false;
    for (name, body) in boxes(meta.get(4..)?) {
        match &name {
            b"pitm" => main = Some(id(body.get(4..)?, body.first() != Some(&0))?.0),
            b"iinf" => {
                // The kind of an item stands behind its id and protection, or at the end of a media type.
                let has = |kind: &[u8]| body.windows(kind.len()).any(|window| window == kind);
                carried.exif = has(b"Exif\0");
                carried.xmp = has(b"application/rdf+xml");
                // Colours that are made of a picture and its gain map (ISO 21496-1, HEIF).
                gain_map = has(b"tmap");
            }
            b"iprp" => {
                for (name, body) in boxes(body) {
                    match &name {
                        b"ipco" => properties = boxes(body).collect(),
                        b"ipma" => associations = Some(body),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let of_main = associated(associations?, main?)?;
    let mut header = Header { carried, ..Header::plain(Format::Avif, Pixels::new(0, 0)) };
    let has = |urns: &[&[u8]]| properties.iter().any(|(name, body)| name == b"auxC" && is_of(body, urns));
    header.alpha = has(&ALPHA);
    header.besides =
        Besides { gain_map: gain_map || has(&GAIN_MAP), film: false, depth_map: has(&DEPTH), matte: has(&MATTES) };
    for index in of_main {
        let Some((name, body)) = usize::from(index).checked_sub(1).and_then(|index| properties.get(index)) else {
            continue;
        };
        apply(&mut header, *name, body);
    }
    (header.pixels.count() > 0).then_some(header)
}

/// What a property says of its picture. They hold in their order.
fn apply(header: &mut Header, name: [u8; 4], body: &[u8]) {
    let be32 = |at: usize| body.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_be_bytes(*bytes));
    match &name {
        b"ispe" => header.pixels = Pixels::new(be32(4).unwrap_or(0), be32(8).unwrap_or(0)),
        // A cut, where it is by whole px.
        b"clap" => {
            let side = |at| be32(at).zip(be32(at + 4)).and_then(|(of, by)| of.checked_div(by)).filter(|side| *side > 0);
            if let Some((width, height)) = side(0).zip(side(8)) {
                header.pixels = Pixels::new(width.min(header.pixels.width), height.min(header.pixels.height));
            }
        }
        b"irot" => {
            for _ in 0..body.first().copied().unwrap_or(0) & 3 {
                header.orientation = header.orientation.then_left();
            }
        }
        b"imir" => {
            let across = header.orientation.then_left().then_left().then_flip_down();
            let is_across = body.first().is_some_and(|axis| axis & 1 == 1);
            header.orientation = if is_across { across } else { header.orientation.then_flip_down() };
        }
        b"pixi" => {
            header.depth = body.get(5).copied().unwrap_or(8);
            if body.get(4) == Some(&1) {
                header.colour = Colour::Grey;
            }
        }
        b"colr" => header.carried.icc |= matches!(body.get(..4), Some(b"prof" | b"rICC")),
        _ => {}
    }
}

/// The numbers, from 1, of the properties that an item has (23008-12, 9.3.1).
fn associated(table: &[u8], item: u32) -> Option<Vec<u16>> {
    let (version, flags) = (*table.first()?, *table.get(3)?);
    let count = u32::from_be_bytes(*table.get(4..)?.first_chunk()?);
    let mut rest = table.get(8..)?;
    for _ in 0..count {
        let (id, after) = id(rest, version > 0)?;
        let (length, after) = after.split_first()?;
        let size = if flags & 1 == 1 { 2 } else { 1 };
        let (numbers, after) = after.split_at_checked(usize::from(*length) * size)?;
        if id == item {
            let number = |bytes: &[u8]| match bytes {
                [high, low] => u16::from_be_bytes([high & 0x7f, *low]),
                [one] => u16::from(one & 0x7f),
                _ => 0,
            };
            return Some(numbers.chunks_exact(size).map(number).collect());
        }
        rest = after;
    }
    None
}

/// An item's id, of four bytes or two, and what follows.
fn id(bytes: &[u8], long: bool) -> Option<(u32, &[u8])> {
    if long {
        let (id, rest) = bytes.split_first_chunk()?;
        Some((u32::from_be_bytes(*id), rest))
    } else {
        let (id, rest) = bytes.split_first_chunk()?;
        Some((u16::from_be_bytes(*id).into(), rest))
    }
}

/// Whether a property says that its picture is one of these.
fn is_of(property: &[u8], urns: &[&[u8]]) -> bool {
    let said = property.get(4..).unwrap_or_default();
    urns.iter().any(|urn| said.starts_with(urn))
}

/// The name of the next box in the file and the length of what is in it, bytes.
fn next_box<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<([u8; 4], u64), Flaw> {
    let short = u64::from(bytes.be32()?);
    let name = bytes.array::<4>()?;
    let length = match short {
        // To the end of the file.
        0 => bytes.left(),
        1 => u64::from_be_bytes(bytes.array()?).checked_sub(16).ok_or(Flaw::Damaged("a box without a length"))?,
        long => long.checked_sub(8).ok_or(Flaw::Damaged("a box without a length"))?,
    };
    Ok((name, length))
}

/// Walks over all top boxes: each must be there to its end, and a description and data among them.
pub(super) fn complete<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(), Flaw> {
    let (mut described, mut filled) = (false, false);
    while bytes.left() >= 8 {
        let (name, body) = next_box(bytes)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap();
        [&length.to_be_bytes(), name, body].concat()
    }

    /// A description of one picture of 30 × 20 px with properties beside its size.
    fn meta(properties: &[Vec<u8>]) -> Vec<u8> {
        let size = boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 30, 0, 0, 0, 20]);
        let all = [vec![size], properties.to_vec()].concat();
        let numbers: Vec<u8> = (1..=u8::try_from(all.len()).unwrap()).collect();
        let count = u8::try_from(all.len()).unwrap();
        let table = [&[0, 0, 0, 0, 0, 0, 0, 1, 0, 7, count][..], &numbers].concat();
        let both = [boxed(b"ipco", &all.concat()), boxed(b"ipma", &table)].concat();
        [vec![0; 4], boxed(b"pitm", &[0, 0, 0, 0, 0, 7]), boxed(b"iprp", &both)].concat()
    }

    /// A property and its value.
    type Said = (&'static [u8], u8);

    #[test]
    fn turns_and_mirrors_add_up() {
        // As libavif gives them to EXIF.
        let cases: [(&[Said], u16); 9] = [
            (&[], 1),
            (&[(b"imir", 1)], 2),
            (&[(b"irot", 2)], 3),
            (&[(b"imir", 0)], 4),
            (&[(b"irot", 1), (b"imir", 0)], 5),
            (&[(b"irot", 3)], 6),
            (&[(b"irot", 3), (b"imir", 0)], 7),
            (&[(b"irot", 1)], 8),
            (&[(b"irot", 1), (b"imir", 1)], 7),
        ];
        for (properties, tag) in cases {
            let properties: Vec<_> = properties.iter().map(|(name, value)| boxed(name, &[*value])).collect();
            let header = described(&meta(&properties)).unwrap();
            assert_eq!((header.pixels, header.orientation.tag()), (Pixels::new(30, 20), tag));
        }
    }

    #[test]
    fn depth_alpha_and_profile_are_seen() {
        let alpha = [&[0; 4][..], b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"].concat();
        let properties =
            [boxed(b"pixi", &[0, 0, 0, 0, 3, 10, 10, 10]), boxed(b"colr", b"prof...."), boxed(b"auxC", &alpha)];
        let header = described(&meta(&properties)).unwrap();
        assert_eq!((header.depth, header.alpha, header.carried.icc), (10, true, true));
        assert!(described(&meta(&[])[..40]).is_none());
        let besides = |urn: &[u8]| described(&meta(&[boxed(b"auxC", &[&[0; 4], urn].concat())])).unwrap().besides;
        assert!(besides(b"urn:com:apple:photo:2020:aux:hdrgainmap\0").gain_map);
        assert!(besides(b"urn:mpeg:hevc:2015:auxid:2\0").depth_map);
        assert!(besides(b"urn:com:apple:photo:2018:aux:portraiteffectsmatte\0").matte);
        assert_eq!(besides(b"urn:com:apple:photo:2023:aux:styledelta\0"), Besides::default());
    }
}
