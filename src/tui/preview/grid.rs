//! How a contact sheet is laid out: as few cells as fill the room, so that each is as large as it can be.

use ratatui::layout::{Rect, Size};

use super::Paper;
use crate::tui::caps::Images;

/// Columns of a cell from which on its picture says something, and above which fewer would be seen than might be.
const COARSE: (u16, u16) = (18, 34);
/// The same where the terminal draws pixels.
const FINE: (u16, u16) = (15, 26);
/// From so many rows on a cell has a line for its name and one for its caption.
const TALL: u16 = 28;
/// Rows of the lowest picture.
const LOWEST: u16 = 2;

/// A sheet of cells of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Grid {
    /// Cells beside each other.
    pub(crate) across: u16,
    /// Cells below each other.
    pub(crate) down: u16,
    /// A cell with all that belongs to it.
    pub(crate) cell: Size,
    /// Of it, what its picture has at most: a column of air at either side.
    pub(crate) picture: Size,
    /// Lines of text below the picture.
    pub(crate) labels: u16,
}

impl Grid {
    /// The sheet that fills a room best.
    pub(crate) fn of(room: Size, paper: Paper) -> Self {
        if room.width == 0 || room.height == 0 {
            return Self::default();
        }
        let labels = if room.height >= TALL { 2 } else { 1 }.min(room.height);
        if paper.images == Images::None {
            // Without pictures it is a table of names.
            let across = (room.width / COARSE.1).max(1);
            return Self::with(room, across, 0, labels);
        }
        let (least, most) = if paper.images.is_graphic() { FINE } else { COARSE };
        let fewest = room.width.div_ceil(most).max(1);
        let candidates = fewest..=(room.width / least).max(fewest);
        let grids = candidates.map(|across| {
            let width = u32::from((room.width / across).saturating_sub(2));
            // The shape of most photos, 3:2.
            let height = width * u32::from(paper.font.0) * 2 / (3 * u32::from(paper.font.1.max(1)));
            let height = u16::try_from(height).unwrap_or(u16::MAX).max(LOWEST);
            Self::with(room, across, height.min(room.height.saturating_sub(labels)), labels)
        });
        // Of those that leave as much blank the one whose pictures are the largest: it comes first.
        let blank = |grid: &Self| room.height - (grid.down * grid.cell.height).min(room.height);
        grids.min_by_key(blank).unwrap_or_default().spread(room)
    }

    fn with(room: Size, across: u16, height: u16, labels: u16) -> Self {
        let width = room.width / across.max(1);
        let cell = Size { width, height: (height + labels).max(1) };
        let picture = Size { width: width.saturating_sub(2), height };
        Self { across, down: (room.height / cell.height).max(1), cell, picture, labels }
    }

    /// Gives what rows are left over to the pictures: those of portraits are larger by that.
    fn spread(mut self, room: Size) -> Self {
        let spare = room.height.saturating_sub(self.down * self.cell.height) / self.down.max(1);
        self.cell.height += spare;
        self.picture.height += spare;
        self
    }

    /// How many cells there are.
    pub(crate) fn cells(self) -> u16 {
        self.across.saturating_mul(self.down)
    }

    /// The places of the cells in a room, row by row. What the width leaves over is shared by both sides.
    pub(crate) fn places(self, room: Rect) -> impl Iterator<Item = Rect> {
        let left = room.x.saturating_add(room.width.saturating_sub(self.across * self.cell.width) / 2);
        let place = move |(row, column): (u16, u16)| Rect {
            x: left.saturating_add(column * self.cell.width),
            y: room.y.saturating_add(row * self.cell.height),
            width: self.cell.width,
            height: self.cell.height,
        };
        (0..self.down).flat_map(move |row| (0..self.across).map(move |column| (row, column))).map(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::caps::Depth;
    use crate::tui::preview::USUAL_FONT;

    fn paper(images: Images) -> Paper {
        Paper { images, depth: Depth::Rgb, unicode: true, passthrough: false, font: USUAL_FONT }
    }

    #[test]
    fn cells_fill_the_room_and_never_leave_it() {
        for images in [Images::Halfblocks, Images::Kitty, Images::None] {
            for (width, height) in (1..260).step_by(7).flat_map(|width| (1..90).map(move |height| (width, height))) {
                let grid = Grid::of(Size { width, height }, paper(images));
                let room = Rect::new(3, 4, width, height);
                let places: Vec<_> = grid.places(room).collect();
                assert_eq!(places.len(), usize::from(grid.cells()), "{grid:?}");
                assert!(places.iter().all(|place| place.intersection(room) == *place), "{width}x{height}: {grid:?}");
                assert!(grid.picture.height + grid.labels <= grid.cell.height.max(1), "{grid:?}");
                let used = grid.down * grid.cell.height;
                let is_filled = used * 2 > height || width < 40 || height < 5;
                assert!(images == Images::None || is_filled, "{width}x{height}: {grid:?}");
            }
        }
    }

    #[test]
    fn usual_screens_show_pictures_that_can_be_seen() {
        let sheet = |width, height, images| {
            let Grid { across, down, picture, .. } = Grid::of(Size { width, height }, paper(images));
            (across, down, picture.width, picture.height)
        };
        assert_eq!(sheet(120, 30, Images::Halfblocks), (5, 3, 22, 8), "a usual one");
        assert_eq!(sheet(80, 18, Images::Halfblocks), (3, 2, 24, 8));
        assert_eq!(sheet(40, 7, Images::Halfblocks).1, 1, "a small one shows a row");
        let (across, down, ..) = sheet(120, 30, Images::Kitty);
        assert!(across * down >= 15, "{across} × {down}");
    }
}
