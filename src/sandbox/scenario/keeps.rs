//! What of a picture beside its pixels the service heeds.

use serde::Deserialize;

/// What becomes of what a picture says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::sandbox) enum Keeps {
    /// A kind service turns it upright.
    #[default]
    Orientation,
    /// The harshest sees pixels alone.
    Nothing,
}
