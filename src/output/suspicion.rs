//! What is odd about a picture that is whole.

use crate::job::{Pixels, Suspicion};
use crate::picture::Look;

/// Differences in a side that models make by rounding to their own grid, px.
const SLACK: u32 = 8;

/// What makes a person's look worthwhile, if anything does. Whether the photo itself is black is asked only
/// where that matters.
pub(super) fn suspicion(
    actual: Pixels,
    promised: Option<Pixels>,
    look: Look,
    is_photo_black: impl FnOnce() -> bool,
) -> Option<Suspicion> {
    let wrong_size = promised.filter(|&promised| !fits(actual, promised));
    if let Some(promised) = wrong_size {
        // What goes to fal is upright: a result whose sides changed places lies on one of them.
        let lies =
            if fits(actual, Pixels::new(promised.height, promised.width)) { ": it lies on its side" } else { "" };
        return Some(Suspicion(format!("is {actual}, expected {promised}{lies}").into()));
    }
    // Models put black in place of what they will not show.
    (look.black && !is_photo_black()).then(|| Suspicion("is all black: a safety checker may have blanked it".into()))
}

/// Whether a size is the promised one, give or take rounding.
fn fits(actual: Pixels, promised: Pixels) -> bool {
    let near = |a: u32, b: u32| a.abs_diff(b) <= SLACK.max(b / 100);
    near(actual.width, promised.width) && near(actual.height, promised.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: u32, height: u32) -> Option<Suspicion> {
        suspicion(Pixels::new(width, height), Some(Pixels::new(1280, 854)), Look::default(), || false)
    }

    #[test]
    fn rounding_is_no_reason() {
        for (width, height) in [(1280, 854), (1288, 848), (1268, 862)] {
            assert_eq!(of(width, height), None, "{width}×{height}");
        }
        assert_eq!(suspicion(Pixels::new(5, 5), None, Look::default(), || false), None);
    }

    #[test]
    fn another_size_is() {
        assert_eq!(of(640, 427).unwrap().0.as_ref(), "is 640×427, expected 1280×854");
        assert_eq!(of(854, 1280).unwrap().0.as_ref(), "is 854×1280, expected 1280×854: it lies on its side");
        for (width, height) in [(1293, 854), (1280, 863), (854, 854), (2560, 1708)] {
            assert!(of(width, height).is_some(), "{width}×{height}");
        }
    }

    #[test]
    fn black_is_where_the_photo_is_not() {
        let black = |photo: bool| suspicion(Pixels::new(5, 5), None, Look { black: true }, || photo);
        assert!(black(false).unwrap().0.starts_with("is all black"));
        assert_eq!(black(true), None, "as the photo is");
    }
}
