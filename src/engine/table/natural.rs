//! Natural order of paths, whatever the case: `img2` before `IMG10`. Nothing is allocated for it, as a
//! sort of many compares often.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::path::Path;

/// Compares two paths part by part.
pub(super) fn compare(a: &Path, b: &Path) -> Ordering {
    let (mut left, mut right) = (a.iter(), b.iter());
    loop {
        let (one, other) = match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(one), Some(other)) => (one, other),
        };
        let order = compare_names(&one.to_string_lossy(), &other.to_string_lossy());
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn compare_names(a: &str, b: &str) -> Ordering {
    let lower = |text| str::chars(text).flat_map(char::to_lowercase).peekable();
    let (mut left, mut right) = (lower(a), lower(b));
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(one), Some(other)) if one.is_ascii_digit() && other.is_ascii_digit() => {
                number(&mut left).cmp(&number(&mut right))
            }
            (Some(_), Some(_)) => left.next().cmp(&right.next()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The number that begins here, at most the largest that there is.
fn number(chars: &mut Peekable<impl Iterator<Item = char>>) -> u128 {
    let mut number = 0_u128;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        number = number.saturating_mul(10).saturating_add(digit.into());
        chars.next();
    }
    number
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_find_their_photos_where_they_look_for_them() {
        let mut paths =
            ["b/x.jpg", "IMG10.jpg", "img2.jpg", "a.jpg", "a/z.jpg", "Ä.jpg", "img02.jpg", "b.jpg"].map(Path::new);
        paths.sort_by(|a, b| compare(a, b));
        let expected = ["a/z.jpg", "a.jpg", "b/x.jpg", "b.jpg", "img02.jpg", "img2.jpg", "IMG10.jpg", "Ä.jpg"];
        assert_eq!(paths, expected.map(Path::new));
    }

    proptest! {
        #[test]
        fn it_is_an_order(a in "[aB1/0]{0,6}", b in "[aB1/0]{0,6}", c in "[aB1/0]{0,6}") {
            let [a, b, c] = [&a, &b, &c].map(Path::new);
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            prop_assert_eq!(compare(a, b) == Ordering::Equal, a == b);
            if compare(a, b) != Ordering::Greater && compare(b, c) != Ordering::Greater {
                prop_assert_ne!(compare(a, c), Ordering::Greater);
            }
        }
    }
}
