//! `fal-tui login` and `logout`: a key is stored, or removed again. It comes from a prompt or a pipe, never from an
//! argument, which every process of the machine could read.

use std::io::{self, IsTerminal, Read as _, Write};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use crate::commands::failure::Failure;
use crate::commands::process::stdout::print;
use crate::config::keys::{Keys, USUAL};
use crate::config::{Environment, Settings, names};
use crate::fal::{ApiKey, Fal};
use crate::job::{CauseKind, clean};

/// The longest that is read of a pipe, bytes.
const MOST: u64 = 4096;

/// Reads a key, asks fal whether it is one, and stores it.
pub(in crate::commands) async fn login(settings: &Settings, environment: &Environment) -> Result<u8, Failure> {
    let (keys, name) = place(settings, environment)?;
    let text = if io::stdin().is_terminal() { prompted()? } else { piped()? };
    let key = ApiKey::new(&text).map_err(|why| Failure::usage(&why))?;
    drop(text);
    let asked = Fal::new(settings.hosts.clone(), key.clone())?.probe_queue(&settings.model.endpoint).await;
    let known = match asked {
        Ok(()) => "fal knows it".to_owned(),
        Err(error) if error.cause.kind == CauseKind::KeyRefused => {
            let failure = Failure::of_fal(&error);
            return Err(Failure { message: format!("{}; nothing was stored", failure.message), ..failure });
        }
        Err(error) => format!("fal could not be asked whether it is good: {}", clean(&error.cause.to_string())),
    };
    let path = keys.store(&name, &key).map_err(|error| Failure::usage(&error))?;
    let path = clean(&path.to_string_lossy()).into_owned();
    let how = if name == USUAL { String::new() } else { format!("; `--profile {name}` takes it") };
    let mut said = format!("stored in {path}, which you alone may read; {known}{how}\n");
    if environment.get(names::FAL_KEY).is_some() {
        said.push_str("FAL_KEY is set, and wins over it\n");
    }
    print(&said)
}

/// Removes a key.
pub(in crate::commands) fn logout(settings: &Settings, environment: &Environment) -> Result<u8, Failure> {
    let (keys, name) = place(settings, environment)?;
    let was_there = keys.remove(&name).map_err(|error| Failure::usage(&error))?;
    let mut said = if was_there {
        format!("the key stored as `{name}` is removed; at fal it stays good until it is deleted there\n")
    } else {
        format!("no key is stored as `{name}`\n")
    };
    if environment.get(names::FAL_KEY).is_some() {
        said.push_str("FAL_KEY is set, and goes on being used\n");
    }
    print(&said)
}

fn place(settings: &Settings, environment: &Environment) -> Result<(Keys, String), Failure> {
    let missing = || Failure::refusal("there is no home directory to keep a key in: HOME is no absolute path");
    Ok((environment.keys().ok_or_else(missing)?, settings.profile().to_owned()))
}

fn piped() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin().take(MOST).read_to_string(&mut text).map_err(|error| Failure::usage(&error))?;
    Ok(text)
}

/// Reads a line that is not shown, from a terminal that shows each key by itself.
fn prompted() -> Result<String, Failure> {
    let say = |text: &str| {
        let _ = io::stderr().write_all(text.as_bytes()).and_then(|()| io::stderr().flush());
    };
    say("Key, from https://fal.ai/dashboard/keys (it is not shown): ");
    enable_raw_mode().map_err(|error| Failure::usage(&error))?;
    let typed = typed();
    let _ = disable_raw_mode();
    say("\n");
    match typed {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(Failure::refusal("given up; nothing was stored")),
        Err(error) => Err(Failure::usage(&error)),
    }
}

/// What is typed until Enter; `None` if it is given up.
fn typed() -> io::Result<Option<String>> {
    let mut text = String::new();
    loop {
        let Event::Key(KeyEvent { code, modifiers, .. }) = read()? else { continue };
        let is_control = modifiers.contains(KeyModifiers::CONTROL);
        match code {
            KeyCode::Enter => return Ok(Some(text)),
            KeyCode::Esc => return Ok(None),
            KeyCode::Char('c' | 'd') if is_control => return Ok(None),
            KeyCode::Char('u') if is_control => text.clear(),
            KeyCode::Char(c) if !is_control => text.push(c),
            KeyCode::Backspace => drop(text.pop()),
            _ => {}
        }
    }
}
