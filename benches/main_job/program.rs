//! Programs under measurement: the sandbox in a process of its own, a client, and what it used.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::Value;

/// After this a measurement is given up.
const PATIENCE: Duration = Duration::from_mins(15);
/// Ticks of `/proc/PID/stat` in a second: Linux tells programs 100 whatever it uses inside.
const TICKS: f64 = 100.0;

/// The build under test: under `cargo bench`, a release build.
pub(crate) fn binary() -> PathBuf {
    let other = std::env::var_os("BENCH_BINARY").map(PathBuf::from);
    other.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_fal-tui")))
}

/// What the client called, by kind.
pub(crate) fn kinds(stats: &Value) -> impl Iterator<Item = (&String, u64)> {
    let calls = stats["calls"].as_object().unwrap().iter();
    calls.filter(|(kind, _)| *kind != "sandbox").map(|(kind, count)| (kind, count.as_u64().unwrap()))
}

/// `fal-tui sandbox`, as another program uses it.
pub(crate) struct Sandbox {
    settings: Vec<(String, String)>,
    _server: Process,
}

impl Sandbox {
    pub(crate) fn start(shape: &[&str]) -> Self {
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
    pub(crate) fn client(&self, home: &Path, flags: &[&str], stdout: Stdio) -> Process {
        let mut command = Command::new(binary());
        command.args(["--yes", "--state-dir", "state"]).args(flags).arg("photos");
        self.talk(command, home, stdout)
    }

    /// The bare client at work on the same.
    pub(crate) fn bare_client(&self, home: &Path) -> Process {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(crate::bare::FLAG);
        self.talk(command, home, Stdio::null())
    }

    fn talk(&self, mut command: Command, home: &Path, stdout: Stdio) -> Process {
        command.env_clear().env("HOME", home).env("LANG", "C.UTF-8").current_dir(home);
        command.envs(self.settings.iter().cloned()).stderr(Stdio::null());
        Process::start(command.stdout(stdout))
    }

    pub(crate) fn stats(&self) -> Value {
        let (_, queue) = self.settings.iter().find(|(name, _)| name == "FAL_TUI_QUEUE_URL").unwrap();
        let url = format!("{}/_sandbox/stats", queue.trim_end_matches("/queue"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { reqwest::get(url).await.unwrap().json().await.unwrap() })
    }
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    /// User and system time.
    pub(crate) cpu: Option<Duration>,
    /// The most memory that it held at once, in KiB.
    pub(crate) peak: Option<u32>,
}

/// A running program, which does not outlive its measurement.
pub(crate) struct Process {
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
    pub(crate) fn wait_for(&self, event: &str) -> Value {
        loop {
            let told: Value = serde_json::from_str(&self.line()).unwrap();
            if told["event"] == event {
                return told;
            }
        }
    }

    pub(crate) fn interrupt(&self) {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
    }

    pub(crate) fn watch_to_the_end(&mut self) -> Used {
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

    pub(crate) fn look(&self) -> Option<Used> {
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
