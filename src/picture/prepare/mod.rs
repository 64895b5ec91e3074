//! A picture made ready to be sent: in a format that fal takes, and upright in its pixels, for a service that may look at
//! nothing else.

mod source;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Write};

pub use source::{SOURCE_WITHIN, Sourced, source_of};

use super::facts::Colour;
use super::kind::Other;
use super::pixels::{MOST_MEMORY, READS_AVIF, Unready, decode, eight_bits, encode, turned};
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
    /// Whether its pixels have to be turned, written in another format or brought to 8 bits of colours, before it is sent.
    #[must_use]
    pub fn is_to_be_made(&self) -> bool {
        let is_turnable = match self.format {
            Format::Gif => false,
            Format::Avif => READS_AVIF && !self.animated,
            Format::Jpeg | Format::Png | Format::Webp => true,
        };
        self.orientation != Orientation::Upright && is_turnable || self.converts.is_some() || self.is_made_plain()
    }

    /// Whether it is in inks or deep colours, and is brought to sRGB of 8 bits: what comes back is in that, too, whatever
    /// its own profile says. One that is too large for it goes as it is.
    #[must_use]
    pub fn is_made_plain(&self) -> bool {
        let is_of_others = matches!(self.converts, Some(Other::Tiff | Other::Netpbm));
        let is_deep = self.depth > 8 && (is_of_others || self.converts.is_none() && self.format == Format::Png);
        let is_of_inks = matches!(self.colour, Colour::Cmyk | Colour::Lab);
        (is_deep || is_of_inks) && (is_of_others || !self.animated && !self.is_too_large_to_decode(0))
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
            // What is not lost yet is not lost here.
            Format::Jpeg if self.colour == Colour::Cmyk => Format::Png,
            format => format,
        }
    }

    /// The memory that making it ready takes, bytes, with the file of this length in it.
    #[must_use]
    pub fn memory(&self, file: u64) -> u64 {
        let samples = match self.colour {
            Colour::Grey => 1,
            Colour::Rgb | Colour::Palette | Colour::Lab => 3,
            Colour::Cmyk => 4,
        };
        let pixel = (samples + u64::from(self.alpha)) * if self.depth > 8 { 2 } else { 1 };
        // As it is stored and as it is turned; of a progressive JPEG its coefficients, of HEIC its planes, too.
        let besides = match self.converts {
            Some(Other::Heic) => 6,
            Some(Other::JpegXl) => 24,
            // A JPEG in it is decoded as a whole before it is copied.
            Some(Other::Tiff) => 4,
            _ if self.format == Format::Jpeg => 6,
            None if self.format == Format::Avif => 10,
            _ => 0,
        };
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
    if header.format == Format::Jpeg
        && header.converts.is_none()
        && !header.is_made_plain()
        && wish.size == header.upright()
        && let Some(made) = turned(bytes, header.orientation)
    {
        return into.write_all(&made).and_then(|()| into.flush()).map(|()| true).map_err(Unready::Disk);
    }
    let (picture, profile) = decode(bytes, header)?;
    let (mut picture, profile) = if header.is_made_plain() {
        let (picture, is_srgb) = eight_bits(picture, profile.as_deref());
        (picture, profile.filter(|_| !is_srgb))
    } else {
        (picture, profile)
    };
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
