//! `report.html`: a batch on one page to look at, with thumbnails beside it. It asks nobody: what it shows is in it, and all
//! from outside is text in it, never markup.

mod entry;
mod thumbs;

use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use self::entry::Entry;
use super::{Captions, Output, OutputError};
use crate::job::Job;
use crate::picture::Thumbs;
use crate::storage::{UNFINISHED, Unfinished, is_missing, sink};

/// What it is made of: its data come in the middle.
const PAGE: &str = include_str!("page.html");
/// Where those come.
const DATA: &str = "/*DATA*/";
/// What only our pages say, in their first bytes.
const OURS: &str = "<meta name=\"generator\" content=\"fal-tui report\">";
/// How far it is looked for, bytes.
const HEAD: u64 = 1024;

/// What the page says of the batch as a whole.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    /// What it is called.
    pub title: String,
    /// The model, its parameters and whom it was sent to, on one line.
    pub about: String,
    /// What was spent, in words.
    pub spent: String,
}

/// A page on its way. Nothing is seen of it before it is finished.
#[derive(Debug)]
pub struct Page {
    root: PathBuf,
    captions: Captions,
    thumbs: Arc<Thumbs>,
    file: BufWriter<Unfinished>,
    is_first: bool,
}

impl Output {
    /// Begins the page of a batch, with thumbnails from these. It blocks.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn page(&self, facts: &Facts, thumbs: Arc<Thumbs>) -> Result<Page, OutputError> {
        let root = self.root().to_owned();
        let begin = || {
            let mut file = BufWriter::new(sink(&root).begin(&root, UNFINISHED)?);
            let (before, _) = PAGE.split_once(DATA).unwrap_or((PAGE, ""));
            write!(file, "{before}{{\"facts\":{},\"entries\":[", as_data(facts)?)?;
            Ok(file)
        };
        let file = begin().map_err(|error| OutputError::of(&root, error))?;
        Ok(Page { root, captions: self.written().captions.clone(), thumbs, file, is_first: true })
    }
}

impl Page {
    /// Adds jobs, with thumbnails of those that have results, of which no more are made once `stop` is set. It blocks for
    /// as long as decoding takes.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, jobs: &[Job], stop: &AtomicBool) -> Result<(), OutputError> {
        let thumbs = thumbs::of(&self.root, jobs, &self.thumbs, stop);
        for (job, thumbs) in jobs.iter().zip(thumbs) {
            let entry = Entry::of(job, &self.captions, thumbs);
            let comma = if std::mem::take(&mut self.is_first) { "\n" } else { ",\n" };
            let written = as_data(&entry).and_then(|entry| write!(self.file, "{comma}{entry}"));
            written.map_err(|error| OutputError::of(&self.root, error))?;
        }
        Ok(())
    }

    /// Puts it in place of the page that was there, or beside one that is not ours; says how it is called.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<String, OutputError> {
        let root = self.root;
        let mut end = || {
            let (_, after) = PAGE.split_once(DATA).unwrap_or_default();
            write!(self.file, "]}}{after}")?;
            self.file.flush()
        };
        end().map_err(|error| OutputError::of(&root, error))?;
        let put = |file: BufWriter<Unfinished>| {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync()?;
            let name = free(&root)?;
            sink(&root).replace(file, &root.join(&name)).map_err(|refused| refused.error)?;
            sink(&root).sync(&root)?;
            Ok(name)
        };
        put(self.file).map_err(|error| OutputError::of(&root.join("report.html"), error))
    }
}

/// JSON in a page: nothing in it ends the element that it is in.
fn as_data(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(value)?.replace('<', "\\u003c"))
}

/// The first of `report.html`, `report.2.html`, … that is free or ours.
fn free(root: &Path) -> io::Result<String> {
    let names = std::iter::once("report.html".to_owned()).chain((2..1000).map(|n| format!("report.{n}.html")));
    for name in names {
        match sink(root).stat_itself(&root.join(&name)) {
            Err(error) if is_missing(&error) => return Ok(name),
            Err(error) => return Err(error),
            Ok(there) if there.kind == crate::storage::Kind::File => {
                let mut head = String::new();
                let read =
                    sink(root).open(&root.join(&name)).and_then(|file| file.take(HEAD).read_to_string(&mut head));
                if read.is_ok() && head.contains(OURS) {
                    return Ok(name);
                }
            }
            Ok(_) => {}
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "every name for the page is taken"))
}
