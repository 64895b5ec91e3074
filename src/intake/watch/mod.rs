//! What comes after the walk: files that appear, change or go while the run is there.
//!
//! A file is taken once it stands still, so that none is sent while it is being copied. Where a whole input goes away,
//! as a disk that is taken out does, nothing of it counts as gone, and it is looked through again when it is back.

mod settle;
mod wanted;

use std::io;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use self::settle::{STILL, Settling};
use super::examine::{Candidate, examine_all};
use super::found::Arrival;
use super::inputs::Inputs;
use super::order::compare;
use crate::storage::{self, Happened, Hearing, Kind, Place, Touched, Watching, is_missing};

/// How often files that may still be written are looked at.
const TICK: Duration = Duration::from_millis(250);
/// How long it is waited for something to happen, before it is asked whether anybody listens.
const PATIENCE: Duration = Duration::from_millis(200);
/// How long a look at one of them takes, on a network folder.
const EACH: Duration = Duration::from_micros(500);
/// Files that are looked at and handed on together.
const MOST: usize = 256;

/// Inputs that are watched.
pub struct Watch {
    inputs: Inputs,
    hearing: Hearing,
    touched: Touched,
    /// What tells of them; `None` while an input is away.
    watching: Option<Box<dyn Watching>>,
    settling: Settling,
}

impl Watch {
    /// Begins to listen, before the walk, so that nothing comes between the two.
    ///
    /// # Errors
    /// If nobody can tell of an input.
    pub fn begin(inputs: Inputs, hearing: Hearing) -> io::Result<Self> {
        let touched = Touched::default();
        let watching = Some(listen(&inputs, hearing, &touched)?);
        Ok(Self { inputs, hearing, touched, watching, settling: Settling::default() })
    }

    /// Whether folders are looked at again and again, because nobody tells of what happens in them.
    #[must_use]
    pub fn looks(&self) -> bool {
        self.watching.as_ref().is_some_and(|watching| watching.looks())
    }

    /// Hands on what comes, until nobody listens any more. It blocks.
    pub fn run(mut self, arrivals: &Sender<Arrival>) {
        while !arrivals.is_closed() {
            let happened = self.touched.wait(if self.settling.is_empty() { PATIENCE } else { self.tick() });
            if self.watching.is_none() && !self.is_back() {
                std::thread::sleep(PATIENCE);
                continue;
            }
            self.take_in(happened);
            if self.hand_on(arrivals).is_none() {
                return;
            }
        }
    }

    /// How long files that may still be written are left alone: many of them for longer.
    fn tick(&self) -> Duration {
        TICK.max(EACH * u32::try_from(self.settling.len()).unwrap_or(u32::MAX)).min(STILL)
    }

    fn take_in(&mut self, happened: Happened) {
        if happened.deaf {
            tracing::warn!("folders tell nothing any more: they are looked at again and again");
            self.hearing = Hearing::LOOKING;
            self.watching = None;
            self.watching = listen(&self.inputs, self.hearing, &self.touched).ok();
        }
        if happened.all || happened.deaf {
            self.look_at_all();
        }
        for path in happened.paths {
            if let Some((_, path)) = wanted::placed(&self.inputs, &path) {
                self.settling.touch(path);
            }
        }
    }

    /// Something was missed: every file that is there may be new.
    fn look_at_all(&mut self) {
        let Self { inputs, settling, .. } = self;
        for base in &inputs.bases {
            for path in wanted::files_in(inputs, base, &base.folder) {
                settling.touch(path);
            }
        }
    }

    /// Hands on what stands still, and what is gone. `None` if nobody listens any more.
    fn hand_on(&mut self, arrivals: &Sender<Arrival>) -> Option<()> {
        let (now, mut candidates) = (Instant::now(), Vec::new());
        for path in self.settling.paths() {
            let Some((base, _)) = wanted::placed(&self.inputs, &path) else {
                self.settling.forget(&path);
                continue;
            };
            match storage::source(&path).stat(&path) {
                Ok(stat) if stat.kind == Kind::Folder => {
                    self.settling.forget(&path);
                    for file in wanted::files_in(&self.inputs, base, &path) {
                        self.settling.touch(file);
                    }
                }
                Ok(stat) => {
                    if self.settling.is_still(&path, stat, now) {
                        candidates.extend(wanted::file(&self.inputs, base, &path, stat.kind));
                    }
                }
                Err(error) if is_missing(&error) => {
                    if !storage::is_there(&base.folder) {
                        tracing::warn!(folder = %base.folder.display(), "a watched folder went away");
                        self.watching = None;
                        return Some(());
                    }
                    let gone = wanted::below(base, &path);
                    self.settling.forget(&path);
                    arrivals.blocking_send(Arrival::Gone(gone)).ok()?;
                }
                // It is looked at again when something happens to it.
                Err(_) => self.settling.forget(&path),
            }
        }
        let name = |candidate: &Candidate| candidate.source.file_name().unwrap_or_default().to_owned();
        candidates.sort_by(|a, b| {
            let folders = a.source.parent().cmp(&b.source.parent());
            folders.then_with(|| compare((&name(a), false), (&name(b), false)))
        });
        for candidates in candidates.chunks(MOST) {
            arrivals.blocking_send(Arrival::Found(examine_all(candidates, self.inputs.fetching))).ok()?;
        }
        Some(())
    }

    /// Whether inputs that went away are there again; then all in them may be new.
    fn is_back(&mut self) -> bool {
        if !self.inputs.bases.iter().all(|base| storage::is_there(&base.folder)) {
            return false;
        }
        self.watching = listen(&self.inputs, self.hearing, &self.touched).ok();
        if self.watching.is_some() {
            self.look_at_all();
        }
        self.watching.is_some()
    }
}

fn listen(inputs: &Inputs, hearing: Hearing, touched: &Touched) -> io::Result<Box<dyn Watching>> {
    let place = |base: &super::inputs::Base| Place { folder: base.folder.clone(), is_deep: base.only.is_none() };
    let places: Vec<_> = inputs.bases.iter().map(place).collect();
    let source = places.first().map(|place| storage::source(&place.folder));
    source.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?.watch(&places, hearing, touched)
}
