//! The protocol as a client meets it: a running sandbox, real sockets.

mod faults;
mod lifetimes;
mod platform;
mod streams;

use std::time::Duration;

use serde_json::{Value, json};

use super::{Options, Sandbox};

const MODEL: &str = "fal-ai/flux-vision-upscaler";

/// A client that knows nothing but HTTP.
struct Client {
    http: reqwest::Client,
    sandbox: Sandbox,
}

impl Client {
    async fn new(latency: u64, runners: usize) -> Self {
        Self::start(Options { latency: Duration::from_millis(latency), runners, ..Options::default() }).await
    }

    async fn start(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        Self { http: reqwest::Client::new(), sandbox }
    }

    fn get(&self, url: &str) -> reqwest::RequestBuilder {
        self.http.get(url).header("authorization", "Key sandbox")
    }

    fn post(&self, url: &str) -> reqwest::RequestBuilder {
        self.http.post(url).header("authorization", "Key sandbox")
    }

    async fn token(&self) -> Value {
        let url = format!("{}/storage/auth/token?storage_type=fal-cdn-v3", self.sandbox.rest_url());
        self.post(&url).json(&json!({})).send().await.unwrap().json().await.unwrap()
    }

    async fn upload(&self, name: &str, bytes: Vec<u8>) -> String {
        let answer: Value = self.try_upload(name, bytes).await.unwrap().json().await.unwrap();
        answer["access_url"].as_str().unwrap().to_owned()
    }

    async fn try_upload(&self, name: &str, bytes: Vec<u8>) -> reqwest::Result<reqwest::Response> {
        let token = self.token().await;
        let url = format!("{}/files/upload", token["base_url"].as_str().unwrap());
        let request = self
            .http
            .post(url)
            .header("authorization", format!("Bearer {}", token["token"].as_str().unwrap()))
            .header("content-type", "image/png")
            .header("x-fal-file-name", name)
            .body(bytes);
        request.send().await
    }

    async fn try_submit(&self, input: Value) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/{MODEL}", self.sandbox.queue_url());
        self.post(&url).json(&input).send().await
    }

    async fn submit(&self, input: Value) -> Value {
        let answer = self.try_submit(input).await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn status(&self, submitted: &Value) -> (u16, Value) {
        let url = format!("{}?logs=1", submitted["status_url"].as_str().unwrap());
        let answer = self.get(&url).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn completed(&self, submitted: &Value) -> reqwest::Response {
        loop {
            let (code, status) = self.status(submitted).await;
            if status["status"] == "COMPLETED" {
                assert_eq!(code, 200);
                return self.get(submitted["response_url"].as_str().unwrap()).send().await.unwrap();
            }
            assert_eq!(code, 202);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn stats(&self) -> Value {
        let url = format!("{}/_sandbox/stats", self.sandbox.origin());
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    async fn clock(&self, order: Value) {
        let url = format!("{}/_sandbox/clock", self.sandbox.origin());
        assert_eq!(self.http.post(url).json(&order).send().await.unwrap().status(), 200);
    }
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let shade = |at: u32| u8::try_from(at % 256).unwrap();
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([shade(x * 7), shade(y * 5), 120]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_picture_comes_back_enlarged_with_a_caption() {
    let client = Client::new(0, 2).await;
    let url = client.upload("a.png", picture(40, 30)).await;
    let submitted = client.submit(json!({ "image_url": url, "upscale_factor": 3, "seed": 7 })).await;
    let answer = client.completed(&submitted).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-fal-billable-units"], "0.0108");
    assert_eq!(answer.headers()["x-fal-request-id"], submitted["request_id"].as_str().unwrap());
    let output: Value = answer.json().await.unwrap();
    assert_eq!((&output["image"]["width"], &output["image"]["height"]), (&json!(120), &json!(90)));
    assert_eq!(output["seed"], 7);
    assert!(output["caption"].as_str().unwrap().contains("40 by 30 pixels"), "{output}");

    let answer = client.http.get(output["image"]["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.content_length(), output["image"]["file_size"].as_u64());
    let bytes = answer.bytes().await.unwrap();
    let made = image::load_from_memory(&bytes).unwrap();
    assert_eq!((made.width(), made.height()), (120, 90));

    let stats = client.stats().await;
    assert_eq!(stats["accepted"], 1);
    assert_eq!(stats["billed"], 1);
    assert_eq!(stats["leaks"]["count"], 0);
}

#[tokio::test]
async fn the_queue_has_true_positions_and_a_limit_on_runners() {
    let client = Client::new(60_000, 1).await;
    let url = client.upload("a.png", picture(8, 8)).await;
    let first = client.submit(json!({ "image_url": url })).await;
    let second = client.submit(json!({ "image_url": url })).await;
    let third = client.submit(json!({ "image_url": url })).await;
    assert_eq!(client.status(&first).await.1["status"], "IN_PROGRESS");
    assert_eq!(client.status(&second).await.1["queue_position"], 0);
    assert_eq!(client.status(&third).await.1["queue_position"], 1);

    let early = client.get(second["response_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(early.status(), 400);

    let cancel = |submitted: &Value| {
        client.http.put(submitted["cancel_url"].as_str().unwrap()).header("authorization", "Key sandbox").send()
    };
    assert_eq!(cancel(&second).await.unwrap().status(), 200);
    assert_eq!(client.status(&third).await.1["queue_position"], 0);
    assert_eq!(cancel(&first).await.unwrap().status(), 202);
    assert_eq!(client.completed(&second).await.status(), 499);
    assert_eq!(cancel(&second).await.unwrap().status(), 400);

    let early = client.status(&first).await.1["logs"].as_array().unwrap().len();
    client.clock(json!({ "advance_s": 30 })).await;
    let later = client.status(&first).await.1["logs"].as_array().unwrap().clone();
    assert!(early < later.len() && later.iter().any(|log| log["message"].as_str().unwrap().contains("/20 [")));
    client.clock(json!({ "advance_s": 60 })).await;
    assert_eq!(client.completed(&first).await.status(), 200);
    client.clock(json!({ "advance_s": 120 })).await;
    assert_eq!(client.completed(&third).await.status(), 200);

    let queue = client.stats().await["queue"].clone();
    assert_eq!((&queue["most_running"], &queue["most_in_flight"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn what_cannot_be_worked_on_is_refused_in_fals_typed_form() {
    let client = Client::new(0, 4).await;
    let text = client.upload("a.jpg", b"not a picture".to_vec()).await;
    let fine = client.upload("b.png", picture(4, 4)).await;
    let gone = format!("{}/cdn/files/b/panda/nowhere_a.png", client.sandbox.origin());
    for (input, kind, field) in [
        (json!({ "image_url": text }), "image_load_error", "image_url"),
        (json!({ "image_url": gone }), "file_download_error", "image_url"),
        (json!({ "image_url": fine, "steps": 99 }), "less_than_equal", "steps"),
        (json!({}), "missing", "image_url"),
    ] {
        let submitted = client.submit(input).await;
        let answer = client.completed(&submitted).await;
        assert_eq!(answer.status(), 422);
        assert_eq!(answer.headers()["x-fal-billable-units"], "0");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["detail"][0]["type"], kind, "{body}");
        assert_eq!(body["detail"][0]["loc"], json!(["body", field]));
    }
    assert_eq!(client.stats().await["billed"], 0);
}

#[tokio::test]
async fn keys_are_asked_for_and_bad_ones_refused() {
    let client = Client::new(0, 1).await;
    let urls = [
        format!("{}/{MODEL}", client.sandbox.queue_url()),
        format!("{}/storage/auth/token?storage_type=fal-cdn-v3", client.sandbox.rest_url()),
        format!("{}/storage/upload/initiate?storage_type=fal-cdn-v3", client.sandbox.rest_url()),
    ];
    for url in &urls {
        for key in [None, Some("Key bad-key"), Some("Key "), Some("Bearer sandbox")] {
            let mut request = client.http.post(url).json(&json!({}));
            if let Some(key) = key {
                request = request.header("authorization", key);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{url} {key:?}");
            assert!(answer.json::<Value>().await.unwrap()["detail"].is_string());
        }
    }
    let pricing = format!("{}/v1/models/pricing?endpoint_id={MODEL}", client.sandbox.api_url());
    assert_eq!(client.http.get(&pricing).send().await.unwrap().status(), 401);
    let prices: Value = client.get(&pricing).send().await.unwrap().json().await.unwrap();
    assert_eq!(prices["prices"][0]["unit_price"], 0.1);
    assert_eq!(prices["prices"][0]["unit"], "megapixels");
}

#[tokio::test]
async fn files_go_up_by_signed_url_and_in_parts() {
    let client = Client::new(0, 1).await;
    let rest = client.sandbox.rest_url();
    let asked = json!({ "content_type": "image/png", "file_name": "b c.png" });

    let url = format!("{rest}/storage/upload/initiate?storage_type=fal-cdn-v3");
    let begun: Value = client.post(&url).json(&asked).send().await.unwrap().json().await.unwrap();
    let bytes = picture(20, 20);
    let put = |kind: &'static str| {
        client.http.put(begun["upload_url"].as_str().unwrap()).header("content-type", kind).body(bytes.clone()).send()
    };
    assert_eq!(put("image/jpeg").await.unwrap().status(), 403);
    assert_eq!(put("image/png").await.unwrap().status(), 200);
    let got = client.http.get(begun["file_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), bytes);

    let url = format!("{rest}/storage/upload/initiate-multipart?storage_type=fal-cdn-v3");
    let begun: Value = client.post(&url).json(&asked).send().await.unwrap().json().await.unwrap();
    let (path, signature) = begun["upload_url"].as_str().unwrap().split_once('?').unwrap();
    let mut parts = Vec::new();
    for (number, piece) in [(1, &bytes[..100]), (2, &bytes[100..])] {
        let put = client.http.put(format!("{path}/{number}?{signature}")).body(piece.to_vec());
        parts.push(put.send().await.unwrap().json::<Value>().await.unwrap());
    }
    let complete = format!("{path}/complete?{signature}");
    let wrong = client.http.post(&complete).json(&json!({ "parts": [parts[0]] })).send().await.unwrap();
    assert_eq!(wrong.status(), 400);
    assert_eq!(client.http.post(&complete).json(&json!({ "parts": parts })).send().await.unwrap().status(), 200);
    let got = client.http.get(begun["file_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), bytes);

    let token = client.token().await;
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    let order = client
        .http
        .post(format!("{}/files/upload/multipart", token["base_url"].as_str().unwrap()))
        .header("authorization", &bearer)
        .header("x-fal-file-name", "c.png");
    let begun: Value = order.send().await.unwrap().json().await.unwrap();
    let path = format!("{}/multipart/{}", begun["access_url"].as_str().unwrap(), begun["uploadId"].as_str().unwrap());
    let part = client.http.put(format!("{path}/1")).header("authorization", &bearer).body(bytes.clone()).send();
    let etag = part.await.unwrap().headers()["etag"].to_str().unwrap().to_owned();
    let complete = client
        .http
        .post(format!("{path}/complete"))
        .header("authorization", &bearer)
        .json(&json!({ "parts": [{ "partNumber": 1, "etag": etag }] }));
    assert_eq!(complete.send().await.unwrap().status(), 200);
    let got = client.http.get(begun["access_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), bytes);
    assert_eq!(client.stats().await["leaks"]["count"], 0);
}

#[tokio::test]
async fn downloads_go_on_where_they_broke_off() {
    let client = Client::new(0, 1).await;
    let bytes = picture(30, 30);
    let url = client.upload("a.png", bytes.clone()).await;
    let whole = client.http.get(&url).send().await.unwrap();
    let etag = whole.headers()["etag"].clone();
    let rest = client.http.get(&url).header("range", "bytes=10-").header("if-range", &etag).send().await.unwrap();
    assert_eq!(rest.status(), 206);
    assert_eq!(rest.headers()["content-range"], format!("bytes 10-{}/{}", bytes.len() - 1, bytes.len()));
    assert_eq!(rest.bytes().await.unwrap(), bytes[10..]);
    let other = client.http.get(&url).header("range", "bytes=10-").header("if-range", "\"other\"").send();
    assert_eq!(other.await.unwrap().status(), 200);
    let known = client.http.get(&url).header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(known.status(), 304);
}

#[tokio::test]
async fn a_key_that_is_sent_to_the_cdn_is_counted_as_a_leak() {
    let client = Client::new(0, 1).await;
    let url = client.upload("a.png", picture(3, 3)).await;
    client.get(&url).send().await.unwrap();
    let leaks = client.stats().await["leaks"].clone();
    assert_eq!(leaks["count"], 1);
    assert!(leaks["first"][0].as_str().unwrap().starts_with("download /cdn/"), "{leaks}");
}

#[tokio::test]
async fn it_speaks_http_2_without_tls() {
    let client = Client::new(0, 1).await;
    let http = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let answer = http.get(format!("{}/_sandbox/stats", client.sandbox.origin())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_2));
}

#[tokio::test]
async fn it_is_gone_once_it_is_dropped() {
    let client = Client::new(0, 1).await;
    let url = format!("{}/_sandbox/stats", client.sandbox.origin());
    client.http.get(&url).send().await.unwrap();
    drop(client);
    let http = reqwest::Client::new();
    for _ in 0..500 {
        if http.get(&url).send().await.is_err_and(|error| error.is_connect()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it still answers");
}
