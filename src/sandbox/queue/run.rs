//! A run: a runner takes a request, works on its picture, and ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::HeaderValue;
use serde_json::{Value, json};

use super::log::Script;
use super::request::{Asked, Ended, Outcome};
use super::submit::data_uri;
use crate::fal::wire::{ErrorDetail, File};
use crate::sandbox::fal::Fal;
use crate::sandbox::files::{Files, Stored};
use crate::sandbox::lock;
use crate::sandbox::model::{
    Checked, Enlarged, Unit, Unusable, Work, check, describe, detail, enlarge, measure, open, scaled,
};
use crate::sandbox::refuse::NEEDS_RETRY;

/// By how much a run is longer for each megapixel that comes out.
const PER_MEGAPIXEL: f64 = 0.08;
/// How long a run takes that fails on its input, against one of a tiny picture.
const FAILS_AFTER: f64 = 0.2;

impl Fal {
    /// Gives free runners to those whose turn it is.
    pub(super) fn fill(self: &Arc<Self>) {
        loop {
            let now = self.clock.now();
            let Some((asked, started)) = lock(&self.line).next(|_| Script::started(now)) else { return };
            let fal = self.clone();
            self.spawn(async move {
                let (script, outcome) = match work(&fal, &asked, &started).await {
                    Ok((script, outcome)) => (script, outcome),
                    Err(refused) => {
                        fal.clock.until(started.since.after(fal.latency.mul_f64(FAILS_AFTER))).await;
                        (started, refused)
                    }
                };
                fal.end(&asked, Some(script), outcome);
            });
        }
    }

    /// Ends a request, bills it, and lets the next one run.
    pub(super) fn end(self: &Arc<Self>, asked: &Asked, script: Option<Arc<Script>>, outcome: Outcome) {
        let units = outcome.units;
        let ended = Ended::now(self, script, outcome);
        if !lock(&self.line).end(asked.id, ended) {
            return;
        }
        if units > 0.0 {
            self.saw(|saw| saw.billed(&asked.trace, units, asked.model.unit_price));
        }
        self.fill();
    }
}

/// What a model makes of a picture.
struct Plan {
    /// By how much each side grows.
    factor: f64,
    /// How many pictures come out.
    pictures: u32,
    /// How many steps are shown.
    steps: Option<u32>,
}

impl Plan {
    fn of(work: Work, input: &Checked) -> Self {
        let whole = |name| input.integer(name).and_then(|number| u32::try_from(number).ok());
        match work {
            Work::Upscale => {
                Self { factor: input.number("upscale_factor").unwrap_or(2.0), pictures: 1, steps: whole("steps") }
            }
            Work::Vary => {
                let factor = match input.text("uov_method") {
                    "Upscale (1.5x)" => 1.5,
                    "Upscale (2x)" | "Upscale (Fast 2x)" => 2.0,
                    _ => 1.0,
                };
                Self { factor, pictures: whole("num_images").unwrap_or(1), steps: Some(30) }
            }
            Work::Caption => Self { factor: 1.0, pictures: 0, steps: None },
        }
    }

    /// Megapixels that come out of a picture of this size.
    fn megapixels(&self, (width, height): (u32, u32)) -> f64 {
        let one = f64::from(scaled(width, self.factor)) * f64::from(scaled(height, self.factor));
        one * f64::from(self.pictures) / 1e6
    }
}

/// Works on a request for as long as it takes. An error is what the model says to an input that it
/// does not take.
async fn work(fal: &Arc<Fal>, asked: &Asked, started: &Script) -> Result<(Arc<Script>, Outcome), Outcome> {
    let input = check(asked.model, &asked.input).map_err(|details| Outcome::refused(&details))?;
    let field = asked.model.image;
    let unusable = |error: &Unusable| Outcome::unusable(error, field, asked.input.get(field));
    let source = source(fal, input.text(field)).await.ok_or_else(|| {
        let msg = "Failed to download the file. Please check if the URL is accessible and try again.";
        Outcome::refused(&[detail(field, "file_download_error", msg, None, asked.input.get(field))])
    })?;

    let header = source.clone();
    let size = blocking(move || measure(&header)).await?.map_err(|error| unusable(&error))?;
    let plan = Plan::of(asked.model.work, &input);
    let megapixels = plan.megapixels(size);
    let length = fal.latency.mul_f64(1.0 + PER_MEGAPIXEL * megapixels);
    let script = Arc::new(Script::new(started.since, length, size, plan.steps));
    lock(&fal.line).says(asked.id, script.clone());

    let ids: Vec<_> = (0..plan.pictures).map(|_| Files::new_id()).collect();
    let targets: Vec<PathBuf> = ids.iter().map(|id| fal.files.path(id)).collect();
    let made = fal.work(move || {
        let picture = open(&source)?;
        let made: Result<Vec<_>, _> = targets.iter().map(|target| enlarge(&picture, plan.factor, target)).collect();
        Ok((describe(&picture), made?))
    });
    let (caption, made) = made.await.ok_or_else(Outcome::crashed)?.map_err(|error| unusable(&error))?;
    fal.clock.until(started.since.after(length)).await;

    let files: Vec<_> = ids.iter().zip(&made).map(|(id, made)| publish(fal, asked, id, made)).collect();
    let units = match asked.model.unit {
        Unit::Megapixel => megapixels,
        Unit::Image => f64::from(plan.pictures.max(1)),
    };
    let body = output(asked.model.work, &files, &input, &caption, length);
    Ok((script, Outcome::made(&body, units)))
}

/// The output as the model's page gives it.
fn output(work: Work, files: &[File], input: &Checked, caption: &str, length: Duration) -> Value {
    let seed = input.integer("seed");
    let timings = json!({ "inference": (length.as_secs_f64() * 1000.0).round() / 1000.0 });
    match work {
        Work::Upscale => {
            json!({ "image": files.first(), "seed": seed, "caption": caption, "timings": timings })
        }
        Work::Vary => {
            let unsafe_ones = vec![false; files.len()];
            json!({ "images": files, "timings": timings, "has_nsfw_concepts": unsafe_ones, "seed": seed })
        }
        Work::Caption => json!({ "results": caption }),
    }
}

/// Makes a result fetchable.
fn publish(fal: &Fal, asked: &Asked, id: &str, made: &Enlarged) -> File {
    let name = format!("{}.png", id.get(..8).unwrap_or("result"));
    let segment = Files::segment(id, &name);
    fal.files.put(
        id,
        Stored {
            path: fal.files.path(id),
            name: name.as_str().into(),
            content_type: "image/png".into(),
            len: made.len,
            hash: made.hash,
            expires: None,
            made_by: Some(asked.id),
        },
    );
    File {
        url: fal.file_url(&segment),
        content_type: Some("image/png".to_owned()),
        file_name: Some(segment),
        file_size: Some(made.len),
        width: Some(made.width),
        height: Some(made.height),
    }
}

/// Where the picture behind a URL lies: one of the sandbox's own files, or the content of a data
/// URI. The sandbox fetches nothing from elsewhere.
async fn source(fal: &Fal, url: &str) -> Option<PathBuf> {
    if let Some(stored) = fal.file_at(url) {
        return stored.expires.is_none_or(|expires| fal.clock.now() < expires).then_some(stored.path);
    }
    let bytes = data_uri(url)?;
    let path = fal.files.path(&Files::new_id());
    tokio::fs::write(&path, bytes).await.ok()?;
    Some(path)
}

async fn blocking<T: Send + 'static>(task: impl FnOnce() -> T + Send + 'static) -> Result<T, Outcome> {
    tokio::task::spawn_blocking(task).await.map_err(|_| Outcome::crashed())
}

impl Outcome {
    fn made(body: &Value, units: f64) -> Self {
        Self { status: StatusCode::OK, body: body.to_string().into(), headers: Vec::new(), units, error: None }
    }

    /// A model's 422: what it has against its input. It costs nothing.
    pub(in crate::sandbox) fn refused(details: &[ErrorDetail]) -> Self {
        let error = details.first().map(|first| (first.msg.clone(), first.kind.clone()));
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body: json!({ "detail": details }).to_string().into(),
            headers: vec![(NEEDS_RETRY, HeaderValue::from_static("false"))],
            units: 0.0,
            error,
        }
    }

    fn unusable(error: &Unusable, field: &str, given: Option<&Value>) -> Self {
        let (kind, ctx) = match error {
            Unusable::Load => ("image_load_error", None),
            Unusable::TooLarge { max } => ("image_too_large", Some(json!({ "max_image_pixels": max }))),
            Unusable::Disk(_) => return Self::crashed(),
        };
        Self::refused(&[detail(field, kind, &error.to_string(), ctx, given)])
    }

    fn crashed() -> Self {
        Self::platform(StatusCode::INTERNAL_SERVER_ERROR, "runner_server_error", "Internal Server Error")
    }
}
