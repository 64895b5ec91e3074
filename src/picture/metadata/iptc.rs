//! IPTC's datasets (IIM 4.2), within Photoshop's resources or bare.

/// The resource that holds them (Photoshop file formats, image resource ids).
const RESOURCE: [u8; 2] = [0x04, 0x04];

/// One dataset: record, number and value.
type Dataset<'a> = (u8, u8, &'a [u8]);

/// The datasets within Photoshop's resources; what begins as datasets do is them already.
pub(super) fn within(resources: &[u8]) -> Option<Vec<u8>> {
    if resources.first() == Some(&0x1c) {
        return Some(resources.to_vec());
    }
    let mut rest = resources;
    while let Some(after) = rest.strip_prefix(b"8BIM") {
        let (id, after) = after.split_first_chunk::<2>()?;
        // A name, with its length before it, of an even length in all.
        let name = usize::from(*after.first()?) + 1;
        let after = after.get(name.next_multiple_of(2)..)?;
        let (length, after) = after.split_first_chunk()?;
        let length = u32::from_be_bytes(*length) as usize;
        if *id == RESOURCE {
            return after.get(..length).map(<[u8]>::to_vec);
        }
        rest = after.get(length.next_multiple_of(2)..)?;
    }
    None
}

/// Photoshop's resources with the datasets as their only one.
pub(super) fn as_resources(datasets: &[u8]) -> Vec<u8> {
    let length = u32::try_from(datasets.len()).unwrap_or_default().to_be_bytes();
    let mut resources = [b"8BIM".as_slice(), &RESOURCE, &[0, 0], &length, datasets].concat();
    resources.resize(resources.len().next_multiple_of(2), 0);
    resources
}

/// The values of a dataset of the second record, as text.
pub(super) fn texts(datasets: &[u8], number: u8) -> Vec<String> {
    let is_utf8 = all(datasets).any(|(record, number, value)| (record, number, value) == (1, 90, b"\x1b%G"));
    let text = |value: &[u8]| match std::str::from_utf8(value) {
        Ok(text) if is_utf8 || text.is_ascii() => text.to_owned(),
        // Who says nothing means Latin-1, or has written UTF-8 all the same.
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    };
    all(datasets).filter(|set| (set.0, set.1) == (2, number)).map(|(.., value)| text(value)).collect()
}

/// The datasets without those that say where the photo was taken: city, place, state and country.
pub(super) fn without_place(datasets: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    for (record, number, value) in all(datasets) {
        if record == 2 && matches!(number, 26 | 27 | 90 | 92 | 95 | 100 | 101) {
            continue;
        }
        let length = u16::try_from(value.len()).unwrap_or_default().to_be_bytes();
        kept.extend([&[0x1c, record, number][..], &length, value].concat());
    }
    kept
}

fn all(datasets: &[u8]) -> impl Iterator<Item = Dataset<'_>> {
    let mut rest = datasets;
    std::iter::from_fn(move || {
        let [0x1c, record, number, high, low, after @ ..] = rest else { return None };
        // Longer ones say otherwise how long they are; nobody writes them.
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let value = after.get(..length)?;
        rest = after.get(length..)?;
        Some((*record, *number, value))
    })
}
