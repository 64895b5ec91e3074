//! What was made of a photo says of which: so a request for it is found again by the photo, whoever has lost the
//! ledger. It names the photo's content and nothing else of it.

use std::io::{self, Write};

use crate::job::{ContentHash, Format};

/// How it begins.
const WORDS: &str = "fal-tui source ";
/// How many bytes of a file are looked through for it.
pub const SOURCE_WITHIN: usize = 64 * 1024;

/// Where in a file of this format the words go that say what it was made of, and the words; `None` for a format that has
/// no room for them near its beginning.
fn words(format: Format, head: &[u8], content: ContentHash, bytes: u64) -> Option<(usize, Vec<u8>)> {
    let text = format!("{WORDS}{} {bytes};", blake3::Hash::from_bytes(content.0).to_hex());
    match format {
        Format::Jpeg => {
            // A comment, behind JFIF's segment where there is one.
            let jfif = match head {
                [0xff, 0xd8, 0xff, 0xe0, high, low, ..] => 2 + usize::from(u16::from_be_bytes([*high, *low])),
                _ => 0,
            };
            let length = u16::try_from(text.len() + 2).ok()?.to_be_bytes();
            Some((2 + jfif, [&[0xff, 0xfe][..], &length, text.as_bytes()].concat()))
        }
        Format::Png => {
            let named = [b"tEXtComment\0".as_slice(), text.as_bytes()].concat();
            let mut sum = flate2::Crc::new();
            sum.update(&named);
            let length = u32::try_from(named.len() - 4).ok()?.to_be_bytes();
            // Behind the header chunk.
            Some((33, [&length[..], &named, &sum.sum().to_be_bytes()].concat()))
        }
        Format::Webp | Format::Gif | Format::Avif => None,
    }
}

/// Writes on what was made of a photo, with words in it that say of which.
#[derive(Debug)]
pub struct Sourced<W> {
    into: W,
    format: Format,
    content: ContentHash,
    bytes: u64,
    /// What has come, until the words are written.
    head: Option<Vec<u8>>,
}

/// More than the words are ever put behind, bytes.
const HEAD: usize = 256;

impl<W: Write> Sourced<W> {
    /// Begins with the photo's content and length, bytes.
    pub fn new(into: W, format: Format, content: ContentHash, bytes: u64) -> Self {
        Self { into, format, content, bytes, head: Some(Vec::new()) }
    }

    fn begin(&mut self, head: &[u8]) -> io::Result<()> {
        let words = words(self.format, head, self.content, self.bytes);
        match words.and_then(|(at, words)| Some((head.split_at_checked(at)?, words))) {
            Some(((before, after), words)) => {
                self.into.write_all(before)?;
                self.into.write_all(&words)?;
                self.into.write_all(after)
            }
            None => self.into.write_all(head),
        }
    }
}

impl<W: Write> Write for Sourced<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(mut head) = self.head.take() else { return self.into.write(bytes) };
        head.extend_from_slice(bytes);
        if head.len() < HEAD {
            self.head = Some(head);
        } else {
            self.begin(&head)?;
        }
        Ok(bytes.len())
    }

    /// All has come.
    fn flush(&mut self) -> io::Result<()> {
        if let Some(head) = self.head.take() {
            self.begin(&head)?;
        }
        self.into.flush()
    }
}

/// What a file was made of, if its first bytes say so: content and length, bytes.
#[must_use]
pub fn source_of(head: &[u8]) -> Option<(ContentHash, u64)> {
    let at = head.windows(WORDS.len()).position(|words| words == WORDS.as_bytes())?;
    let said = head.get(at + WORDS.len()..)?;
    let hash = blake3::Hash::from_hex(said.get(..64)?).ok()?;
    let number = said.get(64..)?.strip_prefix(b" ")?;
    // What follows may begin with anything.
    let end = number.iter().take(21).position(|byte| *byte == b';')?;
    Some((ContentHash(*hash.as_bytes()), std::str::from_utf8(number.get(..end)?).ok()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::ImageFormat;

    use super::*;
    use crate::picture::samples::{encoded, small};
    use crate::picture::{complete, header};

    #[test]
    fn what_was_made_says_of_which_photo_and_stays_whole() {
        let picture = small().into_rgb8().into();
        for (format, kind) in [(Format::Jpeg, ImageFormat::Jpeg), (Format::Png, ImageFormat::Png)] {
            let bytes = encoded(&picture, kind);
            let mut made = Vec::new();
            let mut sourced = Sourced::new(&mut made, format, ContentHash([7; 32]), 12_345);
            for piece in bytes.chunks(100) {
                sourced.write_all(piece).unwrap();
            }
            sourced.flush().unwrap();
            assert_eq!(source_of(&made), Some((ContentHash([7; 32]), 12_345)), "{format}");
            complete(Cursor::new(&made), format).unwrap();
            assert_eq!(header(Cursor::new(&made)).unwrap(), header(Cursor::new(&bytes)).unwrap());
            assert_eq!(image::load_from_memory(&made).unwrap(), image::load_from_memory(&bytes).unwrap());
            assert_eq!(source_of(&bytes), None);
        }
        let webp = encoded(&picture, ImageFormat::WebP);
        let mut made = Vec::new();
        let mut sourced = Sourced::new(&mut made, Format::Webp, ContentHash([7; 32]), 1);
        sourced.write_all(&webp).unwrap();
        sourced.flush().unwrap();
        assert_eq!(made, webp);
    }
}
