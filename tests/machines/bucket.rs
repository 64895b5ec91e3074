//! An S3 server of the test's own: moto's, which `tests/machines/requirements.txt` names and `.ci/run` installs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::common::Stage;
use crate::installed::installed;

/// A bucket called `photos` at a server that keeps it in memory, and ends with the test.
pub(crate) struct Bucket {
    server: Child,
    pub(crate) origin: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Bucket {
    /// `None`, and a word on it, where there is no server to be started.
    pub(crate) fn start(stage: &Stage) -> Option<Self> {
        let program = installed("bin/moto_server")?;
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", "0"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
        let origin = lines.find_map(|line| Some(line.split_once("Running on ")?.1.trim().to_owned())).unwrap();
        let log = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&log);
        std::thread::spawn(move || lines.for_each(|line| noted.lock().unwrap().push(line)));
        let bucket = Self { server, origin, log };
        bucket.call(stage, "PUT", "", Vec::new());
        Some(bucket)
    }

    /// What the program finds the bucket by.
    pub(crate) fn env(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", &self.origin),
            ("AWS_ACCESS_KEY_ID", "ours"),
            ("AWS_SECRET_ACCESS_KEY", "very-secret"),
            ("AWS_REGION", "us-east-1"),
        ]
    }

    fn call(&self, stage: &Stage, method: &str, key: &str, body: Vec<u8>) -> reqwest::Response {
        let url = format!("{}/photos/{key}", self.origin);
        let signed =
            "AWS4-HMAC-SHA256 Credential=ours/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let call = reqwest::Client::new().request(method, url).header("authorization", signed).body(body);
        stage.runtime.block_on(async { call.send().await.unwrap() })
    }

    /// Puts something into it, whatever was there.
    pub(crate) fn put(&self, stage: &Stage, key: &str, bytes: Vec<u8>) {
        assert!(self.call(stage, "PUT", key, bytes).status().is_success(), "{key}");
    }

    /// What lies under a key.
    pub(crate) fn get(&self, stage: &Stage, key: &str) -> Option<Vec<u8>> {
        let answer = self.call(stage, "GET", key, Vec::new());
        let found = answer.status().is_success();
        found.then(|| stage.runtime.block_on(async { answer.bytes().await.unwrap().to_vec() }))
    }

    /// The keys that it holds.
    pub(crate) fn keys(&self, stage: &Stage) -> Vec<String> {
        let answer = self.call(stage, "GET", "?list-type=2", Vec::new());
        let listed = stage.runtime.block_on(async { answer.text().await.unwrap() });
        listed.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap().to_owned()).collect()
    }

    /// The calls that came since this was asked last: `GET /photos/a.png HTTP/1.1" 206`.
    pub(crate) fn calls(&self, stage: &Stage) -> Vec<String> {
        // They are written before they are answered, and this one last of all.
        self.call(stage, "GET", "the-last-one", Vec::new());
        let mut calls = Vec::new();
        while !calls.iter().any(|call: &String| call.contains("the-last-one")) {
            let new = std::mem::take(&mut *self.log.lock().unwrap());
            calls.extend(new.into_iter().filter_map(|line| Some(line.split_once('"')?.1.to_owned())));
            std::thread::yield_now();
        }
        calls.retain(|call| !call.contains("the-last-one"));
        calls
    }
}
