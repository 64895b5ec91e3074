//! Hearing of what happens in folders, by what the operating system tells, or where it tells nothing by looking again.

use std::io;

use notify::event::{AccessKind, AccessMode, EventKind, MetadataKind, ModifyKind};
use notify::{Config, ErrorKind, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::os;
use crate::storage::{Hearing, Place, Touched, Watching};

struct Told<W> {
    _watcher: W,
    looks: bool,
}

impl<W: Send> Watching for Told<W> {
    fn looks(&self) -> bool {
        self.looks
    }
}

/// Begins to hear of what happens in folders.
pub(super) fn watch(places: &[Place], hearing: Hearing, touched: &Touched) -> io::Result<Box<dyn Watching>> {
    let every = match hearing {
        Hearing::Looking(every) => every,
        Hearing::Told if places.iter().any(|place| os::is_elsewhere(&place.folder)) => {
            return watch(places, Hearing::LOOKING, touched);
        }
        Hearing::Told => match begin::<RecommendedWatcher>(places, Config::default(), touched) {
            Ok(watcher) => return Ok(Box::new(Told { _watcher: watcher, looks: false })),
            Err(error) => {
                // There are more folders than the system tells of, or it tells nobody anything.
                tracing::warn!(%error, "folders are looked at again and again");
                return watch(places, Hearing::LOOKING, touched);
            }
        },
    };
    let watcher = begin::<PollWatcher>(places, Config::default().with_poll_interval(every), touched);
    watcher.map(|watcher| Box::new(Told { _watcher: watcher, looks: true }) as _).map_err(io::Error::other)
}

fn begin<W: Watcher>(places: &[Place], config: Config, touched: &Touched) -> notify::Result<W> {
    let told = touched.clone();
    let mut watcher = W::new(move |event| hear(&told, event), config)?;
    for place in places {
        let mode = if place.is_deep { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        watcher.watch(&place.folder, mode)?;
    }
    Ok(watcher)
}

fn hear(touched: &Touched, event: notify::Result<Event>) {
    match event {
        Ok(event) => {
            if event.need_rescan() {
                touched.miss();
            }
            if says_something(event.kind) {
                event.paths.iter().for_each(|path| touched.note(path));
            }
        }
        Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => touched.go_deaf(),
        // What cannot be looked at is not there, or comes later.
        Err(error) => error.paths.iter().for_each(|path| touched.note(path)),
    }
}

/// Whether a file may hold something else now, or is one that came or went. That it was read is nothing new.
fn says_something(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => true,
    }
}
