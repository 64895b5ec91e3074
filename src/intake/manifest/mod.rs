//! A list of photos in a file: a path a line, CSV with a column `path`, as `failures.csv` is, or JSON Lines. What else a
//! table has in its columns, or an object in its fields, are parameters of that photo alone.

mod read;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::IntakeError;
use crate::storage::{self, Kind, UriError, canonical_or_missing};
use read::{Entry, entries};

/// The longest list, bytes.
const LONGEST: u64 = 256 << 20;

/// A list of photos.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// The photos, by the path that was given and by their true one, each with its line's place among all.
    files: HashMap<PathBuf, usize>,
    /// Their names: a photo of another name is none of them.
    names: HashSet<OsString>,
    /// What they are looked for in, where no PATH is given.
    roots: BTreeSet<PathBuf>,
    lines: Vec<Line>,
    /// Lines that name no photo that could be sent.
    bad: Vec<BadLine>,
}

/// A photo of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its line, from 1.
    pub number: u64,
    /// What it says of the photo's parameters; a cell that is empty says nothing.
    pub cells: Box<[Cell]>,
}

/// What a line says of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The parameter's name.
    pub name: Arc<str>,
    /// Its column, from 1, in a table.
    pub column: Option<usize>,
    /// The value, as it would be typed.
    pub text: Box<str>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line, from 1.
    pub number: u64,
    /// In words.
    pub problem: String,
}

impl Manifest {
    /// Reads a list from a file, or from stdin where that is `-`. Paths are counted from the current folder. Lines that
    /// are bad are kept apart ([`bad`](Self::bad)).
    ///
    /// # Errors
    /// If it cannot be read, or says nothing at all.
    pub fn read(list: &Path) -> Result<Self, IntakeError> {
        let unreadable = |source| IntakeError::Unreadable { path: list.to_owned(), source };
        let mut bytes = Vec::new();
        if storage::is_address(list) {
            // Who serves it would say what is paid for.
            return Err(IntakeError::Missing(list.to_owned()));
        }
        if list == Path::new("-") {
            std::io::stdin().lock().take(LONGEST).read_to_end(&mut bytes).map_err(unreadable)?;
        } else {
            let file = storage::source(list).open(list).map_err(unreadable)?;
            file.take(LONGEST).read_to_end(&mut bytes).map_err(unreadable)?;
        }
        let mut manifest = Self::default();
        for entry in entries(&bytes) {
            let entry = entry.and_then(|entry| {
                let number = entry.number;
                manifest.take(entry).map_err(|problem| BadLine { number, problem })
            });
            manifest.bad.extend(entry.err());
        }
        if manifest.files.is_empty() && manifest.bad.is_empty() {
            let (list, problem) = (list.to_owned(), "names no photo".to_owned());
            return Err(IntakeError::Manifest { list, line: 1, problem });
        }
        Ok(manifest)
    }

    fn take(&mut self, entry: Entry) -> Result<(), String> {
        let path = photo_at(&entry.path)?;
        let name = path.file_name().ok_or_else(|| format!("`{}` is no file", path.display()))?;
        let canonical = canonical_or_missing(&path);
        if let Some(before) = self.files.get(&canonical).and_then(|place| self.lines.get(*place)) {
            // The same again says nothing new; with other parameters it would be two jobs of one photo.
            let same = before.cells == entry.cells;
            return if same { Ok(()) } else { Err(format!("is listed already, in line {}", before.number)) };
        }
        self.names.insert(name.to_owned());
        // Found below a folder: that is what was run.
        let below = entry.below.as_deref().filter(|_| !storage::is_address(&path));
        let root = below.filter(|below| path.ends_with(below));
        let root = root.and_then(|below| path.ancestors().nth(below.iter().count())).unwrap_or(&path);
        self.roots.insert(root.to_owned());
        let place = self.lines.len();
        self.files.insert(canonical, place);
        self.files.insert(path, place);
        self.lines.push(Line { number: entry.number, cells: entry.cells });
        Ok(())
    }

    /// Whether a photo is among these.
    #[must_use]
    pub fn lists(&self, source: &Path) -> bool {
        self.line(source).is_some()
    }

    /// The line of a photo.
    #[must_use]
    pub fn line(&self, source: &Path) -> Option<&Line> {
        if !source.file_name().is_some_and(|name| self.names.contains(name)) {
            return None;
        }
        let place = self.files.get(source).or_else(|| self.files.get(&canonical_or_missing(source)))?;
        self.lines.get(*place)
    }

    /// Every photo's line.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Lines that name no photo which could be sent.
    #[must_use]
    pub fn bad(&self) -> &[BadLine] {
        &self.bad
    }

    /// Whether any of them has parameters of its own.
    #[must_use]
    pub fn has_params(&self) -> bool {
        self.lines.iter().any(|line| !line.cells.is_empty())
    }

    /// Leaves photos out, by the numbers of their lines.
    pub fn leave_out(&mut self, numbers: &HashSet<u64>) {
        let lines = &self.lines;
        self.files.retain(|_, place| lines.get(*place).is_some_and(|line| !numbers.contains(&line.number)));
        let roots = std::mem::take(&mut self.roots);
        let above = self.files.keys().flat_map(|file| file.ancestors());
        self.roots = above.filter(|above| roots.contains(*above)).map(Path::to_owned).collect();
    }

    /// Where they are looked for if no PATH is given: the folders below which they were found, or they themselves.
    pub fn roots(&self) -> impl Iterator<Item = &Path> {
        self.roots.iter().map(PathBuf::as_path)
    }
}

/// Where a photo of a list lies. What lies at an address is looked at with all others.
fn photo_at(given: &Path) -> Result<PathBuf, String> {
    let first = |error: UriError| error.to_string().lines().next().unwrap_or_default().to_owned();
    let path = storage::listed_place(given).map_err(first)?;
    if storage::is_address(&path) {
        return Ok(path);
    }
    let path =
        if storage::is_remote(&path) { path } else { std::path::absolute(&path).map_err(|error| error.to_string())? };
    match storage::source(&path).stat(&path) {
        Ok(there) if there.kind == Kind::File => Ok(path),
        Ok(_) => Err(format!("`{}` is no file", path.display())),
        Err(_) => Err(format!("there is no file `{}`", path.display())),
    }
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
    fn lines_tables_and_objects_name_the_same_photos() {
        let table = "\u{feff}cause,path,photo,state\r\ntimeout,DIR/a.jpg,a.jpg,FAILED\r\nnetwork,\"DIR/sub/b, c.jpg\",\"sub/b, c.jpg\",FAILED\r\n";
        let objects = "{\"path\": \"DIR/a.jpg\"}\n\n {\"path\":\"DIR/sub/b, c.jpg\"}\n";
        for (text, is_ours) in [("DIR/a.jpg\n\nDIR/sub/b, c.jpg", false), (table, true), (objects, false)] {
            let (dir, manifest) = read(text);
            let manifest = manifest.unwrap();
            assert!(manifest.lists(&dir.path().join("sub/b, c.jpg")) && manifest.lists(&dir.path().join("a.jpg")));
            assert!(!manifest.lists(&dir.path().join("sub/a.jpg")));
            assert!(!manifest.has_params() && manifest.bad().is_empty(), "{:?}", manifest.bad());
            let roots: Vec<_> = manifest.roots().collect();
            let wanted: &[&Path] =
                if is_ours { &[dir.path()] } else { &[&dir.path().join("a.jpg"), &dir.path().join("sub/b, c.jpg")] };
            assert_eq!(roots, wanted);
        }
    }

    #[test]
    fn what_else_a_line_says_are_its_photos_parameters() {
        let table = "path,steps,prompt\nDIR/a.jpg,9,\"a sea, calm\"\n\"DIR/sub/b, c.jpg\",,\n";
        let objects = "{\"steps\":9,\"path\":\"DIR/a.jpg\",\"prompt\":\"a sea, calm\"}\n{\"path\":\"DIR/sub/b, c.jpg\",\"steps\":null}\n";
        for text in [table, objects] {
            let (dir, manifest) = read(text);
            let manifest = manifest.unwrap();
            let line = manifest.line(&dir.path().join("a.jpg")).unwrap();
            let cells: Vec<_> = line.cells.iter().map(|cell| (&*cell.name, &*cell.text)).collect();
            assert_eq!(cells, [("steps", "9"), ("prompt", "a sea, calm")]);
            assert!(manifest.line(&dir.path().join("sub/b, c.jpg")).unwrap().cells.is_empty());
        }
    }

    #[test]
    fn every_bad_line_is_named() {
        for (text, line, problem) in [
            ("path\nDIR/a.jpg\n\"\"\n", 3, "has no path"),
            ("DIR/a.jpg\nDIR/none.jpg\n", 2, "there is no file"),
            ("DIR/sub\n", 1, "is no file"),
            ("path,steps\nDIR/a.jpg,9\n\nDIR/a.jpg,8\n", 4, "is listed already, in line 2"),
            ("path,steps\nDIR/a.jpg,9,8\n", 2, "has more cells than there are columns"),
            ("{\"path\":\"DIR/a.jpg\"}\n{\"path\":\n", 2, "is no JSON object"),
            ("{\"file\":\"DIR/a.jpg\"}\n", 1, "has no path"),
        ] {
            let (_dir, manifest) = read(text);
            let manifest = manifest.unwrap();
            let bad = manifest.bad();
            assert!(bad.len() == 1 && bad[0].number == line && bad[0].problem.contains(problem), "{text}: {bad:?}");
        }
        assert!(read("\n").1.unwrap_err().to_string().contains("names no photo"));
    }
}
