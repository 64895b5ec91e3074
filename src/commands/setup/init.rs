//! `fal-tui config --init`: a config file in which every setting is explained and none is set, made from the flags'
//! own help so that it cannot say anything else.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};

use clap::{ArgAction, CommandFactory as _};

use crate::cli::Cli;
use crate::commands::failure::Failure;
use crate::config::Settings;
use crate::config::names::{self, Setting, Shape};
use crate::job::clean;
use crate::model::Model;

/// Letters in a line.
const WIDTH: usize = 100;

/// Values that show what a setting takes, where its help names no default.
const EXAMPLES: &[(&str, &str)] = &[
    ("output", "\"/pictures/upscaled\""),
    ("image-field", "\"image_input\""),
    ("max-output-mp", "50"),
    ("fit-long-edge", "4000"),
    ("caption-prefix", "\"zwx, \""),
    ("caption-suffix", "\", in the rain\""),
    ("caption-strip", "[\"openings\"]"),
    ("keywords", "[\"{caption}\"]"),
    ("include", "[\"*.jpg\"]"),
    ("exclude", "[\"raw/**\"]"),
    ("from", "\"/pictures/list.csv\""),
    ("send", "\"data-uri\""),
    ("budget", "20"),
    ("canary", "8"),
    ("max-failures", "\"5%\""),
    ("start-timeout", "3600"),
    ("expire", "\"7d\""),
    ("tag", "[\"project=wedding\"]"),
    ("on-finish", "\"notify-send upscaled\""),
    ("notify-url", "\"https://ntfy.example.org/photos\""),
    ("webhook", "\"https://hooks.example.org/fal\""),
    ("ledger", "\"postgres://me@db.example.org/fal\""),
    ("fps", "20"),
    ("state-dir", "\"/var/lib/fal-tui\""),
    ("log", "\"/var/log/fal-tui.log\""),
    ("verbose", "0"),
];
/// What shapes a sandbox, or a single run: it has no place in a file for all of them.
const NOT_HERE: [&str; 9] =
    ["sandbox", "latency", "runners", "scenario", "skip-bad", "from", "watch", "listen", "public-url"];

/// Writes the file, unless there is one; says where.
///
/// # Errors
/// If there is one, or it cannot be written.
pub(super) fn init(settings: &Settings) -> Result<String, Failure> {
    let missing = || Failure::refusal("there is no home directory for a config file: HOME is no absolute path");
    let path = settings.home.config_file.as_deref().ok_or_else(missing)?;
    let shown = clean(&path.to_string_lossy()).into_owned();
    let failed = |error: &std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::refusal(format!(
            "{shown} is there already, and stays as it is\nhint: `fal-tui config` shows what holds"
        )),
        _ => Failure::refusal(format!("{shown} cannot be written: {error}")),
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| failed(&error))?;
    file.write_all(text().as_bytes()).map_err(|error| failed(&error))?;
    Ok(format!("{shown}: every setting, none of them set\n"))
}

fn text() -> String {
    let command = Cli::command();
    let mut text = "# Settings of fal-tui. A flag wins over a variable (FAL_TUI_…), that over this file.\n\
                    # Take the `# ` off a line to set it; `fal-tui config` shows what holds.\n"
        .to_owned();
    let mut heading = String::new();
    let here = |setting: &&Setting| setting.shape != Shape::Pairs && !NOT_HERE.contains(&setting.name);
    for setting in names::ALL.iter().filter(here) {
        let Some(arg) = command.get_arguments().find(|arg| arg.get_long() == Some(setting.name)) else { continue };
        let above = arg.get_help_heading().unwrap_or("Settings");
        if above != heading {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "\n# == {above} ==");
            above.clone_into(&mut heading);
        }
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        text.push('\n');
        wrapped(&help, &mut text);
        let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
        let _ = writeln!(text, "# {} = {}", setting.name, value(setting, &help, is_switch));
    }
    text.push_str("\n# == Parameters of the model ==\n\n# [param]\n");
    let endpoint = crate::job::EndpointId::new(Model::DEFAULT).ok();
    for spec in endpoint.and_then(|endpoint| Model::built_in(&endpoint)).iter().flat_map(|model| &model.params) {
        if let Some(default) = &spec.default {
            let _ = writeln!(text, "# {} = {default}", spec.name);
        }
    }
    text.push_str(
        "\n# == Keys of the dashboard: `fal-tui config --keys` has their names ==\n\n# [keys]\n# pause = [\"p\"]\n",
    );
    text
}

/// A value that the setting takes: its default, if help names it.
fn value(setting: &Setting, help: &str, is_switch: bool) -> String {
    if let Some((_, example)) = EXAMPLES.iter().find(|(name, _)| *name == setting.name) {
        return (*example).to_owned();
    }
    if is_switch {
        return "false".to_owned();
    }
    let default =
        help.rsplit_once("[default: ").and_then(|(_, rest)| rest.split_once(']')).map_or("", |(word, _)| word);
    let is_plain = default.parse::<f64>().is_ok() || default == "true" || default == "false";
    match setting.shape {
        Shape::One if is_plain => default.to_owned(),
        Shape::One => format!("\"{default}\""),
        Shape::List | Shape::Many | Shape::Pairs => format!("[\"{default}\"]"),
    }
}

/// A text as comments, without its word on the default.
fn wrapped(text: &str, out: &mut String) {
    let text = text.rsplit_once(" [default: ").map_or(text, |(text, _)| text);
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let end = if text.trim_end().ends_with('.') { "\n" } else { ".\n" };
    out.push_str(&line);
    out.push_str(end);
}
