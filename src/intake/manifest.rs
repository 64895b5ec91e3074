//! A list of photos in a file: a path a line, or CSV with a column `path`, as `failures.csv` is.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::IntakeError;
use crate::job::{of_cell, path_of};
use crate::os;
use crate::storage::{self, Kind, true_path};

/// The longest list, bytes.
const LONGEST: u64 = 256 << 20;

/// A list of photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The photos, by the path that was given and by their true one.
    files: HashSet<PathBuf>,
    /// Their names: a photo of another name is none of them.
    names: HashSet<OsString>,
    /// What they are looked for in, where no PATH is given.
    roots: BTreeSet<PathBuf>,
}

/// One of them, as the list has it.
struct Entry {
    /// Its line, from 1.
    line: u64,
    path: PathBuf,
    /// Its path below the folder that it was found in.
    below: Option<PathBuf>,
}

impl Manifest {
    /// Reads a list from a file, or from stdin where that is `-`. Paths are counted from the current folder.
    ///
    /// # Errors
    /// If it cannot be read, names no photo, or a line of it does not name a file that is there.
    pub fn read(list: &Path) -> Result<Self, IntakeError> {
        let unreadable = |source| IntakeError::Unreadable { path: list.to_owned(), source };
        let mut bytes = Vec::new();
        if list == Path::new("-") {
            std::io::stdin().lock().take(LONGEST).read_to_end(&mut bytes).map_err(unreadable)?;
        } else {
            let file = storage::source(list).open(list).map_err(unreadable)?;
            file.take(LONGEST).read_to_end(&mut bytes).map_err(unreadable)?;
        }
        let bad = |line, problem: String| IntakeError::Manifest { list: list.to_owned(), line, problem };
        let mut manifest = Self { files: HashSet::new(), names: HashSet::new(), roots: BTreeSet::new() };
        for entry in entries(&bytes).map_err(|(line, problem)| bad(line, problem))? {
            manifest.take(&entry).map_err(|problem| bad(entry.line, problem))?;
        }
        if manifest.files.is_empty() { Err(bad(1, "names no photo".to_owned())) } else { Ok(manifest) }
    }

    fn take(&mut self, entry: &Entry) -> Result<(), String> {
        let path = storage::place(&entry.path).map_err(|error| error.to_string())?;
        let path = std::path::absolute(&path).map_err(|error| error.to_string())?;
        match storage::source(&path).stat(&path) {
            Ok(there) if there.kind == Kind::File => {}
            Ok(_) => return Err(format!("`{}` is no file", path.display())),
            Err(_) => return Err(format!("there is no file `{}`", path.display())),
        }
        let name = path.file_name().ok_or_else(|| format!("`{}` is no file", path.display()))?;
        self.names.insert(name.to_owned());
        // Found below a folder: that is what was run.
        let root = entry.below.as_deref().filter(|below| path.ends_with(below));
        let root = root.and_then(|below| path.ancestors().nth(below.iter().count())).unwrap_or(&path);
        self.roots.insert(root.to_owned());
        self.files.insert(true_path(&path));
        self.files.insert(path);
        Ok(())
    }

    /// Whether a photo is among these.
    #[must_use]
    pub fn lists(&self, source: &Path) -> bool {
        source.file_name().is_some_and(|name| self.names.contains(name))
            && (self.files.contains(source) || self.files.contains(&true_path(source)))
    }

    /// Where they are looked for if no PATH is given: the folders below which they were found, or they themselves.
    pub fn roots(&self) -> impl Iterator<Item = &Path> {
        self.roots.iter().map(PathBuf::as_path)
    }
}

/// What a list has, by its lines.
fn entries(bytes: &[u8]) -> Result<Vec<Entry>, (u64, String)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = reader.byte_headers().cloned().unwrap_or_default();
    let column = |name: &str| columns.iter().position(|column| column == name.as_bytes());
    let Some(path) = column("path") else { return Ok(lines(bytes)) };
    let below = column("photo");
    let mut entries = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            (line, "cannot be read as CSV".to_owned())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |place: usize| record.get(place).map(String::from_utf8_lossy).filter(|cell| !cell.is_empty());
        let path = cell(path).ok_or_else(|| (line, "has no path".to_owned()))?;
        let below = below.and_then(cell).map(|below| path_of(of_cell(&below)));
        entries.push(Entry { line, path: path_of(of_cell(&path)), below });
    }
    Ok(entries)
}

/// A path a line.
fn lines(bytes: &[u8]) -> Vec<Entry> {
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let numbered = (1_u64..).zip(lines).filter(|(_, line)| !line.is_empty());
    numbered.map(|(line, path)| Entry { line, path: os::path_of(path.to_vec()), below: None }).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(text: &str) -> (tempfile::TempDir, Result<Manifest, IntakeError>) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        for name in ["a.jpg", "sub/b, c.jpg"] {
            fs::write(dir.path().join(name), b"x").unwrap();
        }
        let list = dir.path().join("list");
        fs::write(&list, text.replace("DIR", dir.path().to_str().unwrap())).unwrap();
        let manifest = Manifest::read(&list);
        (dir, manifest)
    }

    #[test]
    fn lines_and_tables_name_the_same_photos() {
        let table =
            "\u{feff}cause,path,photo\r\ntimeout,DIR/a.jpg,a.jpg\r\nnetwork,\"DIR/sub/b, c.jpg\",\"sub/b, c.jpg\"\r\n";
        for (text, is_table) in [("DIR/a.jpg\n\nDIR/sub/b, c.jpg", false), (table, true)] {
            let (dir, manifest) = read(text);
            let manifest = manifest.unwrap();
            assert!(manifest.lists(&dir.path().join("sub/b, c.jpg")) && manifest.lists(&dir.path().join("a.jpg")));
            assert!(!manifest.lists(&dir.path().join("sub/a.jpg")));
            let roots: Vec<_> = manifest.roots().collect();
            let wanted: &[&Path] =
                if is_table { &[dir.path()] } else { &[&dir.path().join("a.jpg"), &dir.path().join("sub/b, c.jpg")] };
            assert_eq!(roots, wanted);
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, line, problem) in [
            ("path\nDIR/a.jpg\n\"\"\n", 3, "has no path"),
            ("DIR/a.jpg\nDIR/none.jpg\n", 2, "there is no file"),
            ("DIR/sub\n", 1, "is no file"),
            ("\n", 1, "names no photo"),
        ] {
            let (_dir, manifest) = read(text);
            let error = manifest.unwrap_err().to_string();
            assert!(error.contains(&format!("line {line}")) && error.contains(problem), "{error}");
        }
    }
}
