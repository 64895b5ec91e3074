//! The fields of an input: an object's properties, each with what it takes.

use serde_json::Value;

use super::SchemaError;
use super::resolve::{Document, Flat};
use crate::job::clean;
use crate::model::{Bounds, Length, ParamKind, ParamSpec, shown};

/// So deep the fields of fields are read; below that anything is taken.
const DEEPEST: usize = 6;
/// What is kept of a description, characters.
const ABOUT: usize = 600;
/// A text that may be so long is written in several lines.
const LONG: usize = 400;
/// What is said of the values of a choice: in lists beside them (`OpenAPI`: vendor extensions).
const MEANINGS: [&str; 4] = ["x-enum-descriptions", "x-enumDescriptions", "enumDescriptions", "x-ms-enum-descriptions"];
/// Texts that people write in several lines.
const PROSE: [&str; 6] = ["prompt", "text", "instruction", "question", "caption", "description"];
/// How the names of fields end that take a file's URL.
const URLS: [&str; 5] = ["_url", "_urls", "_uri", "_file", "_file_url"];
/// What a form shows for fields that take a file (fal: `ui.field`).
const FILES: [&str; 6] = ["image", "file", "mask", "video", "audio", "archive"];

/// The properties of an object, in the order of the model's page.
///
/// # Errors
/// If what a property refers to cannot be read.
pub(super) fn fields(document: &Document<'_>, object: &Flat, depth: usize) -> Result<Vec<ParamSpec>, SchemaError> {
    let Some(properties) = object.get("properties").and_then(Value::as_object) else { return Ok(Vec::new()) };
    let texts = |key: &str| {
        let list = object.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let (order, required) = (texts("x-fal-order-properties"), texts("required"));
    let place = |name: &str| order.iter().position(|ordered| ordered == name).unwrap_or(order.len());
    let mut names: Vec<_> = properties.iter().collect();
    names.sort_by_key(|(name, _)| place(name));
    let field = |(name, schema): (&String, &Value)| field(document, name, schema, required.contains(name), depth);
    names.into_iter().map(field).collect()
}

fn field(
    document: &Document<'_>,
    name: &str,
    schema: &Value,
    required: bool,
    depth: usize,
) -> Result<ParamSpec, SchemaError> {
    let flat = match document.flat(schema) {
        Ok(flat) => flat,
        // A part that holds itself is no reason to refuse the whole: it takes what it takes.
        Err(SchemaError::Circular(_) | SchemaError::Dangling(_)) => Flat::new(),
        Err(error) => return Err(error),
    };
    let mut kind = Kinds { document, name, nullable: false };
    let takes = kind.of(&flat, depth)?;
    let nullable = kind.nullable;
    let spec = ParamSpec { nullable, ..ParamSpec::new(name, takes) };
    let sound = |value: &Value| spec.take(value).ok().filter(|value| !value.is_null());
    let default = flat.get("default").and_then(sound);
    let examples = flat.get("examples").and_then(Value::as_array).and_then(|all| all.first());
    let example = examples.or_else(|| flat.get("example")).and_then(sound);
    let about = flat.get("description").or_else(|| flat.get("title")).and_then(Value::as_str).unwrap_or_default();
    let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    let about = clean(&about).chars().take(ABOUT).collect();
    let meanings = meanings(document, &flat);
    Ok(ParamSpec { required: required && default.is_none() && !nullable, default, example, about, meanings, ..spec })
}

/// What the values of a choice mean: beside them in a list or by their name, or in a variant of its own for each.
fn meanings(document: &Document<'_>, flat: &Flat) -> Vec<(Value, String)> {
    let said = |text: &Value| {
        let text = text.as_str()?.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(clean(&text).chars().take(ABOUT).collect::<String>()).filter(|text| !text.is_empty())
    };
    let values = flat.get("enum").and_then(Value::as_array);
    let beside = MEANINGS.iter().find_map(|key| flat.get(*key));
    let beside = values.into_iter().flatten().enumerate().filter_map(|(at, value)| {
        let about = match beside? {
            Value::Array(list) => list.get(at)?,
            Value::Object(map) => map.get(&shown(value))?,
            _ => return None,
        };
        Some((value.clone(), said(about)?))
    });
    let variants = ["anyOf", "oneOf"].iter().filter_map(|key| flat.get(*key)?.as_array()).flatten();
    let variants = variants.filter_map(|variant| {
        let variant = document.flat(variant).ok()?;
        let value = variant.get("const").or_else(|| match variant.get("enum")?.as_array()?.as_slice() {
            [only] => Some(only),
            _ => None,
        })?;
        Some((value.clone(), said(variant.get("description").or_else(|| variant.get("title"))?)?))
    });
    beside.chain(variants).collect()
}

/// Finds what a schema takes.
struct Kinds<'a, 'd> {
    document: &'a Document<'d>,
    name: &'a str,
    /// Whether null is taken, too.
    nullable: bool,
}

impl Kinds<'_, '_> {
    fn of(&mut self, flat: &Flat, depth: usize) -> Result<ParamKind, SchemaError> {
        self.nullable |= is_set(flat, "nullable");
        if let Some(value) = flat.get("const") {
            return Ok(ParamKind::Choice(vec![value.clone()]));
        }
        if let Some(values) = flat.get("enum").and_then(Value::as_array) {
            self.nullable |= values.contains(&Value::Null);
            return Ok(ParamKind::Choice(values.iter().filter(|value| !value.is_null()).cloned().collect()));
        }
        if let Some(variants) = ["anyOf", "oneOf"].iter().find_map(|key| flat.get(*key)?.as_array()) {
            return self.any_of(flat, variants, depth);
        }
        match flat.get("type") {
            // As OpenAPI 3.1 has it.
            Some(Value::Array(types)) => {
                self.nullable |= types.iter().any(|kind| kind == "null");
                let each = types.iter().filter(|kind| *kind != "null").filter_map(Value::as_str);
                let kinds = each.map(|kind| self.typed(kind, flat, depth)).collect::<Result<Vec<_>, _>>()?;
                Ok(one_of(kinds))
            }
            Some(Value::String(kind)) => self.typed(kind, flat, depth),
            _ if flat.contains_key("properties") => self.typed("object", flat, depth),
            _ if flat.contains_key("items") => self.typed("array", flat, depth),
            _ => Ok(ParamKind::Any),
        }
    }

    fn any_of(&mut self, flat: &Flat, variants: &[Value], depth: usize) -> Result<ParamKind, SchemaError> {
        let mut kinds = Vec::new();
        for variant in variants {
            let mut variant = match self.document.flat(variant) {
                Ok(variant) => variant,
                Err(SchemaError::Circular(_) | SchemaError::Dangling(_)) => Flat::new(),
                Err(error) => return Err(error),
            };
            if variant.get("type").is_some_and(|kind| kind == "null") {
                self.nullable = true;
                continue;
            }
            // Bounds beside the variants hold for each of them.
            for (key, value) in flat {
                if !matches!(key.as_str(), "anyOf" | "oneOf" | "default" | "examples" | "title" | "description") {
                    variant.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            kinds.push(if depth >= DEEPEST { ParamKind::Any } else { self.of(&variant, depth + 1)? });
        }
        Ok(one_of(kinds))
    }

    fn typed(&mut self, kind: &str, flat: &Flat, depth: usize) -> Result<ParamKind, SchemaError> {
        let count = |key: &str| flat.get(key).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        Ok(match kind {
            "string" if self.is_file(flat) => ParamKind::File,
            "string" => {
                let length = Length { min: count("minLength").unwrap_or_default(), max: count("maxLength") };
                let shows = flat.get("ui").and_then(|ui| ui.get("field")).and_then(Value::as_str);
                let is_prose = PROSE.iter().any(|prose| self.name.split('_').any(|part| part == *prose));
                let long = is_prose || shows == Some("textarea") || length.max.is_some_and(|max| max >= LONG);
                ParamKind::Text { length, long }
            }
            "number" => ParamKind::Number(bounds(flat)),
            "integer" => ParamKind::Integer(bounds(flat)),
            "boolean" => ParamKind::Boolean,
            "array" => {
                let items = flat.get("items").filter(|_| depth < DEEPEST).map(|items| self.document.flat(items));
                let of = match items {
                    None | Some(Err(SchemaError::Circular(_) | SchemaError::Dangling(_))) => ParamKind::Any,
                    Some(items) => {
                        let mut kinds = Kinds { document: self.document, name: self.name, nullable: false };
                        kinds.of(&items?, depth + 1)?
                    }
                };
                let length = Length { min: count("minItems").unwrap_or_default(), max: count("maxItems") };
                ParamKind::List { of: Box::new(of), length }
            }
            "object" if depth < DEEPEST => match fields(self.document, flat, depth + 1)? {
                fields if fields.is_empty() => ParamKind::Any,
                fields => ParamKind::Object(fields),
            },
            _ => ParamKind::Any,
        })
    }

    /// Whether a text is the URL of a file.
    fn is_file(&self, flat: &Flat) -> bool {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let shows = text(flat.get("ui").and_then(|ui| ui.get("field")));
        let media = text(flat.get("contentMediaType")).is_some_and(|media| !media.starts_with("text/"));
        media
            || shows.is_some_and(|shows| FILES.contains(&shows.as_str()))
            || text(flat.get("format")).is_some_and(|format| matches!(format.as_str(), "uri" | "url" | "binary"))
            || URLS.iter().any(|end| self.name.ends_with(end))
    }
}

fn is_set(flat: &Flat, key: &str) -> bool {
    flat.get(key).and_then(Value::as_bool).unwrap_or_default()
}

fn bounds(flat: &Flat) -> Bounds {
    let number = |key: &str| flat.get(key).and_then(Value::as_f64);
    // A number by itself in OpenAPI 3.1, a word on `minimum` in 3.0.
    let (above, below) = (number("exclusiveMinimum"), number("exclusiveMaximum"));
    Bounds {
        min: above.or_else(|| number("minimum")),
        max: below.or_else(|| number("maximum")),
        above: above.is_some() || is_set(flat, "exclusiveMinimum"),
        below: below.is_some() || is_set(flat, "exclusiveMaximum"),
        step: number("multipleOf").filter(|step| *step > 0.0),
    }
}

/// Several kinds as one: choices become one choice, and of number and whole number the wider one holds.
fn one_of(kinds: Vec<ParamKind>) -> ParamKind {
    let parts = kinds.into_iter().flat_map(|kind| if let ParamKind::OneOf(parts) = kind { parts } else { vec![kind] });
    let mut all: Vec<ParamKind> = Vec::new();
    for kind in parts {
        let of = all.iter_mut().find_map(|known| if let ParamKind::Choice(of) = known { Some(of) } else { None });
        if let (ParamKind::Choice(more), Some(of)) = (&kind, of) {
            let new: Vec<_> = more.iter().filter(|value| !of.contains(value)).cloned().collect();
            of.extend(new);
        } else if !all.contains(&kind) {
            all.push(kind);
        }
    }
    let takes_number =
        |bounds: &Bounds| all.iter().any(|kind| matches!(kind, ParamKind::Number(wide) if wide == bounds));
    let wider: Vec<_> =
        all.iter().map(|kind| !matches!(kind, ParamKind::Integer(bounds) if takes_number(bounds))).collect();
    let mut keep = wider.into_iter();
    all.retain(|_| keep.next().unwrap_or(true));
    match all.len() {
        0 => ParamKind::Any,
        1 => all.pop().unwrap_or(ParamKind::Any),
        _ => ParamKind::OneOf(all),
    }
}
