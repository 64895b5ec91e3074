//! Whom we talk to and who pays: hosts and key come from the environment alone.

use std::ffi::OsStr;

use url::Url;

use super::environment::Environment;
use super::error::{NoKey, SettingsError};
use super::keys;
use super::layers::{Layers, Source};
use super::names;
use crate::fal::{ApiKey, Hosts, InvalidHost, base_url, https_host};

/// fal's hosts, or those that the environment puts in their place.
pub(super) fn hosts(layers: &mut Layers<'_>) -> Result<Hosts, SettingsError> {
    let fal = Hosts::fal();
    let queue = queue_host(layers.environment)?;
    Ok(Hosts {
        queue: host(layers, "queue", names::FAL_TUI_QUEUE_URL, queue.unwrap_or((fal.queue, Source::Default)))?,
        rest: host(layers, "rest", names::FAL_TUI_REST_URL, (fal.rest, Source::Default))?,
        api: host(layers, "api", names::FAL_TUI_API_URL, (fal.api, Source::Default))?,
    })
}

fn host(
    layers: &mut Layers<'_>,
    name: &str,
    variable: &'static str,
    otherwise: (Url, Source),
) -> Result<Url, SettingsError> {
    let (url, source) = match layers.environment.get(variable) {
        Some(text) => (read(variable, text, base_url)?, Source::Variable(variable)),
        None => otherwise,
    };
    layers.note(&format!("{name} host"), url.as_str(), source);
    Ok(url)
}

/// The queue host by the official Python client's variables: its own name, else `queue.` before
/// the run host (fal docs: client setup).
fn queue_host(environment: &Environment) -> Result<Option<(Url, Source)>, SettingsError> {
    let from = |variable: &'static str, prefix: &str| {
        let host = environment.get(variable)?;
        let url = read(variable, host, |host| https_host(&format!("{prefix}{}", host.trim())));
        Some(url.map(|url| (url, Source::Variable(variable))))
    };
    from(names::FAL_QUEUE_RUN_HOST, "").or_else(|| from(names::FAL_RUN_HOST, "queue.")).transpose()
}

fn read(
    variable: &'static str,
    text: &OsStr,
    check: impl Fn(&str) -> Result<Url, InvalidHost>,
) -> Result<Url, SettingsError> {
    let text = text.to_string_lossy();
    check(&text).map_err(|error| {
        // A password in a URL is not repeated on a screen.
        let given = match error {
            InvalidHost::Credentials => format!("`{variable}`"),
            _ => format!("`{variable}={}`", crate::job::clean(&text)),
        };
        SettingsError::Value { given, problem: error.to_string() }
    })
}

/// The key: `FAL_KEY`, else the two halves, else the one that `fal-tui login` stored under a name.
pub(super) fn key(environment: &Environment, profile: &str) -> Result<(ApiKey, Source), NoKey> {
    let get = |variable| environment.get(variable).map(|text| text.to_string_lossy());
    let (text, variable) = match (get(names::FAL_KEY), get(names::FAL_KEY_ID), get(names::FAL_KEY_SECRET)) {
        (Some(key), ..) => (key.into_owned(), names::FAL_KEY),
        (None, Some(id), Some(secret)) => (format!("{}:{}", id.trim(), secret.trim()), names::FAL_KEY_ID),
        (None, Some(_), None) => {
            return Err(NoKey::Half { given: names::FAL_KEY_ID, missing: names::FAL_KEY_SECRET });
        }
        (None, None, Some(_)) => {
            return Err(NoKey::Half { given: names::FAL_KEY_SECRET, missing: names::FAL_KEY_ID });
        }
        (None, None, None) => return Ok((stored(environment, profile)?, Source::Stored)),
    };
    let key = ApiKey::new(&text).map_err(|why| NoKey::Invalid { variable, why })?;
    Ok((key, Source::Variable(variable)))
}

/// The key that was stored under a name.
fn stored(environment: &Environment, profile: &str) -> Result<ApiKey, NoKey> {
    let is_usual = profile == keys::USUAL;
    match environment.keys().map(|keys| keys.read(profile)) {
        Some(Ok(Some(key))) => Ok(key),
        Some(Err(why)) => Err(NoKey::Unreadable { why: why.to_string() }),
        Some(Ok(None)) | None if is_usual => Err(NoKey::Missing),
        Some(Ok(None)) | None => Err(NoKey::NoProfile { profile: profile.to_owned() }),
    }
}
