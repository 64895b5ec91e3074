//! Natural order of paths, whatever the case: `img2` before `IMG10`. A path becomes a key whose bytes
//! are in that order, so that a sort of a million paths compares bytes and nothing else.

use std::path::Path;

/// Stands between the parts of a path, before anything that a name can hold.
const SEPARATOR: u8 = 0;

/// A path as bytes in natural order.
pub(super) fn key(path: &Path) -> Box<[u8]> {
    let mut key = Vec::with_capacity(path.as_os_str().len() + 8);
    for part in path {
        push_name(&mut key, &part.to_string_lossy());
        key.push(SEPARATOR);
    }
    key.into_boxed_slice()
}

/// Letters as small ones; a number as a nought, how many digits it has, and those.
fn push_name(key: &mut Vec<u8>, name: &str) {
    let mut chars = name.chars().flat_map(char::to_lowercase).peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            let rest = std::iter::from_fn(|| chars.next_if(char::is_ascii_digit));
            let digits: String = std::iter::once(c).chain(rest).collect();
            let digits = digits.trim_start_matches('0');
            key.extend([b'0', u8::try_from(digits.len()).unwrap_or(u8::MAX)]);
            key.extend(digits.bytes());
        } else {
            key.extend(c.encode_utf8(&mut [0; 4]).bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_find_their_photos_where_they_look_for_them() {
        let mut paths = ["b/x.jpg", "IMG10.jpg", "img2.jpg", "a.jpg", "a/z.jpg", "Ä.jpg", "img.jpg", "b.jpg"];
        paths.sort_by_key(|path| key(Path::new(path)));
        let expected = ["a/z.jpg", "a.jpg", "b/x.jpg", "b.jpg", "img.jpg", "img2.jpg", "IMG10.jpg", "Ä.jpg"];
        assert_eq!(paths, expected);
        assert_eq!(key(Path::new("IMG_007.jpg")), key(Path::new("img_7.jpg")), "then their numbers decide");
    }
}
