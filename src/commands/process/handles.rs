//! How many files and connections this process may hold open at once: as many as the system lets it.

/// What macOS allows a process at the most, whatever its hard limit says (`OPEN_MAX`).
#[cfg(unix)]
const OPEN_MAX: u64 = 10_240;

/// Raises the soft limit to the hard one; how many handles there are, or `None` without a limit.
#[cfg(unix)]
pub(in crate::commands) fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
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

/// There is no such limit.
#[cfg(not(unix))]
pub(in crate::commands) fn raise() -> Option<u64> {
    None
}
