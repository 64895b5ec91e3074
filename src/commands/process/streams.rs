//! Where a run is told: standard output and standard error, as they are or through a spool.
//!
//! A run of one process waits for who reads it, so that nothing is left out. One of many workers does not: while its pipe
//! is full it would keep its share of the window, and whoever reads it may be stopped for good.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What may lie unread, bytes; what comes then is left out.
const MOST: usize = 64 << 20;
/// How long the end waits for a reader who takes nothing.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where a run is told.
pub(in crate::commands) struct Streams {
    pub(in crate::commands) out: Box<dyn Write + Send>,
    pub(in crate::commands) err: Box<dyn Write + Send>,
    spools: Vec<Spool>,
}

impl Streams {
    /// So that one of many workers never waits for who reads them. A terminal is read by whoever sits there, and a bar
    /// on it stands below what is told.
    ///
    /// # Errors
    /// If there are no threads to be had.
    pub(in crate::commands) fn of(is_worker: bool) -> io::Result<Self> {
        let mut streams = Self { out: Box::new(io::stdout()), err: Box::new(io::stderr()), spools: Vec::new() };
        if is_worker && !io::stdout().is_terminal() {
            streams.out = Box::new(streams.spool(io::stdout())?);
        }
        if is_worker && !io::stderr().is_terminal() {
            streams.err = Box::new(streams.spool(io::stderr())?);
        }
        Ok(streams)
    }

    fn spool(&mut self, over: impl Write + Send + 'static) -> io::Result<Spool> {
        let spool = Spool::over(over)?;
        self.spools.push(spool.clone());
        Ok(spool)
    }

    /// Returns once all is written, or nobody takes it.
    pub(in crate::commands) fn end(self) {
        let left_out: usize = self.spools.iter().map(Spool::end).sum();
        if left_out > 0 {
            tracing::error!(left_out, "what was told was not read, bytes");
        }
    }
}

/// What waits to be written, and a thread that writes it.
#[derive(Debug, Clone)]
struct Spool(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Vec<u8>>,
    /// What waits or is being written, bytes.
    unread: usize,
    left_out: usize,
    failed: Option<ErrorKind>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change to it is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spool {
    fn over(out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let spool = Self(Arc::clone(&shared));
        thread::Builder::new().name("spool".to_owned()).spawn(move || write_on(&shared, out))?;
        Ok(spool)
    }

    /// Waits until all is written, for as long as some of it is; what was left out and what is given up, bytes.
    fn end(&self) -> usize {
        let mut state = self.0.state();
        while state.unread > 0 && state.failed.is_none() {
            let before = state.unread;
            let (now, late) = self.0.changed.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            state = now;
            if late.timed_out() && state.unread == before {
                break;
            }
        }
        state.left_out + state.unread
    }
}

impl Write for Spool {
    /// Takes all of it or leaves all of it out, so that no line is cut.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.state();
        if let Some(kind) = state.failed {
            return Err(kind.into());
        }
        if state.unread + bytes.len() > MOST {
            state.left_out += bytes.len();
        } else {
            state.unread += bytes.len();
            state.waiting.push_back(bytes.to_vec());
            self.0.changed.notify_all();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what waits for as long as the process lives, or until it cannot be written.
fn write_on(shared: &Shared, mut out: impl Write) {
    let mut state = shared.state();
    loop {
        let Some(bytes) = state.waiting.pop_front() else {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        drop(state);
        let written = out.write_all(&bytes).and_then(|()| out.flush());
        state = shared.state();
        state.unread -= bytes.len();
        state.failed = written.err().map(|error| error.kind());
        shared.changed.notify_all();
        if state.failed.is_some() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_who_does_not_read_and_what_is_read_is_whole() {
        let (mut ours, theirs) = io::pipe().unwrap();
        let mut spool = Spool::over(theirs).unwrap();
        let line = vec![b'x'; 1 << 20];
        for _ in 0..70 {
            spool.write_all(&line).unwrap();
        }
        let mut read = vec![0; 60 << 20];
        io::Read::read_exact(&mut ours, &mut read).unwrap();
        spool.write_all(b"end").unwrap();
        drop(thread::spawn(move || io::copy(&mut ours, &mut io::sink())));
        assert_eq!(spool.end() % (1 << 20), 0, "whole pieces are left out");
        assert!(spool.end() >= 6 << 20);
    }

    #[test]
    fn who_has_gone_is_told_of() {
        let (ours, theirs) = io::pipe().unwrap();
        drop(ours);
        let mut spool = Spool::over(theirs).unwrap();
        spool.write_all(b"one").unwrap();
        assert_eq!(spool.end(), 0);
        assert_eq!(spool.write_all(b"two").unwrap_err().kind(), ErrorKind::BrokenPipe);
    }
}
