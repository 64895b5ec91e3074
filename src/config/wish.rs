//! The model that is wished for, as it was given. Its schema decides what of it holds, and is not at hand yet.

use std::ffi::OsStr;

use super::error::SettingsError;
use super::layers::{Given, Layers, Source};
use super::{names, values};
use crate::cli::WhatFlags;
use crate::job::{EndpointId, Pixels};
use crate::model::{Fit, Model, ParamError, Params};

/// The longest text that is read from a file, bytes.
const LONGEST: u64 = 256 << 10;

/// A model and its parameters, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelWish {
    /// Where it is called.
    pub endpoint: EndpointId,
    /// The field that takes the photo, if it was named.
    pub image_field: Option<String>,
    /// How giants are reduced before they are sent.
    pub fit: Fit,
    /// Whether the previews in camera raw are sent.
    pub raw: bool,
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
        let params = self
            .parse(model)
            .map_err(|error| SettingsError::Value { given: "`--param`".to_owned(), problem: error.to_string() })?;
        if self.fit.max_output_mp.is_some() && params.output_size(Some(Pixels::new(1, 1))).is_none() {
            let problem = format!(
                "cannot be kept: how large results of {} are is not known before they are there; --fit-long-edge can",
                model.endpoint
            );
            return Err(SettingsError::Value { given: "`--max-output-mp`".to_owned(), problem });
        }
        Ok(params)
    }

    /// The same without a word on where they came from.
    ///
    /// # Errors
    /// If the model does not take one.
    pub fn parse(&self, model: &Model) -> Result<Params, ParamError> {
        Ok(Params::parse(model, self.params.iter().map(|given| given.pair.as_str()))?.fitted(self.fit))
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
        let pair =
            with_file(&given.text.to_string_lossy()).map_err(|problem| l.refuse(names::PARAM, &given, problem))?;
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
    let raw = l.with_default(names::RAW, what.raw.as_ref(), "preview", values::raw)?;
    let max_output_mp = l.optional(names::MAX_OUTPUT_MP, what.max_output_mp.as_ref(), "none", values::megapixels)?;
    let long_edge = l.optional(names::FIT_LONG_EDGE, what.fit_long_edge.as_ref(), "none", values::whole(1..=65_535))?;
    let fit = Fit { long_edge, max_output_mp };
    Ok(ModelWish { endpoint, image_field, fit, raw, params })
}

/// `NAME=@FILE` with what the file says; `NAME=@@…` is a text that begins with an `@`.
fn with_file(pair: &str) -> Result<String, String> {
    let Some((name, value)) = pair.split_once('=') else { return Ok(pair.to_owned()) };
    let value = value.trim();
    if let Some(text) = value.strip_prefix("@@") {
        return Ok(format!("{name}=@{text}"));
    }
    let Some(path) = value.strip_prefix('@') else { return Ok(pair.to_owned()) };
    let length = std::fs::metadata(path).map_err(|error| format!("the file cannot be read: {error}"))?.len();
    if length > LONGEST {
        return Err(format!("the file has more than {} KiB, which is no text for a model", LONGEST >> 10));
    }
    let text = std::fs::read(path).map_err(|error| format!("the file cannot be read: {error}"))?;
    let text =
        String::from_utf8(text).map_err(|_| "the file is no text; a model gets other files by their URL".to_owned())?;
    Ok(format!("{name}={}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(pairs: &[&str]) -> ModelWish {
        let pair = |pair: &&str| Pair { pair: (*pair).to_owned(), told: format!("`--param {pair}`") };
        let endpoint = EndpointId::new(Model::DEFAULT).unwrap();
        ModelWish {
            endpoint,
            image_field: None,
            fit: Fit::default(),
            raw: true,
            params: pairs.iter().map(pair).collect(),
        }
    }

    #[test]
    fn a_text_may_stand_in_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let (text, bytes) = (dir.path().join("prompt.txt"), dir.path().join("mask.png"));
        std::fs::write(&text, "make it blue,\nplease\n").unwrap();
        std::fs::write(&bytes, b"\x89PNG\xff").unwrap();
        let read = |path: &std::path::Path| with_file(&format!("prompt=@{}", path.display()));
        assert_eq!(read(&text).as_deref(), Ok("prompt=make it blue,\nplease"));
        assert!(read(&bytes).unwrap_err().starts_with("the file is no text"));
        assert!(read(&dir.path().join("none")).unwrap_err().starts_with("the file cannot be read"));
        assert_eq!(with_file("prompt=@@home").as_deref(), Ok("prompt=@home"));
        assert_eq!(with_file("steps=4").as_deref(), Ok("steps=4"));
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
