//! Where the records of a folder are: other programs may have taken their names.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::{captions, failures, report};
use crate::storage::{self, Kind, Reader, is_missing};

/// Opens what is there, if anything is.
pub(super) fn open(path: &Path) -> io::Result<Option<Reader>> {
    let sink = storage::sink(path);
    match sink.stat(path) {
        // A pipe would be waited for.
        Ok(there) if there.kind != Kind::File => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if is_missing(&error) => Ok(None),
        _ => sink.open(path).map(Some),
    }
}

/// Where the lines about pictures are.
pub(super) fn metadata_path(root: &Path) -> PathBuf {
    lines_path(root, "metadata")
}

/// Where those about other files are.
pub(super) fn others_path(root: &Path) -> PathBuf {
    lines_path(root, "other-results")
}

/// The first of `metadata.jsonl`, `metadata.2.jsonl`, … that is free or a file that can be read. Another
/// program may have made a folder of that name.
fn lines_path(root: &Path, stem: &str) -> PathBuf {
    let first = root.join(format!("{stem}.jsonl"));
    let others = (2..1000).map(|n| root.join(format!("{stem}.{n}.jsonl")));
    std::iter::once(first.clone()).chain(others).find(|path| open(path).is_ok()).unwrap_or(first)
}

/// Where the report is.
pub(super) fn report_path(root: &Path) -> io::Result<PathBuf> {
    table_path(root, "report", |columns| report::is_ours(columns.iter()))
}

/// Where the table of captions is.
pub(super) fn captions_path(root: &Path) -> io::Result<PathBuf> {
    table_path(root, "captions", |columns| captions::is_ours(columns.iter()))
}

/// Where what failed is.
pub(super) fn failures_path(root: &Path) -> io::Result<PathBuf> {
    table_path(root, "failures", |columns| failures::is_ours(columns.iter()))
}

/// The first of `report.csv`, `report.2.csv`, … that is free or one of ours, by its columns.
fn table_path(root: &Path, stem: &str, is_ours: impl Fn(&csv::ByteRecord) -> bool) -> io::Result<PathBuf> {
    let names = std::iter::once(format!("{stem}.csv")).chain((2..1000).map(|n| format!("{stem}.{n}.csv")));
    for name in names {
        let path = root.join(name);
        // One that cannot be read is not ours to replace.
        let Ok(file) = open(&path) else { continue };
        let Some(file) = file else { return Ok(path) };
        let mut found = csv::Reader::from_reader(BufReader::new(file));
        if found.byte_headers().is_ok_and(&is_ours) {
            return Ok(path);
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("every name for the {stem} is taken")))
}
