//! The least that the main job can cost: the same calls and the same files, and nothing else. It keeps
//! no ledger, checks nothing, retries nothing and shows nothing: a yardstick, not a program to use.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Makes the bench be the client.
pub(crate) const FLAG: &str = "--bare-client";
/// Requests at fal at once.
const WINDOW: usize = 64;
/// Between the submit and the first status call, and from then on: so that it makes about as many
/// calls a photo as the program.
const POLLS: [Duration; 2] = [Duration::from_millis(700), Duration::from_millis(1250)];
/// Where pictures go.
const OUTPUT: &str = "photos-upscaled";

/// Where everything is, and who asks.
struct Fal {
    client: reqwest::Client,
    queue: String,
    key: String,
    cdn: String,
    token: String,
}

/// Does the main job on `photos` in the current folder.
pub(crate) fn run() {
    // As the program does: the network has one thread, the disk others.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async { tokio::spawn(all()).await.unwrap() });
}

async fn all() {
    let mut photos: Vec<PathBuf> = fs::read_dir("photos").unwrap().map(|entry| entry.unwrap().path()).collect();
    photos.sort();
    fs::create_dir(OUTPUT).unwrap();
    let (fal, window) = (Arc::new(Fal::of_environment().await), Arc::new(Semaphore::new(WINDOW)));
    let mut tasks = Vec::new();
    for photo in photos {
        let (fal, slot) = (Arc::clone(&fal), Arc::clone(&window).acquire_owned().await.unwrap());
        tasks.push(tokio::spawn(async move {
            fal.one(photo).await;
            drop(slot);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

impl Fal {
    async fn of_environment() -> Self {
        let set = |name: &str| std::env::var(name).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let (queue, rest, key) = (set("FAL_TUI_QUEUE_URL"), set("FAL_TUI_REST_URL"), format!("Key {}", set("FAL_KEY")));
        let url = format!("{rest}/storage/auth/token?storage_type=fal-cdn-v3");
        let token = ask(client.post(url).header(AUTHORIZATION, &key).json(&json!({}))).await;
        let of = |field: &str| token[field].as_str().unwrap().to_owned();
        Self { client, queue, key, cdn: of("base_url"), token: format!("{} {}", of("token_type"), of("token")) }
    }

    async fn one(&self, photo: PathBuf) {
        let path = photo.clone();
        let bytes = spawn_blocking(move || fs::read(path).unwrap()).await.unwrap();
        let upload = self.client.post(format!("{}/files/upload", self.cdn)).header(AUTHORIZATION, &self.token);
        let upload = upload.header(CONTENT_TYPE, "image/png").header("x-fal-file-name", "photo.png").body(bytes);
        let body = json!({ "image_url": ask(upload).await["access_url"] });
        let submit = self.client.post(format!("{}/fal-ai/flux-vision-upscaler", self.queue));
        let request = ask(submit.header(AUTHORIZATION, &self.key).json(&body)).await;
        let get = |url: &Value| self.client.get(url.as_str().unwrap()).header(AUTHORIZATION, &self.key);
        let mut wait = POLLS[0];
        loop {
            tokio::time::sleep(wait).await;
            if ask(get(&request["status_url"])).await["status"] == "COMPLETED" {
                break;
            }
            wait = POLLS[1];
        }
        let result = ask(get(&request["response_url"])).await;
        let picture = self.client.get(result["image"]["url"].as_str().unwrap()).send().await.unwrap();
        let picture = picture.bytes().await.unwrap();
        spawn_blocking(move || save(&photo, &picture, result["caption"].as_str().unwrap())).await.unwrap();
    }
}

async fn ask(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap().error_for_status().unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// Both files whole or not at all, and there after a loss of power.
fn save(photo: &Path, picture: &[u8], caption: &str) {
    for (extension, bytes) in [("txt", caption.as_bytes()), ("png", picture)] {
        let mut file = tempfile::Builder::new().tempfile_in(OUTPUT).unwrap();
        file.write_all(bytes).unwrap();
        file.as_file().sync_all().unwrap();
        let name = photo.with_extension(extension);
        file.persist_noclobber(Path::new(OUTPUT).join(name.file_name().unwrap())).unwrap();
    }
    File::open(OUTPUT).unwrap().sync_all().unwrap();
}
