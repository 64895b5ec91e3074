//! How large the terminal is. One at the end of a serial line or of a careless program reports no size: then it is
//! what `COLUMNS` and `LINES` say, else what every terminal shows, until a real size comes.

use std::io;

use crossterm::terminal;
use ratatui::layout::Size;

/// What every terminal shows.
const USUAL: Size = Size { width: 80, height: 24 };

/// A size, and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Columns and rows.
    pub size: Size,
    /// Whether the terminal reports it.
    pub is_reported: bool,
}

/// The terminal's size as far as it is known.
///
/// # Errors
/// If there is no terminal to be asked.
pub fn known() -> io::Result<Known> {
    terminal::size().map(|(width, height)| settle(Size { width, height }))
}

/// A reported size, with what it lacks put in its place.
pub(super) fn settle(reported: Size) -> Known {
    settle_with(reported, &|name| std::env::var(name).ok())
}

fn settle_with(reported: Size, env: &dyn Fn(&str) -> Option<String>) -> Known {
    let or = |side: u16, name: &str, usual: u16| {
        let said = || env(name)?.trim().parse().ok().filter(|side| *side > 0);
        if side > 0 { side } else { said().unwrap_or(usual) }
    };
    let width = or(reported.width, "COLUMNS", USUAL.width);
    let height = or(reported.height, "LINES", USUAL.height);
    Known { size: Size { width, height }, is_reported: reported.width > 0 && reported.height > 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_without_a_size_has_the_one_that_the_environment_says_or_the_usual_one() {
        let settled = |reported: (u16, u16), vars: &[(&str, &str)]| {
            let env = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            let known = settle_with(reported.into(), &env);
            ((known.size.width, known.size.height), known.is_reported)
        };
        let vars = [("COLUMNS", "132"), ("LINES", " 50 ")];
        assert_eq!(settled((120, 36), &vars), ((120, 36), true));
        assert_eq!(settled((0, 0), &vars), ((132, 50), false));
        assert_eq!(settled((0, 36), &vars), ((132, 36), false));
        assert_eq!(settled((0, 0), &[("COLUMNS", "0"), ("LINES", "many")]), ((80, 24), false));
        assert_eq!(settled((0, 0), &[]), ((80, 24), false));
    }
}
