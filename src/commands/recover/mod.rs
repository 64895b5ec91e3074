//! `fal-tui recover`: results in fal's own history whose ids or files were lost here, saved under the
//! names of the photos that they were made of. It only reads at fal, and spends nothing.

mod batches;
mod find;
mod further;
mod photos;
mod place;
mod tell;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use crate::commands::batch::Batch;
use crate::commands::earlier;
use crate::commands::failure::Failure;
use crate::commands::ledger::open_ledger;
use crate::commands::models;
use crate::commands::moment::now;
use crate::commands::price;
use crate::commands::process::log;
use crate::commands::process::stdout::print;
use crate::commands::since::since;
use crate::config::Settings;
use crate::fal::{Fal, FalError, Past, STORED};
use crate::job::{Answer, CauseKind, Cost, Photo, RequestId, Saved, Service, Timestamp, clean};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{Model, Params, UnitPrice, Work};
use crate::output::{Made, Output, Written};
use crate::storage;
use batches::{Batches, Everywhere};
use find::{Finder, Match};
use further::Further;
use photos::Photos;
use place::{Fetch, Known, Place};
use tell::{Fate, Teller};

/// Pages of fal's history that are read at most, 100 requests each.
const PAGES: usize = 1000;

/// What is wished of a recovery.
#[derive(Debug)]
pub(super) struct Wish {
    /// How far to look back; as far as fal stores anything, if nothing is said.
    pub(super) since: Option<String>,
    /// Where results go that are of no photo given.
    pub(super) all: Option<PathBuf>,
    /// Only say what would be saved.
    pub(super) dry_run: bool,
    /// Begin a new ledger if the one that is there is damaged.
    pub(super) set_aside: bool,
}

/// Finds and saves; gives the exit status.
pub(super) async fn recover(settings: &Settings, wish: Wish) -> Result<u8, Failure> {
    let now = now();
    let start = match &wish.since {
        Some(text) => since(text, now).map_err(Failure::refusal)?,
        None => Timestamp(now.0 - i64::try_from(STORED.as_millis()).unwrap_or_default()),
    };
    let has_photos = !settings.which.paths.is_empty();
    let is_said_whose = has_photos || wish.all.is_some();
    if is_said_whose {
        // Without a key nothing is set aside.
        settings.key.clone()?;
    }
    let ledger = open(settings, wish.set_aside).await?;
    let service = settings.hosts.service();
    let all = if is_said_whose { None } else { Some(Batches::of(&ledger, service.clone()).await?) };
    if all.as_ref().is_some_and(Batches::is_empty) {
        return Err(what_to_give(&service));
    }
    let fal = Fal::new(settings.hosts.clone(), settings.key.clone()?)?;
    if let Some(batches) = all {
        log::start(settings)?;
        let status = everywhere(settings, &wish, (&fal, &ledger, &service), &batches, start).await?;
        ledger.close().await?;
        return Ok(status);
    }
    let chosen = models::chosen(settings, Some(&fal)).await?;
    let (model, params) = (chosen.model.clone(), chosen.params.clone());
    let mut history = History::of(&fal, &model, start);
    let batch = if has_photos {
        let batch = earlier::as_written(&ledger, Batch::of(settings, service.clone(), chosen)?).await?;
        Some(models::pinned(&ledger, batch, &settings.model).await?)
    } else {
        None
    };
    log::start(settings)?;
    let photos = match &batch {
        Some(batch) => Photos::of(batch).await,
        None => Photos::default(),
    };
    let (model, params) = batch.as_ref().map_or((&model, &params), |batch| (&batch.model, &batch.params));
    let (service, inputs) = (&service, HashMap::new());
    let further = Further::new(&fal, &ledger, service);
    let mut finder = Finder { fal: &fal, service, ledger: &ledger, model, params, photos, further, inputs };
    let teller = Teller::new(settings.face.json);
    let mut recovery = Recovery::open(settings, &wish, &fal, &ledger, batch.as_ref(), teller).await?;

    while let Some(page) = history.page().await.map_err(|error| Failure::of_fal(&error))? {
        for past in &page {
            let found = match &past.outcome {
                Ok(_) => finder.find(past).await?,
                Err(_) => Match::Nothing,
            };
            recovery.take(past, found).await?;
        }
    }
    let status = recovery.end(start).await?;
    ledger.close().await?;
    Ok(status)
}

/// Recovers for every batch that the ledger knows, from the history of each model that they were sent to; gives the
/// exit status.
async fn everywhere(
    settings: &Settings,
    wish: &Wish,
    (fal, ledger, service): (&Fal, &Ledger, &Service),
    batches: &Batches,
    start: Timestamp,
) -> Result<u8, Failure> {
    let models = batches.models();
    let Some(model) = models.first() else { return Err(what_to_give(service)) };
    let mut everywhere = Everywhere {
        settings,
        fal,
        ledger,
        batches,
        model,
        price: None,
        further: Further::new(fal, ledger, service),
        dry_run: wish.dry_run,
        teller: Teller::new(settings.face.json),
        open: BTreeMap::new(),
    };
    for model in models {
        let price = price::unit_price(fal, model, false).await;
        (everywhere.model, everywhere.price) = (model, price.map_err(|error| Failure::of_fal(&error))?);
        let mut history = History::of(fal, model, start);
        loop {
            let page = match history.page().await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                // A model that is gone is no reason to leave the others.
                Err(error) if error.cause.kind == CauseKind::NotFound => {
                    tracing::warn!(%error, model = %model.endpoint, "fal has no history of it");
                    break;
                }
                Err(error) => return Err(Failure::of_fal(&error)),
            };
            for past in &page {
                everywhere.take(past).await?;
            }
        }
    }
    everywhere.end(start).await
}

/// fal's history of requests, newest first.
struct History<'a> {
    fal: &'a Fal,
    model: &'a Model,
    start: Timestamp,
    /// Where the next page begins; `None` for the first.
    cursor: Option<String>,
    /// How many more are read.
    pages: usize,
}

impl<'a> History<'a> {
    fn of(fal: &'a Fal, model: &'a Model, start: Timestamp) -> Self {
        Self { fal, model, start, cursor: None, pages: PAGES }
    }

    async fn page(&mut self) -> Result<Option<Vec<Past>>, FalError> {
        if self.pages == 0 {
            return Ok(None);
        }
        let page = self.fal.history(&self.model.endpoint, self.model.gives, self.start, self.cursor.take()).await?;
        self.pages = if page.next.is_some() { self.pages - 1 } else { 0 };
        self.cursor = page.next;
        Ok(Some(page.requests))
    }
}

/// Nothing says whose results are wanted, and nothing is known.
fn what_to_give(service: &Service) -> Failure {
    let name = clean(service.name());
    Failure::refusal(format!(
        "whose results? the ledger knows no batch that was sent to {name}: give the folder of photos that was sent\nhint: `--all DIR` saves every result of this key there"
    ))
}

/// Opens the ledger; one that is damaged is moved out of the way if the user said so.
async fn open(settings: &Settings, set_aside: bool) -> Result<Ledger, Failure> {
    let opened = match open_ledger(&settings.home).await {
        Ok(ledger) if set_aside => match ledger.check().await {
            Ok(()) => Ok(ledger),
            Err(error) => {
                // What is damaged may well not close in good order.
                drop(ledger.close().await);
                Err(error)
            }
        },
        opened => opened,
    };
    match opened {
        Err(LedgerError::Damaged { .. }) if set_aside && settings.home.ledger.is_none() => {
            let kept = Ledger::set_aside(&settings.home.state_dir).await?;
            let said = format!("the damaged ledger is kept as {}", kept.display());
            tracing::warn!("{said}");
            if !settings.face.json {
                print(&format!("{said}\n"))?;
            }
            Ok(open_ledger(&settings.home).await?)
        }
        opened => Ok(opened?),
    }
}

/// A recovery on its way.
struct Recovery<'a> {
    fal: &'a Fal,
    /// Where the photos' results go; `None` if nothing is to be saved or no photos were given.
    place: Option<Place<'a>>,
    /// What is known of the photos' batch if nothing is saved.
    known: Option<Known>,
    /// Where all others go.
    all: Option<Output>,
    teller: Teller,
    dry_run: bool,
    /// What the photos' requests cost, and with which parameters they were made, if nothing is saved.
    price: Option<UnitPrice>,
    params: Option<&'a Params>,
}

impl<'a> Recovery<'a> {
    async fn open(
        settings: &Settings,
        wish: &Wish,
        fal: &'a Fal,
        ledger: &Ledger,
        batch: Option<&'a Batch>,
        teller: Teller,
    ) -> Result<Self, Failure> {
        let (mut place, mut known, mut all, mut price) = (None, None, None, None);
        if wish.dry_run {
            if let Some(batch) = batch {
                price = price::unit_price(fal, &batch.model, false).await.map_err(|error| Failure::of_fal(&error))?;
                let row = ledger.batches().await?.into_iter().find(|row| row.key == batch.key);
                let jobs = match row {
                    Some(row) => ledger.jobs(row.id).await?,
                    None => Vec::new(),
                };
                known = Some(Known::new(jobs, &batch.key.output));
            }
        } else {
            if let Some(batch) = batch {
                let price =
                    price::unit_price(fal, &batch.model, false).await.map_err(|error| Failure::of_fal(&error))?;
                let output = batch.output(settings)?;
                place = Some(Place::open(fal, ledger, batch, output, price).await?);
            }
            // These go by their requests' ids.
            let written = Written { name: None, ..settings.written.clone() };
            let folder = wish.all.as_deref().map(storage::place).transpose();
            let folder = folder.map_err(|error| Failure::usage(&error))?;
            all = folder.map(|folder| Output::open(&folder, written)).transpose()?;
        }
        let params = batch.map(|batch| &batch.params);
        Ok(Self { fal, place, known, all, teller, dry_run: wish.dry_run, price, params })
    }

    /// Saves a result, or says why not.
    async fn take(&mut self, past: &Past, found: Match) -> Result<(), Failure> {
        let answer = match &past.outcome {
            Ok(answer) => answer,
            Err(error) => return self.teller.tell(past, Fate::NoPicture, None, None, Some(&error.to_string())),
        };
        match found {
            Match::Photos(photos, upload) => {
                for photo in photos {
                    self.take_for(past, answer, photo, &upload).await?;
                }
                Ok(())
            }
            Match::OtherParams if self.all.is_none() => self.teller.tell(past, Fate::OtherParams, None, None, None),
            Match::OtherParams | Match::Nothing => self.take_by_id(past, answer).await,
        }
    }

    async fn take_for(
        &mut self,
        past: &Past,
        answer: &Answer,
        photo: Photo,
        upload: &crate::job::Upload,
    ) -> Result<(), Failure> {
        let path = photo.slash_path();
        let known = self.place.as_ref().map(Place::known).or(self.known.as_ref());
        if let Some(why) = known.and_then(|known| known.needs_none(&photo, &past.id)) {
            return self.teller.tell(past, Fate::There, Some(&path), None, Some(why));
        }
        let Some(place) = &mut self.place else {
            let promised = self.params.map_or(Work::one(None), |params| params.work(photo.pixels));
            let cost = likely_cost(self.price.as_ref(), answer, promised);
            return self.teller.found(past, &path, photo.path.to_path_buf(), cost);
        };
        match place.save(&past.id, answer, photo, upload.clone()).await {
            Ok(job) => {
                let output = job.state.saved().map(Saved::output);
                self.teller.tell(past, Fate::Saved, Some(&path), output, None)
            }
            Err(why) => self.teller.tell(past, Fate::Failed, Some(&path), None, Some(&why)),
        }
    }

    /// A result of no photo is saved under its request's id, if that is wished.
    async fn take_by_id(&mut self, past: &Past, answer: &Answer) -> Result<(), Failure> {
        let Some(output) = self.all.as_ref().filter(|_| !self.dry_run) else {
            return self.teller.tell(past, Fate::Unmatched, None, None, answer.text());
        };
        if is_there(output.root(), &past.id) {
            return self.teller.tell(past, Fate::There, None, None, Some("saved by its id"));
        }
        let photo = named(&past.id);
        let named = Made::default();
        let fetch = Fetch { photo: &photo, answer, made: None, named, promised: None, previous: None };
        match fetch.into(self.fal, output).await {
            Ok(placed) => self.teller.tell(past, Fate::Saved, None, Some(placed.first.path.as_ref()), None),
            Err(why) => self.teller.tell(past, Fate::Failed, None, None, Some(&why)),
        }
    }

    async fn end(self, since: Timestamp) -> Result<u8, Failure> {
        if let Some(place) = self.place {
            place.end().await?;
        }
        self.teller.end(since)
    }
}

/// What a result is taken to have cost that is not fetched.
fn likely_cost(price: Option<&UnitPrice>, answer: &Answer, promised: Work) -> Option<Cost> {
    price?.cost(answer.billed_units, promised, None)
}

/// Whether a result lies in a folder under its request's id.
fn is_there(folder: &Path, id: &RequestId) -> bool {
    crate::job::Format::ALL.iter().any(|format| folder.join(format!("{id}.{}", format.extension())).is_file())
}

/// A photo that was never here, named like its request. An id is letters, digits, `-` and `_`.
fn named(id: &RequestId) -> Photo {
    Photo::unread(Path::new(id.as_str()).into(), Path::new(id.as_str()).into())
}
