//! Where pictures come from and where they go: [`Source`] and [`Sink`] by URI, local files, object stores and WebDAV
//! behind them.
//!
//! A place is a path that is kept as bytes, so that names which are no UTF-8 work, or for another service its URI:
//! [`source()`] and [`sink()`] find by the place itself who serves it. Another service is a folder beside `local` that
//! implements the three traits, and its scheme in [`Scheme`]. All of it blocks for as long as the disk or the network
//! takes.

mod calls;
mod entries;
mod local;
#[cfg(feature = "cloud")]
mod object;
mod opened;
mod reader;
mod server;
mod sink;
mod source;
mod stat;
mod touched;
mod unfinished;
mod uri;
mod web;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub use entries::{Entries, Entry, Order, Trouble};
pub use opened::{Opened, ReadSeek, Reading, Scratch};
pub use reader::Reader;
pub use server::{WEBDAV_PASSWORD, WEBDAV_USER, unescaped};
pub use sink::{Held, Named, Refused, Sink, UNFINISHED};
pub use source::{Files, Source};
pub use stat::{Kind, Stat};
pub use touched::{Happened, Hearing, Place, Touched, Watching};
pub use unfinished::{Unfinished, Writing};
pub use uri::{Scheme, UriError, is_on_this_machine, listed_place, place};

use local::Local;
#[cfg(feature = "cloud")]
use object::Objects;
use web::Web;
pub use web::{is_inner, is_loopback};

/// Who serves the photos at a place.
#[must_use]
pub fn source(at: &Path) -> &'static dyn Source {
    match Scheme::of(at) {
        Scheme::File => &Local,
        Scheme::Web => &Web,
        #[cfg(feature = "cloud")]
        Scheme::Object => &Objects,
        // No place is called so without it.
        #[cfg(not(feature = "cloud"))]
        Scheme::Object => &Local,
    }
}

/// Who takes results at a place.
#[must_use]
pub fn sink(at: &Path) -> &'static dyn Sink {
    match Scheme::of(at) {
        #[cfg(feature = "cloud")]
        Scheme::Object => &Objects,
        // Nothing is written to the web: no output folder is an address.
        _ => &Local,
    }
}

/// Whether a place is an address that others can fetch what lies there from.
#[must_use]
pub fn is_address(at: &Path) -> bool {
    Scheme::of(at) == Scheme::Web
}

/// Whether a place is one of another machine, which is called by its URI and looked at by parts: what lies there is known
/// by what is said of it, and not by all that it holds.
#[must_use]
pub fn is_remote(at: &Path) -> bool {
    Scheme::of(at) != Scheme::File
}

/// Whether a place is in a store that signs URLs by which others can fetch what lies there.
#[must_use]
pub fn is_signing(at: &Path) -> bool {
    #[cfg(feature = "cloud")]
    return Scheme::of(at) == Scheme::Object && object::is_signing(at);
    #[cfg(not(feature = "cloud"))]
    {
        let _ = at;
        false
    }
}

/// A URL by which whoever has it can fetch what lies at a place for a week, the longest that the services sign for. It is
/// a secret, and kept nowhere.
///
/// # Errors
/// If the store signs none, or its credentials are of a kind that cannot.
pub fn signed(at: &Path) -> io::Result<String> {
    #[cfg(feature = "cloud")]
    return object::signed(at);
    #[cfg(not(feature = "cloud"))]
    return Err(io::Error::other(format!("`{}` lies in no store", at.display())));
}

/// Whether a place is the top of where it is, so that nothing lies beside it: a bucket, a server.
#[must_use]
pub fn is_bucket(at: &Path) -> bool {
    Scheme::of(at) == Scheme::Object && at.components().count() < 3
}

/// What is to be done about an error, where that is known.
#[must_use]
pub fn hint(error: &io::Error) -> Option<&str> {
    #[cfg(feature = "cloud")]
    return object::hint(error);
    #[cfg(not(feature = "cloud"))]
    return Some(error).and(None);
}

/// Whether anything is there, behind links.
#[must_use]
pub fn is_there(path: &Path) -> bool {
    source(path).stat(path).is_ok()
}

/// Whether a file is there, behind links.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    source(path).stat(path).is_ok_and(|there| there.kind == Kind::File)
}

/// Whether a file, and no link to one, lies there with so many bytes.
#[must_use]
pub fn is_file_of(path: &Path, bytes: u64) -> bool {
    sink(path).stat_itself(path).is_ok_and(|there| there.kind == Kind::File && there.bytes == bytes)
}

/// The true path of a folder that may not be there yet. What is there is followed through its links,
/// part by part, so that `..` leads to the true folder above; what is not there has none, and `..`
/// takes back its name.
#[must_use]
pub fn canonical_or_missing(path: &Path) -> PathBuf {
    source(path).canonical_or_missing(path)
}

/// The nearest folder on the way to a path that is there, or a link that leads nowhere: nothing can be written in that.
/// Where nothing has to be there it is the path itself.
#[must_use]
pub fn nearest(path: &Path) -> &Path {
    if !sink(path).keeps_folders() {
        return path;
    }
    path.ancestors().find(|folder| sink(folder).stat_itself(folder).is_ok()).unwrap_or(path)
}

/// Whether two hold the very same bytes, as long as the first.
fn holds_same(mut a: impl Read, mut b: impl Read) -> io::Result<bool> {
    let (mut left, mut right) = ([0; 8192], [0; 8192]);
    loop {
        let count = a.read(&mut left)?;
        if count == 0 {
            return Ok(true);
        }
        let (Some(left), Some(right)) = (left.get(..count), right.get_mut(..count)) else { return Ok(false) };
        b.read_exact(right)?;
        if left != right {
            return Ok(false);
        }
    }
}

/// Whether an error says that there is nothing.
#[must_use]
pub fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}
