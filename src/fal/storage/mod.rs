//! fal's storage: a photo goes up once and gets a URL that models read it from (fal docs: storage).
//!
//! One token serves a whole batch, so a photo costs one call. Where tokens are not to be had, a
//! signed URL is asked for each photo. Files over 90 MiB go up in parts of 10 MiB.

mod inline;
mod parts;
mod signed;
mod source;
mod token;

pub use inline::{held_inline, read_inline};
pub use source::InputFile;
pub(super) use token::TokenCell;

use std::time::Duration;

use http::Method;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, RequestBuilder};

use super::call::Call;
use super::client::{Reply, head, whole};
use super::error::FalError;
use super::wire::CdnUploaded;
use super::{Fal, Meter};
use crate::job::{CauseKind, Class, ContentHash};
use source::{Sending, ascii_name};
use token::Token;

/// Above this, an upload goes in parts, bytes.
const MULTIPART_OVER: u64 = 90 << 20;
/// How long an upload may make hardly any progress.
const STALL: Duration = Duration::from_mins(1);
/// What must go out in that time while there is more of it, bytes.
const FLOOR: u64 = 32 << 10;
/// The most that the system may hold of what we count as gone out, bytes, and how slow a line may be that
/// brings it up, bytes a second.
const BUFFERED: u64 = 8 << 20;
const SLOWEST: u64 = 32 << 10;

impl Fal {
    /// Brings a photo to fal's storage and gives its URL there and its hash. Nothing is billed for it.
    ///
    /// # Errors
    /// [`CauseKind::LocalFile`] if the photo cannot be read, or was written to while it went up, so that nobody
    /// knows what arrived; else as every call.
    pub async fn upload(&self, file: &InputFile, meter: &Meter) -> Result<(Box<str>, ContentHash), FalError> {
        let sent = self.send_up(file, meter).await;
        file.still()?;
        sent.map(|(url, content)| (url.into(), content))
    }

    async fn send_up(&self, file: &InputFile, meter: &Meter) -> Result<source::Uploaded, FalError> {
        meter.restart();
        match self.token().await {
            Ok(token) => match self.upload_with_token(file, meter, &token).await {
                Err(error) if is_refused(&error) => {
                    // The token was withdrawn before its time: get another, once.
                    self.token.forget(&token).await;
                    meter.restart();
                    let token = self.token().await?;
                    self.upload_with_token(file, meter, &token).await
                }
                uploaded => uploaded,
            },
            Err(error) if is_unavailable(&error) => self.upload_signed(file, meter).await,
            Err(error) => Err(error),
        }
    }

    async fn upload_with_token(
        &self,
        file: &InputFile,
        meter: &Meter,
        token: &Token,
    ) -> Result<source::Uploaded, FalError> {
        let opened = Sending::new(file)?;
        if opened.length > MULTIPART_OVER {
            return self.parts_with_token(opened, meter, token).await;
        }
        let request = self
            .http
            .without_key(Call::Upload, Method::POST, &format!("{}/files/upload", token.base_url))?
            .header(AUTHORIZATION, token.authorization())
            .header(CONTENT_TYPE, file.format.media_type())
            .header("x-fal-file-name", ascii_name(file))
            .header(CONTENT_LENGTH, opened.length);
        let length = opened.length;
        let (body, hash) = opened.body(meter);
        let reply = send(self.staying(request), body, length, meter).await?;
        let answer: CdnUploaded = reply.json(Call::Upload)?;
        Ok((answer.access_url, hash.finish()))
    }
}

/// Sends a body of `length` bytes and waits for the answer, for as long as bytes move. Of the last of them
/// the system only says that it has them: they get the time that they take on a slow line.
async fn send(request: RequestBuilder, body: Body, length: u64, meter: &Meter) -> Result<Reply, FalError> {
    let exchange = async {
        // The stall watch below bounds it; this bound is only a backstop.
        let response = head(Call::Upload, request.body(body), Duration::from_hours(6)).await?;
        whole(Call::Upload, response).await
    };
    let stalled = async {
        let mut before = meter.moved();
        loop {
            tokio::time::sleep(STALL).await;
            let moved = meter.moved();
            if moved >= length {
                tokio::time::sleep(Duration::from_secs(length.min(BUFFERED) / SLOWEST)).await;
                return;
            }
            if moved.saturating_sub(before) < FLOOR {
                return;
            }
            before = moved;
        }
    };
    tokio::select! {
        reply = exchange => reply,
        () = stalled => Err(FalError::timed_out(Call::Upload, STALL)),
    }
}

fn is_refused(error: &FalError) -> bool {
    error.cause.kind == CauseKind::Upload && matches!(error.cause.http, Some(401 | 403))
}

/// Whether tokens are not to be had here, as opposed to not now.
fn is_unavailable(error: &FalError) -> bool {
    error.class == Class::Permanent
}
