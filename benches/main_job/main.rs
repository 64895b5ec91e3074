//! What the main job costs: the built program against a sandbox in a process of its own, as users
//! run it. Reported, never asserted.
//!
//! `cargo bench --bench main_job` measures all of it, `… -- small`, `… -- bare`, `… -- many` and
//! `… -- large` a part. Another build is measured with `BENCH_BINARY=path`. Processor time and memory come
//! from `/proc`, and are left out where there is none.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench reports, and may panic"
)]

mod bare;
mod program;

use std::fmt::Display;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use program::{Process, Sandbox, binary, kinds};
use tempfile::TempDir;

fn main() {
    if std::env::args().any(|arg| arg == bare::FLAG) {
        return bare::run();
    }
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|name| name == part);
    println!("binary: {}\n", binary().display());
    println!("{:<64}{:>12}  {:<10}", "", "measured", "aim");
    if wanted("small") {
        thousand_small_photos();
    }
    if wanted("bare") {
        thousand_small_photos_bare();
    }
    if wanted("many") {
        hundred_thousand_waiting();
    }
    if wanted("large") {
        one_large_photo();
    }
}

/// How many there are, and how many of them are at fal at once.
const PHOTOS: u32 = 1000;

/// The official Python client takes 55 s for the same if it is bounded, 159 s if not, and 40 s of
/// processor time.
fn thousand_small_photos() {
    heading("1,000 photos of 16×16 px on 40 runners of 2 s, window 64");
    let client = |sandbox: &Sandbox, home: &Path| sandbox.client(home, &["--headless", "-c", "64"], Stdio::null());
    let calls = thousand("≤ 52", "≤ 1", client);
    row("calls a photo", format!("{:.1}", f64::from(calls) / f64::from(PHOTOS)), "≤ 12");
}

/// What the network and the disk alone cost here: the least that any client on this HTTP library
/// could take.
fn thousand_small_photos_bare() {
    heading("the same by a bare client: as many calls, the same files and syncs, no ledger, no checks, no face");
    thousand("", "", Sandbox::bare_client);
}

/// Measures a client; gives how many calls it made.
fn thousand(wall_aim: &str, cpu_aim: &str, client: impl FnOnce(&Sandbox, &Path) -> Process) -> u32 {
    let home = TempDir::new().unwrap();
    let sandbox = Sandbox::start(&["--latency", "2000", "--runners", "40"]);
    make_photos(&home.path().join("photos"), PHOTOS);
    let begun = Instant::now();
    let used = client(&sandbox, home.path()).watch_to_the_end();
    let wall = begun.elapsed();
    let stats = sandbox.stats();
    row("pictures saved", pictures(&home.path().join("photos-upscaled")), PHOTOS);
    row("wall time, s (at best 50)", format!("{:.1}", wall.as_secs_f64()), wall_aim);
    row("processor time of the client, s", seconds(used.cpu), cpu_aim);
    row("peak memory of the client, MB", megabytes(used.peak), "");
    let each: Vec<String> = kinds(&stats).map(|(kind, count)| format!("{kind} {count}")).collect();
    println!("    calls: {}", each.join(", "));
    u32::try_from(kinds(&stats).map(|(_, count)| count).sum::<u64>()).unwrap()
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
