//! What a place is called: a path, or a URI whose scheme says who serves it.

use std::path::{Path, PathBuf};

use url::Url;

use super::server::{at_server, folder, server};
use super::web::{is_inner, is_loopback};
use crate::job::clean;

/// Who serves a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// This machine's file system.
    File,
    /// An address of the web, or for tests of this machine.
    Web,
    /// An object store, or a server of WebDAV.
    Object,
}

/// What places in object stores begin with: Amazon S3 and what speaks as it does, Google Cloud Storage, Azure.
const STORES: [&str; 3] = ["s3", "gs", "az"];

/// What stands before the scheme of a WebDAV server: an address alone is a photo's.
pub(super) const DAV: &str = "webdav+";

/// Why a URI names no place that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// A service that is not known here.
    #[error(
        "`{}` lies at a service that fal-tui does not read or write: `{scheme}`\nhint: give a folder or file of this \
         machine, as one that the service is mounted at",
        clean(.uri)
    )]
    Unknown {
        /// As given.
        uri: String,
        /// What stands before its `://`.
        scheme: String,
    },
    /// An address that is not encrypted.
    #[error("`{}` is not encrypted: fal and fal-tui fetch photos by https alone\nhint: https://", clean(.0))]
    Plain(String),
    /// An address in a network that is not the web.
    #[error(
        "`{}` is an address of an inner network, which fal cannot reach\nhint: give the photo as a file of this machine",
        clean(.0)
    )]
    Inner(String),
    /// An address with a name and a password in it.
    #[error("an address with a user or a password in it is not taken: fal would be told them, and keep them")]
    Credentials,
    /// No address at all, or one that is longer than any service takes.
    #[error("`{}` is no address that a photo can be fetched from", clean(&.0.chars().take(200).collect::<String>()))]
    NoAddress(String),
    /// A place in a store that has no bucket, or a key that none can have.
    #[error("`{}` is no place in a store\nhint: as in `s3://BUCKET/FOLDER`, as it is called there, without `//` or `..`", clean(.0))]
    NoObject(String),
    /// No folder of a server.
    #[error(
        "`{}` is no folder of a WebDAV server\nhint: as in `https://HOST/FOLDER/`; behind `webdav+https://` nothing is escaped",
        clean(.0)
    )]
    NoFolder(String),
    /// A server's address with a user or a password in it.
    #[error(
        "a WebDAV address with a user or a password in it is not taken: it would stand in logs and lists\nhint: \
         FAL_TUI_WEBDAV_USER and FAL_TUI_WEBDAV_PASSWORD"
    )]
    Who,
    /// A list that names a server.
    #[error(
        "`{}` lies at a WebDAV server, and a list is not to say who is told your password\nhint: give its folder as PATH",
        clean(.0)
    )]
    Listed(String),
    /// A file of another machine.
    #[error("`{}` names a file of another machine\nhint: `file:///` and the whole path", clean(.0))]
    Elsewhere(String),
}

impl Scheme {
    /// Who serves a place that [`place`] gave.
    #[must_use]
    pub fn of(place: &Path) -> Self {
        match place.to_str().and_then(|text| text.split_once("://")) {
            Some(("https" | "http", _)) => Self::Web,
            Some((scheme, _)) if STORES.contains(&scheme) => Self::Object,
            Some((scheme, _)) if matches!(scheme.strip_prefix(DAV), Some("https" | "http")) => Self::Object,
            _ => Self::File,
        }
    }
}

/// The place that a person named: a path stays as it is, byte for byte; `file:///a%20b` is the path `/a b`. An address that
/// ends with `/` is a folder of a WebDAV server, any other a photo's.
///
/// # Errors
/// If it is the URI of a service that is not known, or of another machine's file.
pub fn place(given: &Path) -> Result<PathBuf, UriError> {
    named(given, cfg!(feature = "cloud"))
}

/// The place of a photo that a list names, where every address is a photo's.
///
/// # Errors
/// As [`place`]; also if it lies at a WebDAV server.
pub fn listed_place(given: &Path) -> Result<PathBuf, UriError> {
    let place = named(given, false)?;
    let is_at_server =
        place.to_str().is_some_and(|place| place.starts_with(DAV)) && Scheme::of(&place) == Scheme::Object;
    if is_at_server { Err(UriError::Listed(given.to_string_lossy().into_owned())) } else { Ok(place) }
}

fn named(given: &Path, has_folders: bool) -> Result<PathBuf, UriError> {
    let Some((scheme, rest)) = given.to_str().and_then(|text| text.split_once("://")) else {
        return Ok(given.to_owned());
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    // A folder may well be called so.
    if !is_scheme || given.symlink_metadata().is_ok() {
        return Ok(given.to_owned());
    }
    let uri = || given.to_string_lossy().into_owned();
    if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") {
        return if has_folders && rest.ends_with('/') && !rest.starts_with('/') {
            folder(uri())
        } else {
            address(uri())
        };
    }
    let scheme = scheme.to_ascii_lowercase();
    if let Some(by) = scheme.strip_prefix(DAV).filter(|by| matches!(*by, "https" | "http") && cfg!(feature = "cloud")) {
        let (host, key) = rest.split_once('/').unwrap_or((rest, ""));
        return server(by, host, uri()).and_then(|server| {
            let parts = key.trim_end_matches('/').split('/').map(str::to_owned);
            at_server(&server, parts).ok_or_else(|| UriError::NoFolder(uri()))
        });
    }
    if STORES.contains(&&*scheme) && cfg!(feature = "cloud") {
        return object(&scheme, rest).ok_or_else(|| UriError::NoObject(uri()));
    }
    if scheme != "file" {
        return Err(UriError::Unknown { uri: uri(), scheme });
    }
    // Another machine's file has no path here.
    let path = Url::parse(&uri()).ok().and_then(|uri| uri.to_file_path().ok());
    path.ok_or_else(|| UriError::Elsewhere(uri()))
}

/// A place in a store as it is called. Its key stays as it is: nothing in it is escaped, as the services' own tools have
/// it.
fn object(scheme: &str, rest: &str) -> Option<PathBuf> {
    let rest = rest.trim_end_matches('/');
    rest.split('/').all(is_name).then(|| format!("{scheme}://{rest}").into())
}

/// Whether something can have a part of a key as its name.
pub(super) fn is_name(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && !part.chars().any(char::is_control)
}

/// The longest address that is taken, bytes.
pub(super) const LONGEST: usize = 2048;

/// An address as it is called. Of this machine it may be without encryption: that is a sandbox's, or a test's.
fn address(given: String) -> Result<PathBuf, UriError> {
    let Some(mut url) = Url::parse(&given).ok().filter(|_| given.len() <= LONGEST) else {
        return Err(UriError::NoAddress(given));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UriError::Credentials);
    }
    if !is_loopback(&url) {
        if is_inner(&url) {
            return Err(UriError::Inner(given));
        }
        if url.scheme() != "https" {
            return Err(UriError::Plain(given));
        }
    }
    url.set_fragment(None);
    Ok(String::from(url).into())
}

/// Whether an address is one of this machine.
#[must_use]
pub fn is_on_this_machine(address: &Path) -> bool {
    address.to_str().and_then(|text| Url::parse(text).ok()).is_some_and(|url| is_loopback(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_and_a_uri_says_who_serves_it() {
        for path in ["photos", "/a/b c", "a%20b", "odd:name", "://x", "../x"] {
            assert_eq!(place(Path::new(path)), Ok(path.into()));
        }
        assert_eq!(place(Path::new("file:///a%20b/%C3%A9.jpg")), Ok("/a b/é.jpg".into()));
        assert_eq!(place(Path::new("FILE://localhost/a")), Ok("/a".into()));
        assert!(matches!(place(Path::new("file://server/a")), Err(UriError::Elsewhere(_))));
        let error = place(Path::new("ftp://server/photos")).unwrap_err();
        assert!(error.to_string().contains("`ftp`"), "{error}");
    }

    #[cfg(feature = "cloud")]
    #[test]
    fn a_place_in_a_store_is_called_by_its_bucket_and_its_key_as_that_is() {
        for (given, called) in [
            ("S3://bucket/a b/100%25/", "s3://bucket/a b/100%25"),
            ("gs://bucket", "gs://bucket"),
            ("az://container/é?.jpg#1", "az://container/é?.jpg#1"),
        ] {
            assert_eq!(place(Path::new(given)), Ok(called.into()));
            assert_eq!(Scheme::of(Path::new(called)), Scheme::Object);
        }
        for given in ["s3://", "s3:///a", "s3://bucket//a", "gs://bucket/../a", "az://c/./a"] {
            assert!(matches!(place(Path::new(given)), Err(UriError::NoObject(_))), "{given}");
        }
    }

    #[test]
    fn an_address_is_public_encrypted_and_without_a_password() {
        assert_eq!(
            place(Path::new("HTTPS://Example.org/a%20b.jpg?x=1#top")),
            Ok("https://example.org/a%20b.jpg?x=1".into())
        );
        assert_eq!(Scheme::of(Path::new("https://example.org/a")), Scheme::Web);
        assert_eq!(place(Path::new("http://127.0.0.1:80/a")), Ok("http://127.0.0.1/a".into()));
        for (given, told) in [
            ("http://example.org/a.jpg", "is not encrypted"),
            ("https://10.0.0.1/a.jpg", "inner network"),
            ("http://192.168.0.1/a.jpg", "inner network"),
            ("https://me:secret@example.org/a.jpg", "a user or a password"),
            ("https://", "is no address"),
        ] {
            let error = place(Path::new(given)).unwrap_err().to_string();
            assert!(error.contains(told) && !error.contains("secret"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_named_by_their_bytes() {
        use std::os::unix::ffi::OsStrExt;
        let bytes = std::ffi::OsStr::from_bytes(b"/a/\xff.jpg");
        assert_eq!(place(Path::new("file:///a/%FF.jpg")), Ok(bytes.into()));
        assert_eq!(place(Path::new(bytes)), Ok(bytes.into()));
    }
}
