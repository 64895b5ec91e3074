//! How a person who looks elsewhere is called: by the bell, which every terminal has, and by a message on the desktop
//! (`OSC 9`, `OSC 777`) where the environment promises one. Where that is not known, nothing is tried: another terminal
//! may show such a sequence as text.

use crate::os;

/// How a person is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Call {
    /// Not at all.
    #[default]
    None,
    /// By the bell.
    Bell,
    /// By a message, as iTerm2 introduced it (`OSC 9`).
    Osc9,
    /// By a message with a title, as rxvt-unicode introduced it (`OSC 777`).
    Osc777,
}

impl Call {
    /// Every way, with its name in the settings.
    pub const NAMES: [(&'static str, Self); 4] =
        [("none", Self::None), ("bell", Self::Bell), ("osc9", Self::Osc9), ("osc777", Self::Osc777)];

    /// Reads a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, call)| call)
    }
}

/// What is between us and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Between {
    #[default]
    Nothing,
    /// It hands on what is wrapped, if it is let (`allow-passthrough`), and else swallows it.
    Tmux,
    /// It hands on what is wrapped.
    Screen,
}

/// How the terminal calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alert {
    bell: bool,
    message: Call,
    between: Between,
}

/// Letters of a message, at the most.
const LONGEST: usize = 200;

impl Alert {
    /// It does not call.
    pub const SILENT: Self = Self { bell: false, message: Call::None, between: Between::Nothing };
    /// It rings.
    pub const BELL: Self = Self { bell: true, ..Self::SILENT };

    /// What it is written as; nothing if it does not call. `text` may be anything.
    #[must_use]
    pub fn bytes(self, text: &str) -> String {
        let bell = if self.bell { "\x07" } else { "" };
        // What ends the sequence, or would be read as a part of it, is no text.
        let said: String =
            crate::job::clean(text).chars().map(|c| if c == ';' { ',' } else { c }).take(LONGEST).collect();
        let message = match self.message {
            Call::None | Call::Bell => return bell.to_owned(),
            Call::Osc9 => format!("\x1b]9;fal-tui: {said}\x07"),
            Call::Osc777 => format!("\x1b]777;notify;fal-tui;{said}\x07"),
        };
        let message = match self.between {
            Between::Nothing => message,
            Between::Tmux => format!("\x1bPtmux;{}\x1b\\", message.replace('\x1b', "\x1b\x1b")),
            Between::Screen => format!("\x1bP{message}\x1b\\"),
        };
        format!("{bell}{message}")
    }

    /// In words, for `doctor`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match (self.bell, self.message) {
            (false, Call::None | Call::Bell) => "no alerts",
            (true, Call::None | Call::Bell) => "alerts by the bell",
            (_, Call::Osc9) => "alerts by OSC 9",
            (_, Call::Osc777) => "alerts by OSC 777",
        }
    }
}

/// What the environment promises, or what is asked for.
/// `is_behind` tells whether tmux or screen stands between.
pub(super) fn detect(set: &dyn Fn(&str) -> Option<String>, term: &str, is_behind: bool, asked: Option<Call>) -> Alert {
    if term == "dumb" || (term.is_empty() && os::HAS_TERM) {
        return Alert::SILENT;
    }
    let is_behind = is_behind || set("ZELLIJ").is_some();
    match asked {
        // What is behind a multiplexer may be another terminal than its environment tells of; the bell it hands on itself.
        None => Alert { message: if is_behind { Call::None } else { promised(set, term) }, ..Alert::BELL },
        Some(Call::Bell) => Alert::BELL,
        Some(message) => {
            let between = match (set("TMUX"), set("STY")) {
                (Some(_), _) => Between::Tmux,
                (None, Some(_)) => Between::Screen,
                (None, None) => Between::Nothing,
            };
            Alert { bell: false, message, between }
        }
    }
}

fn promised(set: &dyn Fn(&str) -> Option<String>, term: &str) -> Call {
    let program = set("TERM_PROGRAM").unwrap_or_default();
    let is = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
    if ["iTerm.app", "WezTerm", "ghostty"].contains(&program.as_str())
        || is(&["xterm-kitty", "xterm-ghostty", "wezterm"])
        || set("KITTY_WINDOW_ID").is_some()
    {
        Call::Osc9
    } else if is(&["foot", "rxvt-unicode", "contour"]) {
        Call::Osc777
    } else {
        Call::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(vars: &[(&str, &str)], asked: Option<Call>) -> String {
        let set = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let (term, is_behind) = (set("TERM").unwrap_or_default(), set("TMUX").or(set("STY")).is_some());
        detect(&set, &term, is_behind, asked).bytes("done; a\x1b]2;b\x07").replace('\x1b', "^")
    }

    #[test]
    fn only_a_terminal_that_is_known_gets_more_than_its_bell() {
        let osc9 = "\x07^]9;fal-tui: done, a\u{fffd}]2,b\u{fffd}\x07";
        let osc777 = "\x07^]777;notify;fal-tui;done, a\u{fffd}]2,b\u{fffd}\x07";
        for (vars, wanted) in [
            (&[("TERM", "xterm-256color")][..], "\x07"),
            (&[("TERM", "vt220")], "\x07"),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], osc9),
            (&[("TERM", "xterm-kitty")], osc9),
            (&[("TERM", "foot")], osc777),
            (&[("TERM", "rxvt-unicode-256color")], osc777),
            (&[("TERM", "tmux-256color"), ("TMUX", "/tmp/t"), ("TERM_PROGRAM", "WezTerm")], "\x07"),
            (&[("TERM", "xterm-256color"), ("ZELLIJ", "0"), ("KITTY_WINDOW_ID", "1")], "\x07"),
            (&[("TERM", "dumb"), ("TERM_PROGRAM", "ghostty")], ""),
        ] {
            assert_eq!(written(vars, None), wanted, "{vars:?}");
        }
    }

    #[test]
    fn what_is_asked_for_is_written_wherever_it_is() {
        let term = ("TERM", "xterm-256color");
        assert_eq!(written(&[term], Some(Call::None)), "");
        assert_eq!(written(&[term, ("TERM_PROGRAM", "ghostty")], Some(Call::Bell)), "\x07");
        assert!(written(&[term], Some(Call::Osc9)).starts_with("^]9;fal-tui: done, a"));
        let tmux = written(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/t")], Some(Call::Osc9));
        assert!(tmux.starts_with("^Ptmux;^^]9;fal-tui: ") && tmux.ends_with("\x07^\\"), "{tmux}");
        let screen = written(&[("TERM", "screen"), ("STY", "1.pts")], Some(Call::Osc777));
        assert!(screen.starts_with("^P^]777;notify;fal-tui;") && screen.ends_with("\x07^\\"), "{screen}");
        assert_eq!(written(&[("TERM", "dumb")], Some(Call::Osc9)), "");
    }
}
