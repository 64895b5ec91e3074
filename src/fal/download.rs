//! Fetching a result's picture, without the key (fal docs: CDN).

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::Method;

use super::Fal;
use super::client::{head, whole};
use super::error::{Call, FalError};

/// How long a file host may take to begin an answer.
const HEADERS: Duration = Duration::from_secs(30);

/// A picture on its way.
pub struct Download {
    /// Its length as announced, bytes.
    pub length: Option<u64>,
    chunks: futures::stream::BoxStream<'static, reqwest::Result<Bytes>>,
}

impl Download {
    /// The next bytes; `None` at the end. A connection that falls silent is an error, too.
    pub async fn next(&mut self) -> Option<Result<Bytes, FalError>> {
        let chunk = self.chunks.next().await?;
        Some(chunk.map_err(|error| FalError::transport(Call::Download, error)))
    }
}

impl Fal {
    /// Begins to fetch a picture from the URL in a result.
    ///
    /// # Errors
    /// As every call; [`Class::Permanent`](crate::job::Class) for a 404 or 403.
    pub async fn download(&self, url: &str) -> Result<Download, FalError> {
        let request = self.http.without_key(Call::Download, Method::GET, url)?;
        let response = head(Call::Download, request, HEADERS).await?;
        if !response.status().is_success() {
            whole(Call::Download, response).await?;
            return Err(FalError::unreadable(Call::Download, "was redirected to where it must not go"));
        }
        Ok(Download { length: response.content_length(), chunks: boxed(response.bytes_stream()) })
    }
}

fn boxed(
    stream: impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static,
) -> futures::stream::BoxStream<'static, reqwest::Result<Bytes>> {
    stream.boxed()
}
