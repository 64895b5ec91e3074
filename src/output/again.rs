//! What is said of results that are there, written again: captions that are gone or were to be said otherwise, those that
//! a person edited, and what they think of a picture.

use std::io;
use std::path::Path;

use super::caption::{Before, Put, Told};
use super::records::outranked::Outranked;
use super::{Output, OutputError};
use crate::job::{FileKind, Job, JobId, Opinion, Saved, SavedFile, Service, path_text};
use crate::picture::{Anew, Mark, NotAnew};
use crate::storage::{self, UNFINISHED, is_file, is_file_of};

/// What came of captions that were written again.
#[derive(Debug, Default)]
pub struct Again {
    /// How many were written or changed.
    pub written: usize,
    /// What is to be said of those that were left alone, with their pictures.
    pub left: Vec<String>,
    /// Results whose own files have another length now, since more is said in them.
    pub longer: Vec<(JobId, Saved)>,
}

impl Output {
    /// Writes the captions of these jobs, which were sent to a service, that are not there or that are ours and would
    /// be written otherwise now. One by another hand, or that was edited, is left alone unless the settings say
    /// otherwise, and so is a picture that took a trial's place. It blocks.
    ///
    /// # Errors
    /// If the disk is full.
    pub fn write_captions<'a>(
        &self,
        jobs: impl IntoIterator<Item = &'a Job>,
        service: &Service,
    ) -> Result<Again, OutputError> {
        let (outranked, mut again) = (Outranked::of(self.root(), service), Again::default());
        for job in jobs {
            self.say(job, &job.said(), &outranked, &mut again)?;
        }
        Ok(again)
    }

    /// Writes what a person thinks and says of a job's result where that is written, in place of what they did before.
    /// It blocks.
    ///
    /// # Errors
    /// As [`Self::write_captions`].
    pub fn say_again(&self, job: &Job, was: &Opinion, service: &Service) -> Result<Again, OutputError> {
        let (outranked, mut again) = (Outranked::of(self.root(), service), Again::default());
        self.say(job, was, &outranked, &mut again)?;
        Ok(again)
    }

    fn say(&self, job: &Job, was: &Opinion, outranked: &Outranked, again: &mut Again) -> Result<(), OutputError> {
        let Some(saved) = job.state.saved() else { return Ok(()) };
        let captions = &self.written().captions;
        let picture = self.0.root.join(saved.output());
        if outranked.pictures.contains(&path_text(saved.output())) || !is_file(&picture) {
            return Ok(());
        }
        let (Some(folder), Some(stem)) = (picture.parent(), picture.file_stem()) else { return Ok(()) };
        let (told, was) = (Told::of(job), Told::then(job, was));
        let mut before = captions.before(was);
        before.extend([told, Told::caption(saved.caption())].map(|said| captions.before(said)));
        let mut is_changed = false;
        for beside in captions.beside(told, was.mark) {
            if saved.files().any(|file| self.0.root.join(&file.path) == folder.join(beside.name(stem))) {
                continue;
            }
            let put = beside.put(folder, stem, &picture, Some(&before));
            match put.map_err(|error| OutputError::of(&picture, error))? {
                Put::New(_) | Put::Changed => {
                    again.written += 1;
                    is_changed = true;
                }
                Put::AsItWas => {}
                Put::Left(why) => again.left.push(format!("{}: {why}", path_text(saved.output()))),
            }
        }
        is_changed |= self.say_within(job, saved, told, was.mark, &before, again)?;
        if is_changed {
            self.0.sink().sync(folder).map_err(|error| OutputError::of(folder, error))?;
        }
        Ok(())
    }

    /// The same in the pictures themselves. True if one of them has changed.
    fn say_within(
        &self,
        job: &Job,
        saved: &Saved,
        told: Told<'_>,
        was: Mark,
        before: &Before,
        again: &mut Again,
    ) -> Result<bool, OutputError> {
        let Some(anew) = self.written().captions.within(told, was, before) else { return Ok(false) };
        let mut longer = saved.clone();
        for file in std::iter::once(&mut longer.first).chain(&mut longer.further) {
            let path = self.0.root.join(&file.path);
            match write_within(&path, file, &anew) {
                Ok(Some(bytes)) => file.bytes = bytes,
                Ok(None) => {}
                Err(NotAnew::Bare(why)) => again.left.push(format!("{}: {why}", path_text(file.path.as_ref()))),
                Err(NotAnew::Io(error)) if error.kind() == io::ErrorKind::StorageFull => {
                    return Err(OutputError::of(&path, error));
                }
                Err(NotAnew::Io(error)) => {
                    again.left.push(format!("{} stays as it is: {error}", path_text(file.path.as_ref())));
                }
            }
        }
        let is_changed = longer != *saved;
        if is_changed {
            again.written += 1;
            again.longer.push((job.id, longer));
        }
        Ok(is_changed)
    }
}

/// Writes into a picture, as a file of its own that takes its place when it is whole. Gives its length, if it changed.
fn write_within(path: &Path, file: &SavedFile, anew: &Anew) -> Result<Option<u64>, NotAnew> {
    let FileKind::Picture { format, .. } = file.kind else { return Ok(None) };
    if !is_file_of(path, file.bytes) {
        return Err(NotAnew::Bare("stays as it is: it was changed since it was saved".to_owned()));
    }
    let (sink, folder) = (storage::sink(path), path.parent().unwrap_or(path));
    if sink.stat_itself(path)?.is_read_only {
        return Err(NotAnew::Bare("stays as it is: it is read-only".to_owned()));
    }
    let mut made = sink.begin(folder, UNFINISHED)?;
    if !anew.write(sink.open(path)?, format, &mut made)? {
        return Ok(None);
    }
    // It is as old as it was.
    let modified = storage::source(path).stat(path).ok().and_then(|there| there.modified);
    let _ = modified.map(|at| made.set_modified(at));
    made.sync()?;
    let bytes = made.length()?;
    sink.share_as(&made, path);
    sink.replace(made, path).map_err(|refused| refused.error)?;
    Ok(Some(bytes))
}
