//! What can be wrong with a theme.

use std::path::PathBuf;

/// Why a theme cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// No file and no built-in theme of that name.
    #[error("no theme is called `{name}`\nhint: there are {known}; a file is named by its path, such as ./mine.toml")]
    NotFound {
        /// What was asked for.
        name: String,
        /// Every name that would have been found.
        known: String,
    },
    /// The file cannot be read.
    #[error("cannot read the theme {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something in the file is wrong.
    #[error("{file}, line {line}: {what}")]
    Wrong {
        /// Which file, or which built-in theme.
        file: String,
        /// Which line, from 1.
        line: usize,
        /// What.
        what: String,
    },
    /// Themes that inherit each other.
    #[error("themes inherit each other in a circle: {0}")]
    Circle(String),
}
