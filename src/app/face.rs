//! Which face a run has: the dashboard, lines or JSON.

use std::io::{self, IsTerminal};

use crate::headless::Form;
use crate::settings::{Environment, Settings};
use crate::tui::caps::{self, Caps, Flags, Tty};

/// How a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// The dashboard.
    Dashboard(Caps),
    /// Told as it goes.
    Told {
        /// In which form.
        form: Form,
        /// Whether colours are wanted.
        color: bool,
    },
}

impl Face {
    pub(super) fn choose(settings: &Settings, environment: &Environment) -> Self {
        let (stdin, stdout) = (io::stdin().is_terminal(), io::stdout().is_terminal());
        let tty = Tty { stdin, stdout, foreground: is_foreground() };
        let variable = |name: &str| environment.get(name).map(|value| value.to_string_lossy().into_owned());
        let caps = caps::detect(&variable, Flags { color: settings.color, ascii: settings.ascii }, tty);
        if settings.json {
            return Self::Told { form: Form::Json, color: false };
        }
        match caps.dashboard {
            Ok(()) if !settings.headless => Self::Dashboard(caps),
            _ => {
                let forced = settings.color == caps::ColorChoice::Always;
                Self::Told { form: Form::Lines, color: caps.depth != caps::Depth::Mono && (stdout || forced) }
            }
        }
    }
}

/// Whether keys typed at the terminal come to us.
#[cfg(unix)]
fn is_foreground() -> bool {
    let group = rustix::process::getpgrp();
    rustix::termios::tcgetpgrp(io::stdin()).is_ok_and(|foreground| foreground == group)
}

#[cfg(not(unix))]
fn is_foreground() -> bool {
    true
}
