//! Order, patience and what is forgotten: priority, start timeouts, expiry, other models.

use serde_json::{Value, json};

use super::{Client, MODEL, picture};

impl Client {
    async fn submit_with(&self, path: &str, headers: &[(&str, &str)], input: &Value) -> reqwest::Response {
        let mut request = self.post(&format!("{}/{path}", self.sandbox.queue_url())).json(input);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }
}

#[tokio::test]
async fn low_priority_waits_behind_everybody() {
    let client = Client::new(60_000, 1).await;
    client.clock(json!({ "speed": 0 })).await;
    let input = json!({ "image_url": client.upload("a.png", picture(4, 4)).await });
    client.submit(input.clone()).await;
    let low = client.submit_with(MODEL, &[("x-fal-queue-priority", "low")], &input).await;
    let low: Value = low.json().await.unwrap();
    assert_eq!(low["queue_position"], 0);
    let normal = client.submit_with(MODEL, &[("x-fal-queue-priority", "normal")], &input).await;
    assert_eq!(normal.json::<Value>().await.unwrap()["queue_position"], 0);
    assert_eq!(client.status(&low).await.1["queue_position"], 1);

    let path = format!("{MODEL}?fal_max_queue_length=1");
    assert_eq!(client.submit_with(&path, &[], &input).await.status(), 429);
    let path = format!("{MODEL}?fal_max_queue_length=2");
    assert_eq!(client.submit_with(&path, &[], &input).await.status(), 200);
}

#[tokio::test]
async fn who_does_not_start_in_time_ends_by_the_callers_own_timeout() {
    let client = Client::new(60_000, 1).await;
    client.clock(json!({ "speed": 0 })).await;
    let input = json!({ "image_url": client.upload("a.png", picture(4, 4)).await });
    let runs = client.submit_with(MODEL, &[("x-fal-request-start-timeout", "5")], &input).await;
    let runs: Value = runs.json().await.unwrap();
    let waits = client.submit_with(MODEL, &[("x-fal-request-timeout", "5")], &input).await;
    let waits: Value = waits.json().await.unwrap();
    client.clock(json!({ "advance_s": 6 })).await;
    let ended = client.completed(&waits).await;
    assert_eq!(ended.status(), 504);
    assert_eq!(ended.headers()["x-fal-request-timeout-type"], "user");
    assert_eq!(client.status(&runs).await.1["status"], "IN_PROGRESS");
    let wrong = client.submit_with(MODEL, &[("x-fal-request-start-timeout", "0.1")], &input).await;
    assert_eq!(wrong.status(), 400);
    assert_eq!(client.stats().await["headers"]["x-fal-request-timeout"], json!({ "5": 1 }));
}

#[tokio::test]
async fn results_and_files_are_gone_after_their_time() {
    let client = Client::new(0, 4).await;
    let input = json!({ "image_url": client.upload("a.png", picture(4, 4)).await });
    let stored: Value = client.submit_with(MODEL, &[], &input).await.json().await.unwrap();
    let life = ("x-fal-object-lifecycle-preference", "{\"expiration_duration_seconds\": 60}");
    let short: Value = client.submit_with(MODEL, &[("x-fal-store-io", "0"), life], &input).await.json().await.unwrap();
    let output: Value = client.completed(&short).await.json().await.unwrap();
    let file = output["image"]["url"].as_str().unwrap();
    client.completed(&stored).await;
    assert_eq!(client.http.get(file).send().await.unwrap().status(), 200);
    client.clock(json!({ "advance_s": 61 })).await;
    assert_eq!(client.http.get(file).send().await.unwrap().status(), 404);
    client.clock(json!({ "advance_s": 3600 })).await;
    let result = |submitted: &Value| client.get(submitted["response_url"].as_str().unwrap()).send();
    let gone = result(&short).await.unwrap();
    assert_eq!((gone.status().as_u16(), gone.json::<Value>().await.unwrap()), (404, json!({ "status": "NOT_FOUND" })));
    assert_eq!(result(&stored).await.unwrap().status(), 200);
    client.clock(json!({ "advance_s": 31 * 86_400 })).await;
    assert_eq!(result(&stored).await.unwrap().status(), 404);

    let acl = ("x-fal-object-lifecycle-preference", "{\"initial_acl\": {\"default\": \"forbid\"}}");
    let hidden: Value = client.submit_with(MODEL, &[acl], &input).await.json().await.unwrap();
    let output: Value = client.completed(&hidden).await.json().await.unwrap();
    assert_eq!(client.http.get(output["image"]["url"].as_str().unwrap()).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn other_models_have_other_fields_and_outputs() {
    let client = Client::new(0, 4).await;
    let url = client.upload("a.png", picture(8, 6)).await;
    let input = json!({ "uov_image_url": url, "uov_method": "Upscale (1.5x)", "num_images": 2 });
    let vary = client.submit_with("fal-ai/fooocus/upscale-or-vary", &[], &input).await;
    let vary: Value = vary.json().await.unwrap();
    assert!(vary["status_url"].as_str().unwrap().contains("/queue/fal-ai/fooocus/requests/"), "{vary}");
    let answer = client.completed(&vary).await;
    assert_eq!(answer.headers()["x-fal-billable-units"], "2");
    let output: Value = answer.json().await.unwrap();
    assert_eq!(output["images"].as_array().unwrap().len(), 2);
    assert_eq!(output["images"][1]["width"], 12);

    let caption = client.submit_with("fal-ai/florence-2-large/caption", &[], &json!({ "image_url": url })).await;
    let caption: Value = caption.json().await.unwrap();
    let output: Value = client.completed(&caption).await.json().await.unwrap();
    assert_eq!(output.as_object().unwrap().len(), 1);
    assert!(output["results"].as_str().unwrap().contains("8 by 6 pixels"));

    let wrong = json!({ "uov_image_url": url, "uov_method": "Upscale (9x)" });
    let wrong: Value = client.submit_with("fal-ai/fooocus/upscale-or-vary", &[], &wrong).await.json().await.unwrap();
    let body: Value = client.completed(&wrong).await.json().await.unwrap();
    assert_eq!(body["detail"][0]["type"], "one_of");
    assert_eq!(body["detail"][0]["ctx"]["expected"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn what_does_not_exist_is_said_in_fals_words() {
    let client = Client::new(0, 1).await;
    let input = json!({});
    for (path, code, text) in [
        ("fal-ai/nothing", 404, "Application 'nothing' not found"),
        ("fal-ai/fooocus/paint", 404, "Path /paint not found"),
        ("fal-ai/fooocus/upscale-or-vary/requests/00000000-0000-0000-0000-000000000000", 405, "Method Not Allowed"),
    ] {
        let answer = client.submit_with(path, &[], &input).await;
        assert_eq!(answer.status(), code, "{path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["detail"], text);
    }
    let none = format!("{}/{MODEL}/requests/{}/status", client.sandbox.queue_url(), uuid::Uuid::nil());
    let answer = client.get(&none).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap()),
        (404, json!({ "status": "NOT_FOUND" }))
    );
    let large = client.post(&format!("{}/{MODEL}", client.sandbox.queue_url())).body(vec![b' '; 33 << 20]).send().await;
    assert_eq!(large.unwrap().status(), 413);
}
