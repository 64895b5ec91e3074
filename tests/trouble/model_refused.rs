//! Models that are refused, and what is refused of one: each in a clear sentence, before anything is sent.

use crate::common::platform::{Platform, document};
use crate::common::{Stage, run};
use serde_json::{Value, json};

const VARY: &str = "fal-ai/fooocus/upscale-or-vary";

#[test]
fn what_a_model_does_not_take_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    stage.small_photos(1);
    for (args, said) in [
        (
            &["-m", VARY, "-p", "guidance_scale=99"][..],
            "`guidance_scale` cannot be `99`: fal-ai/fooocus/upscale-or-vary takes a number from 1 to 30",
        ),
        (&["-m", VARY, "-p", "guidance=2"], "did you mean `guidance_scale`?"),
        (
            &["-m", VARY, "-p", "uov_method=Upscale 2x"],
            "one of Vary (Strong), Vary (Subtle), Upscale (1.5x), Upscale (2x), Upscale (Fast 2x), Disabled; did you mean `Upscale (2x)`?",
        ),
        (
            &["-m", VARY, "--image-field", "image_url"],
            "has no field `image_url` for a picture\nhint: it has uov_image_url",
        ),
        (
            &["-m", "fal-ai/fooocus/upscale-or-varie"],
            "fal has no model `fal-ai/fooocus/upscale-or-varie`; did you mean `fal-ai/fooocus/upscale-or-vary`?",
        ),
        (&["-m", VARY, "-p", "uov_image_url=https://x.y/a.png"], "`uov_image_url` is set for each photo by fal-tui"),
    ] {
        let refused = stage.run(args);
        refused.assert_status(2);
        assert!(refused.stderr.contains(said), "{args:?}: {}", refused.stderr);
    }
    assert_eq!(stage.stats()["submits"], json!(0), "{:#}", stage.stats());
}

#[test]
fn a_schema_that_is_none_is_said_in_a_sentence() {
    let stage = Stage::new();
    stage.small_photos(1);
    let platform = Platform::start(&stage);
    let said = |document: &Value| {
        platform.publish(VARY, document);
        let refused = run(platform.command(&stage, &["--json", "--yes", "-m", VARY]).arg(stage.photos()));
        refused.assert_status(2);
        refused.stderr
    };
    let schemas = |schemas: Value| json!({ "components": { "schemas": schemas } });
    assert!(said(&schemas(json!({}))).contains("its schema does not say what it takes"));
    let round = schemas(json!({ "AInput": { "$ref": "#/components/schemas/AInput" } }));
    assert!(said(&round).contains("goes round in a circle: `AInput` refers to itself"));
    let video = schemas(json!({ "AInput": { "properties": { "video_url": { "type": "string" } } } }));
    assert!(said(&video).contains("takes no picture: it has video_url"));
    let nothing = schemas(json!({
        "AInput": { "properties": { "image_url": { "type": "string" } } }, "AOutput": { "properties": { "seed": { "type": "integer" } } },
    }));
    assert!(said(&nothing).contains("gives nothing that could be saved"));
    // Two pictures of which neither is the photo's more than the other.
    let mut two =
        document(&json!({ "first_image_url": { "type": "string" }, "second_image_url": { "type": "string" } }));
    let input = &mut two["components"]["schemas"]["AInput"];
    input["required"] = json!(["first_image_url", "second_image_url"]);
    input["properties"].as_object_mut().unwrap().remove("uov_image_url");
    let unclear = said(&two);
    assert!(unclear.contains("is not clear: second_image_url, first_image_url"), "{unclear}");
    let named = ["--json", "--yes", "-m", VARY, "--image-field", "first_image_url"];
    let other = run(platform.command(&stage, &named).arg(stage.photos()));
    assert!(other.stderr.contains("needs `second_image_url`: a file (`@PATH`) or its URL"), "{}", other.stderr);
    // Longer than any schema is.
    let long = document(&json!({ "x": { "type": "string", "description": "y".repeat(10_000_000) } }));
    let long = said(&long);
    assert!(long.contains("its schema is longer than 10 MB"), "{long}");
    // It is where schemas are, too, and is none there either.
    let bare = || platform.publish(VARY, &json!({ "error": "it could not be made" }));
    let go = || {
        bare();
        run(platform.command(&stage, &["--json", "--yes", "-m", VARY]).arg(stage.photos()))
    };
    *platform.document.lock().unwrap() = "<html>".to_owned();
    let refused = go();
    assert!(refused.assert_status(2).stderr.contains("cannot be used: its schema is no JSON"), "{}", refused.stderr);
    // Nothing at all is known of it.
    let forget = || std::fs::remove_dir_all(stage.dir.path().join(".cache/fal-tui/models")).unwrap();
    forget();
    *platform.body.lock().unwrap() = "<html>".to_owned();
    let refused = run(platform.command(&stage, &["--json", "--yes", "-m", VARY, "-p", "x=1"]).arg(stage.photos()));
    assert_ne!(refused.status, 0);
    assert!(refused.stderr.contains("model list answered with something else than fal's JSON"), "{}", refused.stderr);
    assert_eq!(stage.stats()["submits"], json!(0));
    // And if it is one there, it holds.
    *platform.document.lock().unwrap() = document(&json!({})).to_string();
    go().assert_status(0);
    // That one is kept for a day.
    forget();
    let needs = document(&json!({ "prompt": { "type": "string" } }));
    let mut needs = needs.clone();
    needs["components"]["schemas"]["AInput"]["required"] = json!(["uov_image_url", "prompt"]);
    platform.publish(VARY, &needs);
    // A batch that was begun goes on by what its plan showed; a new one does not begin.
    let anew = ["--json", "--yes", "-m", VARY, "-o", "elsewhere"];
    let anew = run(platform.command(&stage, &anew).arg(stage.photos()));
    assert!(anew.assert_status(2).stderr.contains("needs `prompt`: a text"), "{}", anew.stderr);
}

#[test]
fn a_model_that_is_going_is_said_to_be_and_one_that_is_gone_is_refused_with_the_one_in_its_place() {
    const GOING: &str = "fal has marked fal-ai/creative-upscaler as deprecated: it may be gone soon; in its place there is fal-ai/clarity-upscaler";
    const GONE: &str =
        "fal has retired fal-ai/ccsr: it can be run no more; in its place there is fal-ai/clarity-upscaler";
    let stage = Stage::new();
    stage.small_photos(1);
    // The second time by the schema that was kept.
    for _ in 0..2 {
        let planned = run(stage.command(&["plan", "--json", "-m", "fal-ai/creative-upscaler"]).arg(stage.photos()));
        let plan: Value = serde_json::from_str(planned.assert_status(0).stdout.trim()).unwrap();
        assert_eq!(plan["notes"], json!([GOING]));
    }
    let page = run(&mut stage.command(&["models", "fal-ai/creative-upscaler"])).stdout;
    assert!(page.contains("fal has marked it as deprecated: it may be gone soon; in its place there is"), "{page}");
    stage.run(&["-m", "fal-ai/creative-upscaler"]).assert_status(0);
    for _ in 0..2 {
        let refused = stage.run(&["-m", "fal-ai/ccsr"]);
        refused.assert_status(2);
        assert!(refused.stderr.contains(GONE), "{}", refused.stderr);
        let planned = run(stage.command(&["plan", "-m", "fal-ai/ccsr"]).arg(stage.photos()));
        assert!(planned.assert_status(2).stderr.contains(GONE));
    }
    assert_eq!(stage.stats()["accepted"], 1);
}
