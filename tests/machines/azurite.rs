//! Azure Blob Storage of the test's own: Microsoft's Azurite, from npm, which `.ci/run` installs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::common::Stage;
use crate::installed::installed;

/// The account that every Azurite has, and its key, which is no secret.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A container called `photos`. Its server ends with the test.
pub(crate) struct Azurite {
    server: Child,
    origin: String,
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Azurite {
    /// `None`, and a word on it, where there is no server to be started.
    pub(crate) fn start(stage: &Stage) -> Option<Self> {
        let program = installed("node_modules/.bin/azurite-blob")?;
        let mut command = Command::new(program);
        command.args(["--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]);
        command.current_dir(stage.dir.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
        let origin = lines.find_map(|line| Some(line.split_once("listens on ")?.1.trim().to_owned())).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let azurite = Self { server, origin };
        azurite.call(stage, "PUT", "photos", "restype=container", Vec::new());
        Some(azurite)
    }

    /// What the program finds it by.
    pub(crate) fn env(&self) -> [(&'static str, &str); 2] {
        [("AZURE_STORAGE_USE_EMULATOR", "true"), ("AZURITE_BLOB_STORAGE_URL", &self.origin)]
    }

    /// A call signed by the account's key (Azure docs: authorize with Shared Key).
    fn call(&self, stage: &Stage, method: &str, path: &str, query: &str, body: Vec<u8>) -> reqwest::Response {
        let date = httpdate::fmt_http_date(SystemTime::now());
        let length = if body.is_empty() { String::new() } else { body.len().to_string() };
        let headers = format!("x-ms-blob-type:BlockBlob\nx-ms-date:{date}\nx-ms-version:2021-08-06\n");
        let resource = format!("/{ACCOUNT}/{ACCOUNT}/{path}");
        let asked =
            query.split('&').filter(|pair| !pair.is_empty()).map(|pair| format!("\n{}", pair.replace('=', ":")));
        let text = format!("{method}\n\n\n{length}\n\n\n\n\n\n\n\n\n{headers}{resource}{}", asked.collect::<String>());
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(KEY).unwrap());
        let signature = STANDARD.encode(hmac::sign(&key, text.as_bytes()));
        let call = reqwest::Client::new()
            .request(
                reqwest::Method::from_bytes(method.as_bytes()).unwrap(),
                format!("{}/{ACCOUNT}/{path}?{query}", self.origin),
            )
            .header("x-ms-date", date)
            .header("x-ms-version", "2021-08-06")
            .header("x-ms-blob-type", "BlockBlob")
            .header("authorization", format!("SharedKey {ACCOUNT}:{signature}"))
            .body(body);
        stage.runtime.block_on(async { call.send().await.unwrap() })
    }

    /// Puts something into it.
    pub(crate) fn put(&self, stage: &Stage, key: &str, bytes: Vec<u8>) {
        let answer = self.call(stage, "PUT", &format!("photos/{key}"), "", bytes);
        assert!(answer.status().is_success(), "{key}: {}", answer.status());
    }

    /// What lies under a key.
    pub(crate) fn get(&self, stage: &Stage, key: &str) -> Option<Vec<u8>> {
        let answer = self.call(stage, "GET", &format!("photos/{key}"), "", Vec::new());
        let found = answer.status().is_success();
        found.then(|| stage.runtime.block_on(async { answer.bytes().await.unwrap().to_vec() }))
    }
}
