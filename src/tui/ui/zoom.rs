//! Photo and result over the whole screen: which of them, how close, and at which place.

use ratatui::layout::Size;

use crate::job::Pixels;
use crate::picture::Part;
use crate::tui::preview::Paper;
use crate::tui::ui::review::Review;

/// What a zoomed screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Show {
    /// Both, beside each other.
    #[default]
    Pair,
    /// The photo alone.
    Before,
    /// Its result alone.
    After,
}

/// Photo and result over the whole screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Zoom {
    pub(crate) show: Show,
    /// How often it was halved: 0 shows all of it.
    pub(crate) steps: u32,
    /// The place in the middle, in shares of width and height.
    center: (f64, f64),
    /// If results are gone through, how.
    pub(crate) review: Option<Review>,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { show: Show::Pair, steps: 0, center: (0.5, 0.5), review: None }
    }
}

/// A part of a picture, and the cells that it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) part: Part,
    pub(crate) cells: Size,
}

impl Zoom {
    /// Results alone, one after the other.
    pub(crate) fn review(review: Review) -> Self {
        Self { show: Show::After, review: Some(review), ..Self::default() }
    }

    /// All of it.
    pub(crate) fn whole(self) -> Self {
        Self { steps: 0, center: (0.5, 0.5), ..self }
    }

    /// The other one of the two, at the same place.
    pub(crate) fn flip(self) -> Self {
        let show = if self.show == Show::After { Show::Before } else { Show::After };
        Self { show, ..self }
    }

    /// Both, or from both the result.
    pub(crate) fn pair(self) -> Self {
        let show = if self.show == Show::Pair { Show::After } else { Show::Pair };
        Self { show, ..self }
    }

    /// Closer by so many steps, of which there are `most`.
    pub(crate) fn closer(self, by: i32, most: u32) -> Self {
        Self { steps: self.steps.min(most).saturating_add_signed(by).min(most), ..self }
    }

    /// 1:1, or from there all of it.
    pub(crate) fn toggle(self, most: u32) -> Self {
        if self.steps >= most { Self { steps: 0, center: (0.5, 0.5), ..self } } else { Self { steps: most, ..self } }
    }

    /// Moves by an eighth of what is seen.
    pub(crate) fn pan(self, across: i8, down: i8, seen: Part) -> Self {
        let of = |pixels: u32| f64::from(pixels.max(1));
        let moved = |center: f64, by: i8, part: u32, whole: u32| {
            let half = of(part) / of(whole) / 2.0;
            let there = center.clamp(half, (1.0 - half).max(half)) + f64::from(by) * half / 4.0;
            there.clamp(half, (1.0 - half).max(half))
        };
        let (x, y) = self.center;
        let center = (moved(x, across, seen.width, seen.of.width), moved(y, down, seen.height, seen.of.height));
        Self { center, ..self }
    }

    /// How often a picture can be halved until 1:1.
    pub(crate) fn most(picture: Pixels, paper: Paper, room: Size) -> u32 {
        let fit = paper.pixels(paper.fit(picture, room));
        let fold = (picture.width / fit.width.max(1)).max(picture.height / fit.height.max(1));
        // One pixel more than a power of two takes one step more.
        let exact =
            picture.width <= fit.width.saturating_mul(fold) && picture.height <= fit.height.saturating_mul(fold);
        let fold = if exact { fold } else { fold + 1 };
        fold.max(1).next_power_of_two().trailing_zeros()
    }

    /// What is seen of a picture in a room.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no more than the picture's px")]
    pub(crate) fn sight(self, picture: Pixels, paper: Paper, room: Size) -> Sight {
        let fit = paper.fit(picture, room);
        let steps = self.steps.min(Self::most(picture, paper, room));
        if steps == 0 {
            return Sight { part: Part::whole(picture), cells: fit };
        }
        let (fit, per_cell, room) = (paper.pixels(fit), paper.per_cell(), paper.pixels(room));
        // Along each side: px of the picture for one on the screen, px on the screen, px of the picture.
        let side = |all: u32, fit: u32, room: u32, per_cell: u32, center: f64| {
            let ratio = (f64::from(all) / f64::from(fit.max(1)) / f64::from(1_u32 << steps.min(31))).max(1.0);
            let shown = (f64::from(all) / ratio).min(f64::from(room));
            let cells = (shown / f64::from(per_cell.max(1))).ceil().min(f64::from(room / per_cell.max(1))).max(1.0);
            let part = ((cells * f64::from(per_cell) * ratio).round() as u32).clamp(1, all.max(1));
            let start = (center * f64::from(all) - f64::from(part) / 2.0).round().clamp(0.0, f64::from(all - part));
            (start as u32, part, cells as u16)
        };
        let (x, width, columns) = side(picture.width, fit.width, room.width, per_cell.0, self.center.0);
        let (y, height, rows) = side(picture.height, fit.height, room.height, per_cell.1, self.center.1);
        Sight { part: Part { x, y, width, height, of: picture }, cells: Size { width: columns, height: rows } }
    }
}
