//! What is said in a picture's own metadata, written again into a file that is there: its packet of XMP gives way to one
//! that says more, and all else of it stays to the byte.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use super::mark::{Mark, with_mark};
use super::parts::{Metadata, Parts};
use super::words::{Words, with_words};
use super::{Bare, avif, jpeg, png, webp, xmp};
use crate::job::Format;

/// How much of a file is looked at where its metadata stand in its head, bytes.
const HEAD: u64 = 8 << 20;
/// The longest file whose metadata stand elsewhere, bytes.
const LONGEST: u64 = 64 << 20;

/// What is to be said in a picture, and what was.
#[derive(Debug, Clone, Default)]
pub struct Anew {
    /// What it shows, if that is said.
    pub words: Option<Words>,
    /// What we may have said before, which gives way.
    pub before: Vec<String>,
    /// What a person thinks of it.
    pub mark: Mark,
    /// What they thought before.
    pub mark_before: Mark,
}

/// Why a picture is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum NotAnew {
    /// Its format, or what stands in it, takes nothing more.
    #[error("{0}")]
    Bare(String),
    /// It cannot be read, or the other file not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<Bare> for NotAnew {
    fn from(bare: Bare) -> Self {
        Self::Bare(bare.to_string())
    }
}

impl Anew {
    /// Writes a picture with it into another file; `false` if it says all of it already, and nothing is written. Pixels
    /// are never decoded.
    ///
    /// # Errors
    /// If it cannot be said there; the picture is only read.
    pub fn write(&self, mut from: impl Read + Seek, format: Format, into: &mut impl Write) -> Result<bool, NotAnew> {
        from.seek(SeekFrom::Start(0))?;
        let found = Metadata::read(&mut from, format)?;
        let Some(packet) = self.packet(found.xmp.as_deref())? else { return Ok(false) };
        let parts = |_, _| Parts { exif: found.exif, xmp: Some(packet), iptc: found.iptc, icc: None, bare: false };
        let length = from.seek(SeekFrom::End(0))?;
        let is_in_head = matches!(format, Format::Png | Format::Jpeg);
        if length > LONGEST && !is_in_head {
            return Err(NotAnew::Bare(format!("metadata are not written into so large a {format}")));
        }
        from.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        from.by_ref().take(if is_in_head { HEAD } else { LONGEST }).read_to_end(&mut bytes)?;
        let spliced = match format {
            Format::Png => png::splice(&bytes, parts).ok_or(Bare::Head)?,
            Format::Jpeg => jpeg::splice(&bytes, parts)?,
            Format::Webp => webp::splice(&bytes, parts).ok_or(Bare::Head)?,
            Format::Avif => avif::splice(&bytes, parts).ok_or(Bare::Head)?,
            Format::Gif => return Err(Bare::Format(format).into()),
        };
        drop(bytes);
        std::io::copy(&mut Cursor::new(spliced), into)?;
        std::io::copy(&mut from, into)?;
        Ok(true)
    }

    /// The packet that says it; `None` if the one that is there does.
    fn packet(&self, there: Option<&[u8]>) -> Result<Option<Vec<u8>>, NotAnew> {
        let bare = |why: String| NotAnew::Bare(why);
        let there = match there {
            Some(there) => std::str::from_utf8(there).map_err(|_| bare("its own XMP is no text".to_owned()))?,
            None => xmp::EMPTY,
        };
        if self.words.as_ref().is_some_and(Words::are_too_long) {
            return Err(bare("the caption is too long to be in the picture".to_owned()));
        }
        let odd = |error: super::NoXmp| bare(format!("its own XMP is {error}"));
        let said = match &self.words {
            Some(words) => with_words(there, words, &self.before).map_err(odd)?,
            None => None,
        };
        let marked = with_mark(said.as_deref().unwrap_or(there), self.mark, self.mark_before).map_err(odd)?;
        Ok(marked.or(said).map(String::into_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::super::mark::Label;
    use super::*;
    use crate::picture::samples;

    #[test]
    fn a_picture_says_it_again_and_its_pixels_stay() {
        let five = Mark { rating: Some(5), label: Some(Label::Green) };
        for (name, format) in [("chelsea.png", Format::Png), ("retina.jpg", Format::Jpeg)] {
            let bytes = samples::bytes(name);
            let words = Words { text: "A cat & more".to_owned(), ..Words::default() };
            let anew = Anew { words: Some(words), mark: five, ..Anew::default() };
            let mut made = Vec::new();
            assert!(anew.write(Cursor::new(&bytes), format, &mut made).unwrap());
            let again = Anew { mark_before: five, before: vec!["A cat & more".to_owned()], ..anew };
            assert!(!again.write(Cursor::new(&made), format, &mut Vec::new()).unwrap(), "it says so already");
            let said = Metadata::read(Cursor::new(&made), format).unwrap().xmp.unwrap();
            let said = String::from_utf8(said).unwrap();
            assert!(said.contains("A cat &amp; more") && said.contains("xmp:Rating=\"5\""), "{said}");
            let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
            assert_eq!(pixels(&made), pixels(&bytes));
            let none = Anew { mark_before: five, ..Anew::default() };
            let mut less = Vec::new();
            assert!(none.write(Cursor::new(&made), format, &mut less).unwrap());
            let said = Metadata::read(Cursor::new(&less), format).unwrap().xmp.unwrap();
            assert!(!String::from_utf8_lossy(&said).contains("xmp:Rating"), "{}", String::from_utf8_lossy(&said));
        }
    }
}
