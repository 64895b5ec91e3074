//! Every fault, by the files in `tests/scenarios/`, as a client without any care for faults meets it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Client, picture};
use crate::sandbox::{Options, Scenario};

fn scenarios() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

async fn playing(name: &str) -> Client {
    start(Scenario::read(&scenarios().join(name).with_extension("toml")).unwrap()).await
}

async fn playing_text(text: &str) -> Client {
    start(Scenario::parse(text, "test").unwrap()).await
}

async fn start(scenario: Scenario) -> Client {
    Client::start(Options { latency: Duration::ZERO, runners: 4, scenario: Some(scenario), ..Options::default() }).await
}

impl Client {
    /// One photo to its result answer, without retries.
    async fn once(&self, url: &str) -> reqwest::Response {
        let submitted = self.submit(json!({ "image_url": url })).await;
        self.completed(&submitted).await
    }

    /// One photo to the URL of its picture.
    async fn made(&self, name: &str) -> String {
        let url = self.upload(name, picture(20, 10)).await;
        let output: Value = self.once(&url).await.json().await.unwrap();
        output["image"]["url"].as_str().unwrap().to_owned()
    }

    async fn fired(&self) -> Vec<u64> {
        let faults = self.stats().await["faults"].clone();
        faults.as_array().unwrap().iter().map(|fault| fault["fired"].as_u64().unwrap()).collect()
    }
}

#[test]
fn every_scenario_file_can_be_read() {
    let mut count = 0;
    let files = walkdir::WalkDir::new(scenarios()).into_iter().map(Result::unwrap);
    for file in files.filter(|entry| entry.file_type().is_file()) {
        Scenario::read(file.path()).unwrap_or_else(|error| panic!("{error}"));
        count += 1;
    }
    assert!(count >= 12, "{count}");
}

#[test]
fn every_example_in_the_documentation_can_be_read() {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/scenarios.md");
    let text = std::fs::read_to_string(docs).unwrap();
    let examples: Vec<_> = text.split("```toml\n").skip(1).map(|part| part.split("```").next().unwrap()).collect();
    assert!(examples.len() > 20, "{}", examples.len());
    for example in examples {
        Scenario::parse(example, "docs/scenarios.md").unwrap_or_else(|error| panic!("{error}\n{example}"));
    }
}

#[tokio::test]
async fn a_photo_that_is_not_meant_meets_no_fault() {
    for name in ["fails_for_good", "html_result", "rate_limited", "escapes"] {
        let client = playing(name).await;
        let url = client.made("fine.png").await;
        let bytes = client.http.get(&url).send().await.unwrap().bytes().await.unwrap();
        assert!(image::load_from_memory(&bytes).is_ok(), "{name}");
        assert!(client.fired().await.iter().all(|count| *count == 0), "{name}");
    }
}

#[tokio::test]
async fn a_run_fails_for_good_or_until_its_third_attempt() {
    let client = playing("fails_for_good").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    for _ in 0..3 {
        let answer = client.once(&url).await;
        assert_eq!(answer.status(), 422);
        assert_eq!(answer.json::<Value>().await.unwrap()["detail"][0]["type"], "content_policy_violation");
    }
    let client = playing("fails_twice").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    for expected in [500, 500, 200, 200] {
        let answer = client.once(&url).await;
        assert_eq!(answer.status(), expected);
        if expected == 500 {
            assert_eq!(answer.headers()["x-fal-error-type"], "runner_server_error");
            assert_eq!(answer.headers()["x-fal-billable-units"], "0");
        }
    }
    let stats = client.stats().await;
    assert_eq!((&stats["accepted"], &stats["billed"]), (&json!(4), &json!(2)));
}

#[tokio::test]
async fn calls_are_answered_as_the_scenario_says() {
    let client = playing("rate_limited").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    for expected in [429, 429, 200] {
        let answer = client.try_submit(json!({ "image_url": url })).await.unwrap();
        assert_eq!(answer.status(), expected);
        assert_eq!(answer.headers().get("retry-after").is_some(), expected == 429);
        assert!(answer.headers().contains_key("x-fal-request-id"));
    }
    assert_eq!(client.stats().await["accepted"], 1);

    let client = playing("nginx_503").await;
    let answer = client.try_upload("faulty.png", picture(9, 9)).await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["content-type"], "text/html");
    assert!(!answer.headers().contains_key("x-fal-request-id"));
    assert!(answer.text().await.unwrap().contains("<center>nginx</center>"));

    let client = playing("garbage_json").await;
    let answer = client.try_upload("faulty.png", picture(9, 9)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.json::<Value>().await.is_err());
}

#[tokio::test]
async fn a_dropped_call_is_carried_out_or_not_as_the_scenario_says() {
    let client = playing("dropped_connection").await;
    assert!(client.try_upload("faulty.png", picture(9, 9)).await.is_err());
    assert_eq!(client.stats().await["inputs"], json!({}));
    let url = client.upload("faulty.png", picture(9, 9)).await;
    let submitted = client.submit(json!({ "image_url": url })).await;
    assert!(client.get(submitted["status_url"].as_str().unwrap()).send().await.is_err());
    while client.status(&submitted).await.1["status"] != "COMPLETED" {}
    assert!(client.get(submitted["response_url"].as_str().unwrap()).send().await.is_err());
    let output: Value = client.completed(&submitted).await.json().await.unwrap();
    let file = output["image"]["url"].as_str().unwrap();
    assert!(client.http.get(file).send().await.unwrap().bytes().await.is_err(), "cut in the middle");
    assert!(client.http.get(file).send().await.unwrap().bytes().await.is_ok());
    assert_eq!(client.stats().await["answers"]["upload"], json!({ "200": 1, "dropped": 1 }));

    let client = playing("lost_reply").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    assert!(client.try_submit(json!({ "image_url": url })).await.is_err());
    assert_eq!(client.stats().await["accepted"], 1);
    assert_eq!(client.try_submit(json!({ "image_url": url })).await.unwrap().status(), 200);
    assert_eq!(client.stats().await["most_accepted_of_one_input"], 2);
}

#[tokio::test]
async fn a_picture_comes_spoiled_and_then_whole() {
    for name in ["truncated_result", "corrupt_result"] {
        let client = playing(name).await;
        let url = client.made("faulty.png").await;
        let bytes = client.http.get(&url).send().await.unwrap().bytes().await.unwrap();
        assert!(image::load_from_memory(&bytes).is_err(), "{name}");
        let bytes = client.http.get(&url).send().await.unwrap().bytes().await.unwrap();
        assert!(image::load_from_memory(&bytes).is_ok(), "{name}");
    }
    let client = playing("html_result").await;
    let url = client.made("faulty.png").await;
    let answer = client.http.get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "text/html"));

    let client = playing("lying_length").await;
    let url = client.made("faulty.png").await;
    let length =
        |answer: &reqwest::Response| answer.headers()["content-length"].to_str().unwrap().parse::<i64>().unwrap();
    let more = client.http.get(&url).send().await.unwrap();
    let claimed = length(&more);
    assert!(more.bytes().await.is_err());
    let less = client.http.get(&url).send().await.unwrap();
    assert_eq!(length(&less), claimed - 1100);
    assert!(image::load_from_memory(&less.bytes().await.unwrap()).is_err());
    let fine = client.http.get(&url).send().await.unwrap().bytes().await.unwrap();
    assert!(image::load_from_memory(&fine).is_ok());
}

#[tokio::test]
async fn a_model_makes_another_picture_than_promised() {
    for (name, size) in [("wrong_size", (20, 10)), ("black_result", (40, 20))] {
        let client = playing(name).await;
        let url = client.made("faulty.png").await;
        let bytes = client.http.get(&url).send().await.unwrap().bytes().await.unwrap();
        let made = image::load_from_memory(&bytes).unwrap().into_rgb8();
        assert_eq!(made.dimensions(), size, "{name}");
        assert_eq!(made.pixels().all(|pixel| pixel.0 == [0, 0, 0]), name == "black_result");
    }
    let client = playing("escapes").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    let submitted = client.submit(json!({ "image_url": url })).await;
    let output: Value = client.completed(&submitted).await.json().await.unwrap();
    assert!(output["caption"].as_str().unwrap().contains('\u{1b}'));
    assert!(output["image"]["file_name"].as_str().unwrap().starts_with("../"));
    assert!(output["image"]["url"].is_string(), "the rest stays");
    let logs = client.status(&submitted).await.1["logs"].to_string();
    assert!(logs.contains("\\u001b[2J"), "{logs}");
}

#[tokio::test]
async fn a_redirect_that_takes_the_key_along_is_a_leak() {
    let client = playing("key_leak_redirect").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    let submitted = client.submit(json!({ "image_url": url })).await;
    let stays = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let status = submitted["status_url"].as_str().unwrap();
    let answer = stays.get(status).header("authorization", "Key sandbox").send().await.unwrap();
    assert_eq!(answer.status(), 307);
    let elsewhere = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(elsewhere.starts_with("http://localhost:"), "{elsewhere}");
    assert_eq!(client.stats().await["leaks"]["count"], 0);
    client.get(&elsewhere).send().await.unwrap();
    assert_eq!(client.stats().await["leaks"]["count"], 1);
    // What is redirected from the CDN is the true file, so that a client may well follow.
    while client.status(&submitted).await.1["status"] != "COMPLETED" {}
    let moved = stays.get(submitted["response_url"].as_str().unwrap()).header("authorization", "Key sandbox").send();
    assert_eq!(moved.await.unwrap().status(), 302);
    let output: Value = client.completed(&submitted).await.json().await.unwrap();
    let bytes = client.http.get(output["image"]["url"].as_str().unwrap()).send().await.unwrap().bytes().await.unwrap();
    assert!(image::load_from_memory(&bytes).is_ok());
    assert_eq!(client.fired().await, [1, 1, 1]);
}

#[tokio::test]
async fn an_account_stays_locked_until_it_is_unlocked() {
    let client = playing("account_locked").await;
    let url = client.upload("a.png", picture(9, 9)).await;
    for expected in [200, 200, 403, 403] {
        let answer = client.try_submit(json!({ "image_url": url })).await.unwrap();
        assert_eq!(answer.status(), expected);
        if expected == 403 {
            let body: Value = answer.json().await.unwrap();
            assert!(body["detail"].as_str().unwrap().starts_with("User is locked. Reason: Exhausted balance"));
        }
    }
    let unlock = client.http.post(format!("{}/_sandbox/unlock", client.sandbox.origin())).send().await.unwrap();
    assert_eq!(unlock.status(), 200);
    for _ in 0..2 {
        assert_eq!(client.try_submit(json!({ "image_url": url })).await.unwrap().status(), 200);
    }
    assert_eq!(client.stats().await["accepted"], 4);
}

#[tokio::test]
async fn an_expired_upload_is_gone_and_a_new_one_is_not() {
    let client = playing("expired_upload").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    let body: Value = client.once(&url).await.json().await.unwrap();
    assert_eq!(body["detail"][0]["type"], "file_download_error");
    assert_eq!(client.http.get(&url).send().await.unwrap().status(), 404);
    assert_eq!(client.once(&url).await.status(), 422, "it stays gone");
    let url = client.upload("faulty.png", picture(9, 9)).await;
    assert_eq!(client.once(&url).await.status(), 200);
}

#[tokio::test]
async fn fal_itself_tries_again_when_a_runner_is_lost() {
    let client = playing("runner_dies").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    assert_eq!(client.once(&url).await.status(), 200);
    assert_eq!(client.fired().await, [2]);
    assert_eq!(client.stats().await["accepted"], 1);

    let client = playing("runner_dies").await;
    let url = client.upload("faulty.png", picture(9, 9)).await;
    let submit = format!("{}/{}", client.sandbox.queue_url(), super::MODEL);
    let submit = client.post(&submit).header("x-fal-no-retry", "1").json(&json!({ "image_url": url }));
    let submitted: Value = submit.send().await.unwrap().json().await.unwrap();
    let answer = client.completed(&submitted).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["x-fal-error-type"], "runner_disconnected");
}

#[tokio::test]
async fn slow_bodies_and_unanswered_calls_go_by_the_sandboxs_clock() {
    let client = playing("slow_drip").await;
    let url = client.made("faulty.png").await;
    client.clock(json!({ "speed": 10_000 })).await;
    let bytes = client.http.get(&url).send().await.unwrap().bytes().await.unwrap();
    assert!(image::load_from_memory(&bytes).is_ok());

    let client = playing("hangs").await;
    let upload = client.try_upload("faulty.png", picture(9, 9));
    assert!(tokio::time::timeout(Duration::from_millis(200), upload).await.is_err());
    assert_eq!(client.stats().await["calls"]["upload"], 1);
    client.upload("faulty.png", picture(9, 9)).await;
}

#[tokio::test]
async fn an_output_says_what_the_scenario_says_and_lacks_what_it_takes_out() {
    let text = "[[fault]]\ncall = \"run\"\noutput = { caption = \"C\", image = { width = 1 } }\n\
                remove = [\"seed\", \"image.height\"]";
    let client = playing_text(text).await;
    let url = client.upload("a.png", picture(9, 9)).await;
    let output: Value = client.once(&url).await.json().await.unwrap();
    assert_eq!((&output["caption"], &output["image"]["width"]), (&json!("C"), &json!(1)));
    assert!(output.get("seed").is_none() && output["image"].get("height").is_none());
    assert!(output["image"]["url"].is_string() && output["timings"].is_object());
}

#[tokio::test]
async fn a_call_may_be_carried_out_and_answered_otherwise() {
    let client = playing_text("[[fault]]\ncall = \"submit\"\nstatus = 502\ningress = true\ncarried_out = true").await;
    let url = client.upload("a.png", picture(9, 9)).await;
    assert_eq!(client.try_submit(json!({ "image_url": url })).await.unwrap().status(), 502);
    assert_eq!(client.stats().await["accepted"], 1);
}

#[tokio::test]
async fn a_call_is_delayed_by_the_sandboxs_clock() {
    let client = playing_text("clock_speed = 0\n[[fault]]\ncall = \"token\"\ndelay_ms = 3600000").await;
    let token = client.token();
    tokio::pin!(token);
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut token).await.is_err());
    client.clock(json!({ "advance_s": 3599 })).await;
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut token).await.is_err());
    client.clock(json!({ "advance_s": 1 })).await;
    assert!(token.await["token"].is_string());
}

#[tokio::test]
async fn other_calls_are_not_held_up_by_one_that_hangs() {
    let client = playing_text("[[fault]]\ncall = \"submit\"\nfile = \"a*\"\nhang = true").await;
    let (slow, fine) = (client.upload("a.png", picture(9, 9)).await, client.upload("b.png", picture(8, 8)).await);
    let hangs = client.try_submit(json!({ "image_url": slow }));
    assert!(tokio::time::timeout(Duration::from_millis(50), hangs).await.is_err());
    assert_eq!(client.once(&fine).await.status(), 200);
    assert_eq!(client.stats().await["submits"], 1, "the call that hangs was never carried out");
}
