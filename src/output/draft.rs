//! A result on its way to its file.

use std::io::{self, Cursor, Read, Seek, Write};
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
use crate::job::{Answer, Cost, Format, Pixels, Request, Saved, Suspicion};
use crate::picture::{Look, PictureError, complete, header, is_black};

/// Up to this many bytes of a result wait in memory, so that a small one is checked and written in
/// one trip to another thread. A larger one goes to its file as it comes.
const SMALL: usize = 512 * 1024;
/// What is gathered of a larger one before it is written, bytes: each write is such a trip.
const BUFFER: usize = 256 * 1024;

/// A result that is being written. Dropped before it is finished, it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    shared: Arc<Folder>,
    photo: Box<Path>,
    names: Names,
    content: Content,
    written: u64,
}

/// What has come of a result.
#[derive(Debug)]
enum Content {
    /// All of it so far, for it is small.
    Memory(Vec<u8>),
    /// It lies in an unfinished file.
    File(TempPath, BufWriter<File>),
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

impl Placed {
    /// What is known of the result of a request that was saved so, and what is odd about it.
    #[must_use]
    pub fn saved(self, request: &Request, answer: &Answer, cost: Option<Cost>) -> (Saved, Option<Suspicion>) {
        let saved = Saved {
            request: request.id.clone(),
            output: self.output,
            format: self.format,
            pixels: self.pixels,
            bytes: self.bytes,
            seed: answer.seed,
            caption: answer.text().map(Into::into),
            inference_s: answer.inference_s,
            cost,
            content: Some(request.upload.content),
            same_as: None,
        };
        (saved, self.suspicion)
    }
}

impl Draft {
    pub(super) fn new(shared: Arc<Folder>, names: Names, photo: Box<Path>) -> Self {
        Self { shared, photo, names, content: Content::Memory(Vec::new()), written: 0 }
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
        match &mut self.content {
            Content::Memory(bytes) if bytes.len() + chunk.len() <= SMALL => bytes.extend_from_slice(chunk),
            Content::Memory(bytes) => {
                let bytes = std::mem::take(bytes);
                self.content = self.begin_file().await?;
                self.write_to_file(&bytes).await?;
                self.write_to_file(chunk).await?;
            }
            Content::File(..) => self.write_to_file(chunk).await?,
        }
        self.written = self.written.saturating_add(chunk.len() as u64);
        Ok(())
    }

    async fn begin_file(&mut self) -> Result<Content, OutputError> {
        let (shared, mut names) = (Arc::clone(&self.shared), self.names.clone());
        let begun = off_the_loop(move || Ok((shared.unfinished(&mut names)?, names)));
        let (file, names) = begun.await?;
        self.names = names;
        let (file, path) = file.into_parts();
        Ok(Content::File(path, BufWriter::with_capacity(BUFFER, File::from_std(file))))
    }

    async fn write_to_file(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        let Content::File(_, file) = &mut self.content else { return Ok(()) };
        let written = file.write_all(bytes).await;
        written.map_err(|error| self.failed(error))
    }

    /// Takes back all that was handed to it: it is to be written anew, from its first byte.
    pub fn restart(&mut self) {
        self.content = Content::Memory(Vec::new());
        self.written = 0;
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
        if let Content::File(_, file) = &mut self.content {
            let flushed = file.flush().await;
            flushed.map_err(|error| self.failed(error))?;
        }
        let content = match self.content {
            Content::Memory(bytes) => Whole::Memory(bytes),
            Content::File(path, file) => {
                Whole::File(NamedTempFile::from_parts(file.into_inner().into_std().await, path))
            }
        };
        let finished = Finished {
            content,
            photo: self.photo,
            bytes: self.written,
            promised: expect.pixels,
            captions: self.shared.captions.files(expect.caption),
            previous: expect.previous.cloned(),
        };
        let (shared, names) = (self.shared, self.names);
        off_the_loop(move || finished.place(&shared, names)).await
    }

    /// A failure, told of the file that it was to become.
    fn failed(&self, error: io::Error) -> OutputError {
        OutputError::of(&self.names.target(&self.shared.root), error)
    }
}

/// A result that came whole, as far as its length tells.
pub(super) struct Finished {
    pub(super) content: Whole,
    /// The photo that it was made of.
    pub(super) photo: Box<Path>,
    pub(super) bytes: u64,
    pub(super) promised: Option<Pixels>,
    pub(super) captions: Vec<(&'static str, Vec<u8>)>,
    pub(super) previous: Option<Saved>,
}

/// Where it lies.
pub(super) enum Whole {
    Memory(Vec<u8>),
    File(NamedTempFile),
}

impl Finished {
    pub(super) fn place(self, shared: &Folder, mut names: Names) -> Result<Placed, OutputError> {
        let target = names.target(&shared.root);
        let failed = |error| OutputError::of(&target, error);
        let checked = match &self.content {
            Whole::Memory(bytes) => check(Cursor::new(bytes)),
            Whole::File(file) => check(file.as_file()),
        };
        let (format, pixels, look) = checked.map_err(|error| OutputError::of_picture(&target, error))?;
        let picture = match self.content {
            Whole::Memory(bytes) => {
                let mut file = shared.unfinished(&mut names)?;
                file.write_all(&bytes).map_err(failed)?;
                file
            }
            Whole::File(file) => file,
        };
        picture.as_file().sync_all().map_err(failed)?;

        let folder = shared.root.join(&names.folder);
        let mut pieces = Vec::new();
        for (extension, bytes) in self.captions {
            pieces.push(Piece { extension, unfinished: atomically::written(&folder, &bytes).map_err(failed)? });
        }
        pieces.push(Piece { extension: format.extension(), unfinished: picture });
        let stem = place(shared, &names, pieces, self.previous.as_ref())?;
        Ok(Placed {
            output: place::picture(&stem, format.extension()).into(),
            format,
            pixels,
            bytes: self.bytes,
            suspicion: suspicion(pixels, self.promised, look, || is_black(&self.photo)),
        })
    }
}

/// What a whole picture is, its size as people see it, and how it looks.
pub(super) fn check(mut picture: impl Read + Seek) -> Result<(Format, Pixels, Look), PictureError> {
    let header = header(&mut picture)?;
    let look = complete(picture, header.format)?;
    Ok((header.format, header.upright(), look))
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
