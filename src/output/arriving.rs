//! A large PNG checked while it comes, on a thread of its own: what takes the most of it, to be decoded, is done by the
//! time that its last byte is there. Where that cannot be, it is checked from its file as any other.

use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::thread;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::job::Format;
use crate::picture::{HEAD, Kind, Look, PictureError, complete_as_it_comes, sniff};

/// Pieces that wait to be looked at: a slower check slows its download, so that memory does not grow.
const AHEAD: usize = 8;

/// What a check came to.
pub(super) type Checked = Result<Look, PictureError>;

/// A check on its way. Dropped, it ends.
#[derive(Debug)]
pub(super) struct Arriving {
    feed: mpsc::Sender<Bytes>,
    outcome: oneshot::Receiver<Checked>,
}

impl Arriving {
    /// Begins for a file with these first bytes; `None` for one that is checked otherwise, and if there is no thread to
    /// be had.
    pub(super) fn begin(head: &[u8]) -> Option<Self> {
        if sniff(head.get(..HEAD).unwrap_or(head)) != Kind::Picture(Format::Png) {
            return None;
        }
        let (feed, pieces) = mpsc::channel(AHEAD);
        let (told, outcome) = oneshot::channel();
        // None of the runtime's: it waits for the network, and those that write for it must not wait for it.
        let checks = thread::Builder::new().name("check".to_owned()).spawn(move || {
            // Whoever has given it up does not wait for it.
            let _ = told.send(complete_as_it_comes(Pieces { pieces, now: Bytes::new() }, Format::Png));
        });
        checks.ok().map(|_| Self { feed, outcome })
    }

    /// The next bytes.
    pub(super) async fn feed(&mut self, bytes: &[u8]) {
        // Once it has found a flaw, or the end, it takes no more.
        if !self.feed.is_closed() {
            let _ = self.feed.send(Bytes::copy_from_slice(bytes)).await;
        }
    }

    /// All has come; `None` if it was not checked after all.
    pub(super) async fn end(self) -> Option<Checked> {
        drop(self.feed);
        self.outcome.await.ok()
    }
}

/// What comes, for a reader that goes forward only.
struct Pieces {
    pieces: mpsc::Receiver<Bytes>,
    now: Bytes,
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.now.is_empty() {
            let Some(next) = self.pieces.blocking_recv() else { break };
            self.now = next;
        }
        Ok(&self.now)
    }

    fn consume(&mut self, count: usize) {
        let _ = self.now.split_to(count.min(self.now.len()));
    }
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// The decoder asks for it and never does it.
impl Seek for Pieces {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, RgbImage};
    use tokio::runtime::Builder;

    use super::*;

    fn checked(file: &[u8]) -> Option<Checked> {
        Builder::new_current_thread().build().unwrap().block_on(async {
            let mut arriving = Arriving::begin(file)?;
            for piece in file.chunks(1000) {
                arriving.feed(piece).await;
            }
            arriving.end().await
        })
    }

    #[test]
    fn what_comes_is_checked_to_its_last_byte_and_seen_as_from_its_file() {
        let mut rng = fastrand::Rng::with_seed(5);
        let picture = DynamicImage::from(RgbImage::from_fn(200, 150, |x, _| {
            image::Rgb([0, 9, 40].map(|c| c + u8::try_from(x / 2).unwrap() + rng.u8(..9)))
        }));
        let mut file = io::Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        let whole = crate::picture::complete(&mut file, Format::Png).unwrap();
        let mut file = file.into_inner();
        assert_eq!(checked(&file).unwrap().unwrap(), whole);
        assert!(whole.reduced.is_some());
        for end in [file.len() - 1, file.len() / 2, 60] {
            assert!(checked(&file[..end]).unwrap().is_err(), "{end} bytes of it");
        }
        let middle = file.len() / 2;
        file[middle] ^= 1;
        assert!(checked(&file).unwrap().is_err(), "a byte of it is another");
        assert!(checked(b"\xff\xd8\xff\xe0").is_none());
    }
}
