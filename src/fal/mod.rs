//! fal's HTTP API and nothing else: queue, storage, platform, wire types, errors, the key.
//!
//! The key goes to the queue, REST and API hosts that the settings name and to nobody else.

mod billing;
mod call;
mod catalogue;
mod client;
mod download;
mod error;
mod failures;
mod hosts;
mod json;
mod keeping;
mod key;
mod meter;
mod platform;
mod probe;
mod queue;
mod storage;
mod webhook;
pub mod wire;

pub use billing::Billed;
pub use call::Scope;
pub use catalogue::{Listed, ListedPage};
pub use client::ClientError;
pub use download::{Download, Piece};
pub use error::{Bill, FalError};
pub use failures::{AccountStop, Patience};
pub use hosts::{Hosts, InvalidHost, base_url, https_host};
pub use keeping::{BATCH_TAG, InvalidTag, Keeping, MOST_TAGS};
pub use key::{ApiKey, InvalidKey};
pub use meter::Meter;
pub use platform::{HistoryPage, Past, STORED};
pub use queue::{Accepted, CancelAnswer, Progress, Status};
pub use storage::{InputFile, held_inline, read_inline};

use std::sync::Arc;

use client::Http;
use storage::TokenCell;
use url::Url;

/// A client of fal's API. Clones share connections and the storage token.
#[derive(Debug, Clone)]
pub struct Fal {
    http: Arc<Http>,
    token: Arc<TokenCell>,
    /// What is to be kept of what it sends.
    keeping: Arc<Keeping>,
    /// Who is told of each request's end.
    webhook: Option<Arc<Url>>,
}

impl Fal {
    /// A client for these hosts and this key. Calls nobody yet.
    ///
    /// # Errors
    /// If the operating system's trust store or the proxy settings cannot be used.
    pub fn new(hosts: Hosts, key: ApiKey) -> Result<Self, ClientError> {
        Ok(Self {
            http: Arc::new(Http::new(hosts, Some(key))?),
            token: Arc::default(),
            keeping: Arc::default(),
            webhook: None,
        })
    }

    /// A client without a key, for what anybody may ask: which models there are, and their schemas.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn anonymous(hosts: Hosts) -> Result<Self, ClientError> {
        Ok(Self {
            http: Arc::new(Http::new(hosts, None)?),
            token: Arc::default(),
            keeping: Arc::default(),
            webhook: None,
        })
    }
}
