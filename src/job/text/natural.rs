//! Natural order, whatever the case: `img2` before `IMG10`. A name becomes bytes that are in that order,
//! so that who sorts a million of them compares bytes and nothing else.

/// Adds a name's bytes to a key: letters as small ones; a number as a nought, how many digits it has, and
/// those. Names that differ in their case or in noughts before a number alone have the same bytes.
pub(crate) fn push_name(key: &mut Vec<u8>, name: &str) {
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
    fn numbers_count_as_numbers_and_the_case_does_not() {
        let key = |name: &str| {
            let mut key = Vec::new();
            push_name(&mut key, name);
            key
        };
        let mut names = ["IMG10", "img2", "img10a", "img-1", "img", "Ä", "img100", "b", "第2", "第10"];
        names.sort_by_key(|name| key(name));
        assert_eq!(names, ["b", "img", "img-1", "img2", "IMG10", "img10a", "img100", "Ä", "第2", "第10"]);
        assert_eq!(key("IMG_007"), key("img_7"));
    }
}
