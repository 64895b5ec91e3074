//! Why something did not work, and what follows from it.

mod advice;
mod shortage;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
pub use shortage::Shortage;

macro_rules! kinds {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal,)+) => {
        /// What went wrong, in the words that other programs read in `cause.kind`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum CauseKind { $($(#[$doc])+ $variant,)+ }

        impl CauseKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The kind's name in JSON and in the ledger.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

kinds! {
    /// The model refused a parameter.
    Validation = "validation",
    /// The model refused what the picture shows.
    ContentPolicy = "content_policy",
    /// The picture has too many pixels or bytes for the model.
    ImageTooLarge = "image_too_large",
    /// The picture is too small for the model.
    ImageTooSmall = "image_too_small",
    /// The model could not open the picture.
    ImageLoad = "image_load",
    /// The model could not fetch the uploaded picture.
    FileDownload = "file_download",
    /// The model failed by itself.
    ModelError = "model_error",
    /// fal's platform failed to run the model.
    Runner = "runner",
    /// Something took longer than it may.
    Timeout = "timeout",
    /// Asked to slow down (429).
    RateLimited = "rate_limited",
    /// No connection, or one that broke.
    Network = "network",
    /// The picture could not be uploaded.
    Upload = "upload",
    /// The result could not be downloaded.
    Download = "download",
    /// The result is no whole picture, or not the one that was promised.
    BadResult = "bad_result",
    /// fal answered with something that we cannot read.
    BadResponse = "bad_response",
    /// The key was refused.
    KeyRefused = "key_refused",
    /// The account is locked, for its balance or by fal.
    AccountLocked = "account_locked",
    /// The key or the account may not do this.
    Forbidden = "forbidden",
    /// fal does not know the endpoint or the request.
    NotFound = "not_found",
    /// The photo cannot be read, or its result cannot be written.
    LocalFile = "local_file",
    /// The disk is full.
    Disk = "disk",
    /// This machine has no more open files, memory or threads to give.
    Resources = "resources",
    /// Somebody cancelled it.
    Cancelled = "cancelled",
    /// No failure: somebody else sends the same picture, and it waits for that result.
    SamePicture = "same_picture",
    /// No failure: a cap that many workers keep has no room for it now.
    Cap = "cap",
    /// Sent, but the answer was lost: it may be running, and may be paid for.
    UnknownOutcome = "unknown_outcome",
    /// A fault in this program.
    Internal = "internal",
}

impl CauseKind {
    /// Reads a kind's name back from the ledger or a command line.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for CauseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a step of a job did not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Which kind of failure.
    pub kind: CauseKind,
    /// The HTTP status that came with it, if any.
    pub http: Option<u16>,
    /// What to tell a person: a lowercase fragment. Text from outside in it is already cleaned.
    pub message: Box<str>,
}

impl Cause {
    /// A cause that no HTTP status belongs to.
    pub fn new(kind: CauseKind, message: impl Into<Box<str>>) -> Self {
        Self { kind, http: None, message: message.into() }
    }
}

impl Cause {
    /// The same, said of a file that goes along with a photo.
    #[must_use]
    pub fn of_further(self, name: &str) -> Self {
        Self { message: format!("{name}, which goes along, {}", self.message).into(), ..self }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.http {
            Some(http) => write!(f, "{http} {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What follows from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The same step may work later, after at least this long if the server said so.
    Transient {
        /// `Retry-After`.
        after: Option<Duration>,
    },
    /// It may work with a fresh upload of the same picture.
    Reupload,
    /// This photo will not work, others may.
    Permanent,
    /// Nothing will work until the account's owner acts.
    Account,
    /// It was cancelled.
    Cancelled,
    /// No failure: the result is not there yet.
    NotReady,
    /// The paid call may have been accepted though no answer came: look it up, never send it again.
    Ambiguous,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_ones_in_json_and_read_back() {
        for kind in CauseKind::ALL {
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{}\"", kind.name()));
            assert_eq!(CauseKind::from_name(kind.name()), Some(*kind));
        }
        assert_eq!(CauseKind::from_name("gremlins"), None);
    }
}
