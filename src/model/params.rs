//! A model's parameters as the user set them, checked before anything is sent.

mod further;
mod prompt;
mod row;

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::ParamError;
use super::field::Refused;
use super::fit::{Fit, Growth, Sizing};
pub use further::{Urls, by_content, file_urls, put_inline, put_urls};
pub use prompt::{Filling, Slot, Unfilled};

use super::near::nearest;
use super::number::seconds;
use super::{Bound, Model, ParamSpec, SizeRule, UnitPrice, Work, shown};
use crate::job::{Pixels, clean};

/// Checked parameters: every one that the model has a value for, in the model's order.
///
/// Defaults are written out, so that what is sent and paid for is what the plan showed even if the
/// model's defaults change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Params {
    values: Map<String, Value>,
    /// How large photos are sent, and come back.
    #[serde(skip)]
    sizing: Sizing,
    /// How many pictures a request makes.
    #[serde(skip)]
    pictures: u32,
    /// How long what comes out lasts, if that is said.
    #[serde(skip)]
    lasts: Option<Duration>,
    /// Whether their identity goes by their names' order, since the model's own may change.
    #[serde(skip)]
    by_name: bool,
}

impl Params {
    /// Checks `NAME=VALUE` pairs against the model; a later pair replaces an earlier one.
    ///
    /// # Errors
    /// The first pair that the model does not take.
    pub fn parse<'a>(model: &Model, pairs: impl IntoIterator<Item = &'a str>) -> Result<Self, ParamError> {
        let mut given = Map::new();
        for pair in pairs {
            let (name, text) = pair.split_once('=').ok_or_else(|| ParamError::NoPair(clean(pair).into_owned()))?;
            let (name, text) = (name.trim(), text.trim());
            let spec = spec_of(model, name)?;
            given.insert(name.to_owned(), spec.try_read(text).map_err(|no| out_of_range(model, spec, &no))?);
        }
        Self::of(model, given).fillable(model)
    }

    /// Checked values, and the defaults of all others.
    pub(super) fn of(model: &Model, mut given: Map<String, Value>) -> Self {
        let mut value_of = |spec: &ParamSpec| {
            let value = given.remove(&spec.name).or_else(|| spec.default.clone());
            // Null is what the model takes anyway: no other job than one without it.
            value.filter(|value| !(value.is_null() && spec.default.is_none()))
        };
        let values: Map<_, _> =
            model.params.iter().filter_map(|spec| Some((spec.name.clone(), value_of(spec)?))).collect();
        let growth = match &model.size {
            SizeRule::Times { by, only_if } => {
                let is_so = only_if.as_ref().is_none_or(|(name, is)| values.get(name).is_some_and(|set| set == is));
                let times = values.get(by).and_then(Value::as_f64).filter(|_| is_so);
                times.map_or(Growth::Unknown, Growth::Times)
            }
            SizeRule::Checkpoint => Growth::Checkpoint,
            SizeRule::Unknown => Growth::Unknown,
        };
        let many = |name: &String| values.get(name).and_then(Value::as_u64).and_then(|many| u32::try_from(many).ok());
        let pictures = model.counts.iter().filter_map(many).fold(1, u32::saturating_mul).max(1);
        let lasts = model.lasts.as_ref().and_then(|name| seconds(values.get(name)?));
        let sizing = Sizing { growth, fit: Fit::default() };
        Self { values, sizing, pictures, lasts, by_name: model.by_name }
    }

    /// Checks values as JSON has them.
    fn taken<'a>(model: &Model, values: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Result<Self, ParamError> {
        let mut given = Map::new();
        for (name, value) in values {
            let spec = spec_of(model, name)?;
            given.insert(name.to_owned(), spec.take(value).map_err(|no| out_of_range(model, spec, &no))?);
        }
        Ok(Self::of(model, given))
    }

    /// Reads back what [`canonical`](Self::canonical) wrote.
    ///
    /// # Errors
    /// If the model no longer takes it.
    pub fn from_canonical(model: &Model, text: &str) -> Result<Self, ParamError> {
        let mut values: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| ParamError::NoPair(text.to_owned()))?;
        let fit = Fit::taken_from(&mut values);
        Ok(Self::taken(model, values.iter().map(|(name, value)| (name.as_str(), value)))?.fitted(fit))
    }

    /// The parameters that a request was made with, read from its input. What the model does not know it
    /// ignored. `None` if it does not take one of them.
    #[must_use]
    pub fn of_input(model: &Model, input: &Map<String, Value>) -> Option<Self> {
        let known = input.iter().filter(|(name, value)| !value.is_null() && model.param(name).is_some());
        Self::taken(model, known.map(|(name, value)| (name.as_str(), value))).ok()
    }

    /// The same with one parameter set anew, or back to its default.
    ///
    /// # Errors
    /// If the model does not take it.
    pub fn with(&self, model: &Model, name: &str, value: Option<&Value>) -> Result<Self, ParamError> {
        let others = self.iter().filter(|(known, _)| *known != name);
        Self::taken(model, others.chain(value.map(|value| (name, value))))?.fitted(self.sizing.fit).fillable(model)
    }

    /// The same with some parameters set anew; one without a value is left to the model.
    ///
    /// # Errors
    /// If the model does not take one.
    pub fn changed(&self, model: &Model, changes: &[(String, Option<Value>)]) -> Result<Self, ParamError> {
        let is_changed = |name: &str| changes.iter().any(|(changed, _)| changed == name);
        let others = self.iter().filter(|(name, _)| !is_changed(name));
        let set = changes.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?)));
        Ok(Self::taken(model, others.chain(set))?.fitted(self.sizing.fit))
    }

    /// The same for photos that are reduced so before they are sent: another identity.
    #[must_use]
    pub fn fitted(self, fit: Fit) -> Self {
        Self { sizing: Sizing { fit, ..self.sizing }, ..self }
    }

    /// How large photos are sent, and come back.
    #[must_use]
    pub fn sizing(&self) -> Sizing {
        self.sizing
    }

    /// How photos are reduced before they are sent.
    #[must_use]
    pub fn fit(&self) -> Fit {
        self.sizing.fit
    }

    /// Name and value of each, in the model's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The value of a parameter, if it has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The request body for one photo (fal docs: the model input itself, no envelope).
    #[must_use]
    pub fn body(&self, model: &Model, image_url: &str) -> Value {
        let mut body = Map::new();
        body.insert(model.image.field.clone(), model.image.value(image_url));
        body.extend(self.values.clone());
        body.extend(model.pinned.iter().map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(body)
    }

    /// How results grow, as people read it: `×2`. `None` for models that do not enlarge.
    #[must_use]
    pub fn growth(&self) -> Option<String> {
        if let Growth::Times(times) = self.sizing.growth { Some(format!("×{times}")) } else { None }
    }

    /// The size that the result of a photo of this size should have, px; `None` where that cannot be known.
    #[must_use]
    pub fn output_size(&self, input: Option<Pixels>) -> Option<Pixels> {
        self.sizing.output(input)
    }

    /// What a request for a photo of this size makes.
    #[must_use]
    pub fn work(&self, input: Option<Pixels>) -> Work {
        let sent = input.map(|input| self.sizing.sent(input));
        Work {
            sent,
            is_reduced: sent != input,
            pixels: self.output_size(input),
            pictures: self.pictures,
            lasts: self.lasts,
        }
    }

    /// Whether a cap can be kept with this price for requests with these: by counting beforehand, or by what
    /// requests turn out to be billed.
    #[must_use]
    pub fn holds_cap(&self, price: &UnitPrice) -> bool {
        price.can_be_capped() && (self.is_countable(price) || self.first_bound(price).is_some())
    }

    /// Whether what a request costs at the most can be counted beforehand: where the size of results counts, it
    /// must be known.
    #[must_use]
    pub fn is_countable(&self, price: &UnitPrice) -> bool {
        price.at_most(self.work(Some(Pixels::new(1, 1)))).is_some()
    }

    /// With what a cap begins where that cannot be counted; `None` where it can, or nothing is known.
    #[must_use]
    pub fn first_bound(&self, price: &UnitPrice) -> Option<Bound> {
        price.first_bound(self.work(Some(Pixels::new(1, 1))))
    }

    /// Name and value of each.
    #[must_use]
    pub fn values(&self) -> Vec<(String, Value)> {
        self.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }

    /// Name and value of each, as people read them.
    #[must_use]
    pub fn told(&self) -> Vec<(String, String)> {
        self.iter().map(|(name, value)| (name.to_owned(), shown(value))).collect()
    }

    /// One text for equal parameters, whatever the order in which they were given: part of a job's
    /// identity.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut values: Vec<_> = self.values.iter().collect();
        if self.by_name {
            values.sort_by_key(|(name, _)| *name);
        }
        let mut values: Map<_, _> = values.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        self.sizing.fit.add_to(&mut values);
        Value::Object(values).to_string()
    }

    /// What the model does nothing without, and has no value.
    ///
    /// # Errors
    /// The first of them.
    pub fn complete(&self, model: &Model) -> Result<(), ParamError> {
        let missing = model.params.iter().find(|spec| spec.required && !self.values.contains_key(&spec.name));
        missing.map_or(Ok(()), |spec| {
            Err(ParamError::Missing {
                model: model.endpoint.to_string(),
                name: spec.name.clone(),
                takes: spec.kind.to_string(),
            })
        })
    }
}

fn spec_of<'m>(model: &'m Model, name: &str) -> Result<&'m ParamSpec, ParamError> {
    if name == model.image.field {
        return Err(ParamError::Reserved(name.to_owned()));
    }
    if let Some(value) = model.pinned.get(name) {
        return Err(ParamError::Pinned { name: name.to_owned(), value: shown(value), why: Model::WHY_PINNED });
    }
    model.param(name).ok_or_else(|| unknown(model, name))
}

fn out_of_range(model: &Model, spec: &ParamSpec, no: &Refused) -> ParamError {
    let value: String = clean(&no.found).chars().take(200).collect();
    let name = format!("{}{}", spec.name, clean(&no.at));
    ParamError::OutOfRange { model: model.endpoint.to_string(), name, value, takes: clean(&no.takes).into_owned() }
}

fn unknown(model: &Model, name: &str) -> ParamError {
    let names: Vec<_> = model.params.iter().map(|spec| spec.name.as_str()).collect();
    ParamError::Unknown {
        model: model.endpoint.to_string(),
        name: clean(name).into_owned(),
        known: names.join(", "),
        close: nearest(name, names.iter().copied()).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::job::EndpointId;
    use crate::model::ParamKind;

    fn flux() -> Model {
        Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap()
    }

    #[test]
    fn defaults_are_written_out_but_for_the_seed() {
        let params = Params::parse(&flux(), []).unwrap();
        assert_eq!(
            params.body(&flux(), "https://v3.fal.media/a.jpg"),
            json!({"image_url": "https://v3.fal.media/a.jpg", "upscale_factor": 2, "creativity": 0.3, "guidance": 1, "steps": 20, "enable_safety_checker": true})
        );
        assert_eq!(params.growth().as_deref(), Some("×2"));
        assert_eq!(params.output_size(Some(Pixels::new(3, 2))), Some(Pixels::new(6, 4)));
    }

    #[test]
    fn equal_values_are_one_identity() {
        let canonical = |pairs: &[&str]| Params::parse(&flux(), pairs.iter().copied()).unwrap().canonical();
        assert_eq!(canonical(&["upscale_factor=2.0", "steps=20"]), canonical(&["upscale_factor=2"]));
        assert_eq!(canonical(&["seed=1", "seed=2"]), canonical(&["seed=2"]));
        assert_ne!(canonical(&["seed=1"]), canonical(&[]));
        let params = Params::parse(&flux(), ["seed=1", "creativity=0.5"]).unwrap();
        assert_eq!(Params::from_canonical(&flux(), &params.canonical()), Ok(params));
    }

    #[test]
    fn edges_are_in_and_what_is_past_them_is_out() {
        for good in [
            "upscale_factor=1",
            "upscale_factor=4",
            "creativity=0",
            "creativity=1",
            "guidance=20",
            "steps=4",
            "steps=50",
            "seed=-5",
            "enable_safety_checker=false",
            " steps = 7 ",
        ] {
            assert!(Params::parse(&flux(), [good]).is_ok(), "{good}");
        }
        for bad in [
            "upscale_factor=0.99",
            "upscale_factor=4.01",
            "upscale_factor=nan",
            "upscale_factor=",
            "creativity=1.1",
            "guidance=-1",
            "steps=3",
            "steps=20.5",
            "seed=x",
            "enable_safety_checker=yes",
        ] {
            assert!(matches!(Params::parse(&flux(), [bad]), Err(ParamError::OutOfRange { .. })), "{bad}");
        }
        assert!(matches!(Params::parse(&flux(), ["image_url=x"]), Err(ParamError::Reserved(_))));
        assert!(matches!(Params::parse(&flux(), ["steps"]), Err(ParamError::NoPair(_))));
    }

    #[test]
    fn one_parameter_is_set_anew_or_given_back_its_default() {
        let params = Params::parse(&flux(), ["seed=1", "steps=30"]).unwrap();
        let other = params.with(&flux(), "creativity", Some(&json!(0.5))).unwrap();
        assert_eq!(other, Params::parse(&flux(), ["seed=1", "steps=30", "creativity=0.5"]).unwrap());
        assert_eq!(params.with(&flux(), "seed", None), Params::parse(&flux(), ["steps=30"]));
        assert!(params.with(&flux(), "steps", Some(&json!(99))).is_err());
    }

    #[test]
    fn a_name_from_another_model_is_refused_with_the_right_one() {
        let error = Params::parse(&flux(), ["scale_factor=2"]).unwrap_err();
        assert!(error.to_string().contains("did you mean `upscale_factor`?"), "{error}");
        assert!(matches!(Params::parse(&flux(), ["prompt=x"]), Err(ParamError::Unknown { close: None, .. })));
    }

    #[test]
    fn what_another_client_left_out_or_made_up_is_no_other_job() {
        let of = |input: Value| Params::of_input(&flux(), input.as_object().unwrap());
        let ours = Params::parse(&flux(), []).unwrap();
        let url = "https://v3.fal.media/files/a.jpg";
        assert_eq!(of(json!({ "image_url": url })).as_ref(), Some(&ours));
        let odd = json!({ "image_url": url, "seed": null, "prompt": "sharper", "upscale_factor": 2.0 });
        assert_eq!(of(odd).as_ref(), Some(&ours));
        assert_ne!(of(json!({ "image_url": url, "upscale_factor": 4 })).as_ref(), Some(&ours));
        assert_ne!(of(json!({ "image_url": url, "seed": 7 })).as_ref(), Some(&ours));
        assert_eq!(of(json!({ "image_url": url, "steps": "many" })), None);
    }

    #[test]
    fn texts_are_taken_as_they_are() {
        let text = ParamSpec::new("prompt", ParamKind::text());
        let model = Model { params: vec![text], size: SizeRule::Unknown, ..flux() };
        let params = Params::parse(&model, ["prompt= a \"cat\" "]).unwrap();
        assert_eq!(params.told(), [("prompt".to_owned(), "a \"cat\"".to_owned())]);
        assert_eq!(Params::from_canonical(&model, &params.canonical()), Ok(params.clone()));
        assert_eq!((params.growth(), params.output_size(Some(Pixels::new(1, 1)))), (None, None));
        assert!(params.with(&model, "prompt", Some(&json!(1))).is_err());
    }
}
