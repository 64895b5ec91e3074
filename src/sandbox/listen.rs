//! The listener: loopback only, and each connection can be cut from inside a handler.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Cuts the connection that a call came by, as a dying proxy would: with a reset, mid-sentence.
/// On HTTP/2 that hits every call that shares the connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut(Arc<AtomicBool>);

impl Cut {
    /// Nothing more goes out on the connection.
    pub(super) fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn done(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Accepts connections from this machine.
#[derive(Debug)]
pub(super) struct Loopback(TcpListener);

impl Loopback {
    /// Listens on 127.0.0.1 at `port`; 0 takes a free one.
    pub(super) async fn bind(port: u16) -> io::Result<Self> {
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map(Self)
    }
}

impl Listener for Loopback {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (tcp, peer) = Listener::accept(&mut self.0).await;
        // Answers are small and latency is what we measure on; without it they are merely slower.
        let _ = tcp.set_nodelay(true);
        (Wire { tcp, cut: Cut::default() }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that ends in a reset once it is cut.
#[derive(Debug)]
pub(super) struct Wire {
    tcp: TcpStream,
    cut: Cut,
}

impl Wire {
    fn alive(&self) -> io::Result<()> {
        if self.cut.done() {
            // Without lingering, closing sends RST in place of FIN.
            self.tcp.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Connected<IncomingStream<'_, Loopback>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Self {
        stream.io().cut.clone()
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.alive()?;
        Pin::new(&mut self.tcp).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.alive()?;
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.alive()?;
        Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.alive()?;
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.alive()?;
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
