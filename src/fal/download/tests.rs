//! Downloads that break, from a host that says just what it is told to.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::fal::{ApiKey, Hosts, base_url};
use crate::job::CauseKind;

/// A file host that gives these answers, one a connection, and then hangs up each time.
struct Host {
    fal: Fal,
    url: String,
    /// The heads of the calls that came.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Host {
    async fn that_says(answers: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (seen, answers) = (Arc::clone(&asked), answers.into_iter().collect::<Vec<_>>());
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                seen.lock().unwrap().push(String::from_utf8(head).unwrap().to_lowercase());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let at = || base_url(&origin).unwrap();
        let hosts = Hosts { queue: at(), rest: at(), api: at() };
        Self { fal: Fal::new(hosts, ApiKey::new("id:secret").unwrap()).unwrap(), url: format!("{origin}/a.png"), asked }
    }

    /// All of it, as somebody who heeds [`Piece::Restart`] gets it; and how often it began anew.
    async fn fetch(&self) -> Result<(String, usize), FalError> {
        let mut download = self.fal.download(&self.url).await?;
        let (mut came, mut anew) = (Vec::new(), 0);
        while let Some(piece) = download.next().await {
            match piece? {
                Piece::Bytes(bytes) => came.extend_from_slice(&bytes),
                Piece::Restart => {
                    came.clear();
                    anew += 1;
                }
            }
        }
        assert_eq!(download.length.unwrap(), came.len() as u64);
        Ok((String::from_utf8(came).unwrap(), anew))
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// An answer with this head, and a body that may be shorter than the head says.
fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n{body}")
}

fn tagged(length: usize, tag: &str, body: &str) -> String {
    answer("200 OK", &format!("content-length: {length}\r\netag: {tag}\r\n"), body)
}

fn part(range: &str, length: usize, body: &str) -> String {
    let headers = format!("content-length: {length}\r\ncontent-range: bytes {range}\r\n");
    answer("206 Partial Content", &headers, body)
}

#[tokio::test]
async fn what_broke_off_goes_on_from_there_and_more_than_once() {
    let host =
        Host::that_says([tagged(10, "\"v1\"", "0123"), part("4-9/10", 6, "45"), part("6-9/10", 4, "6789")]).await;
    assert_eq!(host.fetch().await.unwrap(), ("0123456789".to_owned(), 0));
    let asked = host.asked();
    assert!(!asked[0].contains("range"), "{}", asked[0]);
    for (call, range) in [(1, "range: bytes=4-\r\n"), (2, "range: bytes=6-\r\n")] {
        assert!(asked[call].contains(range) && asked[call].contains("if-range: \"v1\"\r\n"), "{}", asked[call]);
    }
    assert!(asked.iter().all(|head| !head.contains("authorization")));
}

#[tokio::test]
async fn a_host_that_gives_the_whole_instead_is_listened_to_from_its_beginning() {
    // It knows no ranges, or has another file there by now.
    let host = Host::that_says([tagged(10, "\"v1\"", "0123"), tagged(6, "\"v2\"", "abcdef")]).await;
    assert_eq!(host.fetch().await.unwrap(), ("abcdef".to_owned(), 1));
}

#[tokio::test]
async fn without_anything_to_tell_the_file_by_the_whole_is_asked_for() {
    for headers in ["content-length: 4\r\n", "content-length: 4\r\netag: W/\"weak\"\r\n"] {
        let host = Host::that_says([answer("200 OK", headers, "01"), answer("200 OK", headers, "0123")]).await;
        assert_eq!(host.fetch().await.unwrap(), ("0123".to_owned(), 1));
        assert!(!host.asked()[1].contains("range"), "{}", host.asked()[1]);
    }
    let headers = "content-length: 4\r\nlast-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n";
    let host = Host::that_says([answer("200 OK", headers, "01"), part("2-3/4", 2, "23")]).await;
    assert_eq!(host.fetch().await.unwrap(), ("0123".to_owned(), 0));
}

#[tokio::test]
async fn a_part_of_something_else_is_not_taken_for_the_rest() {
    for other in [part("3-9/10", 7, "3456789"), part("4-9/11", 6, "456789"), answer("206 Partial Content", "", "x")] {
        let host = Host::that_says([tagged(10, "\"v1\"", "0123"), other]).await;
        let error = host.fetch().await.unwrap_err();
        assert_eq!((error.cause.kind, error.class), (CauseKind::Network, Class::Transient { after: None }));
    }
}

#[tokio::test]
async fn what_keeps_breaking_is_given_up_as_a_break_that_may_be_tried_again() {
    let breaks = usize::try_from(BREAKS).unwrap();
    let answers = std::iter::once(tagged(10, "\"v1\"", "0123")).chain((0..9).map(|_| part("4-9/10", 6, "")));
    let host = Host::that_says(answers).await;
    let error = host.fetch().await.unwrap_err();
    assert_eq!(error.class, Class::Transient { after: None });
    assert_eq!(host.asked().len(), 1 + breaks);
    // A refusal of the rest says nothing of the whole.
    let host = Host::that_says([tagged(10, "\"v1\"", "0123"), answer("416 Range Not Satisfiable", "", "")]).await;
    let error = host.fetch().await.unwrap_err();
    assert_eq!((error.cause.http, error.class), (None, Class::Transient { after: None }));
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_and_to_public_places_only() {
    let to = |place: &str| answer("302 Found", &format!("location: {place}\r\ncontent-length: 0\r\n"), "");
    let host = Host::that_says([to("/b.png"), to("c.png?x=1"), tagged(2, "\"v1\"", "ab")]).await;
    assert_eq!(host.fetch().await.unwrap(), ("ab".to_owned(), 0));
    assert!(host.asked()[2].starts_with("get /c.png?x=1 "));

    let host = Host::that_says((0..9).map(|_| to("/a.png"))).await;
    assert!(host.fetch().await.is_err());
    assert_eq!(host.asked().len(), 1 + REDIRECTS);

    for inner in ["http://169.254.169.254/latest/meta-data", "file:///etc/passwd"] {
        let host = Host::that_says([to(inner)]).await;
        assert_eq!(host.fetch().await.unwrap_err().cause.kind, CauseKind::BadResponse, "{inner}");
    }
}

#[test]
fn only_progress_makes_breaks_be_forgiven() {
    let mut breaks = Breaks::default();
    assert!((0..BREAKS).all(|_| breaks.next(PROGRESS - 1).is_some()));
    assert_eq!(breaks.next(PROGRESS - 1), None);
    assert_eq!(breaks.next(PROGRESS), Some(PAUSE));
    // A host that begins anew each time would go on for ever.
    let mut anew = breaks.anew();
    let more = (2..9).take_while(|times| anew.next(PROGRESS * times).is_some()).count();
    assert_eq!(more, usize::try_from(BREAKS).unwrap() - 1);
}

#[test]
fn what_only_drips_is_too_slow_and_the_time_that_nobody_waits_does_not_count() {
    let second = Duration::from_secs(1);
    let mut floor = Floor::default();
    assert!((1..30).all(|came| !floor.waited(second, came)));
    assert!(floor.waited(second, 30), "thirty bytes in half a minute");
    let mut floor = Floor::default();
    assert!((1..300).all(|n| !floor.waited(second, n * FLOOR / 29)), "a slow line may take as long as it likes");
    assert!((1..300).all(|_| !floor.waited(Duration::ZERO, 0)));
}
