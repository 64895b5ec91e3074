//! The photo's file as it is read for an upload, hashed on the way.

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
use crate::job::{Cause, CauseKind, Class, ContentHash, Format};

/// Files up to this are read at once, bytes.
const SMALL: u64 = 1 << 20;
/// Larger ones are read in pieces of this, bytes: memory does not grow with the picture.
const CHUNK: usize = 256 << 10;

/// A photo to upload.
#[derive(Debug, Clone, Copy)]
pub struct LocalFile<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// The name that it is uploaded under.
    pub name: &'a str,
    /// What it is.
    pub format: Format,
    /// The length that the plan was made with, bytes.
    pub bytes: u64,
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

/// An open photo that is still the one that was planned.
pub(super) struct Opened<'a> {
    pub(super) photo: LocalFile<'a>,
    pub(super) length: u64,
    content: Content,
}

/// What of a photo is in memory.
enum Content {
    /// All of it: it is small, and was read in one go.
    Whole(Bytes),
    /// Nothing yet.
    File(File),
}

impl<'a> Opened<'a> {
    pub(super) async fn open(photo: &LocalFile<'a>) -> Result<Self, FalError> {
        let unreadable = |error: std::io::Error| local(format!("cannot be read: {error}"));
        let (content, length) = if photo.bytes <= SMALL {
            let path = photo.path.to_owned();
            let read = tokio::task::spawn_blocking(move || read_small(&path)).await;
            let bytes = read.map_err(std::io::Error::other).flatten().map_err(unreadable)?;
            let length = bytes.len() as u64;
            (Content::Whole(bytes), length)
        } else {
            let file = File::open(photo.path).await.map_err(unreadable)?;
            let length = file.metadata().await.map_err(unreadable)?.len();
            (Content::File(file), length)
        };
        if length != photo.bytes {
            return Err(local(format!(
                "has changed since the plan was made: {} then, {length} bytes now",
                photo.bytes
            )));
        }
        Ok(Self { photo: *photo, length, content })
    }

    /// The whole file as a request body, and the hash that it feeds.
    pub(super) fn body(self, meter: &Meter) -> (Body, Hash) {
        let hash = Hash::default();
        let file = match self.content {
            Content::Whole(bytes) => {
                hash.update(&bytes);
                meter.add(bytes.len());
                return (Body::from(bytes), hash);
            }
            Content::File(file) => file,
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
        let part = match &mut self.content {
            Content::Whole(bytes) => bytes.split_to(length.min(bytes.len())),
            Content::File(file) => {
                let mut part = vec![0; length];
                let read = file.read_exact(&mut part).await;
                read.map_err(|error| local(format!("cannot be read to its end: {error}")))?;
                Bytes::from(part)
            }
        };
        hash.update(&part);
        Ok(part)
    }
}

/// A small file in one go; of one that has grown meanwhile no more than shows that.
fn read_small(path: &Path) -> std::io::Result<Bytes> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(std::fs::File::open(path)?, SMALL + 1), &mut bytes)?;
    Ok(Bytes::from(bytes))
}

fn pieces(reader: impl AsyncRead) -> ReaderStream<impl AsyncRead> {
    ReaderStream::with_capacity(reader, CHUNK)
}

fn local(message: String) -> FalError {
    FalError::new(Cause::new(CauseKind::LocalFile, message), Class::Permanent)
}

/// The name for headers and JSON: ASCII, short, without anything that could be taken for a path.
pub(super) fn ascii_name(photo: &LocalFile<'_>) -> String {
    let stem = Path::new(photo.name).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let stem: String = stem.chars().take(100).map(safe).collect();
    let stem = stem.trim_matches(['.', '_']);
    format!("{}.{}", if stem.is_empty() { "photo" } else { stem }, photo.format.extension())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_a_header() {
        let name = |name| ascii_name(&LocalFile { path: Path::new(""), name, format: Format::Jpeg, bytes: 0 });
        assert_eq!(name("IMG_0412.JPG"), "IMG_0412.jpg");
        assert_eq!(name("a b\r\nX-Evil: 1.png"), "a_b__X-Evil__1.jpg");
        assert_eq!(name("Прибой.jpg"), "photo.jpg");
        assert_eq!(name("..hidden..jpg"), "hidden.jpg");
        assert!(name(&"x".repeat(5000)).len() < 120);
    }
}
