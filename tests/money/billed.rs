//! A cap where nobody can count beforehand what a photo costs: the largest goes first and alone, and what it was
//! billed is held for the others, with a margin.

use serde_json::{Value, json};

use crate::common::{self, Run, Stage, fast};
use crate::stage;

/// What went on at fal when the first result came, and all in all.
fn accepted(stage: &Stage) -> u64 {
    stage.stats()["accepted"].as_u64().unwrap_or_default()
}

fn usd(stage: &Stage) -> f64 {
    stage.stats()["usd"].as_f64().unwrap()
}

fn photos(stage: &Stage) {
    stage.small_photos(9);
    image::RgbImage::from_pixel(60, 40, image::Rgb([9, 99, 7])).save(stage.photos().join("largest.png")).unwrap();
}

fn notices(run: &Run, kind: &str) -> Vec<Value> {
    run.events().into_iter().filter(|event| event["kind"] == kind).collect()
}

/// Models that are paid by the second, by the text, and by a size that shows afterwards.
const MODELS: [&str; 3] = ["fal-ai/esrgan", "fal-ai/moondream2", "fal-ai/birefnet/v2"];

#[test]
fn the_largest_goes_first_and_alone_and_the_cap_is_never_passed() {
    for model in MODELS {
        let stage = Stage::with(fast());
        photos(&stage);
        let whole = stage.run(&["-m", model, "--budget", "5"]);
        whole.assert_status(0);
        let events = whole.events();
        let first = events.iter().position(|event| event["kind"] == "canary_done").unwrap();
        let begun: Vec<_> = events[..first].iter().filter(|event| event["state"] == "UPLOADING").collect();
        assert_eq!((begun.len(), &begun[0]["path"]), (1, &json!("largest.png")), "{model}");
        let all = usd(&stage);

        // With enough for a few there are a few, and the reason.
        let stage = Stage::with(fast());
        photos(&stage);
        let cap = all * 0.6;
        let short = stage.run(&["-m", model, "--budget", &format!("{cap:.9}")]);
        short.assert_status(4);
        assert!(usd(&stage) <= cap, "{model}: {} of {cap}", usd(&stage));
        let sent = accepted(&stage);
        assert!(sent < 10, "{model}: {sent}");
        let reached = notices(&short, "budget_reached");
        assert_eq!(reached.len(), 1, "{}", short.stdout);
        // What was billed before a run ended is known to the next: it goes on to the same cap.
        stage.run(&["-m", model, "--budget", &format!("{cap:.9}")]).assert_status(4);
        assert!(usd(&stage) <= cap, "{model}: {} of {cap}", usd(&stage));
    }
}

#[test]
fn a_cap_that_cannot_hold_the_first_sends_nothing_and_says_why() {
    let stage = Stage::with(fast());
    photos(&stage);
    let told = stage.run(&["-m", "fal-ai/esrgan", "--budget", "0.0001"]);
    told.assert_status(4);
    let reached = notices(&told, "budget_reached");
    let message = reached[0]["message"].as_str().unwrap();
    assert!(message.contains("since none was billed yet that would say what one costs"), "{message}");
    assert_eq!((&stage.stats()["calls"]["submit"], &stage.stats()["calls"]["upload"]), (&Value::Null, &Value::Null));
    // A price that is not known at all can be held against nothing.
    let unknown = stage.run(&["-m", "fal-ai/recraft/vectorize", "--budget", "1"]);
    unknown.assert_status(2);
    assert!(unknown.stderr.contains("no price that is known"), "{}", unknown.stderr);
}

#[test]
fn where_fal_does_not_say_what_it_billed_no_more_is_sent_under_a_cap() {
    let stage = stage("[billing]\ntold = false\n");
    photos(&stage);
    let told = stage.run(&["-m", "fal-ai/esrgan", "--budget", "1"]);
    told.assert_status(4);
    let reached = notices(&told, "budget_reached");
    let message = reached[0]["message"].as_str().unwrap();
    assert!(message.contains("fal did not say what the first photo was billed"), "{message}");
    assert_eq!(accepted(&stage), 1);
    // Without the cap it is as it always was.
    let free = common::run(stage.command(&["--json", "--yes", "-m", "fal-ai/esrgan"]).arg(stage.photos()));
    free.assert_status(0);
    assert_eq!(accepted(&stage), 10);
}

/// Replies are lost, runs fail, and a download breaks off.
const FAULTS: &str = r#"
[[fault]]
call = "submit"
file = "small-[147].png"
first = 1
drop = "after"

[[fault]]
call = "run"
file = "small-[35].png"
attempt = 1
fail = { error_type = "runner_server_error" }

[[fault]]
call = "download"
file = "small-6.png"
first = 1
cut_at = "50%"
"#;

#[test]
fn several_pictures_of_each_photo_are_in_the_cap_whatever_goes_wrong() {
    let stage = stage(FAULTS);
    photos(&stage);
    let args = ["-m", "fal-ai/fooocus/upscale-or-vary", "-p", "num_images=3", "-c", "6", "--retry-failed"];
    let go = |cap: &'static str| {
        let ran = stage.run(&args.into_iter().chain(["--budget", cap]).collect::<Vec<_>>());
        assert!([0, 1, 4].contains(&ran.status), "{}", ran.stderr);
    };
    // $0.06 a photo: six of the ten, and not a seventh, however often it is run.
    for _ in 0..3 {
        go("0.4");
        assert!(usd(&stage) < 0.4, "{}", usd(&stage));
    }
    assert!(usd(&stage) > 0.29, "the cap is used: {}", usd(&stage));
    go("2");
    let billed = usd(&stage);
    assert!((0.599..0.601).contains(&billed), "each of the ten is paid once: {billed}");
}

#[test]
fn faults_and_lost_replies_pass_no_cap_either() {
    for model in MODELS {
        let stage = stage(FAULTS);
        photos(&stage);
        // About half of what all would cost, and room for the first.
        let cap = if model == "fal-ai/moondream2" { 0.02 } else { 0.002 };
        for _ in 0..3 {
            let ran = stage.run(&["-m", model, "--budget", &format!("{cap}"), "-c", "6", "--retry-failed"]);
            assert!([0, 1, 4].contains(&ran.status), "{}", ran.stderr);
            assert!(usd(&stage) <= cap, "{model}: {} of {cap}", usd(&stage));
        }
    }
}
