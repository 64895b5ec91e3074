//! What models answer with, by its shape: whatever has a URL is a file, whatever is written is a text.

use serde_json::Value;

use super::Gives;
use super::number::{count, number};
use crate::job::{Answer, Artifact, Given, Pixels, shortened};

/// What the picture is called, the likeliest first (fal docs: model outputs).
const FIRST: [&str; 3] = ["image", "images", "output"];
/// What the text is called that says what a picture shows.
const TOLD: [&str; 3] = ["caption", "results", "description"];
/// Fields that say how a request went, or repeat what was sent, and are no result.
const ASIDE: [&str; 12] = [
    "prompt",
    "seed",
    "timings",
    "has_nsfw_concepts",
    "finish_reason",
    "request_id",
    "status",
    "error",
    "usage",
    "usage_info",
    "partial",
    "filenames",
];
/// Where models say that they take a picture for unsafe.
const UNSAFE: &str = "has_nsfw_concepts";
/// How names of pictures end that we can tell a size of.
const PICTURES: [&str; 6] = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"];
/// How deep results are looked for, and how many are taken.
const DEEPEST: usize = 4;
const MOST: usize = 200;

/// Finds all that an answer gives: pictures, other files and texts, the likeliest picture first. `None` if it
/// gives nothing, or only texts where the model should give a file. Only URLs and texts are needed: the rest is taken where it makes sense.
#[must_use]
pub fn read_answer(output: &Value, billed_units: Option<f64>, gives: Gives) -> Option<Answer> {
    let mut found = Vec::new();
    match output {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !ASIDE.contains(&name.as_str())) {
                look(name, value, 0, &mut found);
            }
        }
        other => look("output", other, 0, &mut found),
    }
    if found.is_empty() {
        // A model that gives a figure gives nothing else.
        let figures = output.as_object().into_iter().flatten().filter(|(name, _)| !ASIDE.contains(&name.as_str()));
        let figures = figures.filter(|(_, value)| matches!(value, Value::Number(_) | Value::Bool(_)));
        found.extend(figures.map(|(name, value)| Artifact::text(name, &format!("{name}: {value}"))));
    }
    let is_unsafe = |value: &Value| match value {
        Value::Array(list) => list.iter().any(|one| one == true),
        value => value == true,
    };
    if !found.is_empty() && output.get(UNSAFE).is_some_and(is_unsafe) {
        found.push(Artifact::unsafe_one(UNSAFE));
    }
    let place = |artifact: &Artifact| {
        let is_text = artifact.as_text().is_some();
        let of = if is_text { &TOLD } else { &FIRST };
        (
            is_text || artifact.what == Given::Unsafe,
            of.iter().position(|first| *first == &*artifact.role).unwrap_or(of.len()),
        )
    };
    found.sort_by_key(place);
    let is_file = |artifact: &Artifact| matches!(artifact.what, Given::Picture { .. } | Given::File { .. });
    let is_enough = !found.is_empty() && (!gives.is_file() || found.iter().any(is_file));
    is_enough.then(|| Answer {
        artifacts: found.into(),
        seed: told(output, "seed", |seed| seed.as_i64().or_else(|| count(seed)?.try_into().ok())),
        inference_s: output.get("timings").and_then(|timings| told(timings, "inference", number)),
        billed_units,
        whole: serde_json::to_string(&without_files(output)).ok().map(|whole| shortened(&whole).into()),
    })
}

/// The longest text of an answer that is kept as it is, where it is a file inside it, bytes.
const INSIDE: usize = 200;

/// The same answer with files inside it told by what they are and how long.
fn without_files(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() > INSIDE && is_inside(text) => {
            let kind = text.split(',').next().unwrap_or_default();
            let kind: String = kind.chars().take(80).collect();
            Value::from(format!("{kind},… ({} characters)", text.len()))
        }
        Value::Array(list) => list.iter().map(without_files).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), without_files(value))).collect())
        }
        other => other.clone(),
    }
}

fn is_inside(text: &str) -> bool {
    text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"))
}

/// Looks at a field, and at what is in it.
fn look(role: &str, value: &Value, depth: usize, found: &mut Vec<Artifact>) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|item| look(role, item, depth + 1, found)),
        Value::Object(fields) => {
            if let Some(url) = fields.get("url").and_then(Value::as_str).filter(|url| !url.is_empty()) {
                found.push(file(role, url, Some(value)));
                return;
            }
            let parts = fields.iter().filter(|(name, _)| !ASIDE.contains(&name.as_str()));
            parts.for_each(|(name, part)| look(name, part, depth + 1, found));
        }
        Value::String(text) if is_url(text) => found.push(file(role, text, None)),
        Value::String(text) if !text.trim().is_empty() => found.push(Artifact::text(role, &shortened(text))),
        _ => {}
    }
}

/// Whether a text is the URL of a file and nothing else.
fn is_url(text: &str) -> bool {
    let is_known = text.starts_with("https://") || (text.starts_with("data:") && text.contains(";base64,"));
    is_known && !text.contains(char::is_whitespace)
}

/// A file, and what is told of it.
fn file(role: &str, url: &str, about: Option<&Value>) -> Artifact {
    let text = |name: &str| about.and_then(|about| about.get(name)).and_then(Value::as_str).map(str::to_lowercase);
    let side = |name: &str| {
        let side = told(about?, name, count)?;
        u32::try_from(side).ok().filter(|side| *side > 0)
    };
    let pixels = side("width").zip(side("height")).map(|(width, height)| Pixels::new(width, height));
    let path = url.split(['?', '#']).next().unwrap_or(url).to_lowercase();
    let kind = text("content_type").or_else(|| url.strip_prefix("data:").map(str::to_lowercase));
    let names = [text("file_name"), Some(path).filter(|_| !url.starts_with("data:"))];
    let ends_in = |ends: &[&str]| names.iter().flatten().any(|name| ends.iter().any(|end| name.ends_with(end)));
    let has_type = kind.as_deref().filter(|kind| !kind.starts_with("application/octet-stream"));
    let is_picture = match has_type {
        Some(kind) => kind.starts_with("image/") && !kind.starts_with("image/svg"),
        None if ends_in(&PICTURES) || pixels.is_some() => true,
        // What has another ending is something else; without one its name decides.
        None => {
            !has_ending(names.iter().flatten())
                && role.split('_').any(|part| matches!(part, "image" | "images" | "output"))
        }
    };
    if is_picture { Artifact::picture(role, url, pixels) } else { Artifact::file(role, url) }
}

/// Whether one of the names ends like a file's.
fn has_ending<'n>(names: impl Iterator<Item = &'n String>) -> bool {
    let ending = |name: &str| {
        let last = name.rsplit('/').next().unwrap_or(name);
        last.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && (1..=5).contains(&end.len()))
    };
    names.into_iter().any(|name| name.matches('/').count() != 2 && ending(name))
}

/// A part of an answer, if it makes sense.
fn told<'v, T>(of: &'v Value, name: &str, read: impl Fn(&'v Value) -> Option<T>) -> Option<T> {
    let value = of.get(name).filter(|value| !value.is_null())?;
    let read = read(value);
    if read.is_none() {
        let form: String = value.to_string().chars().take(100).collect();
        tracing::info!(name, form, "a part of a result makes no sense and is left out");
    }
    read
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
