//! The model of a run: its schema is asked of fal, kept for a day, and decides what of the settings holds.

mod cache;
mod catalogue;
mod list;
mod pages;
mod pinned;

use std::time::Duration;

use tokio::time::timeout;

pub(super) use catalogue::serve;
pub(super) use list::{Search, list};
pub(super) use pinned::{pinned, read};

use crate::commands::failure::Failure;
use crate::commands::price::again;
use crate::config::{ModelWish, Settings};
use crate::fal::{Fal, FalError, Listed};
use crate::job::{EndpointId, clean};
use crate::model::{LONGEST, Model, Params, Schema, SchemaError, Standing, nearest};
use cache::{Cache, Known};

/// How long a schema is waited for, where there is a profile that stands in for it, and where there is none.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(6), Duration::from_secs(20));
/// So many models are looked at for the one that was meant.
const NEAR: &str = "50";

/// The model of a run.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    pub(super) model: Model,
    pub(super) params: Params,
    /// Whether the model is as its schema has it, and not only as this version knows it.
    pub(super) has_schema: bool,
    /// What is to be said of it on the plan.
    pub(super) notes: Vec<String>,
    /// That it can be run no more, in words.
    pub(super) retired: Option<String>,
}

impl Chosen {
    fn standing(mut self, standing: &Standing) -> Self {
        let said = standing.said(self.model.endpoint.as_str());
        if standing.is_gone() {
            self.retired = said;
        } else {
            self.notes.extend(said);
        }
        self
    }

    /// Refuses a model that can be run no more. What it made is still fetched.
    pub(super) fn in_use(self) -> Result<Self, Failure> {
        self.retired.as_deref().map_or(Ok(()), |said| Err(retired(said))).map(|()| self)
    }
}

fn retired(said: &str) -> Failure {
    Failure::refusal(format!(
        "{said}\nhint: `fal-tui models` finds others; what it has made already, `fal-tui recover` fetches"
    ))
}

/// Finds the model that is wished for; `fal` may lack where there is no key.
///
/// # Errors
/// If there is no such model, it cannot be run on photos, or does not take the parameters.
pub(super) async fn chosen(settings: &Settings, fal: Option<&Fal>) -> Result<Chosen, Failure> {
    let wish = &settings.model;
    let profile = Model::built_in(&wish.endpoint);
    let cache = Cache::of(settings);
    if let Some(schema) = cache.fresh(&wish.endpoint)
        && let Ok(chosen) = check(wish, schema)
    {
        return Ok(chosen.standing(&cache.standing(&wish.endpoint)));
    }
    // What the kept schema refuses may be what the model takes by now.
    let anonymous;
    let fal = match (fal, &profile) {
        (Some(fal), _) => Some(fal),
        (None, None) => {
            anonymous = Fal::anonymous(settings.hosts.clone())?;
            Some(&anonymous)
        }
        // Without a key nothing is asked that is known.
        (None, Some(_)) => None,
    };
    let patience = if profile.is_some() { PATIENCE.0 } else { PATIENCE.1 };
    let found = match fal {
        Some(fal) => timeout(patience, again(|| fal.model(&wish.endpoint))).await.ok(),
        None => None,
    };
    match found {
        Some(Ok(Some(listed))) => of_list(wish, listed, &cache, profile),
        Some(Ok(None)) if profile.is_none() => {
            Err(no_such_model(&wish.endpoint, nearest_model(fal, &wish.endpoint).await.as_deref()))
        }
        other => {
            if let Some(Err(error)) = &other {
                tracing::info!(%error, source = ?error.source, "no schema");
            }
            match (cache.any(&wish.endpoint), profile) {
                (Some(schema), _) => check(wish, schema),
                (None, Some(model)) => of_profile(wish, model),
                (None, None) => Err(no_schema(&wish.endpoint, other.and_then(Result::err).as_ref())),
            }
        }
    }
}

/// A model that fal has.
fn of_list(wish: &ModelWish, listed: Listed, cache: &Cache, profile: Option<Model>) -> Result<Chosen, Failure> {
    let known = Known::of(&listed);
    let Some(document) = listed.schema else {
        if let (true, Some(said)) = (listed.standing.is_gone(), listed.standing.said(wish.endpoint.as_str())) {
            return Err(retired(&said));
        }
        let why = || format!("fal has {}, and no schema that says what it takes", wish.endpoint);
        return profile.map_or_else(|| Err(Failure::refusal(why())), |model| of_profile(wish, model));
    };
    // A page of the list may be longer than any schema is.
    let schema = match document.to_string().len() {
        length if length > LONGEST => Err(SchemaError::TooLong),
        _ => Schema::of(&document),
    };
    match schema {
        Ok(schema) => {
            cache.keep(&wish.endpoint, &document);
            cache.keep_known(vec![known]);
            Ok(check(wish, schema)?.standing(&listed.standing))
        }
        Err(error) => match profile {
            Some(model) => {
                tracing::warn!(%error, "its schema is not used");
                of_profile(wish, model)
            }
            None => Err(Failure::refusal(format!("{} cannot be used: {error}", wish.endpoint))),
        },
    }
}

/// What a schema makes of the wish.
fn check(wish: &ModelWish, schema: Schema) -> Result<Chosen, Failure> {
    let model =
        schema.model(wish.endpoint.clone(), wish.image_field.as_deref()).map_err(|unfit| Failure::usage(&unfit))?;
    let params = wish.params_of(&model)?;
    Ok(Chosen { model, params, has_schema: true, notes: Vec::new(), retired: None })
}

/// What this version knows of the model, where no schema is to be had.
fn of_profile(wish: &ModelWish, model: Model) -> Result<Chosen, Failure> {
    let params = wish.params_of(&model)?;
    Ok(Chosen { model, params, has_schema: false, notes: Vec::new(), retired: None })
}

/// The model that may have been meant.
async fn nearest_model(fal: Option<&Fal>, endpoint: &EndpointId) -> Option<String> {
    let fal = fal?;
    let id = endpoint.as_str();
    let name = id.split_once('/').map_or(id, |(_, name)| name);
    let words = name.split(['/', '-', '_']).filter(|word| word.len() > 2);
    let mut ids: Vec<String> = Model::BUILT_IN.iter().map(|id| (*id).to_owned()).collect();
    // The whole name first; what is misspelt in it is not found, so its words follow.
    for query in std::iter::once(name).chain(words).take(4) {
        if let Ok(Ok(page)) = timeout(PATIENCE.0, fal.models(&[("q", query), ("limit", NEAR)])).await {
            ids.extend(page.models.into_iter().map(|model| model.id.to_string()));
        }
    }
    nearest(id, ids.iter().map(String::as_str)).map(str::to_owned)
}

fn no_such_model(endpoint: &EndpointId, near: Option<&str>) -> Failure {
    let near = near.map(|near| format!("; did you mean `{}`?", clean(near))).unwrap_or_default();
    Failure::refusal(format!("fal has no model `{endpoint}`{near}\nhint: its id stands on its page at fal.ai/models"))
}

fn no_schema(endpoint: &EndpointId, error: Option<&FalError>) -> Failure {
    match error {
        Some(error) => Failure::of_fal(error),
        None => Failure {
            status: 5,
            ..Failure::refusal(format!(
                "fal did not say within {} s what {endpoint} takes\nhint: try again; nothing was sent",
                PATIENCE.1.as_secs()
            ))
        },
    }
}
