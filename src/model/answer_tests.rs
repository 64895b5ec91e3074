//! Answers of every shape that fal's models have, and of none.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::any_json::any_json;

const ANYTHING: Gives = Gives { pictures: false, files: false, texts: true };
const PICTURES_TOO: Gives = Gives { pictures: true, files: false, texts: true };

/// Role and form of each artifact, in order.
fn given(output: &Value) -> Vec<String> {
    let answer = read_answer(output, None, ANYTHING);
    let told = |artifact: &Artifact| match &artifact.what {
        Given::Picture { url, pixels: Some(pixels) } => format!("{} picture {url} {pixels}", artifact.role),
        Given::Picture { url, pixels: None } => format!("{} picture {url}", artifact.role),
        Given::File { url } => format!("{} file {url}", artifact.role),
        Given::Text(text) => format!("{} text {text}", artifact.role),
        Given::Unsafe => format!("{} unsafe", artifact.role),
    };
    answer.iter().flat_map(|answer| &answer.artifacts).map(told).collect()
}

#[test]
fn the_picture_is_found_in_every_documented_place() {
    for output in [
        json!({"image": {"url": "https://v3.fal.media/a.png", "width": 4, "height": 2}, "seed": 42, "caption": "A cat"}),
        json!({"images": [{"url": "https://v3.fal.media/a.png", "width": 4, "height": 2}], "seed": 42, "caption": "A cat"}),
        json!({"output": {"url": "https://v3.fal.media/a.png", "width": 4, "height": 2}, "seed": 42, "caption": "A cat"}),
    ] {
        let answer = read_answer(&output, Some(1.5), PICTURES_TOO).unwrap();
        assert_eq!(
            (answer.picture(), answer.seed),
            (Some(("https://v3.fal.media/a.png", Some(Pixels::new(4, 2)))), Some(42))
        );
        assert_eq!((answer.text(), answer.billed_units), (Some("A cat"), Some(1.5)));
    }
}

#[test]
fn everything_that_a_model_gives_is_found_by_its_shape() {
    let (png, file) = (json!({"url": "https://f.m/a.png"}), |name: &str| json!({"url": format!("https://f.m/{name}")}));
    // Background removal with its mask: the picture first, whatever the order.
    let removal = json!({"mask_image": file("m.png"), "image": png});
    assert_eq!(given(&removal), ["image picture https://f.m/a.png", "mask_image picture https://f.m/m.png"]);
    // Several pictures, and what the prompt was.
    let edits = json!({"images": [png, file("b.webp")], "prompt": "bluer", "has_nsfw_concepts": [false, true], "timings": {"inference": 2}});
    assert_eq!(
        given(&edits),
        ["images picture https://f.m/a.png", "images picture https://f.m/b.webp", "has_nsfw_concepts unsafe"]
    );
    // Captioners.
    assert_eq!(given(&json!({"results": "a dog"})), ["results text a dog"]);
    assert_eq!(
        given(&json!({"output": "a dog", "finish_reason": "stop", "usage_info": {"input_tokens": 3}})),
        ["output text a dog"]
    );
    assert_eq!(given(&json!({"outputs": ["one", "two"], "partial": false})), ["outputs text one", "outputs text two"]);
    assert_eq!(
        given(&json!({"images": [png], "description": "done"})),
        ["images picture https://f.m/a.png", "description text done"]
    );
    // A figure.
    assert_eq!(given(&json!({"nsfw_probability": 0.02})), ["nsfw_probability text nsfw_probability: 0.02"]);
    // Vectors, videos, meshes.
    let svg = json!({"image": {"url": "https://f.m/a", "content_type": "image/svg+xml", "file_name": "a.svg"}});
    assert_eq!(given(&svg), ["image file https://f.m/a"]);
    assert_eq!(given(&json!({"images": [file("a.svg")]})), ["images file https://f.m/a.svg"]);
    assert_eq!(given(&json!({"video": file("a.mp4"), "seed": 3})), ["video file https://f.m/a.mp4"]);
    assert_eq!(
        given(&json!({"model_mesh": {"url": "https://f.m/a", "content_type": "application/octet-stream"}})),
        ["model_mesh file https://f.m/a"]
    );
    assert_eq!(
        given(&json!({"outputs": ["a"], "captions_file": file("c.json")})),
        ["captions_file file https://f.m/c.json", "outputs text a"]
    );
    // Without an ending and a type the name decides; a size is that of a picture.
    assert_eq!(given(&json!({"image": file("a")})), ["image picture https://f.m/a"]);
    assert_eq!(given(&json!({"result": {"url": "u", "width": 4, "height": 2}})), ["result picture u 4×2"]);
    // Inside the answer.
    let data = "data:image/png;base64,iVBORw0=";
    assert_eq!(given(&json!({"images": [data]})), [format!("images picture {data}")]);
    assert_eq!(given(&json!({"image": {"url": data}})), [format!("image picture {data}")]);
    // A text that names a URL is a text.
    assert_eq!(given(&json!({"output": "see https://f.m/a.png"})), ["output text see https://f.m/a.png"]);
    // Deeper.
    assert_eq!(given(&json!({"result": {"layers": [{"image": png}]}})), ["image picture https://f.m/a.png"]);
}

#[test]
fn the_url_decides_whatever_form_the_rest_has() {
    let image =
        json!({"url": "u", "width": 192.0, "height": "128", "file_size": 9.5, "file_name": 7, "content_type": []});
    let answer =
        read_answer(&json!({"image": image, "seed": 42.0, "timings": [], "caption": {"text": 1}}), None, PICTURES_TOO)
            .unwrap();
    assert_eq!((answer.picture(), answer.seed), (Some(("u", Some(Pixels::new(192, 128)))), Some(42)));
    assert_eq!((answer.text(), answer.inference_s), (None, None));
    let odd = json!({"image": {"url": "u", "width": -1, "height": 1.5}, "seed": "x", "timings": {"inference": "2.5"}});
    let answer = read_answer(&odd, None, PICTURES_TOO).unwrap();
    assert_eq!((answer.picture(), answer.seed, answer.inference_s), (Some(("u", None)), None, Some(2.5)));
    assert_eq!(
        read_answer(&json!({"images": [null, "https://v3.fal.media/a.png"]}), None, PICTURES_TOO).unwrap().picture(),
        Some(("https://v3.fal.media/a.png", None))
    );
}

#[test]
fn a_model_that_should_give_a_picture_and_only_says_something_gave_nothing() {
    let refused = json!({"images": [], "description": "I cannot do that"});
    assert_eq!(read_answer(&refused, None, PICTURES_TOO), None);
    assert_eq!(read_answer(&refused, None, ANYTHING).unwrap().text(), Some("I cannot do that"));
    let mesh = json!({"model_mesh": {"url": "https://f.m/a.glb"}});
    assert!(read_answer(&mesh, None, Gives { files: true, ..Gives::default() }).is_some());
}

#[test]
fn a_long_caption_is_cut() {
    let answer =
        read_answer(&json!({"image": {"url": "u"}, "caption": "é".repeat(5_000_000)}), None, PICTURES_TOO).unwrap();
    assert!(answer.text().unwrap().len() < 66_000);
}

#[test]
fn everything_but_the_url_may_lack_or_be_null() {
    let answer =
        read_answer(&json!({"image": {"url": "u", "width": null}, "seed": null, "caption": null}), None, PICTURES_TOO)
            .unwrap();
    assert_eq!((answer.picture(), answer.seed, answer.text()), (Some(("u", None)), None, None));
    for nothing in [json!({"image": null, "images": []}), json!({}), json!({"seed": 3, "timings": {}}), json!([1, 2])] {
        assert!(read_answer(&nothing, None, ANYTHING).is_none(), "{nothing}");
    }
}

/// JSON of any shape, with what answers hold.
fn any_answer() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "url",
        "image",
        "images",
        "output",
        "width",
        "height",
        "content_type",
        "file_name",
        "seed",
    ]);
    let name = prop_oneof![word.prop_map(str::to_owned), any::<String>()];
    let text = prop_oneof![Just("https://f.m/a.png".to_owned()), Just("data:x;base64,".to_owned()), any::<String>()];
    any_json(name.boxed(), text, (7, 60))
}

proptest! {
    #[test]
    fn an_answer_of_any_shape_is_read_without_panic(output in any_answer()) {
        if let Some(answer) = read_answer(&output, None, ANYTHING) {
            prop_assert!(!answer.artifacts.is_empty());
        }
    }
}
