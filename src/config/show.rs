//! `fal-tui config`: the settings in force and where each came from.

use std::fmt::Write;

use super::{Settings, Source};

impl Settings {
    /// A line for each setting: name, value, source. Ends with a newline; secrets are redacted.
    #[must_use]
    pub fn text(&self) -> String {
        let width = |of: fn(&super::Origin) -> &str| {
            self.origins.iter().map(|origin| of(origin).chars().count()).max().unwrap_or_default()
        };
        let (names, values) = (width(|origin| &origin.name), width(|origin| &origin.value).min(48));
        let mut text = String::new();
        for origin in &self.origins {
            let source = match origin.source {
                Source::Default => String::new(),
                given => given.to_string(),
            };
            let line = format!("{:names$}  {:values$}  {source}", origin.name, origin.value);
            text.push_str(line.trim_end());
            text.push('\n');
        }
        if let Some(file) = &self.home.config_file {
            let state = if file.exists() { "" } else { " (not there)" };
            let file = file.to_string_lossy();
            // Writing to a String cannot fail.
            let _ = writeln!(text, "\nconfig file: {}{state}", crate::job::clean(&file));
        }
        text
    }
}
