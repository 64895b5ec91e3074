//! Numbers and amounts in words that lines, plan and summary share.

use std::time::Duration;

use crate::engine::snapshot::{BatchFacts, Notice};
pub(super) use crate::job::count;
use crate::job::{BatchId, clean, plural};
use crate::model::UnitPrice;

/// `1 photo`, `1,204 photos`.
pub(super) fn of(number: usize, thing: &str) -> String {
    plural(number, thing, &format!("{thing}s"))
}

/// `12.2 MP`, `0.14 MP`.
pub(super) fn megapixels(px: u64) -> String {
    format!("{} MP", crate::job::megapixels(px))
}

/// Megapixels, 10⁶ px each.
#[expect(clippy::cast_precision_loss, reason = "no batch has 2^52 px")]
pub(super) fn in_megapixels(px: u64) -> f64 {
    px as f64 / 1e6
}

/// Seconds to the millisecond, without the crumbs that binary fractions leave.
pub(super) fn seconds(time: Duration) -> f64 {
    f64::from(u32::try_from(time.as_millis()).unwrap_or(u32::MAX)) / 1e3
}

/// A batch that the ledger does not have (a plan only) has no number.
pub(super) fn known(batch: BatchId) -> Option<BatchId> {
    (batch.0 > 0).then_some(batch)
}

/// `0.4 s`, `8 s`, `3 min 05 s`, `2 h 07 min`.
pub(super) fn took(time: Duration) -> String {
    match time.as_secs() {
        0..10 if time.subsec_millis() >= 50 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// `$0.10 per MP (live, as fal says now)`.
pub(super) fn price(facts: &BatchFacts, price: &UnitPrice) -> String {
    let source = facts.price_words(price.source);
    let cure = if price.source.doubt().is_some() { ", --trust-price takes what is said" } else { "" };
    format!("{} ({}{cure})", price.words(), clean(&source))
}

/// A notice as a line of its own.
pub(super) fn notice(notice: &Notice) -> String {
    let action = if notice.action.is_empty() { String::new() } else { format!(" - {}", clean(&notice.action)) };
    format!("{}{action}\n", clean(&notice.message))
}

/// A text cut to so many characters, on one line.
pub(super) fn cut(text: &str, most: usize) -> String {
    let text = clean(text.trim());
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([count(0), count(999), count(1204), count(1_000_000)], ["0", "999", "1,204", "1,000,000"]);
        assert_eq!([of(1, "photo"), of(1204, "photo")], ["1 photo", "1,204 photos"]);
        assert_eq!([megapixels(135_300), megapixels(12_192_768)], ["0.14 MP", "12.2 MP"]);
        let times = [0.44, 8.0, 12.9, 185.0, 7625.0].map(|seconds| took(Duration::from_secs_f64(seconds)));
        assert_eq!(times, ["0.4 s", "8 s", "12 s", "3 min 05 s", "2 h 07 min"]);
    }

    #[test]
    fn cutting_never_splits_a_character() {
        assert_eq!(cut("Прибой на закате", 6), "Прибой…");
        assert_eq!(cut(" two\nlines ", 80), "two lines");
        assert_eq!(cut("👍🏽👍🏽", 1), "👍…");
    }
}
