//! The two records of a batch in the top of its output folder: `metadata.jsonl` and `report.csv`.
//!
//! A record that is there already, of another batch or by another hand, keeps its lines: ours replace
//! only those about the same pictures and photos.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::metadata::{self, Named};
use super::{Output, OutputError, atomically, report};
use crate::job::{Job, path_of};

/// Records being written. Nothing is seen of them before they are finished, and nothing is left of
/// them if they are dropped.
#[derive(Debug)]
pub struct Records {
    root: PathBuf,
    metadata: BufWriter<NamedTempFile>,
    report: csv::Writer<NamedTempFile>,
    pictures: HashSet<String>,
    paths: HashSet<String>,
}

impl Output {
    /// Writes `metadata.jsonl` and `report.csv` for all of these jobs. It blocks.
    ///
    /// # Errors
    /// If they cannot be written; then they stay what they were.
    pub fn write_records<'a>(&self, jobs: impl IntoIterator<Item = &'a Job>) -> Result<(), OutputError> {
        let mut records = Records::begin(self)?;
        for job in jobs {
            records.add(job)?;
        }
        records.finish()
    }
}

impl Records {
    /// Begins both records of an output folder.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn begin(output: &Output) -> Result<Self, OutputError> {
        let root = output.root().to_owned();
        let begin = || {
            output.0.make()?;
            let mut report = csv::WriterBuilder::new().flexible(true).from_writer(atomically::unfinished(&root)?);
            report.write_record(report::COLUMNS)?;
            let metadata = BufWriter::new(atomically::unfinished(&root)?);
            Ok((metadata, report))
        };
        let (metadata, report) = begin().map_err(|error| OutputError::of(&root, error))?;
        Ok(Self { root, metadata, report, pictures: HashSet::new(), paths: HashSet::new() })
    }

    /// Adds a job's lines.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&mut self, job: &Job) -> Result<(), OutputError> {
        let line = report::line(job);
        let written = self.report.write_record(&line).map_err(io::Error::from).and_then(|()| {
            let Some((picture, line)) = metadata::line(job) else { return Ok(()) };
            self.pictures.insert(picture);
            writeln!(self.metadata, "{line}")
        });
        self.paths.insert(job.photo.slash_path());
        written.map_err(|error| OutputError::of(&self.root, error))
    }

    /// Puts both in place of what was there, keeping its lines about other pictures.
    ///
    /// # Errors
    /// If they cannot be written; then they stay what they were.
    pub fn finish(self) -> Result<(), OutputError> {
        let Self { root, metadata, mut report, pictures, paths } = self;
        let done = |path: &Path, error| OutputError::of(path, error);

        let path = metadata_path(&root);
        let ours = metadata.into_inner().map_err(|error| done(&path, error.into_error()))?;
        let file = after_theirs(&root, &path, &pictures, ours).map_err(|error| done(&path, error))?;
        // No pictures, no record of them.
        if path.exists() || file.as_file().metadata().is_ok_and(|written| written.len() > 0) {
            replace(file, &path).map_err(|error| done(&path, error))?;
        }

        let path = report_path(&root).map_err(|error| done(&root, error))?;
        keep_report(&path, &paths, &mut report).map_err(|error| done(&path, error))?;
        let file = report.into_inner().map_err(|error| done(&path, io::Error::other(error.to_string())))?;
        replace(file, &path).map_err(|error| done(&path, error))?;
        atomically::sync_folder(&root).map_err(|error| done(&root, error))
    }
}

/// Puts a record in place of what was there, readable to whom that was.
fn replace(file: NamedTempFile, path: &Path) -> io::Result<()> {
    if let Ok(there) = path.metadata() {
        // Not every file system has permissions.
        let _ = file.as_file().set_permissions(there.permissions());
    }
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|refused| refused.error)
}

/// Opens what is there, if anything is.
fn open(path: &Path) -> io::Result<Option<File>> {
    match path.metadata() {
        // A pipe would be waited for.
        Ok(there) if !there.is_file() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => File::open(path).map(Some),
    }
}

/// Our lines behind those that stay, which keep their bytes and their order: a file may begin with a
/// mark that no line of ours may come before.
fn after_theirs(
    root: &Path,
    path: &Path,
    pictures: &HashSet<String>,
    mut ours: NamedTempFile,
) -> io::Result<NamedTempFile> {
    let Some(theirs) = open(path)? else { return Ok(ours) };
    let mut whole = BufWriter::new(atomically::unfinished(root)?);
    keep_metadata(root, theirs, pictures, &mut whole)?;
    ours.rewind()?;
    io::copy(&mut ours, &mut whole)?;
    whole.into_inner().map_err(io::IntoInnerError::into_error)
}

fn keep_metadata(root: &Path, file: File, ours: &HashSet<String>, into: &mut impl Write) -> io::Result<()> {
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        let replaced = metadata::read(&line).is_some_and(|Named { file_name, request_id }| {
            // A line of ours whose picture is gone, as after a retry that took another name, would
            // make loaders stumble.
            ours.contains(&file_name) || request_id.is_some() && !root.join(path_of(&file_name)).exists()
        });
        if !replaced {
            into.write_all(&line)?;
            into.write_all(b"\n")?;
        }
    }
    Ok(())
}

fn keep_report(path: &Path, ours: &HashSet<String>, into: &mut csv::Writer<impl Write>) -> io::Result<()> {
    let Some(file) = open(path)? else { return Ok(()) };
    for record in csv::ReaderBuilder::new().flexible(true).from_reader(BufReader::new(file)).byte_records() {
        let record = record?;
        let photo = record.get(0).map(String::from_utf8_lossy);
        if photo.is_none_or(|photo| !ours.contains(report::path_in(&photo))) {
            // A report of an earlier version has fewer columns.
            let missing = report::COLUMNS.len().saturating_sub(record.len());
            into.write_record(record.iter().chain(std::iter::repeat_n(b"".as_slice(), missing)))?;
        }
    }
    Ok(())
}

/// The first of `metadata.jsonl`, `metadata.2.jsonl`, … that is free or a file that can be read. Another
/// program may have made a folder of that name.
fn metadata_path(root: &Path) -> PathBuf {
    let first = root.join("metadata.jsonl");
    let others = (2..1000).map(|n| root.join(format!("metadata.{n}.jsonl")));
    std::iter::once(first.clone()).chain(others).find(|path| open(path).is_ok()).unwrap_or(first)
}

/// The first of `report.csv`, `report.2.csv`, … that is free or one of ours, by its columns.
fn report_path(root: &Path) -> io::Result<PathBuf> {
    let names = std::iter::once("report.csv".to_owned()).chain((2..1000).map(|n| format!("report.{n}.csv")));
    for name in names {
        let path = root.join(name);
        // One that cannot be read is not ours to replace.
        let Ok(file) = open(&path) else { continue };
        let Some(file) = file else { return Ok(path) };
        let mut found = csv::Reader::from_reader(BufReader::new(file));
        if found.byte_headers().is_ok_and(|columns| report::is_ours(columns.iter())) {
            return Ok(path);
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "every name for the report is taken"))
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
