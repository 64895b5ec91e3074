//! A result that is there already, with its record, and that no ledger knows.

use super::draft::off_the_loop;
use super::part::check_file;
use super::records::memory::{Record, is_as_saved};
use super::result::{Placed, doubt};
use super::{Output, OutputError};
use crate::job::{Photo, Pixels, SavedFile};
use crate::picture::against;

impl Output {
    /// Takes what lies there for a photo's result as it is. Nothing is written: a caption that somebody
    /// edited stays.
    ///
    /// # Errors
    /// [`OutputError::BadResult`] if it is gone, was changed or is not whole; [`OutputError::LocalFile`] if
    /// it cannot be read.
    pub async fn adopt(&self, photo: &Photo, record: &Record, promised: Option<Pixels>) -> Result<Placed, OutputError> {
        let (root, photo, record) = (self.root().to_owned(), photo.source.clone(), record.clone());
        let least = self.written().likeness;
        off_the_loop(move || {
            if !is_as_saved(&root, &record) {
                return Err(OutputError::BadResult("the result in the output folder was changed".into()));
            }
            let look = |file: SavedFile| {
                let path = root.join(&file.path);
                let (kind, look) =
                    check_file(&path, &file.kind).map_err(|error| OutputError::of_picture(&path, error))?;
                Ok((SavedFile { kind, ..file }, look))
            };
            let (first, seen) = look(record.first)?;
            let further = record.further.into_iter().map(|file| look(file).map(|(file, _)| file));
            let further = further.collect::<Result<_, OutputError>>()?;
            let beside = against(&photo, &root.join(&first.path), seen.reduced.as_ref());
            let suspicion = doubt(&first.kind, &seen, promised, beside, least);
            Ok(Placed { first, further, note: None, suspicion })
        })
        .await
    }
}
