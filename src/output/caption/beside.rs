//! Captions as files beside their pictures. What somebody else wrote there is kept, or added to if that is asked for.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::sidecar;
use crate::job::{Shortage, clean};
use crate::output::name::ended;
use crate::picture::{Mark, Words, said, with_mark, with_words};
use crate::storage::{Kind, is_missing, sink};

/// The longest file that is added to, bytes.
const LONGEST: u64 = 16 << 20;

/// A file that is to stand beside a picture.
#[derive(Debug, Clone)]
pub(in crate::output) struct Beside {
    extension: Box<str>,
    is_xmp: bool,
    words: Words,
    /// What a person thinks of the picture, and thought before.
    marks: (Mark, Mark),
}

/// What an earlier result of the same photo may have left beside it.
#[derive(Debug, Clone, Default)]
pub(in crate::output) struct Before {
    /// What it said, as far as settings may have changed since.
    pub(in crate::output) lines: Vec<String>,
    /// By extension, each file as it may have been written.
    pub(in crate::output) files: Vec<(Box<str>, Vec<u8>)>,
}

impl Extend<Self> for Before {
    fn extend<T: IntoIterator<Item = Self>>(&mut self, more: T) {
        for Self { lines, files } in more {
            self.lines.extend(lines);
            self.files.extend(files);
        }
    }
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::output) enum Put {
    /// A new file.
    New(PathBuf),
    /// What was there has changed.
    Changed,
    /// Nothing had to be done.
    AsItWas,
    /// It was left alone, and why.
    Left(String),
}

/// Why a file is left alone.
enum Refused {
    /// For a person to read.
    Because(String),
    /// The disk is full.
    Disk(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        if Shortage::of(&error).is_some()
            || matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        {
            return Self::Disk(error);
        }
        Self::Because(said(&error))
    }
}

impl Before {
    /// Whether bytes with this extension are what we wrote.
    pub(in crate::output) fn wrote(&self, extension: &str, bytes: &[u8]) -> bool {
        self.files.iter().any(|(known, wrote)| **known == *extension && wrote == bytes)
    }
}

impl Beside {
    pub(super) fn text(extension: &str, words: Words) -> Self {
        Self { extension: extension.into(), is_xmp: false, words, marks: Default::default() }
    }

    pub(super) fn xmp(words: Words, mark: Mark, was: Mark) -> Self {
        Self { extension: "xmp".into(), is_xmp: true, words, marks: (mark, was) }
    }

    /// The end of its name.
    pub(in crate::output) fn ending(&self) -> String {
        format!(".{}", self.extension)
    }

    /// Its name beside a picture with this stem.
    pub(in crate::output) fn name(&self, stem: &OsStr) -> OsString {
        ended(stem, &self.ending())
    }

    /// The file: beside a picture, in its own form of name or in darktable's, if that is there.
    fn path(&self, folder: &Path, stem: &OsStr, picture: &Path) -> PathBuf {
        if self.is_xmp
            && let Some(name) = picture.file_name()
        {
            let theirs = folder.join(ended(name, ".xmp"));
            if sink(folder).stat_itself(&theirs).is_ok() {
                return theirs;
            }
        }
        folder.join(self.name(stem))
    }

    /// Whether another's file has its place: one that we did not write, of a picture that is not ours.
    pub(in crate::output) fn is_anothers(
        &self,
        folder: &Path,
        stem: &OsStr,
        before: Option<&Before>,
        has_picture: impl FnOnce() -> bool,
    ) -> bool {
        let path = folder.join(self.name(stem));
        let Ok(there) = sink(folder).stat_itself(&path) else { return false };
        let is_ours = || {
            let found = sink(folder).read(&path).ok().filter(|_| there.kind == Kind::File);
            let is_new = |found: &[u8]| found == self.fresh().as_slice();
            found.is_some_and(|found| {
                is_new(&found) || before.is_some_and(|before| before.wrote(&self.extension, &found))
            })
        };
        has_picture() && !is_ours()
    }

    /// Writes it. It blocks.
    ///
    /// # Errors
    /// If the disk is full; all else is said, and what is there stays.
    pub(in crate::output) fn put(
        &self,
        folder: &Path,
        stem: &OsStr,
        picture: &Path,
        before: Option<&Before>,
    ) -> io::Result<Put> {
        let path = self.path(folder, stem, picture);
        let none = Before::default();
        match self.put_at(&path, folder, before.unwrap_or(&none)) {
            Ok(put) => Ok(put),
            Err(Refused::Disk(error)) => Err(error),
            Err(Refused::Because(why)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Ok(Put::Left(format!("`{}` stays as it is: {why}", clean(&name))))
            }
        }
    }

    fn put_at(&self, path: &Path, folder: &Path, before: &Before) -> Result<Put, Refused> {
        let sink = sink(folder);
        match there(path)? {
            // Nothing is said any more, and nothing was.
            None if self.words.text.is_empty() && self.marks.0.is_none() => Ok(Put::AsItWas),
            None => {
                let file = sink.written(folder, &self.fresh())?;
                sink.claim(file, path).map_err(|refused| Refused::from(refused.error))?;
                Ok(Put::New(path.to_owned()))
            }
            Some((found, is_read_only)) => {
                if found == self.fresh() {
                    return Ok(Put::AsItWas);
                }
                let changed = if before.wrote(&self.extension, &found) {
                    Some(self.fresh())
                } else {
                    self.changed(&found, before)?
                };
                let Some(bytes) = changed else { return Ok(self.kept(&found)) };
                if is_read_only {
                    return Err(Refused::Because("it is read-only".to_owned()));
                }
                let file = sink.written(folder, &bytes)?;
                sink.share_as(&file, path);
                sink.replace(file, path).map_err(|refused| Refused::from(refused.error))?;
                Ok(Put::Changed)
            }
        }
    }

    /// Its bytes where nothing was there.
    fn fresh(&self) -> Vec<u8> {
        if self.is_xmp {
            sidecar(&self.words, self.marks.0).into_bytes()
        } else {
            format!("{}\n", self.words.text).into_bytes()
        }
    }

    /// What becomes of another's bytes; `None` if they stay.
    fn changed(&self, found: &[u8], before: &Before) -> Result<Option<Vec<u8>>, Refused> {
        let theirs = std::str::from_utf8(found).map_err(|_| Refused::Because("it is no UTF-8".to_owned()))?;
        if self.is_xmp {
            let odd = |error| Refused::Because(format!("it is {error}"));
            let said = with_words(theirs, &self.words, &before.lines).map_err(odd)?;
            let marked = with_mark(said.as_deref().unwrap_or(theirs), self.marks.0, self.marks.1).map_err(odd)?;
            return Ok(marked.or(said).map(String::into_bytes));
        }
        let joined = self.words.existing.joined(Some(theirs), &self.words.text, &before.lines);
        Ok(joined.map(|text| format!("{text}\n").into_bytes()))
    }

    /// What is said of a file that stays by rule.
    fn kept(&self, found: &[u8]) -> Put {
        let text = String::from_utf8_lossy(found);
        if self.is_xmp || text.contains(&self.words.text) {
            return Put::AsItWas;
        }
        Put::Left(format!("a caption by another hand is kept (`.{}`, --caption-existing skip)", self.extension))
    }
}

/// What is there, and whether it may not be written; `None` if nothing.
fn there(path: &Path) -> Result<Option<(Vec<u8>, bool)>, Refused> {
    let found = match sink(path).stat_itself(path) {
        Err(error) if is_missing(&error) => return Ok(None),
        found => found?,
    };
    if found.kind != Kind::File {
        return Err(Refused::Because("it is no file".to_owned()));
    }
    if found.bytes > LONGEST {
        return Err(Refused::Because("it is too large to be added to".to_owned()));
    }
    let mut bytes = Vec::new();
    sink(path).open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(Some((bytes, found.is_read_only)))
}
