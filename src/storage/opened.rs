//! A photo's file, open to be sent: what is measured and what goes up come from one open file.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::Stat;
use super::local;

/// Files up to this are read at once, bytes.
const SMALL: u64 = 1 << 20;

/// What can be read, and read again.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// A file that is open to be sent, as often as it takes.
#[derive(Debug)]
pub struct Opened {
    stat: Stat,
    content: Content,
}

/// What of it is in memory.
#[derive(Debug)]
enum Content {
    /// All of it: it is small, and was read in one go.
    Whole(Bytes),
    /// Nothing yet.
    File(File),
    /// It was fetched into a file of our own, with so many bytes: nobody else writes to that.
    Fetched(File, u64),
}

impl Opened {
    /// An open file, a small one with all that it holds.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn file(file: File) -> io::Result<Self> {
        let stat = local::stat_of(&file.metadata()?);
        let content = if stat.bytes <= SMALL {
            let mut bytes = Vec::new();
            // Of one that grows meanwhile no more than shows that.
            (&file).take(SMALL + 1).read_to_end(&mut bytes)?;
            Content::Whole(Bytes::from(bytes))
        } else {
            Content::File(file)
        };
        Ok(Self { stat, content })
    }

    /// What was known of the file when it was opened.
    #[must_use]
    pub fn stat(&self) -> Stat {
        self.stat
    }

    /// Looks at what will be sent, from its beginning.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn look<T>(&self, look: impl FnOnce(&mut dyn ReadSeek) -> T) -> io::Result<T> {
        match &self.content {
            Content::Whole(bytes) => Ok(look(&mut Cursor::new(bytes))),
            Content::File(file) | Content::Fetched(file, _) => {
                let mut file = file;
                file.rewind()?;
                Ok(look(&mut file))
            }
        }
    }

    /// Whether nobody wrote to it since it was opened, as far as the file system tells.
    #[must_use]
    pub fn is_as_opened(&self) -> bool {
        match &self.content {
            Content::Whole(_) | Content::Fetched(..) => true,
            Content::File(file) => file.metadata().is_ok_and(|now| {
                let now = local::stat_of(&now);
                now.bytes == self.stat.bytes && now.modified == self.stat.modified
            }),
        }
    }

    /// How long it is, bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match &self.content {
            Content::Whole(bytes) => bytes.len() as u64,
            Content::File(_) => self.stat.bytes,
            Content::Fetched(_, length) => *length,
        }
    }

    /// Begins to read it once more, from its beginning.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self) -> io::Result<Reading> {
        Ok(match &self.content {
            Content::Whole(bytes) => Reading::Whole(bytes.clone()),
            Content::File(file) | Content::Fetched(file, _) => {
                let mut again = file.try_clone()?;
                again.rewind()?;
                Reading::Stream(Box::new(tokio::fs::File::from_std(again).take(self.length())))
            }
        })
    }
}

/// What of a file is still to be read.
pub enum Reading {
    /// It is in memory.
    Whole(Bytes),
    /// It comes.
    Stream(Box<dyn AsyncRead + Send + Sync + Unpin>),
}

/// Something that is made to be sent, in a file that has no name and goes with the last who holds it.
#[derive(Debug)]
pub struct Scratch(File);

impl Scratch {
    /// An empty one.
    ///
    /// # Errors
    /// If there is no room for one.
    pub fn new() -> io::Result<Self> {
        tempfile::tempfile().map(Self)
    }

    /// It is made: to be sent. Nothing of it is read yet.
    ///
    /// # Errors
    /// If it cannot be looked at.
    pub fn made(self) -> io::Result<Opened> {
        Ok(Opened { stat: local::stat_of(&self.0.metadata()?), content: Content::File(self.0) })
    }
}

impl Scratch {
    /// What lies elsewhere was fetched: to be sent. This is known of it there.
    pub(super) fn fetched(self, stat: Stat) -> io::Result<Opened> {
        let length = self.0.metadata()?.len();
        Ok(Opened { stat, content: Content::Fetched(self.0, length) })
    }
}

impl Write for &Scratch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.0).flush()
    }
}

impl io::Seek for &Scratch {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        (&self.0).seek(to)
    }
}
