//! A host of pictures on this machine, which does as it is told.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What lies at a path, and how it is given.
#[derive(Clone, Default)]
pub(crate) struct Lies {
    pub(crate) bytes: Vec<u8>,
    /// Another status than that of success, with a place to go to if it has one.
    pub(crate) status: Option<(u16, String)>,
    pub(crate) etag: Option<&'static str>,
    pub(crate) modified: Option<&'static str>,
    /// It gives the whole, whatever part is asked for.
    pub(crate) no_parts: bool,
    /// It does not say how long it is.
    pub(crate) no_length: bool,
    /// It says nothing at all.
    pub(crate) silent: bool,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    /// The whole head of the call, in small letters.
    pub(crate) head: String,
    /// Bytes that were given.
    pub(crate) given: u64,
}

impl Asked {
    pub(crate) fn is_of_a_part(&self) -> bool {
        self.head.contains("\r\nrange: ")
    }
}

/// The host. It ends with the test.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    lies: Arc<Mutex<HashMap<String, Lies>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Host {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (lies, asked) = (Arc::<Mutex<HashMap<String, Lies>>>::default(), Arc::<Mutex<Vec<Asked>>>::default());
        let host = Self { address, lies: Arc::clone(&lies), asked: Arc::clone(&asked) };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (lies, asked) = (Arc::clone(&lies), Arc::clone(&asked));
                std::thread::spawn(move || answer(stream, &lies, &asked));
            }
        });
        host
    }

    /// Puts something there; gives its address.
    pub(crate) fn put(&self, path: &str, lies: Lies) -> String {
        self.lies.lock().unwrap().insert(path.to_owned(), lies);
        format!("http://{}{path}", self.address)
    }

    /// The same of a picture that is given as every host does.
    pub(crate) fn picture(&self, path: &str, bytes: Vec<u8>) -> String {
        self.put(path, Lies { bytes, etag: Some("\"one\""), ..Lies::default() })
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(stream: TcpStream, lies: &Mutex<HashMap<String, Lies>>, asked: &Mutex<Vec<Asked>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let path = head.split(' ').nth(1)?.to_owned();
    let head = head.to_lowercase();
    let there = lies.lock().unwrap().get(&path).cloned();
    let there = there.unwrap_or(Lies { status: Some((404, String::new())), ..Lies::default() });
    if there.silent {
        asked.lock().unwrap().push(Asked { path, head, given: 0 });
        // Until whoever asked has gone.
        let _ = reader.read(&mut [0; 16]);
        return None;
    }
    let length = there.bytes.len() as u64;
    let part = head.split_once("\r\nrange: bytes=").and_then(|(_, rest)| {
        let (from, to) = rest.split_once("\r\n")?.0.split_once('-')?;
        Some((from.parse::<u64>().ok()?, to.parse::<u64>().ok()?.saturating_add(1).min(length)))
    });
    let part = part.filter(|_| !there.no_parts);
    let (from, to) = part.unwrap_or((0, length));
    let first = match (&there.status, part) {
        (Some((status, _)), _) => format!("HTTP/1.1 {status} x"),
        (None, Some(_)) => format!("HTTP/1.1 206 x\r\ncontent-range: bytes {from}-{}/{length}", to - 1),
        (None, None) => "HTTP/1.1 200 x".to_owned(),
    };
    let to_go = there.status.as_ref().map(|(_, to)| to.as_str()).filter(|to| !to.is_empty());
    let said = [("location", to_go), ("etag", there.etag), ("last-modified", there.modified)];
    let said = said.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?)));
    let length = (!there.no_length).then(|| format!("content-length: {}", to - from));
    let said: Vec<String> = [first].into_iter().chain(said).chain(length).collect();
    let answer = format!("{}\r\nconnection: close\r\n\r\n", said.join("\r\n"));
    let body = &there.bytes[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
    let mut stream = stream;
    stream.write_all(answer.as_bytes()).ok()?;
    // Whoever has seen enough hangs up.
    let mut given = 0;
    for piece in body.chunks(16 << 10) {
        if stream.write_all(piece).is_err() {
            break;
        }
        given += piece.len() as u64;
    }
    asked.lock().unwrap().push(Asked { path, head, given });
    Some(())
}
