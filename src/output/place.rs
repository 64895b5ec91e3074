//! Giving a result its name, and its caption the same.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use super::OutputError;
use super::caption::{Before, Beside, Put, Told};
use super::folder::Folder;
use super::name::{Names, ended, inside};
use crate::job::{Format, Saved};
use crate::storage::{Kind, Named, Sink, Unfinished, is_file_of, is_missing};

/// A file that is written and synced, and lacks but its name.
pub(super) struct Piece {
    /// What stands behind the stem that all of them have: `.png`, `-2.png`.
    pub(super) ending: String,
    pub(super) unfinished: Unfinished,
}

/// What is under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// Nothing.
    Free,
    /// What an earlier attempt of this job wrote.
    Ours,
    /// The very bytes that are to be there: a run that was killed got this far.
    Same,
    /// Something else.
    Taken,
}

/// A stem in a folder below the output folder.
#[derive(Debug)]
pub(super) struct Stem {
    folder: PathBuf,
    stem: OsString,
}

impl Stem {
    /// The path of the file with this ending.
    pub(super) fn with(&self, ending: &str) -> PathBuf {
        self.folder.join(ended(&self.stem, ending))
    }
}

/// Gives all pieces the first stem that is free for every one of them, with the captions beside them, and says what of
/// those could not be written. The last piece is the first file: whoever sees it finds all else beside it.
pub(super) fn place(
    shared: &Folder,
    names: &Names,
    mut pieces: Vec<Piece>,
    captions: &[Beside],
    previous: Option<&Saved>,
) -> Result<(Stem, Option<Box<str>>), OutputError> {
    let folder = shared.root.join(&names.folder);
    let old = previous
        .filter(|saved| saved.files().all(|file| inside(file.path.as_ref()).is_ok()))
        .map(|saved| Old::of(shared, saved));
    // A job keeps the name that it once had.
    let before = previous.map(|saved| shared.root.join(saved.output()));
    let before = before.filter(|first| old.is_some() && first.parent() == Some(&*folder));
    let before = before.as_deref().and_then(Path::file_stem).map(OsStr::to_owned);

    let naming = shared.turns.of(&names.target(&folder));
    for stem in names.stems(before) {
        let paths: Vec<_> = pieces.iter().map(|piece| folder.join(ended(&stem, &piece.ending))).collect();
        let mut beside =
            Captioned { shared, captions, folder: &folder, stem: &stem, old: old.as_ref(), put: Vec::new() };
        if beside.are_anothers(&paths) {
            continue;
        }
        match claim_all(shared.sink(), pieces, &paths, old.as_ref(), || beside.put(&paths))? {
            Claimed::All => {
                let (kept, note) = beside.end();
                if let Some(old) = &old {
                    old.remove_but(paths.iter().chain(&kept));
                }
                drop(naming);
                shared.sink().sync(&folder).map_err(|error| OutputError::of(&folder, error))?;
                return Ok((Stem { folder: names.folder.clone(), stem }, note));
            }
            Claimed::None(given_back) => {
                beside.take_back();
                pieces = given_back;
            }
        }
    }
    Err(OutputError::of(&folder, io::Error::new(io::ErrorKind::AlreadyExists, "every name is taken")))
}

enum Claimed {
    All,
    /// A name is taken: the pieces are as they were.
    None(Vec<Piece>),
}

/// The captions of a stem.
struct Captioned<'a> {
    shared: &'a Folder,
    captions: &'a [Beside],
    folder: &'a Path,
    stem: &'a OsStr,
    old: Option<&'a Old>,
    put: Vec<Put>,
}

impl Captioned<'_> {
    fn before(&self) -> Option<&Before> {
        self.old.map(|old| &old.captions)
    }

    /// Whether a caption's place is taken by that of another picture, which has none of our paths.
    fn are_anothers(&self, paths: &[PathBuf]) -> bool {
        let is_theirs = |path: &PathBuf| {
            !paths.contains(path)
                && self.shared.sink().stat_itself(path).is_ok_and(|there| there.kind == Kind::File)
                && !self.old.is_some_and(|old| old.wrote(path))
        };
        let has_picture = || {
            let names =
                Format::ALL.map(|format| self.folder.join(ended(self.stem, &format!(".{}", format.extension()))));
            names.iter().any(is_theirs)
        };
        self.captions.iter().any(|beside| beside.is_anothers(self.folder, self.stem, self.before(), has_picture))
    }

    /// Writes them, before the picture has its name.
    fn put(&mut self, paths: &[PathBuf]) -> Result<(), OutputError> {
        let Some(picture) = paths.last() else { return Ok(()) };
        for beside in self.captions {
            let put = beside.put(self.folder, self.stem, picture, self.before());
            self.put.push(put.map_err(|error| OutputError::of(picture, error))?);
        }
        Ok(())
    }

    /// Removes what is new: the picture did not get this name.
    fn take_back(&self) {
        for path in self.put.iter().filter_map(|put| if let Put::New(path) = put { Some(path) } else { None }) {
            // It is in nobody's way.
            let _ = self.shared.sink().remove(path);
        }
    }

    /// The paths that have a caption now, and what is to be said of the others.
    fn end(self) -> (Vec<PathBuf>, Option<Box<str>>) {
        let paths = self.captions.iter().map(|beside| self.folder.join(beside.name(self.stem))).collect();
        let notes: Vec<_> =
            self.put.into_iter().filter_map(|put| if let Put::Left(why) = put { Some(why) } else { None }).collect();
        (paths, (!notes.is_empty()).then(|| notes.join("; ").into()))
    }
}

/// Gives each piece its path, or none of them; once all are free and before the first has it, something is done.
fn claim_all(
    sink: &dyn Sink,
    pieces: Vec<Piece>,
    paths: &[PathBuf],
    old: Option<&Old>,
    before: impl FnOnce() -> Result<(), OutputError>,
) -> Result<Claimed, OutputError> {
    let mut slots = Vec::with_capacity(paths.len());
    for (piece, path) in pieces.iter().zip(paths) {
        slots.push(slot(sink, path, &piece.unfinished, old).map_err(|error| OutputError::of(path, error))?);
    }
    if slots.contains(&Slot::Taken) {
        return Ok(Claimed::None(pieces));
    }
    before()?;
    let mut done = Vec::new();
    let mut left = pieces.into_iter().zip(paths).zip(slots);
    while let Some(((Piece { ending, unfinished }, path), slot)) = left.next() {
        let named = match slot {
            Slot::Free | Slot::Taken => sink.claim(unfinished, path),
            Slot::Ours => sink.replace(unfinished, path),
            Slot::Same => continue,
        };
        match named {
            Ok(named) if slot == Slot::Free => done.push(Done { path, ending, named }),
            Ok(_) => {}
            Err(refused) => {
                // Another program took the name since we looked.
                let mut pieces: Vec<_> = done.into_iter().filter_map(|done| done.take_back(sink)).collect();
                pieces.push(Piece { ending, unfinished: refused.file });
                pieces.extend(left.map(|((piece, _), _)| piece));
                let taken = refused.error.kind() == io::ErrorKind::AlreadyExists;
                return if taken { Ok(Claimed::None(pieces)) } else { Err(OutputError::of(path, refused.error)) };
            }
        }
    }
    Ok(Claimed::All)
}

/// A piece that just got its name.
struct Done<'a> {
    path: &'a Path,
    ending: String,
    named: Named,
}

impl Done<'_> {
    fn take_back(self, sink: &dyn Sink) -> Option<Piece> {
        Some(Piece { ending: self.ending, unfinished: sink.unname(self.path, self.named)? })
    }
}

fn slot(sink: &dyn Sink, path: &Path, unfinished: &Unfinished, old: Option<&Old>) -> io::Result<Slot> {
    match sink.stat_itself(path) {
        Err(error) if is_missing(&error) => Ok(Slot::Free),
        Err(error) => Err(error),
        Ok(found) if found.kind == Kind::File && sink.is_same(path, unfinished).unwrap_or(false) => Ok(Slot::Same),
        Ok(_) if old.is_some_and(|old| old.wrote(path)) => Ok(Slot::Ours),
        Ok(_) => Ok(Slot::Taken),
    }
}

/// What an earlier attempt of the same job saved.
struct Old {
    sink: &'static dyn Sink,
    files: Vec<(PathBuf, u64)>,
    /// The first of them, without its extension.
    stem: PathBuf,
    captions: Before,
}

impl Old {
    fn of(shared: &Folder, saved: &Saved) -> Self {
        let files = saved.files().map(|file| (shared.root.join(&file.path), file.bytes)).collect();
        let first = shared.root.join(saved.output());
        let stem = first.with_file_name(first.file_stem().unwrap_or_default());
        Self {
            sink: shared.sink(),
            files,
            stem,
            captions: shared.written.captions.before(Told::caption(saved.caption())),
        }
    }

    /// Whether a file is one that it wrote, and as it wrote it.
    fn wrote(&self, path: &Path) -> bool {
        self.files.iter().find(|(file, _)| file == path).is_some_and(|(_, bytes)| is_file_of(path, *bytes))
    }

    /// Removes what the new result did not replace, having another name or no caption.
    fn remove_but<'a>(&self, paths: impl Iterator<Item = &'a PathBuf>) {
        let paths: Vec<_> = paths.collect();
        // It is in nobody's way.
        let remove = |path: &Path| drop(self.sink.remove(path));
        for (path, _) in self.files.iter().filter(|(path, _)| !paths.contains(&path) && self.wrote(path)) {
            remove(path);
        }
        for (extension, bytes) in &self.captions.files {
            let path =
                self.stem.with_file_name(ended(self.stem.file_name().unwrap_or_default(), &format!(".{extension}")));
            let is_as_written =
                || is_file_of(&path, bytes.len() as u64) && self.sink.read(&path).is_ok_and(|f| f == *bytes);
            if !paths.contains(&&path) && is_as_written() {
                remove(&path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::storage;

    #[test]
    fn a_name_taken_at_the_last_moment_takes_back_all_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let sink = storage::sink(dir.path());
        let piece = |ending: &str, bytes: &[u8]| Piece {
            ending: ending.to_owned(),
            unfinished: sink.written(dir.path(), bytes).unwrap(),
        };
        let pieces = vec![piece(".txt", b"caption"), piece(".png", b"picture")];
        // Both find the name free, as if another program took it in between.
        let path = dir.path().join("a");
        let Claimed::None(pieces) = claim_all(sink, pieces, &[path.clone(), path.clone()], None, || Ok(())).unwrap()
        else {
            panic!("two files under one name");
        };
        assert!(!path.exists());
        let found: Vec<_> = pieces.iter().map(|p| (&*p.ending, fs::read(p.unfinished.path()).unwrap())).collect();
        assert_eq!(found, [(".txt", b"caption".to_vec()), (".png", b"picture".to_vec())]);
        drop(pieces);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
