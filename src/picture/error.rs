//! What can be wrong with a picture.

use std::io;

use super::Other;
use crate::job::Format;

/// Why bytes are not the whole picture that they should be. Its text reads as the reason for which
/// a file is left out, and is the same for all files with the same fault, so that it can be counted.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Something else than a picture that fal takes.
    #[error("{0}")]
    Other(Other),
    /// A picture that ends before its end.
    #[error("truncated {0}")]
    Truncated(Format),
    /// A picture that breaks the rules of its format.
    #[error("damaged {format}: {what}")]
    Damaged {
        /// The format that it claims to be.
        format: Format,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A picture with longer sides than its format, or any decoder, takes.
    #[error("too large: a side of this {format} is longer than {most} px")]
    TooLarge {
        /// The format that it claims to be.
        format: Format,
        /// The longest that it may be, px.
        most: u32,
    },
    /// A picture that would be made another before it is sent, and ends before its end.
    #[error("truncated {}", .0.name())]
    Cut(Other),
    /// Camera raw is not developed here, and what could be sent in its place is too small.
    #[error("camera raw with no preview of full size in it: develop it with another program")]
    NoPreview,
    /// A TIFF that is compressed in a way that is not read here.
    #[error("TIFF compressed with {0}, which is not read here: save it with LZW or Deflate")]
    Packed(&'static str),
    /// It is not stored upright, and cannot be turned here.
    #[error("too large to be turned upright or converted here: do that with another program")]
    TooLargeToTurn,
    /// The bytes could not be read.
    #[error("cannot be read: {}", said(.0))]
    Unreadable(#[source] io::Error),
}

/// What the operating system said, as a fragment and without its number.
pub(crate) fn said(error: &io::Error) -> String {
    let text = match (error.raw_os_error(), error.get_ref(), error.kind()) {
        // A store says it in words of its own.
        (Some(_), ..) | (_, Some(_), _) | (_, _, io::ErrorKind::Other) => error.to_string(),
        (None, None, kind) => kind.to_string(),
    };
    let text = text.rsplit_once(" (os error").map_or(text.as_str(), |(text, _)| text);
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// What is wrong with the bytes of a known format.
#[derive(Debug)]
pub(super) enum Flaw {
    /// They end too early.
    Short,
    /// They are not what the format wants.
    Damaged(&'static str),
    /// They could not be read.
    Unreadable(io::Error),
}

impl Flaw {
    pub(super) fn of(self, format: Format) -> PictureError {
        match self {
            Self::Short => PictureError::Truncated(format),
            Self::Damaged(what) => PictureError::Damaged { format, what },
            Self::Unreadable(error) => PictureError::Unreadable(error),
        }
    }
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Short,
            _ => Self::Unreadable(error),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_said_reads_as_a_fragment() {
        let missing = std::fs::File::open("/nowhere").unwrap_err();
        assert_eq!(PictureError::Unreadable(missing).to_string(), "cannot be read: no such file or directory");
        assert_eq!(said(&io::ErrorKind::PermissionDenied.into()), "permission denied");
        assert_eq!(said(&io::Error::other("Its own words")), "its own words");
    }
}
