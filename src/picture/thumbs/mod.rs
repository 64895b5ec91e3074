//! Small pictures of files, made once and kept in a folder by what the files hold: a photo that is moved, or copied to
//! another place, is not decoded again. The folder is bounded; those that nobody looked at for the longest time go first.
//!
//! A file's name says two things: the hash of what the picture's own file holds, and the hash of how that file stood
//! (length, times, place on the disk). By the second one is found without reading the picture's file.

mod folder;
mod seen;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use image::{ImageFormat, RgbImage};

use self::folder::Folder;
use self::seen::{content_of, standing_of};
use super::downscale::thumbnail;
use super::{Downscaled, Part, Unseen};
use crate::job::Pixels;

/// The longer side of each, px: what a page shows, and enough for a cell of any contact sheet.
const SIDE: u32 = 480;
/// All of them together, bytes.
const MOST: u64 = 200_000_000;

/// Small pictures of files.
#[derive(Debug)]
pub struct Thumbs {
    /// `None` where none are kept.
    folder: Option<Mutex<Folder>>,
}

impl Thumbs {
    /// Those kept in a folder, which is made when the first is; without one each is made every time.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self::bounded(folder, MOST)
    }

    fn bounded(folder: Option<PathBuf>, most: u64) -> Self {
        Self { folder: folder.map(|folder| Mutex::new(Folder::new(folder, most))) }
    }

    /// The small picture of a file of so many px as JPEG, upright; `stop` is asked now and then. It blocks for as long
    /// as reading takes, and decoding where it is not kept.
    ///
    /// # Errors
    /// If the file cannot be read or decoded, is too large, or `stop` says so.
    pub fn jpeg(&self, file: &Path, pixels: Pixels, stop: &dyn Fn() -> bool) -> Result<Vec<u8>, Unseen> {
        let standing = File::open(file).ok().and_then(|file| standing_of(&file));
        let (Some(folder), Some(standing)) = (&self.folder, standing) else {
            return thumbnail(file, pixels, SIDE, stop);
        };
        let kept = |look: &dyn Fn(&mut Folder) -> Option<Vec<u8>>| {
            look(&mut folder.lock().unwrap_or_else(PoisonError::into_inner))
        };
        if let Some(jpeg) = kept(&|folder| folder.by_standing(standing)) {
            return Ok(jpeg);
        }
        let content = content_of(file, stop)?;
        if let Some(jpeg) = kept(&|folder| folder.by_content(content, standing)) {
            return Ok(jpeg);
        }
        let jpeg = thumbnail(file, pixels, SIDE, stop)?;
        // What changed meanwhile is not what was hashed.
        if File::open(file).ok().and_then(|file| standing_of(&file)) == Some(standing) {
            folder.lock().unwrap_or_else(PoisonError::into_inner).keep(content, standing, &jpeg);
        }
        Ok(jpeg)
    }

    /// The small picture of a file, brought to exactly `size` px, undistorted if that has the file's shape.
    ///
    /// # Errors
    /// As [`jpeg`](Self::jpeg).
    pub fn picture(
        &self,
        file: &Path,
        pixels: Pixels,
        size: Pixels,
        stop: &dyn Fn() -> bool,
    ) -> Result<RgbImage, Unseen> {
        let decoded = |jpeg: &[u8]| image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).ok();
        let mut small = decoded(&self.jpeg(file, pixels, stop)?);
        if small.is_none() {
            // What was kept is damaged: it is made again, and takes that one's place.
            self.forget(file);
            small = decoded(&self.jpeg(file, pixels, stop)?);
        }
        let small = small.ok_or(Unseen::Damaged)?;
        let small = small.into_rgb8();
        let whole = Part::whole(Pixels::new(small.width(), small.height()));
        Downscaled::decoded(small).cut(whole, size).ok_or(Unseen::Damaged)
    }

    /// Drops what is kept of a file.
    fn forget(&self, file: &Path) {
        let standing = File::open(file).ok().and_then(|file| standing_of(&file));
        if let (Some(folder), Some(standing)) = (&self.folder, standing) {
            folder.lock().unwrap_or_else(PoisonError::into_inner).forget(standing);
        }
    }
}

#[cfg(test)]
mod tests;
