//! What the main job costs: the built program against a sandbox in a process of its own, as users
//! run it. Reported, never asserted.
//!
//! `cargo bench --bench main_job` measures all of it, `… -- small`, `… -- many` and `… -- large` a
//! part. Another build is measured with `BENCH_BINARY=path`. Processor time and memory come
//! from `/proc`, and are left out where there is none.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench reports, and may panic"
)]

use std::fmt::Display;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// After this a measurement is given up.
const PATIENCE: Duration = Duration::from_mins(15);
/// Ticks of `/proc/PID/stat` in a second: Linux tells programs 100 whatever it uses inside.
const TICKS: f64 = 100.0;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|name| name == part);
    println!("binary: {}\n", binary().display());
    println!("{:<64}{:>12}  {:<10}", "", "measured", "aim");
    if wanted("small") {
        thousand_small_photos();
    }
    if wanted("many") {
        hundred_thousand_waiting();
    }
    if wanted("large") {
        one_large_photo();
    }
}

/// The official Python client takes 55 s for the same if it is bounded, 159 s if not, and 40 s of
/// processor time.
fn thousand_small_photos() {
    const PHOTOS: u32 = 1000;
    let home = TempDir::new().unwrap();
    let sandbox = Sandbox::start(&["--latency", "2000", "--runners", "40"]);
    make_photos(&home.path().join("photos"), PHOTOS);
    let begun = Instant::now();
    let mut client = sandbox.client(home.path(), &["--headless", "-c", "64"], Stdio::null());
    let used = client.watch_to_the_end();
    let wall = begun.elapsed();
    let stats = sandbox.stats();
    let calls: u64 = kinds(&stats).map(|(_, count)| count).sum();
    heading("1,000 photos of 16×16 px on 40 runners of 2 s, window 64");
    row("pictures saved", pictures(&home.path().join("photos-upscaled")), PHOTOS);
    row("wall time, s (at best 50)", format!("{:.1}", wall.as_secs_f64()), "≤ 52");
    row("processor time of the client, s", seconds(used.cpu), "≤ 1");
    row("peak memory of the client, MB", megabytes(used.peak), "");
    row("calls a photo", format!("{:.1}", f64::from(u32::try_from(calls).unwrap()) / f64::from(PHOTOS)), "≤ 12");
    let each: Vec<String> = kinds(&stats).map(|(kind, count)| format!("{kind} {count}")).collect();
    println!("    of which {}", each.join(", "));
}

/// Nothing of a waiting photo but its row may stay in memory.
fn hundred_thousand_waiting() {
    const PHOTOS: u32 = 100_000;
    let home = TempDir::new().unwrap();
    let sandbox = Sandbox::start(&["--latency", "3600000", "--runners", "1"]);
    make_photos(&home.path().join("photos"), PHOTOS);
    heading("100,000 photos waiting, one at fal");
    // The second time one of them is at fal already.
    for (run, planned) in [("first run", PHOTOS), ("run again", PHOTOS - 1)] {
        let begun = Instant::now();
        let mut client = sandbox.client(home.path(), &["--json", "-c", "1"], Stdio::piped());
        let plan = client.wait_for("plan");
        let found = begun.elapsed();
        let peak = client.look().and_then(|look| look.peak);
        row(&format!("{run}: photos in the plan"), &plan["photos"], planned);
        row(&format!("{run}: time until all were found, s"), format!("{:.1}", found.as_secs_f64()), "");
        row(&format!("{run}: peak memory until then, MB"), megabytes(peak), "≤ 120");
        let begun = Instant::now();
        client.interrupt();
        let used = client.watch_to_the_end();
        row(&format!("{run}: peak memory after leaving, MB"), megabytes(used.peak), "≤ 120");
        row(&format!("{run}: time to leave, s"), format!("{:.1}", begun.elapsed().as_secs_f64()), "≤ 2");
        row(&format!("{run}: processor time, s"), seconds(used.cpu), "");
    }
}

/// Pictures go through in pieces: none is ever held whole.
fn one_large_photo() {
    const SIZES: [(u32, u32); 2] = [(16, 16), (5472, 3648)];
    heading("one photo up, its result of four times the pixels down");
    for (width, height) in SIZES {
        let home = TempDir::new().unwrap();
        let photos = home.path().join("photos");
        std::fs::create_dir(&photos).unwrap();
        // Its grain keeps the file as large as a camera's.
        let mut grain = fastrand::Rng::with_seed(7);
        let shade = |x: u32, of: u32| u8::try_from(x * 223 / of).unwrap();
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([shade(x, width), shade(y, height), 96].map(|value| value + grain.u8(..32)))
        });
        picture.save(photos.join("photo.jpg")).unwrap();
        drop(picture);
        let up = bytes_below(&photos);
        let sandbox = Sandbox::start(&["--latency", "100", "--runners", "1"]);
        let used = sandbox.client(home.path(), &["--headless"], Stdio::null()).watch_to_the_end();
        let down = bytes_below(&home.path().join("photos-upscaled"));
        row(
            &format!("{width}×{height} px, {} up, {} down: peak memory, MB", size(up), size(down)),
            megabytes(used.peak),
            "the same",
        );
        row(&format!("{width}×{height} px: processor time, s"), seconds(used.cpu), "");
    }
}

fn heading(text: &str) {
    println!("{text}");
}

fn row(what: &str, measured: impl Display, aim: impl Display) {
    println!("  {what:<62}{:>12}  {aim}", measured.to_string());
}

fn seconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "–".to_owned(), |time| format!("{:.2}", time.as_secs_f64()))
}

fn megabytes(kib: Option<u32>) -> String {
    kib.map_or_else(|| "–".to_owned(), |kib| format!("{:.1}", f64::from(kib) * 1024.0 / 1e6))
}

fn size(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{} kB", bytes.div_ceil(1000)) } else { format!("{} MB", bytes / 1_000_000) }
}

/// The build under test: under `cargo bench`, a release build.
fn binary() -> PathBuf {
    let other = std::env::var_os("BENCH_BINARY").map(PathBuf::from);
    other.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_fal-tui")))
}

/// So many photos of 16×16 px, all different.
fn make_photos(folder: &Path, count: u32) {
    std::fs::create_dir(folder).unwrap();
    for number in 0..count {
        let [_, red, green, blue] = number.to_be_bytes();
        let picture = image::RgbImage::from_pixel(16, 16, image::Rgb([red, green, blue]));
        picture.save(folder.join(format!("IMG_{number:06}.png"))).unwrap();
    }
}

fn files(folder: &Path) -> impl Iterator<Item = std::fs::DirEntry> {
    std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap)
}

fn pictures(folder: &Path) -> usize {
    files(folder).filter(|entry| entry.path().extension() == Some("png".as_ref())).count()
}

fn bytes_below(folder: &Path) -> u64 {
    files(folder).map(|entry| entry.metadata().unwrap().len()).sum()
}

/// What the client called, by kind.
fn kinds(stats: &Value) -> impl Iterator<Item = (&String, u64)> {
    let calls = stats["calls"].as_object().unwrap().iter();
    calls.filter(|(kind, _)| *kind != "sandbox").map(|(kind, count)| (kind, count.as_u64().unwrap()))
}

/// `fal-tui sandbox`, as another program uses it.
struct Sandbox {
    settings: Vec<(String, String)>,
    _server: Process,
}

impl Sandbox {
    fn start(shape: &[&str]) -> Self {
        let mut command = Command::new(binary());
        command.args(["sandbox", "--port", "0"]).args(shape);
        let server = Process::start(command.stdout(Stdio::piped()));
        let mut settings = Vec::new();
        while let Some((name, value)) = server.line().split_once('=') {
            settings.push((name.to_owned(), value.to_owned()));
        }
        Self { settings, _server: server }
    }

    /// The program at work on `photos` in this folder.
    fn client(&self, home: &Path, flags: &[&str], stdout: Stdio) -> Process {
        let mut command = Command::new(binary());
        command.env_clear().env("HOME", home).env("LANG", "C.UTF-8").current_dir(home);
        command.envs(self.settings.iter().cloned());
        command.args(["--yes", "--state-dir", "state"]).args(flags).arg("photos").stderr(Stdio::null());
        Process::start(command.stdout(stdout))
    }

    fn stats(&self) -> Value {
        let (_, queue) = self.settings.iter().find(|(name, _)| name == "FAL_TUI_QUEUE_URL").unwrap();
        let url = format!("{}/_sandbox/stats", queue.trim_end_matches("/queue"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { reqwest::get(url).await.unwrap().json().await.unwrap() })
    }
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default)]
struct Used {
    /// User and system time.
    cpu: Option<Duration>,
    /// The most memory that it held at once, in KiB.
    peak: Option<u32>,
}

/// A running program, which does not outlive its measurement.
struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).spawn().unwrap();
        let (said, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            // Whoever does not listen to the end still lets the program write to the end.
            std::thread::spawn(move || {
                BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(said.send(line)));
            });
        }
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// The first JSON event of this name.
    fn wait_for(&self, event: &str) -> Value {
        loop {
            let told: Value = serde_json::from_str(&self.line()).unwrap();
            if told["event"] == event {
                return told;
            }
        }
    }

    fn interrupt(&self) {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
    }

    fn watch_to_the_end(&mut self) -> Used {
        let begun = Instant::now();
        let mut used = Used::default();
        // What has ended keeps its processor time until it is waited for, and its memory not.
        while let Some(now) = self.look() {
            used = Used { cpu: now.cpu, peak: now.peak.or(used.peak) };
            if now.peak.is_none() && self.has_ended() {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        self.child.wait().unwrap();
        used
    }

    fn proc(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).ok()
    }

    /// The fields of `stat` from the state on, which is behind the name in brackets.
    fn stat(&self) -> Option<Vec<String>> {
        let stat = self.proc("stat")?;
        Some(stat.rsplit_once(") ")?.1.split(' ').map(str::to_owned).collect())
    }

    fn has_ended(&self) -> bool {
        self.stat().is_none_or(|stat| stat.first().is_some_and(|state| state == "Z"))
    }

    fn look(&self) -> Option<Used> {
        let stat = self.stat()?;
        let ticks = |at: usize| stat.get(at)?.parse::<u32>().ok();
        let cpu =
            ticks(11).zip(ticks(12)).map(|(user, system)| Duration::from_secs_f64(f64::from(user + system) / TICKS));
        let status = self.proc("status").unwrap_or_default();
        let peak =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        Some(Used { cpu, peak })
    }
}
