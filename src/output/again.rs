//! Captions that are gone, written again from what the ledger knows.

use std::path::Path;

use super::records::outranked::Outranked;
use super::{Output, OutputError};
use crate::job::{Job, Service, path_text};
use crate::storage::Kind;

impl Output {
    /// Writes the captions of these jobs, which were sent to a service, that are not there; gives how many.
    /// One that is there may have been edited since and is left alone, and so is a picture that took a
    /// trial's place. It blocks.
    ///
    /// # Errors
    /// The first caption that cannot be written.
    pub fn write_captions<'a>(
        &self,
        jobs: impl IntoIterator<Item = &'a Job>,
        service: &Service,
    ) -> Result<usize, OutputError> {
        let (outranked, mut written) = (Outranked::of(self.root(), service), 0);
        for saved in jobs.into_iter().filter_map(|job| job.state.saved()) {
            if outranked.pictures.contains(&path_text(saved.output())) {
                continue;
            }
            let first = self.0.root.join(saved.output());
            for (extension, bytes) in self.0.captions.files(saved.caption()) {
                let path = first.with_extension(extension);
                let sink = self.0.sink();
                let is_file = sink.stat(&first).is_ok_and(|there| there.kind == Kind::File);
                let missing = is_file && sink.stat_itself(&path).is_err();
                if missing {
                    let folder = path.parent().unwrap_or(Path::new("."));
                    let failed = |error| OutputError::of(&path, error);
                    let file = sink.written(folder, &bytes).map_err(failed)?;
                    sink.claim(file, &path).map_err(|error| failed(error.error))?;
                    sink.sync(folder).map_err(failed)?;
                    written += 1;
                }
            }
        }
        Ok(written)
    }
}
