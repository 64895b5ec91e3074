//! Whether a value is what a parameter takes: as somebody typed it, and as JSON has it.

use serde_json::{Map, Value};

use super::{ParamKind, ParamSpec, shown};
use crate::model::mark::marked;
use crate::model::near::nearest;

/// Why a value is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where in the parameter, such as `.width` or `[0]`; empty for all of it.
    pub at: String,
    /// What is there.
    pub found: String,
    /// What is taken there.
    pub takes: String,
}

impl Refused {
    fn new(found: impl Into<String>, takes: impl Into<String>) -> Self {
        Self { at: String::new(), found: found.into(), takes: takes.into() }
    }

    fn within(self, part: &str) -> Self {
        Self { at: format!("{part}{}", self.at), ..self }
    }
}

type Checked = Result<Value, Refused>;

impl ParamSpec {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// If it is not what the parameter takes.
    pub fn try_read(&self, text: &str) -> Checked {
        let text = text.trim();
        if self.nullable && text == "null" && !matches!(self.kind, ParamKind::Text { .. }) {
            return Ok(Value::Null);
        }
        typed(&self.kind, text)
    }

    /// Reads what somebody typed; `None` if it is not what the parameter takes.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Value> {
        self.try_read(text).ok()
    }

    /// A value as another program wrote it.
    ///
    /// # Errors
    /// If it is not what the parameter takes.
    pub(in crate::model) fn take(&self, value: &Value) -> Checked {
        if value.is_null() && self.nullable { Ok(Value::Null) } else { given(&self.kind, value) }
    }
}

fn typed(kind: &ParamKind, text: &str) -> Checked {
    match kind {
        ParamKind::Text { .. } | ParamKind::File => given(kind, &Value::from(text)),
        ParamKind::Choice(of) => of.iter().find(|one| shown(one) == text).cloned().ok_or_else(|| no_choice(of, text)),
        // Whole numbers go out as such: a 2 and a 2.0 are the same job.
        ParamKind::Number(_) | ParamKind::Integer(_) => {
            let number = text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<f64>().map(Value::from));
            given(kind, &number.unwrap_or_else(|_| Value::from(text)))
                .map_err(|no| Refused { found: text.into(), ..no })
        }
        ParamKind::Boolean => text.parse().map(Value::Bool).map_err(|_| Refused::new(text, kind.to_string())),
        ParamKind::List { of, .. } if !text.starts_with('[') => {
            // Of simple things a list may be typed as people write one.
            let parts: Vec<&str> = match **of {
                ParamKind::Text { .. } | ParamKind::File => vec![text],
                _ if text.is_empty() => Vec::new(),
                _ => text.split(',').map(str::trim).collect(),
            };
            let read = |(at, part): (usize, &str)| typed(of, part).map_err(|no| no.within(&format!("[{at}]")));
            let list: Vec<_> = parts.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
            given(kind, &Value::Array(list))
        }
        ParamKind::List { .. } | ParamKind::Object(_) => given(kind, &json(kind, text)?),
        ParamKind::OneOf(kinds) => {
            // A text takes anything, so it comes last; JSON that is wrong in one place is told by that place.
            let is_text = |kind: &&ParamKind| matches!(kind, ParamKind::Text { .. });
            let ordered = kinds.iter().filter(|kind| !is_text(kind)).chain(kinds.iter().filter(is_text));
            let mut refused = Refused::new(text, kind.to_string());
            for one in ordered {
                match typed(one, text) {
                    Ok(value) => return Ok(value),
                    Err(no) if !no.at.is_empty() || (one.is_json() && text.starts_with(['{', '['])) => refused = no,
                    Err(_) => {}
                }
            }
            Err(refused)
        }
        ParamKind::Any => Ok(serde_json::from_str(text).map_or_else(|_| Value::from(text), |value| ordered(&value))),
    }
}

fn given(kind: &ParamKind, value: &Value) -> Checked {
    let no = || Refused::new(shown(value), kind.to_string());
    match (kind, value) {
        (ParamKind::Number(bounds), Value::Number(number)) => {
            let number = number.as_f64().filter(|number| bounds.hold(*number)).ok_or_else(no)?;
            Ok(value.as_i64().or_else(|| whole(number)).map_or_else(|| Value::from(number), Value::from))
        }
        (ParamKind::Integer(bounds), Value::Number(number)) => {
            #[expect(clippy::cast_precision_loss, reason = "bounds beyond that are none")]
            let holds = |number: &i64| bounds.hold(*number as f64);
            let number = number.as_i64().or_else(|| whole(number.as_f64()?)).filter(holds);
            number.map(Value::from).ok_or_else(no)
        }
        (ParamKind::Boolean, Value::Bool(_)) => Ok(value.clone()),
        (ParamKind::Text { length, .. }, Value::String(text)) => {
            length.holds(text.chars().count()).then(|| value.clone()).ok_or_else(no)
        }
        (ParamKind::Choice(of), value) => of
            .iter()
            .find(|one| *one == value || (one.is_number() && one.as_f64() == value.as_f64()))
            .cloned()
            .ok_or_else(|| no_choice(of, &shown(value))),
        (ParamKind::File, Value::String(url)) => {
            let is_url = ["https://", "http://", "data:"].iter().any(|scheme| url.starts_with(scheme));
            (is_url || marked(url).is_some()).then(|| value.clone()).ok_or_else(no)
        }
        (ParamKind::List { of, length }, Value::Array(list)) if length.holds(list.len()) => {
            let one = |(at, value)| given(of, value).map_err(|no: Refused| no.within(&format!("[{at}]")));
            list.iter().enumerate().map(one).collect::<Result<_, _>>().map(Value::Array)
        }
        (ParamKind::Object(fields), Value::Object(given)) => object(fields, given),
        (ParamKind::OneOf(kinds), value) => {
            let mut refused = no();
            for one in kinds {
                match self::given(one, value) {
                    Ok(value) => return Ok(value),
                    Err(no) if !no.at.is_empty() => refused = no,
                    Err(_) => {}
                }
            }
            Err(refused)
        }
        (ParamKind::Any, value) => Ok(ordered(value)),
        _ => Err(no()),
    }
}

/// Fields in the schema's order, whatever order they were given in: equal values are one identity.
fn object(fields: &[ParamSpec], given: &Map<String, Value>) -> Checked {
    if let Some(name) = given.keys().find(|name| fields.iter().all(|field| field.name != **name)) {
        let names = fields.iter().map(|field| field.name.as_str());
        let close = nearest(name, names.clone()).map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
        let takes = format!("the fields {}{close}", names.collect::<Vec<_>>().join(", "));
        return Err(Refused::new(name.as_str(), takes));
    }
    let mut object = Map::new();
    for field in fields {
        let part = format!(".{}", field.name);
        match given.get(&field.name) {
            Some(value) => {
                object.insert(field.name.clone(), field.take(value).map_err(|no| no.within(&part))?);
            }
            None if field.required && field.default.is_none() => {
                return Err(Refused { at: part, found: "left out".to_owned(), takes: field.kind.to_string() });
            }
            None => {}
        }
    }
    Ok(Value::Object(object))
}

/// JSON whose objects have their fields in one order.
fn ordered(value: &Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.iter().map(ordered).collect()),
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().map(|(name, value)| (name.clone(), ordered(value))).collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(fields.into_iter().collect())
        }
        value => value.clone(),
    }
}

fn json(kind: &ParamKind, text: &str) -> Checked {
    serde_json::from_str(text).map_err(|error| {
        let place = if error.line() > 1 { format!("line {}, ", error.line()) } else { String::new() };
        let said = error.to_string();
        let said = said.split(" at line").next().unwrap_or_default();
        Refused::new(text, format!("{kind}; at {place}character {}: {said}", error.column()))
    })
}

fn no_choice(of: &[Value], text: &str) -> Refused {
    let texts: Vec<_> = of.iter().map(shown).collect();
    let close = nearest(text, texts.iter().map(String::as_str));
    let close = close.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
    Refused::new(text, format!("{}{close}", ParamKind::Choice(of.to_vec())))
}

#[expect(clippy::cast_possible_truncation, reason = "only taken where nothing is cut off")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}
