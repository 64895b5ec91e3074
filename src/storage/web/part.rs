//! What lies at an address, read here and there: each part is fetched once, and of all of it only so much.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

use super::ask::{About, about};

/// How much is fetched at a time, bytes: the head of most pictures.
const PART: u64 = 64 << 10;
/// How much is fetched of one file to see what it is, bytes.
const MOST: u64 = 2 << 20;

/// What may stand behind a picture's pixels, bytes.
const TAIL: u64 = 1 << 20;
/// How long something is of which nobody says it.
const UNKNOWN: u64 = 1 << 40;

/// A file at an address, open to be looked at.
#[derive(Debug)]
pub(super) struct Parts {
    address: String,
    about: About,
    /// What was fetched, by where it begins, in units of a part.
    fetched: BTreeMap<u64, Vec<u8>>,
    /// The beginning, where a host gives nothing else.
    head: Option<Vec<u8>>,
    /// Whether that is all there is.
    is_all: bool,
    at: u64,
}

impl Parts {
    pub(super) fn open(address: &str) -> io::Result<Self> {
        let (about, bytes) = about(address, 0..PART)?;
        let mut parts =
            Self { address: address.to_owned(), about, fetched: BTreeMap::new(), head: None, is_all: false, at: 0 };
        if about.gives_parts || bytes.len() as u64 == about.bytes.unwrap_or(u64::MAX) {
            parts.fetched.insert(0, bytes);
        } else {
            parts.head = Some(bytes);
        }
        Ok(parts)
    }

    pub(super) fn about(&self) -> About {
        self.about
    }

    /// What lies from here on, as far as it is fetched at once.
    fn rest(&mut self) -> io::Result<&[u8]> {
        if self.about.bytes.is_some_and(|bytes| self.at >= bytes) {
            return Ok(&[]);
        }
        if self.head.is_some() {
            return self.rest_of_head();
        }
        let number = self.at / PART;
        if !self.fetched.contains_key(&number) {
            may_fetch(self.fetched.len() as u64 * PART)?;
            let start = number * PART;
            let end = self.about.bytes.unwrap_or(u64::MAX).min(start + PART);
            let (now, bytes) = about(&self.address, start..end)?;
            if now != self.about {
                return Err(io::Error::other("it was changed while it was looked at"));
            }
            self.fetched.insert(number, bytes);
        }
        let part = self.fetched.get(&number).map(Vec::as_slice).unwrap_or_default();
        Ok(usize::try_from(self.at - number * PART).ok().and_then(|at| part.get(at..)).unwrap_or_default())
    }

    /// The same of a host that gives the beginning alone: all of it that is looked at, at once.
    fn rest_of_head(&mut self) -> io::Result<&[u8]> {
        // What may stand behind the picture is not worth all that is before it.
        let is_tail = self.about.bytes.is_some_and(|bytes| bytes > MOST && bytes - self.at <= TAIL);
        if is_tail && self.at >= self.head.as_ref().map_or(0, Vec::len) as u64 {
            return Ok(&[]);
        }
        if self.at >= self.head.as_ref().map_or(0, Vec::len) as u64 {
            self.fetch_head()?;
        }
        let head = self.head.as_deref().unwrap_or_default();
        let rest = usize::try_from(self.at).ok().and_then(|at| head.get(at..)).unwrap_or_default();
        if rest.is_empty() && head.len() as u64 >= MOST {
            may_fetch(MOST)?;
        }
        Ok(rest)
    }

    fn fetch_head(&mut self) -> io::Result<()> {
        if self.head.as_ref().is_some_and(|head| (head.len() as u64) < MOST) && !self.is_all {
            let (_, bytes) = about(&self.address, 0..MOST)?;
            self.is_all = (bytes.len() as u64) < MOST;
            self.head = Some(bytes);
        }
        Ok(())
    }

    /// How long it is, bytes, as far as that is known: longer than anything, else.
    fn length(&mut self) -> io::Result<u64> {
        if let Some(bytes) = self.about.bytes {
            return Ok(bytes);
        }
        self.fetch_head()?;
        Ok(if self.is_all { self.head.as_ref().map_or(0, Vec::len) as u64 } else { UNKNOWN })
    }
}

/// Whether more may be fetched than these bytes.
fn may_fetch(fetched: u64) -> io::Result<()> {
    if fetched >= MOST { Err(io::Error::other("what it is does not show in its first parts")) } else { Ok(()) }
}

impl Read for Parts {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.rest()?;
        let read = rest.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Parts {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length()?.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
