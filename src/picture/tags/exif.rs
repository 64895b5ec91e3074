//! The one thing that a header's reader asks of EXIF: which way up the picture is.

use super::Orientation;

/// What was asked for lies beyond the bytes at hand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beyond;

/// What a block says of it, if anything (Exif 2.3: tag 0x0112). A block that makes no sense says nothing.
///
/// # Errors
/// If the block goes on, and it may be there.
pub(super) fn orientation(tiff: &[u8]) -> Result<Option<Orientation>, Beyond> {
    let little = match tiff.get(..4) {
        Some(b"II*\0") => true,
        Some(b"MM\0*") => false,
        _ => return Ok(None),
    };
    let u16_at = |at: usize| {
        let bytes = tiff.get(at..).and_then(|rest| rest.first_chunk()).ok_or(Beyond)?;
        Ok(if little { u16::from_le_bytes(*bytes) } else { u16::from_be_bytes(*bytes) })
    };
    let first = tiff.get(4..).and_then(|rest| rest.first_chunk()).ok_or(Beyond)?;
    let first = if little { u32::from_le_bytes(*first) } else { u32::from_be_bytes(*first) } as usize;
    let entries = first.saturating_add(2);
    for entry in 0..usize::from(u16_at(first)?) {
        let at = entries.saturating_add(entry * 12);
        if u16_at(at)? == 0x0112 {
            return Ok(Orientation::from_tag(u16_at(at.saturating_add(8))?));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::picture::samples;

    #[test]
    fn each_value_is_read() {
        for tag in 0..=9 {
            assert_eq!(orientation(&samples::exif(tag)), Ok(Orientation::from_tag(tag)), "{tag}");
        }
        let block = samples::exif(6);
        assert_eq!(orientation(&block[..30]), Err(Beyond));
        assert_eq!(orientation(b"Exif"), Ok(None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(order in prop::sample::select(vec![&b"II*\0"[..], b"MM\0*"]), rest in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = orientation(&[order, &rest].concat());
        }
    }
}
