//! A photo as it is when it goes up: since the plan it may have been edited, or another file put in its
//! place, and what is sent is what is paid for.

use crate::engine::steps::stages::UploadError;
use crate::fal::{FalError, InputFile};
use crate::intake::{self, Fetching};
use crate::job::{Format, Photo, Pixels, Usd};
use crate::picture::Header;
use crate::storage::{self, Kind};

/// Opens a photo and measures the bytes that will be sent. It blocks for as long as the disk takes.
///
/// # Errors
/// [`UploadError::Grown`] if it has more pixels than were reserved for; a cause if it is no picture any
/// more, or a link was put in its place, which nobody agreed to follow.
pub(in crate::engine) fn open(planned: &Photo) -> Result<(Photo, InputFile, Header), UploadError> {
    let format = planned.format.unwrap_or(Format::Jpeg);
    let source = storage::source(&planned.source);
    let mut file = InputFile::new(source.take(&planned.source), planned.file_name(), format)?;
    let mut photo = planned.clone();
    let measured = file.look(|content| intake::measure(&mut photo, file.file.stat(), content))?;
    // The ledger does not keep what will be lost: that alone is no change.
    let losses = std::mem::replace(&mut photo.losses, planned.losses);
    if let (true, Ok(header)) = (photo == *planned, &measured) {
        return Ok((photo, file, *header));
    }
    if source.stat_itself(&planned.source).is_ok_and(|there| there.kind == Kind::Link) {
        return Err(refused(
            "is a link to something else than when the plan was made, and was not sent; the same command again \
             takes in what it leads to now",
        ));
    }
    photo.losses = losses;
    let header = measured
        .map_err(|error| refused(&format!("has changed since the plan was made, and was not sent: {error}")))?;
    if photo.pixels.map(Pixels::count) > planned.pixels.map(Pixels::count) {
        return Err(UploadError::Grown(Box::new(photo)));
    }
    file.format = photo.format.unwrap_or(format);
    Ok((photo, file, header))
}

/// Looks whether a photo at an address is what was planned.
///
/// # Errors
/// [`UploadError::Grown`] if it has more pixels than were reserved for; a cause if it is gone, or no picture any more.
pub(in crate::engine) fn look(planned: &Photo, fetching: Fetching) -> Result<Photo, UploadError> {
    let mut photo = planned.clone();
    if let Err(why) = intake::measure_address(&mut photo, fetching) {
        return Err(refused(&format!("is not as it was when the plan was made, and was not sent: {why}")));
    }
    photo.losses = planned.losses;
    if photo.pixels.map(Pixels::count) > planned.pixels.map(Pixels::count) {
        return Err(UploadError::Grown(Box::new(photo)));
    }
    Ok(photo)
}

fn refused(message: &str) -> UploadError {
    FalError::local_file(message).into()
}

/// `is larger than when the plan was made: 1800×1200 px and at most $0.90, not 60×40 px and $0.10`.
pub(in crate::engine) fn grew(then: (Option<Pixels>, Option<Usd>), now: (Option<Pixels>, Option<Usd>)) -> String {
    let size = |pixels: Option<Pixels>| pixels.map_or_else(|| "no size".to_owned(), |pixels| format!("{pixels} px"));
    let price = |usd: Option<Usd>| usd.map_or_else(|| "a price that is not known".to_owned(), |usd| usd.to_string());
    format!(
        "is larger than when the plan was made: {} and at most {}, not {} and {}",
        size(now.0),
        price(now.1),
        size(then.0),
        price(then.1)
    )
}
