//! What was made of a photo says of which: so a request for it is found again by the photo, whoever has lost the
//! ledger. It names the photo's content and nothing else of it.

use std::io::{self, Write};

use crate::job::{ContentHash, Format};

/// How it begins.
const WORDS: &str = "fal-tui source ";
/// How many bytes of a file are looked through for it.
pub const SOURCE_WITHIN: usize = 64 * 1024;

/// A file's first bytes with words in them that say what it was made of; `None` for a format that has no room for them
/// near its beginning.
fn worded(format: Format, head: &[u8], content: ContentHash, bytes: u64) -> Option<Vec<u8>> {
    let text = format!("{WORDS}{} {bytes};", blake3::Hash::from_bytes(content.0).to_hex());
    let (at, words) = match format {
        Format::Jpeg => {
            // A comment, behind JFIF's segment where there is one.
            let jfif = match head {
                [0xff, 0xd8, 0xff, 0xe0, high, low, ..] => 2 + usize::from(u16::from_be_bytes([*high, *low])),
                _ => 0,
            };
            let length = u16::try_from(text.len() + 2).ok()?.to_be_bytes();
            (2 + jfif, [&[0xff, 0xfe][..], &length, text.as_bytes()].concat())
        }
        Format::Png => {
            let named = [b"tEXtComment\0".as_slice(), text.as_bytes()].concat();
            let mut sum = flate2::Crc::new();
            sum.update(&named);
            let length = u32::try_from(named.len() - 4).ok()?.to_be_bytes();
            // Behind the header chunk.
            (33, [&length[..], &named, &sum.sum().to_be_bytes()].concat())
        }
        Format::Webp => return webp(head, &text),
        Format::Gif | Format::Avif => return None,
    };
    let (before, after) = head.split_at_checked(at)?;
    Some([before, &words, after].concat())
}

/// In a chunk of its own, which readers step over (RFC 9649, 2.7.1.6), behind the header that such a file must have.
fn webp(head: &[u8], text: &str) -> Option<Vec<u8>> {
    let mut length = text.len();
    length += length % 2;
    let mut words = [&b"FTUI"[..], &u32::try_from(length).ok()?.to_le_bytes(), text.as_bytes()].concat();
    words.resize(length + 8, b' ');
    let (own, rest) = match extended(head) {
        Some(own) => (own, head.get(12..)?),
        None => (head.get(12..30)?.to_vec(), head.get(30..)?),
    };
    let riff = u32::from_le_bytes(*head.get(4..)?.first_chunk()?);
    let grown = words.len() + own.len() - (head.len() - 12 - rest.len());
    let riff = riff.checked_add(u32::try_from(grown).ok()?)?;
    Some([b"RIFF", &riff.to_le_bytes()[..], b"WEBP", &own, &words, rest].concat())
}

/// The header for a file of one chunk that has none.
fn extended(head: &[u8]) -> Option<Vec<u8>> {
    let (name, content) = (head.get(12..16)?, head.get(20..)?);
    let (width, height, alpha) = match name {
        b"VP8 " => {
            let [w0, w1, h0, h1] = *content.get(6..)?.first_chunk()?;
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff).checked_sub(1);
            (side(w0, w1)?, side(h0, h1)?, false)
        }
        b"VP8L" => {
            let packed = u32::from_le_bytes(*content.get(1..)?.first_chunk()?);
            (packed & 0x3fff, packed >> 14 & 0x3fff, packed >> 28 & 1 == 1)
        }
        _ => return None,
    };
    let ([w0, w1, w2, _], [h0, h1, h2, _]) = (width.to_le_bytes(), height.to_le_bytes());
    let flags = if alpha { 0x10 } else { 0 };
    Some([&b"VP8X\x0a\0\0\0"[..], &[flags, 0, 0, 0, w0, w1, w2, h0, h1, h2]].concat())
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
        let worded = worded(self.format, head, self.content, self.bytes);
        self.into.write_all(worded.as_deref().unwrap_or(head))
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
        for (format, kind) in
            [(Format::Jpeg, ImageFormat::Jpeg), (Format::Png, ImageFormat::Png), (Format::Webp, ImageFormat::WebP)]
        {
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
        let gif = encoded(&picture, ImageFormat::Gif);
        let mut made = Vec::new();
        let mut sourced = Sourced::new(&mut made, Format::Gif, ContentHash([7; 32]), 1);
        sourced.write_all(&gif).unwrap();
        sourced.flush().unwrap();
        assert_eq!(made, gif);
    }
}
