//! What happens to the dashboard, as one pure function: a message in, effects out.

mod act;
mod pictures;
mod press;
mod scroll;

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Size;

use super::preview::{Ask, Found};
use super::run::Left;
use super::ui::Ui;
use crate::engine::Command;
use crate::engine::board::{Board, Phase};
use crate::job::{Group, Timestamp};

/// What can happen to the dashboard.
#[derive(Debug, Clone)]
pub enum Msg {
    /// The engine published a board.
    Board(Arc<Board>),
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used, if it is taken from the terminal.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(Size),
    /// It is now so late.
    Clock(Timestamp),
    /// A picture was made, or cannot be.
    Picture(Box<Ask>, Found),
}

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Tell the engine.
    Send(Command),
    /// Make these pictures and none that was asked for before.
    Decode(Vec<Ask>),
    /// Put a text on the clipboard.
    Copy(String),
    /// Draw every cell anew.
    Redraw,
    /// Give the terminal back to the shell until we are continued.
    Suspend,
    /// Leave without waiting for the engine.
    Exit(Left),
}

/// Takes in what happened.
pub fn update(ui: &mut Ui, msg: Msg) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::Board(board) => {
            adopt(ui, board);
            match ui.weighed() {
                Some(outcome) => act::follow(ui, outcome),
                None => Vec::new(),
            }
        }
        Msg::Key(key) => press::press(ui, key),
        Msg::Mouse(mouse) => {
            scroll::point(ui, mouse);
            Vec::new()
        }
        Msg::Paste(text) => press::paste(ui, &text),
        Msg::Resize(size) => {
            ui.size = size;
            Vec::new()
        }
        Msg::Clock(now) => {
            ui.set_clock(now);
            Vec::new()
        }
        Msg::Picture(ask, found) => {
            ui.gallery.take(*ask, found);
            Vec::new()
        }
    };
    effects.extend(pictures::want(ui).map(Effect::Decode));
    effects.extend(ui.look().map(|lens| Effect::Send(Command::Look(lens))));
    effects
}

/// On narrower screens the counts alone say that something failed: the footer has room for keys only.
const ROOM_FOR_NEWS: u16 = 60;

fn adopt(ui: &mut Ui, board: Arc<Board>) {
    let before = std::mem::replace(&mut ui.board, board);
    ui.adopt_page();
    ui.adopt_detail();
    ui.settle_field();
    if before.phase == Phase::Planning {
        if ui.board.phase != Phase::Planning {
            ui.leave_plan();
        }
        return;
    }
    if before.phase == Phase::Running && matches!(ui.board.phase, Phase::Paused(_)) {
        ui.tell_try();
    }
    if ui.size.width < ROOM_FOR_NEWS {
        return;
    }
    // What an earlier run left failed comes back with its photos and is no news.
    let failures = |board: &Board| board.totals.of(Group::Failed).saturating_sub(board.plan.failed_before);
    let failed = failures(&ui.board).saturating_sub(failures(&before));
    let review = ui.board.totals.of(Group::Review).saturating_sub(before.totals.of(Group::Review));
    let in_words = match (failed, review) {
        (0, 0) => return,
        (failed, 0) => format!("{failed} more failed"),
        (0, review) => format!("{review} more to review"),
        (failed, review) => format!("{failed} more failed, {review} more to review"),
    };
    ui.say(in_words);
}

#[cfg(test)]
mod tests;
