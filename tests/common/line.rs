//! A line to a server that can be cut without a word: what is sent waits until it is mended.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// Whether the line is cut, and who waits until it is not.
type Cut = Arc<(Mutex<bool>, Condvar)>;

pub(crate) struct Line {
    address: SocketAddr,
    cut: Cut,
}

impl Line {
    /// One from an address of this machine to a Unix socket.
    pub(crate) fn to(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, cut) = (listener.local_addr().unwrap(), Cut::default());
        let of_all = Arc::clone(&cut);
        thread::spawn(move || {
            for caller in listener.incoming() {
                let (Ok(caller), Ok(server)) = (caller, UnixStream::connect(&socket)) else { continue };
                carry(caller.try_clone().unwrap(), server.try_clone().unwrap(), &of_all);
                carry(server, caller, &of_all);
            }
        });
        Self { address, cut }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn cut(&self) {
        *self.cut.0.lock().unwrap() = true;
    }

    /// What was sent meanwhile arrives.
    pub(crate) fn mend(&self) {
        *self.cut.0.lock().unwrap() = false;
        self.cut.1.notify_all();
    }
}

fn carry(mut from: impl Read + Send + 'static, mut to: impl Write + Send + 'static, cut: &Cut) {
    let cut = Arc::clone(cut);
    thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            drop(cut.1.wait_while(cut.0.lock().unwrap(), |is_cut| *is_cut).unwrap());
            if to.write_all(bytes.get(..read).unwrap_or_default()).is_err() {
                return;
            }
        }
    });
}
