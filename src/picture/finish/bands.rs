//! Pictures brought to another size by Lanczos, a mask band by band. All of them as three samples a pixel: the resizer
//! for each further kind of pixel is a megabyte of program.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{ResizeOptions, Resizer};
use image::{GrayImage, RgbImage};

/// How many pixels are made at once.
const BAND_PIXELS: u32 = 1_000_000;

/// A mask that is enlarged as it is asked for.
pub(super) struct Bands {
    mask: RgbImage,
    width: u32,
    height: u32,
    /// Rows that were made.
    made: u32,
    band: Vec<u8>,
    /// Of the band, bytes that were given.
    given: usize,
    resizer: Resizer,
}

impl Bands {
    pub(super) fn new(mask: &GrayImage, (width, height): (u32, u32)) -> Self {
        let samples = mask.as_raw().iter().flat_map(|alpha| [*alpha; 3]).collect();
        let mask = RgbImage::from_raw(mask.width(), mask.height(), samples).unwrap_or_default();
        Self { mask, width, height, made: 0, band: Vec::new(), given: 0, resizer: Resizer::new() }
    }

    /// The next row, three samples a pixel; `None` behind the last.
    pub(super) fn next_row(&mut self) -> Option<&[u8]> {
        if self.given >= self.band.len() {
            self.next_band()?;
        }
        let row = 3 * self.width as usize;
        let start = self.given;
        self.given += row;
        self.band.get(start..self.given)
    }

    fn next_band(&mut self) -> Option<()> {
        let rows = (BAND_PIXELS / self.width.max(1)).max(16).min(self.height.checked_sub(self.made)?);
        if rows == 0 {
            return None;
        }
        let (across, down) = (f64::from(self.mask.width()), f64::from(self.mask.height()));
        let step = down / f64::from(self.height);
        let top = f64::from(self.made) * step;
        let crop = ResizeOptions::new().crop(0.0, top, across, (f64::from(rows) * step).min(down - top));
        self.band.clear();
        self.band.resize(3 * self.width as usize * rows as usize, 0);
        let from =
            TypedImageRef::<U8x3>::from_buffer(self.mask.width(), self.mask.height(), self.mask.as_raw()).ok()?;
        let mut into = TypedImage::<U8x3>::from_buffer(self.width, rows, &mut self.band).ok()?;
        self.resizer.resize_typed(&from, &mut into, &crop).ok()?;
        (self.made, self.given) = (self.made + rows, 0);
        Some(())
    }
}

/// All of a picture at another size.
pub(super) fn resized(picture: &RgbImage, width: u32, height: u32) -> Option<RgbImage> {
    let mut target = RgbImage::new(width, height);
    let from = TypedImageRef::<U8x3>::from_buffer(picture.width(), picture.height(), picture.as_raw()).ok()?;
    let mut into = TypedImage::<U8x3>::from_buffer(width, height, &mut target).ok()?;
    Resizer::new().resize_typed(&from, &mut into, &ResizeOptions::new()).ok()?;
    Some(target)
}
