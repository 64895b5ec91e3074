//! An object that is read here and there, by ranges of it.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore as _};

use super::spot::Spot;
use super::store::Store;
use super::trouble::told;
use crate::storage::calls::wait;

/// How much is fetched first, and where somebody leaps: the head of most pictures, bytes.
const LEAP: u64 = 64 << 10;
/// The most that is fetched at once where somebody reads on, bytes.
const MOST: u64 = 4 << 20;

/// An object, open to be read.
#[derive(Debug)]
pub(super) struct Ranges {
    store: Arc<Store>,
    spot: Spot,
    meta: ObjectMeta,
    /// Its beginning, which is come back to.
    first: Bytes,
    /// What was fetched last: where that begins, and it.
    window: (u64, Bytes),
    at: u64,
}

impl Ranges {
    pub(super) fn open(store: Arc<Store>, spot: Spot) -> io::Result<Self> {
        let (meta, first) = match range(&store, &spot, 0, LEAP) {
            Ok(found) => found,
            // What is empty has no range.
            Err(error) => match store.head(&spot) {
                Ok(meta) if meta.size == 0 => (meta, Bytes::new()),
                _ => return Err(error),
            },
        };
        Ok(Self { store, spot, meta, window: (0, first.clone()), first, at: 0 })
    }

    pub(super) fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    /// What lies from here on, as far as it is fetched at once.
    fn rest(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.meta.size {
            return Ok(&[]);
        }
        if !self.is_fetched() {
            let (start, bytes) = &self.window;
            let goes_on = self.at == start + bytes.len() as u64;
            let length = if goes_on { (bytes.len() as u64 * 2).clamp(LEAP, MOST) } else { LEAP };
            let (meta, bytes) = range(&self.store, &self.spot, self.at, length)?;
            if (meta.size, &meta.e_tag) != (self.meta.size, &self.meta.e_tag) {
                return Err(io::Error::other("it was changed while it was read"));
            }
            self.window = (self.at, bytes);
        }
        let [first, window] = [from(0, &self.first, self.at), from(self.window.0, &self.window.1, self.at)];
        Ok(if first.is_empty() { window } else { first })
    }

    fn is_fetched(&self) -> bool {
        let (start, bytes) = &self.window;
        !from(0, &self.first, self.at).is_empty() || !from(*start, bytes, self.at).is_empty()
    }
}

/// What of some bytes lies from a place on.
fn from(start: u64, bytes: &[u8], at: u64) -> &[u8] {
    let skipped = at.checked_sub(start).and_then(|skipped| usize::try_from(skipped).ok());
    skipped.and_then(|skipped| bytes.get(skipped..)).unwrap_or_default()
}

fn range(store: &Arc<Store>, spot: &Spot, start: u64, length: u64) -> io::Result<(ObjectMeta, Bytes)> {
    let (store, spot) = (Arc::clone(store), spot.clone());
    wait(async move {
        let options = GetOptions { range: Some(GetRange::Bounded(start..start + length)), ..GetOptions::default() };
        let fetched = async {
            let got = store.objects.get_opts(&spot.key, options).await?;
            Ok((got.meta.clone(), got.bytes().await?))
        };
        fetched.await.map_err(|error| told(&error, &spot))
    })?
}

impl Read for Ranges {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.rest()?;
        let read = rest.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Ranges {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.meta.size.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
