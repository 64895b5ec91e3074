//! Who asks a server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderValue;

use crate::storage::{WEBDAV_PASSWORD, WEBDAV_USER};

/// What tells a server who asks, if the environment says it (RFC 7617).
pub(in super::super) fn who() -> Option<HeaderValue> {
    let user = std::env::var(WEBDAV_USER).ok().filter(|user| !user.is_empty())?;
    let password = std::env::var(WEBDAV_PASSWORD).unwrap_or_default();
    let mut who = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))).ok()?;
    who.set_sensitive(true);
    Some(who)
}
