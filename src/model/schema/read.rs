//! Reads a document, and makes a model of it.

use serde_json::{Map, Value};

use super::resolve::Document;
use super::{Gives, LONGEST, SchemaError, Unfit, fields, input, picture, size};
use crate::job::EndpointId;
use crate::model::{Model, ParamSpec};

/// What a result would come in, see [`Model::WHY_PINNED`].
const PINNED: &str = "sync_mode";

/// Parameters that say how many pictures a request makes (fal: model pages).
const COUNTS: [&str; 4] = ["num_images", "num_samples", "num_outputs", "max_images"];

/// The parameter that says how many seconds what comes out lasts (fal: model pages).
const LASTS: [&str; 2] = ["duration", "duration_seconds"];

/// What a schema says of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// All that it takes, in the order of its page.
    pub fields: Vec<ParamSpec>,
    /// What it gives.
    pub gives: Gives,
}

impl Schema {
    /// Reads a document.
    ///
    /// # Errors
    /// If it is too long, no JSON, or says nothing of what the model takes.
    pub fn read(document: &[u8]) -> Result<Self, SchemaError> {
        if document.len() > LONGEST {
            return Err(SchemaError::TooLong);
        }
        let document: Value =
            serde_json::from_slice(document).map_err(|error| SchemaError::NotJson(error.to_string()))?;
        Self::of(&document)
    }

    /// Reads a document that was read as JSON.
    ///
    /// # Errors
    /// If it says nothing of what the model takes.
    pub fn of(document: &Value) -> Result<Self, SchemaError> {
        if let Value::String(text) = document {
            // It came so, and may not be JSON at all.
            let document: Value =
                serde_json::from_str(text).map_err(|error| SchemaError::NotJson(error.to_string()))?;
            return if document.is_string() { Err(SchemaError::NoInput) } else { Self::of(&document) };
        }
        let document = Document::new(document);
        let input = document.flat(input::input(&document)?)?;
        let gives = match input::output(&document) {
            Some(output) => Gives::read(&document, &document.flat(output)?)?,
            None => Gives { pictures: true, files: true, texts: true },
        };
        let fields = fields::fields(&document, &input, 0)?;
        Ok(Self { fields, gives })
    }

    /// The model that it describes; `image_field` names the one that takes the photo, where that is not
    /// clear.
    ///
    /// # Errors
    /// If it cannot be run on photos.
    pub fn model(self, endpoint: EndpointId, image_field: Option<&str>) -> Result<Model, Unfit> {
        if !self.gives.anything() {
            return Err(Unfit::GivesNothing { model: endpoint });
        }
        let image = picture::picture_field(&endpoint, &self.fields, image_field)?;
        let is_pinned = |spec: &&ParamSpec| spec.name == PINNED;
        let pinned: Map<_, _> =
            self.fields.iter().filter(is_pinned).map(|spec| (spec.name.clone(), Value::Bool(false))).collect();
        let params: Vec<_> =
            self.fields.into_iter().filter(|spec| spec.name != image.field && spec.name != PINNED).collect();
        let gives = self.gives;
        let size = size::rule(&endpoint, &params, gives);
        let is_count = |spec: &&ParamSpec| COUNTS.contains(&spec.name.as_str());
        let counts = params.iter().filter(is_count).map(|spec| spec.name.clone()).collect();
        let lasts = params.iter().find(|spec| LASTS.contains(&spec.name.as_str())).map(|spec| spec.name.clone());
        let seed = params.iter().find(|spec| spec.name == "seed").map(|spec| spec.name.clone());
        let others = params.iter().filter(|spec| Some(&spec.name) != seed.as_ref());
        let redo = seed.iter().cloned().chain(others.map(|spec| spec.name.clone())).collect();
        let (by_name, list_price) = (true, None);
        let model =
            Model { endpoint, image, params, size, counts, lasts, gives, pinned, by_name, redo, seed, list_price };
        Ok(match Model::built_in(&model.endpoint) {
            Some(profile) => model.within(profile),
            None => model,
        })
    }
}

impl Model {
    /// A model that this version knows, as its schema has it now: ranges, defaults and fields are the
    /// schema's, order and words the profile's.
    fn within(self, profile: Self) -> Self {
        let known = |name: &str| profile.params.iter().position(|spec| spec.name == name);
        let mut params = self.params;
        params.sort_by_key(|spec| known(&spec.name).unwrap_or(usize::MAX));
        for spec in &mut params {
            if let Some(words) = known(&spec.name).and_then(|at| profile.params.get(at)) {
                spec.about.clone_from(&words.about);
            }
        }
        Self {
            params,
            image: self.image,
            counts: self.counts,
            lasts: self.lasts,
            gives: self.gives,
            pinned: self.pinned,
            by_name: profile.by_name,
            size: profile.size,
            redo: profile.redo,
            seed: profile.seed,
            list_price: profile.list_price,
            endpoint: profile.endpoint,
        }
    }
}
