//! Files that somebody may still be writing: each is taken once it stands as it stood a while ago.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::storage::Stat;

/// How long a file must stand still.
pub(super) const STILL: Duration = Duration::from_secs(2);

/// Files at which something happened, until they stand still.
#[derive(Debug, Default)]
pub(super) struct Settling(HashMap<PathBuf, Option<(Stat, Instant)>>);

impl Settling {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Something happened at a file.
    pub(super) fn touch(&mut self, path: PathBuf) {
        self.0.insert(path, None);
    }

    pub(super) fn forget(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// The files that are to be looked at.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.0.keys().cloned().collect()
    }

    /// A file was looked at: whether it has stood so for long enough, and is taken.
    pub(super) fn is_still(&mut self, path: &Path, stat: Stat, now: Instant) -> bool {
        let Some(stood) = self.0.get_mut(path) else { return false };
        match stood {
            Some((before, since)) if *before == stat => {
                let is_still = now.duration_since(*since) >= STILL;
                if is_still {
                    self.0.remove(path);
                }
                is_still
            }
            stood => {
                *stood = Some((stat, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Kind;

    #[test]
    fn a_file_is_taken_once_nothing_has_happened_to_it_for_a_while() {
        let (path, begun) = (Path::new("a.jpg"), Instant::now());
        let stat = |bytes| Stat { kind: Kind::File, bytes, modified: None, is_read_only: false };
        let after = |seconds| begun + Duration::from_secs(seconds);
        let mut settling = Settling::default();
        assert!(!settling.is_still(path, stat(1), begun), "nothing happened to it");
        settling.touch(path.to_owned());
        assert!(!settling.is_still(path, stat(1), after(0)));
        assert!(!settling.is_still(path, stat(2), after(10)), "it grew");
        assert!(!settling.is_still(path, stat(2), after(11)));
        settling.touch(path.to_owned());
        assert!(!settling.is_still(path, stat(2), after(20)), "somebody was at it again");
        assert!(settling.is_still(path, stat(2), after(22)));
        assert!(settling.is_empty());
    }
}
