//! A batch from its opening to its end, and from there on to the one that it may go on as.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use crate::commands::batch::{Batch, forget_requests};
use crate::commands::earlier::remember::{Remembered, remember};
use crate::commands::failure::Failure;
use crate::commands::prompts;
use crate::commands::run::forget::Forgetting;
use crate::commands::run::records::{self, Meanwhile};
use crate::config::Settings;
use crate::engine::snapshot::{BatchFacts, SentParams};
use crate::engine::{
    self, CanaryWish, Clock, Deps, End, Event, Feed, Handle, Limits, Link, Manner, Options, Pools, Restart, Start,
    Summary, Watching, World,
};
use crate::fal::{Fal, Keeping};
use crate::headless::Form;
use crate::intake::{Arrival, Found};
use crate::job::{BatchId, EndpointId, RetryPolicy, Spent};
use crate::ledger::{Course, Ledger, Opened, Post, Standing};
use crate::model::{Params, UnitPrice, shown};
use crate::output::{Output, as_saved};
use crate::plan::{Failed, sizes};
use crate::webhook::Inbox;

/// Photos handed over at a time.
const CHUNK: usize = 512;

/// What batches of one run have in common.
#[derive(Debug)]
pub(in crate::commands) struct Work {
    pub(in crate::commands) fal: Fal,
    pub(in crate::commands) ledger: Ledger,
    pub(in crate::commands) output: Output,
    pub(in crate::commands) price: Option<UnitPrice>,
    /// What is named where that is in doubt.
    pub(in crate::commands) named_price: Option<UnitPrice>,
    /// What is free where pictures go, bytes.
    pub(in crate::commands) disk_free: Option<u64>,
    /// How it is told, if there is no dashboard.
    pub(in crate::commands) form: Option<Form>,
    /// Whether requests of earlier runs are gone with the sandbox that had them.
    pub(in crate::commands) forgets: bool,
    /// How much may be done at once.
    pub(in crate::commands) pools: Pools,
    pub(in crate::commands) retry_failed: Option<Failed>,
    /// Whether results are looked at, and nothing is sent by itself.
    pub(in crate::commands) reviews: bool,
    /// What it goes by among others who work on the same batch.
    pub(in crate::commands) course: Option<Course>,
    /// Whether it is handed to workers once it is planned.
    pub(in crate::commands) enqueues: bool,
    pub(in crate::commands) settings: Settings,
    /// What fal tells of requests, if it is listened to.
    pub(in crate::commands) webhooks: Option<Inbox>,
}

/// A batch that is worked on.
#[derive(Debug)]
pub(in crate::commands) struct Begun {
    pub(in crate::commands) opened: Opened,
    pub(in crate::commands) handle: Handle,
    /// The way to those who look on from elsewhere, where the ledger is shared.
    pub(in crate::commands) post: Option<Post>,
}

/// How it all ended.
#[derive(Debug)]
pub(in crate::commands) struct Over {
    /// The end, or why there was none.
    pub(in crate::commands) end: Result<Summary, Failure>,
    /// The batch that was worked on last.
    pub(in crate::commands) opened: Opened,
    /// The model that was taken before the start in place of the command's.
    pub(in crate::commands) model: Option<EndpointId>,
    /// Parameters that were changed before the start, as `NAME=VALUE`; with another model all that are not its own
    /// defaults.
    pub(in crate::commands) changed: Vec<String>,
    /// What of it fal was to delete and did not, in words.
    pub(in crate::commands) undeleted: Option<String>,
}

/// The engine ended without a word; what it had sent nobody knows but the ledger.
pub(in crate::commands) fn engine_stopped(error: &JoinError) -> Failure {
    Failure::unsaid(format!(
        "the engine stopped: {error}; what was recorded is kept\nhint: the same command goes on with it, and picks up what is at fal"
    ))
}

impl Work {
    /// Opens a batch and begins it.
    ///
    /// # Errors
    /// If the ledger cannot be used, or another process works on the batch.
    pub(in crate::commands) async fn begin(
        &self,
        batch: &Batch,
        events: Option<mpsc::Sender<Event>>,
    ) -> Result<Begun, Failure> {
        let remembered = self.remember(batch).await?;
        if self.course.is_some() {
            return self.join(batch, remembered, events).await;
        }
        let (opened, options) = self.open(batch).await?;
        let post = self.ledger.post(opened.id).await?;
        let options = bound(options, post.as_ref().map(|post| post.standing).unwrap_or_default());
        let deps = self.deps(batch, &opened, remembered, batch.watch(&self.settings)?, events, None).await?;
        Ok(Begun { opened, handle: engine::start(options, deps), post })
    }

    /// Shows a batch that others work on: it is not taken, and nothing of it is written from here.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(in crate::commands) async fn look_on(
        &self,
        batch: &Batch,
        id: BatchId,
        watching: Watching,
    ) -> Result<Handle, Failure> {
        let deps = Deps {
            fal: self.fal.clone(),
            ledger: self.ledger.clone(),
            writer: self.ledger.writer(id),
            output: self.output.of_batch(&batch.key.model, batch.params.growth().as_deref()),
            known: self.ledger.jobs_to_keep(id).await?,
            replaced: Vec::new(),
            trials: HashMap::new(),
            spent: Spent::NOTHING,
            earlier: HashSet::new(),
            memory: std::sync::Arc::default(),
            notes: Vec::new(),
            canary: None,
            feed: Feed::Others(watching),
            events: None,
            link: None,
        };
        let mut options = self.options(batch, id);
        // A cap is theirs who work on it.
        (options.limits.budget, options.facts.budget) = (None, None);
        Ok(engine::start(options, deps))
    }

    /// Waits for the end, through every batch that it goes on as.
    pub(in crate::commands) async fn see_through(
        self,
        mut batch: Batch,
        mut opened: Opened,
        mut ended: JoinHandle<End>,
    ) -> Over {
        let first = batch.clone();
        let mut undeleted = None;
        let end = loop {
            // Of each batch that it goes on as, as long as it does.
            let meanwhile = self.course.is_none().then(|| {
                Meanwhile::begin(self.ledger.clone(), opened.id, self.output.clone(), records::thumbs(&self.settings))
            });
            let wanted = self.keeping(&batch).delete_after;
            let forgetting = Forgetting::begin(wanted, self.ledger.clone(), self.fal.clone(), opened.id);
            let over = ended.await;
            if let Some(meanwhile) = meanwhile {
                meanwhile.end().await;
            }
            if let Some(forgetting) = forgetting {
                undeleted = forgetting.end().await;
            }
            match over {
                Err(error) => break Err(engine_stopped(&error)),
                Ok(End::Over(summary)) => break Ok(summary),
                // It is the same batch, and stays in hand.
                Ok(End::Restart(anew)) if anew.params == batch.params => {
                    match self.plan_again(&batch, &opened, *anew).await {
                        Ok(handle) => ended = handle.ended,
                        Err(failure) => break Err(failure),
                    }
                }
                Ok(End::Restart(anew)) => {
                    batch = batch.with(anew.model.as_deref(), anew.params.clone());
                    match self.begin_anew(&batch, *anew).await {
                        Ok(begun) => (opened, ended) = (begun.opened, begun.handle.ended),
                        Err(failure) => break Err(failure),
                    }
                }
            }
        };
        let model = Some(batch.model.endpoint.clone()).filter(|endpoint| *endpoint != first.model.endpoint);
        let defaults = || Params::parse(&batch.model, []).unwrap_or_else(|_| first.params.clone());
        let before = if model.is_some() { defaults() } else { first.params.clone() };
        // Where files lie that were named on the plan, the ledger was told.
        let batch = batch.clone().with_files(&self.ledger).await.unwrap_or(batch);
        let sent = SentParams::new(batch.params.values(), &batch.files);
        Over { end, opened, changed: changed(&before, &sent), model, undeleted }
    }

    /// Goes on with the same photos as a batch of its own.
    async fn begin_anew(&self, batch: &Batch, anew: Restart) -> Result<Begun, Failure> {
        let batch = &batch.clone().with_files(&self.ledger).await?;
        let remembered = self.remember(batch).await?;
        let (opened, options) = self.open(batch).await?;
        let handle = self.restart(batch, &opened, remembered, options, anew).await?;
        Ok(Begun { opened, handle, post: None })
    }

    /// Back to the plan of the same batch: what is done in it stays so.
    async fn plan_again(&self, batch: &Batch, opened: &Opened, anew: Restart) -> Result<Handle, Failure> {
        let remembered = self.remember(batch).await?;
        let options = self.options(batch, opened.id);
        self.restart(batch, opened, remembered, options, anew).await
    }

    async fn restart(
        &self,
        batch: &Batch,
        opened: &Opened,
        remembered: Remembered,
        options: Options,
        anew: Restart,
    ) -> Result<Handle, Failure> {
        let Restart { model, photos, arrivals, left_out, window, budget, price, start, link, .. } = anew;
        let mut options = Options { price, left_out, ..options };
        (options.limits.window, options.limits.budget, options.manner.start) = (window, budget, start);
        options.facts.budget = budget;
        if batch.model.endpoint != self.settings.model.endpoint {
            options.facts.named_price = model.and_then(|model| model.named_price.clone());
        }
        let deps = self.deps(batch, opened, remembered, in_chunks(photos, arrivals), None, Some(link)).await?;
        Ok(engine::start(options, deps))
    }

    /// Before the batch is opened: that is the first thing in the ledger that is newer than the folder.
    async fn remember(&self, batch: &Batch) -> Result<Remembered, Failure> {
        remember(&self.settings, batch, &self.ledger, Some(&self.fal)).await
    }

    async fn open(&self, batch: &Batch) -> Result<(Opened, Options), Failure> {
        let opened = self.ledger.open_batch(&batch.key).await?;
        batch.keep_files(&self.ledger).await?;
        self.ledger.note_captions(opened.id, &self.settings.written_kept()).await?;
        if batch.has_schema
            && let Ok(model) = serde_json::to_string(&batch.model)
        {
            self.ledger.pin_model(opened.id, &model).await?;
        }
        let keeping = self.keeping(batch);
        let kept = (!keeping.is_usual()).then(|| serde_json::to_string(keeping).ok()).flatten();
        if kept != self.ledger.keeping(opened.id).await? {
            self.ledger.note_keeping(opened.id, kept.as_deref()).await?;
        }
        let options = self.options(batch, opened.id);
        Ok((opened, options))
    }

    /// What fal is to keep of a batch: as an earlier run said that a retry goes on with.
    fn keeping<'a>(&'a self, batch: &'a Batch) -> &'a Keeping {
        batch.keeping.as_ref().unwrap_or(&self.settings.keeping)
    }

    pub(super) fn options(&self, batch: &Batch, id: BatchId) -> Options {
        let settings = &self.settings;
        let canary = settings
            .spending
            .canary
            .filter(|_| !self.reviews && self.course.is_none())
            .map(|photos| CanaryWish { photos, goes_on: settings.sending.yes });
        Options {
            facts: BatchFacts {
                named_price: self.named_price.clone(),
                budget: self.course.map_or(settings.spending.budget, |course| course.cap),
                ..batch.facts(id, settings)
            },
            model: batch.model.clone(),
            params: batch.params.clone(),
            service: batch.key.service.clone(),
            price: self.price.clone(),
            retry: RetryPolicy { retries: settings.sending.retries, ..RetryPolicy::default() },
            retry_failed: self.retry_failed.clone(),
            rules: std::sync::Arc::clone(&batch.rules),
            walks: batch.inputs.is_some(),
            left_out: HashSet::new(),
            limits: Limits {
                // A worker hears what its own is.
                window: if self.course.is_some() { 0 } else { settings.sending.concurrency },
                pools: self.pools,
                max_failures: settings.sending.max_failures,
                // The ledger holds that of many workers.
                budget: settings.spending.budget.filter(|_| self.course.is_none()),
                start_timeout: settings.sending.start_timeout,
                disk_free: self.disk_free,
            },
            manner: Manner {
                send: settings.which.send,
                waits_for_account: settings.sending.wait_for_account,
                start: Start {
                    at_once: !self.enqueues && (self.form.is_some() || settings.sending.yes || self.reviews),
                    canary,
                },
                stay: self.form.is_none(),
                rests: self.reviews,
                logs: self.form != Some(Form::Lines),
                watches: settings.which.watch.is_some() && batch.inputs.is_some(),
                paused: false,
                plans_only: self.enqueues,
            },
            world: World {
                clock: Clock::start(),
                rehearse: None,
                seed: fastrand::u64(..),
                webhooks: self.webhooks.clone(),
            },
        }
    }

    pub(super) async fn deps(
        &self,
        batch: &Batch,
        opened: &Opened,
        remembered: Remembered,
        found: mpsc::Receiver<Arrival>,
        events: Option<mpsc::Sender<Event>>,
        link: Option<Link>,
    ) -> Result<Deps, Failure> {
        // A worker takes one after another.
        let mut known = if self.course.is_some() { Vec::new() } else { self.ledger.jobs_to_keep(opened.id).await? };
        if self.forgets {
            forget_requests(&mut known);
        }
        let Remembered { memory, notes } = remembered;
        Ok(Deps {
            fal: self.fal.clone().keeping(self.keeping(batch).clone().of_batch(&opened.id)),
            ledger: self.ledger.clone(),
            writer: self.ledger.writer(opened.id),
            output: self.output.of_batch(&batch.key.model, batch.params.growth().as_deref()),
            known,
            replaced: self.ledger.replaced(opened.id).await?,
            trials: as_saved(&batch.key.output, self.ledger.trials(&batch.key).await?).await,
            spent: self.ledger.batch(opened.id).await?.spent,
            earlier: sizes(&self.ledger, &batch.key.terms()).await?,
            memory,
            notes,
            canary: self.ledger.canary(opened.id).await?.filter(|_| !self.reviews),
            feed: Feed::Photos(prompts::filled(batch, opened.id, &self.ledger, found)),
            events,
            link,
        })
    }
}

/// What was asked from elsewhere holds before anything is begun: of two caps the lower.
fn bound(mut options: Options, standing: Standing) -> Options {
    options.manner.paused = standing.paused;
    if let Some(told) = standing.cap {
        let cap = options.limits.budget.map_or(told, |own| own.min(told));
        (options.limits.budget, options.facts.budget) = (Some(cap), Some(cap));
    }
    options
}

/// Photos as they would have been found, and what comes behind them where folders are watched.
fn in_chunks(photos: Vec<Found>, mut to_come: Option<mpsc::Receiver<Arrival>>) -> mpsc::Receiver<Arrival> {
    let (found, chunks) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut photos = photos.into_iter();
        loop {
            let chunk: Vec<_> = photos.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            if found.send(Arrival::Found(chunk)).await.is_err() {
                return;
            }
        }
        let Some(to_come) = &mut to_come else { return };
        let mut next = Some(Arrival::Walked);
        while let Some(arrival) = next {
            if found.send(arrival).await.is_err() {
                return;
            }
            next = to_come.recv().await;
        }
    });
    chunks
}

/// What is set in `now` and was not so in `before`, as `NAME=VALUE`.
fn changed(before: &Params, now: &SentParams) -> Vec<String> {
    let is_new = |(name, value): &&(String, Value)| before.get(name) != Some(value);
    now.values.iter().filter(is_new).map(|(name, value)| format!("{name}={}", shown(&now.typed(value)))).collect()
}
