//! A file of a result written anew, with its metadata. Trouble with that is a note, never a failed picture.

use std::io::{self, Cursor, Read as _, Seek as _, Write};
use std::path::Path;

use super::Dressing;
use super::finishing::LONGEST;
use crate::output::OutputError;
use crate::output::part::{Part, Whole};
use crate::picture::{Finish, Header, Unready, complete, finish, header};
use crate::storage::Unfinished;

/// How many of a file's first bytes its metadata go into, bytes.
const HEAD: usize = 512 << 10;

impl Part {
    /// Whether it may have to be written anew.
    pub(in crate::output) fn is_to_be_finished(&self) -> bool {
        self.what.picture && self.dressing.is_to_be_finished()
    }

    /// Whether it may have to be written as AVIF.
    pub(in crate::output) fn is_to_be_avif(&self) -> bool {
        self.what.picture && self.dressing.is_to_be_avif()
    }

    /// Writes it anew into a file that is begun for it, if it has to be, with its metadata. It blocks.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub(in crate::output) fn finish(
        &mut self,
        target: &Path,
        begin: impl FnOnce() -> Result<Unfinished, OutputError>,
    ) -> Result<(), OutputError> {
        let failed = |error| OutputError::of(target, error);
        let Some(finishing) = self.dressing.take_finishing() else { return Ok(()) };
        let Some((bytes, came)) = self.whole().map_err(failed)? else { return Ok(()) };
        let is_masked = finishing.is_masked && !came.alpha;
        let found = if is_masked { finishing.mask(came.upright()) } else { Ok(None) };
        let mask = found.unwrap_or_else(|note| {
            self.dressing.remark(&note);
            None
        });
        let format = finishing.format(came.format, mask.is_some());
        if mask.is_none() && format == came.format {
            return Ok(());
        }
        let file = begin()?;
        let mut into = Dressed { into: &file, dressing: &mut self.dressing, head: Some(Vec::new()) };
        let how = Finish { format, quality: finishing.quality, mask };
        match finish(&bytes, &came, &how, &mut into).and_then(|()| into.end().map_err(Unready::Disk)) {
            Ok(()) => {
                (self.content, self.checked) = (Whole::File(file), None);
                Ok(())
            }
            Err(Unready::Disk(error)) => Err(failed(error)),
            Err(Unready::Damaged(why)) => {
                self.dressing.restart();
                self.dressing.remark(&format!("it could not be written as {format}: {why}"));
                Ok(())
            }
        }
    }

    /// All of it with its header, if it is a whole picture; whoever checks it says what is wrong with another.
    fn whole(&self) -> io::Result<Option<(Vec<u8>, Header)>> {
        let mut read = Vec::new();
        match &self.content {
            Whole::Memory(bytes) => read.clone_from(bytes),
            Whole::File(file) => {
                let mut file = file;
                if file.length()? > LONGEST {
                    return Ok(None);
                }
                file.rewind()?;
                file.read_to_end(&mut read)?;
            }
        }
        let found = header(Cursor::new(&read)).ok();
        let found = found.filter(|found| complete(Cursor::new(&read), found.format).is_ok());
        Ok(found.map(|found| (read, found)))
    }
}

/// A file on its way, whose metadata go into its head.
struct Dressed<'a> {
    into: &'a Unfinished,
    dressing: &'a mut Dressing,
    /// What has come, until it is enough.
    head: Option<Vec<u8>>,
}

impl Dressed<'_> {
    fn end(&mut self) -> io::Result<()> {
        if let Some(head) = self.head.take() {
            let head = self.dressing.head(head);
            self.into.write_all(&head)?;
        }
        if self.dressing.is_wanted() { self.dressing.file(self.into) } else { Ok(()) }
    }
}

impl Write for Dressed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(mut head) = self.head.take() else { return self.into.write(bytes) };
        head.extend_from_slice(bytes);
        if head.len() < HEAD {
            self.head = Some(head);
        } else {
            let head = self.dressing.head(head);
            self.into.write_all(&head)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
