//! What a request gives: an answer's parts, and what became of them on the disk.

mod artifact;
mod request;
mod saved;
mod way;

pub use artifact::{Artifact, Given};
pub use request::{Answer, ContentHash, InvalidRequestId, Request, RequestId, SameAs, Upload};
#[cfg(test)]
pub(crate) use saved::samples as saved_samples;
pub use saved::{FileKind, NamedText, Saved, SavedFile};
pub use way::{
    Way, inline_key, inline_mark, inlined, is_same_upload, is_signed, marked, signed_mark, told_by, without_signatures,
};
