//! Checks a request's input against its model, and says no the way fal's models do: as Pydantic
//! would, with fal's own types for ranges (fal docs: errors).

use serde_json::{Map, Number, Value, json};

use super::{Field, Kind, Model};
use crate::fal::wire::ErrorDetail;

/// An input that its model takes, defaults filled in.
#[derive(Debug)]
pub(crate) struct Checked(Map<String, Value>);

impl Checked {
    /// A text or URL.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A yes.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    /// A whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }
}

/// Checks an input. Fields that the model does not have are ignored, as fal does.
///
/// # Errors
/// Everything that is wrong with it, in the order of the model's fields.
pub(crate) fn check(model: &Model, input: &Map<String, Value>) -> Result<Checked, Vec<ErrorDetail>> {
    let mut taken = Map::new();
    let mut wrong = Vec::new();
    for field in model.fields {
        match value(field, input) {
            Ok(value) => {
                taken.insert(field.name.to_owned(), value);
            }
            Err(detail) => wrong.push(*detail),
        }
    }
    if wrong.is_empty() { Ok(Checked(taken)) } else { Err(wrong) }
}

fn value(field: &Field, input: &Map<String, Value>) -> Result<Value, Box<ErrorDetail>> {
    let given = input.get(field.name);
    let no = |kind, msg: &str, ctx| Box::new(detail(field.name, kind, msg, ctx, given));
    match (&field.kind, given) {
        (Kind::ImageUrl | Kind::FileUrl | Kind::ImageUrls | Kind::Prompt { .. }, None) => Err(Box::new(ErrorDetail {
            input: Some(Value::Object(input.clone())),
            ..detail(field.name, "missing", "Field required", None, None)
        })),
        (Kind::Number { default, .. }, None) => Ok(json!(default)),
        (Kind::Integer { default, .. }, None) => Ok(json!(default)),
        (Kind::Boolean { default }, None) => Ok(json!(default)),
        (Kind::Text { default }, None) => Ok(json!(default)),
        (Kind::Choice(choices), None) => Ok(json!(choices.first())),
        (Kind::Seed, None | Some(Value::Null)) => Ok(json!(fastrand::u32(..))),
        (Kind::ImageUrl | Kind::FileUrl | Kind::Text { .. }, Some(text)) => match text {
            Value::String(_) => Ok(text.clone()),
            _ => Err(no("string_type", "Input should be a valid string", None)),
        },
        (Kind::Prompt { min }, Some(text)) => match text {
            Value::String(said) if said.chars().count() >= *min => Ok(text.clone()),
            Value::String(_) => {
                let msg = format!("String should have at least {min} characters");
                Err(no("string_too_short", &msg, Some(json!({ "min_length": min }))))
            }
            _ => Err(no("string_type", "Input should be a valid string", None)),
        },
        (Kind::ImageUrls, Some(list)) => match list.as_array() {
            Some(urls) if urls.is_empty() => {
                Err(no("sequence_too_short", "List should have at least 1 item", Some(json!({ "min_length": 1 }))))
            }
            Some(urls) if urls.iter().all(Value::is_string) => Ok(list.clone()),
            Some(_) => Err(no("string_type", "Input should be a valid string", None)),
            None => Err(no("list_type", "Input should be a valid list", None)),
        },
        (Kind::Number { min, max, .. }, Some(given)) => {
            let number = match given {
                Value::Number(number) => number.as_f64(),
                Value::String(text) => {
                    Some(text.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| {
                        no("float_parsing", "Input should be a valid number, unable to parse string as a number", None)
                    })?)
                }
                Value::Bool(yes) => Some(f64::from(u8::from(*yes))),
                _ => None,
            };
            let number = number.ok_or_else(|| no("float_type", "Input should be a valid number", None))?;
            within(field, given, number < *min, number > *max, &json!(min), &json!(max)).map(|()| json!(number))
        }
        (Kind::Integer { min, max, .. }, Some(given)) => {
            let number = whole(given).map_err(|(kind, msg)| no(kind, msg, None))?;
            within(field, given, number < *min, number > *max, &json!(min), &json!(max)).map(|()| json!(number))
        }
        (Kind::Seed, Some(given)) => {
            whole(given).map(|number| json!(number)).map_err(|(kind, msg)| no(kind, msg, None))
        }
        (Kind::Boolean { .. }, Some(given)) => match given {
            Value::Bool(_) => Ok(given.clone()),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" | "t" | "y" => Ok(json!(true)),
                "false" | "0" | "no" | "off" | "f" | "n" => Ok(json!(false)),
                _ => Err(no("bool_parsing", "Input should be a valid boolean, unable to interpret input", None)),
            },
            Value::Number(number) if number.as_i64() == Some(0) => Ok(json!(false)),
            Value::Number(number) if number.as_i64() == Some(1) => Ok(json!(true)),
            _ => Err(no("bool_type", "Input should be a valid boolean", None)),
        },
        (Kind::Choice(choices), Some(given)) => {
            if given.as_str().is_some_and(|text| choices.contains(&text)) {
                return Ok(given.clone());
            }
            Err(no(
                "one_of",
                &format!("Input should be one of {}", json!(choices)),
                Some(json!({ "expected": choices })),
            ))
        }
    }
}

fn whole(given: &Value) -> Result<i64, (&'static str, &'static str)> {
    let exact = |number: &Number| {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
        let from_float = |float: f64| (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64);
        number.as_i64().or_else(|| number.as_f64().and_then(from_float))
    };
    match given {
        Value::Number(number) => exact(number)
            .ok_or(("int_from_float", "Input should be a valid integer, got a number with a fractional part")),
        Value::String(text) => text
            .trim()
            .parse()
            .map_err(|_| ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")),
        _ => Err(("int_type", "Input should be a valid integer")),
    }
}

fn within(
    field: &Field,
    given: &Value,
    below: bool,
    above: bool,
    min: &Value,
    max: &Value,
) -> Result<(), Box<ErrorDetail>> {
    let no = |kind, msg: String, ctx| Err(Box::new(detail(field.name, kind, &msg, Some(ctx), Some(given))));
    if below {
        let msg = format!("Input should be greater than or equal to {min}");
        return no("greater_than_equal", msg, json!({ "ge": min }));
    }
    if above {
        return no("less_than_equal", format!("Input should be less than or equal to {max}"), json!({ "le": max }));
    }
    Ok(())
}

/// One entry of a `detail` list.
pub(crate) fn detail(field: &str, kind: &str, msg: &str, ctx: Option<Value>, input: Option<&Value>) -> ErrorDetail {
    let ctx = match ctx {
        Some(Value::Object(ctx)) => Some(ctx),
        _ => None,
    };
    ErrorDetail {
        loc: vec![json!("body"), json!(field)],
        msg: msg.to_owned(),
        kind: kind.to_owned(),
        url: Some(format!("https://docs.fal.ai/errors/#{kind}")),
        ctx,
        input: input.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(input: &Value) -> Vec<(String, String)> {
        let model = Model::find("fal-ai/flux-vision-upscaler").unwrap();
        let wrong = check(model, input.as_object().unwrap()).err().unwrap_or_default();
        wrong.into_iter().map(|detail| (detail.loc[1].as_str().unwrap().to_owned(), detail.kind)).collect()
    }

    #[test]
    fn every_range_is_refused_in_its_own_words() {
        let url = "https://example.com/a.png";
        for (name, value, kind) in [
            ("upscale_factor", json!(0.99), "greater_than_equal"),
            ("upscale_factor", json!(4.1), "less_than_equal"),
            ("upscale_factor", json!("four"), "float_parsing"),
            ("upscale_factor", json!([]), "float_type"),
            ("creativity", json!(-0.1), "greater_than_equal"),
            ("creativity", json!(1.1), "less_than_equal"),
            ("guidance", json!(-1), "greater_than_equal"),
            ("guidance", json!(20.5), "less_than_equal"),
            ("steps", json!(3), "greater_than_equal"),
            ("steps", json!(51), "less_than_equal"),
            ("steps", json!(4.5), "int_from_float"),
            ("seed", json!("x"), "int_parsing"),
            ("enable_safety_checker", json!("maybe"), "bool_parsing"),
            ("enable_safety_checker", json!({}), "bool_type"),
        ] {
            let wrong = kinds(&json!({ "image_url": url, name: value }));
            assert_eq!(wrong, [(name.to_owned(), kind.to_owned())], "{name} = {value}");
        }
        assert_eq!(kinds(&json!({})), [("image_url".to_owned(), "missing".to_owned())]);
        assert_eq!(kinds(&json!({ "image_url": 1 })), [("image_url".to_owned(), "string_type".to_owned())]);
    }

    #[test]
    fn bounds_numbers_in_text_and_unknown_fields_are_taken() {
        let input = json!({ "image_url": "u", "upscale_factor": "4", "steps": 50, "seed": null, "prompt": 7 });
        let model = Model::find("fal-ai/flux-vision-upscaler").unwrap();
        let checked = check(model, input.as_object().unwrap()).unwrap();
        assert_eq!(checked.number("upscale_factor"), Some(4.0));
        assert_eq!(checked.number("creativity"), Some(0.3));
        assert!(checked.integer("seed").is_some());
    }
}
