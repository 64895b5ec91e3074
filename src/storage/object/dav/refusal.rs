//! What a WebDAV server refuses, in words and with what is to be done about it.

use std::error::Error;
use std::io::{self, ErrorKind};

use http::header::{HeaderMap, WWW_AUTHENTICATE};
use http::{Method, StatusCode};

use super::super::spot::Spot;
use super::super::trouble::refused;
use crate::job::clean;

/// What is to be done where it is no server of WebDAV, and where nothing can be written.
const NO_DAV: &str = "the address of a WebDAV folder; that of a photo does not end with `/`";
const ELSEWHERE: &str = "another folder, with `-o`";

/// Why a call came to nothing.
#[derive(Debug)]
pub(in super::super) enum Refusal {
    /// The server's answer to a call of a method.
    Status(Method, StatusCode, Asks),
    /// There was none.
    Unanswered(reqwest::Error),
    /// It is no listing of a folder.
    NoListing,
    /// A file lies where a folder would be.
    NoFolder,
    /// It gave a file the name of another, though it was told not to.
    Overwrites,
    /// The file itself cannot be read.
    File(io::Error),
}

/// How a server wants to be told who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Asks {
    /// By a name and a password, or it does not say.
    Basic,
    /// In ways that are not known here.
    Otherwise,
}

impl Refusal {
    pub(super) fn of(method: &Method, status: StatusCode, headers: &HeaderMap) -> Self {
        let asks: Vec<_> =
            headers.get_all(WWW_AUTHENTICATE).iter().map(|value| value.as_bytes().to_ascii_lowercase()).collect();
        let is_basic = asks.is_empty() || asks.iter().any(|asks| asks.windows(5).any(|word| word == b"basic"));
        Self::Status(method.clone(), status, if is_basic { Asks::Basic } else { Asks::Otherwise })
    }

    /// The status that was answered.
    pub(super) fn status(&self) -> Option<u16> {
        if let Self::Status(_, status, _) = self { Some(status.as_u16()) } else { None }
    }

    /// Whether nothing is there, or not the folder that it would be in.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.status(), Some(404 | 409 | 410))
    }

    /// Whether it was sent on to another address.
    pub(super) fn is_elsewhere(&self) -> bool {
        matches!(self.status(), Some(300..=399))
    }

    /// Whether the same call may come to more in a moment.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Status(_, status, _) => matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502..=504),
            Self::Unanswered(error) => !error.is_builder() && !is_about_trust(error),
            _ => false,
        }
    }

    /// As a person is told it.
    pub(in super::super) fn told(&self, spot: &Spot) -> io::Error {
        let host = clean(&spot.bucket);
        let (kind, message, hint) = match self {
            Self::Status(method, status, asks) => words(method, status.as_u16(), *asks, spot),
            Self::Unanswered(error) if is_about_trust(error) => (
                ErrorKind::ConnectionRefused,
                format!("the certificate of `{host}` is not one that this machine trusts"),
                Some("SSL_CERT_FILE with the one that signed it".to_owned()),
            ),
            Self::Unanswered(error) if error.is_timeout() => {
                (ErrorKind::TimedOut, "its server does not answer in time".to_owned(), None)
            }
            Self::Unanswered(error) if error.is_connect() => {
                (ErrorKind::NotConnected, "its server cannot be reached".to_owned(), None)
            }
            Self::Unanswered(_) => (ErrorKind::NotConnected, "the line to its server broke".to_owned(), None),
            Self::NoListing => (ErrorKind::Other, "what its server answers is no list of a folder".to_owned(), Some(NO_DAV.to_owned())),
            Self::NoFolder => {
                (ErrorKind::NotADirectory, "a file has the name of a folder on the way to it".to_owned(), None)
            }
            Self::Overwrites => (
                ErrorKind::Unsupported,
                "its server renames files over others although it is told not to, so that a result could replace what is \
                 not ours"
                    .to_owned(),
                Some(ELSEWHERE.to_owned()),
            ),
            Self::File(error) => (error.kind(), error.to_string(), None),
        };
        refused(kind, message, hint)
    }
}

/// What a status means that a call of a method was answered with.
pub(in super::super) fn words(
    method: &Method,
    status: u16,
    asks: Asks,
    spot: &Spot,
) -> (ErrorKind, String, Option<String>) {
    let host = clean(&spot.bucket);
    let other = |message: &str, hint: Option<&str>| {
        (ErrorKind::Other, format!("{message} ({status})"), hint.map(str::to_owned))
    };
    match (status, method.as_str()) {
        (300..=399, _) => {
            other("its server sends on to another address, which is not followed", Some("the address that it sends to"))
        }
        (401, _) => {
            let hint = match asks {
                Asks::Basic => spot.service.credentials().to_owned(),
                Asks::Otherwise => {
                    format!("`{host}` takes no plain name and password (Basic), which is all that is known here")
                }
            };
            (ErrorKind::PermissionDenied, format!("its server does not know who asks ({status})"), Some(hint))
        }
        (403, _) => {
            let hint = Some(format!("what `{host}` lets this user do there"));
            (ErrorKind::PermissionDenied, format!("its server does not allow it ({status})"), hint)
        }
        (404 | 410, _) => (ErrorKind::NotFound, "it is not there".to_owned(), None),
        (405 | 501, "PROPFIND") => other("its server lists no folders, as WebDAV does", Some(NO_DAV)),
        (405 | 501, "MOVE") => other(
            "its server renames no files, without which a result cannot get its name when it is whole",
            Some(ELSEWHERE),
        ),
        (405 | 501, "PUT" | "MKCOL" | "DELETE") => other("its server takes no files", Some(ELSEWHERE)),
        (409, _) => other("the folder that it would be in cannot be made", None),
        (412, _) => (ErrorKind::AlreadyExists, "it is there already".to_owned(), None),
        (413, _) => other("its server takes no file that large", None),
        (423, _) => other("another program holds a lock on it", None),
        (507, _) => (ErrorKind::StorageFull, format!("its server has no room left ({status})"), None),
        (408 | 425 | 429 | 500..=599, _) => other("its server cannot do it now", None),
        _ => other("its server refuses it", None),
    }
}

/// Whether a connection failed since the server is not trusted.
fn is_about_trust(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.to_string().contains("certificate") {
            return true;
        }
        cause = error.source();
    }
    false
}
