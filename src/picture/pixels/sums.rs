//! Rows of a picture added up as they come: what is kept of one of any size takes the memory of a few rows.

use image::RgbImage;
use png::ColorType;

use crate::job::Pixels;

/// Most pixels that a downscaled picture keeps.
pub(in crate::picture) const MOST_KEPT: u64 = 4_000_000;

/// A picture, as stored, each pixel of which stands for several of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduced {
    /// The file's size, px.
    pub(in crate::picture) all: Pixels,
    /// How many px of the file a side of one of ours stands for.
    pub(in crate::picture) by: u32,
    pub(in crate::picture) pixels: RgbImage,
}

/// By how much a part may be reduced and still be as large as wanted, and must be so as not to take
/// more memory than allowed.
pub(in crate::picture) fn reduction(there: Pixels, wanted: Pixels) -> u32 {
    let fits = |by: u32| there.shrunk(by).count() <= MOST_KEPT;
    let enough = (there.width / wanted.width.max(1)).min(there.height / wanted.height.max(1)).max(1);
    let longest = there.width.max(there.height);
    (enough..=longest.max(enough)).find(|by| fits(*by)).unwrap_or(enough)
}

impl Pixels {
    /// Both sides divided, never to nothing.
    pub(in crate::picture) fn shrunk(self, by: u32) -> Self {
        Self::new((self.width / by.max(1)).max(1), (self.height / by.max(1)).max(1))
    }
}

/// Rows that are being added up.
pub(in crate::picture) struct Sums {
    kept: Pixels,
    by: u32,
    /// How many rows came.
    came: u32,
    row: Vec<[u32; 3]>,
    done: Vec<u8>,
}

impl Sums {
    /// For so many px of a file, reduced by so much.
    pub(in crate::picture) fn new(there: Pixels, by: u32) -> Self {
        let kept = there.shrunk(by);
        let columns = kept.width as usize;
        let done = Vec::with_capacity(columns * kept.height as usize * 3);
        Self { kept, by, came: 0, row: vec![[0; 3]; columns], done }
    }

    /// How much of it is kept, px.
    pub(in crate::picture) fn kept(&self) -> Pixels {
        self.kept
    }

    /// Adds the next row of the file, 8 bits a sample, from a column on.
    pub(in crate::picture) fn add(&mut self, data: &[u8], color: ColorType, left: u32) {
        let data = data.get(left as usize * color.samples()..).unwrap_or_default();
        match color {
            ColorType::Grayscale | ColorType::Indexed => self.add_pixels(data, |[grey]| [grey; 3]),
            ColorType::GrayscaleAlpha => self.add_pixels(data, |[grey, alpha]| [over_grey(grey, alpha); 3]),
            ColorType::Rgb => self.add_pixels(data, |colours: [u8; 3]| colours),
            ColorType::Rgba => self.add_pixels(data, |[r, g, b, alpha]| [r, g, b].map(|c| over_grey(c, alpha))),
        }
        self.came += 1;
        if self.by > 1 && self.came.is_multiple_of(self.by) {
            self.finish_row();
        }
    }

    /// Every pixel of a result comes by here: its samples are counted without a question.
    fn add_pixels<const SAMPLES: usize>(&mut self, data: &[u8], colours: impl Fn([u8; SAMPLES]) -> [u8; 3]) {
        let pixels = data.as_chunks().0;
        if self.by == 1 {
            let row: Vec<_> = pixels.iter().take(self.row.len()).map(|pixel| colours(*pixel)).collect();
            return self.done.extend_from_slice(row.as_flattened());
        }
        for ([reds, greens, blues], block) in self.row.iter_mut().zip(pixels.chunks_exact(self.by as usize)) {
            let (mut red, mut green, mut blue) = (0, 0, 0);
            for pixel in block {
                let [r, g, b] = colours(*pixel);
                red += u32::from(r);
                green += u32::from(g);
                blue += u32::from(b);
            }
            *reds = reds.saturating_add(red);
            *greens = greens.saturating_add(green);
            *blues = blues.saturating_add(blue);
        }
    }

    fn finish_row(&mut self) {
        let area = self.by.saturating_mul(self.by).max(1);
        for sum in &mut self.row {
            self.done.extend(sum.map(|sum| u8::try_from(sum / area).unwrap_or(u8::MAX)));
            *sum = [0; 3];
        }
    }

    /// What was kept, once all rows came that it is of; a few behind it are not counted.
    pub(in crate::picture) fn end(mut self) -> Option<RgbImage> {
        self.done.truncate(self.kept.width as usize * self.kept.height as usize * 3);
        RgbImage::from_raw(self.kept.width, self.kept.height, self.done)
    }
}

/// A colour over the middle grey, by its opacity.
pub(in crate::picture) fn over_grey(colour: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    let mixed = (u32::from(colour) * alpha + 128 * (255 - alpha)) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}
