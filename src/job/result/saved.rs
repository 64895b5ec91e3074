//! A result on disk: the files that a request gave, and its texts.

use std::iter;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::job::{ContentHash, Cost, FilePath, Format, Pixels, RequestId};

/// A result on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The request that made it.
    pub request: RequestId,
    /// The first of its files, which stands for all.
    pub first: SavedFile,
    /// What else it gave, beside the first.
    pub further: Box<[SavedFile]>,
    /// What the model said, in its order.
    pub texts: Box<[NamedText]>,
    /// The seed that was used.
    pub seed: Option<i64>,
    /// Time on the runner, seconds.
    pub inference_s: Option<f64>,
    /// What it cost; `None` where nothing is known of that.
    pub cost: Option<Cost>,
    /// What the photo holds that it was made of; `None` where that was not written down.
    pub content: Option<ContentHash>,
    /// Whose result it is, where another photo's was used again: that photo below its folder, with its
    /// batch if it is of another.
    pub same_as: Option<Box<str>>,
}

/// One file of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// What the model calls it: the field of its answer.
    pub role: Box<str>,
    /// Where it is, below the output folder.
    pub path: FilePath,
    /// What it is.
    pub kind: FileKind,
    /// Its length, bytes.
    pub bytes: u64,
}

/// What a file of a result is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A picture.
    Picture {
        /// Its format.
        format: Format,
        /// Its size, px.
        pixels: Pixels,
    },
    /// Any other, by its extension: `svg`, `mp4`, `txt`.
    Other(Box<str>),
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedText {
    /// What the model calls it: the field of its answer.
    pub role: Box<str>,
    /// The text as it came.
    pub text: Box<str>,
}

impl Saved {
    /// The first of its files, below the output folder.
    #[must_use]
    pub fn output(&self) -> &Path {
        self.first.path.as_ref()
    }

    /// The size of that, px, if it is a picture.
    #[must_use]
    pub fn pixels(&self) -> Option<Pixels> {
        self.first.pixels()
    }

    /// The first text: what the model says of the picture.
    #[must_use]
    pub fn caption(&self) -> Option<&str> {
        self.texts.first().map(|said| &*said.text)
    }

    /// All of its files.
    pub fn files(&self) -> impl Iterator<Item = &SavedFile> {
        iter::once(&self.first).chain(&self.further)
    }
}

impl SavedFile {
    /// What models mostly call their picture: what an older record that does not say it means.
    pub const PICTURE: &str = "image";

    /// Its size, px, if it is a picture.
    #[must_use]
    pub fn pixels(&self) -> Option<Pixels> {
        match self.kind {
            FileKind::Picture { pixels, .. } => Some(pixels),
            FileKind::Other(_) => None,
        }
    }
}

impl NamedText {
    /// What models mostly call what they say of a picture: what an older record that does not say it means.
    pub const CAPTION: &str = "caption";
}

impl FileKind {
    /// The extension of such a file, without the dot.
    #[must_use]
    pub fn extension(&self) -> &str {
        match self {
            Self::Picture { format, .. } => format.extension(),
            Self::Other(extension) => extension,
        }
    }

    /// The kind of a file with this extension, which is a picture if it has a size, px.
    #[must_use]
    pub fn of(extension: &str, pixels: Option<Pixels>) -> Self {
        match Format::from_extension(extension).zip(pixels) {
            Some((format, pixels)) => Self::Picture { format, pixels },
            None => Self::Other(extension.into()),
        }
    }
}

/// Results for tests.
#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// A picture of a request, with a caption.
    pub(crate) fn saved(request: &str, first: SavedFile, caption: Option<&str>) -> Saved {
        Saved {
            request: RequestId::new(request).unwrap(),
            first,
            further: [].into(),
            texts: said(caption),
            seed: None,
            inference_s: None,
            cost: None,
            content: None,
            same_as: None,
        }
    }

    /// A PNG.
    pub(crate) fn png(path: impl AsRef<Path>, width: u32, height: u32, bytes: u64) -> SavedFile {
        let kind = FileKind::Picture { format: Format::Png, pixels: Pixels::new(width, height) };
        SavedFile { role: "image".into(), path: FilePath(path.as_ref().to_owned()), kind, bytes }
    }

    /// What is said of it, if anything.
    pub(crate) fn said(caption: Option<&str>) -> Box<[NamedText]> {
        caption.into_iter().map(|text| NamedText { role: "caption".into(), text: text.into() }).collect()
    }
}
