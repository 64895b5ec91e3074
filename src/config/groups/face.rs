//! How a run is shown.

use crate::cli::FaceFlags;
use crate::config::error::SettingsError;
use crate::config::groups::look::{self, Look};
use crate::config::layers::Layers;
use crate::config::names;

/// How a run is shown.
#[derive(Debug, Clone)]
pub struct FaceWish {
    /// Whether it has a dashboard.
    pub headless: Headless,
    /// JSON events in place of lines.
    pub json: bool,
    /// How the dashboard looks.
    pub look: Look,
}

/// Whether a run has a dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Headless {
    /// On a terminal it has.
    #[default]
    No,
    /// It has none, and is told where it was begun.
    Yes,
    /// It has none, and goes on in the background.
    Background,
}

/// Reads it.
pub(in crate::config) fn face(l: &mut Layers<'_>, face: &FaceFlags) -> Result<FaceWish, SettingsError> {
    let headless = l.switch(names::HEADLESS, face.headless)?;
    let detach = l.switch(names::DETACH, face.detach)?;
    let json = l.switch(names::JSON, face.json)?;
    let look = look::look(l, face)?;
    let headless = match (detach, headless || json) {
        (true, _) => Headless::Background,
        (false, true) => Headless::Yes,
        (false, false) => Headless::No,
    };
    Ok(FaceWish { headless, json, look })
}
