//! One parameter of a model: what it takes, and what may be typed for it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One parameter of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParamSpec {
    /// Its name in the request body.
    pub name: String,
    /// What it takes.
    pub kind: ParamKind,
    /// What the model takes when it is not given; `None` where the model picks.
    pub default: Option<Value>,
    /// What it does, in a few words.
    pub about: String,
}

/// What a parameter takes; bounds are inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ParamKind {
    /// A number in a range.
    Number {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// A whole number in a range.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// One of these texts.
    Choice(Vec<String>),
}

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { min, max } => write!(f, "a number from {min} to {max}"),
            Self::Integer { min: i64::MIN, max: i64::MAX } => f.write_str("a whole number"),
            Self::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Boolean => f.write_str("true or false"),
            Self::Text => f.write_str("a text"),
            Self::Choice(of) => write!(f, "one of {}", of.join(", ")),
        }
    }
}

impl ParamSpec {
    /// Reads what somebody typed; `None` if it is not what the parameter takes.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Value> {
        let text = text.trim();
        match &self.kind {
            ParamKind::Number { min, max } => {
                let number: f64 = text.parse().ok()?;
                // Whole numbers go out as such: a 2 and a 2.0 are the same job.
                let whole = text.parse::<i64>().ok().or_else(|| whole(number));
                (*min..=*max).contains(&number).then(|| whole.map_or_else(|| Value::from(number), Value::from))
            }
            ParamKind::Integer { min, max } => {
                text.parse().ok().filter(|number| (*min..=*max).contains(number)).map(Value::from)
            }
            ParamKind::Boolean => text.parse::<bool>().ok().map(Value::from),
            ParamKind::Text => Some(Value::from(text)),
            ParamKind::Choice(of) => of.iter().any(|one| one == text).then(|| Value::from(text)),
        }
    }

    /// A value as another program wrote it; `None` if it is not what the parameter takes.
    #[must_use]
    pub(super) fn take(&self, value: &Value) -> Option<Value> {
        match (&self.kind, value) {
            (ParamKind::Text | ParamKind::Choice(_), Value::String(text)) => self.read(text),
            (ParamKind::Text | ParamKind::Choice(_), _) => None,
            (_, value) => self.read(&value.to_string()),
        }
    }

    /// The value one step up or down, within the range; of `true` and `false`, the other one. Numbers
    /// stay on a grid of round steps. `None` where there is nothing to step from or to.
    #[must_use]
    pub fn stepped(&self, value: Option<&Value>, up: bool) -> Option<Value> {
        match &self.kind {
            ParamKind::Boolean => Some(Value::from(!value.and_then(Value::as_bool).unwrap_or_default())),
            ParamKind::Integer { min, max } => {
                let next = value?.as_i64()?.checked_add(if up { 1 } else { -1 })?;
                (*min..=*max).contains(&next).then(|| Value::from(next))
            }
            ParamKind::Number { min, max } => {
                let step = round_step(max - min);
                let steps = value?.as_f64()? / step;
                // What lies between two steps goes to the nearer one in that direction.
                let next = if up { (steps + 1e-6).floor() + 1.0 } else { (steps - 1e-6).ceil() - 1.0 } * step;
                let next = next.clamp(*min, *max);
                self.read(&format!("{next:.4}")).filter(|next| Some(next) != value)
            }
            ParamKind::Text => None,
            ParamKind::Choice(of) => {
                let Some(at) = value.and_then(Value::as_str).and_then(|text| of.iter().position(|one| one == text))
                else {
                    return of.first().map(|one| Value::from(one.as_str()));
                };
                let next = if up { at.checked_add(1) } else { at.checked_sub(1) };
                next.and_then(|next| of.get(next)).map(|one| Value::from(one.as_str()))
            }
        }
    }
}

/// A parameter's value as it is typed and read.
#[must_use]
pub fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// About a twentieth of a range: 1, 2 or 5 times a power of ten.
fn round_step(range: f64) -> f64 {
    let wanted = range / 20.0;
    let power = 10_f64.powf(wanted.log10().floor());
    [5.0, 2.0].into_iter().find(|times| times * power <= wanted * 1.001).unwrap_or(1.0) * power
}

#[expect(clippy::cast_possible_truncation, reason = "only taken where nothing is cut off")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::job::EndpointId;
    use crate::model::Model;

    #[test]
    fn values_are_stepped_on_a_round_grid_within_their_range() {
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let spec = |name: &str| model.param(name).unwrap();
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
    fn a_choice_is_one_of_its_texts() {
        let of = ["png", "jpeg"].map(str::to_owned).to_vec();
        let spec =
            ParamSpec { name: "format".to_owned(), kind: ParamKind::Choice(of), default: None, about: String::new() };
        assert_eq!((spec.read(" png "), spec.read("gif")), (Some(json!("png")), None));
        assert_eq!((spec.take(&json!("jpeg")), spec.take(&json!(1))), (Some(json!("jpeg")), None));
        assert_eq!(spec.stepped(None, true), Some(json!("png")));
        assert_eq!(spec.stepped(Some(&json!("png")), true), Some(json!("jpeg")));
        assert_eq!(spec.stepped(Some(&json!("png")), false), None);
        assert_eq!(spec.kind.to_string(), "one of png, jpeg");
    }
}
