//! A result held against its photo: whether it shows the same, the same way up. Both are looked at reduced to a few pixels.

use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use fast_image_resize::FilterType;
use image::{DynamicImage, RgbImage};

use super::{Downscaled, Part, Unseen};
use crate::job::{Format, Pixels};
use crate::picture::{Orientation, PictureError, Reduced, photo};

/// Pixels of a picture that is decoded as a whole for it, at the most: one that is larger is not compared. PNG is read
/// row by row and of JPEG an eighth is decoded, so that those may be larger.
const MOST_COMPARED: u64 = 24_000_000;
/// One picture is decoded as a whole at a time, so that memory does not grow with what is saved at once.
static DECODING: Mutex<()> = Mutex::new(());

/// The side of what is compared, px.
const SIDE: u32 = 32;
/// What is decoded for it, px.
const SEEN: u32 = 128;
/// Up to this all samples are black, whatever a format loses.
const BLACK: u8 = 8;
/// Samples that differ by no more are one colour.
const ONE: u8 = 4;
/// A photo shows enough to tell which way up it is from here on: the deviation of its brightness.
const SHOWS: f32 = 4.0;
/// From here on two pictures look alike, 1 being the same.
const ALIKE: f32 = 0.5;
/// One that was turned looks as like its photo as this at the least, turned back.
const TURNED: f32 = 0.8;

/// What is odd about a result beside its photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// Nothing, as far as can be told.
    Alike,
    /// It looks so much like the photo, percent: 100 where its brightness rises and falls as the photo's does, 0 where it
    /// has nothing to do with it.
    Like(u8),
    /// It is the photo, pixel for pixel.
    Same,
    /// It is all black, and so is the photo.
    BlackAsThePhoto,
    /// It is all black.
    Black,
    /// It is all of one colour.
    Flat,
    /// It was turned so.
    Turned(Orientation),
}

/// Samples of the same picture that was written once more differ by no more.
const ROUNDED: u8 = 2;
/// The same where both were reduced, each in its own way.
const REDUCED: u8 = 6;
/// The side of the part that is looked at pixel by pixel, px.
const CLOSE: u32 = 256;

/// Holds a result against its photo; `None` if one of them cannot be decoded here. What was seen of the result when it
/// was checked need not be decoded again. It blocks for as long as that takes.
#[must_use]
pub fn against(photo: &Path, result: &Path, seen: Option<&Reduced>) -> Option<Against> {
    let files = (photo, result);
    let SeenOf { pixels: photo, size, alpha } = small(photo).ok().flatten()?;
    let (result, size_of_result) = match seen {
        Some(seen) => (glanced(&Downscaled::of(seen), Part::whole(seen.all))?, seen.all),
        None => small(result).ok().flatten().map(|seen| (seen.pixels, seen.size))?,
    };
    let (of_photo, of_result) = (Glance::at(&photo), Glance::at(&result));
    if of_result.brightest() <= BLACK {
        return Some(if of_photo.brightest() <= 2 * BLACK { Against::BlackAsThePhoto } else { Against::Black });
    }
    if of_result.is_flat() {
        return Some(if of_photo.is_flat() { Against::Alike } else { Against::Flat });
    }
    let as_it_is = of_photo.likeness(&of_result);
    if of_photo.deviation() < SHOWS {
        return Some(Against::Alike);
    }
    if size == size_of_result && differ(&photo, &result) <= REDUCED && is_same_close(files, size) {
        return Some(Against::Same);
    }
    if as_it_is >= ALIKE {
        return Some(Against::Like(percent(as_it_is)));
    }
    let turned = Orientation::ALL.into_iter().skip(1).map(|how| {
        let mut turned = DynamicImage::from(photo.clone());
        turned.apply_orientation(how.into());
        (Glance::at(&turned.into_rgb8()).likeness(&of_result), how)
    });
    let best = turned.max_by(|(a, _), (b, _)| a.total_cmp(b)).filter(|(like, _)| *like >= TURNED);
    Some(match best {
        Some((_, how)) => Against::Turned(how),
        // What was transparent may show now what lay behind it.
        None if alpha => Against::Alike,
        None => Against::Like(percent(as_it_is)),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
fn percent(likeness: f32) -> u8 {
    (likeness.clamp(0.0, 1.0) * 100.0).round() as u8
}

/// How much two pictures of one size differ where they do most.
fn differ(one: &RgbImage, other: &RgbImage) -> u8 {
    let samples = one.as_raw().iter().zip(other.as_raw());
    samples.map(|(one, other)| one.abs_diff(*other)).max().unwrap_or(u8::MAX)
}

/// Whether the middle of both is the same, pixel by pixel.
fn is_same_close((photo, result): (&Path, &Path), size: Pixels) -> bool {
    let (width, height) = (size.width.min(CLOSE), size.height.min(CLOSE));
    let (x, y) = ((size.width - width) / 2, (size.height - height) / 2);
    let part = Part { x, y, width, height, of: size };
    let [photo, result] = [photo, result].map(|file| seen(file, Some(part), Pixels::new(width, height)).ok().flatten());
    // What is transparent where the photo is not, is not the photo.
    photo
        .zip(result)
        .is_some_and(|(photo, result)| photo.alpha == result.alpha && differ(&photo.pixels, &result.pixels) <= ROUNDED)
}

fn small(file: &Path) -> Result<Option<SeenOf>, Unseen> {
    seen(file, None, Pixels::new(SIDE, SIDE))
}

/// What is seen of a picture.
struct SeenOf {
    pixels: RgbImage,
    /// Of the whole picture, px.
    size: Pixels,
    alpha: bool,
}

/// A part of a picture, or all of it, at so many px.
fn seen(file: &Path, part: Option<Part>, size: Pixels) -> Result<Option<SeenOf>, Unseen> {
    let mut file = File::open(file).map_err(PictureError::Unreadable)?;
    let header = photo(&mut file)?;
    let (whole, alpha) = (header.upright(), header.alpha);
    let is_whole = part.is_none();
    let decoded = if is_whole { Pixels::new(SEEN, SEEN) } else { size };
    let part = part.unwrap_or(Part::whole(whole));
    let is_by_rows = header.format == Format::Png && header.converts.is_none();
    let _alone = (!is_by_rows).then(|| DECODING.lock().unwrap_or_else(PoisonError::into_inner));
    let seen = Downscaled::exposed(file, header, part, decoded, MOST_COMPARED, &|| false)?;
    let pixels = if is_whole { glanced(&seen, part) } else { seen.cut(part, size) };
    Ok(pixels.map(|pixels| SeenOf { pixels, size: whole, alpha }))
}

/// What is compared of a picture. Each of so few pixels is the mean of what it stands for: sharpness would add nothing.
fn glanced(seen: &Downscaled, part: Part) -> Option<RgbImage> {
    seen.cut_by(FilterType::Box, part, Pixels::new(SIDE, SIDE))
}

/// How a small picture looks.
struct Glance<'a> {
    samples: &'a [u8],
    /// By how much each pixel is brighter than all are in the mean.
    relief: Vec<f32>,
    /// The sum of their squares.
    power: f32,
}

impl<'a> Glance<'a> {
    fn at(picture: &'a RgbImage) -> Self {
        let samples = picture.as_raw().as_slice();
        let sums = samples
            .as_chunks()
            .0
            .iter()
            .map(|[red, green, blue]| u16::from(*red) + u16::from(*green) + u16::from(*blue));
        let mut relief: Vec<f32> = sums.map(|sum| f32::from(sum) / 3.0).collect();
        let mean = relief.iter().sum::<f32>() / count(&relief);
        for value in &mut relief {
            *value -= mean;
        }
        let power = relief.iter().map(|value| value * value).sum();
        Self { samples, relief, power }
    }

    fn brightest(&self) -> u8 {
        self.samples.iter().fold(0, |most, sample| most.max(*sample))
    }

    fn is_flat(&self) -> bool {
        // What is of one colour is as bright everywhere, and most pictures are not.
        if self.deviation() > f32::from(ONE) {
            return false;
        }
        let (mut least, mut most) = ([u8::MAX; 3], [0; 3]);
        for [red, green, blue] in self.samples.as_chunks().0 {
            least = [least[0].min(*red), least[1].min(*green), least[2].min(*blue)];
            most = [most[0].max(*red), most[1].max(*green), most[2].max(*blue)];
        }
        least.into_iter().zip(most).all(|(least, most)| most.saturating_sub(least) <= ONE)
    }

    /// The deviation of its brightness.
    fn deviation(&self) -> f32 {
        (self.power / count(&self.relief)).sqrt()
    }

    /// How like two pictures are in their brightness: 1 where it rises and falls alike, 0 where it has nothing to do with
    /// each other.
    fn likeness(&self, other: &Glance<'_>) -> f32 {
        if self.power <= 0.0 || other.power <= 0.0 {
            return 0.0;
        }
        let both: f32 = self.relief.iter().zip(&other.relief).map(|(a, b)| a * b).sum();
        both / (self.power * other.power).sqrt()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a thousand pixels")]
fn count(values: &[f32]) -> f32 {
    values.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::picture::{complete, samples};

    fn held(photo: &RgbImage, result: &RgbImage) -> Against {
        let dir = tempfile::tempdir().unwrap();
        let paths = ["a.png", "b.png"].map(|name| dir.path().join(name));
        photo.save(&paths[0]).unwrap();
        result.save(&paths[1]).unwrap();
        let decoded = against(&paths[0], &paths[1], None).unwrap();
        let seen = complete(File::open(&paths[1]).unwrap(), Format::Png).unwrap().reduced.unwrap();
        assert_eq!(against(&paths[0], &paths[1], Some(&seen)), Some(decoded), "as it was checked, and decoded for it");
        decoded
    }

    fn cat() -> DynamicImage {
        image::open(samples::photo("chelsea.png")).unwrap()
    }

    #[test]
    fn every_way_of_turning_is_told_and_what_is_upright_is_none() {
        let cat = cat();
        for orientation in Orientation::ALL {
            let mut result = cat.resize_exact(700, 500, image::imageops::FilterType::Triangle);
            result.apply_orientation(orientation.into());
            let found = held(&cat.to_rgb8(), &result.into_rgb8());
            if orientation == Orientation::Upright {
                assert!(matches!(found, Against::Like(95..)), "{found:?}");
            } else {
                assert_eq!(found, Against::Turned(orientation));
            }
        }
        // A model may make it brighter, and flatter.
        let flatter = held(&cat.to_rgb8(), &cat.brighten(40).adjust_contrast(-30.0).into_rgb8());
        assert!(matches!(flatter, Against::Like(90..)), "{flatter:?}");
    }

    #[test]
    fn what_shows_nothing_is_told_unless_its_photo_does_not_either() {
        let (cat, black) = (cat().into_rgb8(), RgbImage::new(60, 40));
        let flat = RgbImage::from_pixel(60, 40, Rgb([90, 91, 92]));
        assert_eq!(held(&cat, &black), Against::Black);
        assert_eq!(held(&black, &black), Against::BlackAsThePhoto);
        assert_eq!(held(&cat, &flat), Against::Flat);
        assert_eq!(held(&flat, &flat), Against::Alike);
        // Nothing can be told of what looks the same either way, nor of what is another picture altogether.
        let halves = RgbImage::from_fn(60, 40, |x, _| if (20..40).contains(&x) { Rgb([200; 3]) } else { Rgb([20; 3]) });
        let flipped = held(&halves, &DynamicImage::from(halves.clone()).fliph().into_rgb8());
        assert!(matches!(flipped, Against::Like(90..) | Against::Same), "{flipped:?}");
        let noise = RgbImage::from_fn(64, 64, |x, y| Rgb([u8::try_from((x * 37 + y * 91 + x * y) % 256).unwrap(); 3]));
        let another = held(&cat, &noise);
        assert!(matches!(another, Against::Like(0..40)), "{another:?}");
        let coffee = image::open(samples::photo("coffee.png")).unwrap().into_rgb8();
        let another = held(&cat, &coffee);
        assert!(matches!(another, Against::Like(0..60)), "{another:?}");
    }

    #[test]
    fn a_photo_that_comes_back_as_it_went_is_the_same_and_one_that_was_touched_is_not() {
        let cat = cat().into_rgb8();
        assert_eq!(held(&cat, &cat), Against::Same);
        let sharper = image::imageops::unsharpen(&cat, 0.8, 2);
        assert!(matches!(held(&cat, &sharper), Against::Like(95..)));
        let mut painted = cat.clone();
        for (x, y) in [(3, 3), (4, 3), (3, 4), (4, 4)].into_iter().flat_map(|(x, y)| (0..20).map(move |n| (x + n, y))) {
            painted.put_pixel(x, y, Rgb([255, 0, 255]));
        }
        assert!(matches!(held(&cat, &painted), Against::Like(95..)), "in a corner alone");
    }
}
