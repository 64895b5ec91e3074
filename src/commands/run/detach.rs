//! A run in the background: this process starts it again as one of its own session, waits until it has begun, and says how
//! to get back to it. What keeps it from beginning is told as ever.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::process::Stdio;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

use crate::commands::attach;
use crate::commands::failure::Failure;
use crate::config::{Environment, Headless, Settings};
use crate::job::BatchId;
use crate::os::{self, Ends};

/// Says to a process that it is the one in the background: whose child it is. None of ours has it for long.
const MARK: &str = "FALTUI_STARTED_BY";
/// What stands before the word that it has begun: nothing else that is printed holds it.
const BEGUN: u8 = 0;

/// What is told of a run that has begun.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Begun {
    v: u8,
    batch: BatchId,
    pid: u32,
    /// The command that gets back to it.
    attach: String,
    /// Why that does not work, if it does not.
    not_attachable: Option<String>,
    log: String,
}

/// Which part a process has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Part {
    /// None: it is a run like any other.
    Plain,
    /// It starts the one that runs.
    Starts,
    /// It is that one.
    Runs,
}

impl Part {
    /// Of this process.
    pub(in crate::commands) fn of(settings: &Settings, environment: &Environment) -> Self {
        let is_child = || os::parent().is_some_and(|pid| environment.get(MARK) == Some(OsStr::new(&pid.to_string())));
        match settings.face.headless {
            Headless::No | Headless::Yes => Self::Plain,
            Headless::Background if is_child() => Self::Runs,
            Headless::Background => Self::Starts,
        }
    }
}

/// Starts the run in the background, and waits until it has begun or cannot; gives the exit status.
pub(in crate::commands) async fn start(settings: &Settings) -> Result<u8, Failure> {
    if !os::HAS_BACKGROUND {
        return Err(Failure::refusal("`--detach` is for Unix: this system has no way to leave a program running so"));
    }
    let mut signals = Ends::listen().map_err(|error| Failure::usage(&error))?;
    let mut child = spawn().map_err(|error| {
        Failure::refusal(format!(
            "cannot start it in the background: {error}\nhint: nothing was sent; leave out --detach"
        ))
    })?;
    let said = tokio::select! {
        said = hear(&mut child) => said.map_err(|error| Failure::usage(&error))?,
        signal = signals.next() => {
            if let Some(pid) = child.id() {
                os::ask_to_end(pid);
            }
            // It says itself that it was stopped.
            drop(child.wait().await);
            return Ok(u8::try_from(128 + signal).unwrap_or(1));
        }
    };
    let mut out = io::stdout().lock();
    let Some(begun) = said.begun else {
        drop(out.write_all(&said.before));
        let status = child.wait().await.ok().and_then(|status| status.code());
        return Ok(status.and_then(|status| u8::try_from(status).ok()).unwrap_or(1));
    };
    let text =
        if settings.face.json { serde_json::to_string(&begun).unwrap_or_default() + "\n" } else { words(&begun) };
    // Whoever closed the pipe knows that it runs.
    drop(out.write_all(&said.before).and_then(|()| out.write_all(text.as_bytes())));
    Ok(0)
}

fn spawn() -> io::Result<Child> {
    // A list of photos may come from a pipe.
    let stdin = if io::stdin().is_terminal() { Stdio::null() } else { Stdio::inherit() };
    Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(MARK, std::process::id().to_string())
        .stdin(stdin)
        .stdout(Stdio::piped())
        .spawn()
}

/// What was printed before it had begun, and that it has.
struct Said {
    before: Vec<u8>,
    begun: Option<Begun>,
}

/// Takes in what it prints until it has begun or ends.
async fn hear(child: &mut Child) -> io::Result<Said> {
    let mut before = Vec::new();
    let Some(mut out) = child.stdout.take() else { return Ok(Said { before, begun: None }) };
    loop {
        if let Some(at) = before.iter().position(|byte| *byte == BEGUN)
            && before.ends_with(b"\n")
        {
            let word = before.split_off(at);
            let begun = word.get(1..).and_then(|word| serde_json::from_slice(word).ok());
            return Ok(Said { before, begun });
        }
        if out.read_buf(&mut before).await? == 0 {
            return Ok(Said { before, begun: None });
        }
    }
}

fn words(begun: &Begun) -> String {
    let Begun { batch, pid, attach, not_attachable, log, .. } = begun;
    let look = match not_attachable {
        None => format!("  {attach}  shows it: q leaves it again, Q stops it\n"),
        Some(why) => format!("  it cannot be attached to: {why}\n"),
    };
    format!(
        "batch {batch} runs in the background, as process {pid}\n{look}  kill {pid}  stops it in good order\n  {log}  has its lines\n"
    )
}

/// The run in the background leaves the terminal's session, before anything else.
pub(in crate::commands) fn begin() -> Result<(), Failure> {
    os::own_session().map_err(|error| Failure::usage(&error))
}

/// It has begun: says so to whoever started it, and lets go of the terminal.
pub(in crate::commands) fn has_begun(
    settings: &Settings,
    batch: BatchId,
    state_dir: Option<&str>,
    not_attachable: Option<String>,
) {
    let path = settings.home.log_file();
    let begun = Begun {
        v: 1,
        batch,
        pid: std::process::id(),
        attach: attach::words(batch, state_dir),
        not_attachable,
        log: path.to_string_lossy().into_owned(),
    };
    let mut word = vec![BEGUN];
    word.extend(serde_json::to_vec(&begun).unwrap_or_default());
    word.push(b'\n');
    // Who started it may be gone: it runs all the same.
    drop(io::stdout().write_all(&word).and_then(|()| io::stdout().flush()));
    // What has begun is not given up for want of a place for its lines: they go nowhere then, and it ends in good order.
    let gone = OpenOptions::new().create(true).append(true).open(&path).and_then(|log| os::let_go(&log));
    if let Err(error) = gone {
        tracing::warn!(%error, "the terminal is not let go of");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_to_get_back_and_how_to_stop_it_are_told() {
        let begun = Begun {
            v: 1,
            batch: BatchId(3),
            pid: 71,
            attach: "fal-tui attach 3".to_owned(),
            not_attachable: None,
            log: "/s/fal-tui.log".to_owned(),
        };
        let wanted = "batch 3 runs in the background, as process 71\n  fal-tui attach 3  shows it: q leaves it again, Q stops \
                      it\n  kill 71  stops it in good order\n  /s/fal-tui.log  has its lines\n";
        assert_eq!(words(&begun), wanted);
        let without = Begun { not_attachable: Some("no place".to_owned()), ..begun };
        assert!(words(&without).contains("  it cannot be attached to: no place\n"));
    }
}
