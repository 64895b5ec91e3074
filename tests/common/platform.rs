//! A platform API of a test's own.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::Stage;

/// A platform that publishes what a test wants, in place of the sandbox's own.
pub(crate) struct Platform {
    pub(crate) url: String,
    pub(crate) body: Arc<Mutex<String>>,
    /// What it has where schemas are, too.
    pub(crate) document: Arc<Mutex<String>>,
    pub(crate) asked: Arc<AtomicUsize>,
}

impl Platform {
    pub(crate) fn start(stage: &Stage) -> Self {
        let (body, asked) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let (text, count) = (body.clone(), asked.clone());
        let models = move |Query(query): Query<Vec<(String, String)>>| {
            let is_one = query.iter().any(|(name, _)| name == "endpoint_id");
            count.fetch_add(usize::from(is_one), Ordering::SeqCst);
            let text = text.lock().unwrap().clone();
            async move { ([("content-type", "application/json")], text).into_response() }
        };
        let document = Arc::new(Mutex::new(String::new()));
        let kept = document.clone();
        let schema = move || {
            let text = kept.lock().unwrap().clone();
            async move { text }
        };
        let app = Router::new()
            .route("/v1/models", axum::routing::get(models))
            .route("/openapi/queue/openapi.json", axum::routing::get(schema));
        let listener = stage.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        stage.runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, body, document, asked }
    }

    /// Publishes a model of the sandbox with this document.
    pub(crate) fn publish(&self, id: &str, document: &Value) {
        *self.body.lock().unwrap() = json!({ "models": [{ "endpoint_id": id, "openapi": document }] }).to_string();
    }

    pub(crate) fn command(&self, stage: &Stage, args: &[&str]) -> Command {
        let mut command = stage.command(args);
        command.env("FAL_TUI_API_URL", &self.url);
        command
    }
}

/// The sandbox's own API behind a door that can be shut.
pub(crate) struct Door {
    pub(crate) url: String,
    is_shut: Arc<AtomicBool>,
}

impl Door {
    pub(crate) fn start(stage: &Stage) -> Self {
        let is_shut = Arc::new(AtomicBool::new(false));
        let (shut, api) = (is_shut.clone(), stage.sandbox.api_url());
        let pass = move |request: Request| {
            let (shut, api) = (shut.load(Ordering::SeqCst), api.clone());
            async move {
                if shut {
                    return StatusCode::SERVICE_UNAVAILABLE.into_response();
                }
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let url = format!("{api}{}", parts.uri.path_and_query().unwrap());
                let mut asked = reqwest::Client::new().request(parts.method, url).body(body);
                for name in ["authorization", "content-type"] {
                    if let Some(value) = parts.headers.get(name) {
                        asked = asked.header(name, value);
                    }
                }
                let reply = asked.send().await.unwrap();
                (reply.status(), reply.bytes().await.unwrap()).into_response()
            }
        };
        let app = Router::new().fallback(pass);
        let listener = stage.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        stage.runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, is_shut }
    }

    pub(crate) fn shut(&self) {
        self.is_shut.store(true, Ordering::SeqCst);
    }
}

/// The schema of a model whose input has these properties beside the picture's.
pub(crate) fn document(more: &Value) -> Value {
    let mut properties = json!({ "uov_image_url": { "type": "string" } });
    properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let image = json!({ "properties": { "url": { "type": "string" }, "width": { "type": "integer" } } });
    json!({ "components": { "schemas": {
        "AInput": { "required": ["uov_image_url"], "properties": properties },
        "AOutput": { "properties": { "images": { "type": "array", "items": image } } },
    } } })
}
