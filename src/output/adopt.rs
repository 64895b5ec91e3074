//! A result that is there already, with its record, and that no ledger knows.

use std::fs::File;
use std::path::PathBuf;

use super::draft::{Placed, check, off_the_loop};
use super::records::memory::{Record, is_as_saved};
use super::suspicion::suspicion;
use super::{Output, OutputError};
use crate::job::{Photo, Pixels};
use crate::picture::is_black;

impl Output {
    /// Takes a picture for a photo's result as it lies there. Nothing is written: a caption that somebody
    /// edited stays.
    ///
    /// # Errors
    /// [`OutputError::BadResult`] if it is gone, was changed or is not whole; [`OutputError::LocalFile`] if
    /// it cannot be read.
    pub async fn adopt(&self, photo: &Photo, record: &Record, promised: Option<Pixels>) -> Result<Placed, OutputError> {
        let (root, photo, record) = (self.root().to_owned(), photo.source.clone(), record.clone());
        off_the_loop(move || {
            let path: PathBuf = root.join(&record.output);
            if !is_as_saved(&root, &record) {
                return Err(OutputError::BadResult("the picture in the output folder was changed".into()));
            }
            let file = File::open(&path).map_err(|error| OutputError::of(&path, error))?;
            let (format, pixels, look) = check(file).map_err(|error| OutputError::of_picture(&path, error))?;
            let suspicion = suspicion(pixels, promised, look, || is_black(&photo));
            Ok(Placed { output: record.output, format, pixels, bytes: record.bytes, suspicion })
        })
        .await
    }
}
