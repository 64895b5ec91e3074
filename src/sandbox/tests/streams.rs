//! What comes by itself: the status as a stream, and webhooks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use base64::Engine as _;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Client, MODEL, picture};

#[tokio::test]
async fn a_status_stream_tells_each_state_and_each_log_line_once() {
    let client = Client::new(400, 1).await;
    let url = client.upload("a.png", picture(6, 6)).await;
    let first = client.submit(json!({ "image_url": url })).await;
    let second = client.submit(json!({ "image_url": url })).await;
    let stream = format!("{}/stream?logs=1", second["status_url"].as_str().unwrap());
    let mut answer = client.get(&stream).send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));

    let mut text = String::new();
    while let Some(chunk) = answer.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    let states: Vec<_> = events.iter().map(|event| event["status"].as_str().unwrap()).collect();
    assert_eq!((states[0], *states.last().unwrap()), ("IN_QUEUE", "COMPLETED"));
    assert!(states.contains(&"IN_PROGRESS"));
    let lines = |logs: &Value| -> Vec<String> {
        logs.as_array().into_iter().flatten().map(|log| log["message"].as_str().unwrap().to_owned()).collect()
    };
    let told: Vec<_> = events.iter().flat_map(|event| lines(&event["logs"])).collect();
    assert_eq!(told, lines(&client.status(&second).await.1["logs"]));
    assert!(told.len() > 20);
    assert_eq!(client.completed(&first).await.status(), 200);
}

#[tokio::test]
async fn a_silent_stream_is_kept_open_by_comments() {
    let client = Client::new(60_000, 1).await;
    client.clock(json!({ "speed": 0 })).await;
    let url = client.upload("a.png", picture(6, 6)).await;
    let submitted = client.submit(json!({ "image_url": url })).await;
    let stream = format!("{}/stream", submitted["status_url"].as_str().unwrap());
    let mut answer = client.get(&stream).send().await.unwrap();
    assert!(answer.chunk().await.unwrap().unwrap().starts_with(b"data: "));
    client.clock(json!({ "advance_s": 16 })).await;
    let ping = answer.chunk().await.unwrap().unwrap();
    assert!(ping.starts_with(b": ") && ping.ends_with(b"\n\n"), "{ping:?}");
}

type Heard = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// Somebody who is told of ends, and does not listen at first.
async fn receiver(deaf_for: usize) -> (String, Heard) {
    let heard = Heard::default();
    let ears = heard.clone();
    let hear = move |headers: HeaderMap, body: Bytes| async move {
        let mut heard = ears.lock().unwrap();
        heard.push((headers, body));
        if heard.len() > deaf_for { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(hear))).await });
    (url, heard)
}

#[tokio::test]
async fn an_end_is_told_signed_until_it_is_heard() {
    let client = Client::new(0, 1).await;
    client.clock(json!({ "speed": 1000 })).await;
    let (hook, heard) = receiver(2).await;
    let url = client.upload("a.png", picture(6, 6)).await;
    let submit = format!("{}/{MODEL}", client.sandbox.queue_url());
    let submit = client.post(&submit).query(&[("fal_webhook", &hook)]).json(&json!({ "image_url": url, "steps": 99 }));
    let submitted: Value = submit.send().await.unwrap().json().await.unwrap();
    while client.stats().await["webhooks"]["delivered"] == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 3);
    let (headers, body) = &heard[2];
    let notice: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(notice["request_id"], submitted["request_id"]);
    assert_eq!((&notice["status"], &notice["error"]), (&json!("ERROR"), &json!("Invalid status code: 422")));
    assert_eq!(notice["payload"]["detail"][0]["type"], "less_than_equal");

    let jwks = format!("{}/.well-known/jwks.json", client.sandbox.rest_url());
    let jwks: Value = client.http.get(jwks).send().await.unwrap().json().await.unwrap();
    let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let digest = hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body).as_ref());
    let parts = ["x-fal-webhook-request-id", "x-fal-webhook-user-id", "x-fal-webhook-timestamp"].map(header);
    let message = format!("{}\n{digest}", parts.join("\n"));
    let signature = header("x-fal-webhook-signature");
    let digits: Vec<u8> = signature.chars().map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap()).collect();
    let signature: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    UnparsedPublicKey::new(&ED25519, key).verify(message.as_bytes(), &signature).unwrap();
}
