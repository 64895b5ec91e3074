//! What one request makes, as far as that is known before it is there.

use std::time::Duration;

use crate::job::Pixels;

/// So many pictures of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// The size at which the photo is sent, px; `None` if it has none.
    pub sent: Option<Pixels>,
    /// Whether that is smaller than the photo.
    pub is_reduced: bool,
    /// The size of each, px; `None` if that cannot be known.
    pub pixels: Option<Pixels>,
    /// How many there are, at least 1.
    pub pictures: u32,
    /// How long what comes out lasts, where it does and a parameter says so.
    pub lasts: Option<Duration>,
}

impl Work {
    /// One picture.
    #[must_use]
    pub fn one(pixels: Option<Pixels>) -> Self {
        Self { sent: None, is_reduced: false, pixels, pictures: 1, lasts: None }
    }

    /// Pixels in all, px; 0 where that cannot be known.
    #[must_use]
    pub fn px(self) -> u64 {
        self.pixels.map_or(0, |each| each.count().saturating_mul(self.pictures.into()))
    }
}
