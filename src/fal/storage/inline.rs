//! Pictures in the request itself, for where fal's storage cannot be reached (fal docs: file inputs, data URIs).

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::InputFile;
use crate::fal::FalError;
use crate::job::{ContentHash, Way};

impl InputFile {
    /// The whole file as a data URI, and its hash. It blocks for as long as the disk takes.
    ///
    /// # Errors
    /// [`CauseKind::LocalFile`](crate::job::CauseKind::LocalFile) if it cannot be read, was written to meanwhile, or is
    /// longer than what stands in a request.
    pub fn inline(&self) -> Result<(String, ContentHash), FalError> {
        if self.length() > Way::LONGEST_INLINE {
            return Err(FalError::local_file(format!(
                "was not sent: {} bytes are too many for a data URI, which takes {} MiB; --send upload takes any",
                self.length(),
                Way::LONGEST_INLINE >> 20
            )));
        }
        let mut bytes = Vec::new();
        let read = self.look(|content| content.take(Way::LONGEST_INLINE + 1).read_to_end(&mut bytes))?;
        read.map_err(|error| FalError::local_file(format!("cannot be read: {error}")))?;
        self.still()?;
        let hash = ContentHash(*blake3::hash(&bytes).as_bytes());
        Ok((format!("data:{};base64,{}", self.format.media_type(), STANDARD.encode(bytes)), hash))
    }
}

/// What a data URI holds, and of which media type it says to be; `None` if it is none.
#[must_use]
pub fn read_inline(uri: &str) -> Option<(Vec<u8>, &str)> {
    let (head, data) = uri.strip_prefix("data:")?.split_once(',')?;
    let media = head.strip_suffix(";base64")?;
    Some((STANDARD.decode(data).ok()?, media))
}

/// The hash of what a data URI holds.
#[must_use]
pub fn held_inline(uri: &str) -> Option<ContentHash> {
    let (bytes, _) = read_inline(uri)?;
    Some(ContentHash(*blake3::hash(&bytes).as_bytes()))
}
