//! What companies put between a desk and fal: a proxy that is asked to CONNECT, and one that speaks in fal's name with a
//! certificate of the company's own CA.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use fal_tui::sandbox::Options;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::common::{self, Stage, fast, run};

/// What the proxy wants: `staff` and `s3cret-word`, as a browser would send them.
const CREDENTIALS: &str = "Basic c3RhZmY6czNjcmV0LXdvcmQ=";

/// A stage on which fal is `https://fal.test`, to be reached through a proxy alone.
struct Company {
    stage: Stage,
    proxy: SocketAddr,
    /// The heads of all calls that came to the proxy.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Company {
    fn new() -> Self {
        let stage = Stage::with(Options { origin: Some("https://fal.test".to_owned()), ..fast() });
        let (fal, asked) = (stage.sandbox.address(), Arc::<Mutex<Vec<String>>>::default());
        let seen = Arc::clone(&asked);
        let proxy = stage.runtime.block_on(async {
            let (front, proxy) = (TcpListener::bind("127.0.0.1:0").await, TcpListener::bind("127.0.0.1:0").await);
            let (front, proxy) = (front.unwrap(), proxy.unwrap());
            let (behind, at) = (front.local_addr().unwrap(), proxy.local_addr().unwrap());
            tokio::spawn(speak_for(front, fal));
            tokio::spawn(connect(proxy, behind, seen));
            at
        });
        Self { stage, proxy, asked }
    }

    /// The program as a desk of the company starts it, with what its proxy wants.
    fn command(&self, credentials: &str) -> Command {
        let mut command = self.stage.command(&["--json", "--yes"]);
        command.env("HTTPS_PROXY", format!("http://{credentials}{}", self.proxy));
        command.env("SSL_CERT_FILE", file("ca.pem")).arg(self.stage.photos());
        command
    }
}

fn file(name: &str) -> PathBuf {
    common::root().join("tests/company").join(name)
}

/// Speaks TLS as `fal.test`, and plainly to the sandbox.
async fn speak_for(front: TcpListener, fal: SocketAddr) {
    let chain = vec![CertificateDer::from_pem_file(file("fal.test.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("fal.test.key")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = front.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // Who does not trust it hangs up.
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut fal = TcpStream::connect(fal).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut fal).await;
            }
        });
    }
}

/// A proxy that lets the company's own people through to one place.
async fn connect(proxy: TcpListener, behind: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    while let Ok((mut stream, _)) = proxy.accept().await {
        let asked = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let may_pass = head.contains(CREDENTIALS);
            asked.lock().unwrap().push(head);
            let answer: &[u8] = if may_pass {
                b"HTTP/1.1 200 OK\r\n\r\n"
            } else {
                b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
            };
            stream.write_all(answer).await.unwrap();
            if may_pass {
                let mut there = TcpStream::connect(behind).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut there).await;
            }
        });
    }
}

#[test]
fn through_a_proxy_and_a_ca_of_the_companys_own_the_batch_is_done() {
    let company = Company::new();
    company.stage.small_photos(3);
    let done = run(&mut company.command("staff:s3cret-word@"));
    done.assert_status(0);
    let pictures = std::fs::read_dir(company.stage.output()).unwrap().flatten();
    assert_eq!(pictures.filter(|file| file.path().extension().is_some_and(|end| end == "png")).count(), 3);
    assert_eq!(company.stage.stats()["accepted"], 3);
    let asked = company.asked.lock().unwrap();
    assert!(!asked.is_empty() && asked.iter().all(|head| head.starts_with("CONNECT fal.test:443 ")), "{asked:?}");
    // What is between us sees whom we speak to, and nothing of what is said.
    assert!(asked.iter().all(|head| !head.to_lowercase().contains("\r\nauthorization:")), "{asked:?}");
    for told in [&done.stdout, &done.stderr] {
        assert!(!told.contains("s3cret-word"), "the proxy's password is nobody's business: {told}");
    }
}

#[test]
fn a_ca_that_is_not_known_here_is_said_with_what_to_do_and_nothing_is_sent() {
    let company = Company::new();
    company.stage.small_photos(1);
    let refused = run(company.command("staff:s3cret-word@").env_remove("SSL_CERT_FILE"));
    assert_eq!(refused.status, 5, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("SSL_CERT_FILE"), "{}", refused.stderr);
    assert_eq!(company.stage.stats()["accepted"], 0);
}

#[test]
fn a_proxy_that_wants_a_password_is_said_to() {
    let company = Company::new();
    company.stage.small_photos(1);
    let refused = run(&mut company.command(""));
    assert_eq!(refused.status, 5, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("HTTPS_PROXY"), "{}", refused.stderr);
}
