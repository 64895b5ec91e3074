//! Fields that many models have.

use crate::sandbox::model::{Field, Kind};

/// The photo.
pub(super) const IMAGE_URL: Field =
    Field { name: "image_url", kind: Kind::ImageUrl, about: "The URL of the image to work on." };
/// The seed.
pub(super) const SEED: Field = Field {
    name: "seed",
    kind: Kind::Seed,
    about: "The same seed and input give the same result; random if not given.",
};

/// Whether results come inside the answer.
pub(super) const SYNC_MODE: Field = Field {
    name: "sync_mode",
    kind: Kind::Boolean { default: false },
    about: "Whether the result comes inside the answer, as a data URI.",
};
