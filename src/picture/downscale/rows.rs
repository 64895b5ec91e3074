//! PNG read row by row, each added up as it comes: a result of any size takes the memory of a few rows.

use std::io::{BufRead, Seek};

use image::RgbImage;
use png::{Decoder, Limits, Transformations};

use super::part::Shares;
use super::{Part, Unseen};
use crate::job::Pixels;
use crate::picture::pixels::sums::{Sums, reduction};

/// Memory for rows, bytes.
const MOST_MEMORY: usize = 64 * 1024 * 1024;
/// Rows between two questions whether to stop.
const ASK: u32 = 64;

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
    let mut sums = Sums::new(there, by);
    let kept = sums.kept();
    for y in 0..top + kept.height * by {
        if y % ASK == 0 && stop() {
            return Err(Unseen::Stopped);
        }
        let row = reader.next_row().map_err(|_| Unseen::Damaged)?.ok_or(Unseen::Damaged)?;
        if y >= top {
            sums.add(row.data(), color, left);
        }
    }
    let share = |pixels: u32, all: u32| f64::from(pixels) / f64::from(all.max(1));
    let read = Shares {
        left: share(left, all.width),
        top: share(top, all.height),
        width: share(kept.width * by, all.width),
        height: share(kept.height * by, all.height),
    };
    Ok(sums.end().map(|pixels| (pixels, read)))
}

/// The whole px, first and how many, that a stretch of a side touches.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares of a u32")]
fn whole_pixels(start: f64, size: f64, all: u32) -> (u32, u32) {
    let whole = f64::from(all);
    let first = ((start * whole + 1e-6).floor() as u32).min(all.saturating_sub(1));
    let end = (((start + size) * whole - 1e-6).ceil() as u32).clamp(first + 1, all.max(first + 1));
    (first, end - first)
}
