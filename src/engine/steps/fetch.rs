//! The files of an answer, downloaded one after the other: none has its name before all of them came.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fal::{Fal, FalError, Piece};
use crate::job::{Answer, Given, Photo};
use crate::output::{Draft, Dressing, Output, OutputError, Part, Wanted};

/// What is heard of a download on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A file begins, or begins again, that has so many bytes; 0 where that is not known.
    Begins(u64),
    /// So many bytes came.
    Came(usize),
}

/// Why a result is not on disk.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    #[error(transparent)]
    Fal(#[from] FalError),
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Fetches all files of an answer, its pictures with what they get of the photo; of a model that gives text alone, its texts are the file.
///
/// # Errors
/// If one of them cannot be had or written: then nothing is left of any.
pub(crate) async fn fetch(
    fal: &Fal,
    output: &Output,
    photo: &Photo,
    answer: &Answer,
    dressing: &Dressing,
    hear: impl Fn(Heard),
) -> Result<Vec<Part>, SaveError> {
    let mut parts = Vec::new();
    // What else it gives, such as masks, is no picture of the photo.
    let main = answer.artifacts.iter().find(|artifact| matches!(artifact.what, Given::Picture { .. }));
    for artifact in &answer.artifacts {
        let (url, what) = match &artifact.what {
            Given::Picture { url, .. } => (url, Wanted::picture(&artifact.role)),
            Given::File { url } => (url, Wanted::file(&artifact.role, url)),
            Given::Text(_) | Given::Unsafe => continue,
        };
        let is_main = main.is_some_and(|main| main.role == artifact.role);
        let dressing = match what.picture {
            true if is_main => dressing.clone(),
            true => dressing.without_mask(),
            false => Dressing::default(),
        };
        let draft = output.draft(photo)?.dressed(dressing);
        parts.push(file(fal, draft, url, what, &hear).await?);
    }
    if parts.is_empty() {
        parts.extend(Part::of_texts(answer.texts()));
    }
    Ok(parts)
}

async fn file(fal: &Fal, mut draft: Draft, url: &str, what: Wanted, hear: &impl Fn(Heard)) -> Result<Part, SaveError> {
    if let Some(inline) = url.strip_prefix("data:") {
        let bytes = decoded(inline).ok_or_else(|| OutputError::BadResult("its data URI cannot be read".into()))?;
        hear(Heard::Begins(bytes.len() as u64));
        draft.write(&bytes).await?;
        return Ok(draft.end(what, None).await?);
    }
    let mut download = fal.download(url).await?;
    hear(Heard::Begins(download.length.unwrap_or_default()));
    while let Some(piece) = download.next().await {
        match piece? {
            Piece::Bytes(bytes) => {
                hear(Heard::Came(bytes.len()));
                draft.write(&bytes).await?;
            }
            Piece::Restart => {
                hear(Heard::Begins(download.length.unwrap_or_default()));
                draft.restart();
            }
        }
    }
    Ok(draft.end(what, download.length).await?)
}

/// The bytes of a data URI (RFC 2397) behind its `data:`.
fn decoded(inline: &str) -> Option<Vec<u8>> {
    let (kind, data) = inline.split_once(',')?;
    if kind.ends_with(";base64") {
        return STANDARD.decode(data.trim()).ok();
    }
    // Vectorisers give an SVG so.
    let mut bytes = Vec::with_capacity(data.len());
    let mut rest = data.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%').then(|| tail.first_chunk::<2>()).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_uri_is_read_in_both_its_forms() {
        assert_eq!(decoded("image/png;base64,iVBORw==").unwrap(), b"\x89PNG");
        assert_eq!(decoded("image/svg+xml,%3Csvg%20a='100%'/%3E").unwrap(), b"<svg a='100%'/>");
        assert_eq!(decoded("image/svg+xml;charset=utf-8,<svg/>%2").unwrap(), b"<svg/>%2");
        assert_eq!((decoded("image/png;base64,*"), decoded("image/png")), (None, None));
    }
}
