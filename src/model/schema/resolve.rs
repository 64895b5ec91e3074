//! Reads through the references of a document: `$ref` and `allOf` become one flat schema. It ends on
//! every document: what refers to itself is noticed, and the work is counted.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::SchemaError;

/// So many parts are read of one document. Fal's largest has some hundreds.
const MOST_PARTS: u32 = 20_000;

/// A flat schema: its own keywords and those of what it refers to.
pub(super) type Flat = Map<String, Value>;

/// A document that is read.
#[derive(Debug)]
pub(super) struct Document<'d> {
    root: &'d Value,
    left: Cell<u32>,
}

impl<'d> Document<'d> {
    pub(super) fn new(root: &'d Value) -> Self {
        Self { root, left: Cell::new(MOST_PARTS) }
    }

    pub(super) fn root(&self) -> &'d Value {
        self.root
    }

    /// A schema and all that it refers to, as one.
    ///
    /// # Errors
    /// If it refers to itself, to what is not there, or has too many parts.
    pub(super) fn flat(&self, schema: &Value) -> Result<Flat, SchemaError> {
        self.flatten(schema, &mut Vec::new())
    }

    /// The name of what a schema refers to, if it does.
    pub(super) fn name(schema: &Value) -> Option<&str> {
        schema.get("$ref")?.as_str()?.rsplit('/').next()
    }

    fn flatten(&self, schema: &Value, trail: &mut Vec<String>) -> Result<Flat, SchemaError> {
        self.left.set(self.left.get().checked_sub(1).ok_or(SchemaError::TooMuch)?);
        // `true` and `false` are schemas, too: they say nothing of a form.
        let Value::Object(own) = schema else { return Ok(Flat::new()) };
        let mut flat = Flat::new();
        if let Some(reference) = own.get("$ref").and_then(Value::as_str) {
            if trail.iter().any(|passed| passed == reference) {
                return Err(SchemaError::Circular(last(reference)));
            }
            let found = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            let found = found.ok_or_else(|| SchemaError::Dangling(last(reference)))?;
            trail.push(reference.to_owned());
            merge(&mut flat, self.flatten(found, trail)?);
            trail.pop();
        }
        for part in own.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            merge(&mut flat, self.flatten(part, trail)?);
        }
        let own = own.iter().filter(|(key, _)| !matches!(key.as_str(), "$ref" | "allOf"));
        merge(&mut flat, own.map(|(key, value)| (key.clone(), value.clone())).collect());
        Ok(flat)
    }
}

/// What stands nearer wins, but properties and what is required of them add up.
fn merge(into: &mut Flat, other: Flat) {
    for (key, value) in other {
        match (key.as_str(), into.get_mut(&key), value) {
            ("properties", Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            ("required" | "x-fal-order-properties", Some(Value::Array(known)), Value::Array(more)) => {
                for name in more {
                    if !known.contains(&name) {
                        known.push(name);
                    }
                }
            }
            (_, _, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// The last part of a reference: what is referred to.
fn last(reference: &str) -> String {
    reference.rsplit('/').next().unwrap_or(reference).chars().take(100).collect()
}
