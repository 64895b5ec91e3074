//! How pictures get onto the screen: as half blocks everywhere, in a terminal's own way only where
//! the user or the environment says that it has one. No terminal is asked.

use super::Depth;

/// How pictures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Images {
    /// Not at all.
    None,
    /// From characters: half blocks, two pixels a cell; without colours from Braille dots, without
    /// UTF-8 from what ASCII has.
    #[default]
    Halfblocks,
    /// The kitty graphics protocol.
    Kitty,
    /// iTerm2's inline images.
    Iterm2,
    /// Sixels.
    Sixel,
}

impl Images {
    /// Every way, with its name in the settings.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("halfblocks", Self::Halfblocks),
        ("kitty", Self::Kitty),
        ("iterm2", Self::Iterm2),
        ("sixel", Self::Sixel),
        ("none", Self::None),
    ];

    /// Reads a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, images)| images)
    }

    /// Whether the terminal itself draws pixels.
    #[must_use]
    pub fn is_graphic(self) -> bool {
        matches!(self, Self::Kitty | Self::Iterm2 | Self::Sixel)
    }

    /// What to call it in the help.
    #[must_use]
    pub fn title(self, depth: Depth, unicode: bool) -> &'static str {
        match self {
            Self::None => "no pictures",
            Self::Kitty => "kitty pictures",
            Self::Iterm2 => "iTerm2 pictures",
            Self::Sixel => "sixel pictures",
            Self::Halfblocks if !unicode => "ASCII pictures",
            Self::Halfblocks if depth == Depth::Mono => "Braille pictures",
            Self::Halfblocks => "half-block pictures",
        }
    }
}

/// What the environment promises. Behind a multiplexer or an SSH connection that is half blocks: the
/// one swallows what it does not know, the other would carry megabytes for every picture.
pub(super) fn detect(set: &dyn Fn(&str) -> Option<String>, term: &str, depth: Depth, remote: bool) -> Images {
    if is_multiplexed(set, term) || remote || depth == Depth::Mono {
        return Images::Halfblocks;
    }
    let program = set("TERM_PROGRAM").unwrap_or_default();
    if set("KITTY_WINDOW_ID").is_some() || term == "xterm-kitty" || term == "xterm-ghostty" || program == "ghostty" {
        Images::Kitty
    } else if program == "iTerm.app" || program == "WezTerm" {
        Images::Iterm2
    } else if term == "foot" || term.starts_with("foot-") || term == "mlterm" {
        Images::Sixel
    } else {
        Images::Halfblocks
    }
}

/// Whether tmux or screen stands between us and the terminal.
pub(super) fn is_multiplexed(set: &dyn Fn(&str) -> Option<String>, term: &str) -> bool {
    set("TMUX").is_some() || set("STY").is_some() || term.starts_with("tmux") || term.starts_with("screen")
}

#[cfg(test)]
mod tests {
    use super::super::{Caps, Flags, Tty, detect};
    use super::*;

    fn caps(vars: &[(&str, &str)], images: Option<Images>) -> Caps {
        let env = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        detect(&env, Flags { images, ..Flags::default() }, Tty::HERE)
    }

    #[test]
    fn pixels_are_drawn_only_where_the_environment_promises_them() {
        let rgb = ("COLORTERM", "truecolor");
        for (vars, images) in [
            (&[("TERM", "xterm-256color"), rgb][..], Images::Halfblocks),
            (&[("TERM", "xterm-kitty")], Images::Kitty),
            (&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "3")], Images::Kitty),
            (&[("TERM", "xterm-ghostty")], Images::Kitty),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "ghostty")], Images::Kitty),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], Images::Iterm2),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], Images::Iterm2),
            (&[("TERM", "foot")], Images::Sixel),
            (&[("TERM", "alacritty")], Images::Halfblocks),
            // tmux hands on the environment of whatever terminal it was started in.
            (&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "3")], Images::Halfblocks),
            (&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "3"), ("TMUX", "/tmp/s,1,0")], Images::Halfblocks),
            (&[("TERM", "screen-256color"), ("TERM_PROGRAM", "iTerm.app")], Images::Halfblocks),
            (&[("TERM", "xterm-kitty"), ("SSH_TTY", "/dev/pts/1")], Images::Halfblocks),
            (&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")], Images::Halfblocks),
        ] {
            assert_eq!(caps(vars, None).images, images, "{vars:?}");
        }
    }

    #[test]
    fn who_asks_for_pixels_gets_them_and_through_tmux_too() {
        let tmux = [("TERM", "tmux-256color"), ("TMUX", "/tmp/s,1,0"), ("SSH_TTY", "/dev/pts/1")];
        let kitty = caps(&tmux, Some(Images::Kitty));
        assert_eq!((kitty.images, kitty.passthrough), (Images::Kitty, true));
        let plain = caps(&[("TERM", "xterm")], Some(Images::Sixel));
        assert_eq!((plain.images, plain.passthrough), (Images::Sixel, false));
        assert_eq!(caps(&[("TERM", "xterm-kitty")], Some(Images::None)).images, Images::None);
    }
}
