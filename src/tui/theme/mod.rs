//! Colours by meaning: themes name roles such as `failure`, never widgets.
//!
//! A theme file holds a `[palette]` of named colours, each with values picked by hand for terminals
//! that show fewer, and `[roles]` that use them. It may inherit another theme and say only what
//! differs.

mod builtin;
mod color;
mod error;
mod file;
mod role;

use std::path::Path;

use ratatui::style::{Color, Modifier, Style};

use super::caps::Depth;
use color::Paint;

pub use error::ThemeError;
pub use role::Role;

/// A theme, read and resolved: every role has a style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    name: String,
    inks: Vec<Ink>,
    /// What was odd about its files but no reason to refuse them.
    pub warnings: Vec<String>,
}

/// A role's style before it is known how many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Ink {
    fg: Option<Paint>,
    bg: Option<Paint>,
    mods: Modifier,
}

impl Theme {
    /// The theme's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the themes that are built in, in the order in which they are offered.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        builtin::ALL.iter().map(|(name, _)| *name)
    }

    /// Every theme that has a name, by it: the built-in ones in their order, then the user's own. One of
    /// the user's may take a built-in one's name.
    #[must_use]
    pub fn all(user_dir: Option<&Path>) -> Vec<(String, Result<Self, ThemeError>)> {
        let built_in = Self::built_in().map(str::to_owned);
        let names = built_in.chain(file::names(user_dir).into_iter().filter(|own| Self::built_in().all(|n| n != own)));
        names.map(|name| (Self::load(&name, user_dir), name)).map(|(theme, name)| (name, theme)).collect()
    }

    /// Reads a theme: a file's path if there is a `/` in it or it ends with `.toml`, else a name
    /// that is looked for in `user_dir`, then among the built-in ones.
    ///
    /// # Errors
    /// If there is no such theme, its file cannot be read, or it is no theme; with file and line.
    pub fn load(name_or_path: &str, user_dir: Option<&Path>) -> Result<Self, ThemeError> {
        file::load(name_or_path, user_dir)
    }

    /// The styles for a terminal that shows so many colours.
    #[must_use]
    pub fn styles(&self, depth: Depth) -> Styles {
        let page = self.inks.first().copied().unwrap_or_default();
        let text = page.at(depth);
        let whole = |(role, ink): (&Role, &Ink)| {
            let mut style = ink.at(depth);
            // Without colours, what stands out by its background is reversed instead.
            if depth == Depth::Mono && ink.bg.is_some() && ink.bg != page.bg {
                style = style.add_modifier(Modifier::REVERSED);
            }
            if *role == Role::Selection { style } else { over(style, text) }
        };
        Styles(Role::ALL.iter().zip(&self.inks).map(whole).collect())
    }
}

impl Default for Theme {
    /// `terminal`: the terminal's own sixteen colours, right on dark and on light.
    fn default() -> Self {
        // A test reads every built-in theme, so that the bare one never shows.
        Self::load(builtin::DEFAULT, None).unwrap_or_else(|_| Self {
            name: builtin::DEFAULT.to_owned(),
            inks: vec![Ink::default(); Role::ALL.len()],
            warnings: Vec::new(),
        })
    }
}

impl Ink {
    fn at(self, depth: Depth) -> Style {
        let mut style = Style::new().add_modifier(self.mods);
        style.fg = self.fg.map(|paint| paint.at(depth));
        style.bg = self.bg.map(|paint| paint.at(depth));
        style
    }
}

/// A style that leaves nothing of what was there before but the background: a label on a bold
/// border is not bold. Only the selection is laid over what it selects.
fn over(style: Style, text: Style) -> Style {
    Style { fg: style.fg.or(text.fg).or(Some(Color::Reset)), sub_modifier: style.add_modifier.complement(), ..style }
}

/// Every role's style on the terminal at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Styles(Vec<Style>);

impl Styles {
    /// A role's style.
    #[must_use]
    pub fn of(&self, role: Role) -> Style {
        self.0.get(role as usize).copied().unwrap_or_default()
    }

    /// Whether a role brings a background of its own, so that coloured text may stay on it.
    #[must_use]
    pub fn has_background(&self, role: Role) -> bool {
        self.of(role).bg.is_some_and(|bg| bg != Color::Reset)
    }
}
