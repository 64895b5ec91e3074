//! The files that requests were sent beside their photos, by what they hold: a request names them by URLs, and a
//! batch by their content.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::fal::{Fal, FalError, Piece};
use crate::job::{ContentHash, Service};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{Model, Params, by_content, file_urls};
use crate::picture::{SOURCE_WITHIN, source_of};

/// The longest file that is fetched to know it, bytes: none that was sent along is longer, whatever was made of it.
const LONGEST: usize = 200 << 20;

/// What is known of files by their URLs.
#[derive(Debug)]
pub(super) struct Further<'a> {
    fal: &'a Fal,
    ledger: &'a Ledger,
    service: &'a Service,
    known: HashMap<String, Option<ContentHash>>,
}

impl<'a> Further<'a> {
    pub(super) fn new(fal: &'a Fal, ledger: &'a Ledger, service: &'a Service) -> Self {
        Self { fal, ledger, service, known: HashMap::new() }
    }

    /// A request's input with its files by what they hold, if the parameters that it is held against have any.
    pub(super) async fn input(
        &mut self,
        model: &Model,
        input: &Map<String, Value>,
        wanted: &Params,
    ) -> Result<Map<String, Value>, LedgerError> {
        if wanted.files(model).is_empty() {
            return Ok(input.clone());
        }
        let mut known = BTreeMap::new();
        for url in file_urls(model, input) {
            if let Some(content) = self.content(&url).await? {
                known.insert(url, content);
            }
        }
        Ok(by_content(model, input, &known))
    }

    async fn content(&mut self, url: &str) -> Result<Option<ContentHash>, LedgerError> {
        if let Some(known) = self.known.get(url) {
            return Ok(*known);
        }
        let mut content = self.ledger.file_of_url(url, self.service).await?;
        if content.is_none() {
            content = self.fetched(url).await.unwrap_or_else(|error| {
                tracing::info!(url, %error, "a file that was sent along cannot be fetched");
                None
            });
        }
        self.known.insert(url.to_owned(), content);
        Ok(content)
    }

    /// What lies there; of what was made of a file, what that was.
    async fn fetched(&self, url: &str) -> Result<Option<ContentHash>, FalError> {
        let mut download = self.fal.download(url).await?;
        let (mut hasher, mut head, mut bytes) = (blake3::Hasher::new(), Vec::new(), 0);
        while let Some(piece) = download.next().await {
            match piece? {
                Piece::Bytes(chunk) => {
                    bytes += chunk.len();
                    hasher.update(&chunk);
                    let room = SOURCE_WITHIN.saturating_sub(head.len());
                    head.extend(chunk.iter().take(room));
                }
                Piece::Restart => (hasher, head, bytes) = (blake3::Hasher::new(), Vec::new(), 0),
            }
            if bytes > LONGEST {
                return Ok(None);
            }
        }
        let source = source_of(&head).map(|(content, _)| content);
        Ok(Some(source.unwrap_or_else(|| ContentHash(*hasher.finalize().as_bytes()))))
    }
}
