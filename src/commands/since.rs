//! How far to look back, as people write it.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::job::Timestamp;

/// Reads a date (`2026-11-20`, local), a date with time (`2026-11-20T18:00:00Z`), or how long ago:
/// `90m`, `12h`, `7d`.
///
/// # Errors
/// If it is none of these, in words for a person.
pub(in crate::commands) fn since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.trim();
    let ago = text.strip_suffix(['m', 'h', 'd']).and_then(|number| number.parse::<u32>().ok());
    if let Some(number) = ago {
        let unit = match text.chars().last() {
            Some('m') => 60_000,
            Some('h') => 3_600_000,
            _ => 86_400_000,
        };
        return Ok(Timestamp(now.0.saturating_sub(i64::from(number) * unit)));
    }
    let at = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let day = text.parse::<Date>().ok()?.to_zoned(TimeZone::system()).ok()?;
        Some(day.timestamp())
    });
    at.map(|at| Timestamp(at.as_millisecond())).ok_or_else(|| {
        format!(
            "`{}` is no time to look back to\nhint: a date such as 2026-11-20, or how long ago: 90m, 12h, 7d",
            crate::job::clean(text)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    #[test]
    fn dates_and_spans_are_read() {
        let ago = |text| since(text, NOW).map(|at| NOW.0 - at.0);
        assert_eq!((ago("90m"), ago("12h"), ago(" 7d ")), (Ok(5_400_000), Ok(43_200_000), Ok(604_800_000)));
        assert_eq!(since("2026-11-20T18:00:00Z", NOW), Ok(Timestamp(1_795_197_600_000)));
        let day = since("2026-11-20", NOW).unwrap();
        assert!((day.0 - 1_795_132_800_000).abs() <= 14 * 3_600_000, "midnight somewhere: {day:?}");
    }

    #[test]
    fn anything_else_is_refused_with_what_is_taken() {
        for text in ["", "d", "yesterday", "-3d", "7 weeks", "2026-13-01"] {
            assert!(since(text, NOW).unwrap_err().contains("hint:"), "{text}");
        }
    }
}
