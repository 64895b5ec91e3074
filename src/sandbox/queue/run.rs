//! A run: a runner takes a request, works on its picture, and ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::log::Script;
use super::output::output;
use super::postman::Postman;
use super::request::{Asked, Ended, Outcome};
use super::submit::data_uri;
use super::webhook::tell;
use crate::sandbox::fal::Fal;
use crate::sandbox::files::Files;
use crate::sandbox::lock::lock;
use crate::sandbox::model::{Kind, Made, Plan, Unusable, check, detail, make, measure, open};
use crate::sandbox::scenario::{Failure, Fault, Keeps, RunEffect};

/// By how much a run is longer for each megapixel that comes out.
const PER_MEGAPIXEL: f64 = 0.08;
/// The longest file that is fetched, bytes, and how long that may take.
const MOST_FETCHED: usize = 64 << 20;
const FETCHING: Duration = Duration::from_secs(20);
/// How long a run takes that fails on its input, against one of a tiny picture.
const FAILS_AFTER: f64 = 0.2;
/// How often fal tries by itself, all in all (fal docs: retries).
const MOST_TRIES: u32 = 10;

impl Fal {
    /// Gives free runners to those whose turn it is.
    pub(super) fn fill(self: &Arc<Self>) {
        loop {
            let now = self.clock.now();
            let Some((asked, started)) = lock(&self.line).next(|| Script::started(now)) else { return };
            let fal = self.clone();
            self.spawn(async move { fal.run(&asked, started).await });
        }
    }

    /// One try of a request on a runner.
    async fn run(self: &Arc<Self>, asked: &Arc<Asked>, started: Arc<Script>) {
        let effect = match self.play.pick("run", || asked.subject()) {
            Some(Fault::Run(effect)) => effect,
            _ => RunEffect::default(),
        };
        let run = try_once(self, asked, &started, &effect);
        let (script, outcome) = if effect.heeds_cancel {
            asked.cancelled.run_until_cancelled(run).await.unwrap_or_else(|| (started, Outcome::cancelled()))
        } else {
            run.await
        };
        if outcome.is_worth_a_retry() && !asked.no_retry && lock(&self.line).put_back(asked.id, MOST_TRIES) {
            return self.fill();
        }
        let made = outcome.error.is_none().then_some(outcome.units);
        let outcome = Outcome { units: self.billing.units(made), ..outcome };
        // Whoever sees that it has ended finds it billed.
        if outcome.units > 0.0 {
            self.saw(|saw| saw.billed(&asked.trace, outcome.units, asked.model.unit_price.unwrap_or_default()));
        }
        let ended = Ended::now(self, Some(script), outcome);
        lock(&self.line).end(asked.id, ended.clone());
        tell(self, asked, &ended.outcome);
        self.fill();
    }

    /// Ends a request that still waits; tells whether it did.
    pub(super) fn withdraw(self: &Arc<Self>, asked: &Asked, outcome: Outcome) -> bool {
        let ended = Ended::now(self, None, outcome);
        let withdrawn = lock(&self.line).withdraw(asked.id, ended.clone());
        if withdrawn {
            tell(self, asked, &ended.outcome);
        }
        withdrawn
    }
}

async fn try_once(
    fal: &Arc<Fal>,
    asked: &Arc<Asked>,
    started: &Arc<Script>,
    effect: &RunEffect,
) -> (Arc<Script>, Outcome) {
    match work(fal, asked, started, effect).await {
        Ok(done) => done,
        Err(failed) => {
            let length = effect.length.unwrap_or_else(|| fal.latency.mul_f64(FAILS_AFTER));
            fal.clock.until(started.since.after(length)).await;
            (started.clone(), failed)
        }
    }
}

/// Works on a request for as long as it takes. An error is what the model says to an input that it
/// does not take, or what the scenario says.
async fn work(
    fal: &Arc<Fal>,
    asked: &Arc<Asked>,
    started: &Script,
    effect: &RunEffect,
) -> Result<(Arc<Script>, Outcome), Outcome> {
    if let Some(failure) = &effect.failure {
        return Err(Outcome::failed(failure));
    }
    let body = asked.input();
    let input = check(asked.model, &body).map_err(|details| Outcome::refused(&details))?;
    let field = asked.model.image;
    let given = body.get(field);
    let url = asked.model.picture_in(&body);
    if effect.expire_input
        && let Some(segment) = url.and_then(|url| fal.segment_of(url))
    {
        fal.files.expire(segment, fal.clock.now());
    }
    let unusable = |error: &Unusable| Outcome::unusable(error, field, given);
    let source = source(fal, url.unwrap_or_default()).await.ok_or_else(|| {
        let msg = "Failed to download the file. Please check if the URL is accessible and try again.";
        Outcome::refused(&[detail(field, "file_download_error", msg, None, given)])
    })?;

    let mut further = None;
    for field in asked.model.fields.iter().filter(|field| matches!(field.kind, Kind::FileUrl)) {
        let given = body.get(field.name);
        let url = given.and_then(Value::as_str).unwrap_or_default();
        let fetched = self::source(fal, url).await.ok_or_else(|| {
            let msg = "Failed to download the file. Please check if the URL is accessible and try again.";
            Outcome::refused(&[detail(field.name, "file_download_error", msg, None, given)])
        })?;
        further = Some(fetched);
    }

    let header = source.clone();
    let size = blocking(move || measure(&header)).await?.map_err(|error| unusable(&error))?;
    let plan = Plan::of(asked.model.work, &input);
    let megapixels = plan.megapixels(size);
    let length = effect.length.unwrap_or_else(|| fal.latency.mul_f64(1.0 + PER_MEGAPIXEL * megapixels));
    let script = Arc::new(Script::new(started.since, length, size, plan.steps, &effect.log));
    lock(&fal.line).says(asked.id, script.clone());

    let ids: Vec<_> = (0..plan.files).map(|_| Files::new_id()).collect();
    let targets: Vec<PathBuf> = ids.iter().map(|id| fal.files.path(id)).collect();
    let (spoilt, work) = (effect.picture, asked.model.work);
    let turns = fal.keeps == Keeps::Orientation;
    let made = fal.work(move || {
        let mask = further.map(|path| open(&path, turns)).transpose()?;
        let made = make(work, &input, &plan, (open(&source, turns)?, mask), &targets, spoilt)?;
        Ok((input, made))
    });
    let (input, (files, text)) = made.await.ok_or_else(Outcome::crashed)?.map_err(|error| unusable(&error))?;
    fal.clock.until(started.since.after(length)).await;

    let made = Made { files: ids.into_iter().zip(files).collect(), text, length };
    let units = plan.units(asked.model, size, &made);
    let mut body = output(fal, asked, &input, &made).await;
    merge(&mut body, &Value::Object(effect.output.clone()));
    for field in &effect.remove {
        remove(&mut body, field);
    }
    Ok((script, Outcome::made(&body, units)))
}

/// Says otherwise what the patch says.
fn merge(value: &mut Value, patch: &Value) {
    match (value, patch) {
        (Value::Object(value), Value::Object(patch)) => {
            for (key, patch) in patch {
                merge(value.entry(key.clone()).or_insert(Value::Null), patch);
            }
        }
        (value, patch) => *value = patch.clone(),
    }
}

/// Takes a field out, such as `image.width`.
fn remove(value: &mut Value, field: &str) {
    let (outer, field) = field.rsplit_once('.').unwrap_or(("", field));
    let pointer = if outer.is_empty() { String::new() } else { format!("/{}", outer.replace('.', "/")) };
    if let Some(Value::Object(object)) = value.pointer_mut(&pointer) {
        object.remove(field);
    }
}

/// Where the picture behind a URL lies: one of the sandbox's own files, or the content of a data
/// URI, or what this machine serves. The sandbox fetches nothing from elsewhere.
async fn source(fal: &Fal, url: &str) -> Option<PathBuf> {
    if let Some(stored) = fal.file_at(url) {
        return stored.expires.is_none_or(|expires| fal.clock.now() < expires).then_some(stored.path);
    }
    let bytes = match data_uri(url) {
        Some(bytes) => bytes,
        None => fetched(fal, url).await?,
    };
    let path = fal.files.path(&Files::new_id());
    tokio::fs::write(&path, bytes).await.ok()?;
    Some(path)
}

/// What this machine serves at a URL.
async fn fetched(fal: &Fal, url: &str) -> Option<Vec<u8>> {
    let fetching = async {
        let response = fal.postman.http()?.get(Postman::address(url)?).send().await.ok()?;
        let mut response = response.error_for_status().ok().filter(|response| response.status().is_success())?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MOST_FETCHED {
                return None;
            }
        }
        Some(bytes)
    };
    tokio::time::timeout(FETCHING, fetching).await.ok()?
}

async fn blocking<T: Send + 'static>(task: impl FnOnce() -> T + Send + 'static) -> Result<T, Outcome> {
    tokio::task::spawn_blocking(task).await.map_err(|_| Outcome::crashed())
}

impl Outcome {
    fn failed(failure: &Failure) -> Self {
        match failure {
            Failure::Model { status, kind, msg, field, ctx } => {
                let mut detail = detail(field.as_deref().unwrap_or("image_url"), kind, msg, ctx.clone(), None);
                if field.is_none() {
                    detail.loc = vec!["body".into()];
                }
                let mut outcome = Self { status: *status, ..Self::refused(&[detail]) };
                // Only what the input is to blame for stays so (fal docs: model errors).
                if status.is_server_error() {
                    outcome.headers.clear();
                }
                outcome
            }
            Failure::Platform { status, kind, msg } => Self::platform(*status, kind, msg),
            Failure::Raw { status, body } => Self::raw(*status, body),
        }
    }
}
