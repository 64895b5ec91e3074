//! A program on a real terminal: what it writes as a terminal would show it, and keys for it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(30);

/// What has come from the program: as bytes, and as a terminal shows them.
pub(crate) struct Seen {
    pub(crate) bytes: Vec<u8>,
    pub(crate) screen: vt100::Parser,
}

/// A terminal with a program on it, which ends with it.
pub(crate) struct Term {
    pub(crate) master: Option<Box<dyn MasterPty + Send>>,
    pub(crate) keys: Option<Box<dyn Write + Send>>,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) seen: Arc<Mutex<Seen>>,
    /// Tells the reader to let go of the terminal with the next bytes that come.
    pub(crate) let_go: Arc<AtomicBool>,
    /// Keeps the reader from reading.
    stalled: Arc<AtomicBool>,
}

impl Term {
    /// Starts a program on a terminal of so many columns and rows, in an environment of its own.
    pub(crate) fn start(program: &Command, size: (u16, u16)) -> Self {
        Self::start_with(program, size, size)
    }

    /// The same on a terminal that says to have another size than it shows.
    pub(crate) fn start_with(program: &Command, size: (u16, u16), said: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(program.get_program());
        command.args(program.get_args());
        command.env_clear();
        for (name, value) in program.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(folder) = program.get_current_dir() {
            command.cwd(folder);
        }
        Self::open(command, size, said)
    }

    /// Starts a program on a terminal of 120×36, in the environment of the test.
    pub(crate) fn spawn(mut command: CommandBuilder, env: &[(&str, &str)]) -> Self {
        for name in ["NO_COLOR", "COLORTERM", "SSH_CONNECTION", "SSH_TTY", "LC_ALL", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        for name in ["WT_SESSION", "ConEmuANSI", "TERM_PROGRAM", "TERM_FEATURES", "TMUX", "STY", "ZELLIJ"] {
            command.env_remove(name);
        }
        command.env("LANG", "C.UTF-8");
        for (name, value) in env {
            command.env(name, value);
        }
        Self::open(command, (120, 36), (120, 36))
    }

    fn open(mut command: CommandBuilder, (cols, rows): (u16, u16), said: (u16, u16)) -> Self {
        let size = |n: u16| NonZeroU16::new(n).unwrap();
        let pair = native_pty_system()
            .openpty(PtySize { rows: said.1, cols: said.0, pixel_width: 0, pixel_height: 0 })
            .unwrap();
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen =
            Arc::new(Mutex::new(Seen { bytes: Vec::new(), screen: vt100::Parser::new(size(rows), size(cols), 0) }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let sink = Arc::clone(&seen);
        let let_go = Arc::new(AtomicBool::new(false));
        let gone = Arc::clone(&let_go);
        let stalled = Arc::new(AtomicBool::new(false));
        let stalls = Arc::clone(&stalled);
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            while let Ok(count @ 1..) = reader.read(&mut chunk) {
                while stalls.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                let mut seen = sink.lock().unwrap();
                seen.bytes.extend_from_slice(&chunk[..count]);
                seen.screen.process(&chunk[..count]);
                if gone.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { master: Some(pair.master), keys: Some(keys), child, seen, let_go, stalled }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        let writer = self.keys.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Reads nothing any more: what is written stays in the terminal until it takes no more.
    pub(crate) fn stop_reading(&self) {
        self.stalled.store(true, Ordering::SeqCst);
    }

    pub(crate) fn go_on_reading(&self) {
        self.stalled.store(false, Ordering::SeqCst);
    }

    /// Hangs up: the terminal is gone once the program writes the next time.
    pub(crate) fn hang_up(&mut self) {
        self.let_go.store(true, Ordering::SeqCst);
        (self.keys, self.master) = (None, None);
    }

    /// Sends the program a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    pub(crate) fn see<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        self.see(|seen| seen.screen.screen().contents())
    }

    pub(crate) fn wait(&self, what: &str, until: impl Fn(&Seen) -> bool) {
        let begun = Instant::now();
        while !self.see(&until) {
            assert!(begun.elapsed() < PATIENCE, "{what} did not come; the screen was:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn wait_for(&self, text: &str) {
        self.wait(text, |seen| seen.screen.screen().contents().contains(text));
    }

    pub(crate) fn wait_gone(&self, text: &str) {
        self.wait(&format!("an end of {text:?}"), |seen| !seen.screen.screen().contents().contains(text));
    }

    /// The row of the screen that has all of these.
    pub(crate) fn wait_row(&self, parts: &[&str]) {
        let fits = |row: String| parts.iter().all(|part| row.contains(part));
        self.wait(&format!("a row with {parts:?}"), |seen| {
            let screen = seen.screen.screen();
            screen.rows(0, screen.size().1.get()).any(fits)
        });
    }

    pub(crate) fn wait_exit(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it did not end; the screen was:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The terminal's modes, to be compared.
    pub(crate) fn modes(&self) -> String {
        let modes = self.master.as_ref().unwrap().get_termios().unwrap();
        format!("{:?} {:?} {:?}", modes.input_flags, modes.output_flags, modes.local_flags)
    }

    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        self.master.as_ref().unwrap().resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let size = |n: u16| NonZeroU16::new(n).unwrap();
        self.seen.lock().unwrap().screen.screen_mut().set_size(size(rows), size(cols));
    }

    pub(crate) fn assert_given_back(&self, modes: &str) {
        assert_eq!(self.modes(), modes, "the terminal's modes");
        self.see(|seen| {
            let screen = seen.screen.screen();
            assert!(!screen.alternate_screen(), "the alternate screen was left");
            assert!(!screen.hide_cursor(), "the cursor is shown");
            assert!(!screen.bracketed_paste(), "bracketed paste is off");
        });
    }

    /// Types something in two pieces, as a slow line gives them: so long apart.
    pub(crate) fn press_apart(&mut self, first: &str, apart: Duration, second: &str) {
        self.press(first);
        std::thread::sleep(apart);
        self.press(second);
    }

    /// Lets the program alone for longer than it would wait for its next tick.
    pub(crate) fn stay() {
        std::thread::sleep(Duration::from_millis(1500));
    }

    /// Waits until nothing has been written for a while.
    pub(crate) fn settle(&self) {
        let mut before = 0;
        loop {
            std::thread::sleep(Duration::from_millis(400));
            let now = self.see(|seen| seen.bytes.len());
            if now == before {
                return;
            }
            before = now;
        }
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
    }
}

/// Whether bytes are somewhere among others.
pub(crate) fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Modes as they are before a program touches them.
pub(crate) fn cooked() -> String {
    let mut command = CommandBuilder::new("sleep");
    command.arg("30");
    let mut term = Term::spawn(command, &[]);
    let modes = term.modes();
    term.child.kill().unwrap();
    modes
}
