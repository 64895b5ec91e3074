//! What of a terminal is outside of its screen, as far as the environment promises it: a title, and a progress
//! that its tab or the task bar shows (`OSC 9;4`). Where it is not known, `OSC 9` could be a notice that
//! pops up with every percent.

use super::call::Alert;

/// What of a terminal is outside of its screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outside {
    /// It has a title.
    pub title: bool,
    /// It has a progress.
    pub progress: bool,
    /// How it calls whoever looks elsewhere.
    pub alert: Alert,
}

/// What the environment promises. What is behind a multiplexer is not known.
pub(super) fn detect(set: &dyn Fn(&str) -> Option<String>, term: &str) -> Outside {
    const TITLED: [&str; 11] =
        ["xterm", "rxvt", "screen", "tmux", "kitty", "alacritty", "ghostty", "wezterm", "foot", "konsole", "putty"];
    let is_multiplexed = ["TMUX", "STY", "ZELLIJ"].into_iter().any(|name| set(name).is_some());
    let program = set("TERM_PROGRAM").unwrap_or_default();
    let takes_progress = set("WT_SESSION").is_some()
        || set("ConEmuANSI").as_deref() == Some("ON")
        || ["WezTerm", "ghostty", "mintty"].contains(&program.as_str())
        || term.contains("ghostty")
        // It says so itself (iTerm2 3.6.6).
        || (program == "iTerm.app" && set("TERM_FEATURES").is_some_and(|features| has_progress(&features)));
    let has_title = TITLED.iter().any(|name| term.starts_with(name));
    Outside { title: has_title, progress: takes_progress && !is_multiplexed, ..Outside::default() }
}

/// Features are capital letters, each with small ones and a number: `P` is progress.
fn has_progress(features: &str) -> bool {
    let mut rest = features.split('P').skip(1);
    rest.any(|after| !after.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(vars: &[(&str, &str)]) -> (bool, bool) {
        let set = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let Outside { title, progress, .. } = detect(&set, &set("TERM").unwrap_or_default());
        (title, progress)
    }

    #[test]
    fn only_what_the_environment_promises_is_written_to() {
        for (vars, wanted) in [
            (&[("TERM", "xterm-256color")][..], (true, false)),
            (&[("TERM", "xterm-256color"), ("WT_SESSION", "7b")], (true, true)),
            (&[("TERM", "xterm-ghostty")], (true, true)),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], (true, true)),
            (
                &[
                    ("TERM", "xterm-256color"),
                    ("TERM_PROGRAM", "iTerm.app"),
                    ("TERM_FEATURES", "T3LrMSc7UUw9Ts3BFGsSyHNoSxF"),
                ],
                (true, false),
            ),
            (
                &[
                    ("TERM", "xterm-256color"),
                    ("TERM_PROGRAM", "iTerm.app"),
                    ("TERM_FEATURES", "T3LrMSc7UUw9Ts3BFGsSyHNoSxFP"),
                ],
                (true, true),
            ),
            (&[("TERM", "xterm-256color"), ("TERM_FEATURES", "P")], (true, false)),
            (&[("TERM", "xterm-kitty")], (true, false)),
            (&[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux"), ("WT_SESSION", "7b")], (true, false)),
            (&[("TERM", "screen"), ("STY", "1.pts"), ("ConEmuANSI", "ON")], (true, false)),
            (&[("TERM", "linux")], (false, false)),
            (&[("TERM", "vt220")], (false, false)),
            (&[("ConEmuANSI", "OFF")], (false, false)),
            (&[], (false, false)),
        ] {
            assert_eq!(outside(vars), wanted, "{vars:?}");
        }
    }
}
