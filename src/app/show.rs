//! `fal-tui config`: the settings in force and what can be chosen.

use super::Failure;
use crate::settings::Settings;
use crate::tui;

/// The page that was asked for.
pub(super) fn config(settings: &Settings, keys: bool, themes: bool, path: bool) -> Result<String, Failure> {
    Ok(if keys {
        key_table(settings)?
    } else if themes {
        tui::Theme::built_in().flat_map(|name| [name, "\n"]).collect()
    } else if path {
        settings.config_file.as_ref().map(|file| format!("{}\n", file.display())).unwrap_or_default()
    } else {
        settings.text()
    })
}

/// Every action with its keys and its name for `[keys]` in the config file.
fn key_table(settings: &Settings) -> Result<String, Failure> {
    let map = tui::keys::KeyMap::with(&settings.keys)?;
    let line = |action: &tui::keys::Action| {
        let keys: Vec<_> = map.keys(*action).iter().map(ToString::to_string).collect();
        format!("{:<16} {:<18} {}\n", keys.join(" "), action.name(), action.about())
    };
    Ok(tui::keys::Action::ALL.iter().map(line).collect())
}
