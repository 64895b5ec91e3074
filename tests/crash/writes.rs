//! What a process writes into a folder, as it is written.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// The writes in some folders.
pub(crate) struct Writes(OwnedFd);

impl Writes {
    pub(crate) fn of<'a>(folders: impl IntoIterator<Item = &'a Path>) -> Self {
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap();
        for folder in folders {
            let what = WatchFlags::MODIFY | WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::DELETE;
            inotify::add_watch(&watch, folder, what).unwrap();
        }
        Self(watch)
    }

    /// How many came since this was asked last; waits a moment for the first.
    pub(crate) fn next(&self) -> usize {
        let moment = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
        poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&moment)).unwrap();
        // Room for one, so that the next one is not missed by reading many.
        let mut room = [MaybeUninit::uninit(); 512];
        let mut reader = Reader::new(&self.0, &mut room);
        let mut count = 0;
        loop {
            match reader.next() {
                Ok(_) => count += 1,
                Err(Errno::WOULDBLOCK) => return count,
                Err(error) => panic!("{error}"),
            }
        }
    }
}
