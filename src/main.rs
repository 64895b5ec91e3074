//! The program: reads the command line, does what it says, ends with its exit status.

use std::io::Write;
use std::process::ExitCode;

use fal_tui::cli::Cli;
use fal_tui::commands;
use fal_tui::config::Environment;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Whoever closed the pipe does not read help.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match commands::main(&cli, &Environment::of_process()) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            // After a hang-up there is no stderr; that is no reason to panic.
            let _ = writeln!(std::io::stderr(), "fal-tui: {}", failure.message);
            ExitCode::from(failure.status)
        }
    }
}
