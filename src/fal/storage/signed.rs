//! Uploads by signed URL: one call to be given it, one to use it, without the key.

use http::Method;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

use super::source::{Hash, InputFile, Sending, Uploaded, ascii_name};
use super::{MULTIPART_OVER, parts, send};
use crate::fal::call::Call;
use crate::fal::client::{exchange, join};
use crate::fal::error::FalError;
use crate::fal::wire::{Initiate, Initiated, Part};
use crate::fal::{Fal, Meter};

impl Fal {
    pub(super) async fn upload_signed(&self, file: &InputFile, meter: &Meter) -> Result<Uploaded, FalError> {
        let opened = Sending::new(file)?;
        if opened.length > MULTIPART_OVER {
            return self.parts_signed(opened, meter).await;
        }
        let initiated = self.initiate(file, "initiate").await?;
        let request = self
            .http
            .without_key(Call::Upload, Method::PUT, &initiated.upload_url)?
            .header(CONTENT_TYPE, file.format.media_type())
            .header(CONTENT_LENGTH, opened.length);
        let length = opened.length;
        let (body, hash) = opened.body(meter);
        send(request, body, length, meter).await?;
        Ok((initiated.file_url, hash.finish()))
    }

    async fn initiate(&self, file: &InputFile, how: &str) -> Result<Initiated, FalError> {
        let mut url = join(&self.http.hosts.rest, ["storage", "upload", how])?;
        url.set_query(Some("storage_type=fal-cdn-v3"));
        let body = Initiate { content_type: file.format.media_type().to_owned(), file_name: ascii_name(file) };
        let request = self.staying(self.http.with_key(Method::POST, url).json(&body));
        exchange(Call::Upload, request).await?.json(Call::Upload)
    }

    async fn parts_signed(&self, mut opened: Sending<'_>, meter: &Meter) -> Result<Uploaded, FalError> {
        let initiated = self.initiate(opened.input, "initiate-multipart").await?;
        // The parts' URLs are the signed one with a number before its query (fal docs: storage).
        let (path, query) = match initiated.upload_url.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (initiated.upload_url.as_str(), String::new()),
        };
        let hash = Hash::default();
        let mut done = Vec::new();
        for (number, length) in parts::lengths(opened.length) {
            let bytes = opened.next_part(length, &hash).await?;
            let put = || self.http.without_key(Call::Upload, Method::PUT, &format!("{path}/{number}{query}"));
            let reply = parts::put(put, &bytes, meter).await?;
            let part: Part = reply.json(Call::Upload)?;
            done.push(Part { part_number: number, etag: part.etag });
        }
        let complete = self.http.without_key(Call::Upload, Method::POST, &format!("{path}/complete{query}"))?;
        parts::complete(complete, done).await?;
        Ok((initiated.file_url, hash.finish()))
    }
}
