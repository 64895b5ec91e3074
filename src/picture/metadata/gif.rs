//! Words among the blocks of a GIF (specification 89a): comments, and what programs add.

/// Programs whose blocks say how to show the picture: how often it is repeated, and its colour profile.
const KEPT: [&[u8]; 3] = [b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"];

/// The picture without them, and without what comes behind its end; `None` if it is not made as one has to be.
pub(super) fn without_words(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = 13 + colour_table(*bytes.get(10)?);
    let mut kept = bytes.get(..at)?.to_vec();
    loop {
        let start = at;
        let is_kept = match bytes.get(at)? {
            b',' => {
                at += 10 + colour_table(*bytes.get(at + 9)?) + 1;
                at = behind_blocks(bytes, at)?;
                true
            }
            b'!' => {
                let label = *bytes.get(at + 1)?;
                let program = bytes.get(at + 3..at + 14);
                at = behind_blocks(bytes, at + 2)?;
                match label {
                    0xfe => false,
                    0xff => program.is_some_and(|program| KEPT.contains(&program)),
                    _ => true,
                }
            }
            b';' => {
                kept.push(b';');
                return Some(kept);
            }
            // Some writers put empty blocks between others.
            0 => {
                at += 1;
                true
            }
            _ => return None,
        };
        if is_kept {
            kept.extend_from_slice(bytes.get(start..at)?);
        }
    }
}

fn colour_table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn behind_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;
    use crate::picture::samples::{encoded, small};

    #[test]
    fn comments_and_programs_words_go_and_the_picture_stays() {
        let plain = encoded(&small(), ImageFormat::Gif);
        let end = plain.len() - 1;
        let start = 13 + colour_table(plain[10]);
        let block =
            |label: u8, words: &[u8]| [&[b'!', label][..], &[u8::try_from(words.len()).unwrap()], words, &[0]].concat();
        let loops = [&b"!\xff\x0bNETSCAPE2.0"[..], &[3, 1, 0, 0, 0]].concat();
        let with = |comment: &[u8], program: &[u8]| {
            [&plain[..start], &loops, comment, &plain[start..end], program, b";"].concat()
        };
        let worded = with(&block(0xfe, b"by Ada, 59 N 30 E"), &block(0xff, b"XMP DataXMP"));
        assert_eq!(without_words(&[&worded[..], b"behind"].concat()).unwrap(), with(b"", b""));
        assert_eq!(without_words(&plain).unwrap(), plain);
        for cut in 0..worded.len() {
            assert!(without_words(&worded[..cut]).is_none(), "{cut}");
        }
    }
}
