//! `fal-tui models`: which models there are, and what one of them takes, gives and costs. Spends nothing.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::pages::Pages;
use crate::commands::failure::Failure;
use crate::config::Settings;
use crate::fal::{Fal, Listed};
use crate::job::{EndpointId, clean, plural};
use crate::model::{Gives, Model, ParamSpec, Quote, Schema, Standing, UnitPrice, settle, shown};

/// Models that are looked at in one search.
const MOST: usize = 200;
/// Columns of an id before what is said of it.
const ID: usize = 44;

/// What is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// Words, or a model's id.
    pub(crate) query: Option<String>,
    /// Only models of this category.
    pub(crate) category: Option<String>,
}

/// The page that was asked for; `fal` lacks where there is no key.
///
/// # Errors
/// If fal cannot be asked, or has nothing like it.
pub(crate) async fn list(settings: &Settings, fal: Option<Fal>, search: Search) -> Result<String, Failure> {
    let has_key = fal.is_some();
    let fal = match fal {
        Some(fal) => fal,
        None => Fal::anonymous(settings.hosts.clone())?,
    };
    if let Some(id) = search.query.as_deref().and_then(|query| EndpointId::new(query).ok()) {
        let listed = fal.model(&id).await.map_err(|error| Failure::of_fal(&error))?;
        let Some(listed) = listed else {
            let near = super::nearest_model(Some(&fal), &id).await;
            return Err(super::no_such_model(&id, near.as_deref()));
        };
        let price = price(&fal, &[id], has_key).await.pop().flatten();
        let entry = Entry::of(listed, price, settings);
        return Ok(if settings.face.json { entry.json(true) } else { entry.page() });
    }
    let entries = found(&fal, &search, has_key, settings).await?;
    if settings.face.json {
        return Ok(entries.iter().map(|entry| entry.json(false)).collect());
    }
    let (fit, unfit): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.model.is_ok());
    if fit.is_empty() {
        return Err(Failure::refusal(
            "no model that takes one picture is like that\nhint: fewer words find more; fal.ai/models shows all",
        ));
    }
    let mut text: String = fit.iter().map(|entry| entry.line()).collect();
    if !unfit.is_empty() {
        let others = plural(unfit.len(), "other takes", "others take");
        let _ = writeln!(text, "{others} no picture, or more than one; --json lists all");
    }
    Ok(text)
}

async fn found(fal: &Fal, search: &Search, has_key: bool, settings: &Settings) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    let mut pages = Pages::new(fal, search.query.as_deref(), search.category.as_deref());
    while entries.len() < MOST
        && let Some(page) = pages.next().await.map_err(|error| Failure::of_fal(&error))?
    {
        let ids: Vec<_> = page.iter().map(|model| model.id.clone()).collect();
        let prices = price(fal, &ids, has_key).await;
        entries.extend(page.into_iter().zip(prices).map(|(listed, price)| Entry::of(listed, price, settings)));
    }
    Ok(entries)
}

/// What fal names as the prices of models; nothing where it cannot be asked.
pub(super) async fn quotes(fal: &Fal, ids: &[EndpointId]) -> HashMap<EndpointId, Vec<Quote>> {
    let named = if ids.is_empty() { Vec::new() } else { fal.prices(ids).await.unwrap_or_default() };
    let mut quotes: HashMap<_, Vec<_>> = HashMap::new();
    for (id, quote) in named {
        quotes.entry(id).or_default().push(quote);
    }
    quotes
}

/// The prices of models in their order. Without a key fal names none.
async fn price(fal: &Fal, ids: &[EndpointId], has_key: bool) -> Vec<Option<UnitPrice>> {
    let named = quotes(fal, if has_key { ids } else { &[] }).await;
    let of = |id: &EndpointId| {
        let list = Model::built_in(id).and_then(|model| model.list_price);
        settle(named.get(id).map_or(&[], Vec::as_slice), list.as_ref(), false)
    };
    ids.iter().map(of).collect()
}

/// A model, and what its schema says of it.
struct Entry {
    listed: Listed,
    gives: Option<Gives>,
    /// The model, or why it cannot be run on photos.
    model: Result<Model, String>,
    /// All that it takes, whether or not it can be run.
    fields: Vec<ParamSpec>,
    price: Option<UnitPrice>,
}

impl Entry {
    fn of(mut listed: Listed, price: Option<UnitPrice>, settings: &Settings) -> Self {
        let schema = match listed.schema.take() {
            Some(document) => Schema::of(&document).map_err(|error| error.to_string()),
            None => Err("fal has no schema of it".to_owned()),
        };
        match schema {
            Ok(schema) => {
                let (gives, fields) = (Some(schema.gives), schema.fields.clone());
                let model = schema.model(listed.id.clone(), settings.model.image_field.as_deref());
                let model = model.map_err(|unfit| unfit.to_string().lines().next().unwrap_or_default().to_owned());
                Self { listed, gives, model, fields, price }
            }
            Err(why) => Self { listed, gives: None, model: Err(why), fields: Vec::new(), price },
        }
    }

    fn price_words(&self) -> String {
        self.price.as_ref().map_or_else(|| "price unknown".to_owned(), UnitPrice::words)
    }

    /// What one line says: its id, what it gives and costs, and what it needs beside the photo.
    fn line(&self) -> String {
        let needs: Vec<_> = self.needed().map(|spec| spec.name.as_str()).collect();
        let needs = if needs.is_empty() { String::new() } else { format!(", needs {}", needs.join(", ")) };
        let gives = self.gives.map(Gives::words).unwrap_or_default();
        format!("{:<ID$} {gives}, {}{needs}\n", self.listed.id.as_str(), self.price_words())
    }

    /// The parameters that can be given; of a model that cannot be run, all fields.
    fn params(&self) -> &[ParamSpec] {
        self.model.as_ref().map_or(&self.fields, |model| &model.params)
    }

    /// The parameters that must be given.
    fn needed(&self) -> impl Iterator<Item = &ParamSpec> {
        self.model.iter().flat_map(|model| &model.params).filter(|spec| spec.required)
    }

    /// All of it, like a help page.
    fn page(&self) -> String {
        let Listed { id, name, category, about, .. } = &self.listed;
        let mut text = format!("{id}  {name} ({category})\n");
        let mut row = |name: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<10} {}", clean(value));
        };
        row("", about);
        if let Some(said) = self.listed.standing.said("it") {
            row("", &said);
        }
        match &self.model {
            Ok(model) => row("photo", &format!("goes into `{}`", model.photo_field())),
            Err(why) => row("photo", why),
        }
        row("gives", &self.gives.map(Gives::words).unwrap_or_default());
        row("costs", &self.price_words());
        text.extend(self.params().iter().map(field_text));
        text
    }

    /// One object, on a line; with all fields of one model.
    fn json(&self, with_fields: bool) -> String {
        let gives = self.gives.unwrap_or_default();
        let gives = [(gives.pictures, "pictures"), (gives.texts, "texts"), (gives.files, "files")];
        let mut object = json!({
            "v": 1,
            "id": self.listed.id,
            "name": self.listed.name,
            "category": self.listed.category,
            "about": self.listed.about,
            "deprecated": self.listed.standing != Standing::Active,
            "status": self.listed.standing.name(),
            "replaced_by": self.listed.standing.successor(),
            "image_field": self.model.as_ref().ok().map(Model::photo_field),
            "unfit": self.model.as_ref().err(),
            "needs": self.needed().map(|spec| spec.name.as_str()).collect::<Vec<_>>(),
            "gives": gives.iter().filter(|(given, _)| *given).map(|(_, word)| *word).collect::<Vec<_>>(),
            "unit_price_usd": self.price.as_ref().map(|price| price.usd.as_f64()),
            "unit": self.price.as_ref().map(|price| price.unit.to_string()),
        });
        if with_fields && let Some(object) = object.as_object_mut() {
            object.insert("fields".to_owned(), self.params().iter().map(field_json).collect());
        }
        format!("{object}\n")
    }
}

fn field_text(spec: &ParamSpec) -> String {
    let default = spec.default.as_ref().map(|value| format!(" [{}]", shown(value))).unwrap_or_default();
    let needed = if spec.required { ", must be given" } else { "" };
    let mut text = format!("\n  -p {}=…  {}{needed}{}\n", clean(&spec.name), spec_words(spec), clean(&default));
    if !spec.about.is_empty() {
        let _ = writeln!(text, "      {}", clean(&spec.about));
    }
    for (value, about) in &spec.meanings {
        let _ = writeln!(text, "      {}: {}", clean(&shown(value)), clean(about));
    }
    if let Some(example) = spec.told_example() {
        let _ = writeln!(text, "      for example {}", clean(&example));
    }
    text
}

fn spec_words(spec: &ParamSpec) -> String {
    clean(&spec.kind.to_string()).into_owned()
}

fn field_json(spec: &ParamSpec) -> Value {
    let mut field = Map::new();
    let mut add = |name: &str, value: Value| drop(field.insert(name.to_owned(), value));
    add("name", json!(spec.name));
    add("takes", json!(spec_words(spec)));
    add("required", json!(spec.required));
    add("default", json!(spec.default));
    add("example", json!(spec.example));
    add("about", json!(spec.about));
    let meanings: Vec<_> =
        spec.meanings.iter().map(|(value, about)| json!({ "value": value, "about": about })).collect();
    add("values", json!(meanings));
    Value::Object(field)
}
