//! Who is told of a run's end beside whoever looks at it, and whom fal tells of requests.

use std::ffi::OsStr;
use std::fmt;

use url::Url;

use crate::cli::TellFlags;
use crate::config::error::SettingsError;
use crate::config::groups::webhook::Webhook;
use crate::config::layers::Layers;
use crate::config::values::{Read, utf8};
use crate::config::{names, values};
use crate::tui::caps::Call;

/// Who is told, and how.
#[derive(Debug, Clone, Default)]
pub struct Telling {
    /// How the terminal calls; `None` for as the environment says.
    pub alert: Option<Call>,
    /// A command for the shell.
    pub on_finish: Option<String>,
    /// Where a summary is sent.
    pub notify_url: Option<NotifyUrl>,
    /// Whom fal tells of requests.
    pub webhook: Option<Webhook>,
}

/// A URL that is told of something. Its path may be all that keeps others from writing there, so that no more than
/// its host is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct NotifyUrl(Url);

impl NotifyUrl {
    pub(super) fn new(url: Url) -> Self {
        Self(url)
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for NotifyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for NotifyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads it.
pub(in crate::config) fn telling(l: &mut Layers<'_>, flags: &TellFlags) -> Result<Telling, SettingsError> {
    let alert = l.with_default(names::ALERT, flags.alert.as_ref(), "auto", call)?;
    let on_finish = l.optional(names::ON_FINISH, flags.on_finish.as_ref(), "none", values::text)?;
    let notify_url = l.secret(names::NOTIFY_URL, flags.notify_url.as_ref(), "none", notify)?;
    Ok(Telling { alert, on_finish, notify_url, webhook: None })
}

/// `None` for `auto`.
fn call(text: &OsStr) -> Read<Option<Call>> {
    match utf8(text)? {
        "auto" => Ok(None),
        name => Call::from_name(name).map(Some).ok_or_else(|| "takes auto, bell, osc9, osc777 or none".to_owned()),
    }
}

fn notify(text: &OsStr) -> Read<NotifyUrl> {
    let url = Url::parse(utf8(text)?).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    url.map(NotifyUrl).ok_or_else(|| "takes a URL that begins with https:// or http://".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_of_a_url_is_shown_than_its_host() {
        let url = notify("https://user:word@hooks.example:8443/services/T0/secret?x=1".as_ref()).unwrap();
        assert_eq!(format!("{url} {url:?}"), "https://hooks.example:8443/… https://hooks.example:8443/…");
        for bad in ["", "hooks.example", "ftp://hooks.example/", "https://"] {
            assert!(notify(bad.as_ref()).is_err(), "{bad}");
        }
    }
}
