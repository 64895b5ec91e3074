//! What follows from what happened: what is to be done outside the dashboard's state.

use crate::engine::Command;
use crate::tui::models::Search;
use crate::tui::preview::Ask;
use crate::tui::ui::caption::Edit;

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Tell the engine.
    Send(Command),
    /// Make these pictures and none that was asked for before.
    Decode(Vec<Ask>),
    /// Make these pictures of the contact sheet and none that was asked for before.
    Print(Vec<Ask>),
    /// Find models, and none that was asked for before.
    FindModels(Search),
    /// Have a person change a caption, in their own program if one is set.
    Edit(Edit),
    /// Put a text on the clipboard.
    Copy(String),
    /// Draw every cell anew.
    Redraw,
    /// Give the terminal back to the shell until we are continued.
    Suspend,
    /// Leave without waiting for the engine.
    Exit(Left),
}

/// How the dashboard ended. The terminal is as it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The engine ended by itself, or by a signal that came from outside.
    Ended,
    /// The person left, by a key or by this signal's key; the engine has been told and has ended.
    Quit {
        /// 2 for Ctrl-C.
        signal: Option<i32>,
    },
    /// Ctrl-C a second time: the engine is still saving its state, but nobody wants to wait.
    AtOnce {
        /// 2 for Ctrl-C.
        signal: i32,
    },
    /// The person left a batch that runs in another process, where it goes on.
    Detached,
    /// The terminal is gone. It must not be touched any more, not even by a last message.
    HungUp,
}
