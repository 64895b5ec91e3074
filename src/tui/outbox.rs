//! Commands on their way to the engine. The engine may be busy for a moment, and the keyboard must
//! not wait for it: what is not taken yet is kept here, and of lenses only the newest.

use std::collections::VecDeque;

use crate::engine::Command;

/// Commands that the engine has not taken yet, oldest first.
#[derive(Debug, Default)]
pub(super) struct Outbox(VecDeque<Command>);

impl Outbox {
    /// Adds a command. A query takes the place of one that is still waiting, and changes of the
    /// window add up.
    pub(super) fn put(&mut self, command: Command) {
        match (&command, self.0.back_mut()) {
            (Command::Look(_), _) => self.0.retain(|waiting| !matches!(waiting, Command::Look(_))),
            (Command::Window(by), Some(Command::Window(waiting))) => {
                *waiting += by;
                return;
            }
            _ => {}
        }
        self.0.push_back(command);
    }

    /// Whether nothing is waiting.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next command to be sent.
    pub(super) fn take(&mut self) -> Option<Command> {
        self.0.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::snapshot::Query;

    #[test]
    fn only_the_newest_lens_waits_and_window_changes_add_up() {
        let mut outbox = Outbox::default();
        let look = |seq| Command::Look(Query { seq, ..Query::default() });
        for command in [look(1), Command::Pause, look(2), Command::Window(1), Command::Window(1), look(3)] {
            outbox.put(command);
        }
        let sent: Vec<_> = std::iter::from_fn(|| outbox.take()).collect();
        assert_eq!(sent, [Command::Pause, Command::Window(2), look(3)]);
        assert!(outbox.is_empty());
    }
}
