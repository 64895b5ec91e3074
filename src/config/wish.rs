//! The model that is wished for, as it was given. Its schema decides what of it holds, and is not at hand yet.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use super::error::SettingsError;
use super::layers::{Given, Layers, Source};
use super::{names, values};
use crate::cli::WhatFlags;
use crate::intake::{FurtherFault, further};
use crate::job::{EndpointId, FurtherFile, Pixels};
use crate::model::{Fit, Model, ParamError, Params, file_mark};

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
    /// Its name.
    name: String,
    /// What was given for it.
    value: Value,
    /// The same in its source's own spelling.
    told: String,
    /// Whether it was said for this run, by a flag or the environment.
    is_typed: bool,
}

/// What is given for a parameter. Of a file only the model says whether its text is meant or the file itself.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    /// The value as it is typed.
    Text(String),
    /// A file, by its text and as a picture: each, or why it is none.
    File {
        /// Its path as it was given.
        path: String,
        /// What it says.
        text: Result<String, String>,
        /// What it shows.
        picture: Result<FurtherFile, String>,
    },
}

impl Pair {
    /// `NAME=VALUE` as the model takes it.
    fn of(&self, model: &Model) -> Result<String, SettingsError> {
        let value = match &self.value {
            Value::Text(text) => Ok(text.clone()),
            Value::File { text, picture, .. } => match model.param(&self.name) {
                Some(spec) if spec.takes_file() => picture.clone().map(|file| file_mark(&file.content)),
                // That it has no such parameter says more than what is wrong with the file.
                None => Ok(String::new()),
                // What a file says can be any value.
                _ => text.clone(),
            },
        };
        let refused = |problem| SettingsError::Value { given: self.told.clone(), problem };
        Ok(format!("{}={}", self.name, value.map_err(refused)?))
    }
}

impl ModelWish {
    /// The pictures among the files that were given: one may go along with every photo.
    #[must_use]
    pub fn files(&self) -> Vec<FurtherFile> {
        let file = |pair: &Pair| match &pair.value {
            Value::File { picture: Ok(file), .. } => Some(file.clone()),
            _ => None,
        };
        self.params.iter().filter_map(file).collect()
    }

    /// The names of the parameters that were said for this run, by a flag or the environment.
    #[must_use]
    pub fn typed(&self) -> BTreeSet<String> {
        self.params.iter().filter(|pair| pair.is_typed).map(|pair| pair.name.clone()).collect()
    }

    /// Checks the parameters against the model; of one that several sources give, the most important
    /// source's value holds.
    ///
    /// # Errors
    /// The first that the model does not take, by its source's name.
    pub fn params_of(&self, model: &Model) -> Result<Params, SettingsError> {
        for given in &self.params {
            Params::parse(model, [given.of(model)?.as_str()])
                .map_err(|error| SettingsError::Value { given: given.told.clone(), problem: error.to_string() })?;
        }
        let params = self.parse(model)?;
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
    pub fn parse(&self, model: &Model) -> Result<Params, SettingsError> {
        let pairs = self.params.iter().map(|given| given.of(model)).collect::<Result<Vec<_>, _>>()?;
        let params = Params::parse(model, pairs.iter().map(String::as_str));
        let params = params
            .map_err(|error| SettingsError::Value { given: "`--param`".to_owned(), problem: error.to_string() })?;
        Ok(params.fitted(self.fit))
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
        let pair = given.text.to_string_lossy();
        let Some((name, value)) = pair.split_once('=') else {
            let problem = ParamError::NoPair(crate::job::clean(&pair).into_owned());
            return Err(l.refuse(names::PARAM, &given, problem.to_string()));
        };
        let name = name.trim();
        let value = value_of(value.trim()).map_err(|problem| l.refuse(names::PARAM, &given, problem))?;
        sources.retain(|(known, ..)| known != name);
        let shown = match &value {
            Value::Text(text) | Value::File { text: Ok(text), .. } => text.clone(),
            Value::File { path, .. } => format!("@{path}"),
        };
        sources.push((name.to_owned(), shown, given.source));
        let is_typed = !matches!(given.source, Source::File { .. });
        params.push(Pair { told: l.told(names::PARAM, &given), name: name.to_owned(), value, is_typed });
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

/// What is typed for a parameter: `@FILE` is a file, `@@…` a text that begins with an `@`.
fn value_of(typed: &str) -> Result<Value, String> {
    if let Some(text) = typed.strip_prefix("@@") {
        return Ok(Value::Text(format!("@{text}")));
    }
    let Some(path) = typed.strip_prefix('@') else { return Ok(Value::Text(typed.to_owned())) };
    let picture = match further(Path::new(path)) {
        Err(fault) if fault.is_unreadable() => {
            return Err(if matches!(fault, FurtherFault::NoFile) {
                "it is no file".to_owned()
            } else {
                format!("the file {fault}")
            });
        }
        picture => picture.map_err(|fault| format!("the file cannot go along with photos: {fault}")),
    };
    let text = text_of(Path::new(path));
    Ok(Value::File { path: path.to_owned(), text, picture })
}

/// The text of a file.
fn text_of(path: &Path) -> Result<String, String> {
    let unreadable = |error| format!("the file cannot be read: {error}");
    if std::fs::metadata(path).map_err(unreadable)?.len() > LONGEST {
        return Err(format!("the file has more than {} KiB, which is no text for a model", LONGEST >> 10));
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    let text =
        String::from_utf8(text).map_err(|_| "the file is no text, and this parameter takes no file".to_owned())?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(pairs: &[&str]) -> ModelWish {
        let pair = |pair: &&str| {
            let (name, value) = pair.split_once('=').unwrap();
            let (name, told) = (name.to_owned(), format!("`--param {pair}`"));
            Pair { name, value: value_of(value).unwrap(), told, is_typed: true }
        };
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
        let read = |path: &Path| value_of(&format!("@{}", path.display()));
        let Ok(Value::File { text: Ok(said), .. }) = read(&text) else { panic!("no text") };
        assert_eq!(said, "make it blue,\nplease");
        let Ok(Value::File { text: Err(no_text), picture: Err(no_picture), .. }) = read(&bytes) else {
            panic!("one of them")
        };
        assert!(no_text.starts_with("the file is no text"), "{no_text}");
        assert_eq!(no_picture, "the file cannot go along with photos: not a picture that is known");
        assert!(read(&dir.path().join("none")).unwrap_err().starts_with("the file cannot be read"));
        assert_eq!(read(dir.path()).unwrap_err(), "it is no file");
        assert_eq!(value_of("@@home"), Ok(Value::Text("@home".to_owned())));
        assert_eq!(value_of("4"), Ok(Value::Text("4".to_owned())));
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
