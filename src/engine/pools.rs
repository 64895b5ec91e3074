//! How much may be done at once, by the handles (open files and connections) that this process may have.

use crate::job::plural;
use crate::os::open_files;

/// The most transfers up, and the most down.
const TRANSFERS: usize = 6;
/// The most calls about requests.
const CALLS: usize = 32;
/// What the program holds open besides: terminal, log, ledger, signals, name look-ups, and the walk.
const BESIDES: u64 = 44;
/// What a transfer holds at the most: its file, its folder, and connections, of which some lie idle.
const TRANSFER: u64 = 4;
/// What a call holds, and as much again where fal is in this process.
const CALL: u64 = 2;

/// How much may be done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pools {
    /// Uploads.
    pub uploads: usize,
    /// Paid calls.
    pub submits: usize,
    /// Calls about requests.
    pub calls: usize,
    /// Downloads and copies.
    pub downloads: usize,
}

impl Pools {
    /// Without a limit.
    pub const FULL: Self = Self { uploads: TRANSFERS, submits: CALLS, calls: CALLS, downloads: TRANSFERS };

    /// With so many handles, of which fal takes as many again if it is a sandbox in this process. `None`
    /// if there are too few for even one of each: then nothing may be sent.
    #[must_use]
    pub fn within(handles: Option<u64>, shared: bool) -> Option<Self> {
        let Some(handles) = handles else { return Some(Self::FULL) };
        let share = if shared { 2 } else { 1 };
        let free = handles.checked_sub(Self::least(shared))?;
        // A half for transfers, both ways alike; a half for calls.
        let more = |each: u64| usize::try_from(free / 4 / (each * share)).unwrap_or(usize::MAX).saturating_add(1);
        let (transfers, calls) = (more(TRANSFER), more(CALL));
        Some(Self {
            uploads: transfers.min(TRANSFERS),
            submits: calls.min(CALLS),
            calls: calls.min(CALLS),
            downloads: transfers.min(TRANSFERS),
        })
    }

    /// What few handles leave to be done at once, and what to do about it; `None` if there are enough, or too
    /// few for anything.
    #[must_use]
    pub fn said(shared: bool) -> Option<String> {
        let handles = open_files()?;
        let pools = Self::within(Some(handles), shared).filter(|pools| *pools != Self::FULL)?;
        Some(format!(
            "{handles} may be open at once, so at most {} up, {} down and {} at a time; `ulimit -n 1024` raises that",
            pools.uploads,
            pools.downloads,
            plural(pools.calls, "call", "calls")
        ))
    }

    /// The fewest handles with which anything may be sent.
    #[must_use]
    pub fn least(shared: bool) -> u64 {
        let share = if shared { 2 } else { 1 };
        BESIDES + share * 2 * (TRANSFER + CALL)
    }
}

impl Default for Pools {
    fn default() -> Self {
        Self::FULL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_handles_make_small_pools_and_too_few_none() {
        assert_eq!(Pools::within(None, false), Some(Pools::FULL));
        assert_eq!(Pools::within(Some(1024), true), Some(Pools::FULL));
        assert_eq!(Pools::within(Some(Pools::least(false) - 1), false), None);
        for shared in [false, true] {
            for handles in Pools::least(shared)..2000 {
                let pools = Pools::within(Some(handles), shared).unwrap();
                assert!(pools.uploads > 0 && pools.submits > 0 && pools.calls > 0 && pools.downloads > 0);
                let share = if shared { 2 } else { 1 };
                let held =
                    (pools.uploads + pools.downloads) as u64 * TRANSFER + (pools.submits + pools.calls) as u64 * CALL;
                assert!(held * share + BESIDES <= handles, "{handles}: {pools:?}");
            }
        }
    }
}
