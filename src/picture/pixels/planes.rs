//! Brightness and colour differences of a decoded film picture, and colours made of them (ITU-T H.273, 8.3).

use image::{GrayImage, RgbImage};
use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{Picture, PixelLayout, PlanarImageComponent};

/// How colours are coded, by the numbers of H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coding {
    pub(super) primaries: u8,
    pub(super) transfer: u8,
    pub(super) matrix: u8,
    /// Whether samples go from 0 to their largest.
    pub(super) full: bool,
}

/// One plane of samples, each of two bytes or one.
#[derive(Debug)]
struct Plane {
    bytes: Vec<u8>,
    stride: usize,
    wide: bool,
    last: (usize, usize),
}

/// A picture in planes.
#[derive(Debug)]
pub(super) struct Planes {
    width: u32,
    height: u32,
    bits: u32,
    brightness: Plane,
    /// Two differences, and whether their sides are half as long.
    differences: Option<(Plane, Plane, bool, bool)>,
    pub(super) coding: Coding,
}

impl Plane {
    fn new(bytes: Vec<u8>, stride: usize, wide: bool, width: usize, height: usize) -> Self {
        Self { bytes, stride, wide, last: (width.saturating_sub(1), height.saturating_sub(1)) }
    }

    /// A sample; beyond the edge the last one.
    fn at(&self, x: usize, y: usize) -> f32 {
        let (x, y) = (x.min(self.last.0), y.min(self.last.1));
        if self.wide {
            let at = y * self.stride + 2 * x;
            let sample = self.bytes.get(at..).and_then(|rest| rest.first_chunk());
            sample.map_or(0.0, |bytes| f32::from(u16::from_ne_bytes(*bytes)))
        } else {
            self.bytes.get(y * self.stride + x).map_or(0.0, |sample| f32::from(*sample))
        }
    }

    /// Where there are fewer of them, what lies between the nearest ones.
    fn between(&self, x: usize, y: usize, half_across: bool, half_down: bool) -> f32 {
        let near = |at: usize, half: bool| {
            if !half {
                return (at, at);
            }
            let own = at / 2;
            (own, if at.is_multiple_of(2) { own.saturating_sub(1) } else { own + 1 })
        };
        let ((x0, x1), (y0, y1)) = (near(x, half_across), near(y, half_down));
        if (x0, y0) == (x1, y1) {
            return self.at(x0, y0);
        }
        let row = |y| 0.75 * self.at(x0, y) + 0.25 * self.at(x1, y);
        0.75 * row(y0) + 0.25 * row(y1)
    }
}

impl Planes {
    /// Takes what a decoder made; `None` of a depth that is not known.
    pub(super) fn new(picture: &Picture) -> Option<Self> {
        let (width, height) = (picture.width(), picture.height());
        let bits = u32::try_from(picture.bits_per_component()?.0).ok()?;
        let wide = bits > 8;
        let plane = |component, half_across: bool, half_down: bool| {
            let (stride, _) = picture.plane_data_geometry(component);
            let side = |all: u32, half: bool| if half { all.div_ceil(2) } else { all } as usize;
            let bytes = picture.plane(component).to_vec();
            Plane::new(bytes, stride as usize, wide, side(width, half_across), side(height, half_down))
        };
        let halves = match picture.pixel_layout() {
            PixelLayout::I400 => None,
            PixelLayout::I420 => Some((true, true)),
            PixelLayout::I422 => Some((true, false)),
            PixelLayout::I444 => Some((false, false)),
        };
        let differences = halves.map(|(across, down)| {
            let of = |component| plane(component, across, down);
            (of(PlanarImageComponent::U), of(PlanarImageComponent::V), across, down)
        });
        let number = |number: usize| u8::try_from(number).unwrap_or(2);
        let coding = Coding {
            primaries: number(picture.color_primaries() as usize),
            transfer: number(picture.transfer_characteristic() as usize),
            matrix: number(picture.matrix_coefficients() as usize),
            full: picture.color_range() == YUVRange::Full,
        };
        let brightness = plane(PlanarImageComponent::Y, false, false);
        Some(Self { width, height, bits, brightness, differences, coding })
    }

    /// By what a sample is brought to 0 to 255: what is taken off and what it is then multiplied by, of brightness and of
    /// differences.
    #[expect(clippy::cast_precision_loss, reason = "sixteen bits at the most")]
    fn scale(&self, full: bool) -> ((f32, f32), (f32, f32)) {
        let (most, step) = (((1_u32 << self.bits) - 1) as f32, (1_u32 << (self.bits - 8)) as f32);
        if full {
            ((0.0, 255.0 / most), (128.0 * step, 255.0 / most))
        } else {
            ((16.0 * step, 255.0 / (219.0 * step)), (128.0 * step, 255.0 / (224.0 * step)))
        }
    }

    /// Its brightness alone: of a mask.
    pub(super) fn brightness(&self, coding: Coding) -> Option<GrayImage> {
        let ((black, by), _) = self.scale(coding.full);
        let rows = (0..self.height as usize).flat_map(|y| (0..self.width as usize).map(move |x| (x, y)));
        let samples = rows.map(|(x, y)| rounded((self.brightness.at(x, y) - black) * by)).collect();
        GrayImage::from_raw(self.width, self.height, samples)
    }

    /// Its colours.
    pub(super) fn colours(&self, coding: Coding) -> Option<RgbImage> {
        let ((black, by), (middle, spread)) = self.scale(coding.full);
        // The shares of red and of blue in brightness.
        let (red, blue) = match coding.matrix {
            1 => (0.2126, 0.0722),
            9 | 10 => (0.2627, 0.0593),
            4 => (0.30, 0.11),
            7 => (0.212, 0.087),
            0 | 2 | 5 | 6 => (0.299, 0.114),
            // What is coded by other means is coded by few.
            _ => return None,
        };
        let green = 1.0 - red - blue;
        let mut samples = Vec::with_capacity(3 * self.width as usize * self.height as usize);
        for y in 0..self.height as usize {
            for x in 0..self.width as usize {
                let bright = (self.brightness.at(x, y) - black) * by;
                let Some((first, second, across, down)) = &self.differences else {
                    samples.extend([rounded(bright); 3]);
                    continue;
                };
                let (u, v) = (first.between(x, y, *across, *down), second.between(x, y, *across, *down));
                if coding.matrix == 0 {
                    // Green, blue and red themselves.
                    samples.extend([v, bright / by + black, u].map(|sample| rounded((sample - black) * by)));
                    continue;
                }
                let (u, v) = ((u - middle) * spread, (v - middle) * spread);
                let (to_red, to_blue) = (2.0 * (1.0 - red) * v, 2.0 * (1.0 - blue) * u);
                let to_green = -(red * to_red + blue * to_blue) / green;
                samples.extend([bright + to_red, bright + to_green, bright + to_blue].map(rounded));
            }
        }
        RgbImage::from_raw(self.width, self.height, samples)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
fn rounded(sample: f32) -> u8 {
    (sample + 0.5) as u8
}
