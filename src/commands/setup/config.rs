//! `fal-tui config`: the settings in force and what can be chosen.

use super::init;
use crate::cli::ConfigPage;
use crate::commands::failure::Failure;
use crate::config::Settings;
use crate::headless;
use crate::job::clean;
use crate::tui;

/// The page that was asked for.
pub(in crate::commands) fn config(settings: &Settings, page: ConfigPage) -> Result<String, Failure> {
    Ok(match page {
        ConfigPage { keys: true, .. } => key_table(settings)?,
        ConfigPage { themes: true, .. } => theme_list(settings),
        ConfigPage { path: true, .. } => {
            settings.home.config_file.as_ref().map(|file| format!("{}\n", file.display())).unwrap_or_default()
        }
        ConfigPage { init: true, .. } => init::init(settings)?,
        ConfigPage { schema: true, .. } => headless::EVENTS_SCHEMA.to_owned(),
        _ => settings.text(),
    })
}

/// Every theme that can be had by its name; of one that is odd or cannot be read, why.
fn theme_list(settings: &Settings) -> String {
    let line = |(name, theme): (String, Result<tui::Theme, tui::ThemeError>)| match theme {
        Ok(theme) if theme.warnings.is_empty() => format!("{}\n", clean(&name)),
        Ok(theme) => format!("{}  {}\n", clean(&name), clean(&theme.warnings.join("; "))),
        Err(error) => format!("{}  cannot be used: {}\n", clean(&name), Failure::usage(&error).message),
    };
    tui::Theme::all(settings.home.themes_dir().as_deref()).into_iter().map(line).collect()
}

/// Every action with its keys and its name for `[keys]` in the config file.
fn key_table(settings: &Settings) -> Result<String, Failure> {
    let map = tui::keys::KeyMap::with(&settings.face.look.keys)?;
    let line = |action: &tui::keys::Action| {
        let keys: Vec<_> = map.keys(*action).iter().map(ToString::to_string).collect();
        format!("{:<16} {:<18} {}\n", keys.join(" "), action.name(), action.about())
    };
    Ok(tui::keys::Action::ALL.iter().map(line).collect())
}
