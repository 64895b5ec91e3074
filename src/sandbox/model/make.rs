//! What a model makes of a picture: files, a text, and how long that takes.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::{DynamicImage, ImageFormat, RgbImage};

use super::caption::describe;
use super::cut_out::cut_out;
use super::edit::edit;
use super::enlarge::{Unusable, enlarge, scaled};
use super::fill::fill;
use super::film::film;
use super::trace::trace;
use super::{Checked, Model, Unit, Work};
use crate::sandbox::scenario::{Picture, redone};

/// What a model will make of its input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// By how much each side grows.
    factor: f64,
    /// How many files come out.
    pub(crate) files: u32,
    /// How many steps are shown.
    pub(crate) steps: Option<u32>,
    /// How long a video is, seconds.
    seconds: u32,
}

/// A file that came out.
#[derive(Debug)]
pub(crate) struct MadeFile {
    /// How its name ends.
    pub(crate) extension: &'static str,
    /// Its media type.
    pub(crate) media: &'static str,
    /// Width and height, px, where that is told.
    pub(crate) size: Option<(u32, u32)>,
    /// Its length, bytes.
    pub(crate) len: u64,
    /// Its hash.
    pub(crate) hash: blake3::Hash,
}

/// All that came out.
#[derive(Debug)]
pub(crate) struct Made {
    /// Files, each with the id that it is kept under.
    pub(crate) files: Vec<(String, MadeFile)>,
    /// A sentence on the input, or on what was done.
    pub(crate) text: String,
    /// How long it took.
    pub(crate) length: Duration,
}

impl Plan {
    pub(crate) fn of(work: Work, input: &Checked) -> Self {
        let whole = |name| input.integer(name).and_then(|number| u32::try_from(number).ok());
        let seconds = input.text("duration").parse().unwrap_or(5);
        let one = Self { factor: 1.0, files: 1, steps: None, seconds };
        match work {
            Work::Upscale => {
                Self { factor: input.number("upscale_factor").unwrap_or(2.0), steps: whole("steps"), ..one }
            }
            Work::Enlarge { by, .. } => {
                let factor = by.and_then(|by| input.number(by)).unwrap_or(2.0);
                Self { factor, steps: whole("num_inference_steps").or(Some(10)), ..one }
            }
            Work::Vary => {
                let factor = match input.text("uov_method") {
                    "Upscale (1.5x)" => 1.5,
                    "Upscale (2x)" | "Upscale (Fast 2x)" => 2.0,
                    _ => 1.0,
                };
                Self { factor, files: whole("num_images").unwrap_or(1), steps: Some(30), ..one }
            }
            Work::Edit | Work::Fill => Self { files: whole("num_images").unwrap_or(1), steps: Some(10), ..one },
            Work::CutOut => Self { files: 1 + u32::from(input.flag("output_mask")), ..one },
            Work::Trace | Work::Draw | Work::Film => one,
            Work::Caption(_) => Self { files: 0, ..one },
        }
    }

    /// Megapixels that come out of a picture of this size.
    pub(crate) fn megapixels(&self, (width, height): (u32, u32)) -> f64 {
        let one = f64::from(scaled(width, self.factor)) * f64::from(scaled(height, self.factor));
        one * f64::from(self.files) / 1e6
    }

    /// What is billed, in the model's unit.
    pub(crate) fn units(&self, model: &Model, size: (u32, u32), made: &Made) -> f64 {
        match model.unit {
            Unit::Megapixel => self.megapixels(size),
            Unit::Image => f64::from(self.files.max(1)),
            Unit::Second => f64::from(self.seconds),
            Unit::ComputeSecond => made.length.as_secs_f64(),
            #[expect(clippy::cast_precision_loss, reason = "a few hundred characters")]
            Unit::Characters => made.text.chars().count() as f64 / 1000.0,
        }
    }
}

/// Makes it, into one file for each target; gives the files and the text.
pub(crate) fn make(
    work: Work,
    input: &Checked,
    plan: &Plan,
    (picture, mask): (RgbImage, Option<RgbImage>),
    targets: &[PathBuf],
    spoilt: Option<Picture>,
) -> Result<(Vec<MadeFile>, String), Unusable> {
    let caption = describe(&picture);
    let (picture, factor) = match spoilt {
        Some(Picture::HalfSize) => (picture, plan.factor / 2.0),
        Some(other) => (redone(picture, other), plan.factor),
        None => (picture, plan.factor),
    };
    let format = Kind::of(input.text("output_format"));
    let mut said = caption;
    let mut files = Vec::with_capacity(targets.len());
    let cut = if matches!(work, Work::CutOut) { Some(cut_out(&picture)) } else { None };
    for (at, target) in targets.iter().enumerate() {
        files.push(match (work, &cut) {
            (Work::CutOut, Some((cut, mask))) => match at {
                0 => format.written(DynamicImage::ImageRgba8(cut.clone()), target)?,
                _ => format.written(DynamicImage::ImageLuma8(mask.clone()), target)?,
            },
            (Work::Edit, _) => {
                let (edited, done) = edit(&picture, input.text("prompt"), u8::try_from(at + 1).unwrap_or(u8::MAX));
                said = done;
                format.written(DynamicImage::ImageRgb8(edited), target)?
            }
            (Work::Fill, _) => {
                let strength = u8::try_from(at + 1).unwrap_or(u8::MAX);
                let mask = mask.as_ref().ok_or(Unusable::Load)?;
                let filled = fill(&picture, mask, input.text("prompt"), strength);
                input.text("prompt").clone_into(&mut said);
                format.written(DynamicImage::ImageRgb8(filled), target)?
            }
            (Work::Film, _) => {
                let (video, _) = film(&picture, plan.seconds)?;
                std::fs::write(target, &video)?;
                let (extension, media) = ("mp4", "video/mp4");
                MadeFile { extension, media, size: None, len: video.len() as u64, hash: blake3::hash(&video) }
            }
            (Work::Trace | Work::Draw, _) => {
                let svg = trace(&picture).into_bytes();
                std::fs::write(target, &svg)?;
                let (extension, media) = ("svg", "image/svg+xml");
                MadeFile { extension, media, size: None, len: svg.len() as u64, hash: blake3::hash(&svg) }
            }
            _ => {
                // Whoever enlarges by nothing does something to the picture all the same.
                let stays = scaled(picture.width(), factor) == picture.width();
                let sharper = stays.then(|| image::imageops::unsharpen(&picture, 0.8, 2));
                let made = enlarge(sharper.as_ref().unwrap_or(&picture), factor, target)?;
                if format.is_png() {
                    let size = Some((made.width, made.height));
                    MadeFile { extension: "png", media: "image/png", size, len: made.len, hash: made.hash }
                } else {
                    let bytes = std::fs::read(target)?;
                    let png = image::load_from_memory_with_format(&bytes, ImageFormat::Png);
                    format.written(png.map_err(std::io::Error::other)?, target)?
                }
            }
        });
    }
    Ok((files, said))
}

/// A format that a result can have.
#[derive(Debug, Clone, Copy)]
struct Kind(ImageFormat, &'static str, &'static str);

impl Kind {
    /// As models call it.
    fn of(name: &str) -> Self {
        match name {
            "jpeg" | "jpg" => Self(ImageFormat::Jpeg, "jpg", "image/jpeg"),
            "webp" => Self(ImageFormat::WebP, "webp", "image/webp"),
            "gif" => Self(ImageFormat::Gif, "gif", "image/gif"),
            _ => Self(ImageFormat::Png, "png", "image/png"),
        }
    }

    fn is_png(self) -> bool {
        self.0 == ImageFormat::Png
    }

    fn written(self, picture: DynamicImage, target: &Path) -> Result<MadeFile, Unusable> {
        let size = Some((picture.width(), picture.height()));
        // JPEG knows no transparency.
        let picture = if self.0 == ImageFormat::Jpeg { DynamicImage::ImageRgb8(picture.into_rgb8()) } else { picture };
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, self.0).map_err(std::io::Error::other)?;
        let bytes = bytes.into_inner();
        std::fs::write(target, &bytes)?;
        Ok(MadeFile { extension: self.1, media: self.2, size, len: bytes.len() as u64, hash: blake3::hash(&bytes) })
    }
}
