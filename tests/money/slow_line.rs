//! Uploads over a line that is slow, and over one that is dead.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fal_tui::fal::{ApiKey, Fal, FalError, Hosts, InputFile, Meter, base_url};
use fal_tui::job::{CauseKind, Class, Format};
use fal_tui::storage;
use tempfile::TempDir;

/// More than the buffers between the two ends take, bytes.
const LENGTH: usize = 40 << 20;
const STEP: usize = 8 << 20;

/// A storage that reads what is sent to it only as it is told to.
struct Slow {
    url: String,
    steps: Sender<usize>,
}

impl Slow {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (steps, told) = channel();
        let (told, base) = (Arc::new(Mutex::new(told)), url.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (told, base) = (told.clone(), base.clone());
                thread::spawn(move || serve(stream.unwrap(), &told, &base));
            }
        });
        Self { url, steps }
    }
}

/// Answers the calls of one connection.
fn serve(mut stream: TcpStream, told: &Mutex<Receiver<usize>>, base: &str) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let mut left: usize = length.map_or(0, |length| length.parse().unwrap());
        let body = if head.contains("/auth/token") {
            drop(std::io::copy(&mut (&mut stream).take(left as u64), &mut std::io::sink()));
            format!(r#"{{"token":"t","token_type":"Bearer","base_url":"{base}","expires_at":"2999-01-01T00:00:00Z"}}"#)
        } else {
            while left > 0 {
                let step = told.lock().unwrap().recv().ok()?.min(left);
                std::io::copy(&mut (&mut stream).take(step as u64), &mut std::io::sink()).ok()?;
                left -= step;
            }
            format!(r#"{{"access_url":"{base}/files/a"}}"#)
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

/// Uploads while `meanwhile` happens, on a clock that stands still but for that.
async fn upload(slow: &Slow, meanwhile: impl AsyncFn(&Meter)) -> Result<Box<str>, FalError> {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("photo.jpg");
    std::fs::write(&path, vec![7; LENGTH]).unwrap();
    let host = || base_url(&slow.url).unwrap();
    let fal = Fal::new(Hosts { queue: host(), rest: host(), api: host() }, ApiKey::new("a:b").unwrap()).unwrap();
    let meter = Meter::default();
    let uploading = tokio::spawn({
        let (path, meter) = (path.clone(), meter.clone());
        async move {
            let file =
                InputFile::new(storage::source(&path).take(&path), "photo.jpg".to_owned(), Format::Jpeg).unwrap();
            fal.upload(&file, &meter).await
        }
    });
    meanwhile(&meter).await;
    for _ in 0..20_000 {
        if uploading.is_finished() {
            break;
        }
        pass().await;
    }
    uploading.await.unwrap().map(|(url, _)| url)
}

/// Lets happen what can, without the clock moving.
async fn pass() {
    thread::sleep(Duration::from_millis(1));
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn until_it_moves_no_more(meter: &Meter) {
    let mut still = 0;
    while still < 100 {
        let before = meter.moved();
        pass().await;
        still = if before == 0 || meter.moved() != before { 0 } else { still + 1 };
    }
}

#[test]
fn an_upload_may_take_as_long_as_it_moves() {
    let slow = Slow::start();
    super::on_a_paused_clock(async {
        let done = upload(&slow, async |meter| {
            until_it_moves_no_more(meter).await;
            for _ in 0..LENGTH.div_ceil(STEP) {
                tokio::time::advance(Duration::from_secs(50)).await;
                // What is taken out at the far end lets as much go in here, however long a busy machine
                // takes for it: until then the clock stands.
                let before = meter.moved();
                slow.steps.send(STEP).unwrap();
                while meter.moved() == before && before < LENGTH as u64 {
                    pass().await;
                }
            }
        })
        .await;
        assert!(done.unwrap().ends_with("/files/a"));
    });
}

#[test]
fn an_upload_that_does_not_move_ends() {
    let slow = Slow::start();
    super::on_a_paused_clock(async {
        let failed = upload(&slow, async |meter| {
            until_it_moves_no_more(meter).await;
            for _ in 0..3 {
                tokio::time::advance(Duration::from_secs(61)).await;
                pass().await;
            }
        })
        .await
        .unwrap_err();
        assert_eq!((failed.cause.kind, failed.class), (CauseKind::Timeout, Class::Transient { after: None }));
    });
}
