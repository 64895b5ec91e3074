//! The records of a batch in the top of its output folder: `metadata.jsonl` of pictures, `other-results.jsonl` of files
//! that are none, `report.csv`, `failures.csv` if something failed, and `captions.csv` if that is asked for.
//!
//! A record that is there already, of another batch or by another hand, keeps its lines: ours replace
//! only those about the same pictures and photos. Those of a service that a trial gives way to stay, and
//! the trial's own lines about them are left out.

mod captions;
mod failures;
mod files;
pub(super) mod journal;
mod left_over;
mod lines;
pub(super) mod memory;
mod metadata;
pub(super) mod outranked;
mod places;
mod recorded;
mod report;

use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

pub use self::files::FileNames;
use self::journal::Journal;
use self::left_over::LeftOver;
use self::metadata::{Line, Named};
use self::outranked::Outranked;
use self::places::{captions_path, failures_path, metadata_path, open, others_path, report_path};
pub use self::recorded::Recorded;
use super::{CaptionForm, Captions, Output, OutputError};
use crate::job::{Job, Seen, Terms, path_of};
use crate::storage::{self, Reader, UNFINISHED, Unfinished, is_there};

/// What is compared at a time, bytes.
const COMPARED: usize = 64 * 1024;

/// Records being written. Nothing is seen of them before they are finished, and nothing is left of
/// them if they are dropped.
#[derive(Debug)]
pub struct Records {
    root: PathBuf,
    terms: Terms,
    outranked: Outranked,
    metadata: BufWriter<Unfinished>,
    /// What is no picture: loaders of `metadata.jsonl` take nothing else.
    others: BufWriter<Unfinished>,
    report: csv::Writer<Unfinished>,
    captions: Captions,
    /// `captions.csv`, if it is asked for.
    table: Option<csv::Writer<Unfinished>>,
    /// `failures.csv`, once something failed.
    failures: Option<csv::Writer<Unfinished>>,
    files: FileNames,
    pictures: Seen,
    paths: Seen,
}

impl Output {
    /// Notes a result that was just saved, so that its folder remembers it whatever becomes of the ledger.
    /// It does not block, and nothing fails by it.
    pub fn note(&self, job: &Job, terms: &Terms) {
        let mut journal = self.0.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.get_or_insert_with(|| Journal::begin(self.root().to_owned())).note(
            job,
            terms,
            &self.written().captions,
        );
    }

    /// Ends this run's journal: all that was noted is in it. It blocks.
    fn end_journal(&self) {
        drop(self.0.journal.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Begins the records for what was made on these terms; what was noted of results as they were saved comes into them.
    /// It blocks.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn records(&self, terms: &Terms) -> Result<Records, OutputError> {
        self.end_journal();
        Records::begin(self, terms)
    }

    /// Writes `metadata.jsonl`, `report.csv` and what else is asked for, for all of these jobs, which were made on these terms, and
    /// brings there what was noted of results as they were saved. It blocks.
    ///
    /// # Errors
    /// If they cannot be written; then they stay what they were.
    pub fn write_records<'a>(
        &self,
        jobs: impl IntoIterator<Item = &'a Job>,
        terms: &Terms,
        files: FileNames,
    ) -> Result<(), OutputError> {
        let mut records = self.records(terms)?;
        records.files = files;
        for job in jobs {
            records.add(job)?;
        }
        records.finish().map(drop)
    }
}

impl Records {
    /// Begins the records of an output folder.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn begin(output: &Output, terms: &Terms) -> Result<Self, OutputError> {
        let root = output.root().to_owned();
        let begin = || {
            output.0.make()?;
            let report = begun(&root, &report::COLUMNS)?;
            let is_wanted = output.written().captions.are_in(CaptionForm::Csv);
            let table = is_wanted.then(|| begun(&root, &captions::COLUMNS)).transpose()?;
            let lines = || begin_at(&root).map(BufWriter::new);
            Ok((lines()?, lines()?, report, table))
        };
        let (metadata, others, report, table) = begin().map_err(|error| OutputError::of(&root, error))?;
        let (outranked, terms) = (Outranked::of(&root, &terms.service), terms.clone());
        let captions = output.written().captions.clone();
        let (files, pictures, paths) = (FileNames::default(), Seen::default(), Seen::default());
        let failures = None;
        Ok(Self { root, terms, outranked, metadata, others, report, captions, table, failures, files, pictures, paths })
    }

    /// What files are called that go along with photos.
    pub fn files(&mut self) -> &mut FileNames {
        &mut self.files
    }

    /// Adds a job's lines.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&mut self, job: &Job) -> Result<(), OutputError> {
        let path = job.photo.slash_path();
        let mut written = Ok(());
        if !self.outranked.photos.contains(&path) {
            let line = report::line(job, &self.terms.service, &self.captions);
            written = self.report.write_record(&line).map_err(io::Error::from);
            if let Some(cells) = failures::line(job, &self.terms.service) {
                written = written.and_then(|()| self.add_failure(&cells));
            }
            self.paths.add(path);
        }
        let (outranked, terms) = (&self.outranked.pictures, &self.terms);
        let files = self.files.of(job.own.as_ref().map_or(&terms.params, |own| &own.0));
        for mut line in Line::of(job, terms, &self.captions).filter(|line| !outranked.contains(&line.file_name)) {
            line.origin.files.clone_from(&files);
            let to = if line.is_picture() { &mut self.metadata } else { &mut self.others };
            written = written.and_then(|()| to.write_all(line.written().as_bytes()));
            if let Some((table, cells)) = self.table.as_mut().filter(|_| line.is_picture()).zip(captions::line(&line)) {
                written = written.and_then(|()| table.write_record(&cells).map_err(io::Error::from));
            }
            self.pictures.add(line.file_name);
        }
        written.map_err(|error| OutputError::of(&self.root, error))
    }

    fn add_failure(&mut self, cells: &[String]) -> io::Result<()> {
        let table = match &mut self.failures {
            Some(table) => table,
            None => self.failures.insert(begun(&self.root, &failures::COLUMNS)?),
        };
        table.write_record(cells).map_err(io::Error::from)
    }

    /// Puts them in place of what was there, keeping its lines about other pictures; tells whether there were none.
    ///
    /// # Errors
    /// If they cannot be written; then they stay what they were.
    pub fn finish(self) -> Result<bool, OutputError> {
        let Self { root, metadata, others, report, table, failures, mut pictures, paths, outranked, .. } = self;
        let done = |path: &Path, error| OutputError::of(path, error);

        let places = [metadata_path(&root), others_path(&root)];
        let [path, _] = &places;
        let whole = |lines: BufWriter<Unfinished>| lines.into_inner().map_err(|error| done(path, error.into_error()));
        let (ours, others) = (whole(metadata)?, whole(others)?);
        let left_over = LeftOver::read(&root, |picture| {
            pictures.has(picture) || outranked.pictures.contains(picture) || !is_there(&root.join(path_of(picture)))
        });
        let mut alone = left_over.is_empty();
        left_over.write_to([&ours, &others], &mut pictures).map_err(|error| done(path, error))?;
        for (path, ours) in places.iter().zip([ours, others]) {
            if is_there_already(&ours, path).map_err(|error| done(path, error))? {
                continue;
            }
            let own = ours.length().map_err(|error| done(path, error))?;
            let file = after_theirs(&root, path, &pictures, ours).map_err(|error| done(path, error))?;
            alone &= file.length().is_ok_and(|whole| whole == own);
            // No pictures, no record of them.
            if is_there(path) || file.length().is_ok_and(|written| written > 0) {
                replace(file, path).map_err(|error| done(path, error))?;
            }
        }
        left_over.remove();

        let path = report_path(&root).map_err(|error| done(&root, error))?;
        replace_table(&path, report, report::COLUMNS.len(), |record| !paths.has(report::named(record).0))
            .map_err(|error| done(&path, error))?;
        replace_failures(&root, failures, &paths)?;
        if let Some(table) = table {
            let path = captions_path(&root).map_err(|error| done(&root, error))?;
            replace_table(&path, table, captions::COLUMNS.len(), |record| !pictures.has(captions::named(record)))
                .map_err(|error| done(&path, error))?;
        }
        storage::sink(&root).sync(&root).map(|()| alone).map_err(|error| done(&root, error))
    }
}

/// Puts a record in place of what was there, readable to whom that was.
fn replace(file: Unfinished, path: &Path) -> io::Result<()> {
    let sink = storage::sink(path);
    sink.share_as(&file, path);
    file.sync()?;
    sink.replace(file, path).map(drop).map_err(|refused| refused.error)
}

/// Whether a record has just these bytes: a run that changed nothing writes nothing.
fn is_there_already(ours: &Unfinished, path: &Path) -> io::Result<bool> {
    let length = ours.length()?;
    let has_length = storage::sink(path).stat(path).is_ok_and(|there| there.bytes == length);
    let Some(theirs) = open(path)?.filter(|_| has_length) else { return Ok(false) };
    let (mut ours, mut theirs) = (ours, BufReader::with_capacity(COMPARED, theirs));
    ours.rewind()?;
    let is_same = is_alike(&mut BufReader::with_capacity(COMPARED, ours), &mut theirs)?;
    ours.seek(SeekFrom::End(0))?;
    Ok(is_same)
}

fn is_alike(one: &mut impl BufRead, other: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let (some, others) = (one.fill_buf()?, other.fill_buf()?);
        let both = some.len().min(others.len());
        if both == 0 || some.get(..both) != others.get(..both) {
            return Ok(some.is_empty() && others.is_empty());
        }
        one.consume(both);
        other.consume(both);
    }
}

fn begin_at(root: &Path) -> io::Result<Unfinished> {
    storage::sink(root).begin(root, UNFINISHED)
}

/// Our lines behind those that stay, which keep their bytes and their order: a file may begin with a
/// mark that no line of ours may come before.
fn after_theirs(root: &Path, path: &Path, pictures: &Seen, ours: Unfinished) -> io::Result<Unfinished> {
    let Some(theirs) = open(path)? else { return Ok(ours) };
    let mut whole = BufWriter::new(begin_at(root)?);
    keep_metadata(root, theirs, pictures, &mut whole)?;
    let mut written = &ours;
    written.rewind()?;
    io::copy(&mut written, &mut whole)?;
    whole.into_inner().map_err(io::IntoInnerError::into_error)
}

fn keep_metadata(root: &Path, file: Reader, ours: &Seen, into: &mut impl Write) -> io::Result<()> {
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        // Most are of pictures that this batch has made: no more of them is looked at.
        if lines::text_of(&line, "file_name").is_some_and(|name| ours.has(name)) {
            continue;
        }
        let replaced = metadata::named(&line).is_some_and(|Named { file_name, request_id, .. }| {
            // A line of ours whose picture is gone, as after a retry that took another name, would
            // make loaders stumble.
            ours.has(&file_name) || request_id.is_some() && !is_there(&root.join(path_of(&file_name)))
        });
        if replaced {
            continue;
        }
        // A reader wants the same keys in every line; what others wrote keeps its bytes.
        if let Some(line) = metadata::completed(&line) {
            into.write_all(line.as_bytes())?;
        } else {
            into.write_all(&line)?;
            into.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// A table that begins with its columns.
fn begun(root: &Path, columns: &[&str]) -> io::Result<csv::Writer<Unfinished>> {
    let mut table = csv::WriterBuilder::new().flexible(true).from_writer(begin_at(root)?);
    table.write_record(columns)?;
    Ok(table)
}

/// Puts the table of failures in place of what was there. If nothing failed and nothing else stands in it, it goes.
fn replace_failures(root: &Path, failures: Option<csv::Writer<Unfinished>>, paths: &Seen) -> Result<(), OutputError> {
    let replaced = || {
        let path = failures_path(root)?;
        let stays = |record: &csv::ByteRecord| !paths.has(failures::named(record));
        let Some(there) = open(&path)? else {
            return failures.map_or(Ok(()), |table| replace_table(&path, table, failures::COLUMNS.len(), stays));
        };
        let mut records =
            csv::ReaderBuilder::new().flexible(true).from_reader(BufReader::new(there)).into_byte_records();
        if failures.is_none() && !records.any(|record| record.is_ok_and(|record| stays(&record))) {
            return storage::sink(root).remove(&path);
        }
        let table = failures.map_or_else(|| begun(root, &failures::COLUMNS), Ok)?;
        replace_table(&path, table, failures::COLUMNS.len(), stays)
    };
    replaced().map_err(|error| OutputError::of(&root.join("failures.csv"), error))
}

/// Puts a table in place of what was there, with those of its lines that stay behind ours.
fn replace_table(
    path: &Path,
    mut table: csv::Writer<Unfinished>,
    columns: usize,
    stays: impl Fn(&csv::ByteRecord) -> bool,
) -> io::Result<()> {
    table.flush()?;
    if is_there_already(table.get_ref(), path)? {
        return Ok(());
    }
    if let Some(file) = open(path)? {
        let mut theirs = csv::ReaderBuilder::new().flexible(true).from_reader(BufReader::new(file));
        for record in theirs.byte_records() {
            let record = record?;
            if stays(&record) {
                // One of an earlier version has fewer columns.
                let missing = columns.saturating_sub(record.len());
                table.write_record(record.iter().chain(std::iter::repeat_n(b"".as_slice(), missing)))?;
            }
        }
    }
    replace(table.into_inner().map_err(|error| io::Error::other(error.to_string()))?, path)
}

#[cfg(test)]
mod several_tests;
#[cfg(test)]
mod tests;
