//! fal's JSON, and the files that people write.

use std::path::Path;

use fal_tui::cli::Cli;
use fal_tui::config::{Environment, Settings};
use fal_tui::fal::wire;
use fal_tui::sandbox::Scenario;
use fal_tui::tui::Theme;
use serde::de::DeserializeOwned;

use super::mutate::Damage;
use super::{INPUTS, assert_small};

fn take(samples: &[&str], seed: u64, read: impl Fn(&[u8])) {
    let samples: Vec<_> = samples.iter().map(|text| text.as_bytes().to_vec()).collect();
    Damage::of(&samples, seed).take(INPUTS).for_each(|bytes| read(&bytes));
    assert_small();
}

fn answer<T: DeserializeOwned>(samples: &[&str], seed: u64) {
    for sample in samples {
        serde_json::from_str::<T>(sample).expect("the sample itself is an answer");
    }
    take(samples, seed, |bytes| {
        let _ = serde_json::from_slice::<T>(bytes);
    });
}

const QUEUED: &str = r#"{"status":"IN_QUEUE","request_id":"r-1","queue_position":3,"status_url":"https://queue.fal.run/a/b/requests/r-1/status"}"#;
const ENDED: &str = r#"{"status":"COMPLETED","request_id":"r-1","logs":[{"message":" 35 %|███▌ | 7/20","timestamp":"2026-11-27T12:41:09Z","level":"STDERR","source":"USER"},null],"metrics":{"inference_time":52.8}}"#;

#[test]
fn a_status_may_be_anything() {
    answer::<wire::StatusAnswer>(&[QUEUED, ENDED.replace(",null", "").as_str()], 11);
}

#[test]
fn a_submits_answer_may_be_anything() {
    answer::<wire::Submitted>(&[QUEUED], 12);
}

#[test]
fn prices_may_be_anything() {
    let prices = r#"{"prices":[{"endpoint_id":"fal-ai/flux-vision-upscaler","unit_price":0.1,"unit":"megapixels","currency":"USD"}],"next_cursor":null,"has_more":false}"#;
    answer::<wire::Prices>(&[prices], 13);
}

#[test]
fn the_history_may_be_anything() {
    let history = r#"{"items":[{"request_id":"r-1","endpoint_id":"a/b","started_at":"2026-11-27T12:00:00Z","sent_at":"2026-11-27T12:00:00Z","ended_at":"2026-11-27T12:01:00Z","status_code":200,"duration":52.8,"json_input":{"image_url":"https://v3.fal.media/x"},"json_output":{"image":{"url":"https://v3b.fal.media/y","width":2048,"height":2048},"seed":42,"caption":"A cat."}}],"next_cursor":"c","has_more":true}"#;
    answer::<wire::PastRequests>(&[history], 14);
}

#[test]
fn an_error_may_be_anything() {
    let model = r#"{"detail":[{"loc":["body","image_url"],"msg":"too large","type":"image_too_large","ctx":{"max_height":4096},"url":"https://docs.fal.ai/errors"}]}"#;
    answer::<wire::ErrorBody>(&[model, r#"{"detail":"gone","error_type":"runner_disconnected"}"#], 15);
}

#[test]
fn a_scenario_may_be_anything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let files = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "toml"));
    let texts: Vec<_> = files.map(|file| std::fs::read_to_string(file.path()).unwrap()).collect();
    assert!(texts.len() > 20, "scenarios are there to be damaged");
    let samples: Vec<_> = texts.iter().map(String::as_str).filter(|text| text.len() < 2_000).collect();
    take(&samples, 16, |bytes| {
        let _ = Scenario::parse(&String::from_utf8_lossy(bytes), "mutated");
    });
}

#[test]
fn a_theme_may_be_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mutated.toml");
    let name = path.to_str().unwrap();
    let text = include_str!("../../themes/paper.toml");
    take(
        &[text, "inherits = \"terminal\"\n[roles]\nfailure = { fg = \"magenta\", mods = [\"bold\"] }\n"],
        17,
        |bytes| {
            std::fs::write(&path, bytes).unwrap();
            let _ = Theme::load(name, None);
        },
    );
}

#[test]
fn a_config_file_may_be_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let mut environment = Environment::of([("FAL_KEY", "id:secret")]);
    environment.config_file = Some(path.clone());
    environment.state_dir = Some("/state".into());
    let flags = Cli::read(["fal-tui", "photos"]).unwrap().flags();
    let text = "concurrency = 16\nbudget = 50\ncaptions = [\"txt\", \"xmp\"]\nexclude = [\"raw/**\"]\n\n[param]\nupscale_factor = 3\n\n[keys]\npause = [\"P\"]\n";
    std::fs::write(&path, text).unwrap();
    Settings::resolve(&flags, &environment).expect("the sample itself is a config file");
    take(&[text], 18, |bytes| {
        std::fs::write(&path, bytes).unwrap();
        let _ = Settings::resolve(&flags, &environment);
    });
}
