//! A result on its way to its file.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};

use super::folder::Folder;
use super::name::Names;
use super::place::{self, Piece, place};
use super::suspicion::suspicion;
use super::{OutputError, atomically};
use crate::job::{Format, Pixels, Saved, Suspicion};
use crate::picture::{complete, header};

/// What is gathered before it is written, bytes: each write is a trip to another thread.
const BUFFER: usize = 256 * 1024;

/// A result that is being written. Dropped before it is finished, it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    shared: Arc<Folder>,
    names: Names,
    path: TempPath,
    file: BufWriter<File>,
    written: u64,
}

/// What a finished download should be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expect<'a> {
    /// Its length, bytes, if the server said so.
    pub bytes: Option<u64>,
    /// The size that was promised, px.
    pub pixels: Option<Pixels>,
    /// What an earlier attempt of the same job saved. It may be replaced, unless somebody changed it.
    pub previous: Option<&'a Saved>,
    /// What to write beside it.
    pub caption: Option<&'a str>,
}

/// A result under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The picture, below the output folder.
    pub output: Box<Path>,
    /// What it is.
    pub format: Format,
    /// Its size, px.
    pub pixels: Pixels,
    /// Its length, bytes.
    pub bytes: u64,
    /// What is odd about it.
    pub suspicion: Option<Suspicion>,
}

impl Draft {
    pub(super) fn new(shared: Arc<Folder>, names: Names, file: NamedTempFile) -> Self {
        let (file, path) = file.into_parts();
        Self { shared, names, path, file: BufWriter::with_capacity(BUFFER, File::from_std(file)), written: 0 }
    }

    /// How many bytes were handed to it.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Adds bytes to it.
    ///
    /// # Errors
    /// [`OutputError::Disk`] if the disk is full, [`OutputError::LocalFile`] if it cannot be written.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), OutputError> {
        let written = self.file.write_all(chunk).await;
        written.map_err(|error| self.failed(error))?;
        self.written = self.written.saturating_add(chunk.len() as u64);
        Ok(())
    }

    /// Checks it, syncs it and gives it its name, with its caption beside it.
    ///
    /// Nothing that this batch did not write is ever overwritten: a taken name leads to the next
    /// one. A file that holds the same bytes already, as after a crash, is taken for the result.
    ///
    /// # Errors
    /// [`OutputError::BadResult`] if it is not the whole picture, [`OutputError::Disk`] if the disk is
    /// full, [`OutputError::LocalFile`] if it cannot be written. Nothing is left of it then.
    pub async fn finish(mut self, expect: Expect<'_>) -> Result<Placed, OutputError> {
        if let Some(expected) = expect.bytes.filter(|&expected| expected != self.written) {
            let reason = format!("{} of {expected} bytes came", self.written);
            return Err(OutputError::BadResult(reason.into()));
        }
        let flushed = self.file.flush().await;
        flushed.map_err(|error| self.failed(error))?;
        let finished = Finished {
            file: NamedTempFile::from_parts(self.file.into_inner().into_std().await, self.path),
            bytes: self.written,
            promised: expect.pixels,
            captions: self.shared.captions.files(expect.caption),
            previous: expect.previous.cloned(),
        };
        let (shared, names) = (self.shared, self.names);
        off_the_loop(move || finished.place(&shared, &names)).await
    }

    /// A failure, told of the file that it was to become.
    fn failed(&self, error: io::Error) -> OutputError {
        OutputError::of(&self.names.target(&self.shared.root), error)
    }
}

/// A result that came whole, as far as its length tells.
pub(super) struct Finished {
    pub(super) file: NamedTempFile,
    pub(super) bytes: u64,
    pub(super) promised: Option<Pixels>,
    pub(super) captions: Vec<(&'static str, Vec<u8>)>,
    pub(super) previous: Option<Saved>,
}

impl Finished {
    pub(super) fn place(self, shared: &Folder, names: &Names) -> Result<Placed, OutputError> {
        let target = names.target(&shared.root);
        let file = self.file.as_file();
        let bad = |error| OutputError::of_picture(&target, error);
        let header = header(file).map_err(bad)?;
        let (format, pixels) = (header.format, header.upright());
        let look = complete(file, format).map_err(bad)?;
        file.sync_all().map_err(|error| OutputError::of(&target, error))?;

        let folder = shared.root.join(&names.folder);
        let mut pieces = Vec::new();
        for (extension, bytes) in self.captions {
            let written = atomically::written(&folder, &bytes);
            pieces.push(Piece { extension, unfinished: written.map_err(|error| OutputError::of(&target, error))? });
        }
        pieces.push(Piece { extension: format.extension(), unfinished: self.file });
        let stem = place(shared, names, pieces, self.previous.as_ref())?;
        Ok(Placed {
            output: place::picture(&stem, format.extension()).into(),
            format,
            pixels,
            bytes: self.bytes,
            suspicion: suspicion(pixels, self.promised, look),
        })
    }
}

/// Runs something that waits for the disk on a thread that may wait.
pub(super) async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OutputError> + Send + 'static,
) -> Result<T, OutputError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // Only at the end of the runtime, or after a bug.
        Err(error) => Err(OutputError::of(Path::new("."), io::Error::other(error))),
    }
}
