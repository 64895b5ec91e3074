//! Thumbnails of photos and results beside the page, taken from those that are kept for the contact sheet, too. They are
//! put there once: their names say what they show.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::entry::relative;
use crate::job::{Job, Pixels};
use crate::picture::Thumbs;
use crate::storage::sink;

/// Where they lie, below the output folder. Loaders of pictures pass such names over.
pub(super) const FOLDER: &str = "__report";
/// How many are made at once, at most.
const WORKERS: usize = 2;

/// URLs of a photo's thumbnails, below the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Pair {
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Where thumbnails are taken from, as long as they are wanted.
struct Kept<'a> {
    thumbs: &'a Thumbs,
    stop: &'a AtomicBool,
}

/// Those of jobs with results, in the order of the jobs. What cannot be shown has none.
/// Once `stop` is set no more are made.
pub(super) fn of(root: &Path, jobs: &[Job], kept: &Thumbs, stop: &AtomicBool) -> Vec<Pair> {
    if sink(root).make_below(root, Path::new(FOLDER)).is_err() {
        // Something of another program has that name: the page goes without.
        return vec![Pair::default(); jobs.len()];
    }
    let next = AtomicUsize::new(0);
    let kept = Kept { thumbs: kept, stop };
    let work = || {
        let mut made = Vec::new();
        while let Some((place, job)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|place| Some((place, jobs.get(place)?)))
        {
            made.push((place, pair(root, job, &kept)));
        }
        made
    };
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get).min(WORKERS);
    let mut pairs = vec![Pair::default(); jobs.len()];
    let made = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        made.extend(others.into_iter().filter_map(|other| other.join().ok()).flatten());
        made
    });
    for (place, pair) in made {
        if let Some(slot) = pairs.get_mut(place) {
            *slot = pair;
        }
    }
    pairs
}

fn pair(root: &Path, job: &Job, kept: &Kept<'_>) -> Pair {
    let Some(saved) = job.state.saved() else { return Pair::default() };
    let of_photo = |hash: &mut blake3::Hasher| match saved.content {
        Some(content) => hash.update(&content.0).finalize(),
        None => hash
            .update(job.photo.source.as_os_str().as_encoded_bytes())
            .update(&job.photo.bytes.to_le_bytes())
            .finalize(),
    };
    let before = job.photo.pixels.and_then(|pixels| {
        let name = of_photo(blake3::Hasher::new().update(b"photo"));
        one(root, kept, &name, &job.photo.source, pixels)
    });
    let after = saved.pixels().and_then(|pixels| {
        let mut hash = blake3::Hasher::new();
        hash.update(b"result").update(saved.request.as_str().as_bytes());
        hash.update(saved.output().as_os_str().as_encoded_bytes()).update(&saved.first.bytes.to_le_bytes());
        one(root, kept, &hash.finalize(), &root.join(saved.output()), pixels)
    });
    Pair { before, after }
}

/// One, that is there or is made now.
fn one(root: &Path, kept: &Kept<'_>, name: &blake3::Hash, file: &Path, pixels: Pixels) -> Option<String> {
    let hex = name.to_hex();
    let below = Path::new(FOLDER).join(format!("{}.jpg", hex.get(..20)?));
    let path = root.join(&below);
    if sink(root).stat_itself(&path).is_err() {
        let bytes = kept.thumbs.jpeg(file, pixels, &|| kept.stop.load(Ordering::Relaxed)).ok()?;
        let written = sink(root).written(path.parent()?, &bytes).ok()?;
        match sink(root).claim(written, &path) {
            // Of what has that name the content is the same.
            Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => return None,
            _ => {}
        }
    }
    Some(relative(&below))
}
