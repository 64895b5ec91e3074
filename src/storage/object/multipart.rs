//! A large object of an S3 bucket: it goes up in parts, and the call that makes one of them gives it its name, if that is
//! free (S3 docs: conditional writes).
//!
//! `object_store` completes an upload without condition alone; so that call is made here, signed by it.

use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{FuturesOrdered, StreamExt as _};
use http::header::{HeaderValue, IF_NONE_MATCH};
use http::{Method, StatusCode};
use object_store::aws::AmazonS3;
use object_store::multipart::{MultipartStore as _, PartId};
use object_store::signer::{SignedUrlOptions, Signer as _};
use object_store::{Error, PutMultipartOptions};

use super::put::{Condition, WHOLE, attributes, is_free};
use super::spot::Spot;
use super::store::Store;
use super::trouble::told;
use crate::storage::Unfinished;
use crate::storage::calls::wait;

/// How many parts are on their way at once.
const AT_ONCE: usize = 3;
/// How long the last call may take: the store puts the parts together meanwhile.
const PATIENCE: Duration = Duration::from_mins(5);

/// Puts a file that stands at its beginning; gives the store's mark for it.
pub(super) fn put(
    store: &Arc<Store>,
    spot: &Spot,
    mut file: &Unfinished,
    condition: Condition,
) -> io::Result<Option<String>> {
    let bucket = store.s3.clone().ok_or(io::ErrorKind::Unsupported)?;
    let call = |error: Error| told(&error, spot);
    let (begun, to) = (bucket.clone(), spot.clone());
    let id = wait(async move {
        let options = PutMultipartOptions { attributes: attributes(&to), ..PutMultipartOptions::default() };
        begun.create_multipart_opts(&to.key, options).await
    })?
    .map_err(call)?;
    let mut parts = Vec::new();
    let mut send_all = || {
        while let Some(batch) = next_parts(&mut file)? {
            let (bucket, to, id, first) = (bucket.clone(), spot.clone(), id.clone(), parts.len());
            let sent = wait(async move {
                let put = |(n, part): (usize, Bytes)| {
                    let (bucket, to, id) = (bucket.clone(), to.clone(), id.clone());
                    async move { bucket.put_part(&to.key, &id, first + n, part.into()).await }
                };
                let sent: FuturesOrdered<_> = batch.into_iter().enumerate().map(put).collect();
                sent.collect::<Vec<_>>().await
            })?;
            for part in sent {
                parts.push(part.map_err(call)?);
            }
        }
        Ok(())
    };
    let sent: io::Result<()> = send_all();
    let (store, to, upload) = (Arc::clone(store), spot.clone(), id.clone());
    let completed = sent.and_then(|()| {
        wait(async move { complete(&store, &to, &upload, parts, condition).await.map_err(|error| told(&error, &to)) })?
    });
    if completed.is_err() {
        let to = spot.clone();
        // What stays of it costs room until the bucket's own rule for unfinished uploads takes it away.
        let _ = wait(async move { bucket.abort_multipart(&to.key, &id).await });
    }
    completed
}

/// The next bytes of a file, as parts that go up together; `None` at its end.
fn next_parts(file: &mut &Unfinished) -> io::Result<Option<Vec<Bytes>>> {
    let mut parts = Vec::with_capacity(AT_ONCE);
    while parts.len() < AT_ONCE {
        let mut part = Vec::with_capacity(usize::try_from(WHOLE).unwrap_or_default());
        if file.take(WHOLE).read_to_end(&mut part)? == 0 {
            break;
        }
        parts.push(Bytes::from(part));
    }
    Ok((!parts.is_empty()).then_some(parts))
}

async fn complete(
    store: &Store,
    spot: &Spot,
    id: &String,
    parts: Vec<PartId>,
    condition: Condition,
) -> object_store::Result<Option<String>> {
    let Some(bucket) = &store.s3 else { return Ok(None) };
    if condition == Condition::Free {
        match complete_if_free(bucket, spot, id, &parts).await? {
            Completed::Named(mark) => return Ok(mark),
            // Looking first leaves a moment's gap for other programs.
            Completed::Unconditional => is_free(store, spot).await?,
        }
    }
    bucket.complete_multipart(&spot.key, id, parts).await.map(|put| put.e_tag)
}

enum Completed {
    /// It has its name and this mark.
    Named(Option<String>),
    /// The store knows no such condition, and nothing was done.
    Unconditional,
}

async fn complete_if_free(
    bucket: &AmazonS3,
    spot: &Spot,
    id: &str,
    parts: &[PartId],
) -> object_store::Result<Completed> {
    let failed = |status: StatusCode, body: &str| Error::Generic {
        store: "S3",
        source: format!("status code: {} {body}", status.as_u16()).into(),
    };
    let broken = |error: reqwest::Error| Error::Generic { store: "S3", source: error.without_url().into() };
    let options = SignedUrlOptions::new()
        .with_query([("uploadId", id)])
        .with_signed_header(IF_NONE_MATCH, HeaderValue::from_static("*"));
    let url = bucket.signed_url_opts(Method::POST, &spot.key, PATIENCE, &options).await?;
    let answer = client().post(url).header(IF_NONE_MATCH, "*").timeout(PATIENCE).body(listed(parts)).send().await;
    let answer = answer.map_err(broken)?;
    let status = answer.status();
    let body = answer.text().await.map_err(broken)?;
    let is_taken = matches!(status, StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT | StatusCode::NOT_MODIFIED);
    match status {
        _ if is_taken => Err(Error::AlreadyExists { path: String::new(), source: "a condition".into() }),
        StatusCode::NOT_IMPLEMENTED => Ok(Completed::Unconditional),
        // It may fail behind a head that says otherwise.
        StatusCode::OK if !body.contains("<Error>") => {
            let mark = body.split_once("<ETag>").and_then(|(_, rest)| rest.split_once("</ETag>"));
            Ok(Completed::Named(mark.map(|(mark, _)| mark.replace("&quot;", "\""))))
        }
        _ => Err(failed(status, &body)),
    }
}

/// The parts of an upload, as they are named at its end.
fn listed(parts: &[PartId]) -> String {
    let mut listed = String::from(r#"<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#);
    for (number, part) in (1..).zip(parts) {
        let mark = part.content_id.replace('&', "&amp;").replace('<', "&lt;");
        // Writing to a String cannot fail.
        let _ = write!(listed, "<Part><PartNumber>{number}</PartNumber><ETag>{mark}</ETag></Part>");
    }
    listed.push_str("</CompleteMultipartUpload>");
    listed
}

fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(reqwest::Client::new)
}
