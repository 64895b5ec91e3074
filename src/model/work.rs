//! What one request makes, as far as that is known before it is there.

use crate::job::Pixels;

/// So many pictures of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// The size of each, px; `None` if that cannot be known.
    pub pixels: Option<Pixels>,
    /// How many there are, at least 1.
    pub pictures: u32,
}

impl Work {
    /// One picture.
    #[must_use]
    pub fn one(pixels: Option<Pixels>) -> Self {
        Self { pixels, pictures: 1 }
    }

    /// Pixels in all, px; 0 where that cannot be known.
    #[must_use]
    pub fn px(self) -> u64 {
        self.pixels.map_or(0, |each| each.count().saturating_mul(self.pictures.into()))
    }
}
