//! What the terminal can do, decided from the environment alone: a terminal that is asked may not
//! answer, which over SSH and inside tmux delays the start by seconds.

mod call;
mod images;
mod outside;

use crate::os;
pub use call::{Alert, Call};
pub use images::Images;
pub use outside::Outside;

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// None: bold, reversed and underlined have to do.
    Mono,
    /// The sixteen that the user's terminal theme gives.
    Ansi16,
    /// The 256 of xterm.
    Ansi256,
    /// 24 bits.
    Rgb,
}

impl Depth {
    /// A word for it, for the help screen and the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mono => "no colours",
            Self::Ansi16 => "16 colours",
            Self::Ansi256 => "256 colours",
            Self::Rgb => "truecolor",
        }
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// As the environment says.
    #[default]
    Auto,
    /// Whatever the environment says.
    Always,
    /// None.
    Never,
}

/// The flags that bear on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// `--color`.
    pub color: ColorChoice,
    /// `--ascii`.
    pub ascii: bool,
    /// `--images`; `None` for as the environment says.
    pub images: Option<Images>,
    /// `--alert`; `None` for as the environment says.
    pub call: Option<Call>,
}

/// What standard input and output are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tty {
    /// Keys can come.
    pub stdin: bool,
    /// A screen can be drawn.
    pub stdout: bool,
    /// The terminal listens to us: our process group is in its foreground.
    pub foreground: bool,
}

impl Tty {
    /// A terminal at both ends, and ours.
    pub const HERE: Self = Self { stdin: true, stdout: true, foreground: true };

    /// What this process has.
    #[must_use]
    pub fn of_process() -> Self {
        use std::io::IsTerminal as _;
        let (stdin, stdout) = (std::io::stdin().is_terminal(), std::io::stdout().is_terminal());
        Self { stdin, stdout, foreground: stdin && os::is_foreground() }
    }
}

/// Why there can be no dashboard, so that plain lines are printed instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDashboard {
    /// Output goes into a file or a pipe.
    #[error("standard output is not a terminal")]
    Stdout,
    /// Keys cannot come.
    #[error("standard input is not a terminal")]
    Stdin,
    /// Keys go to another program.
    #[error("the process runs in the background")]
    Background,
    /// `TERM` is unset or `dumb`.
    #[error("TERM says that the terminal cannot move its cursor")]
    Dumb,
}

/// What the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Whether a dashboard is possible at all.
    pub dashboard: Result<(), NoDashboard>,
    /// How many colours it shows.
    pub depth: Depth,
    /// Whether it shows more than ASCII.
    pub unicode: bool,
    /// Whether it is at the other end of an SSH connection.
    pub remote: bool,
    /// How pictures are drawn.
    pub images: Images,
    /// Whether tmux has to be told to hand pictures on.
    pub passthrough: bool,
    /// What of it is outside of its screen.
    pub outside: Outside,
}

impl Caps {
    /// Frames a second, unless the user says otherwise: half as many over SSH.
    #[must_use]
    pub fn default_fps(self) -> u16 {
        if self.remote { 10 } else { 20 }
    }
}

/// Decides what the terminal can do. `env` gives a variable's value.
#[must_use]
pub fn detect(env: &dyn Fn(&str) -> Option<String>, flags: Flags, tty: Tty) -> Caps {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let term = set("TERM").unwrap_or_default();
    let depth = depth(&set, &term, flags.color);
    let remote = set("SSH_CONNECTION").is_some() || set("SSH_TTY").is_some();
    let images = flags.images.unwrap_or_else(|| images::detect(&set, &term, depth, remote));
    let is_behind = images::is_multiplexed(&set, &term);
    Caps {
        dashboard: dashboard(&term, tty),
        depth,
        unicode: !flags.ascii && speaks_utf8(&set),
        remote,
        images,
        passthrough: images.is_graphic() && is_behind,
        outside: Outside { alert: call::detect(&set, &term, is_behind, flags.call), ..outside::detect(&set, &term) },
    }
}

fn dashboard(term: &str, tty: Tty) -> Result<(), NoDashboard> {
    if !tty.stdout {
        return Err(NoDashboard::Stdout);
    }
    if !tty.stdin {
        return Err(NoDashboard::Stdin);
    }
    if !tty.foreground {
        return Err(NoDashboard::Background);
    }
    if (term.is_empty() && os::HAS_TERM) || term == "dumb" {
        return Err(NoDashboard::Dumb);
    }
    Ok(())
}

fn depth(set: &dyn Fn(&str) -> Option<String>, term: &str, choice: ColorChoice) -> Depth {
    let forced = ["CLICOLOR_FORCE", "FORCE_COLOR"].into_iter().any(|name| set(name).is_some_and(|value| value != "0"));
    match choice {
        ColorChoice::Never => return Depth::Mono,
        ColorChoice::Auto if set("NO_COLOR").is_some() => return Depth::Mono,
        ColorChoice::Auto | ColorChoice::Always => {}
    }
    let found = match set("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Depth::Rgb,
        _ => depth_of_term(term),
    };
    let least = if forced || choice == ColorChoice::Always { Depth::Ansi16 } else { Depth::Mono };
    found.max(least)
}

/// What a terminal of this name shows. RGB only where the name itself says so: many a terminal
/// that calls itself 256-coloured sits behind a multiplexer that shows no more.
fn depth_of_term(term: &str) -> Depth {
    const MANY: [&str; 6] = ["kitty", "alacritty", "ghostty", "wezterm", "foot", "tmux-"];
    const SOME: [&str; 4] = ["linux", "xterm", "screen", "rxvt"];
    if term.contains("direct") {
        Depth::Rgb
    } else if term.contains("256color") || MANY.iter().any(|name| term.contains(name)) {
        Depth::Ansi256
    } else if SOME.iter().any(|name| term.starts_with(name)) {
        Depth::Ansi16
    } else if term.is_empty() && !os::HAS_TERM {
        Depth::Rgb
    } else {
        Depth::Mono
    }
}

/// The first of these that is set decides, as in POSIX.
fn speaks_utf8(set: &dyn Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    match locale {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => !os::HAS_TERM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps_with(vars: &[(&str, &str)], flags: Flags) -> Caps {
        let env = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        detect(&env, flags, Tty::HERE)
    }

    fn depth_with(vars: &[(&str, &str)]) -> Depth {
        caps_with(vars, Flags::default()).depth
    }

    #[test]
    fn colours_are_those_that_the_environment_promises() {
        for (vars, depth) in [
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..], Depth::Rgb),
            (&[("TERM", "xterm"), ("COLORTERM", "24bit")], Depth::Rgb),
            (&[("TERM", "xterm-direct")], Depth::Rgb),
            (&[("TERM", "xterm-256color")], Depth::Ansi256),
            (&[("TERM", "xterm-kitty")], Depth::Ansi256),
            (&[("TERM", "tmux-256color")], Depth::Ansi256),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "yes")], Depth::Ansi256),
            (&[("TERM", "foot")], Depth::Ansi256),
            (&[("TERM", "linux")], Depth::Ansi16),
            (&[("TERM", "screen")], Depth::Ansi16),
            (&[("TERM", "rxvt-unicode")], Depth::Ansi16),
            (&[("TERM", "vt220")], Depth::Mono),
            (&[("TERM", "ansi")], Depth::Mono),
            (&[("TERM", "cygwin")], Depth::Mono),
            (&[("TERM", "vt100"), ("CLICOLOR_FORCE", "1")], Depth::Ansi16),
            (&[("TERM", "vt100"), ("CLICOLOR_FORCE", "0")], Depth::Mono),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Depth::Mono),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Depth::Ansi256),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("FORCE_COLOR", "1")], Depth::Mono),
        ] {
            assert_eq!(depth_with(vars), depth, "{vars:?}");
        }
    }

    #[test]
    fn the_flag_goes_before_the_environment() {
        let flags = |color| Flags { color, ..Flags::default() };
        let vars = [("TERM", "xterm-256color"), ("NO_COLOR", "1")];
        assert_eq!(caps_with(&vars, flags(ColorChoice::Always)).depth, Depth::Ansi256);
        assert_eq!(caps_with(&[("TERM", "xterm-direct")], flags(ColorChoice::Never)).depth, Depth::Mono);
        assert_eq!(caps_with(&[("TERM", "vt100")], flags(ColorChoice::Always)).depth, Depth::Ansi16);
    }

    #[test]
    #[cfg(unix)]
    fn only_a_utf8_locale_gets_more_than_ascii() {
        for (vars, unicode) in [
            (&[("LANG", "en_US.UTF-8")][..], true),
            (&[("LANG", "C.utf8")], true),
            (&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")], false),
            (&[("LC_ALL", ""), ("LC_CTYPE", "de_DE.UTF-8")], true),
            (&[("LANG", "ru_RU.KOI8-R")], false),
            (&[], false),
        ] {
            assert_eq!(caps_with(vars, Flags::default()).unicode, unicode, "{vars:?}");
        }
        let ascii = Flags { ascii: true, ..Flags::default() };
        assert!(!caps_with(&[("LANG", "en_US.UTF-8")], ascii).unicode);
    }

    #[test]
    fn a_dashboard_needs_a_terminal_at_both_ends_that_is_ours_and_moves_its_cursor() {
        let no = |term: &str, tty| {
            detect(&|name| (name == "TERM").then(|| term.to_owned()), Flags::default(), tty).dashboard
        };
        assert_eq!(no("xterm", Tty::HERE), Ok(()));
        assert_eq!(no("xterm", Tty { stdout: false, ..Tty::HERE }), Err(NoDashboard::Stdout));
        assert_eq!(no("xterm", Tty { stdin: false, ..Tty::HERE }), Err(NoDashboard::Stdin));
        assert_eq!(no("xterm", Tty { foreground: false, ..Tty::HERE }), Err(NoDashboard::Background));
        assert_eq!(no("dumb", Tty::HERE), Err(NoDashboard::Dumb));
        #[cfg(unix)]
        assert_eq!(no("", Tty::HERE), Err(NoDashboard::Dumb));
    }

    #[test]
    fn frames_are_halved_over_ssh() {
        assert_eq!(caps_with(&[("SSH_TTY", "/dev/pts/3")], Flags::default()).default_fps(), 10);
        assert_eq!(caps_with(&[], Flags::default()).default_fps(), 20);
    }
}
