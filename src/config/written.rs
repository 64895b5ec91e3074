//! What is written with a result.

use std::sync::Arc;

use super::error::SettingsError;
use super::layers::Layers;
use super::{names, values};
use crate::cli::WrittenFlags;
use crate::output::Written;

/// Reads it.
pub(super) fn written(l: &mut Layers<'_>, what: &WrittenFlags) -> Result<Written, SettingsError> {
    let captions = l.with_default(names::CAPTIONS, what.captions.as_ref(), "txt", values::captions)?;
    let strip = l.with_default(names::STRIP, what.strip.as_ref(), "none", values::strip)?;
    let alpha = l.with_default(names::ALPHA, what.alpha.as_ref(), "keep", values::alpha)?;
    let form = l.with_default(names::FORMAT, what.format.as_ref(), "result", values::form)?;
    let default = Written::QUALITY.to_string();
    let quality = l.with_default(names::QUALITY, what.quality.as_ref(), &default, values::short(1..=100))?;
    let name = l.optional(names::NAME, what.name.as_ref(), "{dir}/{stem}.{ext}", values::template)?;
    let keep_time = l.with_default(names::KEEP_TIME, what.keep_time.as_ref(), "true", values::boolean)?;
    let (quality, name) = (u8::try_from(quality).unwrap_or(Written::QUALITY), name.map(Arc::new));
    Ok(Written { captions, strip, alpha, form, quality, name, keep_time })
}
