//! Photos at addresses of the web: looked at by parts, never as a whole unless they are to be sent from here.
//!
//! Nothing is trusted: no redirect is followed, no inner network is reached, and what is read is bounded in bytes and
//! time. fal's key does not come here.

mod ask;
mod part;
mod public;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Entries, Files, Hearing, Kind, Opened, Order, Place, Reader, Scratch, Source, Stat, Touched, Watching};
use ask::{About, about, whole};
use part::Parts;

pub use public::{is_inner, is_loopback};

/// The longest file that is fetched to be sent from here, bytes.
const LONGEST: u64 = 512 << 20;

/// The web.
#[derive(Debug, Clone, Copy)]
pub(super) struct Web;

/// The address of a place.
fn address(at: &Path) -> io::Result<&str> {
    at.to_str().ok_or_else(|| io::Error::other("its address is no text"))
}

impl About {
    fn stat(&self) -> Stat {
        Stat { kind: Kind::File, bytes: self.bytes.unwrap_or_default(), modified: self.changed, is_read_only: true }
    }
}

impl Files for Web {
    fn stat(&self, at: &Path) -> io::Result<Stat> {
        about(address(at)?, 0..1).map(|(about, _)| about.stat())
    }

    fn stat_itself(&self, at: &Path) -> io::Result<Stat> {
        self.stat(at)
    }

    fn open(&self, at: &Path) -> io::Result<Reader> {
        let parts = Parts::open(address(at)?)?;
        Ok(Reader::new(parts.about().stat(), parts))
    }
}

impl Source for Web {
    fn canonical(&self, at: &Path) -> io::Result<PathBuf> {
        Ok(at.to_owned())
    }

    fn canonical_or_missing(&self, at: &Path) -> PathBuf {
        at.to_owned()
    }

    fn may_list(&self, _folder: &Path) -> io::Result<()> {
        Err(no_folder())
    }

    fn entries(&self, _folder: &Path, _order: Order) -> Box<dyn Entries> {
        Box::new(Nothing)
    }

    fn watch(&self, _places: &[Place], _hearing: Hearing, _touched: &Touched) -> io::Result<Box<dyn Watching>> {
        Err(no_folder())
    }

    fn take(&self, at: &Path) -> io::Result<Opened> {
        let scratch = Scratch::new()?;
        let about = whole(address(at)?, LONGEST, |bytes| (&scratch).write_all(bytes))?;
        scratch.fetched(about.stat())
    }
}

fn no_folder() -> io::Error {
    io::Error::other("an address is no folder")
}

/// Nothing is below an address.
struct Nothing;

impl Entries for Nothing {
    fn next(&mut self) -> Option<Result<super::Entry, super::Trouble>> {
        None
    }

    fn skip_folder(&mut self) {}
}
