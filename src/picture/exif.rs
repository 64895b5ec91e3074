//! The one thing that we ask of EXIF: which way up the picture is.

use image::ImageDecoder;
use image::metadata::Orientation;

/// Whether an EXIF block says that the picture is to be turned by 90° one way or the other, so that
/// its sides change places (Exif 2.3: tag 0x0112, values 5 to 8). A block that makes no sense does not.
pub(super) fn swaps_sides(block: &[u8]) -> bool {
    orientation(bare(block)).is_some_and(|orientation| (5..=8).contains(&orientation))
}

/// Which way up a picture is that is decoded as a whole.
pub(super) fn orientation_of(decoder: &mut impl ImageDecoder) -> Orientation {
    let block = decoder.exif_metadata().ok().flatten();
    block.and_then(|block| Orientation::from_exif_chunk(bare(&block))).unwrap_or(Orientation::NoTransforms)
}

/// The block itself: some writers put JPEG's prefix before it in other formats, too.
fn bare(block: &[u8]) -> &[u8] {
    block.strip_prefix(b"Exif\0\0").unwrap_or(block)
}

fn orientation(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes = tiff.get(at..)?.first_chunk()?;
        Some(if little { u16::from_le_bytes(*bytes) } else { u16::from_be_bytes(*bytes) })
    };
    let first = tiff.get(4..)?.first_chunk()?;
    let first = if little { u32::from_le_bytes(*first) } else { u32::from_be_bytes(*first) } as usize;
    let entries = first.checked_add(2)?;
    (0..usize::from(u16_at(first)?))
        .map_while(|entry| entries.checked_add(entry * 12))
        .find(|&at| u16_at(at) == Some(0x0112))
        .and_then(|at| u16_at(at.checked_add(8)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::picture::samples;

    #[test]
    fn orientations_past_four_swap_the_sides() {
        for orientation in 0..=9 {
            let swaps = (5..=8).contains(&orientation);
            assert_eq!(swaps_sides(&samples::exif(orientation)), swaps, "{orientation}");
            let prefixed = [b"Exif\0\0".as_slice(), &samples::exif(orientation)].concat();
            assert_eq!(swaps_sides(&prefixed), swaps, "{orientation}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(order in prop::sample::select(vec![&b"II*\0"[..], b"MM\0*"]), rest in prop::collection::vec(any::<u8>(), 0..80)) {
            swaps_sides(&[order, &rest].concat());
        }
    }
}
