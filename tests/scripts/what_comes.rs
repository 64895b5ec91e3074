//! What comes of a model, however it answers: files of every kind are held against what they are called, shown as
//! what they are, and what is unsafe wants a person.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::{self, Stage, fast};
use fal_tui::job::JobState;
use fal_tui::ledger::Ledger;
use fal_tui::sandbox::{Options, Scenario};
use serde_json::{Value, json};

const FILM: [&str; 4] = ["-m", "fal-ai/kling-video/v2.5-turbo/pro/image-to-video", "-p", "prompt=wind"];
const VARY: [&str; 2] = ["-m", "fal-ai/fooocus/upscale-or-vary"];
const TEXT: [&str; 2] = ["-m", "fal-ai/florence-2-large/caption"];

fn stage(scenario: &str) -> Stage {
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(scenario, "scenario").unwrap()), ..fast() });
    stage.small_photos(1);
    stage
}

fn files(stage: &Stage) -> Vec<String> {
    let entries = std::fs::read_dir(stage.output()).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("small-1")).collect();
    names.sort();
    names
}

/// What a run over one photo ends with.
fn last(stage: &Stage, args: &[&str]) -> Value {
    stage.run(args).last("small-1.png")
}

/// What is in a binary glTF of this length.
fn model(said: u8) -> String {
    use base64::Engine as _;
    let bytes = [b"glTF\x02\0\0\0", [said, 0, 0, 0].as_slice(), &[0; 12]].concat();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn what_the_model_takes_for_unsafe_is_saved_and_wants_a_review() {
    for (unsafe_ones, state) in [("[false, true]", "REVIEW"), ("[false, false]", "DONE")] {
        let stage = stage(&format!("[[fault]]\ncall = \"run\"\noutput = {{ has_nsfw_concepts = {unsafe_ones} }}\n"));
        let last = last(&stage, &[&VARY[..], &["-p", "num_images=2"]].concat());
        assert_eq!(last["state"], state, "{last}");
        assert_eq!(files(&stage), ["small-1-2.png", "small-1.png"]);
        let said = last["cause"]["message"].as_str().unwrap_or_default();
        assert_eq!(said, if state == "DONE" { "" } else { "the model takes it for unsafe" });
    }
}

#[test]
fn a_picture_inside_the_answer_is_saved_as_a_file() {
    // A red PNG of one pixel.
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
    let url = format!("data:image/png;base64,{PIXEL}");
    let stage = stage(&format!("[[fault]]\ncall = \"run\"\noutput = {{ images = [{{ url = \"{url}\" }}] }}\n"));
    let last = last(&stage, &VARY);
    assert_eq!((&last["state"], &last["width"], &last["height"]), (&json!("DONE"), &json!(1), &json!(1)), "{last}");
    assert_eq!(
        (files(&stage), stage.stats()["calls"]["download"].clone()),
        (vec!["small-1.png".to_owned()], Value::Null)
    );
    assert_eq!(common::size(&stage.output().join("small-1.png")), (1, 1));
}

#[test]
fn a_video_that_is_not_whole_or_none_is_no_result() {
    let broken =
        |how: &str, first: &str| stage(&format!("[[fault]]\ncall = \"download\"\n{first}picture = \"{how}\"\n"));
    let once = broken("truncated", "first = 1\n");
    assert_eq!(last(&once, &FILM)["state"], "DONE", "it is fetched again");
    assert_eq!(once.stats()["accepted"], 1);
    for (how, said) in [("truncated", "truncated video"), ("html", "HTML, not a picture"), ("empty", "empty file")] {
        let stage = broken(how, "");
        let last = last(&stage, &[&FILM[..], &["--retries", "0"]].concat());
        let message = last["cause"]["message"].as_str().unwrap();
        assert_eq!((&last["state"], message.contains(said)), (&json!("FAILED"), true), "{last}");
        assert!(message.contains("fal still has it") && files(&stage).is_empty(), "{last}");
    }
}

#[test]
fn a_model_of_three_dimensions_is_saved_if_it_is_as_long_as_it_says() {
    let answer = |said: u8| {
        let url = format!("data:application/octet-stream;base64,{}", model(said));
        stage(&format!("[[fault]]\ncall = \"run\"\noutput = {{ model_mesh = {{ url = \"{url}\" }} }}\n"))
    };
    let whole = answer(24);
    let done = last(&whole, &TEXT);
    assert_eq!((&done["state"], &done["artifacts"][0]["kind"]), (&json!("DONE"), &json!("glb")), "{done}");
    assert_eq!(files(&whole), ["small-1.glb", "small-1.txt"]);
    let cut = answer(99);
    let failed = last(&cut, &[&TEXT[..], &["--retries", "0"]].concat());
    let message = failed["cause"]["message"].as_str().unwrap();
    assert!(message.contains("truncated 3D model: 24 bytes"), "{failed}");
    assert_eq!(files(&cut), [""; 0]);
}

/// An answer of a random shape. No URL of the network is in it, but files inside it, and what looks like such.
fn any(rng: &mut fastrand::Rng, depth: usize) -> Value {
    const NAMES: [&str; 12] = [
        "image",
        "images",
        "url",
        "output",
        "caption",
        "width",
        "seed",
        "timings",
        "has_nsfw_concepts",
        "video",
        "é\u{202e}",
        "",
    ];
    const TEXTS: [&str; 8] =
        ["a cat", "", "data:image/png;base64,iVBORw0KGgo=", "data:,", "\u{1b}[2J\0", "ftp://x", "null", "9e999"];
    match rng.u8(if depth > 4 { 0..6 } else { 0..9 }) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(rng.f64() * 1e12),
        4 | 5 => json!(TEXTS[rng.usize(..TEXTS.len())]),
        6 => (0..rng.usize(..4)).map(|_| any(rng, depth + 1)).collect(),
        _ => {
            let field = |rng: &mut fastrand::Rng| (NAMES[rng.usize(..NAMES.len())].to_owned(), any(rng, depth + 1));
            Value::Object((0..rng.usize(..5)).map(|_| field(rng)).collect())
        }
    }
}

#[test]
fn an_answer_of_any_shape_is_kept_whole_and_paid_for_once() {
    const PHOTOS: u32 = 60;
    let mut rng = fastrand::Rng::with_seed(12);
    let mut scenario = String::new();
    let mut answers = Vec::new();
    for n in 1..=PHOTOS {
        // A lone text or number is an answer, too.
        let answer = any(&mut rng, 0);
        let body = answer.to_string().replace('\\', "\\\\").replace('"', "\\\"");
        let fault = format!("call = \"run\"\nfile = \"small-{n}.png\"\nfail = {{ body = \"{body}\", status = 200 }}");
        scenario.extend(["[[fault]]\n", &fault, "\n\n"]);
        answers.push(answer);
    }
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(&scenario, "answers").unwrap()), ..fast() });
    stage.small_photos(PHOTOS);
    let ran = stage.run(&["--retries", "0", "--max-failures", "1000"]);
    ran.assert_status(1);
    let summary = ran.summary();
    assert_eq!((&summary["left"], &summary["unknown"]), (&json!(0), &json!(0)), "{summary}");
    assert_eq!(stage.stats()["most_accepted_of_one_input"], json!(1));
    let states: Vec<_> = (1..=PHOTOS).map(|n| ran.last(&format!("small-{n}.png"))["state"].clone()).collect();
    assert!(states.iter().all(|state| ["DONE", "REVIEW", "FAILED"].iter().any(|known| state == known)), "{states:?}");
    assert!(states.iter().filter(|state| *state == "REVIEW").count() > 10, "{states:?}");
    // What is not understood is in the ledger as it came.
    let state_dir = stage.dir.path().join(".local/state/fal-tui");
    let jobs = stage.runtime.block_on(async {
        let ledger = Ledger::open(&state_dir).await.unwrap();
        ledger.jobs(ledger.batches().await.unwrap()[0].id).await.unwrap()
    });
    let mut unread = 0;
    for job in &jobs {
        let name = job.photo.slash_path();
        let n: usize = name.trim_start_matches("small-").trim_end_matches(".png").parse().unwrap();
        if let JobState::Unread(_, _, kept) = &job.state {
            assert_eq!(*kept.answer, answers[n - 1].to_string(), "{name}");
            unread += 1;
        }
    }
    assert!(unread > 10, "{unread}");
    // Another go reads them again, and pays nothing.
    stage.run(&["--retries", "0", "--max-failures", "1000", "--retry-failed"]).assert_status(1);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], json!(1));
}

#[cfg(unix)]
mod dashboard {
    use super::*;
    use crate::common::terminal::Term;

    /// What the preview has for the result of a model.
    fn shown(args: &[&str], wanted: &str) {
        let stage = Stage::new();
        stage.small_photos(1);
        let mut term = Term::start(stage.command(&["--yes"]).args(args).arg("photos"), (120, 36));
        term.wait_for("✓ finished");
        term.press("3");
        term.wait_for(wanted);
        term.press("z");
        term.wait_for("all of it");
        term.wait_for(wanted);
        term.press("\u{1b}");
        term.wait_for("✓ finished");
        term.press("q");
        term.wait_exit();
    }

    #[test]
    fn the_whole_answer_stands_with_the_request_also_in_a_later_run() {
        for (args, wanted) in [
            (&FILM[..], ["\"video\": {", "\"content_type\": \"video/mp4\"", "\"file_size\": "]),
            (
                &["-m", "fal-ai/image2svg"],
                ["\"images\": [", "data:image/svg+xml;base64,… (", "\"content_type\": \"image/svg+xml\""],
            ),
            (&VARY, ["\"has_nsfw_concepts\": [", "false", "\"inference\": "]),
        ] {
            let stage = Stage::new();
            stage.small_photos(1);
            for _ in 0..2 {
                let mut term = Term::start(stage.command(&["--yes"]).args(args).arg("photos"), (140, 44));
                term.wait_for("✓ finished");
                term.press("4\r");
                for text in wanted {
                    term.wait_for(text);
                }
                term.press("\u{1b}");
                term.wait_row(&["✓ done", "small-1.png"]);
                term.press("q");
                term.wait_exit();
            }
            assert_eq!(stage.stats()["accepted"], 1);
        }
    }

    #[test]
    fn what_is_no_picture_is_shown_as_a_word_and_a_text_as_itself() {
        shown(&FILM, "a video, small-1.mp4, ");
        shown(&["-m", "fal-ai/recraft/vectorize"], "a drawing, small-1.svg, ");
        shown(&TEXT, "landscape");
    }
}
