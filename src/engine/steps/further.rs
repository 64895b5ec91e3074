//! Files that go along with every photo: each is brought up once, by the first photo that needs it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::engine::clock::Clock;
use crate::engine::effect::{Effect, Effects};
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::steps::stages::Stages;
use crate::fal::{FalError, InputFile, Meter};
use crate::intake;
use crate::job::{CauseKind, Checkpoint, ContentHash, Format, FurtherFile, Service, Timestamp, Way};
use crate::ledger::Ledger;
use crate::model::Urls;
use crate::picture::Header;
use crate::storage;

/// How long an upload is relied on. fal's documents give its files seven days at the least, or whatever
/// the account has set, which may be less (fal docs: CDN); a fresh upload costs nothing.
pub(in crate::engine) const UPLOAD_KEEPS: Duration = Duration::from_hours(24);

/// What is said of a file that holds something else by now.
const CHANGED: &str = "has changed since the plan was made";

/// Files of a batch, by what they hold: with their parameter.
pub(in crate::engine) type Files = Vec<(String, ContentHash)>;

/// What was brought up in this run. An earlier run's uploads are not relied on: one more costs nothing.
#[derive(Debug)]
pub(in crate::engine) struct Further {
    ledger: Ledger,
    service: Service,
    clock: Clock,
    up: Mutex<HashMap<ContentHash, Arc<OnceCell<Up>>>>,
}

/// A file in fal's storage.
#[derive(Debug)]
struct Up {
    url: Box<str>,
    at: Timestamp,
}

impl Further {
    pub(in crate::engine) fn new(ledger: Ledger, service: Service, clock: Clock) -> Self {
        Self { ledger, service, clock, up: Mutex::default() }
    }

    /// Uploads from before a moment are not relied on any more: fal could not fetch one of them.
    pub(in crate::engine) fn forget_before(&self, at: Timestamp) {
        let mut up = self.up.lock().unwrap_or_else(PoisonError::into_inner);
        up.retain(|_, cell| cell.get().is_none_or(|up| up.at >= at));
    }

    fn cell(&self, content: ContentHash) -> Arc<OnceCell<Up>> {
        let now = self.clock.now();
        let mut up = self.up.lock().unwrap_or_else(PoisonError::into_inner);
        up.retain(|_, cell| cell.get().is_none_or(|up| now.since(up.at) <= UPLOAD_KEEPS));
        Arc::clone(up.entry(content).or_default())
    }
}

impl Stages {
    /// The URLs of files that go along; those that are not there yet are brought up.
    ///
    /// # Errors
    /// If one is gone or was changed, or cannot be brought up.
    pub(in crate::engine) async fn urls(&self, files: &Files) -> Result<Urls, FalError> {
        let mut urls = Urls::new();
        for (name, content) in files {
            let cell = self.further.cell(*content);
            let up = cell.get_or_try_init(|| self.bring_up(name, *content)).await?;
            urls.insert(*content, up.url.clone());
        }
        Ok(urls)
    }

    async fn bring_up(&self, name: &str, content: ContentHash) -> Result<Up, FalError> {
        let Further { ledger, service, clock, .. } = &self.further;
        let kept =
            ledger.file(&content).await.inspect_err(|error| tracing::error!(%error, "the ledger cannot be read"));
        let Some(path) = kept.ok().flatten() else {
            return Err(FalError::local_file(format!("the file for {name} is not known any more")));
        };
        let shown = FurtherFile::name_of(&path);
        let of_it = |error: FalError| FalError { cause: error.cause.of_further(&shown), ..error };
        let opened = tokio::task::spawn_blocking(move || open(&path, content)).await;
        let opened = opened.map_err(|error| FalError::local_file(format!("could not be read: {error}")));
        let (file, header) = opened.flatten().map_err(of_it)?;
        let ready = self.workshop.prepare_further(file, header).await.map_err(of_it)?;
        let (url, sent) = if self.send == Some(Way::DataUri) {
            self.further_inline(ready.file).await
        } else {
            self.fal.upload(&ready.file, &Meter::default()).await
        }
        .map_err(of_it)?;
        if ready.content.unwrap_or(sent) != content {
            return Err(of_it(FalError::local_file(CHANGED)));
        }
        if self.send == Some(Way::DataUri) {
            return Ok(Up { url, at: clock.now() });
        }
        // Without it `recover` would fetch the file to know it.
        if let Err(error) = ledger.keep_file_url(&content, &url, service).await {
            tracing::warn!(%error, "where a file was uploaded is not kept");
        }
        Ok(Up { url, at: clock.now() })
    }
}

/// What follows for a photo that cannot have what goes along with it. One that is not as it was fails every photo alike:
/// no more are begun, and none is spent on it.
pub(in crate::engine) fn failed(error: FalError, keeps: Checkpoint) -> Effects {
    if error.cause.kind != CauseKind::LocalFile {
        return vec![Effect::failed(CallKind::Upload, error, keeps)];
    }
    let (cause, message) = (error.cause.clone(), error.cause.message.to_string());
    let pause = Effect::Pause(PauseReason::File(message));
    vec![Effect::Met(CallKind::Upload, error), Effect::back_to(cause, keeps), pause]
}

/// Opens and measures a file, if it still holds this. It blocks for as long as the disk takes.
fn open(path: &Path, content: ContentHash) -> Result<(InputFile, Header), FalError> {
    match intake::content(path) {
        Ok(now) if now == content => {}
        Ok(_) => return Err(FalError::local_file(CHANGED)),
        Err(error) => return Err(FalError::local_file(format!("cannot be read: {error}"))),
    }
    let mut photo = intake::as_photo(path);
    let taken = storage::source(path).take(path);
    let mut file = InputFile::new(taken, photo.file_name(), Format::Jpeg)?;
    let measured = file.look(|content| intake::measure(&mut photo, file.file.stat(), content))?;
    let header = measured.map_err(|error| FalError::local_file(format!("has changed and was not sent: {error}")))?;
    file.format = header.format;
    Ok((file, header))
}
