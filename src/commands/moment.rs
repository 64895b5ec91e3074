//! Moments as they are told: to programs in UTC, to people by their own clock.

use jiff::tz::TimeZone;

use crate::job::Timestamp;

/// RFC 3339; `None` if it is out of all calendars.
pub(super) fn utc(at: Timestamp) -> Option<String> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|at| at.to_string())
}

/// By this machine's clock.
pub(super) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

/// To the minute.
pub(super) fn local(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
