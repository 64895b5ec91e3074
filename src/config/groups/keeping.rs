//! What fal keeps of a batch.

use std::ffi::OsStr;

use crate::cli::KeepFlags;
use crate::config::error::SettingsError;
use crate::config::layers::Layers;
use crate::config::names;
use crate::config::values::{Read, utf8};
use crate::fal::Keeping;

/// How long things stay at fal, seconds: less would be gone before a runner is there.
const STAY: std::ops::RangeInclusive<u64> = 600..=365 * 86_400;

/// Reads it.
pub(in crate::config) fn keeping(l: &mut Layers<'_>, flags: &KeepFlags) -> Result<Keeping, SettingsError> {
    let no_store = l.switch(names::NO_STORE, flags.no_store)?;
    let expire_s = l.optional(names::EXPIRE, flags.expire.as_ref(), "as the account has it", duration)?;
    let delete_after = l.switch(names::DELETE_AFTER, flags.delete_after)?;
    let tags = l.many(names::TAG, &flags.tag, |text| Keeping::tag(utf8(text)?).map_err(|why| why.to_string()))?;
    let keeping = Keeping { no_store, expire_s, delete_after, tags };
    if keeping.is_too_much() {
        let problem =
            format!("fal takes {} tags of 1024 letters in all, and drops more silently", crate::fal::MOST_TAGS);
        return Err(SettingsError::Value { given: "`--tag`".to_owned(), problem });
    }
    Ok(keeping)
}

fn duration(text: &OsStr) -> Read<u64> {
    let text = utf8(text)?;
    let read = || {
        let unit = match text.chars().last()? {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        let number: u64 = text.get(..text.len() - 1)?.parse().ok()?;
        number.checked_mul(unit).filter(|seconds| STAY.contains(seconds))
    };
    read().ok_or_else(|| "takes 10m to 365d, such as 90m, 12h or 7d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_its_unit_and_bounds() {
        for (text, seconds) in [("10m", 600), ("90m", 5400), ("12h", 43_200), ("7d", 604_800), ("900s", 900)] {
            assert_eq!(duration(text.as_ref()), Ok(seconds), "{text}");
        }
        for bad in ["", "7", "9m", "366d", "-1d", "1w", "d", "é", "99999999999999999999d"] {
            assert!(duration(bad.as_ref()).is_err(), "{bad}");
        }
    }
}
