//! Pictures on the screen: asked for once the selection rests, made off the UI thread at the size
//! at which they are shown, and kept for a while.

mod darkroom;
mod gallery;
mod grid;
mod ink;
mod lab;
mod pictures;
mod print;
mod wall;

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::layout::Size;

#[cfg(test)]
pub(super) use darkroom::Darkroom;
pub(super) use darkroom::Studio;
pub(crate) use gallery::Gallery;
pub(crate) use grid::Grid;
pub(super) use lab::Lab;
pub use lab::print;
pub(crate) use pictures::{Pictures, Sheet};
pub use print::Print;
pub(crate) use wall::Wall;

use super::caps::{Caps, Depth, Images};
use crate::job::Pixels;
use crate::picture::Part;

/// A picture that the screen wants, with all that its looks depend on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ask {
    /// The file.
    pub file: PathBuf,
    /// Changes when another picture takes the file's place.
    pub stamp: String,
    /// What of it.
    pub part: Part,
    /// How many cells it is to fill.
    pub cells: Size,
    /// What it is drawn on.
    pub paper: Paper,
}

/// What came of an [`Ask`]: a picture, or why there is none.
pub type Found = Result<Arc<Print>, Arc<str>>;

/// What a terminal's cells can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Paper {
    /// How pictures are drawn.
    pub images: Images,
    /// In how many colours.
    pub depth: Depth,
    /// With more than ASCII.
    pub unicode: bool,
    /// Whether tmux has to hand pictures on.
    pub passthrough: bool,
    /// A cell's size, px: width, height.
    pub font: (u16, u16),
}

/// A cell's size where the terminal does not say it, px.
pub(crate) const USUAL_FONT: (u16, u16) = (8, 16);

impl Paper {
    /// The paper of a terminal whose cells are so large.
    #[must_use]
    pub fn new(caps: Caps, font: (u16, u16)) -> Self {
        let Caps { images, depth, unicode, passthrough, .. } = caps;
        Self { images, depth, unicode, passthrough, font }
    }

    /// How many px so many cells show.
    #[must_use]
    pub fn pixels(self, cells: Size) -> Pixels {
        let (across, down) = self.per_cell();
        Pixels::new(u32::from(cells.width) * across, u32::from(cells.height) * down)
    }

    /// How many px a cell shows, across and down.
    #[must_use]
    pub fn per_cell(self) -> (u32, u32) {
        match (self.images, self.unicode, self.depth) {
            (Images::Kitty | Images::Iterm2 | Images::Sixel, ..) => (self.font.0.into(), self.font.1.into()),
            (_, false, _) => (1, 1),
            (_, true, Depth::Mono) => (2, 4),
            (_, true, _) => (1, 2),
        }
    }

    /// The cells that a picture of this size fills, as large as the room allows and undistorted.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no more than the room's cells")]
    pub fn fit(self, picture: Pixels, room: Size) -> Size {
        let (font_width, font_height) = (f64::from(self.font.0.max(1)), f64::from(self.font.1.max(1)));
        let (width, height) = (f64::from(picture.width.max(1)), f64::from(picture.height.max(1)));
        let scale = (f64::from(room.width) * font_width / width).min(f64::from(room.height) * font_height / height);
        let cells = |px: f64, font: f64, most: u16| ((px * scale / font).round() as u16).clamp(1, most.max(1));
        Size { width: cells(width, font_width, room.width), height: cells(height, font_height, room.height) }
    }
}

#[cfg(test)]
mod tests;
