//! What a place is called: a path, or a URI whose scheme says who serves it.

use std::path::{Path, PathBuf};

use url::Url;

use crate::job::clean;

/// Who serves a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// This machine's file system.
    File,
}

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
    /// A file of another machine.
    #[error("`{}` names a file of another machine\nhint: `file:///` and the whole path", clean(.0))]
    Elsewhere(String),
}

impl Scheme {
    /// Who serves a place that [`place`] gave.
    #[must_use]
    pub fn of(_place: &Path) -> Self {
        Self::File
    }
}

/// The place that a person named: a path stays as it is, byte for byte; `file:///a%20b` is the path `/a b`.
///
/// # Errors
/// If it is the URI of a service that is not known, or of another machine's file.
pub fn place(given: &Path) -> Result<PathBuf, UriError> {
    let Some((scheme, _)) = given.to_str().and_then(|text| text.split_once("://")) else {
        return Ok(given.to_owned());
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    // A folder may well be called so.
    if !is_scheme || given.symlink_metadata().is_ok() {
        return Ok(given.to_owned());
    }
    let uri = || given.to_string_lossy().into_owned();
    if !scheme.eq_ignore_ascii_case("file") {
        return Err(UriError::Unknown { uri: uri(), scheme: scheme.to_ascii_lowercase() });
    }
    // Another machine's file has no path here.
    let path = Url::parse(&uri()).ok().and_then(|uri| uri.to_file_path().ok());
    path.ok_or_else(|| UriError::Elsewhere(uri()))
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
        let error = place(Path::new("s3://bucket/photos")).unwrap_err();
        assert!(error.to_string().contains("`s3`"), "{error}");
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
