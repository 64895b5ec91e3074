//! Places at a WebDAV server: `webdav+https://host/folder`, in which nothing is escaped, as in the names of files that come
//! of it.

use std::path::PathBuf;

use url::{Position, Url};

use super::uri::{DAV, LONGEST, UriError, is_name};
use super::web::is_loopback;

/// The variables that say who asks a WebDAV server.
pub const WEBDAV_USER: &str = "FAL_TUI_WEBDAV_USER";
/// See [`WEBDAV_USER`].
pub const WEBDAV_PASSWORD: &str = "FAL_TUI_WEBDAV_PASSWORD";

/// A folder of a WebDAV server, by its address.
pub(super) fn folder(given: String) -> Result<PathBuf, UriError> {
    let (scheme, rest) = given.split_once("://").unwrap_or_default();
    let server =
        server(&scheme.to_ascii_lowercase(), rest.split(['/', '?', '#']).next().unwrap_or_default(), given.clone())?;
    let url = Url::parse(&given)
        .ok()
        .filter(|url| given.len() <= LONGEST && url.query().is_none() && url.fragment().is_none());
    let parts = url.as_ref().map(|url| url.path().trim_matches('/').split('/'));
    let parts =
        parts.and_then(|parts| parts.map(|part| String::from_utf8(unescaped(part)).ok()).collect::<Option<Vec<_>>>());
    parts.and_then(|parts| at_server(&server, parts.into_iter())).ok_or(UriError::NoFolder(given))
}

/// A server as it is called: `webdav+https://host:8443`. One of an inner network is as good, since fal need not reach it.
pub(super) fn server(scheme: &str, host: &str, given: String) -> Result<String, UriError> {
    if host.contains('@') {
        return Err(UriError::Who);
    }
    let Some(url) = Url::parse(&format!("{scheme}://{host}/")).ok().filter(|url| url.has_host() && url.path() == "/")
    else {
        return Err(UriError::NoFolder(given));
    };
    if scheme != "https" && !is_loopback(&url) {
        return Err(UriError::Plain(given));
    }
    Ok(format!("{DAV}{scheme}://{}", &url[Position::BeforeHost..Position::AfterPort]))
}

/// A place at a server by the parts of its path, in which nothing is escaped any more.
pub(super) fn at_server(server: &str, parts: impl Iterator<Item = String>) -> Option<PathBuf> {
    let parts: Vec<String> = parts.collect();
    if parts.iter().all(String::is_empty) {
        return (parts.len() < 2).then(|| server.into());
    }
    let are_names = parts.iter().all(|part| is_name(part) && !part.contains('/'));
    are_names.then(|| format!("{server}/{}", parts.join("/")).into())
}

/// `a%20b` is `a b`, in bytes that need not be text.
#[must_use]
pub fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = |byte: Option<u8>| char::from(byte?).to_digit(16);
        match (byte, hex(ahead.next()).zip(hex(ahead.next()))) {
            (b'%', Some((high, low))) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'-'));
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    bytes
}

#[cfg(all(test, feature = "cloud"))]
mod tests {
    use std::path::Path;

    use super::super::uri::{Scheme, listed_place, place};
    use super::*;

    #[test]
    fn an_address_that_ends_as_a_folder_is_one_of_a_webdav_server() {
        for (given, called) in [
            ("https://Host.example:8443/a%20b/%C3%A9%25/", "webdav+https://host.example:8443/a b/é%"),
            ("https://10.0.0.1/photos/", "webdav+https://10.0.0.1/photos"),
            ("http://127.0.0.1:80/in/", "webdav+http://127.0.0.1/in"),
            ("https://host.example/", "webdav+https://host.example"),
            ("WEBDAV+https://host.example/a b/é%.jpg", "webdav+https://host.example/a b/é%.jpg"),
            ("webdav+https://host.example/a?b#c/", "webdav+https://host.example/a?b#c"),
        ] {
            assert_eq!(place(Path::new(given)), Ok(called.into()), "{given}");
            assert_eq!(Scheme::of(Path::new(called)), Scheme::Object);
            assert_eq!(place(Path::new(called)), Ok(called.into()), "named again");
        }
        for (given, told) in [
            ("http://host.example/photos/", "is not encrypted"),
            ("webdav+http://10.0.0.1/photos", "is not encrypted"),
            ("https://me:secret@host.example/photos/", "FAL_TUI_WEBDAV_PASSWORD"),
            ("webdav+https://me:secret@host.example/photos", "FAL_TUI_WEBDAV_PASSWORD"),
            ("https://host.example/a%2Fb/", "is no folder"),
            ("https://host.example/a%00b/", "is no folder"),
            ("https://host.example/%ff/", "is no folder"),
            ("webdav+https://host.example/a/../b", "is no folder"),
            ("webdav+https:///a", "is no folder"),
        ] {
            let error = place(Path::new(given)).unwrap_err().to_string();
            assert!(error.contains(told) && !error.contains("secret"), "{given}: {error}");
        }
    }

    #[test]
    fn in_a_list_every_address_is_a_photo_and_no_server_is_told_a_password() {
        assert_eq!(listed_place(Path::new("https://a.org/7/")), Ok("https://a.org/7/".into()));
        let error = listed_place(Path::new("webdav+https://a.org/7.jpg")).unwrap_err();
        assert!(matches!(error, UriError::Listed(_)), "{error}");
    }
}
