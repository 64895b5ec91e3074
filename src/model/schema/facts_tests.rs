//! Facts on 54 endpoints: each gives the form that is listed, takes a valid set and refuses an invalid one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::*;
use crate::job::EndpointId;
use crate::model::{ParamError, Params};

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
