//! A batch that is killed and started again, and what must hold when it is through.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fal_tui::ledger::Ledger;
use fal_tui::sandbox::{Options, Scenario};
use serde_json::Value;

use crate::common::{Run, Stage, fast, size, start};
use crate::writes::Writes;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(3);

/// A model, and what it leaves beside a photo.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gives {
    /// How it is called.
    pub(crate) args: &'static [&'static str],
    /// The ends of its files' names; a picture's comes first if there is one.
    pub(crate) ends: &'static [&'static str],
    /// The size of each picture of a photo of 24×16 px.
    pub(crate) size: (u32, u32),
}

/// A picture of twice the size, and what it shows.
pub(crate) const UPSCALER: Gives = Gives { args: &[], ends: &[".png", ".txt"], size: (48, 32) };

/// A batch of small photos on a sandbox that outlives every run of it.
pub(crate) struct Ordeal {
    stage: Stage,
    photos: u32,
    cap: Option<f64>,
    gives: Gives,
    /// What the last run summed up.
    summary: Value,
}

impl Ordeal {
    pub(crate) fn begin(photos: u32, faults: &str, cap: Option<f64>) -> Self {
        Self::of(UPSCALER, photos, faults, cap)
    }

    pub(crate) fn of(gives: Gives, photos: u32, faults: &str, cap: Option<f64>) -> Self {
        let scenario = Some(Scenario::parse(faults, "faults").unwrap());
        // Done with a photo almost at once.
        let stage = Stage::with(Options { scenario, latency: Duration::from_millis(60), runners: 4, ..fast() });
        stage.small_photos(photos);
        fs::create_dir_all(Self::state_of(&stage)).unwrap();
        fs::create_dir_all(stage.output()).unwrap();
        // What goes along, for those that take it.
        let mask = image::GrayImage::from_fn(24, 16, |x, _| image::Luma([if x < 12 { 255 } else { 0 }]));
        mask.save(stage.dir.path().join("mask.png")).unwrap();
        Self { stage, photos, cap, gives, summary: Value::Null }
    }

    fn state_of(stage: &Stage) -> PathBuf {
        stage.dir.path().join(".local/state/fal-tui")
    }

    fn command(&self) -> Command {
        let mut command = self.stage.command(&["--json", "--yes", "--concurrency", "6"]);
        command.args(self.gives.args);
        if let Some(cap) = self.cap {
            command.arg("--budget").arg(format!("{cap:.7}"));
        }
        command.arg(self.stage.photos());
        command
    }

    /// Starts a run and kills it after a while. True if it ended before.
    pub(crate) fn killed_after(&mut self, moment: Duration) -> bool {
        let mut child = start(&mut self.command());
        sleep(moment);
        kill(&mut child)
    }

    /// Starts a run and kills it once the sandbox has seen something.
    pub(crate) fn killed_when(&mut self, seen: impl Fn(&Value) -> bool) {
        let mut child = start(&mut self.command());
        self.stage.until("the moment to kill it", seen);
        kill(&mut child);
    }

    /// Starts a run and kills it at so manieth a write. The number of writes, if it ended before.
    pub(crate) fn killed_at_write(&mut self, at: usize) -> Option<usize> {
        let (state, output) = (Self::state_of(&self.stage), self.stage.output());
        let writes = Writes::of([state.as_path(), &output]);
        let mut child = start(&mut self.command());
        let (mut seen, begun) = (0, Instant::now());
        while seen < at {
            seen += writes.next();
            if child.try_wait().unwrap().is_some() {
                return Some(seen + writes.next());
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
        }
        kill(&mut child);
        None
    }

    /// More may be paid from now on.
    pub(crate) fn raise_the_cap(&mut self, cap: f64) {
        self.cap = Some(cap);
    }

    /// Paid calls of which nobody knows what became.
    pub(crate) fn unknown(&self) -> u64 {
        self.summary["unknown"].as_u64().unwrap()
    }

    /// Runs it until nothing more happens by itself, and looks at everything.
    pub(crate) fn finish(&mut self) {
        let begun = Instant::now();
        loop {
            let run = self.run_to_the_end();
            let stats = self.stage.stats();
            self.summary = run.summary();
            // Below a cap, what may have been paid for keeps its share of it.
            let is_counted = self.summary["done"] == stats["billed"];
            // A picture that was there when the run was interrupted may not have been counted yet.
            let waits_for_money = self.cap.is_some() && matches!(run.status, 4 | 130) && is_counted;
            if is_idle(&stats) && (self.summary["left"] == 0 || waits_for_money) {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "it comes to no end: {}\n{}", self.summary, run.stderr);
        }
        self.check();
    }

    /// A run that is interrupted once all that it can do is to ask fal for calls that never arrived.
    fn run_to_the_end(&self) -> Run {
        let looks = |stats: &Value| stats["calls"]["requests"].as_u64().unwrap_or(0);
        // What a run asks before its plan is no look for lost calls.
        let (mut before, mut has_begun) = (0, false);
        let (out, err) = (self.stage.dir.path().join("stdout"), self.stage.dir.path().join("stderr"));
        let file = |path: &Path| Stdio::from(fs::File::create(path).unwrap());
        let mut child = self.command().stdin(Stdio::null()).stdout(file(&out)).stderr(file(&err)).spawn().unwrap();
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            let stats = self.stage.stats();
            has_begun = has_begun || fs::read_to_string(&out).unwrap().contains(r#""event":"plan""#);
            if !has_begun {
                before = looks(&stats);
            }
            let has_looked = looks(&stats) > before;
            // What is still being made is billed later, and found by a later look.
            if has_looked && is_idle(&stats) && self.pictures().len() as u64 == stats["billed"].as_u64().unwrap() {
                let _ = rustix::process::kill_process(
                    rustix::process::Pid::from_child(&child),
                    rustix::process::Signal::INT,
                );
                break child.wait().unwrap();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end: {stats:#}\n{}", fs::read_to_string(&out).unwrap());
            sleep(Duration::from_millis(20));
        };
        let read = |path| fs::read_to_string(path).unwrap();
        Run { status: status.code().unwrap(), stdout: read(&out), stderr: read(&err) }
    }

    fn check(&self) {
        let stats = self.stage.stats();
        let inputs: BTreeMap<&str, &Value> = stats["inputs"]
            .as_object()
            .unwrap()
            .values()
            .map(|input| (input["file"].as_str().unwrap(), input))
            .collect();
        let (mut done, mut unknown) = (0, 0);
        for number in 1..=self.photos {
            let name = format!("small-{number}.png");
            let (accepted, billed) = inputs
                .get(&*name)
                .map_or((0, 0), |input| (input["accepted"].as_u64().unwrap(), input["billed"].as_u64().unwrap()));
            // A request that failed unbilled is followed by one more, and by no other.
            let fails = self.fails(number);
            assert!(billed <= 1 && accepted <= 1 + fails, "{name} was paid {billed} times: {stats:#}");
            if billed == 1 {
                done += 1;
                for file in self.files(number) {
                    if file.extension().is_some_and(|extension| extension == "png") {
                        assert_eq!(size(&file), self.gives.size, "{name} is paid for and whole");
                    } else {
                        let text = fs::read_to_string(&file).unwrap();
                        assert!(text.ends_with('\n') && text.len() > 1, "{name}: {text:?}");
                    }
                }
            } else {
                assert!(self.files(number).iter().all(|file| !file.exists()), "{name} was not made");
                unknown += 1;
            }
        }
        let told = |key: &str| self.summary[key].as_u64().unwrap();
        assert_eq!(told("done"), done, "{}\n{stats:#}", self.summary);
        assert_eq!(told("unknown") + told("left"), unknown, "{}\n{stats:#}", self.summary);

        let usd = stats["usd"].as_f64().unwrap();
        assert!(self.cap.is_none_or(|cap| usd <= cap + 1e-9), "${usd} is more than the cap of {:?}", self.cap);
        let ours = self.summary["spent_usd"].as_f64().unwrap();
        assert!((ours - usd).abs() < 1e-6, "we say ${ours}, fal says ${usd}");

        let names = fs::read_dir(self.stage.output()).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with('.')).collect();
        assert!(left.is_empty(), "left over: {left:?}");

        self.stage.runtime.block_on(async {
            let ledger = Ledger::open(&Self::state_of(&self.stage)).await.unwrap();
            ledger.check().await.unwrap();
            ledger.close().await.unwrap();
        });
    }

    /// How many requests for a photo fail unbilled.
    fn fails(&self, number: u32) -> u64 {
        let hit = self.stage.stats()["faults"].as_array().unwrap().len() > 4;
        u64::from(hit && number % 10 == 5)
    }

    /// The files of a photo's result.
    fn files(&self, number: u32) -> Vec<PathBuf> {
        let file = |end: &&str| self.stage.output().join(format!("small-{number}{end}"));
        self.gives.ends.iter().map(file).collect()
    }

    /// The first file of each result that is there.
    fn pictures(&self) -> Vec<PathBuf> {
        let first = (1..=self.photos).filter_map(|number| self.files(number).into_iter().next());
        first.filter(|file| file.exists()).collect()
    }
}

/// Whether the sandbox has ended all that it accepted; what it billed for that is in the same stats.
fn is_idle(stats: &Value) -> bool {
    stats["queue"]["waiting"] == 0 && stats["queue"]["running"] == 0
}

/// Kills a run. True if it had ended before.
fn kill(child: &mut Child) -> bool {
    let ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    ended
}
