//! Which face a run has: the dashboard, lines or JSON.

use std::fmt;
use std::io::{self, IsTerminal};

use super::records;
use crate::commands::failure::Failure;
use crate::config::{Environment, Headless, Settings, Source, names};
use crate::headless::{CLEAR_TASKBAR, Form, Manner};
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
        /// What stderr's terminal can do beside, if it is one.
        beside: Option<Beside>,
    },
}

/// What a terminal on stderr can do beside what is told on stdout.
#[derive(Debug, Clone, Copy)]
pub(in crate::commands) struct Beside {
    alert: caps::Alert,
    unicode: bool,
    taskbar: bool,
}

impl Beside {
    /// Of a terminal on which a cursor can be moved.
    fn of(caps: &Caps) -> Option<Self> {
        let is_dumb = matches!(caps.dashboard, Err(caps::NoDashboard::Dumb));
        let caps::Outside { alert, progress: taskbar, .. } = caps.outside;
        (io::stderr().is_terminal() && !is_dumb).then_some(Self { alert, unicode: caps.unicode, taskbar })
    }

    /// How a batch is told beside it.
    pub(in crate::commands) fn manner(beside: Option<Self>, form: Form, color: bool) -> Manner {
        let Some(Self { alert, unicode, taskbar }) = beside else { return Manner { color, ..Manner::plain(form) } };
        let bar = if unicode { "█▉▊▋▌▍▎▏ " } else { "=> " };
        Manner { form, color, call: Some(Box::new(move |text| alert.bytes(text))), bar: Some(bar), taskbar }
    }

    /// What takes away all that would stay there if the process ended now.
    pub(in crate::commands) fn clears(beside: Option<Self>) -> &'static str {
        if beside.is_some_and(|beside| beside.taskbar) { CLEAR_TASKBAR } else { "" }
    }
}

/// For the log: what differs from run to run, and no table of keys and colours.
impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dashboard(options) => write!(f, "dashboard, theme {}, {:?}", options.theme.name(), options.caps),
            Self::Told { form, color, .. } => write!(f, "{form:?}, color {color}"),
        }
    }
}

impl Face {
    /// In a word, for whoever looks on from elsewhere.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Dashboard(_) => "dashboard",
            Self::Told { form: Form::Lines, .. } => "headless",
            Self::Told { form: Form::Json, .. } => "JSON",
        }
    }

    /// Chooses the face, and loads what it needs.
    ///
    /// # Errors
    /// If the theme or the keys of the dashboard cannot be used.
    pub(in crate::commands) fn choose(settings: &Settings, environment: &Environment) -> Result<Self, Failure> {
        Self::of(settings, environment, false)
    }

    /// The dashboard, beginning with the review.
    ///
    /// # Errors
    /// As [`Self::choose`]; and if there is no terminal for it.
    pub(in crate::commands) fn review(settings: &Settings, environment: &Environment) -> Result<Self, Failure> {
        match Self::of(settings, environment, true)? {
            face @ Self::Dashboard(_) => Ok(face),
            Self::Told { .. } => Err(Failure::refusal(
                "a review needs a terminal to show pictures on\nhint: `fal-tui show BATCH` lists results, and report.html shows them",
            )),
        }
    }

    /// As lines or JSON, also on a terminal.
    pub(in crate::commands) fn told(settings: &Settings, environment: &Environment) -> Self {
        Self::as_told(settings, &caps(settings, environment))
    }

    fn as_told(settings: &Settings, caps: &Caps) -> Self {
        if settings.face.json {
            return Self::Told { form: Form::Json, color: false, beside: Beside::of(caps) };
        }
        let forced = settings.face.look.color == caps::ColorChoice::Always;
        let color = caps.depth != caps::Depth::Mono && (Tty::of_process().stdout || forced);
        Self::Told { form: Form::Lines, color, beside: Beside::of(caps) }
    }

    fn of(settings: &Settings, environment: &Environment, review: bool) -> Result<Self, Failure> {
        let caps = caps(settings, environment);
        if settings.face.headless == Headless::Background {
            return Ok(Self::Told { form: Form::Lines, color: false, beside: None });
        }
        if !settings.face.json && caps.dashboard.is_ok() && settings.face.headless == Headless::No {
            let options = dashboard(settings, environment, caps)?;
            return Ok(Self::Dashboard(Box::new(tui::Options { review, ..options })));
        }
        Ok(Self::as_told(settings, &caps))
    }
}

/// What this process's terminal can do, as the settings have it.
pub(in crate::commands) fn caps(settings: &Settings, environment: &Environment) -> Caps {
    let variable = |name: &str| environment.get(name).map(|value| value.to_string_lossy().into_owned());
    let look = &settings.face.look;
    let (images, call) = (look.images, settings.telling.alert);
    let flags = Flags { color: look.color, ascii: look.ascii, images, call };
    caps::detect(&variable, flags, Tty::of_process())
}

/// A dashboard on a run elsewhere: there is nothing else to be shown here.
///
/// # Errors
/// If there is no terminal for it, or its theme or keys cannot be used.
pub(in crate::commands) fn dashboard_alone(
    settings: &Settings,
    environment: &Environment,
) -> Result<tui::Options, Failure> {
    let caps = caps(settings, environment);
    // What stands in a config file is meant for runs.
    let without = [names::HEADLESS, names::JSON, names::DETACH].map(|setting| setting.name);
    let typed =
        settings.origins.iter().any(|origin| without.contains(&origin.name.as_str()) && origin.source == Source::Flag);
    if caps.dashboard.is_err() || typed {
        return Err(Failure::refusal(
            "attaching needs a terminal for the dashboard\nhint: `fal-tui batches` and `fal-tui show BATCH` say how a batch stands",
        ));
    }
    dashboard(settings, environment, caps)
}

fn dashboard(settings: &Settings, environment: &Environment, caps: Caps) -> Result<tui::Options, Failure> {
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| environment.get(name));
    let editor = editor.map(|editor| editor.to_string_lossy().into_owned());
    let themes = settings.home.themes_dir();
    Ok(tui::Options {
        theme: tui::Theme::load(&settings.face.look.theme, themes.as_deref())?,
        // One that cannot be read is told of by `fal-tui config --themes`, and by asking for it.
        themes: tui::Theme::all(themes.as_deref()).into_iter().filter_map(|(_, theme)| theme.ok()).collect(),
        keys: tui::keys::KeyMap::with(&settings.face.look.keys)?,
        fps: settings.face.look.fps.unwrap_or(caps.default_fps()),
        mouse: settings.face.look.mouse,
        thumbs: records::thumbs(settings),
        editor,
        review: false,
        attached: None,
        caps,
    })
}
