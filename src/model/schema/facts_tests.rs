//! Facts on 54 endpoints: each gives the form that is listed, takes a valid set and refuses an invalid one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::*;
use crate::job::{Artifact, EndpointId, Given, Pixels, Usd};
use crate::model::{ParamError, Params, PriceSource, PriceState, Unit, UnitPrice, read_answer};

#[derive(Debug, Deserialize)]
struct Facts {
    components: Value,
    models: Vec<Fact>,
}

/// What is known of an endpoint.
#[derive(Debug, Deserialize)]
struct Fact {
    id: String,
    /// The field that takes the photo, or why there is none.
    image: String,
    #[serde(default)]
    list: bool,
    required: Vec<String>,
    input: Map<String, Value>,
    output: Value,
    /// What it takes, as it is typed.
    takes: Vec<String>,
    /// What it does not.
    refuses: Vec<String>,
    /// An answer of its shape, and what that is to give: role, form, and the end of a URL or the text.
    answer: Value,
    gives: Vec<String>,
    /// What a unit costs, USD, and what it is called.
    #[serde(default)]
    price: Option<(f64, String)>,
    /// What can be known of that beforehand.
    #[serde(default)]
    priced: Option<PriceState>,
}

fn facts() -> Facts {
    serde_json::from_str(include_str!("../../../tests/models/facts.json")).unwrap()
}

/// The document that fal would publish.
fn document(fact: &Fact, components: &Value) -> Value {
    let reference = |name: &str| json!({ "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } } });
    let mut schemas = components.clone();
    schemas["TheInput"] = json!({ "type": "object", "required": fact.required, "properties": fact.input });
    schemas["TheOutput"] = json!({ "type": "object", "properties": fact.output });
    let result = format!("/{}/requests/{{request_id}}", fact.id);
    json!({
        "openapi": "3.0.4",
        "paths": { format!("/{}", fact.id): { "post": { "requestBody": reference("TheInput") } },
            result: { "get": { "responses": { "200": reference("TheOutput") } } } },
        "components": { "schemas": schemas },
    })
}

#[test]
fn every_endpoint_gives_the_form_that_is_known_of_it() {
    let Facts { components, models } = facts();
    assert_eq!(models.len(), 54);
    for fact in &models {
        let schema = Schema::of(&document(fact, &components)).unwrap();
        let id = EndpointId::new(&fact.id).unwrap();
        let named = schema.fields.iter().map(|field| field.name.as_str());
        assert_eq!(named.collect::<Vec<_>>(), fact.input.keys().collect::<Vec<_>>(), "{id}");
        let model = match schema.model(id.clone(), None) {
            Ok(model) => model,
            Err(unfit) => {
                assert!(unfit.to_string().contains(&fact.image), "{id}: {unfit}");
                continue;
            }
        };
        assert_eq!((&*model.image.field, model.image.is_list), (&*fact.image, fact.list), "{id}");
        for pair in &fact.takes {
            let read = Params::parse(&model, [pair.as_str()]);
            assert!(read.is_ok(), "{id}: {pair}: {read:?}");
        }
        for pair in &fact.refuses {
            let refused = Params::parse(&model, [pair.as_str()]).unwrap_err();
            assert!(matches!(refused, ParamError::OutOfRange { .. }), "{id}: {pair}: {refused}");
        }
        let params = Params::parse(&model, fact.takes.iter().map(String::as_str)).unwrap();
        assert_eq!(params.complete(&model), Ok(()), "{id}");
        assert_eq!(Params::from_canonical(&model, &params.canonical()), Ok(params), "{id}");
        let needs: Vec<_> = model.params.iter().filter(|spec| spec.required).map(|spec| &*spec.name).collect();
        assert_eq!(Params::parse(&model, []).unwrap().complete(&model).is_ok(), needs.is_empty(), "{id}: {needs:?}");
    }
}

#[test]
fn every_answer_becomes_the_artifacts_that_it_should_and_is_kept_whole() {
    let Facts { components, models } = facts();
    for fact in &models {
        let schema = Schema::of(&document(fact, &components)).unwrap();
        let answer = read_answer(&fact.answer, None, schema.gives).unwrap();
        let end = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
        let told = |artifact: &Artifact| match &artifact.what {
            Given::Picture { url, .. } => format!("{} picture {}", artifact.role, end(url)),
            Given::File { url } => format!("{} file {}", artifact.role, end(url)),
            Given::Text(text) => format!("{} text {text}", artifact.role),
            Given::Unsafe => format!("{} unsafe", artifact.role),
        };
        assert_eq!(answer.artifacts.iter().map(told).collect::<Vec<_>>(), fact.gives, "{}", fact.id);
        let is_given = |form: &str| fact.gives.iter().any(|given| given.contains(form));
        let forms =
            [(" picture ", schema.gives.pictures), (" text ", schema.gives.texts), (" file ", schema.gives.files)];
        for (form, is_said) in forms {
            // A drawing stands where a picture is said to be.
            let is_drawing = fact.gives.iter().any(|given| given.contains(".svg"));
            assert!(is_given(form) == is_said || is_drawing, "{}: {form}: {:?}", fact.id, schema.gives);
        }
        assert_eq!(answer.seed, fact.answer.get("seed").map(|_| 7), "{}", fact.id);
        let whole: Value = serde_json::from_str(answer.whole.as_deref().unwrap()).unwrap();
        assert_eq!(whole, fact.answer, "{}", fact.id);
        let nothing = json!({ "images": [], "seed": 7, "request_id": "r" });
        assert_eq!(read_answer(&nothing, None, schema.gives), None, "{}", fact.id);
    }
}

#[test]
fn every_price_that_is_known_is_exact_or_said_to_be_learned() {
    let Facts { components, models } = facts();
    let mut known = 0;
    for fact in &models {
        let Some((usd, unit)) = &fact.price else { continue };
        let schema = Schema::of(&document(fact, &components)).unwrap();
        let model = schema.model(EndpointId::new(&fact.id).unwrap(), None).unwrap();
        let params = Params::parse(&model, fact.takes.iter().map(String::as_str)).unwrap();
        let price = |source| UnitPrice { usd: Usd::from_f64(*usd).unwrap(), unit: Unit::from_api(unit), source };
        let work = params.work(Some(Pixels::new(1000, 1000)));
        let (live, so_far) = (price(PriceSource::Live), price(PriceSource::Learned(Usd::from_nanos(7))));
        let is_exact = fact.priced == Some(PriceState::Exact);
        assert_eq!(live.estimate(work).is_some(), is_exact, "{}: {unit}", fact.id);
        assert_eq!(so_far.estimate(work) == Some(Usd::from_nanos(7)), !is_exact, "{}: {unit}", fact.id);
        assert_eq!((params.is_countable(&live), params.holds_cap(&live)), (is_exact, true), "{}: {unit}", fact.id);
        known += 1;
    }
    assert_eq!(known, 20);
}

/// The forms of all endpoints at a glance.
#[test]
fn forms() {
    let Facts { components, models } = facts();
    let mut told = BTreeMap::new();
    for fact in &models {
        let schema = Schema::of(&document(fact, &components)).unwrap();
        let fields = schema.fields.iter().map(|field| {
            let default = field.default.as_ref().map(|value| format!(" [{value}]")).unwrap_or_default();
            format!("{}{}: {}{default}", field.name, if field.required { "*" } else { "" }, field.kind)
        });
        told.insert(fact.id.clone(), (schema.gives.words(), fields.collect::<Vec<_>>()));
    }
    let lines = told.iter().map(|(id, (gives, fields))| format!("{id} → {gives}\n  {}\n", fields.join("\n  ")));
    insta::assert_snapshot!(lines.collect::<String>());
}
