//! What is found out about a picture, whatever its format.

use super::kind::Other;
use super::pixels::sums::Reduced;
use super::tags::{Besides, Carried, Orientation, Tags};
use crate::job::{Format, Pixels};

/// What a picture's header says: the one reading of it that all others ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its format, or what is made of it before it is sent.
    pub format: Format,
    /// What it is, where fal does not take that.
    pub converts: Option<Other>,
    /// Its size as stored, px.
    pub pixels: Pixels,
    /// What is to be done to what is stored so that it is upright.
    pub orientation: Orientation,
    /// Whether more than one picture is to be shown, one after the other.
    pub animated: bool,
    /// Whether it has several pages, of which the first is meant.
    pub pages: bool,
    /// What its samples are.
    pub colour: Colour,
    /// Bits of a sample.
    pub depth: u8,
    /// Whether it may be transparent somewhere.
    pub alpha: bool,
    /// What it carries beside its pixels.
    pub carried: Carried,
    /// What belongs to it and is no picture to be sent.
    pub besides: Besides,
}

/// What a picture's samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// Brightness.
    Grey,
    /// Red, green and blue, or what is made of them for storing.
    #[default]
    Rgb,
    /// Places in a list of colours.
    Palette,
    /// Inks.
    Cmyk,
    /// Lightness and two pairs of colours that stand against each other (CIE L*a*b*).
    Lab,
}

impl Header {
    /// An opaque colour picture of 8 bits a sample that is not moved: what is otherwise is set by its reader.
    pub(super) fn plain(format: Format, pixels: Pixels) -> Self {
        Self {
            format,
            converts: None,
            pixels,
            orientation: Orientation::Upright,
            animated: false,
            pages: false,
            colour: Colour::Rgb,
            depth: 8,
            alpha: false,
            carried: Carried::default(),
            besides: Besides::default(),
        }
    }

    /// With what its metadata say.
    pub(super) fn with(self, tags: &Tags) -> Self {
        Self { orientation: tags.orientation(), carried: tags.carried, besides: tags.besides, ..self }
    }

    /// Its size as people see it and as models work on it, px.
    #[must_use]
    pub fn upright(self) -> Pixels {
        let Pixels { width, height } = self.pixels;
        if self.orientation.swaps_sides() { Pixels::new(height, width) } else { self.pixels }
    }
}

/// What was seen of a picture on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// Whether each of its pixels is black. Only found out where it costs nothing, which is PNG.
    pub black: bool,
    /// A small picture of it, which costs nothing where it is read row by row from the first to the last: PNG again.
    pub reduced: Option<Reduced>,
}
