//! What a photo says of itself beside its pixels, brought over to what was made of it: EXIF, XMP, IPTC and the colour
//! profile are spliced in between the parts of the file; pixels are never decoded for it.

mod again;
pub(super) mod avif;
mod exif;
mod gif;
mod iptc;
mod jpeg;
mod mark;
mod parts;
mod png;
mod read;
mod webp;
mod words;
mod xmp;

#[cfg(test)]
mod tests;

use std::io::Cursor;

use super::pixels::coloured;
use crate::job::{Format, Pixels};
pub use again::{Anew, NotAnew};
pub use mark::{Label, Mark, with_mark};
use parts::Parts;
pub use parts::{Bare, Left, Metadata, Provenance, Strip};
pub use words::{Existing, NoXmp, Words, with_words};

/// What is put into a result: what its photo said, and how it came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dress {
    source: Metadata,
    strip: Strip,
    provenance: Provenance,
    /// What is said of the picture in its own metadata.
    words: Option<Words>,
}

impl Dress {
    /// What is to be put into the results of a photo.
    #[must_use]
    pub fn new(source: Metadata, strip: Strip, provenance: Provenance) -> Self {
        Self { source, strip, provenance, words: None }
    }

    /// What the photo has and its results do not get, though nobody asked to leave it out.
    #[must_use]
    pub fn left(&self) -> Option<Left> {
        self.source.left.filter(|left| self.strip != Strip::All || *left == Left::Profile)
    }

    /// Adds what is said of the picture.
    ///
    /// # Errors
    /// Why that does not go with it: the words are too long, or what the photo says of itself cannot be added to.
    pub fn say(&mut self, words: Words) -> Result<(), String> {
        if words.are_too_long() {
            return Err("it is too long".to_owned());
        }
        let plain = self.packet(Pixels::new(1, 1));
        let plain = std::str::from_utf8(&plain).map_err(|_| "the photo's own XMP is no text".to_owned())?;
        with_words(plain, &words, &[]).map_err(|error| format!("the photo's own XMP is {error}"))?;
        self.words = Some(words);
        Ok(())
    }

    /// Whether a format takes it within its first bytes, so that the rest need not be at hand.
    #[must_use]
    pub fn is_in_head(format: Format) -> bool {
        matches!(format, Format::Png | Format::Jpeg)
    }

    /// A result's bytes with it: all of them, or for formats that take it in their head the first so many, with all
    /// that stands before the picture's data. Their own metadata give way, their own colour profile stays.
    ///
    /// # Errors
    /// If there is no place for it. Nothing is lost then: the bytes are as they were.
    pub fn put_on(&self, format: Format, bytes: &[u8]) -> Result<Vec<u8>, Bare> {
        match format {
            Format::Png => png::splice(bytes, |pixels, is_grey| self.parts(pixels, is_grey)).ok_or(Bare::Head),
            Format::Jpeg => jpeg::splice(bytes, |pixels, is_grey| self.parts(pixels, is_grey)),
            Format::Webp => webp::splice(bytes, |pixels, is_grey| self.parts(pixels, is_grey)).ok_or(Bare::Head),
            Format::Avif => avif::splice(bytes, |pixels, is_grey| self.parts(pixels, is_grey)).ok_or(Bare::Head),
            Format::Gif => Err(Bare::Format(format)),
        }
    }

    /// What goes into a result of this size, of grey or of colours.
    fn parts(&self, pixels: Pixels, is_grey: bool) -> Parts {
        let Metadata { exif, iptc, icc, .. } = &self.source;
        // The kind of colours that it is for (ICC.1, 7.2.6).
        let icc = icc.as_ref().and_then(|profile| match (profile.get(16..20), is_grey) {
            (Some(b"GRAY"), true) | (Some(b"RGB "), false) => Some(profile.clone()),
            // Models make colours of shades: they are as bright.
            (Some(b"GRAY"), false) => coloured(profile),
            _ => None,
        });
        if self.strip == Strip::All {
            let xmp = self.words.as_ref().map(|_| self.packet(pixels));
            return Parts { icc, xmp, bare: true, ..Parts::default() };
        }
        let without_place = self.strip == Strip::Gps;
        let said = &self.provenance;
        Parts {
            exif: exif.as_deref().and_then(|block| exif::rewritten(block, pixels, &said.software, without_place)),
            xmp: Some(self.packet(pixels)),
            iptc: iptc.as_deref().map(|sets| if without_place { iptc::without_place(sets) } else { sets.to_vec() }),
            icc,
            bare: false,
        }
    }

    /// The packet of XMP for a result of this size.
    fn packet(&self, pixels: Pixels) -> Vec<u8> {
        let Metadata { xmp, iptc, .. } = &self.source;
        let packet = match self.strip {
            // What is asked for is said all the same.
            Strip::All => xmp::EMPTY.as_bytes().to_vec(),
            strip => {
                let without_place = strip == Strip::Gps;
                xmp::rewritten(xmp.as_deref(), iptc.as_deref(), pixels, &self.provenance, without_place)
            }
        };
        let said = |words| with_words(std::str::from_utf8(&packet).ok()?, words, &[]).ok()?;
        self.words.as_ref().and_then(said).map_or(packet, String::into_bytes)
    }
}

/// A photo's bytes without metadata that are not to be sent. Its pixels stay as they are, and so does its profile.
///
/// # Errors
/// If its format is one that nothing can be taken out of here, or it is not understood.
pub fn stripped(bytes: &[u8], format: Format, strip: Strip) -> Result<Vec<u8>, Bare> {
    let found = Metadata::read(Cursor::new(bytes), format).map_err(|_| Bare::Head)?;
    let parts = |_, _| match strip {
        Strip::All => Parts { bare: true, ..Parts::default() },
        Strip::None | Strip::Gps => Parts {
            exif: found.exif.as_deref().map(|block| exif::without_place(block).unwrap_or_default()),
            xmp: found.xmp.as_deref().map(xmp::without_place),
            iptc: found.iptc.as_deref().map(iptc::without_place),
            icc: None,
            bare: false,
        },
    };
    match format {
        Format::Png => png::splice(png::without_end(bytes).as_deref().unwrap_or(bytes), parts).ok_or(Bare::Head),
        Format::Jpeg => jpeg::splice(jpeg::without_end(bytes).unwrap_or(bytes), parts),
        Format::Webp => webp::splice(bytes, parts).ok_or(Bare::Head),
        Format::Gif if strip == Strip::All => gif::without_words(bytes).ok_or(Bare::Head),
        // It holds no place that anybody writes.
        Format::Gif => Ok(bytes.to_vec()),
        Format::Avif => avif::blanked(bytes).and_then(|bytes| avif::splice(&bytes, parts)).ok_or(Bare::Head),
    }
}
