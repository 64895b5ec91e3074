//! Each result's line as soon as it is saved: a killed run leaves its records, too.
//!
//! They go to a hidden file of the run's own, in the form of `metadata.jsonl`. At a run's end that file
//! has all of them, and this one goes; what killed runs left is brought there by whoever ends next.
//! Nothing is synced: it is for a process that dies, and for a ledger that is lost with it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::metadata::Line;
use crate::job::{Job, Terms};
use crate::output::caption::Captions;
use crate::storage::{self, Held};

/// What these files are called by.
const NAME: (&str, &str) = (".fal-tui-saved-", ".jsonl");

/// A run's journal, written by a thread of its own: who saves a picture waits for no disk.
#[derive(Debug)]
pub(in crate::output) struct Journal {
    lines: Option<Sender<String>>,
    writing: Option<JoinHandle<()>>,
}

impl Journal {
    /// Begins one in a folder; its file is made with the first line.
    pub(in crate::output) fn begin(root: PathBuf) -> Self {
        if !storage::sink(&root).keeps_folders() {
            // What it is for, a ledger that is lost, is worth no call a result.
            return Self { lines: None, writing: None };
        }
        let (lines, noted) = channel();
        let writing = std::thread::Builder::new().name("journal".to_owned()).spawn(move || keep(&root, &noted)).ok();
        Self { lines: Some(lines), writing }
    }

    /// Notes a job's result. It does not block, and nothing fails by it.
    pub(in crate::output) fn note(&self, job: &Job, terms: &Terms, captions: &Captions) {
        let Some(lines) = &self.lines else { return };
        for line in Line::of(job, terms, captions) {
            // Without its thread nothing is noted; the ledger has it.
            let _ = lines.send(line.written());
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.lines.take());
        if let Some(writing) = self.writing.take() {
            let _ = writing.join();
        }
    }
}

/// Writes what comes, as much at once as there is.
fn keep(root: &Path, noted: &Receiver<String>) {
    let (mut file, mut is_torn) = (None, false);
    while let Ok(mut text) = noted.recv() {
        text.extend(noted.try_iter());
        if is_torn {
            text.insert(0, '\n');
        }
        let written = match &mut file {
            Some(file) => Ok(file),
            None => new_file(root).map(|new| file.insert(new)),
        };
        let written = written.and_then(|file| file.write_all(text.as_bytes()));
        if let Err(error) = &written
            && !is_torn
        {
            tracing::warn!(folder = %root.display(), %error, "results are recorded at the end alone");
        }
        is_torn = written.is_err();
    }
}

/// A journal of this run's own, locked for as long as it is written.
fn new_file(root: &Path) -> io::Result<Held> {
    storage::sink(root).begin(root, NAME)?.keep()
}

/// The journals in a folder, in no order; those of runs that are at work among them.
pub(super) fn journals(root: &Path) -> Vec<PathBuf> {
    let sink = storage::sink(root);
    if sink.keeps_folders() { sink.named_like(root, NAME).unwrap_or_default() } else { Vec::new() }
}

/// A journal that nobody writes any more, ours as long as it is held. Where nobody can say, what is still written
/// then is in that run's ledger.
pub(super) fn left_over(path: &Path) -> Option<Held> {
    storage::sink(path).left_over(path).ok()?
}
