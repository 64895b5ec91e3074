//! How the dashboard looks and what its keys do.

use std::collections::BTreeMap;

use crate::cli::FaceFlags;
use crate::config::error::SettingsError;
use crate::config::layers::{Layers, Source};
use crate::config::{names, values};
use crate::tui::caps::{ColorChoice, Images};

/// How it looks.
#[derive(Debug, Clone)]
pub struct Look {
    /// A theme's name or file.
    pub theme: String,
    /// When to use colour, `NO_COLOR` and `CLICOLOR_FORCE` weighed in.
    pub color: ColorChoice,
    /// No characters but ASCII in borders and symbols.
    pub ascii: bool,
    /// Mouse capture.
    pub mouse: bool,
    /// How pictures are drawn; `None` for as the environment says.
    pub images: Option<Images>,
    /// Most frames a second; `None` to decide by the connection.
    pub fps: Option<u16>,
    /// Keys of the dashboard that the config file's `[keys]` changes, by the actions' names; the
    /// dashboard checks them.
    pub keys: BTreeMap<String, Vec<String>>,
}

/// Reads it.
pub(in crate::config) fn look(l: &mut Layers<'_>, face: &FaceFlags) -> Result<Look, SettingsError> {
    let theme = l.with_default(names::THEME, face.theme.as_ref(), "terminal", values::text)?;
    let color = color(l, face.color.as_ref())?;
    let ascii = l.switch(names::ASCII, face.ascii)?;
    let mouse = l.switch(names::MOUSE, face.mouse)?;
    let images = l.with_default(names::IMAGES, face.images.as_ref(), "auto", values::images)?;
    let fps = l.optional(names::FPS, face.fps.as_ref(), "20, over SSH 10", values::short(1..=60))?;
    Ok(Look { theme, color, ascii, mouse, images, fps, keys: l.keys() })
}

/// `NO_COLOR` and `CLICOLOR_FORCE` rank as environment: below the flag, above the config file.
fn color(l: &mut Layers<'_>, typed: Option<&String>) -> Result<ColorChoice, SettingsError> {
    let color = l.with_default(names::COLOR, typed, "auto", values::color)?;
    if matches!(l.last_source(), Source::Flag | Source::Variable(_)) {
        return Ok(color);
    }
    let forced = l.environment.get(names::CLICOLOR_FORCE).is_some_and(|value| value != "0");
    let (color, text, variable) = if l.environment.get(names::NO_COLOR).is_some() {
        (ColorChoice::Never, "never", names::NO_COLOR)
    } else if forced {
        (ColorChoice::Always, "always", names::CLICOLOR_FORCE)
    } else {
        return Ok(color);
    };
    l.instead(names::COLOR.name, text, Source::Variable(variable));
    Ok(color)
}
