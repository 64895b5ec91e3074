//! How soon a key of the review shows the next result, from the key's bytes to the picture on a terminal: the built program
//! on results of 12 megapixels in JPEG. Reported, never asserted. Another build is measured with `BENCH_BINARY=path`.

#![expect(clippy::expect_used, clippy::print_stdout, clippy::unwrap_used, reason = "a bench reports, and may panic")]

use std::env;
use std::fs::{self, File};
use std::io::{BufWriter, Read as _, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// Results, one more than there are keys pressed.
const RESULTS: u8 = 12;
/// Columns and rows of the terminal.
const SCREEN: (u16, u16) = (120, 36);
/// Somebody looks so long at a picture before the next key.
const LOOK: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_mins(2);

fn main() {
    let home = tempfile::tempdir().unwrap();
    photos(&home.path().join("photos"));
    let made = Instant::now();
    let args = ["--sandbox", "--latency", "1", "--yes", "--headless", "--format", "jpeg", "photos"];
    let status = program(home.path()).args(args).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{status}");
    println!("{RESULTS} results of 12 MP made in {:.1} s", made.elapsed().as_secs_f64());

    let mut desk = Desk::open(home.path());
    let begun = Instant::now();
    desk.shows(0);
    println!("the first result after {} ms, with the program's start", begun.elapsed().as_millis());
    let next = |desk: &mut Desk, wait: Duration| {
        let press = |at| {
            thread::sleep(wait);
            desk.key(b"\x1b[C", at)
        };
        (1..RESULTS).map(press).collect::<Vec<_>>()
    };
    let rested = next(&mut desk, LOOK);
    tell("a key after two seconds: the picture was decoded ahead", rested);
    desk.key(b"g", 0);
    let hurried = next(&mut desk, Duration::ZERO);
    tell("a key as soon as the picture before is there", hurried);
    desk.send(b"\x1bqq");
}

fn tell(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |place: usize| took.get(place).map_or(0, Duration::as_millis);
    println!("{what}: median {} ms, at most {} ms of {}", at(took.len() / 2), at(took.len() - 1), took.len());
}

/// Photos of 3 megapixels with grain, of a brightness by which each is known.
fn photos(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let mut grain = fastrand::Rng::with_seed(7);
    for at in 0..RESULTS {
        let picture = RgbImage::from_fn(2000, 1500, |x, y| {
            let shade = shade(at) + grain.u8(..12) + u8::from((x / 9 + y / 7) % 2 == 0) * 6;
            Rgb([shade, shade, 90])
        });
        let file = BufWriter::new(File::create(folder.join(format!("{at:02}.jpg"))).unwrap());
        JpegEncoder::new_with_quality(file, 92).encode_image(&picture).unwrap();
    }
}

/// How bright a photo is at the least; grain and pattern add 17 at the most, 8 on the whole.
fn shade(at: u8) -> u8 {
    at * 18 + 10
}

fn binary() -> PathBuf {
    env::var_os("BENCH_BINARY").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_fal-tui")), PathBuf::from)
}

fn program(home: &Path) -> Command {
    let mut command = Command::new(binary());
    command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin").current_dir(home);
    command
}

/// A review on a terminal.
struct Desk {
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
}

impl Desk {
    fn open(home: &Path) -> Self {
        let (cols, rows) = SCREEN;
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(binary());
        command.env_clear();
        for (name, value) in [("LANG", "C.UTF-8"), ("TERM", "xterm-256color"), ("COLORTERM", "truecolor")] {
            command.env(name, value);
        }
        command.env("HOME", home);
        command.cwd(home);
        command.arg("review");
        pair.slave.spawn_command(command).unwrap();
        let count = |n| NonZeroU16::new(n).expect("a screen has a size");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(count(rows), count(cols), 0)));
        let (keys, mut reader) = (pair.master.take_writer().unwrap(), pair.master.try_clone_reader().unwrap());
        let shown = Arc::clone(&screen);
        thread::spawn(move || {
            // The terminal is there for as long as it is read.
            let _master = pair.master;
            let mut chunk = vec![0; 1 << 16];
            while let Ok(count @ 1..) = reader.read(&mut chunk) {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                shown.process(chunk.get(..count).unwrap_or_default());
            }
        });
        Self { keys, screen }
    }

    fn send(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).unwrap();
        self.keys.flush().unwrap();
    }

    /// Presses keys; how long it took until a result was there.
    fn key(&mut self, keys: &[u8], at: u8) -> Duration {
        let pressed = Instant::now();
        self.send(keys);
        self.shows(at);
        pressed.elapsed()
    }

    /// Waits until a result is in the middle of the screen.
    fn shows(&self, at: u8) {
        let begun = Instant::now();
        let (cols, rows) = SCREEN;
        loop {
            let parser = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
            // Half a cell is of the one colour, half of the other; where both are alike it is a blank.
            let cell = parser.screen().cell(rows / 2, cols / 2).map(vt100::Cell::bgcolor);
            if matches!(cell, Some(vt100::Color::Rgb(red, ..)) if red.abs_diff(shade(at) + 8) < 9) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "result {at} did not come:\n{}", parser.screen().contents());
            drop(parser);
            thread::sleep(Duration::from_millis(1));
        }
    }
}
