//! Where in a document the input and the output of a model are described.

use serde_json::Value;

use super::SchemaError;
use super::resolve::Document;

/// The schema of what the model takes: the body of the one call that is a POST, else the schema that is
/// called so (fal docs: `OpenAPI`).
pub(super) fn input<'d>(document: &Document<'d>) -> Result<&'d Value, SchemaError> {
    let posts = operations(document.root(), "post");
    let mut bodies = posts.filter_map(|post| json_schema(post.get("requestBody")?));
    bodies.next().or_else(|| by_name(document.root(), "input")).ok_or(SchemaError::NoInput)
}

/// The schema of what it gives: the answer of the call for a result, else the schema that is called so.
pub(super) fn output<'d>(document: &Document<'d>) -> Option<&'d Value> {
    let gets = operations(document.root(), "get").chain(operations(document.root(), "post"));
    let answers = gets.filter_map(|get| json_schema(get.get("responses")?.get("200")?));
    let is_status = |schema: &&Value| Document::name(schema).is_some_and(|name| name.ends_with("QueueStatus"));
    let mut results = answers.filter(|schema| !is_status(schema) && Document::name(schema).is_some());
    results.next().or_else(|| by_name(document.root(), "output"))
}

fn operations<'d>(root: &'d Value, method: &'static str) -> impl Iterator<Item = &'d Value> {
    let paths = root.get("paths").and_then(Value::as_object);
    paths.into_iter().flat_map(|paths| paths.values()).filter_map(move |path| path.get(method))
}

fn json_schema(part: &Value) -> Option<&Value> {
    part.get("content")?.get("application/json")?.get("schema")
}

fn by_name<'d>(root: &'d Value, end: &str) -> Option<&'d Value> {
    let schemas = root.get("components")?.get("schemas")?.as_object()?;
    schemas.iter().find(|(name, _)| name.to_lowercase().ends_with(end)).map(|(_, schema)| schema)
}
