//! Where the pictures of a contact sheet are made: a few at a time, on threads that may block, from small pictures that
//! are made once for each file and kept. What is no longer wanted is given up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::{Ask, Found, Print};
use crate::picture::{Thumbs, Unseen};

/// How many are made at once: whoever looks at a sheet does so while photos are sent.
const AT_ONCE: usize = 2;

/// Makes the pictures of a contact sheet. What is asked for takes the place of what was asked for before.
#[derive(Debug)]
pub(in crate::tui) struct Lab {
    thumbs: Arc<Thumbs>,
    wanted: VecDeque<Ask>,
    under_way: Vec<(Ask, Arc<AtomicBool>)>,
    working: JoinSet<(Ask, Option<Found>)>,
    /// The next picture's number on the terminal.
    next: u32,
}

impl Lab {
    pub(in crate::tui) fn new(thumbs: Arc<Thumbs>) -> Self {
        // Other programs on the same terminal number their pictures, too.
        let next = fastrand::u32(1..);
        Self { thumbs, wanted: VecDeque::new(), under_way: Vec::new(), working: JoinSet::new(), next }
    }

    /// Makes these and nothing else any more.
    pub(in crate::tui) fn want(&mut self, asks: Vec<Ask>) {
        for (ask, stop) in &self.under_way {
            stop.store(!asks.contains(ask), Ordering::Relaxed);
        }
        self.wanted = asks.into();
        self.wanted.retain(|ask| self.under_way.iter().all(|(known, _)| known != ask));
        self.begin();
    }

    /// Whether something is being made.
    pub(in crate::tui) fn is_working(&self) -> bool {
        !self.working.is_empty()
    }

    /// Waits until something is made. May be dropped and called again.
    pub(in crate::tui) async fn made(&mut self) -> Option<(Ask, Found)> {
        let done = self.working.join_next().await?;
        let made = match done {
            Ok((ask, found)) => {
                self.under_way.retain(|(known, _)| *known != ask);
                found.map(|found| (ask, found))
            }
            // A decoder fell over, and the panic hook has logged it. Which one it was is known once no other is at work.
            Err(_) => None,
        };
        if self.working.is_empty() {
            self.under_way.clear();
        }
        self.begin();
        made
    }

    fn begin(&mut self) {
        while self.working.len() < AT_ONCE {
            let Some(ask) = self.wanted.pop_front() else { return };
            let (stop, thumbs) = (Arc::new(AtomicBool::new(false)), Arc::clone(&self.thumbs));
            self.under_way.push((ask.clone(), Arc::clone(&stop)));
            self.next = self.next.checked_add(1).unwrap_or(1);
            let number = self.next;
            self.working.spawn_blocking(move || {
                let found = print(&thumbs, &ask, number, &|| stop.load(Ordering::Relaxed));
                (ask, found)
            });
        }
    }
}

/// Makes one, under a number that no other picture on the terminal has; `None` if it is no longer wanted. It blocks.
pub fn print(thumbs: &Thumbs, ask: &Ask, number: u32, stop: &dyn Fn() -> bool) -> Option<Found> {
    let size = ask.paper.pixels(ask.cells);
    let picture = match thumbs.picture(&ask.file, ask.part.of, size, stop) {
        Ok(picture) => picture,
        Err(Unseen::Stopped) => return None,
        Err(why) => return Some(Err(why.to_string().into())),
    };
    let print = Print::make(picture, ask.cells, ask.paper, number);
    Some(print.map(Arc::new).ok_or_else(|| "it cannot be drawn here".into()))
}
