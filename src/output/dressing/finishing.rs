//! Results that are written anew before they get their names: with their photo's transparency, or in another format.
//! Trouble with that is a note, never a failed picture.

use std::io::{Read as _, Seek as _};
use std::path::Path;

use super::{Form, Written};
use crate::job::{Format, Pixels};
use crate::picture::{Header, holds_mask, is_transparent, is_written, mask, photo as photo_header, said};
use crate::storage::{self, Reader};

/// The longest file that is written anew, bytes.
pub(super) const LONGEST: u64 = 1 << 30;
/// Differences in a side that models make by rounding to their own grid, px.
const SLACK: u32 = 8;

/// How the files of a photo's result are written anew.
#[derive(Debug, Clone)]
pub(in crate::output) struct Finishing {
    photo: Box<Path>,
    /// Whether it is transparent, and that is to be put back.
    pub(super) is_masked: bool,
    form: Form,
    /// The photo's own format, where it can be written here.
    own: Option<Format>,
    pub(super) quality: u8,
}

impl Finishing {
    /// What is to be done to results of a photo; `None` if they are right as they come. It blocks.
    pub(super) fn of(source: &Path, mut file: &mut Reader, written: &Written) -> Option<Self> {
        let read = photo_header(&mut file).ok();
        file.rewind().ok()?;
        let mut is_transparent = |read: &Header| read.may_have_mask() && is_transparent(&mut file, read);
        let is_masked = written.keeps_alpha() && read.as_ref().is_some_and(&mut is_transparent);
        file.rewind().ok()?;
        let own = read.filter(|read| read.converts.is_none() && is_written(read.format)).map(|read| read.format);
        let (photo, form, quality) = (source.into(), written.form, written.quality);
        (is_masked || form != Form::Result).then_some(Self { photo, is_masked, form, own, quality })
    }

    /// The same for a file that gets no mask.
    pub(super) fn without_mask(self) -> Option<Self> {
        (self.form != Form::Result).then_some(Self { is_masked: false, ..self })
    }

    /// Whether it may be written as AVIF, which takes far more memory.
    pub(super) fn is_avif(&self) -> bool {
        match self.form {
            Form::Result => false,
            Form::Same => self.own == Some(Format::Avif),
            Form::One(format) => format == Format::Avif,
        }
    }

    /// In which format a result is written that comes in one, and gets a mask or not.
    pub(super) fn format(&self, came: Format, is_masked: bool) -> Format {
        let format = match self.form {
            Form::Result => came,
            Form::Same => self.own.unwrap_or(came),
            Form::One(format) => format,
        };
        if is_masked && !holds_mask(format) { Format::Png } else { format }
    }

    /// The photo's mask, for a result of this size, px.
    ///
    /// # Errors
    /// Why there is none to put back.
    pub(super) fn mask(&self, result: Pixels) -> Result<Option<image::GrayImage>, String> {
        let lost = |why: &str| format!("its transparency was not put back: {why}");
        let mut bytes = Vec::new();
        let mut file = storage::source(&self.photo).open(&self.photo).map_err(|error| lost(&said(&error)))?;
        let read = photo_header(&mut file).map_err(|error| lost(&error.to_string()))?;
        let length = file.stat().bytes;
        if length > LONGEST || read.is_too_large_to_decode(length) {
            return Err(lost("the photo is too large for that"));
        }
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(|error| lost(&said(&error)))?;
        if !has_shape_of(result, read.upright()) {
            return Err(lost(&format!("the result is {result}, of another shape than the photo, {}", read.upright())));
        }
        Ok(mask(&bytes, &read))
    }
}

/// Whether two pictures have the same sides but for their size, give or take rounding.
fn has_shape_of(one: Pixels, other: Pixels) -> bool {
    let (a, b) = (u64::from(one.width) * u64::from(other.height), u64::from(one.height) * u64::from(other.width));
    let slack = (u64::from(SLACK) * u64::from(other.width.max(other.height))).max(a.max(b) / 100);
    a.abs_diff(b) <= slack
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_fits_a_picture_of_its_shape_alone() {
        let of = |width, height| has_shape_of(Pixels::new(width, height), Pixels::new(600, 400));
        assert!(of(1200, 800) && of(600, 400) && of(1208, 800) && of(1200, 808) && of(300, 200));
        assert!(!of(800, 1200) && !of(1200, 1200) && !of(1200, 600));
    }
}
