//! `fal-tui config`: the settings in force and what can be chosen.

use crate::settings::Settings;
use crate::tui;

/// The page that was asked for.
pub(super) fn config(settings: &Settings, keys: bool, themes: bool, path: bool) -> String {
    if keys {
        key_table()
    } else if themes {
        tui::Theme::built_in().flat_map(|name| [name, "\n"]).collect()
    } else if path {
        settings.config_file.as_ref().map(|file| format!("{}\n", file.display())).unwrap_or_default()
    } else {
        settings.text()
    }
}

/// Every action with its keys and its name for `[keys]` in the config file.
fn key_table() -> String {
    let map = tui::keys::KeyMap::default();
    let line = |action: &tui::keys::Action| {
        let keys: Vec<_> = map.keys(*action).iter().map(ToString::to_string).collect();
        format!("{:<16} {:<18} {}\n", keys.join(" "), action.name(), action.about())
    };
    tui::keys::Action::ALL.iter().map(line).collect()
}
