//! Numbers as people read them.

use std::time::Duration;

use crate::engine::snapshot::{BatchFacts, Money, Order};
use crate::job::{Pixels, megapixels};
pub(crate) use crate::job::{count, plural};
use crate::model::UnitPrice;

/// `00:12:41`, for the header's clock.
pub(crate) fn clock(time: Duration) -> String {
    let s = time.as_secs();
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// `0:41`, `1:02:03`, for rows.
pub(crate) fn short(time: Duration) -> String {
    let s = time.as_secs();
    if s < 3600 {
        format!("{}:{:02}", s / 60, s % 60)
    } else {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

/// `8 s`, `28 min`, `2 h 5 min`, `3 d 4 h`: a wait, as exact as it is of use.
pub(crate) fn wait(time: Duration) -> String {
    // Rounded up: what is to come in 0.4 s is not over.
    let s = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    match s {
        0..=89 => format!("{s} s"),
        90..=5399 => format!("{} min", s.div_ceil(60)),
        5400..=172_799 => format!("{} h {} min", s / 3600, s / 60 % 60),
        _ => format!("{} d {} h", s / 86_400, s / 3600 % 24),
    }
}

/// `18.4 MB/s`, of 10⁶ bytes.
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(crate) fn speed(bytes: u64) -> String {
    match bytes {
        0..=999 => format!("{bytes} B/s"),
        1_000..=999_499 => format!("{:.0} kB/s", bytes as f64 / 1e3),
        _ => format!("{:.1} MB/s", bytes as f64 / 1e6),
    }
}

/// `9.4 GB`, of 10⁹ bytes.
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(crate) fn bytes(bytes: u64) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let size = bytes as f64;
    match units.into_iter().find(|(unit, _)| size >= *unit) {
        Some((unit, name)) if size / unit >= 99.95 => format!("{:.0} {name}", size / unit),
        Some((unit, name)) => format!("{:.1} {name}", size / unit),
        None => format!("{bytes} B"),
    }
}

/// `34 %`, never 100 before it is all, never 0 once there is some.
pub(crate) fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 || part == 0 {
        return 0;
    }
    if part >= whole { 100 } else { (u128::from(part) * 100 / u128::from(whole)).clamp(1, 99).try_into().unwrap_or(99) }
}

/// `12.2 → 48.8`, a photo's and its result's megapixels, with the arrow at the same place in every row.
pub(crate) fn sizes(input: Option<Pixels>, output: Option<Pixels>) -> String {
    let side = |pixels: Option<Pixels>| pixels.map_or_else(|| "–".to_owned(), |pixels| megapixels(pixels.count()));
    if input.is_none() && output.is_none() {
        return String::new();
    }
    let (input, output) = (side(input), side(output));
    // The sizes of tiny pictures take more digits: they go without the blanks.
    if output.len() > 5 { format!("{input}→{output}") } else { format!("{input:>5} → {output}") }
}

/// `$4.88`, `≈$4.88`.
pub(crate) fn money(amount: Option<Money>) -> String {
    match amount {
        None => String::new(),
        Some(Money::Estimated(usd)) => format!("≈{usd}"),
        Some(Money::Billed(usd)) => usd.to_string(),
    }
}

/// `$0.10 per MP, live, as fal says now`.
pub(crate) fn unit_price(batch: &BatchFacts, price: Option<&UnitPrice>) -> String {
    price.map_or_else(
        || "unknown".to_owned(),
        |price| format!("{} per {}, {}", price.usd, price.unit, batch.price_words(price.source)),
    )
}

/// The words for an order and its direction. A plan's photos have all one status.
pub(crate) fn order(order: Order, reverse: bool, is_plan: bool) -> String {
    let word = match order {
        Order::Status if is_plan => "as found",
        Order::Status => "status",
        Order::Number => "number",
        Order::Time => "time",
        Order::Path => "path",
        Order::Megapixels => "megapixels",
        Order::Cost => "cost",
        Order::Choice => "to send",
    };
    format!("{word} {}", direction(order, reverse))
}

/// `↓` where the largest, the latest or the most urgent stands on top.
pub(crate) fn direction(order: Order, reverse: bool) -> &'static str {
    let down = matches!(order, Order::Status | Order::Choice) || order.is_descending();
    if down == reverse { "↑" } else { "↓" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([count(0), count(999), count(1204), count(1_000_000)], ["0", "999", "1,204", "1,000,000"]);
        assert_eq!(plural(1, "photo", "photos"), "1 photo");
        assert_eq!(clock(Duration::from_secs(761)), "00:12:41");
        assert_eq!(short(Duration::from_secs(41)), "0:41");
        assert_eq!(short(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(
            [speed(0), speed(2_100), speed(999_600), speed(18_400_000)],
            ["0 B/s", "2 kB/s", "1.0 MB/s", "18.4 MB/s"]
        );
    }

    #[test]
    fn arrows_stand_below_each_other() {
        let sizes = [(160, 125), (400, 250), (4032, 3024), (16_000, 12_000)].map(|(width, height)| {
            sizes(Some(Pixels::new(width, height)), Some(Pixels::new(width, height).scaled(2.0)))
        });
        assert_eq!(sizes, ["0.020 → 0.080", " 0.10 → 0.40", " 12.2 → 48.8", "192.0 → 768.0"]);
    }

    #[test]
    fn sizes_of_tiny_pictures_fit_their_column_too() {
        let told = |side| sizes(Some(Pixels::new(side, side)), Some(Pixels::new(side * 2, side * 2)));
        assert_eq!(
            [told(4000), told(1000), told(60), told(20), told(4)],
            [" 16.0 → 64.0", "  1.0 → 4.0", "0.0036 → 0.014", "0.00040→0.0016", "0.000016→0.000064"]
        );
    }

    #[test]
    fn sizes_on_disk_read_well() {
        let sizes = [0, 999, 9_230_000, 129_254_400_000, 1_200_000_000_000].map(bytes);
        assert_eq!(sizes, ["0 B", "999 B", "9.2 MB", "129 GB", "1.2 TB"]);
    }

    #[test]
    fn waits_are_as_exact_as_they_are_of_use() {
        for (seconds, text) in [
            (0, "0 s"),
            (8, "8 s"),
            (89, "89 s"),
            (90, "2 min"),
            (1680, "28 min"),
            (7500, "2 h 5 min"),
            (270_000, "3 d 3 h"),
        ] {
            assert_eq!(wait(Duration::from_secs(seconds)), text);
        }
        assert_eq!(wait(Duration::from_millis(400)), "1 s");
    }

    #[test]
    fn a_share_is_whole_only_at_the_end() {
        assert_eq!(
            [percent(0, 9), percent(1, 1204), percent(1203, 1204), percent(9, 9), percent(0, 0)],
            [0, 1, 99, 100, 0]
        );
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
    }
}
