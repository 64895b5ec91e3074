//! PNG read row by row, each added up as it comes: a result of any size takes the memory of a few rows.

use std::io::{BufRead, Seek};

use image::RgbImage;
use png::{ColorType, Decoder, Limits, Transformations};

use super::part::Shares;
use super::{MOST_KEPT, Part, Unseen, over_grey};
use crate::job::Pixels;

/// Memory for rows, bytes.
const MOST_MEMORY: usize = 64 * 1024 * 1024;
/// Rows between two questions whether to stop.
const ASK: u32 = 64;

/// By how much a part may be reduced and still be as large as wanted, and must be so as not to take
/// more memory than allowed.
pub(super) fn reduction(there: Pixels, wanted: Pixels) -> u32 {
    let fits = |by: u32| there.shrunk(by).count() <= MOST_KEPT;
    let enough = (there.width / wanted.width.max(1)).min(there.height / wanted.height.max(1)).max(1);
    let longest = there.width.max(there.height);
    (enough..=longest.max(enough)).find(|by| fits(*by)).unwrap_or(enough)
}

/// Reads a part of a PNG, and says which part that is in whole px of the file; `None` if it is
/// interlaced.
pub(super) fn read(
    file: impl BufRead + Seek,
    part: Part,
    wanted: Pixels,
    stop: &dyn Fn() -> bool,
) -> Result<Option<(RgbImage, Shares)>, Unseen> {
    let mut decoder = Decoder::new_with_limits(file, Limits { bytes: MOST_MEMORY });
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|_| Unseen::Damaged)?;
    let info = reader.info();
    if info.interlaced {
        return Ok(None);
    }
    let all = Pixels::new(info.width, info.height);
    let (color, _) = reader.output_color_type();
    let shares = part.shares();
    let (left, width) = whole_pixels(shares.left, shares.width, all.width);
    let (top, height) = whole_pixels(shares.top, shares.height, all.height);
    let there = Pixels::new(width, height);
    let by = reduction(there, wanted);
    let kept = there.shrunk(by);
    let mut sums = Sums::new(kept, by);
    for y in 0..top + kept.height * by {
        if y % ASK == 0 && stop() {
            return Err(Unseen::Stopped);
        }
        let row = reader.next_row().map_err(|_| Unseen::Damaged)?.ok_or(Unseen::Damaged)?;
        if y >= top {
            sums.add(row.data(), color, left);
            if (y - top + 1) % by == 0 {
                sums.finish_row();
            }
        }
    }
    let share = |pixels: u32, all: u32| f64::from(pixels) / f64::from(all.max(1));
    let read = Shares {
        left: share(left, all.width),
        top: share(top, all.height),
        width: share(kept.width * by, all.width),
        height: share(kept.height * by, all.height),
    };
    Ok(RgbImage::from_raw(kept.width, kept.height, sums.done).map(|pixels| (pixels, read)))
}

/// The whole px, first and how many, that a stretch of a side touches.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares of a u32")]
fn whole_pixels(start: f64, size: f64, all: u32) -> (u32, u32) {
    let whole = f64::from(all);
    let first = ((start * whole + 1e-6).floor() as u32).min(all.saturating_sub(1));
    let end = (((start + size) * whole - 1e-6).ceil() as u32).clamp(first + 1, all.max(first + 1));
    (first, end - first)
}

/// Rows that are being added up.
struct Sums {
    by: u32,
    columns: usize,
    row: Vec<[u32; 3]>,
    done: Vec<u8>,
}

impl Sums {
    fn new(kept: Pixels, by: u32) -> Self {
        let columns = kept.width as usize;
        let bytes = columns * kept.height as usize * 3;
        Self { by, columns, row: vec![[0; 3]; columns], done: Vec::with_capacity(bytes) }
    }

    /// Adds a row of the file, from a column on.
    fn add(&mut self, data: &[u8], color: ColorType, left: u32) {
        let samples = color.samples();
        let skipped = data.get(left as usize * samples..).unwrap_or_default();
        let blocks = skipped.chunks_exact(samples * self.by as usize);
        for (sum, block) in self.row.iter_mut().zip(blocks) {
            for pixel in block.chunks_exact(samples) {
                let colours = match *pixel {
                    [grey] => [grey; 3],
                    [grey, alpha] => [over_grey(grey, alpha); 3],
                    [r, g, b] => [r, g, b],
                    [r, g, b, alpha] => [r, g, b].map(|colour| over_grey(colour, alpha)),
                    _ => [0; 3],
                };
                for (sum, colour) in sum.iter_mut().zip(colours) {
                    *sum = sum.saturating_add(u32::from(colour));
                }
            }
        }
    }

    fn finish_row(&mut self) {
        let area = self.by.saturating_mul(self.by).max(1);
        for sum in self.row.iter_mut().take(self.columns) {
            self.done.extend(sum.map(|sum| u8::try_from(sum / area).unwrap_or(u8::MAX)));
            *sum = [0; 3];
        }
    }
}
