//! A progress bar in a runner's log, as Python's tqdm draws it: each state of it is a line of its own there.

use std::time::Duration;

/// A state of a progress bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    /// What it is about, as it stands before the bar; empty for most.
    about: String,
    /// How many of them are done, as it is written: `9/20`, `1.20M/3.40M`, `9it`.
    pub(super) counts: String,
    done: f64,
    total: Option<f64>,
    /// How long the rest takes, as it reckons.
    pub(super) left: Option<Duration>,
}

impl Bar {
    /// Reads `45%|████▌     | 9/20 [00:03<00:04,  2.5it/s]`, with or without what it is about before it, and
    /// `9it [00:03,  2.5it/s]`, where it does not know of how many.
    pub(super) fn read(line: &str) -> Option<Self> {
        let body = line.trim().strip_suffix(']')?;
        // What it is about, and what is told after the rate, may hold brackets, too.
        let (before, times) = body.rmatch_indices('[').find_map(|(at, _)| {
            let (before, times) = (body.get(..at)?, body.get(at + 1..)?);
            starts_with_time(times).then_some((before.trim_end(), times))
        })?;
        let (head, counts) = match before.rsplit_once('|') {
            Some((head, counts)) => (head.rsplit_once('|').map_or(head, |(head, _)| head), counts.trim()),
            // Without room for a bar, or without a total.
            None => before.rsplit_once(char::is_whitespace).unwrap_or(("", before)),
        };
        let (done, total) = match counts.split_once('/') {
            Some((done, total)) => (amount(done)?, Some(amount(total)?)),
            None => (amount(counts)?, None),
        };
        let about = match total {
            Some(_) => without_percent(head)?,
            None => head,
        };
        let left =
            times.split_once(',').map_or(times, |(times, _)| times).split_once('<').and_then(|(_, left)| time(left));
        let about = about.trim().trim_end_matches(':').to_owned();
        Some(Self { about, counts: counts.to_owned(), done, total: total.filter(|total| *total > 0.0), left })
    }

    /// Whether it is a later state of another.
    pub(super) fn follows(&self, other: &Self) -> bool {
        self.about == other.about && self.total == other.total && self.done >= other.done
    }

    /// How much is done, in thousandths; `None` if it is not known of how many.
    pub(super) fn share(&self) -> Option<u16> {
        let share = self.done / self.total?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1")]
        Some((share.clamp(0.0, 1.0) * 1000.0) as u16)
    }
}

/// `Tiles:  45 %` is about tiles.
fn without_percent(head: &str) -> Option<&str> {
    let head = head.trim_end().strip_suffix('%')?.trim_end();
    let about = head.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    (about.len() < head.len()).then_some(about)
}

/// `20`, `9it`, `1.20M`, `4.5MB`: as tqdm shortens them.
fn amount(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let times = match unit.chars().next() {
        Some('k') => 1e3,
        Some('M') => 1e6,
        Some('G') => 1e9,
        Some('T') => 1e12,
        _ => 1.0,
    };
    Some(number.parse::<f64>().ok()? * times)
}

fn starts_with_time(text: &str) -> bool {
    let end = text.find(['<', ',']).unwrap_or(text.len());
    text.get(..end).is_some_and(|text| time(text).is_some())
}

/// `00:04`, `1:02:03`.
fn time(text: &str) -> Option<Duration> {
    let parts: Vec<u32> = text.trim().split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    if !matches!(parts.len(), 2 | 3) {
        return None;
    }
    Some(Duration::from_secs(
        parts.into_iter().fold(0, |sum: u64, part| sum.saturating_mul(60).saturating_add(part.into())),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, String, Option<u16>, Option<u64>)> {
        let bar = Bar::read(line)?;
        let (share, left) = (bar.share(), bar.left.map(|left| left.as_secs()));
        Some((bar.about, bar.counts, share, left))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with what may be none")]
    fn is(
        about: &str,
        counts: &str,
        share: Option<u16>,
        left: Option<u64>,
    ) -> Option<(String, String, Option<u16>, Option<u64>)> {
        Some((about.to_owned(), counts.to_owned(), share, left))
    }

    #[test]
    fn bars_are_read_in_every_form_that_they_have() {
        for (line, meant) in [
            (" 45%|████▌     | 9/20 [00:03<00:04,  2.5it/s]", is("", "9/20", Some(450), Some(4))),
            ("Tiles:  45%|####5     | 9/20 [00:03<00:04,  2.5it/s]", is("Tiles", "9/20", Some(450), Some(4))),
            (" 35 %|███▌      | 7/20 [00:14<00:26,  2.01s/it]", is("", "7/20", Some(350), Some(26))),
            ("  0%|          | 0/20 [00:00<?, ?it/s]", is("", "0/20", Some(0), None)),
            ("100%|██████████| 20/20 [00:40<00:00,  2.00s/it]", is("", "20/20", Some(1000), Some(0))),
            ("a|b [x]: 50%|█ | 1/2 [1:00:01<1:02:03, 3s/it, loss=[0.3]]", is("a|b [x]", "1/2", Some(500), Some(3723))),
            ("36%|▎| 1.20M/3.33M [00:01<00:02, 1MB/s]", is("", "1.20M/3.33M", Some(360), Some(2))),
            ("45% 9/20 [00:03<00:04, 2.5it/s]", is("", "9/20", Some(450), Some(4))),
            ("9it [00:03,  2.5it/s]", is("", "9it", None, None)),
            ("Tiles: 9it [00:03,  2.5it/s]", is("Tiles", "9it", None, None)),
        ] {
            assert_eq!(read(line), meant, "{line}");
        }
    }

    #[test]
    fn what_is_no_bar_is_none() {
        for line in [
            "",
            "]",
            "loading IMG_0412.jpg",
            "done [00:03]",
            "45%|████▌     | 9/20",
            "step 9/20 [fast]",
            "ready [12:41:07]",
            "a ratio of 9/20 [00:03<00:04, x]",
            "海辺|% | [00:03<00:04, x]",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn only_a_later_state_of_the_same_follows() {
        let bar = |line| Bar::read(line).unwrap();
        let before = bar("a: 45%|█| 9/20 [00:03<00:04, 2.5it/s]");
        for (line, follows) in [
            ("a: 50%|█| 10/20 [00:03<00:04, 2.5it/s]", true),
            ("a: 45%|█| 9/20 [00:09<00:09, 2.5it/s]", true),
            ("a:  0%|█| 0/20 [00:00<?, ?it/s]", false),
            ("b: 50%|█| 10/20 [00:03<00:04, 2.5it/s]", false),
            ("a: 33%|█| 10/30 [00:03<00:04, 2.5it/s]", false),
        ] {
            assert_eq!(bar(line).follows(&before), follows, "{line}");
        }
    }
}
