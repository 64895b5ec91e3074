//! A model's parameters as the user set them, checked before anything is sent.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Model, ParamKind, ParamSpec};
use crate::job::{Pixels, clean};

/// Checked parameters: every one that the model has a value for, in the model's order.
///
/// Defaults are written out, so that what is sent and paid for is what the plan showed even if the
/// model's defaults change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Params {
    values: Map<String, Value>,
    #[serde(skip)]
    factor: Option<f64>,
}

/// A parameter that the model does not have or does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// No such parameter. Models ignore unknown ones silently, which would be paid for.
    #[error("{model} has no parameter `{name}`{}\nhint: it has {known}", did_you_mean(.close.as_deref()))]
    Unknown {
        /// The model.
        model: String,
        /// What was given.
        name: String,
        /// All that it has.
        known: String,
        /// The one that looks most like it.
        close: Option<String>,
    },
    /// Not what the parameter takes.
    #[error("`{name}` cannot be `{value}`: {model} takes {takes}")]
    OutOfRange {
        /// The model.
        model: String,
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// What it takes.
        takes: String,
    },
    /// The field that we fill in ourselves.
    #[error("`{0}` is set for each photo by fal-tui and cannot be given")]
    Reserved(String),
    /// Not of the form NAME=VALUE.
    #[error("`{0}` is no NAME=VALUE, as in `-p upscale_factor=4`")]
    NoPair(String),
}

fn did_you_mean(close: Option<&str>) -> String {
    close.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
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
            if name == model.image_field {
                return Err(ParamError::Reserved(name.to_owned()));
            }
            let spec = model.params.iter().find(|spec| spec.name == name).ok_or_else(|| unknown(model, name))?;
            let value = read(&spec.kind, text).ok_or_else(|| ParamError::OutOfRange {
                model: model.endpoint.to_string(),
                name: name.to_owned(),
                value: clean(text).into_owned(),
                takes: spec.kind.to_string(),
            })?;
            given.insert(name.to_owned(), value);
        }
        let value_of = |spec: &ParamSpec| given.get(&spec.name).cloned().or_else(|| spec.default.clone());
        let values: Map<_, _> =
            model.params.iter().filter_map(|spec| Some((spec.name.clone(), value_of(spec)?))).collect();
        let factor = model.factor_param.as_ref().and_then(|name| values.get(name)).and_then(Value::as_f64);
        Ok(Self { values, factor })
    }

    /// Reads back what [`canonical`](Self::canonical) wrote.
    ///
    /// # Errors
    /// If the model no longer takes it.
    pub fn from_canonical(model: &Model, text: &str) -> Result<Self, ParamError> {
        let values: Map<String, Value> = serde_json::from_str(text).map_err(|_| ParamError::NoPair(text.to_owned()))?;
        let pairs: Vec<_> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self::parse(model, pairs.iter().map(String::as_str))
    }

    /// The same with one parameter set anew, or back to its default.
    ///
    /// # Errors
    /// If the model does not take it.
    pub fn with(&self, model: &Model, name: &str, value: Option<&Value>) -> Result<Self, ParamError> {
        let others = self.iter().filter(|(known, _)| *known != name);
        let pairs: Vec<_> = others.chain(value.map(|value| (name, value))).map(|(n, v)| format!("{n}={v}")).collect();
        Self::parse(model, pairs.iter().map(String::as_str))
    }

    /// Name and value of each, in the model's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The request body for one photo (fal docs: the model input itself, no envelope).
    #[must_use]
    pub fn body(&self, model: &Model, image_url: &str) -> Value {
        let mut body = Map::new();
        body.insert(model.image_field.clone(), Value::from(image_url));
        body.extend(self.values.clone());
        Value::Object(body)
    }

    /// How much each side grows; 1 for models that do not enlarge.
    #[must_use]
    pub fn factor(&self) -> f64 {
        self.factor.unwrap_or(1.0)
    }

    /// The size that the result should have, px.
    #[must_use]
    pub fn output_size(&self, input: Pixels) -> Pixels {
        input.scaled(self.factor())
    }

    /// One text for equal parameters, whatever the order in which they were given: part of a job's
    /// identity.
    #[must_use]
    pub fn canonical(&self) -> String {
        Value::Object(self.values.clone()).to_string()
    }
}

impl ParamSpec {
    /// Reads what somebody typed; `None` if it is not what the parameter takes.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Value> {
        read(&self.kind, text.trim())
    }

    /// The value one step up or down, within the range; of `true` and `false`, the other one. Numbers
    /// stay on a grid of round steps. `None` where there is nothing to step from or to.
    #[must_use]
    pub fn stepped(&self, value: Option<&Value>, up: bool) -> Option<Value> {
        match self.kind {
            ParamKind::Boolean => Some(Value::from(!value.and_then(Value::as_bool).unwrap_or_default())),
            ParamKind::Integer { min, max } => {
                let next = value?.as_i64()?.checked_add(if up { 1 } else { -1 })?;
                (min..=max).contains(&next).then(|| Value::from(next))
            }
            ParamKind::Number { min, max } => {
                let step = round_step(max - min);
                let steps = value?.as_f64()? / step;
                // What lies between two steps goes to the nearer one in that direction.
                let next = if up { (steps + 1e-6).floor() + 1.0 } else { (steps - 1e-6).ceil() - 1.0 } * step;
                let next = next.clamp(min, max);
                self.read(&format!("{next:.4}")).filter(|next| Some(next) != value)
            }
        }
    }
}

/// About a twentieth of a range: 1, 2 or 5 times a power of ten.
fn round_step(range: f64) -> f64 {
    let wanted = range / 20.0;
    let power = 10_f64.powf(wanted.log10().floor());
    [5.0, 2.0].into_iter().find(|times| times * power <= wanted * 1.001).unwrap_or(1.0) * power
}

fn read(kind: &ParamKind, text: &str) -> Option<Value> {
    match *kind {
        ParamKind::Number { min, max } => {
            let number: f64 = text.parse().ok()?;
            // Whole numbers go out as such: a 2 and a 2.0 are the same job.
            let whole = text.parse::<i64>().ok().or_else(|| whole(number));
            (min..=max).contains(&number).then(|| whole.map_or_else(|| Value::from(number), Value::from))
        }
        ParamKind::Integer { min, max } => {
            text.parse().ok().filter(|number| (min..=max).contains(number)).map(Value::from)
        }
        ParamKind::Boolean => text.parse::<bool>().ok().map(Value::from),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only taken where nothing is cut off")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

fn unknown(model: &Model, name: &str) -> ParamError {
    let names: Vec<_> = model.params.iter().map(|spec| spec.name.as_str()).collect();
    let shared = |known: &&&str| known.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
    let parts = |known: &&&str| known.split('_').filter(|part| part.len() > 2 && name.contains(part)).count();
    let close = names
        .iter()
        .filter(|known| shared(known) >= 3 || parts(known) > 0)
        .max_by_key(|known| (parts(known), shared(known)));
    ParamError::Unknown {
        model: model.endpoint.to_string(),
        name: clean(name).into_owned(),
        known: names.join(", "),
        close: close.map(|&name| name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::job::EndpointId;

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
        assert!((params.factor() - 2.0).abs() < f64::EPSILON);
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
    fn values_are_stepped_on_a_round_grid_within_their_range() {
        let model = flux();
        let spec = |name: &str| model.params.iter().find(|spec| spec.name == name).unwrap();
        let step = |name: &str, value: Value, up| spec(name).stepped(Some(&value), up);
        assert_eq!(step("upscale_factor", json!(2), true), Some(json!(2.1)));
        assert_eq!(step("upscale_factor", json!(2.55), false), Some(json!(2.5)));
        assert_eq!(step("upscale_factor", json!(4), true), None);
        assert_eq!(step("upscale_factor", json!(1.1), false), Some(json!(1)));
        assert_eq!(step("creativity", json!(0.3), true), Some(json!(0.35)));
        assert_eq!(step("guidance", json!(1), true), Some(json!(2)));
        assert_eq!(step("steps", json!(50), true), None);
        assert_eq!(step("steps", json!(20), false), Some(json!(19)));
        assert_eq!(step("enable_safety_checker", json!(true), true), Some(json!(false)));
        assert_eq!(spec("seed").stepped(None, true), None);
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
}
