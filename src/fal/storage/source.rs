//! The photo's file as it is read for an upload, hashed on the way.

use std::fs::Metadata;
use std::io::{Cursor, Read, Seek};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::StreamExt;
use reqwest::Body;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::ReaderStream;

use crate::fal::Meter;
use crate::fal::error::FalError;
use crate::job::{Cause, CauseKind, Class, ContentHash, Format, Shortage};

/// Files up to this are read at once, bytes.
const SMALL: u64 = 1 << 20;
/// Larger ones are read in pieces of this, bytes: memory does not grow with the picture.
const CHUNK: usize = 256 << 10;

/// A photo's file, open for its upload: what is measured and what is sent come from one open file.
#[derive(Debug)]
pub struct LocalFile {
    /// The name that it is uploaded under.
    pub name: String,
    /// What it is.
    pub format: Format,
    metadata: Metadata,
    content: Content,
}

/// What of a photo is in memory.
#[derive(Debug)]
enum Content {
    /// All of it: it is small, and was read in one go.
    Whole(Bytes),
    /// Nothing yet.
    File(std::fs::File),
}

/// What can be read, and read again.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl LocalFile {
    /// Opens a photo, a small one with all that it holds. It blocks for as long as the disk takes.
    ///
    /// # Errors
    /// [`CauseKind::LocalFile`] if it cannot be read.
    pub fn open(path: &Path, name: String, format: Format) -> Result<Self, FalError> {
        let open = || {
            let file = std::fs::File::open(path)?;
            let metadata = file.metadata()?;
            let content = if metadata.len() <= SMALL {
                let mut bytes = Vec::new();
                // Of one that grows meanwhile no more than shows that.
                (&file).take(SMALL + 1).read_to_end(&mut bytes)?;
                Content::Whole(Bytes::from(bytes))
            } else {
                Content::File(file)
            };
            Ok(Self { name, format, metadata, content })
        };
        open().map_err(unreadable)
    }

    /// Takes what was made of a photo, to be sent in its place. It blocks for as long as the disk takes.
    ///
    /// # Errors
    /// As [`LocalFile::open`].
    pub fn made(file: std::fs::File, name: String, format: Format) -> Result<Self, FalError> {
        let metadata = file.metadata().map_err(unreadable)?;
        Ok(Self { name, format, metadata, content: Content::File(file) })
    }

    /// What the file system said of the file when it was opened.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Looks at what will be sent, from its beginning.
    ///
    /// # Errors
    /// [`CauseKind::LocalFile`] if it cannot be read.
    pub fn look<T>(&self, look: impl FnOnce(&mut dyn ReadSeek) -> T) -> Result<T, FalError> {
        match &self.content {
            Content::Whole(bytes) => Ok(look(&mut Cursor::new(bytes))),
            Content::File(file) => {
                let mut file = file;
                file.rewind().map_err(unreadable)?;
                Ok(look(&mut file))
            }
        }
    }

    /// That nobody wrote to it since it was opened.
    ///
    /// # Errors
    /// [`CauseKind::LocalFile`] if somebody did, so that nobody knows what was read.
    pub fn still(&self) -> Result<(), FalError> {
        if self.is_as_opened() {
            return Ok(());
        }
        let cause = Cause::new(CauseKind::LocalFile, "was written to while it went up; it is brought up again");
        Err(FalError::new(cause, Class::Reupload))
    }

    /// Whether nobody wrote to it since it was opened, as far as the file system tells.
    fn is_as_opened(&self) -> bool {
        let is =
            |now: &Metadata| now.len() == self.metadata.len() && now.modified().ok() == self.metadata.modified().ok();
        match &self.content {
            Content::Whole(_) => true,
            Content::File(file) => file.metadata().as_ref().is_ok_and(is),
        }
    }

    /// How long it is, bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match &self.content {
            Content::Whole(bytes) => bytes.len() as u64,
            Content::File(_) => self.metadata.len(),
        }
    }
}

/// A finished upload: its URL, and what was in it.
pub(super) type Uploaded = (String, ContentHash);

/// A hash that is fed while bytes stream past.
#[derive(Clone, Default)]
pub(super) struct Hash(Arc<Mutex<blake3::Hasher>>);

impl Hash {
    pub(super) fn update(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }

    pub(super) fn finish(&self) -> ContentHash {
        ContentHash(*self.0.lock().unwrap_or_else(PoisonError::into_inner).finalize().as_bytes())
    }
}

/// A photo at the beginning of one try to send it.
pub(super) struct Opened<'a> {
    pub(super) photo: &'a LocalFile,
    pub(super) length: u64,
    rest: Rest,
}

/// What of it is still to be sent.
enum Rest {
    Whole(Bytes),
    File(File),
}

impl<'a> Opened<'a> {
    pub(super) fn new(photo: &'a LocalFile) -> Result<Self, FalError> {
        let rest = match &photo.content {
            Content::Whole(bytes) => Rest::Whole(bytes.clone()),
            Content::File(file) => {
                let mut again = file.try_clone().map_err(unreadable)?;
                again.rewind().map_err(unreadable)?;
                Rest::File(File::from_std(again))
            }
        };
        Ok(Self { photo, length: photo.length(), rest })
    }

    /// The whole file as a request body, and the hash that it feeds.
    pub(super) fn body(self, meter: &Meter) -> (Body, Hash) {
        let hash = Hash::default();
        let file = match self.rest {
            Rest::Whole(bytes) => {
                hash.update(&bytes);
                meter.add(bytes.len());
                return (Body::from(bytes), hash);
            }
            Rest::File(file) => file,
        };
        let (feed, meter) = (hash.clone(), meter.clone());
        let stream = pieces(file.take(self.length)).map(move |piece| {
            piece.inspect(|bytes| {
                feed.update(bytes);
                meter.add(bytes.len());
            })
        });
        (Body::wrap_stream(stream), hash)
    }

    /// The next `length` bytes, for an upload in parts.
    pub(super) async fn next_part(&mut self, length: usize, hash: &Hash) -> Result<Bytes, FalError> {
        let part = match &mut self.rest {
            Rest::Whole(bytes) => bytes.split_to(length.min(bytes.len())),
            Rest::File(file) => {
                let mut part = vec![0; length];
                let read = file.read_exact(&mut part).await;
                read.map_err(|error| FalError::local_file(format!("cannot be read to its end: {error}")))?;
                Bytes::from(part)
            }
        };
        hash.update(&part);
        Ok(part)
    }
}

fn pieces(reader: impl AsyncRead) -> ReaderStream<impl AsyncRead> {
    ReaderStream::with_capacity(reader, CHUNK)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn unreadable(error: std::io::Error) -> FalError {
    let message = format!("cannot be read: {error}");
    match Shortage::of(&error) {
        Some(shortage) => FalError::of_shortage(shortage, message),
        None => FalError::local_file(message),
    }
}

/// The name for headers and JSON: ASCII, short, without anything that could be taken for a path.
pub(super) fn ascii_name(photo: &LocalFile) -> String {
    safe_name(&photo.name, photo.format)
}

fn safe_name(name: &str, format: Format) -> String {
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let stem: String = stem.chars().take(100).map(safe).collect();
    let stem = stem.trim_matches(['.', '_']);
    format!("{}.{}", if stem.is_empty() { "photo" } else { stem }, format.extension())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_a_header() {
        let name = |name| safe_name(name, Format::Jpeg);
        assert_eq!(name("IMG_0412.JPG"), "IMG_0412.jpg");
        assert_eq!(name("a b\r\nX-Evil: 1.png"), "a_b__X-Evil__1.jpg");
        assert_eq!(name("Прибой.jpg"), "photo.jpg");
        assert_eq!(name("..hidden..jpg"), "hidden.jpg");
        assert!(name(&"x".repeat(5000)).len() < 120);
    }
}
