//! The files that the sandbox keeps: uploads and results, on disk, so that memory does not grow with them.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use serde_json::Value;

use super::clock::Moment;
use super::lock::lock;

/// How much of a body is written at once, bytes.
const PIECE: usize = 1 << 20;

/// Who may fetch a file (fal docs: storage, access).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody.
    #[default]
    Allow,
    /// Nobody, and it looks as if it were not there.
    Hide,
    /// Nobody.
    Forbid,
}

/// What becomes of a file, as asked for when it comes to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lifecycle {
    /// How long it stays; for ever, if nothing is said.
    pub(super) life: Option<Duration>,
    /// Who may fetch it.
    pub(super) access: Access,
}

impl Lifecycle {
    /// Reads `{"expiration_duration_seconds": N, "initial_acl": {"default": "hide"}}`; null and 0 mean
    /// for ever, and what is unknown is ignored.
    pub(super) fn read(header: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(header).unwrap_or_default();
        let life = value.get("expiration_duration_seconds").and_then(Value::as_u64).filter(|seconds| *seconds > 0);
        let access = match value.pointer("/initial_acl/default").and_then(Value::as_str) {
            Some("hide") => Access::Hide,
            Some("forbid") => Access::Forbid,
            _ => Access::Allow,
        };
        Self { life: life.map(Duration::from_secs), access }
    }
}

/// A file that can be fetched.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// The name that it was given, unchecked.
    pub(super) name: Arc<str>,
    /// Its media type, as claimed.
    pub(super) content_type: Arc<str>,
    /// Its length, bytes.
    pub(super) len: u64,
    /// What identifies its bytes.
    pub(super) hash: blake3::Hash,
    /// Who may fetch it.
    pub(super) access: Access,
    /// When it is gone, if ever.
    pub(super) expires: Option<Moment>,
    /// The request that it came out of, if it is a result.
    pub(super) made_by: Option<uuid::Uuid>,
}

/// What was received of a body.
#[derive(Debug)]
pub(super) struct Received {
    /// Bytes.
    pub(super) len: u64,
    /// What identifies them.
    pub(super) hash: blake3::Hash,
}

/// Why a body was not kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReceiveError {
    /// More bytes than are taken.
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// The client went away.
    #[error("the upload broke off")]
    Broken(#[source] axum::Error),
    /// The temporary folder does not take it.
    #[error("cannot keep the upload")]
    Disk(#[from] io::Error),
}

/// All files, below one temporary folder that goes when the sandbox goes.
#[derive(Debug)]
pub(super) struct Files {
    dir: tempfile::TempDir,
    shelf: Mutex<HashMap<Box<str>, Stored>>,
}

impl Files {
    /// An empty shelf.
    pub(super) fn new() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("fal-tui-sandbox-").tempdir()?;
        Ok(Self { dir, shelf: Mutex::default() })
    }

    /// A new file's id, as unguessable as fal's.
    pub(super) fn new_id() -> String {
        std::iter::repeat_with(fastrand::alphanumeric).take(21).collect()
    }

    /// The last segment of a file's URL: its id, and of its name what is harmless in a URL.
    pub(super) fn segment(id: &str, name: &str) -> String {
        let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let name: String = name.chars().map(|c| if harmless(c) { c } else { '-' }).take(100).collect();
        format!("{id}_{name}")
    }

    /// Where a file with this id lies. Ids are ours, or checked against the shelf.
    pub(super) fn path(&self, id: &str) -> PathBuf {
        self.dir.path().join(id)
    }

    /// Streams a body to disk, piece by piece: what is short is written at once, what is long never
    /// lies in memory as a whole.
    pub(super) async fn receive(&self, path: &Path, body: Body, limit: u64) -> Result<Received, ReceiveError> {
        let mut hasher = blake3::Hasher::new();
        let mut len = 0;
        let mut piece = Vec::new();
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(ReceiveError::Broken)?;
            let begun = len > piece.len() as u64;
            len += chunk.len() as u64;
            if len > limit {
                return Err(ReceiveError::TooLarge(limit));
            }
            hasher.update(&chunk);
            piece.extend_from_slice(&chunk);
            if piece.len() >= PIECE {
                write(path, std::mem::take(&mut piece), begun).await?;
            }
        }
        let begun = len > piece.len() as u64;
        if !begun || !piece.is_empty() {
            write(path, piece, begun).await?;
        }
        Ok(Received { len, hash: hasher.finalize() })
    }

    /// Makes a file fetchable.
    pub(super) fn put(&self, id: &str, stored: Stored) {
        lock(&self.shelf).insert(id.into(), stored);
    }

    /// A file is gone as from now.
    pub(super) fn expire(&self, segment: &str, now: Moment) {
        let id = segment.split_once('_').map_or(segment, |(id, _)| id);
        if let Some(stored) = lock(&self.shelf).get_mut(id) {
            stored.expires = Some(now);
        }
    }

    /// What came out of a request is gone as from now; gives the last segments of its files' URLs.
    pub(super) fn expire_of(&self, request: uuid::Uuid, now: Moment) -> Vec<String> {
        let mut all = lock(&self.shelf);
        let made = all.iter_mut().filter(|(_, stored)| stored.made_by == Some(request));
        made.map(|(id, stored)| {
            stored.expires = Some(now);
            Self::segment(id, &stored.name)
        })
        .collect()
    }

    /// The file that a URL's last segment names.
    pub(super) fn find(&self, segment: &str) -> Option<Stored> {
        let id = segment.split_once('_').map_or(segment, |(id, _)| id);
        lock(&self.shelf).get(id).cloned()
    }
}

/// Writes a file, or goes on with one that is begun.
async fn write(path: &Path, piece: Vec<u8>, begun: bool) -> io::Result<()> {
    let path = path.to_owned();
    let write = move || {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(!begun).truncate(!begun).append(begun);
        options.open(path)?.write_all(&piece)
    };
    tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
}

/// Hashes a file that is on disk already, reading it piece by piece.
pub(super) fn hash_file(path: &Path) -> io::Result<Received> {
    let mut hasher = blake3::Hasher::new();
    let len = io::copy(&mut std::fs::File::open(path)?, &mut hasher)?;
    Ok(Received { len, hash: hasher.finalize() })
}
