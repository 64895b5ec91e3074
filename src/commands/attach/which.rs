//! Which of the batches that run is meant.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::attach::{Places, socket_of};
use crate::commands::failure::Failure;
use crate::job::BatchId;
use crate::ledger::Held;

/// A batch that runs, and where its process listens.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) batch: BatchId,
    pub(super) pid: u32,
    pub(super) socket: PathBuf,
}

/// The batch that is meant: the one that is named, else the only one that runs.
pub(super) fn which(mut held: Vec<Held>, places: &Places, batch: Option<BatchId>) -> Result<Running, Failure> {
    if let Some(batch) = batch {
        held.retain(|held| held.batch == batch);
        return match held.first() {
            Some(held) => reach(held, places),
            None => Err(Failure::refusal(format!(
                "batch {batch} does not run now\nhint: the same command goes on with it; `fal-tui show {batch}` says how it \
                 stands, `fal-tui batches` what runs"
            ))),
        };
    }
    match held.as_slice() {
        [] => Err(Failure::refusal("no batch runs now\nhint: `fal-tui batches` lists those that the ledger knows")),
        [one] => reach(one, places),
        several => Err(Failure::refusal(list(several))),
    }
}

fn list(held: &[Held]) -> String {
    let mut text = format!("{} batches run now: say which one\n", held.len());
    for Held { batch, by } in held {
        let _ = writeln!(text, "  fal-tui attach {batch}  in {by}");
    }
    text + "hint: `fal-tui batches` says more of each"
}

fn reach(held: &Held, places: &Places) -> Result<Running, Failure> {
    let batch = held.batch;
    let found = held.by.pid.and_then(|pid| Some(Running { batch, pid, socket: socket_of(places, pid)? }));
    found.ok_or_else(|| {
        Failure::refusal(format!(
            "batch {batch} is worked on by {}, which lets nobody look on: it is about to begin or to end, runs in \
             other surroundings or as another user, or is an older fal-tui",
            held.by
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Holder;

    #[test]
    fn of_several_that_run_each_is_told_with_the_command_for_it() {
        let held = [(2, Some(71)), (5, None)]
            .map(|(batch, pid)| Held { batch: BatchId(batch), by: Holder { pid, host: None } });
        let wanted = "2 batches run now: say which one\n  fal-tui attach 2  in process 71\n  fal-tui attach 5  in another process\n\
                      hint: `fal-tui batches` says more of each";
        assert_eq!(list(&held), wanted);
    }
}
