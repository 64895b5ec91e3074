//! Models for the dashboard's picker: found at fal while somebody types, and where fal cannot be asked those that
//! were found before. Spends nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::cache::{Cache, Known};
use super::list::quotes;
use super::pages::Pages;
use crate::commands::price::{named, settled};
use crate::config::Settings;
use crate::fal::{Fal, FalError, Listed};
use crate::job::{EndpointId, clean};
use crate::model::{Listing, Model, Quote, Schema};
use crate::tui::{Finding, Finds, Models, Search};

/// So long nothing more must be typed before fal is asked.
const QUIET: Duration = Duration::from_millis(250);
/// How long a page is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// Pages that are looked at in one search, at the most.
const PAGES: usize = 5;
/// So many that fit are enough.
const ENOUGH: usize = 24;
/// What is shown before anything is typed.
const FIRST: &str = "image-to-image";
/// Prices that are asked for at once.
const AT_ONCE: usize = 4;
/// Searches whose finds are kept while the dashboard lasts.
const SEARCHES: usize = 64;

/// Finds models for a dashboard as long as it is there.
pub(crate) fn serve(settings: Settings, fal: Fal) -> Models {
    let (ask, asked) = watch::channel(Search::default());
    let (tell, found) = mpsc::channel(4);
    let cache = Cache::of(&settings);
    let catalogue = Catalogue { settings, fal, cache, tell, searches: HashMap::new() };
    tokio::spawn(catalogue.run(asked));
    Models { ask, found }
}

struct Catalogue {
    settings: Settings,
    fal: Fal,
    cache: Cache,
    tell: mpsc::Sender<Finds>,
    /// What was found by which words.
    searches: HashMap<String, Finds>,
}

impl Catalogue {
    async fn run(mut self, mut asked: watch::Receiver<Search>) {
        while asked.changed().await.is_ok() {
            loop {
                let search = asked.borrow_and_update().clone();
                let words = search.words.trim().to_lowercase();
                if let Some(finds) = self.searches.get(&words) {
                    drop(self.tell.send(Finds { seq: search.seq, ..finds.clone() }).await);
                    break;
                }
                // What is typed on is another search: the one before is dropped where it is.
                let finds = tokio::select! {
                    changed = asked.changed() => if changed.is_ok() { continue } else { return },
                    finds = self.find(&search, &words) => finds,
                };
                if finds.state == Finding::Done && self.searches.len() < SEARCHES {
                    self.searches.insert(words, finds.clone());
                }
                drop(self.tell.send(finds).await);
                break;
            }
        }
    }

    async fn find(&self, search: &Search, words: &str) -> Finds {
        if !words.is_empty() {
            sleep(QUIET).await;
        }
        let mut finds = Finds { seq: search.seq, listings: Vec::new(), others: 0, state: Finding::Asking };
        match self.ask(words, &mut finds).await {
            Ok(()) => finds.state = Finding::Done,
            Err(why) => {
                for listing in self.kept(words) {
                    if finds.listings.iter().all(|known| known.model.endpoint != listing.model.endpoint) {
                        finds.listings.push(Arc::new(listing));
                    }
                }
                finds.state = Finding::Kept(why);
            }
        }
        finds
    }

    /// Asks fal, page by page, and tells each.
    async fn ask(&self, words: &str, finds: &mut Finds) -> Result<(), String> {
        let said = |error: FalError| clean(&error.to_string()).into_owned();
        let slow = |_| "it does not answer".to_owned();
        if let Ok(id) = EndpointId::new(words) {
            let listed = timeout(PATIENCE, self.fal.model(&id)).await.map_err(slow)?.map_err(said)?;
            self.take(listed.into_iter().collect(), finds).await;
        }
        let (words, category) = if words.is_empty() { (None, Some(FIRST)) } else { (Some(words), None) };
        let mut pages = Pages::new(&self.fal, words, category);
        for _ in 0..PAGES {
            let page = timeout(PATIENCE, pages.next()).await.map_err(slow)?.map_err(said)?;
            let Some(page) = page else { break };
            self.take(page, finds).await;
            if pages.is_over() || finds.listings.len() >= ENOUGH {
                break;
            }
            drop(self.tell.send(finds.clone()).await);
        }
        Ok(())
    }

    /// Takes models of a page in: those that can be run on photos with their prices.
    async fn take(&self, page: Vec<Listed>, finds: &mut Finds) {
        let is_new = |listed: &Listed| finds.listings.iter().all(|known| known.model.endpoint != listed.id);
        let new: Vec<_> = page.into_iter().filter(is_new).collect();
        let (mut fit, mut known) = (Vec::new(), Vec::new());
        for mut listed in new {
            let document = listed.schema.take();
            let usable = document.as_ref().filter(|_| !listed.standing.is_gone());
            let schema = usable.and_then(|document| Schema::of(document).ok());
            match schema.and_then(|schema| self.model(&schema, &listed.id)) {
                Some(model) => {
                    if let Some(document) = &document {
                        self.cache.keep(&listed.id, document);
                    }
                    known.push(Known::of(&listed));
                    fit.push((listed, model));
                }
                None => finds.others += 1,
            }
        }
        self.cache.keep_known(known);
        let ids: Vec<_> = fit.iter().map(|(listed, _)| listed.id.clone()).collect();
        let quotes = timeout(PATIENCE, quotes(&self.fal, &ids)).await.unwrap_or_default();
        let priced = fit.into_iter().map(|(listed, model)| {
            let of_it = quotes.get(&listed.id).cloned().unwrap_or_default();
            self.priced(listed, model, of_it)
        });
        let priced: Vec<_> = futures::stream::iter(priced).buffered(AT_ONCE).collect().await;
        finds.listings.extend(priced.into_iter().map(Arc::new));
    }

    /// The model that a schema makes; a field for the photo that was named for another model need not be its own.
    fn model(&self, schema: &Schema, id: &EndpointId) -> Option<Model> {
        let model = |field| schema.clone().model(id.clone(), field).ok();
        model(None).or_else(|| model(Some(self.settings.model.image_field.as_deref()?)))
    }

    async fn priced(&self, listed: Listed, model: Model, quotes: Vec<Quote>) -> Listing {
        let price = settled(&self.fal, &quotes, &model, self.settings.spending.trust_price).await;
        let named_price = named(&quotes, &model, price.as_ref());
        let Listed { name, category, about, standing, .. } = listed;
        Listing { model, name, category, about, standing, price, named_price, has_schema: true }
    }

    /// Those that are known without asking. What they cost now is not, but where it was built in.
    fn kept(&self, words: &str) -> Vec<Listing> {
        let mut all = self.cache.known();
        for id in Model::BUILT_IN {
            if all.iter().all(|known| known.id != id) {
                all.push(Known { id: id.to_owned(), name: id.to_owned(), ..Known::default() });
            }
        }
        let holds = |known: &Known| {
            let text = format!("{} {} {} {}", known.id, known.name, known.category, known.about).to_lowercase();
            words.split_whitespace().all(|word| text.contains(word))
        };
        let listing = |known: Known| {
            let id = EndpointId::new(&known.id).ok()?;
            let of_schema = self.cache.any(&id).and_then(|schema| self.model(&schema, &id));
            let has_schema = of_schema.is_some();
            let built_in = Model::built_in(&id);
            let price = built_in.as_ref().and_then(|model| model.list_price.clone());
            let model = of_schema.or(built_in)?;
            let Known { name, category, about, standing, .. } = known;
            Some(Listing { model, name, category, about, standing, price, named_price: None, has_schema })
        };
        all.into_iter().filter(holds).filter_map(listing).collect()
    }
}
