//! A file that is open to be read here and there: its first bytes are fetched once.
//!
//! What a picture is stands in its head, in many small parts. Each look at one would be a call to the system, and to
//! another machine where the folder is one.

use std::fmt::{self, Debug};
use std::io::{self, Read, Seek, SeekFrom};

use super::{ReadSeek, Stat};

/// How much of a file's beginning is kept, bytes.
const HEAD: u64 = 16 << 10;

/// A file that is open to be read.
pub struct Reader {
    stat: Stat,
    file: Box<dyn ReadSeek + Send>,
    /// Its first bytes, once any were read; all of it if they are fewer than are kept.
    head: Option<Vec<u8>>,
    /// Where the next byte is read.
    at: u64,
    /// Where the file itself stands.
    file_at: u64,
}

impl Reader {
    /// Of something that can be read and stands at its beginning, and what is known of it.
    pub fn new(stat: Stat, file: impl ReadSeek + Send + 'static) -> Self {
        Self { stat, file: Box::new(file), head: None, at: 0, file_at: 0 }
    }

    /// What was known of it when it was opened.
    #[must_use]
    pub fn stat(&self) -> Stat {
        self.stat
    }

    /// What of its head lies where it is read next; `None` if the file is to be asked.
    fn kept(&mut self) -> io::Result<Option<&[u8]>> {
        let head = match &mut self.head {
            Some(head) => head,
            head @ None => {
                if self.file_at != 0 {
                    self.file.rewind()?;
                }
                let mut first = Vec::with_capacity(usize::try_from(self.stat.bytes.min(HEAD)).unwrap_or_default());
                // After a failure it stands nowhere.
                self.file_at = u64::MAX;
                self.file.by_ref().take(HEAD).read_to_end(&mut first)?;
                self.file_at = first.len() as u64;
                head.insert(first)
            }
        };
        let is_all = (head.len() as u64) < HEAD;
        let rest = usize::try_from(self.at).ok().and_then(|at| head.get(at..)).unwrap_or_default();
        Ok((is_all || !rest.is_empty()).then_some(rest))
    }

    /// Where it ends. One that was read as a whole is asked no more; another may have grown since it was opened.
    fn end(&mut self) -> io::Result<u64> {
        // Whoever wants to know where it ends reads its head next.
        if self.stat.bytes < HEAD && self.kept().is_ok() {
            let whole = self.head.as_ref().map(|head| head.len() as u64).filter(|length| *length < HEAD);
            if let Some(length) = whole {
                return Ok(length);
            }
        }
        self.file_at = self.file.seek(SeekFrom::End(0))?;
        Ok(self.file_at)
    }

    /// Brings the file itself to where it is read next.
    fn go_there(&mut self) -> io::Result<()> {
        if self.file_at != self.at {
            self.file_at = self.file.seek(SeekFrom::Start(self.at))?;
        }
        Ok(())
    }
}

impl Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("stat", &self.stat).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = if let Some(mut kept) = self.kept()? {
            kept.read(into)?
        } else {
            self.go_there()?;
            let read = self.file.read(into)?;
            self.file_at += read as u64;
            read
        };
        self.at += read as u64;
        Ok(read)
    }

    fn read_to_end(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
        let before = into.len();
        while let Some(kept) = self.kept()? {
            let read = kept.len();
            into.extend_from_slice(kept);
            self.at += read as u64;
            if read == 0 {
                return Ok(into.len() - before);
            }
        }
        self.go_there()?;
        let read = self.file.read_to_end(into);
        self.at += read.as_ref().map_or(0, |read| *read as u64);
        self.file_at = self.at;
        read.map(|_| into.len() - before)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.end()?.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::storage::Kind;

    proptest! {
        #[test]
        fn it_reads_what_the_file_holds_wherever_one_looks(
            length in prop_oneof![0_usize..100, 16_300_usize..16_500, 30_000_usize..50_000],
            looks in prop::collection::vec((0_u8..4, 0_u64..60_000, 0_usize..20_000), 1..12),
        ) {
            let bytes: Vec<u8> = (0..length).map(|n| u8::try_from(n * 7 % 251).unwrap_or_default()).collect();
            let stat = Stat { kind: Kind::File, bytes: length as u64, modified: None, is_read_only: false };
            let (mut reader, mut plain) = (Reader::new(stat, Cursor::new(bytes.clone())), Cursor::new(bytes));
            for (how, by, count) in looks {
                let to = match how {
                    0 => SeekFrom::Start(by),
                    1 => SeekFrom::Current(i64::try_from(by).unwrap_or_default() / 8),
                    2 => SeekFrom::Current(-i64::try_from(by).unwrap_or_default() / 8),
                    _ => SeekFrom::End(-i64::try_from(by).unwrap_or_default() / 2),
                };
                prop_assert_eq!(reader.seek(to).ok(), plain.seek(to).ok());
                let (mut ours, mut theirs) = (Vec::new(), Vec::new());
                if count % 5 == 0 {
                    reader.read_to_end(&mut ours).unwrap();
                    plain.read_to_end(&mut theirs).unwrap();
                } else {
                    reader.by_ref().take(count as u64).read_to_end(&mut ours).unwrap();
                    plain.by_ref().take(count as u64).read_to_end(&mut theirs).unwrap();
                }
                prop_assert_eq!(ours, theirs);
                prop_assert_eq!(reader.stream_position().ok(), plain.stream_position().ok());
            }
        }
    }
}
