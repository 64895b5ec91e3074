//! Reading forwards through a file whose length is known, so that a step past the end is noticed.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use super::error::Flaw;

/// A file being read forwards.
pub(super) struct Bytes<R> {
    inner: BufReader<R>,
    at: u64,
    len: u64,
}

impl<R: Read + Seek> Bytes<R> {
    /// Starts at the file's beginning and reads so many bytes at a time, or all of a shorter file.
    pub(super) fn new(mut inner: R, most: usize) -> io::Result<Self> {
        let len = inner.seek(SeekFrom::End(0))?;
        inner.rewind()?;
        let capacity = usize::try_from(len).unwrap_or(most).clamp(1, most);
        Ok(Self { inner: BufReader::with_capacity(capacity, inner), at: 0, len })
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// Whatever is at hand, at least a byte unless the end is reached; it stays to be read.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    /// Steps over bytes that were peeked at.
    pub(super) fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        self.at = self.at.saturating_add(count as u64);
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let mut array = [0; N];
        self.inner.read_exact(&mut array)?;
        self.at = self.at.saturating_add(N as u64);
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Flaw> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn be16(&mut self) -> Result<u16, Flaw> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn be32(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn le16(&mut self) -> Result<u16, Flaw> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn le32(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next bytes, `wanted` of them or as many as there are.
    pub(super) fn up_to(&mut self, wanted: u64) -> Result<Vec<u8>, Flaw> {
        let mut found = Vec::new();
        (&mut self.inner).take(wanted).read_to_end(&mut found)?;
        self.at = self.at.saturating_add(found.len() as u64);
        Ok(found)
    }

    /// Steps over bytes without reading them; all of them must be there.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Flaw> {
        if count > self.left() {
            return Err(Flaw::Short);
        }
        self.inner.seek_relative(i64::try_from(count).map_err(|_| Flaw::Short)?)?;
        self.at = self.at.saturating_add(count);
        Ok(())
    }

    /// Where the next byte stands, from the file's beginning.
    pub(super) fn position(&self) -> u64 {
        self.at
    }

    /// Goes on so many bytes from the beginning, which must be there.
    pub(super) fn go_to(&mut self, at: u64) -> Result<(), Flaw> {
        if at > self.len {
            return Err(Flaw::Short);
        }
        self.at = at;
        self.inner.seek(SeekFrom::Start(at))?;
        Ok(())
    }

    /// Goes on at `count` bytes before the end, or at the beginning of a shorter file.
    pub(super) fn go_to_tail(&mut self, count: u64) -> Result<(), Flaw> {
        self.go_to(self.len.saturating_sub(count))
    }

    /// Goes on at the beginning.
    pub(super) fn rewind(&mut self) -> Result<(), Flaw> {
        self.at = 0;
        self.inner.rewind()?;
        Ok(())
    }

    /// The reader itself, at the beginning, for a library that wants one.
    pub(super) fn into_inner(mut self) -> io::Result<BufReader<R>> {
        self.inner.rewind()?;
        Ok(self.inner)
    }
}
