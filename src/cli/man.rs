//! The manual page and completion scripts, made from the flags themselves.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use super::words::{ENVIRONMENT, EXAMPLES, EXIT_STATUS};

/// Writes the manual page of the program or of one of its commands, for `man -l -` or a packager.
///
/// # Errors
/// If `out` cannot be written, or there is no such command.
pub fn man(of: Option<&str>, out: &mut impl Write) -> io::Result<()> {
    let Some(name) = of else { return whole(out) };
    let command = commands().find(|command| command.get_name() == name);
    let command = command.ok_or_else(|| {
        let known: Vec<_> = commands().map(|command| command.get_name().to_owned()).collect();
        io::Error::new(io::ErrorKind::NotFound, format!("there is no command `{name}`; there are {}", known.join(", ")))
    })?;
    clap_mangen::Man::new(command.display_name(format!("fal-tui-{name}")).bin_name(format!("fal-tui {name}")))
        .title(format!("fal-tui-{name}"))
        .render(out)
}

/// Writes the names of all commands that have a page of their own, one a line.
///
/// # Errors
/// If `out` cannot be written.
pub fn man_pages(out: &mut impl Write) -> io::Result<()> {
    commands().try_for_each(|command| writeln!(out, "{}", command.get_name()))
}

fn commands() -> impl Iterator<Item = clap::Command> {
    let mut all = Cli::command();
    all.build();
    let own: Vec<_> = all.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect();
    own.into_iter()
}

fn whole(out: &mut impl Write) -> io::Result<()> {
    let command = Cli::command();
    let page = clap_mangen::Man::new(command.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    writeln!(out, ".SH SYNOPSIS\n.B fal\\-tui\n[\\fIOPTIONS\\fR] \\fIPATH\\fR...\n.br\n.B fal\\-tui\n\\fICOMMAND\\fR")?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    writeln!(out, ".SH COMMANDS")?;
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        let places: Vec<_> = command.get_positionals().map(|arg| arg.get_id().as_str().to_uppercase()).collect();
        let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
        writeln!(out, ".TP\n\\fBfal\\-tui {}\\fR {}\n{}", command.get_name(), places.join(" "), roff(&about))?;
    }
    for text in [ENVIRONMENT, EXIT_STATUS, EXAMPLES] {
        let (title, body) = text.split_once('\n').unwrap_or((text, ""));
        let title = title.trim_end_matches(':').to_uppercase();
        writeln!(out, ".SH \"{title}\"\n.nf\n{}\n.fi", roff(body))?;
    }
    Ok(())
}

/// Writes a completion script.
///
/// # Errors
/// If `out` cannot be written.
pub fn completions(shell: Shell, out: &mut impl Write) -> io::Result<()> {
    // The generator panics where it cannot write, which it always can here.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "fal-tui", &mut script);
    out.write_all(&script)
}

/// Text that roff takes as text: no line begins with a control character, no hyphen is a dash.
fn roff(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-");
    let line = |line: &str| if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.to_owned() };
    escaped.lines().map(line).collect::<Vec<_>>().join("\n")
}
