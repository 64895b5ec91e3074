//! A result that is there already, for another photo that holds the same picture.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::caption::Told;
use super::draft::off_the_loop;
use super::dressing::Dressing;
use super::folder::Folder;
use super::name::Names;
use super::part::{Part, Wanted, Whole};
use super::result::{Expect, Finished, Placed};
use super::{Output, OutputError};
use crate::job::{FileKind, Photo, Saved, SavedFile};
use crate::picture::Mark;
use crate::storage;

impl Output {
    /// Gives a photo a copy of a result that was saved for another one, whose first file lies at a path, under
    /// its own name and with its own caption.
    ///
    /// It is a copy of its own, and no link: who edits one of the two must not change the other.
    /// Where the file system can share what both hold until then (Btrfs, XFS), it does.
    ///
    /// # Errors
    /// [`OutputError::BadResult`] if the other result is gone, was changed or is not whole; else as
    /// [`Output::place`].
    pub async fn duplicate(
        &self,
        photo: &Photo,
        of: PathBuf,
        saved: &Saved,
        expect: Expect<'_>,
    ) -> Result<Placed, OutputError> {
        let mut names = self.names(photo, expect.made)?;
        let (shared, promised) = (Arc::clone(&self.0), expect.pixels);
        let photo = photo.source.clone();
        let (captions, previous) =
            (shared.written.captions.beside(Told::caption(expect.caption), Mark::default()), expect.previous.cloned());
        let files: Vec<SavedFile> = saved.files().cloned().collect();
        off_the_loop(move || {
            let mut parts = Vec::with_capacity(files.len());
            for file in files {
                // All files of a result lie in one folder.
                let from = file.path.0.file_name().map_or_else(|| of.clone(), |name| of.with_file_name(name));
                parts.push(copied(&from, file, &shared, &mut names)?);
            }
            Finished { parts, photo, promised, captions, previous }.place(&shared, names)
        })
        .await
    }
}

/// A copy of a file, not under its name yet.
fn copied(from: &Path, of: SavedFile, shared: &Folder, names: &mut Names) -> Result<Part, OutputError> {
    let unusable = |why: &str| OutputError::BadResult(format!("the saved result {why}").into());
    let mut source = storage::sink(from).open(from).map_err(|_| unusable("is gone"))?;
    let length = source.stat().bytes;
    if length != of.bytes {
        return Err(unusable("was changed"));
    }
    let mut file = shared.unfinished(names)?;
    let copied = io::copy(&mut source, &mut file);
    let bytes = copied.map_err(|error| OutputError::of(&names.target(&shared.root), error))?;
    if bytes != length {
        return Err(unusable("changes while it is read"));
    }
    let (picture, extension) = match of.kind {
        FileKind::Picture { .. } => (true, None),
        FileKind::Other(extension) => (false, Some(extension)),
    };
    let what = Wanted { role: of.role, picture, extension };
    Ok(Part { what, content: Whole::File(file), bytes, dressing: Dressing::default(), checked: None })
}
