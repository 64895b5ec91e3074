//! A batch as the settings describe it: its inputs, its place in the ledger, what faces show of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;
use url::Url;

use crate::commands::failure::Failure;
use crate::commands::listed::{self, Checked};
use crate::commands::models::{self, Chosen};
use crate::commands::ruled;
use crate::config::{Settings, Which};
use crate::engine::Pools;
use crate::engine::snapshot::{BatchFacts, SentParams};
use crate::fal::Keeping;
use crate::intake::{Arrival, Fetching, Found, Inputs, Manifest, Rules, Watch, walk};
use crate::job::{BatchId, Checkpoint, FurtherFile, Job, JobState, Loss, Photo, Service, Way, clean};
use crate::ledger::{BatchKey, Ledger};
use crate::model::{Fit, Listing, Model, Params, Sizing};
use crate::output::{Output, OutputError, Strip, Taken};
use crate::plan::Failed;
use crate::storage;

/// Chunks of photos that may lie waiting for the engine.
const CHUNKS: usize = 16;

/// What makes the batch what it is.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) key: BatchKey,
    pub(super) model: Model,
    pub(super) params: Params,
    /// Whether the model is as its schema has it.
    pub(super) has_schema: bool,
    /// That the schema has changed since the batch was begun, in words.
    pub(super) schema_changed: Option<String>,
    /// The files that may go along with its photos.
    pub(super) files: Vec<FurtherFile>,
    /// What is to be said of the model on the plan.
    pub(super) notes: Vec<String>,
    /// Where to look for photos; `None` if only what the ledger knows is sent.
    pub(super) inputs: Option<Inputs>,
    /// Those of them that are sent, if they were listed.
    pub(super) listed: Option<Arc<Manifest>>,
    /// What the rules beside them say.
    pub(super) rules: Arc<Rules>,
    /// What fal is to keep of it, if an earlier run said so.
    pub(super) keeping: Option<Keeping>,
}

impl Batch {
    /// The batch of a command line's paths, sent to a service.
    pub(super) fn of(settings: &Settings, service: Service, chosen: Chosen) -> Result<Self, Failure> {
        let (from, checked) = (settings.which.from.as_deref(), (&chosen.model, &chosen.params));
        let checked = from.map(|list| listed::read(list, checked, settings.which.skip_bad)).transpose()?;
        let (listed, note) = checked.map(|Checked { manifest, note }| (Arc::new(manifest), note)).unzip();
        let roots: Vec<_> = match &listed {
            Some(listed) if settings.which.paths.is_empty() => listed.roots().map(Path::to_owned).collect(),
            _ => settings.which.paths.clone(),
        };
        let Which { include, exclude, .. } = &settings.which;
        let inputs = Inputs::check(&roots, settings.output.as_deref(), include, exclude)?;
        may_be_fetched(&inputs, &service)?;
        if settings.which.send == Some(Way::Url) {
            may_be_signed(&inputs, &service)?;
        }
        let [by_fal, from_stores] = [true, false].map(|has_one| Way::of(settings.which.send, has_one) == Way::Url);
        let strips = settings.written.strip != Strip::None;
        let inputs = inputs.fetching(Fetching { by_fal, from_stores, strips });
        let rules = ruled::read(&inputs, (&chosen.model, &chosen.params), &settings.model.typed())?;
        let key = BatchKey {
            roots: inputs.identity().to_vec(),
            output: inputs.output().to_owned(),
            model: chosen.model.endpoint.to_string(),
            params: chosen.params.canonical(),
            service,
        };
        let Chosen { model, params, has_schema, notes, .. } = chosen;
        let files = settings.model.files();
        let notes = notes.into_iter().chain(note.flatten()).collect();
        Ok(Self {
            key,
            model,
            params,
            has_schema,
            schema_changed: None,
            files,
            notes,
            inputs: Some(inputs),
            listed,
            rules: Arc::new(rules),
            keeping: None,
        })
    }

    /// A batch that the ledger knows, to go on with what it knows of it.
    pub(super) async fn known(ledger: &Ledger, id: BatchId) -> Result<Self, Failure> {
        let key = ledger.batch(id).await?.key;
        let unknown = || {
            Failure::refusal(format!("batch {id} was run on `{}`, which this version does not know", clean(&key.model)))
        };
        let endpoint = crate::job::EndpointId::new(&key.model).map_err(|_| unknown())?;
        let pinned = ledger.pinned_model(id).await?.as_deref().and_then(models::read);
        let has_schema = pinned.is_some();
        let model = pinned.or_else(|| Model::built_in(&endpoint)).ok_or_else(unknown)?;
        let params = Params::from_canonical(&model, &key.params).map_err(|error| Failure::usage(&error))?;
        let (files, notes) = (Vec::new(), Vec::new());
        let keeping = ledger.keeping(id).await?.and_then(|text| serde_json::from_str(&text).ok());
        Ok(Self {
            key,
            model,
            params,
            has_schema,
            schema_changed: None,
            files,
            notes,
            inputs: None,
            listed: None,
            rules: Arc::default(),
            keeping,
        })
    }

    /// Whether the model has all that it does nothing without: of a list that has parameters, each line was asked, and
    /// where rules set any, each photo is.
    pub(super) fn complete(&self) -> Result<(), Failure> {
        if self.has_own() {
            return Ok(());
        }
        self.params.complete(&self.model).map_err(|missing| Failure::usage(&missing))
    }

    /// Whether some photos may have parameters of their own, by a list or by rules.
    pub(super) fn has_own(&self) -> bool {
        self.listed.as_ref().is_some_and(|listed| listed.has_params()) || !self.rules.is_empty()
    }

    /// Which of what failed in an earlier run is sent again.
    pub(super) fn again(&self, settings: &Settings) -> Option<Failed> {
        let listed = self.listed.clone();
        (settings.sending.retry_failed || listed.is_some()).then(|| Failed { listed, ..Failed::default() })
    }

    /// The same photos with other parameters, or with another model: a batch of its own.
    pub(super) fn with(self, taken: Option<&Listing>, params: Params) -> Self {
        let key = BatchKey { params: params.canonical(), ..self.key };
        // What a person set on the plan holds over rules, as what was typed does.
        let rules = Arc::new(self.rules.beaten_by(&ruled::differing(&self.params, &params)));
        match taken {
            None => Self { key, params, rules, ..self },
            Some(Listing { model, has_schema, standing, .. }) => Self {
                key: BatchKey { model: model.endpoint.to_string(), ..key },
                model: model.clone(),
                params,
                has_schema: *has_schema,
                schema_changed: None,
                notes: standing.said(model.endpoint.as_str()).into_iter().collect(),
                ..self
            },
        }
    }

    /// Begins to look for photos. What is not to be sent by the settings is told with its reason.
    pub(super) fn walk(&self, settings: &Settings) -> mpsc::Receiver<Arrival> {
        self.sifted(self.walk_all(), settings)
    }

    /// The same, and goes on with those that appear, if the settings say so.
    ///
    /// # Errors
    /// If nobody can tell of what happens in a folder.
    pub(super) fn watch(&self, settings: &Settings) -> Result<mpsc::Receiver<Arrival>, Failure> {
        let (Some(hearing), Some(inputs)) = (settings.which.watch, self.inputs.clone()) else {
            return Ok(self.walk(settings));
        };
        let watch = Watch::begin(inputs.clone(), hearing).map_err(|error| {
            Failure::refusal(format!(
                "the folders cannot be watched: {error}\nhint: `--watch=poll` looks at them again and again"
            ))
        })?;
        tracing::info!(looks = watch.looks(), "folders are watched");
        let (found, arrivals) = mpsc::channel(CHUNKS);
        tokio::task::spawn_blocking(move || {
            walk(inputs, found.clone());
            // Nobody listens any more, or all that comes now is new.
            if found.blocking_send(Arrival::Walked).is_ok() {
                watch.run(&found);
            }
        });
        Ok(self.sifted(arrivals, settings))
    }

    fn sifted(&self, found: mpsc::Receiver<Arrival>, settings: &Settings) -> mpsc::Receiver<Arrival> {
        let taken = settings.written.name.as_deref().map(|name| Taken::new(name.clone()));
        let listed = self.listed.clone();
        let reduces = self.params.fit() != Fit::default();
        let send = Sending { way: settings.which.send, sizing: self.params.sizing(), reduces };
        let has_addresses = self.inputs.as_ref().is_some_and(|inputs| inputs.addresses().next().is_some());
        let sends_all = send.way.is_none() && !has_addresses;
        if taken.is_none() && settings.model.raw && listed.is_none() && sends_all {
            found
        } else {
            sifted(found, taken, (settings.model.raw, send), listed)
        }
    }

    /// Begins to look for photos, whatever the settings say of them.
    pub(super) fn walk_all(&self) -> mpsc::Receiver<Arrival> {
        let (found, chunks) = mpsc::channel(CHUNKS);
        if let Some(inputs) = self.inputs.clone() {
            tokio::task::spawn_blocking(move || walk(inputs, found));
        }
        chunks
    }

    /// An output folder for its results.
    pub(super) fn output(&self, settings: &Settings) -> Result<Output, OutputError> {
        let opened = Output::open(&self.key.output, settings.written.clone())?;
        Ok(opened.of_batch(&self.key.model, self.params.growth().as_deref()))
    }

    pub(super) fn facts(&self, id: BatchId, settings: &Settings) -> BatchFacts {
        BatchFacts {
            named_price: None,
            id,
            from: self.key.roots.iter().map(|root| shown(root)).collect(),
            to: shown(&self.key.output),
            output: self.key.output.to_string_lossy().into_owned(),
            endpoint: self.model.endpoint.to_string(),
            params: SentParams::new(self.params.values(), &self.files),
            growth: self.params.growth(),
            budget: settings.spending.budget,
            sandbox: self.key.service == Service::Sandbox,
            elsewhere: match &self.key.service {
                Service::Fal | Service::Sandbox => None,
                Service::StandIn(origin) | Service::Other(origin) => Some(clean(origin).into_owned()),
            },
            state_dir: settings.types_state_dir().then(|| shown(&settings.home.state_dir)),
            log_file: shown(&settings.home.log_file()),
            schema_changed: self.schema_changed.clone(),
            few_files: Pools::said(settings.sandbox.is_some()),
        }
    }
}

/// Whether photos at addresses are ones that the service can fetch: one on this machine only who is here, too.
fn may_be_fetched(inputs: &Inputs, service: &Service) -> Result<(), Failure> {
    let is_here = matches!(service, Service::Sandbox | Service::StandIn(_));
    match inputs.addresses().find(|address| !is_here && storage::is_on_this_machine(address)) {
        None => Ok(()),
        Some(address) => Err(Failure::refusal(format!(
            "`{}` is an address of this machine, which fal cannot reach\nhint: give the photo as a file",
            clean(&address.to_string_lossy())
        ))),
    }
}

/// Whether stores sign URLs that the service can reach.
fn may_be_signed(inputs: &Inputs, service: &Service) -> Result<(), Failure> {
    let is_here = matches!(service, Service::Sandbox | Service::StandIn(_));
    for place in inputs.folders().filter(|place| storage::is_signing(place)) {
        let place = clean(&place.to_string_lossy()).into_owned();
        let signed = storage::signed(&Path::new(&place).join("photo")).map_err(|error| {
            let hint = storage::hint(&error).unwrap_or("--send upload");
            Failure::refusal(format!("no URL can be signed for photos in `{place}`: {error}\nhint: {hint}"))
        })?;
        let is_inner = Url::parse(&signed).is_ok_and(|url| storage::is_inner(&url));
        if is_inner && !is_here {
            return Err(Failure::refusal(format!(
                "`{place}` is in a store of an inner network, which fal cannot reach\nhint: --send upload"
            )));
        }
    }
    Ok(())
}

/// How fal is to get photos, and what is reduced before.
#[derive(Debug, Clone, Copy)]
struct Sending {
    way: Option<Way>,
    sizing: Sizing,
    reduces: bool,
}

impl Sending {
    /// Why a photo cannot be sent so, if it cannot.
    fn refuses(self, photo: &Photo) -> Option<&'static str> {
        let has_address = storage::is_address(&photo.source);
        match Way::of(self.way, has_address) {
            Way::DataUri if photo.bytes > Way::LONGEST_INLINE && !self.reduces => {
                Some("too large for a data URI, which takes 3 MiB: --send upload takes any")
            }
            Way::Url if !has_address && !storage::is_signing(&photo.source) => {
                Some("has no URL that fal could fetch it from, as --send url asks for")
            }
            Way::Url if self.reduces && photo.pixels.is_none_or(|pixels| self.sizing.sent(pixels) != pixels) => {
                Some("would have to be reduced before it is sent, which --send upload does")
            }
            _ => None,
        }
    }
}

/// Photos as they are found, without those that are not to be sent: whose result would have the name of another's,
/// camera raw, if it is not to be, and what cannot be sent as it is to be. What is not listed where something is, is not there.
fn sifted(
    mut found: mpsc::Receiver<Arrival>,
    mut taken: Option<Taken>,
    (raw, send): (bool, Sending),
    listed: Option<Arc<Manifest>>,
) -> mpsc::Receiver<Arrival> {
    let (told, chunks) = mpsc::channel(CHUNKS);
    tokio::spawn(async move {
        while let Some(arrival) = found.recv().await {
            let sift = |found: Found| match found {
                Found::Photo(photo, _) if send.refuses(&photo).is_some() => {
                    let reason = send.refuses(&photo).unwrap_or_default();
                    Found::Skipped(photo, reason.into())
                }
                Found::Photo(photo, _) if !raw && photo.losses.has(Loss::RawPreview) => {
                    Found::Skipped(photo, "camera raw, left out by --raw skip".into())
                }
                Found::Photo(photo, _) if taken.as_mut().is_some_and(|taken| !taken.take(&photo)) => {
                    Found::Skipped(photo, Taken::REASON.into())
                }
                found => found,
            };
            let is_listed = |found: &Found| listed.as_ref().is_none_or(|listed| listed.lists(&found.photo().source));
            let sifted = match arrival {
                Arrival::Found(chunk) => Arrival::Found(chunk.into_iter().map(sift).filter(is_listed).collect()),
                arrival => arrival,
            };
            if told.send(sifted).await.is_err() {
                return;
            }
        }
    });
    chunks
}

/// The jobs of an earlier run on a sandbox inside the process: that one is gone, with all that was
/// at it, and nothing of it was paid for.
pub(super) fn forget_requests(jobs: &mut [Box<Job>]) {
    for job in jobs {
        match &mut job.state {
            // What failed stays failed until somebody asks for another go, which begins anew.
            JobState::Failed { checkpoint, .. } => **checkpoint = Checkpoint::Nothing,
            state if state.run().is_some() => *state = JobState::Pending,
            _ => {}
        }
    }
}

/// A path as people know it: below the folder that they are in, or below their home, if it is.
fn shown(path: &Path) -> String {
    let below = |base: Option<PathBuf>| base.and_then(|base| path.strip_prefix(base).ok().map(Path::to_owned));
    let short = below(std::env::current_dir().ok()).filter(|path| path.components().next().is_some());
    clean(&short.as_deref().unwrap_or(path).to_string_lossy()).into_owned()
}
