//! The photo's file as it is read for an upload, hashed on the way.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::StreamExt;
use reqwest::Body;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::ReaderStream;

use crate::fal::Meter;
use crate::fal::error::FalError;
use crate::job::{ContentHash, Format, Shortage};
use crate::storage::{Opened, ReadSeek, Reading};

/// A file that is not in memory is read in pieces of this, bytes: memory does not grow with the picture.
const CHUNK: usize = 256 << 10;

/// A file on its way to fal's storage.
#[derive(Debug)]
pub struct InputFile {
    /// The name that it is uploaded under.
    pub name: String,
    /// What it is.
    pub format: Format,
    /// What is in it.
    pub file: Opened,
}

impl InputFile {
    /// A file that was opened to be sent, under a name.
    ///
    /// # Errors
    /// [`CauseKind::LocalFile`](crate::job::CauseKind::LocalFile) if it could not be opened.
    pub fn new(opened: std::io::Result<Opened>, name: String, format: Format) -> Result<Self, FalError> {
        let file = opened.map_err(unreadable)?;
        Ok(Self { name, format, file })
    }

    /// How long it is, bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.file.length()
    }

    /// Looks at what will be sent, from its beginning.
    ///
    /// # Errors
    /// [`CauseKind::LocalFile`](crate::job::CauseKind::LocalFile) if it cannot be read.
    pub fn look<T>(&self, look: impl FnOnce(&mut dyn ReadSeek) -> T) -> Result<T, FalError> {
        self.file.look(look).map_err(unreadable)
    }

    /// That nobody wrote to it since it was opened.
    ///
    /// # Errors
    /// [`CauseKind::LocalFile`](crate::job::CauseKind::LocalFile) if somebody did, so that nobody knows what was read.
    pub fn still(&self) -> Result<(), FalError> {
        if self.file.is_as_opened() {
            return Ok(());
        }
        Err(FalError::to_measure_again("was written to while it went up; it is brought up again"))
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

/// A file at the beginning of one try to send it.
pub(super) struct Sending<'a> {
    pub(super) input: &'a InputFile,
    pub(super) length: u64,
    rest: Reading,
}

impl<'a> Sending<'a> {
    pub(super) fn new(input: &'a InputFile) -> Result<Self, FalError> {
        let rest = input.file.read().map_err(unreadable)?;
        Ok(Self { input, length: input.length(), rest })
    }

    /// The whole file as a request body, and the hash that it feeds.
    pub(super) fn body(self, meter: &Meter) -> (Body, Hash) {
        let hash = Hash::default();
        let file = match self.rest {
            Reading::Whole(bytes) => {
                hash.update(&bytes);
                meter.add(bytes.len());
                return (Body::from(bytes), hash);
            }
            Reading::Stream(file) => file,
        };
        let (feed, meter) = (hash.clone(), meter.clone());
        let stream = pieces(file).map(move |piece| {
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
            Reading::Whole(bytes) => bytes.split_to(length.min(bytes.len())),
            Reading::Stream(file) => {
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
pub(super) fn ascii_name(input: &InputFile) -> String {
    safe_name(&input.name, input.format)
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
