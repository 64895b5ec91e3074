//! A result that is there already, for another photo that holds the same picture.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::draft::{Expect, Finished, Placed, Whole, off_the_loop};
use super::name::Names;
use super::{Output, OutputError};
use crate::job::Photo;

impl Output {
    /// Gives a photo a copy of a result that was saved for another one, under its own name and with
    /// its own caption.
    ///
    /// It is a copy of its own, and no link: who edits one of the two must not change the other.
    /// Where the file system can share what both hold until then (Btrfs, XFS), it does.
    ///
    /// # Errors
    /// [`OutputError::BadResult`] if the other result is gone, was changed or is not whole; else as
    /// [`Draft::finish`](super::Draft::finish).
    pub async fn duplicate(&self, photo: &Photo, of: PathBuf, expect: Expect<'_>) -> Result<Placed, OutputError> {
        let mut names = Names::of(photo).map_err(|error| OutputError::of(&self.0.root.join(&photo.path), error))?;
        let (shared, pixels, expected) = (Arc::clone(&self.0), expect.pixels, expect.bytes);
        let photo = photo.source.clone();
        let (captions, previous) = (shared.captions.files(expect.caption), expect.previous.cloned());
        off_the_loop(move || {
            let unusable = |why: &str| OutputError::BadResult(format!("the saved result {why}").into());
            let mut source = File::open(&of).map_err(|_| unusable("is gone"))?;
            let length = source.metadata().map_err(|_| unusable("is gone"))?.len();
            if expected.is_some_and(|expected| expected != length) {
                return Err(unusable("was changed"));
            }
            let mut file = shared.unfinished(&mut names)?;
            let copied = io::copy(&mut source, file.as_file_mut());
            let bytes = copied.map_err(|error| OutputError::of(&names.target(&shared.root), error))?;
            if bytes != length {
                return Err(unusable("changes while it is read"));
            }
            let content = Whole::File(file);
            Finished { content, photo, bytes, promised: pixels, captions, previous }.place(&shared, names)
        })
        .await
    }
}
