//! A file on its way: it has no name yet that anybody would look for, and goes unless it gets one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::SystemTime;

use tempfile::{NamedTempFile, TempPath};
use tokio::io::{AsyncWriteExt as _, BufWriter};

/// A file that is being made on this machine, whatever place it is for. Dropped before it is named, it leaves nothing
/// behind.
#[derive(Debug)]
pub struct Unfinished(pub(super) NamedTempFile);

impl Unfinished {
    /// Where it lies until it is named.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self) -> &File {
        self.0.as_file()
    }

    /// How long it is, bytes.
    ///
    /// # Errors
    /// If it cannot be looked at.
    pub fn length(&self) -> io::Result<u64> {
        self.file().metadata().map(|metadata| metadata.len())
    }

    /// Cuts it, or makes it longer.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.file().set_len(bytes)
    }

    /// Says when it was last changed.
    ///
    /// # Errors
    /// If that cannot be said here.
    pub fn set_modified(&self, at: SystemTime) -> io::Result<()> {
        self.file().set_modified(at)
    }

    /// All of it survives a loss of power.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn sync(&self) -> io::Result<()> {
        self.file().sync_all()
    }

    /// To be written by what must not wait, with so many bytes gathered before each trip to the disk.
    #[must_use]
    pub fn writing(self, buffer: usize) -> Writing {
        let (file, path) = self.0.into_parts();
        Writing { path, file: BufWriter::with_capacity(buffer, tokio::fs::File::from_std(file)) }
    }
}

impl Read for &Unfinished {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.file().read(into)
    }
}

impl Write for &Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

impl Seek for &Unfinished {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file().seek(to)
    }
}

/// An unfinished file that is written piece by piece by a task.
#[derive(Debug)]
pub struct Writing {
    path: TempPath,
    file: BufWriter<tokio::fs::File>,
}

impl Writing {
    /// Adds bytes.
    ///
    /// # Errors
    /// If they cannot be written.
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await
    }

    /// All of it has come.
    ///
    /// # Errors
    /// If the last of it cannot be written.
    pub async fn end(mut self) -> io::Result<Unfinished> {
        self.file.flush().await?;
        let file = self.file.into_inner().into_std().await;
        Ok(Unfinished(NamedTempFile::from_parts(file, self.path)))
    }
}
