//! How many files and connections this process may hold open at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What macOS allows a process at the most, whatever its hard limit says (`OPEN_MAX`).
const OPEN_MAX: u64 = 10_240;

/// How many there may be now; `None` without a limit.
pub(crate) fn open_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// Raises the soft limit to the hard one; how many there may be then, or `None` without a limit.
pub(crate) fn raise_open_files() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let soft = limit.current?;
    for wanted in [limit.maximum, Some(limit.maximum.unwrap_or(OPEN_MAX).min(OPEN_MAX))] {
        let is_more = wanted.is_none_or(|wanted| wanted > soft);
        if is_more && setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum: limit.maximum }).is_ok() {
            return wanted;
        }
    }
    Some(soft)
}
