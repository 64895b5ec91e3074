//! What a store refuses, in words and with what is to be done about it; nothing of what it said, which may hold secrets.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io::{self, ErrorKind};

use http::Method;
use object_store::Error;

use super::dav::{self, Asks};
use super::spot::{Service, Spot};
use crate::job::clean;

/// What a store refused.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Refused {
    message: String,
    hint: Option<String>,
}

/// What is to be done about an error, if it is one of a store.
pub(in crate::storage) fn hint(error: &io::Error) -> Option<&str> {
    error.get_ref()?.downcast_ref::<Refused>()?.hint.as_deref()
}

/// An error of a store, as a person is told it.
pub(super) fn told(error: &Error, spot: &Spot) -> io::Error {
    let (kind, message, hint) = words(error, spot);
    refused(kind, message, hint)
}

/// An error that says what is to be done about it.
pub(super) fn refused(kind: ErrorKind, message: String, hint: Option<String>) -> io::Error {
    io::Error::new(kind, Refused { message, hint })
}

fn words(error: &Error, spot: &Spot) -> (ErrorKind, String, Option<String>) {
    let said = said(error);
    if let Service::Dav(_) = spot.service
        && let Some(status) = status(&said).and_then(|status| status.parse().ok())
    {
        return dav::words(&Method::GET, status, Asks::Basic, spot);
    }
    let bucket = clean(&spot.bucket);
    let answer = code(&said).or_else(|| status(&said));
    let answer = || answer.map_or_else(String::new, |answer| format!(" ({})", clean(answer)));
    let credentials = || Some(spot.service.credentials().to_owned());
    if METADATA.iter().any(|host| said.contains(host)) || said.contains("must be specified") {
        return (ErrorKind::Other, "no credentials for its store were found".to_owned(), credentials());
    }
    match code(&said).unwrap_or_default() {
        "NoSuchBucket" | "ContainerNotFound" | "ContainerBeingDeleted" => {
            let hint = (spot.service == Service::S3)
                .then(|| "its name; AWS_ENDPOINT_URL where it is kept by another service than Amazon's".to_owned());
            return (ErrorKind::Other, format!("there is no bucket `{bucket}`"), hint);
        }
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => {
            return (ErrorKind::Other, format!("the bucket `{bucket}` lies in another region"), Some(region(&said)));
        }
        "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidToken"
        | "ExpiredToken"
        | "AuthenticationFailed"
        | "InvalidAuthenticationInfo" => {
            let message = format!("its store does not take these credentials{}", answer());
            return (ErrorKind::PermissionDenied, message, credentials());
        }
        "RequestTimeTooSkewed" => {
            let hint = Some("set the clock".to_owned());
            return (ErrorKind::Other, "its store finds this machine's clock too far off".to_owned(), hint);
        }
        _ => {}
    }
    if said.contains("incorrectly configured region") {
        return (ErrorKind::Other, format!("the bucket `{bucket}` lies in another region"), Some(region(&said)));
    }
    match error {
        Error::NotFound { .. } => (ErrorKind::NotFound, "it is not there".to_owned(), None),
        Error::AlreadyExists { .. } | Error::Precondition { .. } => {
            (ErrorKind::AlreadyExists, "it is there already, or was changed meanwhile".to_owned(), None)
        }
        _ if matches!(error, Error::PermissionDenied { .. }) || status(&said) == Some("403") => {
            let hint = Some(format!("what the bucket `{bucket}` lets these credentials do"));
            (ErrorKind::PermissionDenied, format!("its store does not allow it{}", answer()), hint)
        }
        _ if matches!(error, Error::Unauthenticated { .. }) || status(&said) == Some("401") => {
            (ErrorKind::PermissionDenied, format!("its store does not know who asks{}", answer()), credentials())
        }
        Error::NotSupported { .. } => {
            (ErrorKind::Unsupported, "its store gives no parts of what it holds".to_owned(), None)
        }
        Error::InvalidPath { .. } => {
            let message = "it holds a name that is no path, as one with `//` in it".to_owned();
            (ErrorKind::InvalidFilename, message, None)
        }
        _ if status(&said).is_some_and(|status| status.starts_with('5') || status == "429") => {
            (ErrorKind::Other, format!("its store cannot do it now{}", answer()), None)
        }
        _ if code(&said).or_else(|| status(&said)).is_some() => {
            (ErrorKind::Other, format!("its store refuses it{}", answer()), None)
        }
        _ if said.contains("timed out") => (ErrorKind::TimedOut, "its store does not answer in time".to_owned(), None),
        _ if said.contains("onnect") || said.contains("dns error") => {
            (ErrorKind::NotConnected, "its store cannot be reached".to_owned(), None)
        }
        _ => (ErrorKind::Other, "the call to its store came to nothing".to_owned(), None),
    }
}

/// Where credentials are asked for that a machine in the cloud has of itself: nobody answers elsewhere.
const METADATA: [&str; 4] =
    ["169.254.169.254", "/latest/api/token", "metadata.google.internal", "/metadata/identity/oauth2/token"];

/// All that was said, for us alone.
fn said(error: &Error) -> String {
    let (mut said, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        // Writing to a String cannot fail.
        let _ = write!(said, "\n{cause:?}\n{cause}");
        next = cause.source();
    }
    said
}

/// The word for it in an answer of XML (S3 docs: error responses).
fn code(said: &str) -> Option<&str> {
    between(said, "<Code>", "</Code>")
}

/// The status of the answer.
fn status(said: &str) -> Option<&str> {
    said.split_once("status code: ")?.1.split(' ').next()
}

/// Which region to set.
fn region(said: &str) -> String {
    let known = between(said, "<Region>", "</Region>").or_else(|| between(said, "expecting '", "'"));
    let plain = known.filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    format!("AWS_REGION={}", plain.unwrap_or("REGION"))
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(behind)?.0)
}
