//! What models answer with, in whichever form.

use serde_json::Value;

use super::wire::File;
use crate::job::{Answer, Pixels};

/// Finds the picture and what was said about it: `image`, else the first of `images`, else
/// `output` (fal docs: model outputs). `None` if there is no picture.
pub(super) fn read(output: &Value, billed_units: Option<f64>) -> Option<Answer> {
    let candidates = [output.get("image"), output.get("images").and_then(|images| images.get(0)), output.get("output")];
    let file: File = candidates.into_iter().flatten().find_map(|value| serde_json::from_value(value.clone()).ok())?;
    let pixels = file.width.zip(file.height).filter(|(width, height)| *width > 0 && *height > 0);
    let timing = output.get("timings").and_then(|timings| timings.get("inference")).and_then(Value::as_f64);
    Some(Answer {
        url: file.url.into(),
        pixels: pixels.map(|(width, height)| Pixels::new(width, height)),
        seed: output.get("seed").and_then(Value::as_i64),
        caption: output.get("caption").and_then(Value::as_str).map(Into::into),
        inference_s: timing,
        billed_units,
    })
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
            let answer = read(&output, Some(1.5)).unwrap();
            assert_eq!(
                (&*answer.url, answer.pixels, answer.seed),
                ("https://v3.fal.media/a.png", Some(Pixels::new(4, 2)), Some(42))
            );
            assert_eq!((answer.caption.as_deref(), answer.billed_units), (Some("A cat"), Some(1.5)));
        }
    }

    #[test]
    fn everything_but_the_url_may_lack_or_be_null() {
        let answer = read(&json!({"image": {"url": "u", "width": null}, "seed": null, "caption": null}), None).unwrap();
        assert_eq!((answer.pixels, answer.seed, answer.caption), (None, None, None));
        assert!(read(&json!({"image": null, "images": []}), None).is_none());
        assert!(read(&json!({"output": "a text"}), None).is_none());
        assert!(read(&json!([1, 2]), None).is_none());
    }
}
