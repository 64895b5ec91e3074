//! A file of a result on its way to the disk.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::OutputError;
use super::arriving::Arriving;
use super::dressing::Dressing;
use super::folder::Folder;
use super::name::Names;
use super::part::{Part, Wanted, Whole};
use crate::storage::Writing;

/// Up to this many bytes of a result wait in memory, so that a small one is checked and written in
/// one trip to another thread. A larger one goes to its file as it comes.
const SMALL: usize = 512 * 1024;
/// What is gathered of a larger one before it is written, bytes: each write is such a trip.
const BUFFER: usize = 256 * 1024;

/// A file that is being written. Dropped before it is finished, it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    shared: Arc<Folder>,
    names: Names,
    content: Content,
    written: u64,
    dressing: Dressing,
    /// Who checks it meanwhile.
    arriving: Option<Arriving>,
}

/// What has come of it.
#[derive(Debug)]
enum Content {
    /// All of it so far, for it is small.
    Memory(Vec<u8>),
    /// It lies in an unfinished file.
    File(Writing),
}

impl Draft {
    pub(super) fn new(shared: Arc<Folder>, names: Names) -> Self {
        let content = Content::Memory(Vec::new());
        Self { shared, names, content, written: 0, dressing: Dressing::default(), arriving: None }
    }

    /// With what it gets of its photo.
    #[must_use]
    pub fn dressed(self, dressing: Dressing) -> Self {
        Self { dressing, ..self }
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
                let bytes = self.dressing.head(bytes);
                // What is written anew, or gets its metadata later, is checked when it has them.
                let is_as_it_stays = !self.dressing.is_to_be_finished() && !self.dressing.is_wanted();
                self.arriving = is_as_it_stays.then(|| Arriving::begin(&bytes)).flatten();
                self.write_to_file(&bytes).await?;
                self.write_to_file(chunk).await?;
            }
            Content::File(_) => self.write_to_file(chunk).await?,
        }
        self.written = self.written.saturating_add(chunk.len() as u64);
        Ok(())
    }

    async fn begin_file(&mut self) -> Result<Content, OutputError> {
        let (shared, mut names, mut dressing) =
            (Arc::clone(&self.shared), self.names.clone(), std::mem::take(&mut self.dressing));
        let begun = off_the_loop(move || {
            dressing.read();
            Ok((shared.unfinished(&mut names)?, names, dressing))
        });
        let (file, names, dressing) = begun.await?;
        (self.names, self.dressing) = (names, dressing);
        Ok(Content::File(file.writing(BUFFER)))
    }

    async fn write_to_file(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        let Content::File(file) = &mut self.content else { return Ok(()) };
        let written = file.write_all(bytes).await;
        if let Some(arriving) = &mut self.arriving {
            arriving.feed(bytes).await;
        }
        written.map_err(|error| self.failed(error))
    }

    /// Takes back all that was handed to it: it is to be written anew, from its first byte.
    pub fn restart(&mut self) {
        self.content = Content::Memory(Vec::new());
        (self.written, self.arriving) = (0, None);
        self.dressing.restart();
    }

    /// Ends it: all of it has come.
    ///
    /// # Errors
    /// [`OutputError::BadResult`] if it has another length than was told, bytes; else as [`Self::write`].
    pub async fn end(mut self, what: Wanted, length: Option<u64>) -> Result<Part, OutputError> {
        if let Some(expected) = length.filter(|&expected| expected != self.written) {
            let reason = format!("{} of {expected} bytes came", self.written);
            return Err(OutputError::BadResult(reason.into()));
        }
        let content = match std::mem::replace(&mut self.content, Content::Memory(Vec::new())) {
            Content::Memory(bytes) => Whole::Memory(bytes),
            Content::File(file) => Whole::File(file.end().await.map_err(|error| self.failed(error))?),
        };
        let checked = match self.arriving.take() {
            Some(arriving) => arriving.end().await,
            None => None,
        };
        Ok(Part { what, content, bytes: self.written, dressing: self.dressing, checked })
    }

    /// A failure, told of the file that it was to become.
    fn failed(&self, error: io::Error) -> OutputError {
        OutputError::of(&self.names.target(&self.shared.root), error)
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
