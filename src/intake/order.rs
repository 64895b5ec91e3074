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
    let key = |name: &OsStr, is_folder| {
        let stem = if is_folder { name.to_string_lossy().to_lowercase() } else { stem_key(name) };
        let mut natural = Vec::with_capacity(stem.len() + 8);
        push_name(&mut natural, &stem);
        (natural, stem)
    };
    key(a, a_is_folder).cmp(&key(b, b_is_folder)).then(a_is_folder.cmp(&b_is_folder)).then_with(|| a.cmp(b))
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
