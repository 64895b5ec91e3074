//! Files that go along with every photo, in parameters and in what is sent: there the URL of one takes the place of
//! what it holds.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::Params;
use crate::job::ContentHash;
use crate::model::mark::{file_mark, marked};
use crate::model::{Model, ParamSpec};

impl ParamSpec {
    /// Whether a file of this machine can be given for it.
    #[must_use]
    pub fn takes_file(&self) -> bool {
        self.kind.takes_file()
    }
}

/// Every text of a value.
fn texts(value: &Value, each: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(list) => list.iter().for_each(|value| texts(value, each)),
        _ => {}
    }
}

/// The same value with texts put in place of others.
fn replaced(value: &Value, with: &impl Fn(&str) -> Option<String>) -> Value {
    match value {
        Value::String(text) => with(text).map_or_else(|| value.clone(), Value::String),
        Value::Array(list) => Value::Array(list.iter().map(|value| replaced(value, with)).collect()),
        other => other.clone(),
    }
}

impl Params {
    /// The files that go along, each with the parameter that it is given for.
    #[must_use]
    pub fn files(&self, model: &Model) -> Vec<(String, ContentHash)> {
        let mut files = Vec::new();
        for spec in model.params.iter().filter(|spec| spec.takes_file()) {
            let Some(value) = self.values.get(&spec.name) else { continue };
            texts(value, &mut |text| files.extend(marked(text).map(|content| (spec.name.clone(), content))));
        }
        files
    }
}

/// The URLs of files by what they hold.
pub type Urls = HashMap<ContentHash, Box<str>>;

/// Puts the URLs of files into a request's body, where these stand for them.
pub fn put_urls(body: &mut Value, files: &[(String, ContentHash)], urls: &Urls) {
    for (name, _) in files {
        if let Some(value) = body.get_mut(name) {
            *value = replaced(value, &|text| Some(urls.get(&marked(text)?)?.to_string()));
        }
    }
}

/// Puts a data URI into a request's body, where its mark stands for it.
pub fn put_inline(body: &mut Value, mark: &str, uri: &str) {
    if let Some(body) = body.as_object_mut() {
        for value in body.values_mut() {
            *value = replaced(value, &|text| (text == mark).then(|| uri.to_owned()));
        }
    }
}

/// The URLs in a request's input that may be files of a batch: those of parameters that take one.
#[must_use]
pub fn file_urls(model: &Model, input: &Map<String, Value>) -> Vec<String> {
    let mut urls = Vec::new();
    for spec in model.params.iter().filter(|spec| spec.takes_file()) {
        let Some(value) = input.get(&spec.name) else { continue };
        texts(value, &mut |text| urls.extend(text.starts_with("http").then(|| text.to_owned())));
    }
    urls
}

/// A request's input with files by what they hold, where that is known of their URLs.
#[must_use]
pub fn by_content(
    model: &Model,
    input: &Map<String, Value>,
    known: &BTreeMap<String, ContentHash>,
) -> Map<String, Value> {
    let mut input = input.clone();
    for spec in model.params.iter().filter(|spec| spec.takes_file()) {
        if let Some(value) = input.get_mut(&spec.name) {
            *value = replaced(value, &|url| known.get(url).map(file_mark));
        }
    }
    input
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::job::EndpointId;
    use crate::model::{Length, ParamKind, SizeRule};

    fn model() -> Model {
        let flux = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let list = ParamKind::List { of: Box::new(ParamKind::File), length: Length::default() };
        let params = vec![
            ParamSpec::new("mask_url", ParamKind::File),
            ParamSpec::new("reference_urls", list),
            ParamSpec::new("prompt", ParamKind::text()),
        ];
        Model { params, size: SizeRule::Unknown, ..flux }
    }

    #[test]
    fn a_file_is_what_it_holds_and_its_url_stands_in_the_body_alone() {
        let (mask, other) = (ContentHash([0xab; 32]), ContentHash([1; 32]));
        let pairs = [
            format!("mask_url={}", file_mark(&mask)),
            format!("reference_urls={}", file_mark(&other)),
            format!("prompt={}", file_mark(&mask)),
        ];
        let params = Params::parse(&model(), pairs.iter().map(String::as_str)).unwrap();
        let files = params.files(&model());
        assert_eq!(files, [("mask_url".to_owned(), mask), ("reference_urls".to_owned(), other)]);
        assert_eq!(Params::from_canonical(&model(), &params.canonical()).as_ref(), Ok(&params));
        let mut body = params.body(&model(), "https://a/photo.jpg");
        let urls = HashMap::from([(mask, "https://a/mask.png".into()), (other, "https://a/b.png".into())]);
        put_urls(&mut body, &files, &urls);
        let sent = json!({
            "image_url": "https://a/photo.jpg", "mask_url": "https://a/mask.png",
            "reference_urls": ["https://a/b.png"], "prompt": file_mark(&mask),
        });
        assert_eq!(body, sent, "a text that looks like one is none");
        let input = body.as_object().unwrap();
        assert_eq!(file_urls(&model(), input), ["https://a/mask.png", "https://a/b.png"]);
        let known = urls.into_iter().map(|(content, url)| (url.into(), content)).collect();
        assert_eq!(Params::of_input(&model(), &by_content(&model(), input, &known)), Some(params));
        let refused = Params::parse(&model(), ["mask_url=mask.png"]).unwrap_err().to_string();
        assert!(refused.contains("a file (`@PATH`) or its URL"), "{refused}");
    }
}
