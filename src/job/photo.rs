//! The input of a job: a picture file on disk.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The picture formats that fal's image models take as they are (fal docs: file uploads).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JPEG, by its `FF D8 FF`.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, in its RIFF container.
    Webp,
    /// GIF, 87a or 89a.
    Gif,
    /// AVIF, in its ISO base media container.
    Avif,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::Webp, Self::Gif, Self::Avif];

    /// The extension that a file of this format gets, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Avif => "avif",
        }
    }

    /// The media type sent as `Content-Type`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Avif => "image/avif",
        }
    }

    /// The format whose extension this is, for reading our own records.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Avif => "AVIF",
        })
    }
}

/// A picture's size in px.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pixels {
    /// Columns, px.
    pub width: u32,
    /// Rows, px.
    pub height: u32,
}

impl Pixels {
    /// A size of `width` × `height` px.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// How many pixels that are.
    #[must_use]
    pub fn count(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Megapixels, 10⁶ px each.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no picture has 2^52 px")]
    pub fn megapixels(self) -> f64 {
        self.count() as f64 / 1e6
    }

    /// The size after enlarging each side by `factor`, rounded to whole px.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float casts saturate, and a size is never negative"
    )]
    pub fn scaled(self, factor: f64) -> Self {
        let side = |px: u32| (f64::from(px) * factor).round() as u32;
        Self { width: side(self.width), height: side(self.height) }
    }
}

/// Megapixels, 10⁶ px each, as people read them: `12.2`, `0.40`, `0.0015`, `12,000`. At least two digits
/// say something, so that small pictures do not all look alike.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub fn megapixels(px: u64) -> String {
    // The places behind the point by the number of px: a million of them are the smallest.
    let places = match px {
        0..=99 => 6,
        100..=999 => 5,
        1_000..=9_949 => 4,
        9_950..=99_499 => 3,
        99_500..=994_999 => 2,
        995_000..=999_949_999 => 1,
        _ => 0,
    };
    let places = if px == 0 { 1 } else { places };
    let digits = format!("{:.places$}", px as f64 / 1e6);
    if places > 0 { digits } else { super::text::grouped(&digits) }
}

impl fmt::Display for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

/// What of a photo its result will not show, or not as one may think: models give one still picture in colours of
/// 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// It is transparent somewhere, which can be put back.
    Transparency,
    /// It is transparent somewhere, which cannot be put back: its format is not decoded here, or it is moved.
    TransparencyLost,
    /// It is a camera's raw picture, of which its preview is sent.
    RawPreview,
    /// It is moved.
    Animation,
    /// It has several pages, of which the first is sent.
    Pages,
    /// It has more than 8 bits a sample.
    Depth,
    /// It has a map by which screens that can make it brighter (HDR).
    GainMap,
    /// It has a film with it, as motion photos have.
    Film,
    /// It has a map of how far away what it shows is.
    DepthMap,
    /// It is not stored upright and goes to fal as it is.
    Orientation,
    /// It is far larger than most: so is what it costs.
    Size,
    /// It has a matte of what it shows.
    Matte,
}

impl Loss {
    /// Above this a photo is far larger than most, px.
    pub const MANY_PIXELS: u64 = 50_000_000;
    /// Every one, in the order in which they are told.
    pub const ALL: [Self; 12] = [
        Self::Transparency,
        Self::TransparencyLost,
        Self::RawPreview,
        Self::Animation,
        Self::Pages,
        Self::Depth,
        Self::GainMap,
        Self::Film,
        Self::DepthMap,
        Self::Matte,
        Self::Orientation,
        Self::Size,
    ];
}

impl Loss {
    /// It in a word or two, as a row has room for.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Transparency => "transparent",
            Self::TransparencyLost => "transparency lost",
            Self::RawPreview => "raw preview",
            Self::Animation => "animated",
            Self::Pages => "first page",
            Self::Depth => "over 8 bit",
            Self::GainMap => "HDR map lost",
            Self::Film => "film lost",
            Self::DepthMap => "depth map lost",
            Self::Matte => "matte lost",
            Self::Orientation => "not turned",
            Self::Size => "above 50 MP",
        }
    }
}

/// A set of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Losses(u16);

impl Losses {
    /// None.
    pub const NONE: Self = Self(0);

    /// With one more, if it is so.
    #[must_use]
    pub fn with(self, loss: Loss, is_so: bool) -> Self {
        if is_so { Self(self.0 | 1 << loss as u8) } else { self }
    }

    /// Whether one is among them.
    #[must_use]
    pub fn has(self, loss: Loss) -> bool {
        self.0 & 1 << loss as u8 != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Loss> {
        Loss::ALL.into_iter().filter(move |loss| self.has(*loss))
    }
}

/// A photo as intake found it.
///
/// `path` is unique in the batch. With one input folder it is the path below that folder; with
/// several, the folder's own name stands before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The path below the input folder, by which the output is named too.
    pub path: Box<Path>,
    /// Where the file itself is.
    pub source: Box<Path>,
    /// What the file's header says that it is; `None` for what is no picture that we send.
    pub format: Option<Format>,
    /// The size that the file's header gives, px; `None` if there is none.
    pub pixels: Option<Pixels>,
    /// The file's length, bytes.
    pub bytes: u64,
    /// When the file was last changed.
    pub modified: Timestamp,
    /// Whether a neighbour has the same name but for its extension, so that both need their full
    /// names in the output folder.
    pub shares_stem: bool,
    /// What of it will be lost, as far as it was looked at in this run.
    #[serde(default)]
    pub losses: Losses,
}

impl Photo {
    /// A file of which nothing is known yet but where it lies.
    #[must_use]
    pub fn unread(path: Box<Path>, source: Box<Path>) -> Self {
        Self {
            path,
            source,
            format: None,
            pixels: None,
            bytes: 0,
            modified: Timestamp::default(),
            shares_stem: false,
            losses: Losses::NONE,
        }
    }

    /// The path with `/` between its parts, as other programs get it. Not cleaned for a terminal, and
    /// escaped where it is no UTF-8.
    #[must_use]
    pub fn slash_path(&self) -> String {
        super::path_text(&self.path)
    }

    /// The file name that the photo is uploaded under.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Where its result goes below the output folder, without an extension.
    #[must_use]
    pub fn output_stem(&self) -> PathBuf {
        if self.shares_stem { self.path.to_path_buf() } else { self.path.with_extension("") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_of_a_small_picture_say_something() {
        let told = [0, 1, 64, 384, 1_536, 9_980, 20_000, 99_600, 400_000, 996_000, 12_192_768, 768_000_000];
        let texts = [
            "0.0", "0.000001", "0.000064", "0.00038", "0.0015", "0.010", "0.020", "0.10", "0.40", "1.0", "12.2",
            "768.0",
        ];
        assert_eq!(told.map(megapixels), texts);
        assert_eq!(megapixels(12_000_000_000), "12,000");
    }
}
