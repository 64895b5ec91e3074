//! Where pictures are made: one at a time, on a thread that may block, and only those that the
//! screen still wants.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use tokio::task::JoinHandle;

use super::{Ask, Found, Print};
use crate::job::Pixels;
use crate::picture::{Downscaled, Part, Unseen};

/// Plates that are kept, so that moving about in a picture does not decode it anew: before, after, and
/// one of each at another size.
const PLATES: usize = 4;

/// Makes pictures one after the other. What is asked for takes the place of what was asked for before.
#[derive(Debug)]
pub(in crate::tui) struct Studio {
    wanted: VecDeque<Ask>,
    working: Option<JoinHandle<(Darkroom, Ask, Option<Found>)>>,
    /// What is being made.
    making: Option<Ask>,
    /// Not there while it is at work.
    darkroom: Option<Darkroom>,
    /// The newest asking; work for an older one stops early.
    newest: Arc<AtomicU64>,
}

impl Default for Studio {
    fn default() -> Self {
        Self {
            wanted: VecDeque::new(),
            working: None,
            making: None,
            darkroom: Some(Darkroom::default()),
            newest: Arc::default(),
        }
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        self.newest.fetch_add(1, Ordering::Relaxed);
    }
}

impl Studio {
    /// Makes these and nothing else any more.
    pub(in crate::tui) fn want(&mut self, asks: Vec<Ask>) {
        self.wanted = asks.into();
        // What is on its way and still wanted is not begun anew.
        let goes_on = self.making.as_ref().and_then(|making| self.wanted.iter().position(|ask| ask == making));
        if let Some(place) = goes_on {
            self.wanted.remove(place);
        } else {
            self.newest.fetch_add(1, Ordering::Relaxed);
        }
        self.begin();
    }

    /// Whether something is being made.
    pub(in crate::tui) fn is_working(&self) -> bool {
        self.working.is_some()
    }

    /// Waits until something is made. May be dropped and called again.
    pub(in crate::tui) async fn made(&mut self) -> Option<(Ask, Found)> {
        let done = self.working.as_mut()?.await;
        (self.working, self.making) = (None, None);
        // If a decoder fell over, the panic hook has logged it, and the next picture may do better.
        let (darkroom, made) = done.map_or_else(
            |_| (Darkroom::default(), None),
            |(darkroom, ask, found)| (darkroom, found.map(|found| (ask, found))),
        );
        self.darkroom = Some(darkroom);
        self.begin();
        made
    }

    fn begin(&mut self) {
        let Some(mut darkroom) = self.darkroom.take() else { return };
        let Some(ask) = self.wanted.pop_front() else {
            self.darkroom = Some(darkroom);
            return;
        };
        self.making = Some(ask.clone());
        let newest = Arc::clone(&self.newest);
        let of = newest.load(Ordering::Relaxed);
        self.working = Some(tokio::task::spawn_blocking(move || {
            let found = darkroom.develop(&ask, &|| newest.load(Ordering::Relaxed) != of);
            (darkroom, ask, found)
        }));
    }
}

/// What making pictures needs.
#[derive(Debug)]
pub(in crate::tui) struct Darkroom {
    /// Decoded parts of files, the latest last.
    plates: VecDeque<(Negative, Downscaled)>,
    /// The next picture's number on the terminal.
    next: u32,
}

/// A file as it was when it was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Negative {
    file: PathBuf,
    stamp: String,
    modified: Option<SystemTime>,
}

impl Default for Darkroom {
    fn default() -> Self {
        // Other programs on the same terminal number their pictures, too.
        Self { plates: VecDeque::new(), next: fastrand::u32(1..) }
    }
}

impl Darkroom {
    /// Makes what is asked for; `None` if it is no longer wanted.
    pub(in crate::tui) fn develop(&mut self, ask: &Ask, stop: &dyn Fn() -> bool) -> Option<Found> {
        let size = ask.paper.pixels(ask.cells);
        let picture = match self.downscaled(ask, stop) {
            Ok(downscaled) => downscaled.cut(ask.part, size),
            Err(Unseen::Stopped) => return None,
            Err(why) => return Some(Err(why.to_string().into())),
        };
        self.next = self.next.checked_add(1).unwrap_or(1);
        let print = picture.and_then(|picture| Print::make(picture, ask.cells, ask.paper, self.next));
        Some(print.map(Arc::new).ok_or_else(|| "it cannot be drawn here".into()))
    }

    fn downscaled(&mut self, ask: &Ask, stop: &dyn Fn() -> bool) -> Result<&Downscaled, Unseen> {
        let negative = Negative {
            file: ask.file.clone(),
            stamp: ask.stamp.clone(),
            modified: std::fs::metadata(&ask.file).and_then(|file| file.modified()).ok(),
        };
        let size = ask.paper.pixels(ask.cells);
        let kept = self.plates.iter().position(|(of, downscaled)| *of == negative && downscaled.holds(ask.part, size));
        let (negative, downscaled) = if let Some(kept) = kept.and_then(|place| self.plates.remove(place)) {
            kept
        } else {
            // Who looks at a part looks at what is around it next.
            let part = if ask.part == Part::whole(ask.part.of) { ask.part } else { ask.part.widened() };
            let grown = |size: u32, part: u32, whole: u32| {
                u32::try_from(u64::from(size) * u64::from(whole) / u64::from(part.max(1))).unwrap_or(u32::MAX)
            };
            let wanted = Pixels::new(
                grown(size.width, ask.part.width, part.width),
                grown(size.height, ask.part.height, part.height),
            );
            (negative, Downscaled::expose(&ask.file, part, wanted, stop)?)
        };
        self.plates.push_back((negative, downscaled));
        while self.plates.len() > PLATES {
            self.plates.pop_front();
        }
        self.plates.back().map(|(_, downscaled)| downscaled).ok_or(Unseen::Damaged)
    }
}
