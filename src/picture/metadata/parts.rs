//! What the pieces of the room hand each other.

use serde::{Deserialize, Serialize};

use crate::job::Format;

/// The most that is carried of a kind, bytes.
pub(super) const MOST: usize = 4 << 20;

/// What is left out of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strip {
    /// Nothing.
    #[default]
    None,
    /// Where the photo was taken.
    Gps,
    /// All but the colour profile, without which colours are wrong.
    All,
}

/// Metadata of a photo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// A block of EXIF, from its byte order on.
    pub(super) exif: Option<Vec<u8>>,
    /// A packet of XMP.
    pub(super) xmp: Option<Vec<u8>>,
    /// IPTC's datasets.
    pub(super) iptc: Option<Vec<u8>>,
    /// An ICC profile.
    pub(super) icc: Option<Vec<u8>>,
    /// What is there and is not carried.
    pub(super) left: Option<Left>,
}

/// What of a photo's metadata is not carried, since nobody writes such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Left {
    /// More than is carried of a kind.
    #[error("the photo's {0} is longer than 4 MiB and did not come over")]
    TooLong(&'static str),
    /// It is not as long as it says, or has no mark of one.
    #[error("the photo's colour profile makes no sense and did not come over")]
    Profile,
}

/// How a result came to be, as it is written into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The program and its version.
    pub software: String,
    /// The model's endpoint id.
    pub model: String,
    /// Its parameters, as JSON.
    pub params: String,
    /// The seed, if fal told it.
    pub seed: Option<i64>,
    /// fal's request.
    pub request: String,
}

/// Why a result is left as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bare {
    /// Its format has no place that we know to write to.
    #[error("metadata are not written into {0}")]
    Format(Format),
    /// Its first bytes are not as expected.
    #[error("metadata could not be written: the result's own head is not understood")]
    Head,
    /// It is longer than the format takes.
    #[error("metadata could not be written: too long for {0}")]
    TooLong(Format),
}

impl Provenance {
    /// What this program made by a model.
    #[must_use]
    pub fn new(model: &str, params: String, seed: Option<i64>, request: &str) -> Self {
        let software = concat!("fal-tui ", env!("CARGO_PKG_VERSION")).to_owned();
        Self { software, model: model.to_owned(), params, seed, request: request.to_owned() }
    }
}

/// All that goes into one file, ready to be written. What stands in its place gives way.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) exif: Option<Vec<u8>>,
    pub(super) xmp: Option<Vec<u8>>,
    pub(super) iptc: Option<Vec<u8>>,
    /// Only where there is none.
    pub(super) icc: Option<Vec<u8>>,
    /// Whether all else that is no picture goes, too.
    pub(super) bare: bool,
}
