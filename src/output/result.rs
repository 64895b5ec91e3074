//! A result as a whole: its files checked, synced and named together, with its captions beside them.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::runtime::Handle;

use super::caption::{Beside, Told};
use super::draft::off_the_loop;
use super::folder::{FINISHING, Folder};
use super::name::Names;
use super::part::{Part, Whole, endings};
use super::place::{Piece, place};
use super::suspicion::{BLACK_AS_THE_PHOTO, suspicion};
use super::template::Made;
use super::{Output, OutputError};
use crate::job::{Answer, Cost, FileKind, FilePath, Photo, Pixels, Request, Saved, SavedFile, Suspicion};
use crate::picture::{Against, Look, Mark, against, memory_to_finish};
use crate::storage;

/// What a result should be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expect<'a> {
    /// The size of its first picture that was promised, px.
    pub pixels: Option<Pixels>,
    /// What an earlier attempt of the same job saved. It may be replaced, unless somebody changed it.
    pub previous: Option<&'a Saved>,
    /// What to write beside it.
    pub caption: Option<&'a str>,
    /// How it came to be, as far as names may say it.
    pub made: Made<'a>,
}

/// A result under its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The first of its files.
    pub first: SavedFile,
    /// The others.
    pub further: Box<[SavedFile]>,
    /// What of its photo's metadata could not be brought over.
    pub note: Option<Box<str>>,
    /// What is odd about it.
    pub suspicion: Option<Suspicion>,
}

impl Placed {
    /// What is known of the result of a request that was saved so, and what is odd about it.
    #[must_use]
    pub fn saved(self, request: &Request, answer: &Answer, cost: Option<Cost>) -> (Saved, Option<Suspicion>) {
        let saved = Saved {
            request: request.id.clone(),
            first: self.first,
            further: self.further,
            texts: answer.named_texts(),
            seed: answer.seed,
            inference_s: answer.inference_s,
            cost,
            content: Some(request.upload.content),
            same_as: None,
        };
        let is_unsafe = || answer.is_unsafe().then(|| Suspicion("the model takes it for unsafe".into()));
        (saved, self.suspicion.or_else(is_unsafe))
    }
}

impl Output {
    /// Checks a result's files, syncs them and gives them their names, with the caption beside them.
    ///
    /// Nothing that this batch did not write is ever overwritten: a taken name leads to the next
    /// one. A file that holds the same bytes already, as after a crash, is taken for the result.
    ///
    /// # Errors
    /// [`OutputError::BadResult`] if there is no file or one is not whole, [`OutputError::Disk`] if the disk is
    /// full, [`OutputError::LocalFile`] if it cannot be written. Nothing is left of it then.
    pub async fn place(&self, photo: &Photo, parts: Vec<Part>, expect: Expect<'_>) -> Result<Placed, OutputError> {
        let names = self.names(photo, expect.made)?;
        let (shared, runtime) = (Arc::clone(&self.0), Handle::current());
        let mut finished = Finished {
            parts,
            photo: photo.source.clone(),
            promised: expect.pixels,
            captions: shared.written.captions.beside(Told::caption(expect.caption), Mark::default()),
            previous: expect.previous.cloned(),
        };
        off_the_loop(move || {
            finished.parts.iter_mut().for_each(|part| part.dressing.read());
            // Each that is written anew takes memory by its size.
            let memory = finished.memory().map(|memory| runtime.block_on(shared.finishing.acquire_many(memory)));
            let placed = finished.place(&shared, names);
            drop(memory);
            placed
        })
        .await
    }
}

/// The memory that writing a result of this size anew takes, MiB, of what all may take together.
fn turn(promised: Option<Pixels>, is_avif: bool) -> u32 {
    let needed = promised.map(|pixels| memory_to_finish(pixels.count(), 0, is_avif).div_ceil(1 << 20));
    needed.and_then(|needed| u32::try_from(needed).ok()).unwrap_or(FINISHING).clamp(1, FINISHING)
}

/// A result whose files all came.
pub(super) struct Finished {
    pub(super) parts: Vec<Part>,
    /// The photo that it was made of.
    pub(super) photo: Box<Path>,
    pub(super) promised: Option<Pixels>,
    pub(super) captions: Vec<Beside>,
    pub(super) previous: Option<Saved>,
}

impl Finished {
    /// The memory that writing it anew takes, MiB; `None` if that need not be.
    fn memory(&self) -> Option<u32> {
        let is_avif = self.parts.iter().any(Part::is_to_be_avif);
        self.parts.iter().any(Part::is_to_be_finished).then(|| turn(self.promised, is_avif))
    }

    pub(super) fn place(mut self, shared: &Folder, mut names: Names) -> Result<Placed, OutputError> {
        let target = names.target(&shared.root);
        let failed = |error| OutputError::of(&target, error);
        let mut checked = Vec::with_capacity(self.parts.len());
        for part in &mut self.parts {
            part.dress(&target, || shared.unfinished(&mut names))?;
            checked.push(part.check().map_err(|fault| fault.of(&target))?);
        }
        let (first, look) = checked.first().cloned().ok_or_else(nothing)?;
        let roles = self.parts.iter().map(|part| &*part.what.role);
        let endings = endings(roles.zip(checked.iter().map(|(kind, _)| kind)));

        names.folder = shared.free(&names.folder);
        let note = self.parts.iter().find_map(|part| part.dressing.note()).map(Into::into);
        let mut files = Vec::with_capacity(self.parts.len());
        let mut pieces = Vec::new();
        for ((part, (kind, _)), ending) in self.parts.into_iter().zip(checked).zip(&endings) {
            let file = match part.content {
                Whole::Memory(bytes) => {
                    let mut file = shared.unfinished(&mut names)?;
                    file.write_all(&bytes).map_err(failed)?;
                    file
                }
                Whole::File(file) => file,
            };
            if shared.written.keep_time {
                // As old as its photo, where the file system can.
                let at = storage::source(&self.photo).stat(&self.photo).ok().and_then(|photo| photo.modified);
                // What lies at an address may have a mark in place of its age.
                let at = at.filter(|at| !storage::is_remote(&self.photo) || *at >= SystemTime::UNIX_EPOCH);
                let _ = at.map(|at| file.set_modified(at));
            }
            file.sync().map_err(failed)?;
            pieces.push(Piece { ending: ending.clone(), unfinished: file });
            files.push((part.what.role, kind, part.bytes));
        }
        // Whoever sees the first finds all else beside it.
        let main = pieces.drain(..1).next();
        self.captions.retain(|beside| !endings.contains(&beside.ending()));
        pieces.extend(main);
        let (stem, unsaid) = place(shared, &names, pieces, &self.captions, self.previous.as_ref())?;
        let note = note.or(unsaid);

        let path = endings.first().map(|ending| shared.root.join(stem.with(ending)));
        let beside = path.and_then(|path| against(&self.photo, &path, look.reduced.as_ref()));
        let suspicion = doubt(&first, &look, self.promised, beside, shared.written.likeness);
        let note = note.or_else(|| (beside == Some(Against::BlackAsThePhoto)).then(|| BLACK_AS_THE_PHOTO.into()));
        let mut saved = files.into_iter().zip(&endings).map(|((role, kind, bytes), ending)| SavedFile {
            role,
            path: FilePath(stem.with(ending)),
            kind,
            bytes,
        });
        let first = saved.next().ok_or_else(nothing)?;
        Ok(Placed { first, further: saved.collect(), note, suspicion })
    }
}

fn nothing() -> OutputError {
    OutputError::BadResult("there is nothing in it".into())
}

/// What makes a person's look at a result worthwhile; only pictures can be odd.
pub(super) fn doubt(
    kind: &FileKind,
    look: &Look,
    promised: Option<Pixels>,
    beside: Option<Against>,
    least: u8,
) -> Option<Suspicion> {
    match kind {
        FileKind::Picture { pixels, .. } => suspicion(*pixels, promised, look, beside, least),
        FileKind::Other(_) => None,
    }
}
