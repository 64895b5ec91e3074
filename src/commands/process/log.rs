//! The log file. Nothing is ever logged to the terminal.

use std::fs::{self, OpenOptions};
use std::path::Path;

use tracing_subscriber::EnvFilter;

use crate::commands::failure::Failure;
use crate::config::Settings;

/// A log that has grown to this is begun anew, bytes; the one before is kept.
const LARGE: u64 = 32 << 20;

/// Begins to log.
pub(in crate::commands) fn start(settings: &Settings) -> Result<(), Failure> {
    let path = settings.home.log_file();
    let failed = |error| {
        Failure::refusal(format!(
            "cannot write the log {}: {error}\nhint: `--log FILE` writes it elsewhere",
            path.display()
        ))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    turn_over(&path);
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    // Libraries that log headers or URLs stay quiet whatever is asked for.
    let filter = match settings.home.verbose {
        0 => "fal_tui=info",
        1 => "fal_tui=debug",
        _ => "fal_tui=trace,reqwest=debug,sqlx=info",
    };
    // A second start in one process, as in tests, keeps the first log.
    let _ =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_ansi(false).with_writer(file).try_init();
    Ok(())
}

fn turn_over(path: &Path) {
    if fs::metadata(path).is_ok_and(|log| log.len() > LARGE) {
        let mut old = path.as_os_str().to_owned();
        old.push(".old");
        // If it cannot be moved it simply goes on growing.
        drop(fs::rename(path, old));
    }
}
