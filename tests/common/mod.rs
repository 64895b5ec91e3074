//! The built program against a sandbox of the test's own, with real files and a real ledger.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "each test file uses some of it, and a test may panic"
)]

pub(crate) mod host;
#[cfg(unix)]
pub(crate) mod line;
pub(crate) mod options;
pub(crate) mod page;
pub(crate) mod platform;
#[cfg(unix)]
pub(crate) mod postgres;
pub(crate) mod tagged;
#[cfg(unix)]
pub(crate) mod terminal;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use fal_tui::sandbox::{Options, Sandbox, Scenario};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A sandbox, a folder of photos and a state directory.
pub(crate) struct Stage {
    pub(crate) dir: TempDir,
    pub(crate) runtime: Runtime,
    pub(crate) sandbox: Sandbox,
}

/// What a run of the program gave.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    /// Everything goes well.
    pub(crate) fn new() -> Self {
        Self::with(fast())
    }

    /// A file of `tests/scenarios` goes wrong.
    pub(crate) fn scenario(name: &str) -> Self {
        let file = root().join("tests/scenarios").join(name).with_extension("toml");
        Self::with(Options { scenario: Some(Scenario::read(&file).unwrap()), ..fast() })
    }

    pub(crate) fn with(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let stage = Self { dir: TempDir::new().unwrap(), runtime, sandbox };
        std::fs::create_dir(stage.photos()).unwrap();
        stage
    }

    pub(crate) fn photos(&self) -> PathBuf {
        self.dir.path().join("photos")
    }

    pub(crate) fn output(&self) -> PathBuf {
        self.dir.path().join("photos-upscaled")
    }

    /// Puts one of the real photos under a name into the folder.
    pub(crate) fn photo(&self, real: &str, name: &str) -> &Self {
        let to = self.photos().join(name);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(root().join("tests/photos").join(real), to).unwrap();
        self
    }

    /// Puts so many small photos, all different, into the folder: `small-1.png`, ….
    pub(crate) fn small_photos(&self, count: u32) -> &Self {
        for n in 1..=count {
            let picture = image::RgbImage::from_fn(24, 16, |x, y| {
                image::Rgb([x * 9, y * 13, n % 256].map(|value| u8::try_from(value).unwrap()))
            });
            picture.save(self.photos().join(format!("small-{n}.png"))).unwrap();
        }
        self
    }

    /// Puts so many photos that cost $0.08 each at twice their size, and may be billed as $0.10, into the
    /// folder: `dear-0.png`, ….
    pub(crate) fn dear_photos(&self, count: u8) {
        for n in 0..count {
            let picture = image::RgbImage::from_fn(400, 500, |x, y| {
                image::Rgb([x, y, u32::from(n)].map(|value| u8::try_from(value % 256).unwrap()))
            });
            picture.save(self.photos().join(format!("dear-{n}.png"))).unwrap();
        }
    }

    /// The program with this stage's sandbox as fal.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = program(self.dir.path());
        command
            .env("FAL_KEY", "sandbox")
            .env("FAL_TUI_QUEUE_URL", self.sandbox.queue_url())
            .env("FAL_TUI_REST_URL", self.sandbox.rest_url())
            .env("FAL_TUI_API_URL", self.sandbox.api_url())
            .args(args);
        command
    }

    /// Runs the folder headless with JSON events.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let photos = self.photos();
        let all: Vec<&str> = ["--json", "--yes"].into_iter().chain(args.iter().copied()).collect();
        run(self.command(&all).arg(photos))
    }

    /// What the sandbox saw.
    pub(crate) fn stats(&self) -> Value {
        let url = format!("http://{}/_sandbox/stats", self.sandbox.address());
        self.runtime.block_on(async { reqwest::get(url).await.unwrap().json().await.unwrap() })
    }

    /// Waits until what the sandbox saw fits.
    pub(crate) fn until(&self, what: &str, fits: impl Fn(&Value) -> bool) {
        let begun = Instant::now();
        while !fits(&self.stats()) {
            assert!(begun.elapsed() < Duration::from_mins(1), "never: {what}; {:#}", self.stats());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The program in an environment of its own below a folder.
pub(crate) fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fal-tui"));
    command
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("TZ", "UTC")
        .env("LANG", "C.UTF-8")
        .current_dir(home);
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Run {
    Run::from(command.stdin(Stdio::null()).output().unwrap())
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Starts a command whose output nobody reads.
pub(crate) fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A picture of so many px, unlike others.
pub(crate) fn picture(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        let shade = |value: u32| u8::try_from(value % 256).unwrap();
        image::Rgb([shade(x * 9), shade(y * 13), seed])
    });
    let mut made = Cursor::new(Vec::new());
    picture.write_to(&mut made, image::ImageFormat::Png).unwrap();
    made.into_inner()
}

/// How often the sandbox saw something, by its statistics.
pub(crate) fn count(stage: &Stage, what: &str) -> u64 {
    let stats = stage.stats();
    stats[what].as_u64().or(stats["calls"][what].as_u64()).unwrap_or_default()
}

/// The output folder as an argument.
pub(crate) fn here(stage: &Stage) -> String {
    stage.output().to_str().unwrap().to_owned()
}

/// How many PNG files are in a folder.
pub(crate) fn pictures_in(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "png")).count()
}

impl Run {
    /// What a process gave, once it has ended.
    pub(crate) fn of(child: Child) -> Self {
        Self::from(child.wait_with_output().unwrap())
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
            .collect()
    }

    /// The last event.
    pub(crate) fn summary(&self) -> Value {
        let last = self.events().pop().unwrap_or_else(|| panic!("no events; {}", self.stderr));
        assert_eq!(last["event"], "batch", "{}", self.stderr);
        last
    }

    /// Every state that a photo came through, in order.
    pub(crate) fn states(&self, path: &str) -> Vec<String> {
        let of_path = |event: &Value| event["event"] == "job" && event["path"] == path;
        self.events()
            .iter()
            .filter(|event| of_path(event))
            .map(|event| event["state"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The last event of a photo.
    pub(crate) fn last(&self, path: &str) -> Value {
        self.events().into_iter().rfind(|event| event["event"] == "job" && event["path"] == path).unwrap()
    }

    pub(crate) fn assert_status(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "stderr: {}\nstdout: {}", self.stderr, self.stdout);
        self
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A sandbox that works quickly.
pub(crate) fn fast() -> Options {
    Options { latency: Duration::from_millis(150), runners: 4, ..Options::default() }
}

/// Width and height of a picture that can be decoded whole.
pub(crate) fn size(picture: &Path) -> (u32, u32) {
    let picture = image::open(picture).unwrap_or_else(|error| panic!("{}: {error}", picture.display()));
    (picture.width(), picture.height())
}

/// The interpreter of `tests/records/requirements.txt`, which `.ci/run` sets up.
pub(crate) fn python() -> Option<PathBuf> {
    let python =
        std::env::var_os("FAL_TUI_TEST_DATASETS").map_or_else(|| root().join("target/datasets/bin/python"), Into::into);
    python.exists().then_some(python)
}
