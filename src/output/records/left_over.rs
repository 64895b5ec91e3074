//! What killed runs noted of their results and never brought into `metadata.jsonl`.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use super::journal::{journals, left_over};
use super::lines::each_line;
use super::metadata::Line;
use crate::job::Seen;
use crate::storage::{self, Held, Unfinished};

/// The lines of journals that nobody writes any more. Their files stay locked until this is dropped.
#[derive(Debug)]
pub(super) struct LeftOver {
    files: Vec<(PathBuf, Held)>,
    /// By file: whether it is a picture, and its line.
    lines: BTreeMap<String, (bool, String)>,
}

impl LeftOver {
    /// Reads the journals of a folder, but for lines about pictures that somebody knows better. A line that
    /// a dying process did not finish is none.
    pub(super) fn read(root: &Path, is_known: impl Fn(&str) -> bool) -> Self {
        let (mut files, mut lines) = (Vec::new(), BTreeMap::new());
        for path in journals(root) {
            let Some(mut file) = left_over(&path) else { continue };
            let read = each_line(&mut file, |line| {
                if let Some(line) = Line::read(line).filter(|line| !is_known(&line.file_name)) {
                    lines.insert(line.file_name.clone(), (line.is_picture(), line.written()));
                }
            });
            match read {
                Ok(()) => files.push((path, file)),
                Err(error) => tracing::warn!(journal = %path.display(), %error, "cannot be read, and stays"),
            }
        }
        Self { files, lines }
    }

    /// Whether there is nothing to bring in.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds its lines to the ends of two files, of pictures and of others, and their files to those that have one.
    pub(super) fn write_to(&self, both: [&Unfinished; 2], files: &mut Seen) -> io::Result<()> {
        let [mut pictures, mut others] = both;
        pictures.seek(io::SeekFrom::End(0))?;
        others.seek(io::SeekFrom::End(0))?;
        for (file, (is_picture, line)) in &self.lines {
            let mut to = if *is_picture { pictures } else { others };
            to.write_all(line.as_bytes())?;
            files.add(file);
        }
        Ok(())
    }

    /// All of it is elsewhere by now.
    pub(super) fn remove(self) {
        for (path, _locked) in self.files {
            // One that stays is read again, and says the same.
            let _ = storage::sink(&path).remove(&path);
        }
    }
}
