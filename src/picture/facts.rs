//! What is found out about a picture, whatever its format.

use crate::job::{Format, Pixels};

/// What a picture's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its format.
    pub format: Format,
    /// Its size as stored, px.
    pub pixels: Pixels,
    /// Whether EXIF says that it is to be turned by 90° before it is shown.
    pub swaps_sides: bool,
}

impl Header {
    /// Its size as people see it and as models work on it, px.
    #[must_use]
    pub fn upright(self) -> Pixels {
        let Pixels { width, height } = self.pixels;
        if self.swaps_sides { Pixels::new(height, width) } else { self.pixels }
    }
}

/// What was seen of a picture on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Whether each of its pixels is black. Only found out where it costs nothing, which is PNG.
    pub black: bool,
}
