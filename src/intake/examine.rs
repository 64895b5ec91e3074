//! A look at many files at once: on network folders each takes several round trips.

use std::io::{Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::SystemTime;

use super::Found;
use super::addresses::{Fetching, measure_address};
use crate::job::{Loss, Losses, Photo, Timestamp};
use crate::picture::{Header, Orientation, Other, PictureError, is_transparent, photo as read_photo, photo_ends_well};
use crate::storage::{self, Stat};

/// Files looked at at once.
const WORKERS: usize = 8;

/// A file that the walk came by, before it is opened.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Its path below the input, unique in the batch.
    pub(super) path: Box<Path>,
    /// The file.
    pub(super) source: Box<Path>,
    /// What its neighbours of the same name but for the extension have in common.
    pub(super) stem: Box<str>,
    /// Why it is not even opened.
    pub(super) trouble: Option<Box<str>>,
}

impl Candidate {
    /// Whether both are in one folder with one name but for the extension.
    pub(super) fn is_twin(&self, other: &Self) -> bool {
        self.stem == other.stem && self.path.parent() == other.path.parent()
    }
}

/// Looks at all of them; the answers are in their order.
pub(super) fn examine_all(candidates: &[Candidate], fetching: Fetching) -> Vec<Found> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((index, candidate)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, candidates.get(index)?)))
        {
            // A fault of ours with one file is no reason not to look at the others.
            let examined = std::panic::catch_unwind(|| examine(candidate, fetching));
            done.push((index, examined.unwrap_or_else(|_| Found::Skipped(bare(candidate), FAULT.into()))));
        }
        done
    };
    let mut found = thread::scope(|scope| {
        let workers: Vec<_> = (1..WORKERS.min(candidates.len())).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for worker in workers {
            found.append(&mut worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found
    });
    found.sort_unstable_by_key(|(index, _)| *index);
    let mut found: Vec<_> = found.into_iter().map(|(_, found)| found).collect();
    mark_twins(candidates, &mut found);
    found
}

/// Marks photos that would share a name in the output folder. What is not sent takes no name.
fn mark_twins(candidates: &[Candidate], mut found: &mut [Found]) {
    for twins in candidates.chunk_by(Candidate::is_twin) {
        let (these, rest) = found.split_at_mut(twins.len().min(found.len()));
        found = rest;
        let photos = || these.iter().filter(|found| matches!(found, Found::Photo(..)));
        if photos().count() > 1 {
            for found in these {
                if let Found::Photo(photo, _) = found {
                    photo.shares_stem = true;
                }
            }
        }
    }
}

/// Why a photo is left out whose reading panicked.
const FAULT: &str = "a fault in fal-tui itself met it; please report it, with the file";

/// What is known of a file that was not opened.
fn bare(candidate: &Candidate) -> Photo {
    Photo::unread(candidate.path.clone(), candidate.source.clone())
}

fn examine(candidate: &Candidate, fetching: Fetching) -> Found {
    let mut photo = bare(candidate);
    if let Some(trouble) = &candidate.trouble {
        return Found::Skipped(photo, trouble.clone());
    }
    let looked = if storage::is_remote(&photo.source) {
        measure_address(&mut photo, fetching)
    } else {
        look(&mut photo).map_err(|error| error.to_string())
    };
    match looked {
        Ok(()) => Found::Photo(photo, None),
        Err(why) => Found::Skipped(photo, why.into()),
    }
}

fn look(photo: &mut Photo) -> Result<(), PictureError> {
    let file = storage::source(&photo.source).open(&photo.source).map_err(PictureError::Unreadable)?;
    measure(photo, file.stat(), file).map(drop)
}

/// Takes in what a photo's file is now: its length, when it was changed, what it is and how large; and gives what
/// its header says.
///
/// # Errors
/// If it is no whole picture that fal takes, and none that can be made such.
pub fn measure(photo: &mut Photo, stat: Stat, mut file: impl Read + Seek) -> Result<Header, PictureError> {
    photo.bytes = stat.bytes;
    photo.modified = stat.modified.map(changed).unwrap_or_default();
    let header = read_photo(&mut file)?;
    photo.format = Some(header.format);
    photo.pixels = Some(header.upright());
    let is_transparent = is_transparent(&mut file, &header);
    photo.losses = losses_in(&header)
        .with(Loss::Transparency, is_transparent && header.may_have_mask())
        .with(Loss::TransparencyLost, is_transparent && !header.may_have_mask())
        .with(Loss::RawPreview, header.converts == Some(Other::Raw))
        .with(Loss::Orientation, header.orientation != Orientation::Upright && !header.is_to_be_made());
    if header.is_too_large_to_make(photo.bytes) {
        return Err(PictureError::TooLargeToTurn);
    }
    photo_ends_well(file, &header).map(|()| header)
}

/// What a header alone says will be lost, however the photo gets to fal.
pub(super) fn losses_in(header: &Header) -> Losses {
    Losses::NONE
        .with(Loss::Animation, header.animated)
        .with(Loss::Pages, header.pages)
        .with(Loss::Depth, header.depth > 8)
        .with(Loss::GainMap, header.besides.gain_map)
        .with(Loss::Film, header.besides.film)
        .with(Loss::DepthMap, header.besides.depth_map)
        .with(Loss::Matte, header.besides.matte)
        .with(Loss::Size, header.pixels.count() > Loss::MANY_PIXELS)
}

/// When a file was changed.
pub(super) fn changed(at: SystemTime) -> Timestamp {
    let signed = |millis: u128| i64::try_from(millis).unwrap_or(i64::MAX);
    Timestamp(match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => signed(after.as_millis()),
        Err(before) => -signed(before.duration().as_millis()),
    })
}
