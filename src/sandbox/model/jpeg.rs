//! Whether a JPEG is whole. Decoders fill in what is missing with grey; fal's models refuse it.

/// Whether the picture's own end is there: what follows it, such as a second picture, does not count,
/// nor does the end of a thumbnail before it.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8]).unwrap_or_default();
    loop {
        match rest {
            [0xff, 0xd9, ..] => return true,
            // Fill bytes before a marker, and markers without a segment.
            [0xff, 0xff, ..] => rest = rest.get(1..).unwrap_or_default(),
            [0xff, 0x01 | 0xd0..=0xd8, ..] => rest = rest.get(2..).unwrap_or_default(),
            [0xff, kind, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = rest.get(2 + length..).unwrap_or_default();
                if *kind == 0xda {
                    rest = after_scan(rest);
                }
            }
            // Not a marker where one has to be: decoders look for the next one, and so do we.
            [_, ..] => rest = rest.get(1..).unwrap_or_default(),
            [] => return false,
        }
    }
}

/// What follows the data of a scan: in it, FF is followed by 00 or by a restart marker.
fn after_scan(bytes: &[u8]) -> &[u8] {
    let end = bytes.windows(2).position(|pair| matches!(pair, [0xff, next] if !matches!(next, 0 | 0xd0..=0xd7)));
    end.and_then(|end| bytes.get(end..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_jpeg_that_lacks_its_end_is_not_whole() {
        let mut file = Cursor::new(Vec::new());
        let shade = |at: u32| u8::try_from(at).unwrap();
        let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([shade(x * 3), shade(y * 5), 9]));
        picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
        let bytes = file.into_inner();
        assert!(is_whole(&bytes));
        assert!(is_whole(&[&bytes[..], b"trailer"].concat()));
        for cut in [0, 2, 20, bytes.len() / 2, bytes.len() - 2] {
            assert!(!is_whole(&bytes[..cut]), "{cut}");
        }
        // A segment that holds a whole JPEG, as EXIF thumbnails do, is no end.
        let length = u16::try_from(bytes.len() + 2).unwrap().to_be_bytes();
        let with_thumbnail = [&[0xff, 0xd8, 0xff, 0xe1][..], &length, &bytes, &bytes[2..bytes.len() / 2]].concat();
        assert!(!is_whole(&with_thumbnail));
    }
}
