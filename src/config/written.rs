//! What is written with a result.

use std::sync::Arc;

use super::error::SettingsError;
use super::layers::Layers;
use super::{captions, names, values};
use crate::cli::{CaptionFlags, WrittenFlags};
use crate::output::{Captions, Style, Written};

/// Reads it.
pub(super) fn written(l: &mut Layers<'_>, what: &WrittenFlags) -> Result<Written, SettingsError> {
    let captions = captions(l, &what.captions)?;
    let strip = l.with_default(names::STRIP, what.strip.as_ref(), "none", values::strip)?;
    let alpha = l.with_default(names::ALPHA, what.alpha.as_ref(), "keep", values::alpha)?;
    let form = l.with_default(names::FORMAT, what.format.as_ref(), "result", values::form)?;
    let default = Written::QUALITY.to_string();
    let quality = l.with_default(names::QUALITY, what.quality.as_ref(), &default, values::short(1..=100))?;
    let name = l.optional(names::NAME, what.name.as_ref(), "{dir}/{stem}.{ext}", values::template)?;
    let keep_time = l.with_default(names::KEEP_TIME, what.keep_time.as_ref(), "true", values::boolean)?;
    let (quality, name) = (u8::try_from(quality).unwrap_or(Written::QUALITY), name.map(Arc::new));
    let page = l.with_default(names::REPORT, what.report.report.as_ref(), "none", values::report)?;
    let default = Written::LIKENESS.to_string();
    let likeness = l.with_default(names::LIKENESS, what.report.likeness.as_ref(), &default, values::short(0..=100))?;
    let likeness = u8::try_from(likeness).unwrap_or(Written::LIKENESS);
    Ok(Written { captions, strip, alpha, form, quality, name, keep_time, page, likeness })
}

fn captions(l: &mut Layers<'_>, what: &CaptionFlags) -> Result<Captions, SettingsError> {
    let forms = l.with_default(names::CAPTIONS, what.captions.as_ref(), "txt", captions::forms)?;
    let prefix = l.optional(names::CAPTION_PREFIX, what.caption_prefix.as_ref(), "none", captions::around)?;
    let suffix = l.optional(names::CAPTION_SUFFIX, what.caption_suffix.as_ref(), "none", captions::around)?;
    let strip = l.many(names::CAPTION_STRIP, &what.caption_strip, captions::pattern)?;
    let existing =
        l.with_default(names::CAPTION_EXISTING, what.caption_existing.as_ref(), "skip", captions::existing)?;
    let extension =
        l.with_default(names::CAPTION_EXT, what.caption_ext.as_ref(), Captions::EXTENSION, captions::extension)?;
    let keywords = l.optional(names::KEYWORDS, what.keywords.as_ref(), "none", captions::keywords)?;
    let style = Style { prefix: prefix.unwrap_or_default(), suffix: suffix.unwrap_or_default(), strip };
    let keywords = keywords.unwrap_or_default();
    Ok(Captions { style, existing, extension, keywords, ..Captions::in_forms(forms) })
}
