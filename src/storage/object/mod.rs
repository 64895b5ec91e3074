//! Photos and results in object stores: S3, Google Cloud Storage, Azure, and what WebDAV makes of a folder.
//!
//! A place there is called by its URI, whose path is the object's key as it is: nothing in it is escaped. Folders are
//! what stands between the slashes of keys; there are no links. What an object holds is known by its store's mark for it
//! (`ETag`), which stands in place of the time when it was changed.

mod dav;
mod multipart;
mod profile;
mod put;
mod ranges;
mod sign;
mod sink;
mod spot;
mod store;
mod trouble;
mod walk;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::StreamExt as _;
use object_store::{GetOptions, ObjectMeta, ObjectStore as _};
use tokio::sync::mpsc;

use super::calls::runtime;
use super::stat::mark;
use super::{Entries, Files, Hearing, Kind, Opened, Order, Place, Reader, Scratch, Source, Stat, Touched, Watching};
use ranges::Ranges;
use spot::Spot;
use store::Store;
use trouble::told;
use walk::Walk;

pub(super) use sign::{is_signing, signed};
pub(super) use trouble::hint;

/// Object stores.
#[derive(Debug, Clone, Copy)]
pub(super) struct Objects;

/// The bucket of a place, and the place in it.
fn opened(at: &Path) -> io::Result<(Arc<Store>, Spot)> {
    let spot = Spot::of(at)?;
    Ok((Store::of(&spot)?, spot))
}

fn stat_of(meta: &ObjectMeta, spot: &Spot) -> Stat {
    let tag = spot.service.mark(meta);
    let changed = tag.map_or_else(|| Some(meta.last_modified.into()), |tag| mark(tag.as_bytes()));
    Stat { kind: Kind::File, bytes: meta.size, modified: changed, is_read_only: false }
}

const FOLDER: Stat = Stat { kind: Kind::Folder, bytes: 0, modified: None, is_read_only: false };

impl Files for Objects {
    fn stat(&self, at: &Path) -> io::Result<Stat> {
        let (store, spot) = opened(at)?;
        let missing = match (spot.key.is_root(), self.stat_itself(at)) {
            (true, _) => return store.has_folder(&spot).map(|_| FOLDER),
            (false, Err(error)) if error.kind() == io::ErrorKind::NotFound => error,
            (false, found) => return found,
        };
        if store.has_folder(&spot)? { Ok(FOLDER) } else { Err(missing) }
    }

    fn stat_itself(&self, at: &Path) -> io::Result<Stat> {
        let (store, spot) = opened(at)?;
        if spot.key.is_root() { Ok(FOLDER) } else { store.head(&spot).map(|meta| stat_of(&meta, &spot)) }
    }

    fn open(&self, at: &Path) -> io::Result<Reader> {
        let (store, spot) = opened(at)?;
        let ranges = Ranges::open(store, spot.clone())?;
        Ok(Reader::new(stat_of(ranges.meta(), &spot), ranges))
    }
}

impl Source for Objects {
    fn canonical(&self, at: &Path) -> io::Result<PathBuf> {
        Ok(at.to_owned())
    }

    fn canonical_or_missing(&self, at: &Path) -> PathBuf {
        at.to_owned()
    }

    fn may_list(&self, folder: &Path) -> io::Result<()> {
        let (store, spot) = opened(folder)?;
        store.has_folder(&spot).map(drop)
    }

    fn entries(&self, folder: &Path, order: Order) -> Box<dyn Entries> {
        Box::new(Walk::new(folder, order))
    }

    fn watch(&self, _places: &[Place], _hearing: Hearing, _touched: &Touched) -> io::Result<Box<dyn Watching>> {
        Err(io::Error::other("an object store does not tell of what appears in it"))
    }

    fn take(&self, at: &Path) -> io::Result<Opened> {
        let (store, spot) = opened(at)?;
        let (sender, mut pieces) = mpsc::channel(4);
        runtime()?.spawn(async move {
            let told = |error: object_store::Error| told(&error, &spot);
            let fetched = store.objects.get_opts(&spot.key, GetOptions::default()).await;
            let fetched = match fetched.map_err(told) {
                Ok(fetched) => fetched,
                Err(error) => return drop(sender.send(Err(error)).await),
            };
            let _ = sender.send(Ok(Piece::Begins(stat_of(&fetched.meta, &spot)))).await;
            let mut stream = fetched.into_stream();
            while let Some(piece) = stream.next().await {
                if sender.send(piece.map(Piece::Bytes).map_err(told)).await.is_err() {
                    break;
                }
            }
        });
        let (scratch, mut stat) = (Scratch::new()?, None);
        while let Some(piece) = pieces.blocking_recv() {
            match piece? {
                Piece::Begins(begins) => stat = Some(begins),
                Piece::Bytes(bytes) => (&scratch).write_all(&bytes)?,
            }
        }
        let stat = stat.ok_or_else(|| io::Error::other("it could not be fetched"))?;
        let opened = scratch.fetched(stat)?;
        if opened.length() == stat.bytes { Ok(opened) } else { Err(io::Error::other("it ended before its end")) }
    }
}

/// What comes of an object that is fetched.
enum Piece {
    Begins(Stat),
    Bytes(bytes::Bytes),
}
