//! Captions that are gone or were to be said otherwise, written again from what the ledger knows.

use super::caption::Put;
use super::records::outranked::Outranked;
use super::{Output, OutputError};
use crate::job::{Job, Service, path_text};
use crate::storage::is_file;

/// What came of captions that were written again.
#[derive(Debug, Default)]
pub struct Again {
    /// How many were written or changed.
    pub written: usize,
    /// What is to be said of those that were left alone, with their pictures.
    pub left: Vec<String>,
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
        let captions = &self.written().captions;
        let sink = self.0.sink();
        for saved in jobs.into_iter().filter_map(|job| job.state.saved()) {
            let picture = self.0.root.join(saved.output());
            if outranked.pictures.contains(&path_text(saved.output())) || !is_file(&picture) {
                continue;
            }
            let (Some(folder), Some(stem)) = (picture.parent(), picture.file_stem()) else { continue };
            let (before, mut is_changed) = (captions.before(saved.caption()), false);
            for beside in captions.beside(saved.caption()) {
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
            if is_changed {
                sink.sync(folder).map_err(|error| OutputError::of(folder, error))?;
            }
        }
        Ok(again)
    }
}
