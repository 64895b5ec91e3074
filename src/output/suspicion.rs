//! What is odd about a picture that is whole.

use crate::job::{Pixels, Suspicion};
use crate::picture::{Against, Look, Orientation};

/// Differences in a side that models make by rounding to their own grid, px.
const SLACK: u32 = 8;

/// What is odd about a result that is as its photo is: no reason to look at it.
pub(super) const BLACK_AS_THE_PHOTO: &str = "is all black, as the photo is";

/// What makes a person's look worthwhile, if anything does; `against` is how it looks beside its photo, where that is known,
/// and `least` how much like it a result has to look, percent, that is to show the same; 0 for no matter how.
pub(super) fn suspicion(
    actual: Pixels,
    promised: Option<Pixels>,
    look: &Look,
    against: Option<Against>,
    least: u8,
) -> Option<Suspicion> {
    let wrong_size = promised.filter(|&promised| !fits(actual, promised));
    if let Some(promised) = wrong_size {
        // What goes to fal is upright: a result whose sides changed places lies on one of them.
        let lies =
            if fits(actual, Pixels::new(promised.height, promised.width)) { ": it lies on its side" } else { "" };
        return Some(Suspicion(format!("is {actual}, expected {promised}{lies}").into()));
    }
    let odd = match against {
        // Models put black in place of what they will not show.
        Some(Against::Black) => "is all black: a safety checker may have blanked it",
        None if look.black => "is all black: a safety checker may have blanked it",
        // What is made to look otherwise may well be flat, or turned.
        Some(Against::Flat) if promised.is_some() => "is all of one colour, which the photo is not",
        Some(Against::Turned(how)) if promised.is_some() => turned(how),
        Some(Against::Same) if promised.is_some() => "is the photo, pixel for pixel: nothing was done to it",
        Some(Against::Like(percent)) if promised.is_some() && percent < least => {
            let odd = format!("looks {percent} % like the photo, and {least} % at least are expected");
            return Some(Suspicion(odd.into()));
        }
        _ => return None,
    };
    Some(Suspicion(odd.into()))
}

fn turned(how: Orientation) -> &'static str {
    match how {
        Orientation::Upright => "is as the photo",
        Orientation::FlipAcross => "is mirrored beside the photo",
        Orientation::HalfTurn => "is upside down beside the photo",
        Orientation::FlipDown => "is upside down and mirrored beside the photo",
        Orientation::TurnLeft | Orientation::TurnRight => "lies on its side beside the photo",
        Orientation::Transpose | Orientation::Transverse => "lies on its side and is mirrored beside the photo",
    }
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
        suspicion(Pixels::new(width, height), Some(Pixels::new(1280, 854)), &Look::default(), None, 40)
    }

    #[test]
    fn rounding_is_no_reason() {
        for (width, height) in [(1280, 854), (1288, 848), (1268, 862)] {
            assert_eq!(of(width, height), None, "{width}×{height}");
        }
        assert_eq!(suspicion(Pixels::new(5, 5), None, &Look::default(), None, 40), None);
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
    fn what_was_turned_is_odd_where_a_size_was_promised() {
        let odd = |promised, against| suspicion(Pixels::new(5, 5), promised, &Look::default(), Some(against), 40);
        for against in [Against::Flat, Against::Turned(Orientation::FlipAcross), Against::Same, Against::Like(39)] {
            assert!(odd(Some(Pixels::new(5, 5)), against).is_some());
            assert_eq!(odd(None, against), None, "an edit may be meant so");
        }
        assert_eq!(odd(Some(Pixels::new(5, 5)), Against::Alike), None);
        assert_eq!(odd(Some(Pixels::new(5, 5)), Against::Like(40)), None);
    }

    #[test]
    fn black_is_where_the_photo_is_not() {
        let black = |against| suspicion(Pixels::new(5, 5), None, &Look { black: true, reduced: None }, against, 40);
        assert!(black(Some(Against::Black)).unwrap().0.starts_with("is all black"));
        assert!(black(None).is_some(), "nobody knows what the photo is");
        assert_eq!(black(Some(Against::BlackAsThePhoto)), None);
    }
}
