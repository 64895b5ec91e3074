//! What a person asks of all who work on a batch: how it goes into the ledger, and what is said of what became of it.

use crate::engine::command::Command;
use crate::job::BatchId;
use crate::ledger::{Kind, LedgerError, Order, Placed};

/// What is said where a cap is asked for that many workers could not keep.
pub(in crate::engine) const UNCOUNTABLE: &str = "what a photo costs shows only once one was billed, and so many workers \
                                                 cannot keep a cap: it is not set";

/// A command as an order to all who work on a batch; `None` if it cannot be written down.
#[must_use]
pub fn order_of(command: &Command) -> Option<Order> {
    let kind = match command {
        Command::Pause => Kind::Paused(true),
        Command::Resume => Kind::Paused(false),
        Command::Budget(cap) => Kind::Cap(*cap),
        Command::Window(by) => Kind::Window(*by),
        _ => Kind::Work,
    };
    Some(Order { kind, command: serde_json::to_string(command).ok()? })
}

/// What is to be said of what became of an order, if it is not as it should be.
#[must_use]
pub fn what_became(command: &Command, batch: BatchId, placed: Result<Placed, LedgerError>) -> Option<String> {
    match placed {
        Ok(Placed::Heard) => None,
        Ok(Placed::Kept) => Some("nobody works on it now: it holds for whoever begins".to_owned()),
        Ok(Placed::Below(by)) => {
            Some(format!("{by} more than that is spent or held already: nothing more is sent, and what is at fal ends"))
        }
        Ok(Placed::Nobody { is_shared }) => Some(match command {
            Command::Retry(_) | Command::RetryFailed { .. } if is_shared => format!(
                "nobody works on it now, so it is not done: start `fal-tui work {batch}` and ask again while it runs, or \
                 `fal-tui retry {batch}` does it alone"
            ),
            Command::Retry(_) | Command::RetryFailed { .. } => {
                format!("nobody works on it now, so it is not done: `fal-tui retry {batch}` does it")
            }
            _ if is_shared => {
                format!("nobody works on it now, so it is not done: start `fal-tui work {batch}` and ask again")
            }
            _ => "nobody works on it now, so it is not done".to_owned(),
        }),
        Err(error) => Some(format!("not done: {}", first_line(&error))),
    }
}

/// What went wrong with a ledger, in one line.
#[must_use]
pub fn first_line(error: &LedgerError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
