//! A person's own editor: the terminal is its while it runs, and what it leaves in a file of its own is read.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::os::{TerminalSignals, editor};
use crate::tui::ui::caption::{Edit, Edited};

/// The longest file that is read back, bytes.
const LONGEST: u64 = 1 << 20;

/// Whether the terminal is another program's: its Ctrl-C is meant for that one.
static IS_AWAY: AtomicBool = AtomicBool::new(false);

/// Whether an editor has the terminal.
pub(crate) fn is_away() -> bool {
    IS_AWAY.load(Ordering::SeqCst)
}

/// Runs an editor on a text, on a terminal that was given back; `None` if that is gone.
pub(in crate::tui) async fn edit(program: &str, edit: Edit, signals: &mut TerminalSignals) -> Option<Edited> {
    IS_AWAY.store(true, Ordering::SeqCst);
    let (program, text) = (program.to_owned(), edit.text.clone());
    let mut running = tokio::task::spawn_blocking(move || run(&program, &text));
    let ended = loop {
        tokio::select! {
            ended = &mut running => break Some(ended),
            is_gone = signals.is_gone() => if is_gone { break None },
        }
    };
    IS_AWAY.store(false, Ordering::SeqCst);
    Some(match ended? {
        Ok(Ok(text)) => Edited::Text(edit, text),
        Ok(Err(why)) => Edited::Failed(edit, why),
        Err(error) => Edited::Failed(edit, error.to_string()),
    })
}

fn run(program: &str, text: &str) -> Result<String, String> {
    let unwritten = |error| format!("a file for the editor could not be written: {error}");
    let mut file = tempfile::Builder::new().prefix("fal-tui-caption-").suffix(".txt").tempfile().map_err(unwritten)?;
    writeln!(file, "{text}").and_then(|()| file.flush()).map_err(unwritten)?;
    let name = program.split_whitespace().next().unwrap_or(program);
    let name = Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned();
    match editor(program, file.path()).stdin(Stdio::inherit()).status() {
        Err(error) => Err(format!("the editor `{name}` could not be started: {error}")),
        Ok(status) if !status.success() => Err(format!("the editor `{name}` {}", ended(status))),
        Ok(_) => read(file.path()),
    }
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(127) => "was not found".to_owned(),
        Some(code) => format!("ended with status {code}"),
        None => "was killed".to_owned(),
    }
}

/// What it left. Some put another file in its place.
fn read(path: &Path) -> Result<String, String> {
    let unread = |error| format!("what the editor left could not be read: {error}");
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(unread)?.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > LONGEST {
        return Err("the editor left more than 1 MiB, and a caption has 64 KiB at most".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "what the editor left is no UTF-8".to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_an_editor_leaves_is_read_and_one_that_fails_says_so() {
        assert_eq!(run("sed -i s/cat/dog/", "a cat").unwrap(), "a dog\n");
        assert_eq!(run("printf 'a b' >", "x").unwrap(), "a b");
        for (program, why) in [
            ("exit 3 #", "`exit` ended with status 3"),
            ("no-such-editor-anywhere -w", "`no-such-editor-anywhere` was not found"),
            ("rm", "could not be read"),
            ("printf '\\377' >", "no UTF-8"),
            ("head -c 1100000 /dev/zero >", "more than 1 MiB"),
        ] {
            let told = run(program, "a cat").unwrap_err();
            assert!(told.contains(why), "{program}: {told}");
        }
    }
}
