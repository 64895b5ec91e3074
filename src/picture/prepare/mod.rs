//! A picture made ready to be sent: in a format that fal takes, and upright in its pixels, for a service that may look at
//! nothing else.

mod source;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Write};

pub use source::{SOURCE_WITHIN, Sourced, source_of};

use super::facts::Colour;
use super::kind::Other;
use super::pixels::{MOST_MEMORY, Unready, decode, encode};
use super::{Alpha, Header, Orientation, alpha, complete, finish, raw};
use crate::job::{Format, Pixels};

/// How well a JPEG is written: all colours are at full size, and a photo differs by less than its own noise.
const QUALITY: u8 = 97;

/// What is wished of a picture that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// What becomes of its transparency.
    pub alpha: Alpha,
    /// Its size as people see it, px: its own, or a smaller one.
    pub size: Pixels,
}

impl Header {
    /// Whether its pixels have to be turned, or written in another format, before it is sent. AVIF cannot be decoded
    /// here and goes as it is.
    #[must_use]
    pub fn is_to_be_made(&self) -> bool {
        let turns = self.orientation != Orientation::Upright && !matches!(self.format, Format::Avif | Format::Gif);
        turns || self.converts.is_some()
    }

    /// Whether anything may have to be done to it for a wish: of a picture with an alpha channel only its pixels say.
    #[must_use]
    pub fn may_be_made(&self, wish: Wish) -> bool {
        self.is_to_be_made() || self.is_to_be_covered(wish) || wish.size != self.upright()
    }

    fn is_to_be_covered(&self, wish: Wish) -> bool {
        wish.alpha == Alpha::Keep && self.may_have_mask() && !self.is_too_large_to_decode(0)
    }

    /// The format of what is made of it.
    #[must_use]
    pub fn made_format(&self) -> Format {
        match self.format {
            Format::Gif | Format::Avif => Format::Png,
            format => format,
        }
    }

    /// The memory that making it ready takes, bytes, with the file of this length in it.
    #[must_use]
    pub fn memory(&self, file: u64) -> u64 {
        let samples = match self.colour {
            Colour::Grey => 1,
            Colour::Rgb | Colour::Palette | Colour::Cmyk => 3,
        };
        let pixel = (samples + u64::from(self.alpha)) * if self.depth > 8 { 2 } else { 1 };
        // As it is stored and as it is turned; of a progressive JPEG its coefficients, of HEIC its planes, too.
        let besides = if self.format == Format::Jpeg || self.converts == Some(Other::Heic) { 6 } else { 0 };
        // And what lies beneath what is transparent.
        let besides = if self.alpha { besides + 10 } else { besides };
        let pixel = pixel * 2 + besides;
        self.pixels.count().saturating_mul(pixel).saturating_add(file)
    }

    /// Whether that is more than is given to one picture.
    #[must_use]
    pub fn is_too_large_to_make(&self, file: u64) -> bool {
        self.is_to_be_made() && self.is_too_large_to_decode(file)
    }

    /// Whether decoding it takes more than is given to one picture.
    #[must_use]
    pub fn is_too_large_to_decode(&self, file: u64) -> bool {
        self.memory(file) > MOST_MEMORY
    }
}

/// Makes a picture upright, one that fal takes, over colours where it is transparent and no larger than wished, and
/// writes it: without loss but for JPEG, which is written so that none is to be seen; with its colour profile. False,
/// and nothing written, where it is right as it is. It blocks for as long as that takes.
///
/// # Errors
/// If it cannot be decoded or written.
pub fn ready(bytes: &[u8], header: &Header, wish: Wish, mut into: impl Write) -> Result<bool, Unready> {
    if header.converts == Some(Other::Raw)
        && header.orientation == Orientation::Upright
        && wish.size == header.upright()
    {
        // A camera's JPEG goes as it is.
        let preview = raw::preview_in(bytes).filter(|preview| complete(Cursor::new(preview), Format::Jpeg).is_ok());
        let preview = preview.ok_or_else(|| Unready::Damaged("its preview is not whole".into()))?;
        return into.write_all(preview).and_then(|()| into.flush()).map(|()| true).map_err(Unready::Disk);
    }
    let (mut picture, profile) = decode(bytes, header)?;
    let covers = header.is_to_be_covered(wish) && alpha::is_seen_through(&picture);
    if !covers && !header.is_to_be_made() && wish.size == header.upright() {
        return Ok(false);
    }
    if covers {
        picture = alpha::covered(picture.into_rgba8()).into();
    }
    picture.apply_orientation(header.orientation.into());
    let (width, height) = (wish.size.width, wish.size.height);
    if (picture.width(), picture.height()) != (width, height) && wish.size != header.upright() {
        picture =
            finish::reduced(picture, (width, height)).ok_or_else(|| Unready::Damaged("it cannot be reduced".into()))?;
    }
    encode(picture, header.made_format(), QUALITY, profile, into)?;
    Ok(true)
}
