//! The folder that small pictures lie in: for nobody else to read, each whole or not there, and no larger than it may be.
//! Other runs use it at the same time: what one of them removed is made again.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::seen::{Content, Standing};
use crate::os;

/// Of what would be too much so many hundredths stay.
const LEFT: u64 = 90;
/// What files on their way are called, and how long one is waited for.
const UNFINISHED: (&str, &str) = (".fal-tui-", ".part");
const DAY: Duration = Duration::from_hours(24);
/// The longest that is read, bytes.
const LONGEST: u64 = 4_000_000;

/// A folder of small pictures.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    most: u64,
    /// What was there when it was first looked at, and what came since.
    known: Option<Known>,
}

/// Names by what finds them.
#[derive(Debug, Default)]
struct Known {
    standings: HashMap<String, String>,
    contents: HashMap<String, String>,
    bytes: u64,
}

impl Folder {
    pub(super) fn new(path: PathBuf, most: u64) -> Self {
        Self { path, most, known: None }
    }

    /// That of a file that stands so.
    pub(super) fn by_standing(&mut self, standing: Standing) -> Option<Vec<u8>> {
        let key = hex(&standing.0);
        let name = self.known().standings.get(&key)?.clone();
        let read = self.read(&name);
        if read.is_none() {
            self.known().standings.remove(&key);
        }
        read
    }

    /// That of a file that holds this; from now on it is found by how the file stands, too.
    pub(super) fn by_content(&mut self, content: Content, standing: Standing) -> Option<Vec<u8>> {
        let key = hex(&content.0);
        let name = self.known().contents.get(&key)?.clone();
        let Some(read) = self.read(&name) else {
            self.known().contents.remove(&key);
            return None;
        };
        // A second name costs no room. Where there can be none, this run knows it.
        let second = name_of(content, standing);
        let linked = fs::hard_link(self.path.join(&name), self.path.join(&second));
        let name = if linked.is_ok() { second } else { name };
        self.known().standings.insert(hex(&standing.0), name);
        Some(read)
    }

    /// Keeps one. That it cannot be kept is no reason not to show it.
    pub(super) fn keep(&mut self, content: Content, standing: Standing, jpeg: &[u8]) {
        let name = name_of(content, standing);
        if let Err(error) = write(&self.path, &name, jpeg) {
            tracing::debug!(%error, "a small picture is not kept");
            return;
        }
        let most = self.most;
        let known = self.known();
        known.add(&name, jpeg.len() as u64);
        if known.bytes > most {
            self.shrink();
        }
    }

    /// Drops that of a file that stands so, by all of its names.
    pub(super) fn forget(&mut self, standing: Standing) {
        let known = self.known();
        let Some(name) = known.standings.remove(&hex(&standing.0)) else { return };
        let content = name.split('-').next().unwrap_or_default().to_owned();
        known.contents.remove(&content);
        known.standings.retain(|_, name| !name.starts_with(&content));
        for there in listed(&self.path).into_iter().filter(|there| there.name.starts_with(&content)) {
            let _ = fs::remove_file(self.path.join(there.name));
        }
    }

    fn known(&mut self) -> &mut Known {
        let path = &self.path;
        self.known.get_or_insert_with(|| {
            let mut known = Known::default();
            for there in listed(path) {
                known.add(&there.name, there.bytes);
            }
            known
        })
    }

    /// Reads one, and notes that it was of use.
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = File::open(self.path.join(name)).ok()?;
        let there = file.metadata().ok().filter(|there| there.is_file() && there.len() <= LONGEST)?;
        // Once a day is enough to know which are old, and spares the disk.
        let now = SystemTime::now();
        if there.modified().is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > DAY / 24)) {
            let _ = file.set_modified(now);
        }
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut &file, &mut bytes).ok()?;
        bytes.starts_with(&[0xff, 0xd8]).then_some(bytes)
    }

    /// Removes the oldest until enough room is left, and what runs that were killed left on its way.
    fn shrink(&mut self) {
        let mut all = listed(&self.path);
        all.sort_by_key(|there| there.used);
        let mut bytes: u64 = all.iter().map(|there| there.bytes).sum();
        let left = self.most / 100 * LEFT;
        let mut known = Known::default();
        for there in all {
            if bytes > left && fs::remove_file(self.path.join(&there.name)).is_ok() {
                bytes = bytes.saturating_sub(there.bytes);
            } else {
                known.add(&there.name, there.bytes);
            }
        }
        self.known = Some(known);
        for entry in self.path.read_dir().into_iter().flatten().filter_map(Result::ok) {
            let name = entry.file_name();
            let is_ours =
                name.to_str().is_some_and(|name| name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1));
            let age = entry.metadata().and_then(|there| there.modified()).ok().and_then(|at| at.elapsed().ok());
            if is_ours && age.is_some_and(|age| age > DAY) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Known {
    fn add(&mut self, name: &str, bytes: u64) {
        let Some((content, standing)) = name.strip_suffix(".jpg").and_then(|name| name.split_once('-')) else { return };
        let is_second = self.contents.insert(content.to_owned(), name.to_owned()).is_some();
        self.standings.insert(standing.to_owned(), name.to_owned());
        // Two names of one file take no more room than one.
        self.bytes = self.bytes.saturating_add(if is_second { 0 } else { bytes });
    }
}

/// A small picture that is there.
struct There {
    name: String,
    bytes: u64,
    used: SystemTime,
}

/// Those that are there; what else lies there is not ours.
fn listed(folder: &Path) -> Vec<There> {
    let there = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok().filter(|name| is_name(name))?;
        let there = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(There { name, bytes: there.len(), used: there.modified().ok()? })
    };
    folder.read_dir().into_iter().flatten().filter_map(Result::ok).filter_map(there).collect()
}

fn is_name(name: &str) -> bool {
    let is_hex =
        |part: &str, bytes: usize| part.len() == bytes * 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = name.strip_suffix(".jpg").and_then(|name| name.split_once('-'));
    parts.is_some_and(|(content, standing)| is_hex(content, 16) && is_hex(standing, 12))
}

fn name_of(content: Content, standing: Standing) -> String {
    format!("{}-{}.jpg", hex(&content.0), hex(&standing.0))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes one as a whole or not at all: nobody else may read it, as what it shows may not be either.
fn write(folder: &Path, name: &str, jpeg: &[u8]) -> io::Result<()> {
    let mut made = DirBuilder::new();
    made.recursive(true);
    os::folder_for_us(&mut made);
    made.create(folder)?;
    // Made for its owner alone (tempfile: 0600).
    let mut file = tempfile::Builder::new().prefix(UNFINISHED.0).suffix(UNFINISHED.1).tempfile_in(folder)?;
    file.write_all(jpeg)?;
    file.persist(folder.join(name)).map(drop).map_err(|error| error.error)
}
