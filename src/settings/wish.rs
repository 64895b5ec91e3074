//! The model that is wished for, as it was given. Its schema decides what of it holds, and is not at hand yet.

use std::ffi::OsStr;

use super::error::SettingsError;
use super::layers::{Given, Layers, Source};
use super::{names, values};
use crate::cli::WhatFlags;
use crate::job::EndpointId;
use crate::model::{Model, ParamError, Params};

/// A model and its parameters, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelWish {
    /// Where it is called.
    pub endpoint: EndpointId,
    /// The field that takes the photo, if it was named.
    pub image_field: Option<String>,
    /// What was given as parameters, the least important source first.
    params: Vec<Pair>,
}

/// A parameter as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    /// `NAME=VALUE`.
    pair: String,
    /// The same in its source's own spelling.
    told: String,
}

impl ModelWish {
    /// Checks the parameters against the model; of one that several sources give, the most important
    /// source's value holds.
    ///
    /// # Errors
    /// The first that the model does not take, by its source's name.
    pub fn params_of(&self, model: &Model) -> Result<Params, SettingsError> {
        for Pair { pair, told } in &self.params {
            Params::parse(model, [pair.as_str()])
                .map_err(|error| SettingsError::Value { given: told.clone(), problem: error.to_string() })?;
        }
        self.parse(model)
            .map_err(|error| SettingsError::Value { given: "`--param`".to_owned(), problem: error.to_string() })
    }

    /// The same without a word on where they came from.
    ///
    /// # Errors
    /// If the model does not take one.
    pub fn parse(&self, model: &Model) -> Result<Params, ParamError> {
        Params::parse(model, self.params.iter().map(|given| given.pair.as_str()))
    }
}

/// Reads the wish. What the config file says of parameters is for the model that it names, or the default
/// one: another model has others.
pub(super) fn model(l: &mut Layers<'_>, what: &WhatFlags) -> Result<ModelWish, SettingsError> {
    let read = |text: &OsStr| EndpointId::new(&values::text(text)?).map_err(|error| error.to_string());
    let endpoint = l.with_default(names::MODEL, what.model.as_ref(), Model::DEFAULT, read)?;
    let of_file =
        l.of_file(names::MODEL).map_or_else(|| Model::DEFAULT.into(), |text| text.to_string_lossy().into_owned());
    let image_field =
        l.optional(names::IMAGE_FIELD, what.image_field.as_ref(), "found from the model's schema", values::text)?;
    let is_meant = |given: &Given| !matches!(given.source, Source::File { .. }) || of_file.trim() == endpoint.as_str();
    let mut params = Vec::new();
    let mut sources: Vec<(String, String, Source)> = Vec::new();
    for given in l.every(names::PARAM, &what.param).into_iter().filter(is_meant) {
        let pair = given.text.to_string_lossy().into_owned();
        let Some((name, value)) = pair.split_once('=') else {
            let problem = ParamError::NoPair(crate::job::clean(&pair).into_owned());
            return Err(l.refuse(names::PARAM, &given, problem.to_string()));
        };
        let name = name.trim();
        sources.retain(|(known, ..)| known != name);
        sources.push((name.to_owned(), value.trim().to_owned(), given.source));
        params.push(Pair { told: l.told(names::PARAM, &given), pair });
    }
    // Of a model that is known without asking, what is not given is known, too.
    for (name, value) in Model::built_in(&endpoint)
        .iter()
        .flat_map(|model| &model.params)
        .filter_map(|spec| Some((&spec.name, spec.default.as_ref()?)))
    {
        match sources.iter().position(|(given, ..)| given == name) {
            Some(at) => {
                let (name, value, source) = sources.remove(at);
                l.note(&format!("param {name}"), &value, source);
            }
            None => l.note(&format!("param {name}"), &value.to_string(), Source::Default),
        }
    }
    for (name, value, source) in sources {
        l.note(&format!("param {name}"), &value, source);
    }
    Ok(ModelWish { endpoint, image_field, params })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(pairs: &[&str]) -> ModelWish {
        let pair = |pair: &&str| Pair { pair: (*pair).to_owned(), told: format!("`--param {pair}`") };
        let endpoint = EndpointId::new(Model::DEFAULT).unwrap();
        ModelWish { endpoint, image_field: None, params: pairs.iter().map(pair).collect() }
    }

    #[test]
    fn a_parameter_is_refused_by_its_sources_name() {
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let refused = |pairs: &[&str]| wish(pairs).params_of(&model).unwrap_err().to_string();
        assert_eq!(
            refused(&["steps=99"]),
            "`--param steps=99`: `steps` cannot be `99`: fal-ai/flux-vision-upscaler takes a whole number from 4 to 50"
        );
        let close = refused(&["steps=9", "scale_factor=2"]);
        assert!(
            close.starts_with("`--param scale_factor=2`: ") && close.contains("did you mean `upscale_factor`?"),
            "{close}"
        );
        assert_eq!(wish(&["steps=9", "steps=10"]).params_of(&model).unwrap().get("steps"), Some(&10.into()));
    }
}
