//! Which photo a request in fal's history was made for: by what the ledger knows of it, else by what
//! its input holds.

use std::collections::HashMap;

use super::further::Further;
use super::photos::Photos;
use crate::fal::{Download, Fal, FalError, Past, Piece, read_inline};
use crate::job::{ContentHash, Format, Photo, Service, Timestamp, Upload, inline_mark, told_by};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{Model, Params};
use crate::picture::{SOURCE_WITHIN, source_of};

/// What was found for a request.
#[derive(Debug)]
pub(super) enum Match {
    /// The photos that hold what was sent, and what that was.
    Photos(Vec<Photo>, Upload),
    /// It was made with other parameters, so its result is another job's.
    OtherParams,
    /// No photo holds what was sent.
    Nothing,
}

/// Looks for the photos of requests.
#[derive(Debug)]
pub(super) struct Finder<'a> {
    pub(super) fal: &'a Fal,
    /// Whose history it is.
    pub(super) service: &'a Service,
    pub(super) ledger: &'a Ledger,
    pub(super) model: &'a Model,
    pub(super) params: &'a Params,
    pub(super) photos: Photos,
    /// What was sent beside the photos.
    pub(super) further: Further<'a>,
    /// What was found out about inputs by their URLs; `None` for what no photo can be.
    pub(super) inputs: HashMap<String, Option<(u64, ContentHash)>>,
}

impl Finder<'_> {
    pub(super) async fn find(&mut self, past: &Past) -> Result<Match, LedgerError> {
        if self.photos.count() == 0 {
            return Ok(Match::Nothing);
        }
        let url = self.model.photo_in(&past.input).map(told_by);
        // How large a photo was sent, no input says.
        if url.is_some() {
            let input = self.further.input(self.model, &past.input, self.params).await?;
            let made_with = Params::of_input(self.model, &input).map(|params| params.fitted(self.params.fit()));
            if made_with.as_ref() != Some(self.params) {
                return Ok(Match::OtherParams);
            }
        }
        if let Some((bytes, content, mark)) = url.and_then(inline) {
            let photos = self.photos.holding(bytes, content).await;
            let at = past.ended.unwrap_or(Timestamp(0));
            let upload = Upload { url: mark, at, content };
            return Ok(if photos.is_empty() { Match::Nothing } else { Match::Photos(photos, upload) });
        }
        let known = match url {
            Some(url) => self.ledger.by_upload_url(url, self.service).await?,
            None => self.ledger.by_request(&past.id, self.service).await?,
        };
        for found in known {
            let Some(upload) = found.upload.filter(|upload| url.is_none_or(|url| *url == *upload.url)) else {
                continue;
            };
            let photos = self.photos.holding(found.job.photo.bytes, upload.content).await;
            if !photos.is_empty() {
                return Ok(Match::Photos(photos, upload));
            }
        }
        let Some(url) = url else { return Ok(Match::Nothing) };
        let Some((bytes, content)) = self.input(url).await else { return Ok(Match::Nothing) };
        let photos = self.photos.holding(bytes, content).await;
        if photos.is_empty() {
            return Ok(Match::Nothing);
        }
        let at = past.ended.unwrap_or(Timestamp(0));
        Ok(Match::Photos(photos, Upload { url: url.into(), at, content }))
    }

    /// What a request was sent, if a photo can hold that. Only a file as long as one of the photos is
    /// downloaded; of others the beginning, which may say what they were made of.
    async fn input(&mut self, url: &str) -> Option<(u64, ContentHash)> {
        if let Some(known) = self.inputs.get(url) {
            return *known;
        }
        let input = self.read_input(url).await.unwrap_or_else(|error| {
            tracing::info!(url, %error, "an input cannot be fetched");
            None
        });
        self.inputs.insert(url.to_owned(), input);
        input
    }

    async fn read_input(&self, url: &str) -> Result<Option<(u64, ContentHash)>, FalError> {
        let mut download = self.fal.download(url).await?;
        let Some(length) = download.length.filter(|length| self.photos.has_length(*length)) else {
            // It may have been made of one.
            return Ok(source(download).await?.filter(|(bytes, _)| self.photos.has_length(*bytes)));
        };
        let (mut hasher, mut bytes) = (blake3::Hasher::new(), 0);
        while let Some(piece) = download.next().await {
            match piece? {
                Piece::Bytes(chunk) => {
                    bytes += chunk.len() as u64;
                    hasher.update(&chunk);
                }
                Piece::Restart => (hasher, bytes) = (blake3::Hasher::new(), 0),
            }
            if bytes > length {
                return Ok(None);
            }
        }
        Ok((bytes == length).then(|| (length, ContentHash(*hasher.finalize().as_bytes()))))
    }
}

/// What photo stands in an input itself, or what that was made of: its length, bytes, its content, and what stands for
/// it in the ledger.
fn inline(url: &str) -> Option<(u64, ContentHash, Box<str>)> {
    let (bytes, media) = read_inline(url)?;
    let sent = ContentHash(*blake3::hash(&bytes).as_bytes());
    let format = Format::ALL.into_iter().find(|format| format.media_type() == media)?;
    let head = bytes.get(..SOURCE_WITHIN.min(bytes.len())).unwrap_or_default();
    let (content, length) = source_of(head).unwrap_or((sent, bytes.len() as u64));
    Some((length, content, inline_mark(format, &sent, 0)))
}

/// What a file says that it was made of: length, bytes, and content. Its beginning is read for it.
async fn source(mut download: Download) -> Result<Option<(u64, ContentHash)>, FalError> {
    let mut head = Vec::new();
    while head.len() < SOURCE_WITHIN
        && let Some(piece) = download.next().await
    {
        match piece? {
            Piece::Bytes(chunk) => head.extend_from_slice(&chunk),
            Piece::Restart => head.clear(),
        }
    }
    Ok(source_of(&head).map(|(content, bytes)| (bytes, content)))
}
