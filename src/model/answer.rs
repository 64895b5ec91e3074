//! What models answer with, in whichever form.

use std::iter;

use serde_json::Value;

use super::number::{count, number};
use crate::job::{Answer, Artifact, Pixels, shortened};

/// Where a picture may be, the likeliest first (fal docs: model outputs).
const PICTURES: [&str; 3] = ["image", "images", "output"];
/// Where models say something about it.
const TEXTS: [&str; 1] = ["caption"];

/// Finds the picture and what was said about it: `image`, else the first of `images`, else
/// `output` (fal docs: model outputs). `None` if there is no picture. Only its URL is needed: the rest is
/// taken where it makes sense.
#[must_use]
pub fn read_answer(output: &Value, billed_units: Option<f64>) -> Option<Answer> {
    let found = |place: &&'static str| Some((*place, picture(output.get(*place)?)?));
    let (role, (url, file)) = PICTURES.iter().find_map(found)?;
    let side = |name: &str| {
        let side = told(file, name, count)?;
        u32::try_from(side).ok().filter(|side| *side > 0)
    };
    let pixels = side("width").zip(side("height")).map(|(width, height)| Pixels::new(width, height));
    let text = |role| Some(Artifact::text(role, &shortened(told(output, role, Value::as_str)?)));
    Some(Answer {
        artifacts: iter::once(Artifact::picture(role, url, pixels)).chain(TEXTS.into_iter().filter_map(text)).collect(),
        seed: told(output, "seed", |seed| seed.as_i64().or_else(|| count(seed)?.try_into().ok())),
        inference_s: output.get("timings").and_then(|timings| told(timings, "inference", number)),
        billed_units,
    })
}

/// A picture's URL and what else is told of it; of a list the first that is one.
fn picture(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::Array(list) => list.iter().filter(|item| !item.is_array()).find_map(picture),
        Value::String(url) => Some((url.as_str(), value)).filter(|(url, _)| url.starts_with("https://")),
        _ => Some((value.get("url")?.as_str().filter(|url| !url.is_empty())?, value)),
    }
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
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_picture_is_found_in_every_documented_place() {
        for output in [
            json!({"image": {"url": "https://v3.fal.media/a.png", "width": 4, "height": 2}, "seed": 42, "caption": "A cat"}),
            json!({"images": [{"url": "https://v3.fal.media/a.png", "width": 4, "height": 2}], "seed": 42, "caption": "A cat"}),
            json!({"output": {"url": "https://v3.fal.media/a.png", "width": 4, "height": 2}, "seed": 42, "caption": "A cat"}),
        ] {
            let answer = read_answer(&output, Some(1.5)).unwrap();
            assert_eq!(
                (answer.picture(), answer.seed),
                (Some(("https://v3.fal.media/a.png", Some(Pixels::new(4, 2)))), Some(42))
            );
            assert_eq!((answer.text(), answer.billed_units), (Some("A cat"), Some(1.5)));
        }
    }

    #[test]
    fn the_url_decides_whatever_form_the_rest_has() {
        let image =
            json!({"url": "u", "width": 192.0, "height": "128", "file_size": 9.5, "file_name": 7, "content_type": []});
        let answer =
            read_answer(&json!({"image": image, "seed": 42.0, "timings": [], "caption": {"text": 1}}), None).unwrap();
        assert_eq!((answer.picture(), answer.seed), (Some(("u", Some(Pixels::new(192, 128)))), Some(42)));
        assert_eq!((answer.text(), answer.inference_s), (None, None));
        let odd =
            json!({"image": {"url": "u", "width": -1, "height": 1.5}, "seed": "x", "timings": {"inference": "2.5"}});
        let answer = read_answer(&odd, None).unwrap();
        assert_eq!((answer.picture(), answer.seed, answer.inference_s), (Some(("u", None)), None, Some(2.5)));
        assert_eq!(
            read_answer(&json!({"images": [null, "https://v3.fal.media/a.png"]}), None).unwrap().picture(),
            Some(("https://v3.fal.media/a.png", None))
        );
    }

    #[test]
    fn a_long_caption_is_cut() {
        let answer = read_answer(&json!({"image": {"url": "u"}, "caption": "é".repeat(5_000_000)}), None).unwrap();
        assert!(answer.text().unwrap().len() < 66_000);
    }

    #[test]
    fn everything_but_the_url_may_lack_or_be_null() {
        let answer =
            read_answer(&json!({"image": {"url": "u", "width": null}, "seed": null, "caption": null}), None).unwrap();
        assert_eq!((answer.picture(), answer.seed, answer.text()), (Some(("u", None)), None, None));
        assert!(read_answer(&json!({"image": null, "images": []}), None).is_none());
        assert!(read_answer(&json!({"output": "a text"}), None).is_none());
        assert!(read_answer(&json!([1, 2]), None).is_none());
    }
}
