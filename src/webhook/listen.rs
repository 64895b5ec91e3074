//! The listener. Behind it is a tunnel or a proxy that has a public name and speaks TLS, so that it speaks plain HTTP;
//! whoever comes, comes in bounded number and has bounded time.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep};

use super::desk::{Desk, take};
use super::inbox::Inbox;
use super::keys::Keys;
use crate::fal::Fal;

/// Connections at once. Others wait to be let in.
const MOST: usize = 256;
/// How long one may be silent.
const SILENCE: Duration = Duration::from_secs(30);
/// How long one may last, whatever comes: fal waits no longer for an answer (fal docs: webhooks).
const LONGEST: Duration = Duration::from_mins(2);

/// Nobody can be heard there.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be heard at {at}: {}\nhint: --listen takes an address of this machine with a free port", reason(.source))]
pub struct ListenError {
    at: SocketAddr,
    source: io::Error,
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not listen there".to_owned(),
        _ => error.to_string(),
    }
}

/// A place that is taken, where nobody is heard yet.
#[derive(Debug)]
pub struct Bound(TcpListener);

/// Webhooks are heard as long as it lives.
#[derive(Debug)]
pub struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Bound {
    /// Takes a place.
    ///
    /// # Errors
    /// If it cannot be had.
    pub async fn at(at: SocketAddr) -> Result<Self, ListenError> {
        TcpListener::bind(at).await.map(Self).map_err(|source| ListenError { at, source })
    }

    /// Begins to hear; what fal tells goes into `inbox`.
    #[must_use]
    pub fn listen(self, fal: Fal, inbox: Inbox) -> Listening {
        let desk = Arc::new(Desk::new(Keys::new(fal), inbox));
        let app = Router::new().fallback(take).with_state(desk);
        let door = Door { tcp: self.0, places: Arc::new(Semaphore::new(MOST)) };
        Listening(tokio::spawn(async move {
            if let Err(error) = axum::serve(door, app).await {
                tracing::error!(%error, "webhooks are heard no more");
            }
        }))
    }
}

/// Lets so many in at once.
struct Door {
    tcp: TcpListener,
    places: Arc<Semaphore>,
}

impl Listener for Door {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        let place = self.places.clone().acquire_owned().await.ok();
        let (tcp, peer) = Listener::accept(&mut self.tcp).await;
        let guest = Guest { tcp, silent: Box::pin(sleep(SILENCE)), end: Box::pin(sleep(LONGEST)), _place: place };
        (guest, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// A connection that has to say something now and then, and to be brief.
struct Guest {
    tcp: TcpStream,
    silent: Pin<Box<Sleep>>,
    end: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Guest {
    fn out_of_time(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.end.as_mut().poll(cx).is_pending() {
            ready!(self.silent.as_mut().poll(cx));
        }
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }
}

impl AsyncRead for Guest {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Poll::Ready(error) = self.out_of_time(cx) {
            return Poll::Ready(Err(error));
        }
        let read = ready!(Pin::new(&mut self.tcp).poll_read(cx, buf));
        self.silent.as_mut().reset(Instant::now() + SILENCE);
        Poll::Ready(read)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Poll::Ready(error) = self.out_of_time(cx) {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
