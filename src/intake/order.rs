//! The order of names in a folder: `img2` before `img10`, whatever they end in.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::Path;

use crate::job::push_name;

/// What a name is ordered by first: the part before its extension, whatever its case. Files for
/// which it is equal would share a name in the output folder, and come one after another.
pub(super) fn stem_key(name: &OsStr) -> String {
    Path::new(name).file_stem().unwrap_or(name).to_string_lossy().to_lowercase()
}

/// The natural order of two names in a folder; `true` for those of folders.
pub(super) fn compare((a, a_is_folder): (&OsStr, bool), (b, b_is_folder): (&OsStr, bool)) -> Ordering {
    let (of_a, of_b) = (stem(a, a_is_folder), stem(b, b_is_folder));
    let stems = if is_plain(of_a) && is_plain(of_b) {
        compare_plain(of_a, of_b)
    } else {
        compare_any((a, a_is_folder), (b, b_is_folder))
    };
    stems.then(a_is_folder.cmp(&b_is_folder)).then_with(|| a.cmp(b))
}

/// The part before a file's extension, as [`Path::file_stem`] has it, which looks for more than is in a name.
fn stem(name: &OsStr, is_folder: bool) -> &[u8] {
    let name = name.as_encoded_bytes();
    let dot = name.iter().rposition(|c| *c == b'.').filter(|place| *place > 0 && !is_folder);
    dot.and_then(|place| name.get(..place)).unwrap_or(name)
}

/// Whether a name is compared as it stands, as most are.
fn is_plain(name: &[u8]) -> bool {
    name.is_ascii() && u8::try_from(name.len()).is_ok()
}

/// A folder of a hundred thousand photos is sorted by two million of these.
fn compare_plain(a: &[u8], b: &[u8]) -> Ordering {
    let (mut left, mut right) = (a, b);
    let natural = loop {
        let ((x, rest_left), (y, rest_right)) = match (left.split_first(), right.split_first()) {
            (Some(left), Some(right)) => (left, right),
            (left, right) => break left.is_some().cmp(&right.is_some()),
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let ((x, rest_left), (y, rest_right)) = (number(left), number(right));
            match x.len().cmp(&y.len()).then_with(|| x.cmp(y)) {
                Ordering::Equal => (left, right) = (rest_left, rest_right),
                other => break other,
            }
            continue;
        }
        // Digits come where noughts are.
        let place = |c: &u8| if c.is_ascii_digit() { b'0' } else { c.to_ascii_lowercase() };
        match place(x).cmp(&place(y)) {
            Ordering::Equal => (left, right) = (rest_left, rest_right),
            other => break other,
        }
    };
    natural.then_with(|| a.iter().map(u8::to_ascii_lowercase).cmp(b.iter().map(u8::to_ascii_lowercase)))
}

/// The digits that a name begins with, without noughts before them, and what follows.
fn number(name: &[u8]) -> (&[u8], &[u8]) {
    let end = name.iter().position(|c| !c.is_ascii_digit()).unwrap_or(name.len());
    let (digits, rest) = name.split_at(end);
    let noughts = digits.iter().take_while(|c| **c == b'0').count();
    (digits.get(noughts..).unwrap_or_default(), rest)
}

/// The same for names of all kinds, by their stems alone.
fn compare_any((a, a_is_folder): (&OsStr, bool), (b, b_is_folder): (&OsStr, bool)) -> Ordering {
    let key = |name: &OsStr, is_folder| {
        let stem = if is_folder { name.to_string_lossy().to_lowercase() } else { stem_key(name) };
        let mut natural = Vec::with_capacity(stem.len() + 8);
        push_name(&mut natural, &stem);
        (natural, stem)
    };
    key(a, a_is_folder).cmp(&key(b, b_is_folder))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_by(|a, b| compare((OsStr::new(a), false), (OsStr::new(b), false)));
        names
    }

    #[test]
    fn numbers_count_and_case_does_not() {
        let names = ["img1.jpg", "IMG2.jpg", "img10.JPG", "img10a.jpg", "Img11.png"];
        let mut shuffled = names;
        shuffled.reverse();
        assert_eq!(sorted(shuffled.to_vec()), names);
    }

    #[test]
    fn neighbours_with_one_stem_stand_together() {
        assert_eq!(
            sorted(vec!["a-1.jpg", "A.png", "a.b.jpg", "a.jpg", "a b.jpg"]),
            ["A.png", "a.jpg", "a b.jpg", "a-1.jpg", "a.b.jpg"]
        );
    }

    fn name() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!["0", "1", "2", "00", "a", "A", ".", "-", "第", "é", " "]), 0..6)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn plain_names_are_ordered_as_all_others(a in "[0-3a-cA-C. _z-]{0,9}", b in "[0-3a-cA-C. _z-]{0,9}") {
            for folders in [[false, false], [true, false], [true, true]] {
                let (x, y) = ((OsStr::new(&a), folders[0]), (OsStr::new(&b), folders[1]));
                let any = compare_any(x, y).then(x.1.cmp(&y.1)).then_with(|| x.0.cmp(y.0));
                prop_assert_eq!(compare(x, y), any, "{:?} {:?}", x, y);
            }
        }

        #[test]
        fn it_is_an_order(a in name(), b in name(), c in name(), folders in any::<[bool; 3]>()) {
            let [x, y, z] = [(OsStr::new(&a), folders[0]), (OsStr::new(&b), folders[1]), (OsStr::new(&c), folders[2])];
            prop_assert_eq!(compare(x, y), compare(y, x).reverse());
            if compare(x, y).is_le() && compare(y, z).is_le() {
                prop_assert!(compare(x, z).is_le(), "{:?} {:?} {:?}", x, y, z);
            }
            prop_assert_eq!(compare(x, y).is_eq(), x == y);
        }
    }
}
