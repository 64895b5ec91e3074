//! Which face a run has: the dashboard, lines or JSON.

use std::fmt;

use super::records;
use crate::commands::failure::Failure;
use crate::config::{Environment, Settings};
use crate::headless::Form;
use crate::tui;
use crate::tui::caps::{self, Caps, Flags, Tty};

/// How a run is shown.
#[derive(Debug)]
pub(in crate::commands) enum Face {
    /// The dashboard.
    Dashboard(Box<tui::Options>),
    /// Told as it goes.
    Told {
        /// In which form.
        form: Form,
        /// Whether colours are wanted.
        color: bool,
    },
}

/// For the log: what differs from run to run, and no table of keys and colours.
impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dashboard(options) => write!(f, "dashboard, theme {}, {:?}", options.theme.name(), options.caps),
            Self::Told { form, color } => write!(f, "{form:?}, color {color}"),
        }
    }
}

impl Face {
    /// Chooses the face, and loads what it needs.
    ///
    /// # Errors
    /// If the theme or the keys of the dashboard cannot be used.
    pub(in crate::commands) fn choose(settings: &Settings, environment: &Environment) -> Result<Self, Failure> {
        let caps = caps(settings, environment);
        if settings.json {
            return Ok(Self::Told { form: Form::Json, color: false });
        }
        if caps.dashboard.is_ok() && !settings.headless {
            return dashboard(settings, caps).map(|options| Self::Dashboard(Box::new(options)));
        }
        let forced = settings.color == caps::ColorChoice::Always;
        Ok(Self::Told {
            form: Form::Lines,
            color: caps.depth != caps::Depth::Mono && (Tty::of_process().stdout || forced),
        })
    }
}

/// What this process's terminal can do, as the settings have it.
pub(in crate::commands) fn caps(settings: &Settings, environment: &Environment) -> Caps {
    let variable = |name: &str| environment.get(name).map(|value| value.to_string_lossy().into_owned());
    let flags = Flags { color: settings.color, ascii: settings.ascii, images: settings.images };
    caps::detect(&variable, flags, Tty::of_process())
}

fn dashboard(settings: &Settings, caps: Caps) -> Result<tui::Options, Failure> {
    let themes = settings.themes_dir();
    Ok(tui::Options {
        theme: tui::Theme::load(&settings.theme, themes.as_deref())?,
        // One that cannot be read is told of by `fal-tui config --themes`, and by asking for it.
        themes: tui::Theme::all(themes.as_deref()).into_iter().filter_map(|(_, theme)| theme.ok()).collect(),
        keys: tui::keys::KeyMap::with(&settings.keys)?,
        fps: settings.fps.unwrap_or(caps.default_fps()),
        mouse: settings.mouse,
        thumbs: records::thumbs(settings),
        caps,
    })
}
