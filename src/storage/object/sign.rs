//! URLs that a store signs, so that somebody without credentials can fetch one object.

use std::io;
use std::path::Path;
use std::time::Duration;

use http::Method;

use super::opened;
use super::spot::Spot;
use super::trouble::told;
use crate::storage::calls::wait;

/// How long one holds: the longest that S3 and Google sign for (S3 docs: presigned URLs), since nobody knows how long a
/// request waits.
const HOLDS: Duration = Duration::from_hours(7 * 24);

/// Whether a place's store signs any.
pub(in crate::storage) fn is_signing(at: &Path) -> bool {
    Spot::of(at).is_ok_and(|spot| spot.service.signs())
}

/// A signed URL of an object. It is made here: nobody is asked for it, but where credentials are a machine's own.
///
/// # Errors
/// If the credentials cannot sign.
pub(in crate::storage) fn signed(at: &Path) -> io::Result<String> {
    let (store, spot) = opened(at)?;
    wait(async move {
        let by = store.signer.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        let signed = by.signed_url(Method::GET, &spot.key, HOLDS).await;
        signed.map(String::from).map_err(|error| told(&error, &spot))
    })?
}
