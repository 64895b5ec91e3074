//! Giving a result its name, and its caption the same.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use tempfile::TempPath;

use super::folder::Folder;
use super::name::{Names, inside, with};
use super::{OutputError, atomically};
use crate::job::{Format, Saved};

/// What is under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// Nothing.
    Free,
    /// Something that this job wrote before.
    Ours,
    /// The very bytes that are to be written: a run that was killed got this far.
    Same,
    /// Something else.
    Taken,
}

/// Gives a finished file the first name that is free for it and for its caption files; the name,
/// below the output folder.
pub(super) fn place(
    shared: &Folder,
    names: &Names,
    mut unfinished: TempPath,
    format: Format,
    captions: &[(&'static str, Vec<u8>)],
    previous: Option<&Saved>,
) -> Result<Box<Path>, OutputError> {
    let folder = shared.root.join(&names.folder);
    let previous = previous.filter(|saved| inside(&saved.output).is_ok());
    let old = previous.map(|saved| Old::of(shared, saved));
    let before = previous.filter(|saved| saved.output.parent() == Some(&*names.folder));
    let before = before.and_then(|saved| saved.output.file_stem()).map(OsStr::to_owned);

    let _naming = shared.naming.lock().unwrap_or_else(PoisonError::into_inner);
    for stem in names.stems(before) {
        let name = with(&stem, format.extension());
        let path = folder.join(&name);
        let found = slot(&path, &unfinished, old.as_ref()).map_err(|error| OutputError::of(&path, error))?;
        if found == Slot::Taken {
            continue;
        }
        let Some(written) = caption_files(&folder, &stem, captions, old.as_ref())? else { continue };
        match named(unfinished, &path, found) {
            Ok(()) => {
                atomically::sync_folder(&folder).map_err(|error| OutputError::of(&folder, error))?;
                if let Some(old) = &old {
                    old.remove_but(&path, &folder.join(&stem));
                }
                return Ok(names.folder.join(name).into());
            }
            Err((error, given_back)) => {
                for caption in written {
                    let _ = fs::remove_file(caption);
                }
                if error.kind() != io::ErrorKind::AlreadyExists {
                    return Err(OutputError::of(&path, error));
                }
                unfinished = given_back;
            }
        }
    }
    Err(OutputError::of(&folder, io::Error::new(io::ErrorKind::AlreadyExists, "every name is taken")))
}

/// What an earlier attempt of the same job saved.
struct Old {
    picture: PathBuf,
    bytes: u64,
    captions: Vec<(&'static str, Vec<u8>)>,
}

impl Old {
    fn of(shared: &Folder, saved: &Saved) -> Self {
        let captions = shared.captions.files(saved.caption.as_deref());
        Self { picture: shared.root.join(&saved.output), bytes: saved.bytes, captions }
    }

    /// Whether a picture is as it was saved.
    fn is_picture(&self, path: &Path) -> bool {
        self.picture == path
            && fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == self.bytes)
    }

    /// Whether a caption file is as it was saved.
    fn is_caption(&self, path: &Path) -> bool {
        let beside = self.picture.with_extension("") == path.with_extension("");
        let extension = path.extension().and_then(OsStr::to_str);
        let saved = self.captions.iter().find(|(saved, _)| extension == Some(*saved));
        beside && saved.is_some_and(|(_, bytes)| holds(path, bytes))
    }

    /// Removes it where the new result got other names.
    fn remove_but(&self, picture: &Path, stem: &Path) {
        if self.picture != picture && self.is_picture(&self.picture) {
            let _ = fs::remove_file(&self.picture);
        }
        if self.picture.with_extension("") != stem {
            for (extension, _) in &self.captions {
                let path = self.picture.with_extension(extension);
                if self.is_caption(&path) {
                    let _ = fs::remove_file(path);
                }
            }
        }
    }
}

fn slot(path: &Path, unfinished: &Path, old: Option<&Old>) -> io::Result<Slot> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Slot::Free),
        Err(error) => Err(error),
        Ok(_) if old.is_some_and(|old| old.is_picture(path)) => Ok(Slot::Ours),
        Ok(found) if found.is_file() && atomically::same(path, unfinished).unwrap_or(false) => Ok(Slot::Same),
        Ok(_) => Ok(Slot::Taken),
    }
}

fn named(unfinished: TempPath, path: &Path, found: Slot) -> Result<(), (io::Error, TempPath)> {
    match found {
        Slot::Free | Slot::Taken => atomically::claim(unfinished, path),
        Slot::Ours => unfinished.persist(path).map_err(|refused| (refused.error, refused.path)),
        Slot::Same => Ok(()),
    }
}

/// Writes the caption files of a stem; those that were not there before. `None` if one of the names
/// is taken.
fn caption_files(
    folder: &Path,
    stem: &OsStr,
    captions: &[(&'static str, Vec<u8>)],
    old: Option<&Old>,
) -> Result<Option<Vec<PathBuf>>, OutputError> {
    let mut written = Vec::new();
    let slots: Vec<_> = captions
        .iter()
        .map(|(extension, bytes)| {
            let path = folder.join(with(stem, extension));
            let slot = match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Slot::Free,
                _ if holds(&path, bytes) => Slot::Same,
                _ if old.is_some_and(|old| old.is_caption(&path)) => Slot::Ours,
                _ => Slot::Taken,
            };
            (path, bytes, slot)
        })
        .collect();
    if slots.iter().any(|(_, _, slot)| *slot == Slot::Taken) {
        return Ok(None);
    }
    for (path, bytes, slot) in slots.into_iter().filter(|(_, _, slot)| *slot != Slot::Same) {
        let done = atomically::written(folder, bytes).map_err(|error| (error, None));
        match done.and_then(|file| named(file, &path, slot).map_err(|(error, file)| (error, Some(file)))) {
            Ok(()) if slot == Slot::Free => written.push(path),
            Ok(()) => {}
            Err((error, _)) => {
                for caption in written {
                    let _ = fs::remove_file(caption);
                }
                return if error.kind() == io::ErrorKind::AlreadyExists {
                    Ok(None)
                } else {
                    Err(OutputError::of(&path, error))
                };
            }
        }
    }
    Ok(Some(written))
}

/// Whether a small file holds just these bytes.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64)
        && fs::read(path).is_ok_and(|found| found == bytes)
}
