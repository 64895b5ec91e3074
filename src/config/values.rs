//! Reading a setting's text. Each says what it takes if it does not take that.

use std::ffi::OsStr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::job::Format;
use crate::job::MaxFailures;
use crate::job::{Usd, Way};
use crate::output::{Alpha, Form, READS_AVIF, Strip, Template};
use crate::storage::Hearing;
use crate::tui::caps::{ColorChoice, Images};

/// What reading gives: the value, or the end of a sentence that begins with what was given.
pub(super) type Read<T> = Result<T, String>;

pub(super) fn utf8(text: &OsStr) -> Read<&str> {
    text.to_str().map(str::trim).ok_or_else(|| "is not UTF-8".to_owned())
}

pub(super) fn text(text: &OsStr) -> Read<String> {
    match utf8(text)? {
        "" => Err("takes a text that is not empty".to_owned()),
        text => Ok(text.to_owned()),
    }
}

pub(super) fn path(text: &OsStr) -> Read<PathBuf> {
    if text.is_empty() { Err("takes a path".to_owned()) } else { Ok(text.into()) }
}

pub(super) fn boolean(text: &OsStr) -> Read<bool> {
    match utf8(text)?.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("takes true or false".to_owned()),
    }
}

/// How one hears of photos that appear, if they are waited for.
pub(super) fn watch(text: &OsStr) -> Read<Option<Hearing>> {
    if utf8(text)?.eq_ignore_ascii_case("poll") {
        return Ok(Some(Hearing::LOOKING));
    }
    let watches = boolean(text).map_err(|_| "takes true, poll or false".to_owned())?;
    Ok(watches.then_some(Hearing::Told))
}

pub(super) fn whole(range: RangeInclusive<u32>) -> impl Fn(&OsStr) -> Read<u32> {
    move |text| {
        let number = utf8(text)?.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("takes {} to {}", range.start(), range.end()))
    }
}

pub(super) fn short(range: RangeInclusive<u16>) -> impl Fn(&OsStr) -> Read<u16> {
    let whole = whole(u32::from(*range.start())..=u32::from(*range.end()));
    move |text| whole(text).map(|number| u16::try_from(number).unwrap_or(u16::MAX))
}

pub(super) fn usd(text: &OsStr) -> Read<Usd> {
    let amount = utf8(text)?;
    let digits = amount.strip_prefix('$').unwrap_or(amount);
    let plain =
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let dollars = digits.parse().ok().filter(|dollars| plain && *dollars <= 1e9);
    dollars.and_then(Usd::from_f64).ok_or_else(|| "takes an amount in US dollars, such as 20 or 12.50".to_owned())
}

pub(super) fn max_failures(text: &OsStr) -> Read<MaxFailures> {
    let text = utf8(text)?;
    let read = match text.strip_suffix('%') {
        Some(share) => share.trim().parse().ok().filter(|share| (1..=100).contains(share)).map(MaxFailures::Percent),
        None if text == MaxFailures::default().to_string() => Some(MaxFailures::default()),
        None => text.parse().ok().filter(|count| *count > 0).map(MaxFailures::Count),
    };
    read.ok_or_else(|| "takes a number from 1 on, or a share from 1% to 100%".to_owned())
}

pub(super) fn strip(text: &OsStr) -> Read<Strip> {
    match utf8(text)? {
        "none" => Ok(Strip::None),
        "gps" => Ok(Strip::Gps),
        "all" => Ok(Strip::All),
        _ => Err("takes none, gps or all".to_owned()),
    }
}

pub(super) fn form(text: &OsStr) -> Read<Form> {
    Ok(match utf8(text)? {
        "result" => Form::Result,
        "same" => Form::Same,
        "png" => Form::One(Format::Png),
        "jpeg" | "jpg" => Form::One(Format::Jpeg),
        "webp" => Form::One(Format::Webp),
        "avif" if READS_AVIF => Form::One(Format::Avif),
        "avif" => return Err("cannot be had: this fal-tui was built without AVIF".to_owned()),
        _ => return Err("takes result, same, png, jpeg, webp or avif".to_owned()),
    })
}

pub(super) fn template(text: &OsStr) -> Read<Template> {
    Template::parse(utf8(text)?)
}

/// Whether it is sent.
pub(super) fn raw(text: &OsStr) -> Read<bool> {
    match utf8(text)? {
        "preview" => Ok(true),
        "skip" => Ok(false),
        _ => Err("takes preview or skip".to_owned()),
    }
}

/// Whether there is a page to look at.
pub(super) fn report(text: &OsStr) -> Read<bool> {
    match utf8(text)? {
        "none" => Ok(false),
        "html" => Ok(true),
        _ => Err("takes none or html".to_owned()),
    }
}

/// Megapixels.
pub(super) fn megapixels(text: &OsStr) -> Read<f64> {
    let number = utf8(text)?.parse().ok().filter(|mp: &f64| (0.001..=1e6).contains(mp));
    number.ok_or_else(|| "takes megapixels from 0.001 on, such as 50 or 2.5".to_owned())
}

/// How fal gets a photo.
pub(super) fn way(text: &OsStr) -> Read<Way> {
    Way::from_name(utf8(text)?).ok_or_else(|| "takes upload, data-uri or url".to_owned())
}

pub(super) fn alpha(text: &OsStr) -> Read<Alpha> {
    match utf8(text)? {
        "keep" => Ok(Alpha::Keep),
        "drop" => Ok(Alpha::Drop),
        _ => Err("takes keep or drop".to_owned()),
    }
}

pub(super) fn glob(text: &OsStr) -> Read<String> {
    let text = utf8(text)?;
    match globset::Glob::new(text) {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        Ok(_) => Err("takes a glob, such as `*.jpg` or `beach/**`".to_owned()),
        Err(error) => Err(format!("is no glob: {}", error.kind())),
    }
}

/// `None` for `auto`.
pub(super) fn images(text: &OsStr) -> Read<Option<Images>> {
    match utf8(text)? {
        "auto" => Ok(None),
        name => Images::from_name(name)
            .map(Some)
            .ok_or_else(|| "takes auto, halfblocks, kitty, iterm2, sixel or none".to_owned()),
    }
}

pub(super) fn color(text: &OsStr) -> Read<ColorChoice> {
    match utf8(text)? {
        "auto" => Ok(ColorChoice::Auto),
        "always" => Ok(ColorChoice::Always),
        "never" => Ok(ColorChoice::Never),
        _ => Err("takes auto, always or never".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_dollars_and_nothing_else() {
        for (given, nanos) in [("20", 20_000_000_000), ("12.50", 12_500_000_000), ("$0.1", 100_000_000), ("0", 0)] {
            assert_eq!(usd(given.as_ref()), Ok(Usd::from_nanos(nanos)), "{given}");
        }
        for bad in ["", "-1", "nan", "inf", "1e9", "1,000", "20 USD", ".", "1.2.3", "99999999999"] {
            assert!(usd(bad.as_ref()).is_err(), "{bad}");
        }
    }

    #[test]
    fn failures_are_a_number_or_a_share() {
        assert_eq!(max_failures("7".as_ref()), Ok(MaxFailures::Count(7)));
        assert_eq!(max_failures("5%".as_ref()), Ok(MaxFailures::Percent(5)));
        assert_eq!(max_failures(MaxFailures::default().to_string().as_ref()), Ok(MaxFailures::default()));
        for bad in ["0", "0%", "101%", "-3", "five", ""] {
            assert!(max_failures(bad.as_ref()).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_keep_to_their_range() {
        let read = short(1..=256);
        assert_eq!((read("1".as_ref()), read("256".as_ref())), (Ok(1), Ok(256)));
        for bad in ["0", "257", "-1", "8.5", "", "99999999999999"] {
            assert_eq!(read(bad.as_ref()).unwrap_err(), "takes 1 to 256", "{bad}");
        }
    }

    #[test]
    fn globs_are_checked_where_their_source_is_known() {
        assert!(glob("beach/**/*.{jpg,png}".as_ref()).is_ok());
        assert_eq!(glob("[a".as_ref()).unwrap_err(), "is no glob: unclosed character class; missing ']'");
    }
}
