//! A picture as cells of a terminal, or as what a terminal that draws pixels is sent.

use std::fmt;

use image::{DynamicImage, RgbImage};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;
use ratatui::widgets::Widget as _;
use ratatui_image::Image;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::{iterm2::Iterm2, kitty::Kitty, sixel::Sixel};

use super::{Paper, ink};
use crate::tui::caps::{Depth, Images};

/// A picture ready to be drawn.
pub struct Print {
    cells: Size,
    kind: Kind,
    bytes: usize,
}

enum Kind {
    /// One dab a cell, row by row.
    Dabs(Vec<Dab>),
    /// Pixels in the terminal's own way.
    Graphic(Box<Protocol>),
}

/// What one cell shows; no colour means the text's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dab {
    symbol: char,
    fg: Option<Color>,
    bg: Option<Color>,
}

impl fmt::Debug for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Print").field("cells", &self.cells).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Print {
    /// Brings a picture, which has exactly as many px as the cells show, onto paper. `number` is one
    /// that no other picture on the terminal has; 0 is none. `None` if it cannot be encoded.
    pub(super) fn make(picture: RgbImage, cells: Size, paper: Paper, number: u32) -> Option<Self> {
        let kind = match paper.images {
            Images::None => return None,
            Images::Halfblocks => Kind::Dabs(dabs(&picture, paper)),
            Images::Kitty => {
                let picture = DynamicImage::ImageRgb8(picture);
                let kitty = Kitty::new(picture, cells, number, paper.passthrough, true, false).ok()?;
                Kind::Graphic(Box::new(Protocol::Kitty(kitty)))
            }
            Images::Iterm2 => {
                let picture = DynamicImage::ImageRgb8(picture);
                Kind::Graphic(Box::new(Protocol::ITerm2(Iterm2::new(picture, cells, paper.passthrough).ok()?)))
            }
            Images::Sixel => {
                let picture = DynamicImage::ImageRgb8(picture);
                Kind::Graphic(Box::new(Protocol::Sixel(Sixel::new(picture, cells, paper.passthrough).ok()?)))
            }
        };
        let bytes = match &kind {
            Kind::Dabs(dabs) => dabs.len() * size_of::<Dab>(),
            Kind::Graphic(protocol) => match &**protocol {
                Protocol::ITerm2(Iterm2 { data, .. }) | Protocol::Sixel(Sixel { data, .. }) => data.len(),
                // What it sends is not told; uncompressed RGBA in base64 is the most that it can be.
                _ => usize::try_from(paper.pixels(cells).count() * 16 / 3).unwrap_or(usize::MAX),
            },
        };
        Some(Self { cells, kind, bytes })
    }

    /// How many cells it fills.
    #[must_use]
    pub fn cells(&self) -> Size {
        self.cells
    }

    /// The memory that it takes, bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Draws it at the top left of an area, as far as that has room. One that the terminal itself
    /// draws cannot be cut, and is not drawn if it does not fit.
    pub fn render(&self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let dabs = match &self.kind {
            Kind::Dabs(dabs) => dabs,
            Kind::Graphic(protocol) => return Image::new(protocol).render(area, buf),
        };
        for (row, y) in dabs.chunks(usize::from(self.cells.width).max(1)).zip(area.top()..area.bottom()) {
            for (dab, x) in row.iter().zip(area.left()..area.right()) {
                if let Some(cell) = buf.cell_mut((x, y)) {
                    cell.set_char(dab.symbol);
                    cell.fg = dab.fg.unwrap_or(cell.fg);
                    cell.bg = dab.bg.unwrap_or(cell.bg);
                }
            }
        }
    }
}

fn dabs(picture: &RgbImage, paper: Paper) -> Vec<Dab> {
    let width = picture.width() as usize;
    if paper.depth == Depth::Mono {
        let symbols = if paper.unicode { braille(&ink::lights(picture), width) } else { ink::letters(picture) };
        return symbols.into_iter().map(|symbol| Dab { symbol, fg: None, bg: None }).collect();
    }
    let colours = ink::colours(picture, paper.depth);
    if !paper.unicode {
        return colours.into_iter().map(|colour| Dab { symbol: ' ', fg: None, bg: Some(colour) }).collect();
    }
    let mut dabs = Vec::with_capacity(colours.len() / 2);
    for rows in colours.chunks_exact((width * 2).max(1)) {
        let (upper, lower) = rows.split_at(width);
        // Where both halves are the same, one colour less is sent.
        dabs.extend(upper.iter().zip(lower).map(|(upper, lower)| {
            if upper == lower {
                Dab { symbol: ' ', fg: None, bg: Some(*lower) }
            } else {
                Dab { symbol: '▀', fg: Some(*upper), bg: Some(*lower) }
            }
        }));
    }
    dabs
}

/// Eight dots a cell, two across and four down (Unicode: Braille Patterns).
fn braille(lights: &[bool], width: usize) -> Vec<char> {
    const DOTS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    let mut symbols = Vec::with_capacity(lights.len() / 8);
    for rows in lights.chunks_exact((width * 4).max(1)) {
        for column in 0..width / 2 {
            let mut dots = 0;
            for (row, bits) in rows.chunks_exact(width).zip(DOTS) {
                let pair = row.iter().skip(column * 2).zip(bits);
                dots |= pair.filter(|(light, _)| **light).fold(0, |sum, (_, bit)| sum | bit);
            }
            symbols.push(if dots == 0 { ' ' } else { char::from_u32(0x2800 + dots).unwrap_or(' ') });
        }
    }
    symbols
}
