//! What fal keeps of a batch: asked for with each call, remembered for retries, and deleted once it is saved.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::{Run, Stage, run};
use serde_json::Value;

/// How often which value of a header came.
fn header(stage: &Stage, name: &str) -> Value {
    stage.stats()["headers"][name].clone()
}

/// The stored answers of all requests, as the platform lists them.
fn stored(stage: &Stage) -> Vec<Value> {
    let url = format!(
        "{}/v1/models/requests/by-endpoint?endpoint_id=fal-ai/flux-vision-upscaler&expand=payloads",
        stage.sandbox.api_url()
    );
    let listed: Value = stage.runtime.block_on(async {
        let request = reqwest::Client::new().get(url).header("authorization", "Key sandbox");
        request.send().await.unwrap().json().await.unwrap()
    });
    listed["items"].as_array().unwrap().iter().map(|item| item["json_output"].clone()).collect()
}

#[test]
fn what_is_to_be_kept_goes_with_each_call_and_a_retry_asks_for_the_same() {
    let stage = Stage::scenario("fails_for_good");
    stage.photo("chelsea.png", "faulty.png").photo("coffee.png", "sound.png");
    let flags = ["--no-store", "--expire", "1h", "--tag", "project=spring 26", "--tag", "who=me"];
    let ran = stage.run(&flags);
    ran.assert_status(1);
    let (hour, tags) = (r#"{"expiration_duration_seconds":3600}"#, "project=spring 26,who=me,fal-tui-batch=1");
    assert_eq!(header(&stage, "x-fal-store-io"), serde_json::json!({ "0": 2 }));
    assert_eq!(header(&stage, "x-fal-object-lifecycle"), serde_json::json!({ hour: 2 }));
    assert_eq!(header(&stage, "x-fal-object-lifecycle-preference"), serde_json::json!({ hour: 2 }));
    assert_eq!(header(&stage, "x-fal-tags"), serde_json::json!({ tags: 2 }));
    assert!(stored(&stage).iter().all(Value::is_null));
    let notes = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap()["notes"].to_string();
    assert!(
        notes.contains("--no-store") && notes.contains("recover") && notes.contains("after 1 h (--expire)"),
        "{notes}"
    );

    run(&mut stage.command(&["retry", "1", "--json", "--yes"])).assert_status(1);
    assert_eq!(header(&stage, "x-fal-store-io"), serde_json::json!({ "0": 3 }));
    assert_eq!(header(&stage, "x-fal-tags"), serde_json::json!({ tags: 3 }));
    // The command itself says anew what it wants.
    stage.run(&["--retry-failed"]).assert_status(1);
    assert_eq!(header(&stage, "x-fal-store-io"), serde_json::json!({ "0": 3 }));
}

#[test]
fn results_are_deleted_at_fal_once_they_are_here() {
    let stage = Stage::new();
    stage.small_photos(3);
    let ran = stage.run(&["--delete-after"]);
    ran.assert_status(0);
    assert_eq!(stage.stats()["calls"]["forget"], 3);
    assert!(stored(&stage).iter().all(Value::is_null), "{:?}", stored(&stage));
    let there = |n: u32| stage.output().join(format!("small-{n}.png")).is_file();
    assert!((1..=3).all(there));
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert!(plan["notes"].to_string().contains("fal deletes no uploads; --expire bounds them"), "{plan}");
    // Nothing is deleted twice, and nothing of what was saved is sent again.
    let again = stage.run(&["--delete-after"]);
    assert_eq!((again.status, &again.summary()["done"]), (0, &3.into()));
    assert_eq!((&stage.stats()["calls"]["forget"], &stage.stats()["accepted"]), (&3.into(), &3.into()));
}

#[test]
fn a_key_that_may_not_delete_is_said_so_and_a_better_one_deletes_what_was_left() {
    let stage = Stage::new();
    stage.small_photos(2);
    let with = |key: &str| -> Run {
        run(stage.command(&["--json", "--yes", "--delete-after"]).env("FAL_KEY", key).arg(stage.photos()))
    };
    let ran = with("plain:key");
    ran.assert_status(0);
    assert!(ran.stderr.contains("2 results were not deleted at fal") && ran.stderr.contains("admin"), "{}", ran.stderr);
    assert!(stored(&stage).iter().all(Value::is_object));
    let ran = with("admin:key");
    ran.assert_status(0);
    assert!(!ran.stderr.contains("not deleted"), "{}", ran.stderr);
    assert!(stored(&stage).iter().all(Value::is_null));
}

#[test]
fn what_fal_would_drop_silently_is_refused() {
    let stage = Stage::new();
    stage.small_photos(1);
    for (flags, says) in [
        (&["--tag", "project"][..], "takes NAME=VALUE"),
        (&["--tag", "a=b,c"], "letters, digits"),
        (&["--tag", "fal.x=y"], "keep for themselves"),
        (&["--expire", "5m"], "takes 10m to 365d"),
        (&["--expire", "soon"], "takes 10m to 365d"),
    ] {
        let ran = stage.run(flags);
        ran.assert_status(2);
        assert!(ran.stderr.contains(says), "{flags:?}: {}", ran.stderr);
    }
    let many: Vec<_> = (0..10).flat_map(|n| ["--tag".to_owned(), format!("a{n}=b")]).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert!(stage.run(&many).stderr.contains("drops more silently"));
    assert_eq!(stage.stats()["calls"]["submit"], Value::Null);
}
